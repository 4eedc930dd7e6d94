//! `cpfo new`: what is written, and what is refused. That it compiles, learns and runs on a chip is
//! seen in the tests `emulate`.

use std::fs;
use std::path::Path;

use cpfo_harness::board::firmware::BOARDS;
use cpfo_tests::tools::files;

use crate::scratch::Scratch;

/// A project for each board: nothing is left open in its files, and the net has room on the board.
#[test]
fn a_project_for_every_board() {
    let here = Scratch::new("new-boards");
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets");
    for board in BOARDS {
        let name = format!("gesture-{}", board.name);
        let said = here.cpfo(&format!("new {name} --board {} --json", board.name)).json();
        let [_, ram, _] = board.memory(&targets).unwrap();
        assert!(said["estimated_ram"].as_u64().unwrap() <= ram, "{said}");
        assert_eq!((&said["boards"][0], &said["classes"]), (&board.name.into(), &4.into()));
        let files = files(&here.path(&name));
        let manifest = format!("firmware/boards/{}/Cargo.toml", board.package);
        for file in [
            ".gitignore",
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
            "data/example/test.csv",
            "data/example/train.csv",
            "firmware/.cargo/config.toml",
            "firmware/Cargo.toml",
            "firmware/Cargo.lock",
            "firmware/boards/build.rs",
            "firmware/programs/serve.rs",
            "net/Cargo.toml",
            "net/src/lib.rs",
            "rust-toolchain.toml",
            "src/main.rs",
            "tests/net.rs",
            &manifest,
        ] {
            let path = here.path(&name).join(file);
            assert!(files.contains(&path), "{name} has no {file}");
        }
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.is_empty() && !text.contains("{{"), "{}", file.display());
        }
        let read = |file: String| String::from_utf8(here.read(&file)).unwrap();
        // A real board brings an emulated one, on which QEMU trains what it would.
        let emulated = said["boards"].as_array().unwrap().last().unwrap();
        assert!(
            BOARDS.iter().any(|board| *emulated == board.name && board.chip.is_none()),
            "{said}"
        );
        let readme = read(format!("{name}/README.md"));
        assert!(readme.contains(&format!("build --board {}", board.name)), "{readme}");
        let memory =
            fs::read_to_string(targets.join("boards").join(board.package).join("memory.x"))
                .unwrap();
        assert_eq!(read(format!("{name}/firmware/boards/{}/memory.x", board.package)), memory);
        let net = read(format!("{name}/net/src/lib.rs"));
        assert!(
            net.contains("100 x 1 x 6 {") && net.contains("5 x 1") && net.contains("4 x 1"),
            "{net}"
        );
    }
}

/// Labels first, and as many numbers as the net takes; one label a class.
#[test]
fn the_example_has_the_shape_of_the_net() {
    let here = Scratch::new("new-example");
    here.cpfo("new letters --board m4 --input 6x5x2 --names yes,no,may-be").done();
    for part in ["train", "test"] {
        let table =
            String::from_utf8(here.read(&format!("letters/data/example/{part}.csv"))).unwrap();
        let (first, lines) = table.split_once('\n').unwrap();
        assert!(first.starts_with("# An example"), "{first}");
        for (place, line) in lines.lines().enumerate() {
            let fields: Vec<_> = line.split(',').collect();
            assert_eq!((fields[0], fields.len()), (["yes", "no", "may-be"][place % 3], 61));
        }
    }
    let net = String::from_utf8(here.read("letters/net/src/lib.rs")).unwrap();
    assert!(net.contains("Output(3,"), "{net}");
}

/// Each error says what to do, and nothing is written then.
#[test]
fn what_cannot_be_is_refused() {
    let here = Scratch::new("new-refused");
    for (words, code, why) in [
        ("new", 2, "--board"),
        ("new gesture", 2, "--board"),
        ("new gesture --board m5", 2, "nrf52840-dk"),
        ("new Gesture --board m4", 1, "lower-case letters"),
        ("new 1st --board m4", 1, "a letter first"),
        ("new gesture.rs --board m4", 1, "no name for a crate"),
        ("new match --board m4", 1, "take another name"),
        ("new core --board m4", 1, "such as my-core"),
        ("new usize --board m4", 1, "take another name"),
        ("new cpfo-firmware --board m4", 1, "take another name"),
        ("new / --board m4", 1, "no name for a crate"),
        ("new gesture --board m4 --input 100x6", 2, "100x1x6"),
        ("new gesture --board m4 --input 0x1x6", 2, "from 1 to"),
        ("new gesture --board m4 --classes 1", 2, "from 2 to 256"),
        ("new gesture --board m4 --classes 257", 2, "from 2 to 256"),
        ("new gesture --board m4 --names a", 1, "two classes at least"),
        ("new gesture --board m4 --names a,b --classes 3", 1, "2 names for 3 classes"),
        ("new gesture --board m4 --names a,a", 1, "`a` twice"),
        ("new gesture --board m4 --names 1,2", 2, "named by letters"),
        ("new gesture --board m0 --input 64x64x3", 1, "a larger --board"),
        ("new gesture --board m4,m0 --input 64x64x3", 1, "that m0 has"),
        ("new gesture --board m4 --cpfo .", 1, "with --cpfo"),
    ] {
        here.cpfo(words).fails(code, &[why]);
    }
    assert_eq!(here.list("."), Vec::<String>::new());
}

/// What is there already stays as it is; an empty folder is taken.
#[test]
fn a_folder_that_is_in_use_is_left_alone() {
    let here = Scratch::new("new-in-use");
    here.write("mine/notes.txt", "mine");
    here.cpfo("new mine --board m4").fails(1, &["not empty", "another name"]);
    here.write("file", "mine");
    here.cpfo("new file --board m4").fails(1, &["no folder"]);
    assert_eq!(
        (here.list("mine"), here.list(".")),
        (vec!["notes.txt".into()], vec!["file".into(), "mine".into()])
    );
    fs::create_dir(here.path("empty")).unwrap();
    here.cpfo("new empty --board m4").done();
    assert!(here.list("empty").contains(&"Cargo.toml".to_owned()));
    here.cpfo("new below/that/deep --board m4").done();
    assert!(here.list("below/that/deep").contains(&"Cargo.toml".to_owned()));
    here.cpfo("new empty --board m4").fails(1, &["not empty"]);
}
