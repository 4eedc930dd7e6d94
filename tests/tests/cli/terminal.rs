//! What the program says, and to whom: pipes that nobody reads, terminals that know no styles, and
//! names that are orders to a terminal.

use std::collections::BTreeSet;
use std::io;
use std::process::{Command, Stdio};

use crate::scratch::{Scratch, with_metadata};

/// A way to call each verb that ends soon, and well or not. What needs an emulator does not find it.
const CALLS: [&str; 32] = [
    "train --epochs 1",
    "train --epochs 1 --json",
    "train --epochs 1 --seeds 2",
    "train --epochs 3 --rate 1000",
    "train --net lenet",
    "eval",
    "eval --json",
    "eval --model nothing",
    "predict seven.pgm",
    "predict seven.pgm --json",
    "predict rows.csv",
    "predict nothing",
    "data",
    "data --json",
    "data nothing",
    "emulate",
    "device info --socket localhost:1",
    "device push nothing --port nowhere",
    "export --rust model.rs --bin model.cpfo",
    "build --board m4",
    "flash --board rp-pico",
    "new fn --board m4",
    "nets",
    "nets --json",
    "bench --net digits --seconds 0.01 --threads 1",
    "bench --emulated --board m4",
    "plan",
    "plan --json",
    "completions bash",
    "help",
    "fly",
    "--version",
];

/// A folder with a model and a picture.
fn prepared(name: &str) -> Scratch {
    let here = Scratch::new(name);
    here.cpfo("train --epochs 1").done();
    here.write("seven.pgm", format!("P2 8 8 16 {}", "9 ".repeat(64)));
    here.write("rows.csv", "9,".repeat(64));
    here
}

fn call(here: &Scratch, words: &str) -> Command {
    let mut command = here.cpfo_command(words);
    command.env("PATH", "").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A pipe whose other end is closed.
fn closed() -> io::PipeWriter {
    io::pipe().unwrap().1
}

/// Every verb that the help names.
fn verbs(here: &Scratch) -> Vec<String> {
    let help = here.cpfo("--help").done().stdout;
    let (_, verbs) = help.split_once("Commands:\n").unwrap();
    let lines = verbs.lines().take_while(|line| !line.is_empty());
    lines
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

#[test]
fn nobody_has_to_read_on() {
    let here = prepared("closed");
    let called: BTreeSet<_> =
        CALLS.iter().filter_map(|words| words.split_whitespace().next()).collect();
    let verbs = verbs(&here);
    for verb in &verbs {
        assert!(called.contains(&**verb), "{verb} is not among the calls");
    }
    let helps = verbs.iter().map(|verb| format!("{verb} --help"));
    for words in CALLS.map(String::from).into_iter().chain(helps) {
        let code = call(&here, &words).status().unwrap().code();
        assert!(matches!(code, Some(0..=2)), "cpfo {words}: {code:?}");
        let ends = [
            call(&here, &words).stdout(closed()).status(),
            call(&here, &words).stderr(closed()).status(),
            call(&here, &words).stdout(closed()).stderr(closed()).status(),
        ];
        for end in ends {
            assert_eq!(end.unwrap().code(), code, "cpfo {words}");
        }
    }
}

/// Half an answer is no answer.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let here = prepared("full");
    for words in ["nets", "eval --json", "plan", "--help"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = call(&here, words).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "cpfo {words}: {said}");
        assert!(said.contains("cannot write to standard output"), "cpfo {words}: {said}");
    }
}

/// Runs in a terminal of this kind; all that the terminal was told.
#[cfg(unix)]
fn in_a_terminal(here: &Scratch, words: &str, settings: &[(&str, &str)]) -> String {
    use std::io::Read as _;
    let ends = nix::pty::openpty(None, None).unwrap();
    let mut command = here.cpfo_command(words);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "CI", "TERM"] {
        command.env_remove(name);
    }
    command.envs(settings.iter().copied());
    command.stdout(ends.slave.try_clone().unwrap()).stderr(ends.slave);
    let mut child = command.spawn().unwrap();
    // It holds our copies of the far end, and only without them does reading come to an end.
    drop(command);
    let mut said = Vec::new();
    let mut near = std::fs::File::from(ends.master);
    let mut some = [0; 4096];
    while let Ok(count @ 1..) = near.read(&mut some) {
        said.extend_from_slice(&some[..count]);
    }
    child.wait().unwrap();
    String::from_utf8(said).unwrap()
}

#[cfg(unix)]
#[test]
fn styles_are_for_terminals_that_show_them() {
    let here = prepared("styles");
    let calls = ["nets", "eval", "--help", "fly", "train --epochs 3"];
    for words in calls {
        let said = in_a_terminal(&here, words, &[("TERM", "xterm")]);
        assert!(said.contains("\x1b["), "cpfo {words} has no styles: {said}");
    }
    let plain: [&[(&str, &str)]; 3] =
        [&[("TERM", "dumb")], &[], &[("TERM", "xterm"), ("NO_COLOR", "1")]];
    for settings in plain {
        for words in calls {
            // A bar moves the cursor, and has no color.
            if words.starts_with("train") && settings.len() == 2 {
                continue;
            }
            let said = in_a_terminal(&here, words, settings);
            assert!(said.len() > 20 && !said.contains('\x1b'), "cpfo {words} {settings:?}: {said}");
        }
    }
    for words in calls {
        let said = here.cpfo(words);
        assert!(!(said.stdout + &said.stderr).contains('\x1b'), "cpfo {words} in a pipe");
    }
}

/// What a terminal would obey: its title, its colors, its screen, the direction of a text.
const ORDERS: &str = "a\x1b]0;pwned\x07\x1b[2J\u{9b}31m\u{202e}b\rc\nd";

/// Asserts that a program said something, and nothing that is an order.
fn tame(words: &str, said: &str, name_is_shown: bool) {
    let order = said.chars().find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert!(order.is_none(), "cpfo {words}: {order:?} in {said:?}");
    assert!(!name_is_shown || said.contains("\\u{1b}]0;pwned\\u{7}"), "cpfo {words}: {said}");
    assert!(!said.contains("b\\rc\nd"), "cpfo {words}: a line is broken by a name: {said}");
}

#[cfg(unix)]
#[test]
fn names_of_files_are_no_orders() {
    let here = prepared("names");
    let model = here.read("cpfo-out/model.safetensors");
    let file = |name: &str, bytes: &[u8]| {
        here.write(&format!("{ORDERS}/{name}"), bytes);
        format!("{ORDERS}/{name}")
    };
    let broken = file("broken", b"no model");
    let good = file("model", &model);
    let picture = file("seven.pgm", &here.read("seven.pgm"));
    let text = file("text.png", b"no picture");
    let table = file("table.csv", format!("{ORDERS:?},1\n2,3,{ORDERS:?}").as_bytes());
    let cells = here.path("cells.csv");
    here.write("cells.csv", format!("0{}\n{ORDERS:?}{}", ",1".repeat(64), ",1".repeat(64)));
    let cells = cells.to_str().unwrap();
    let nothing = format!("nothing{ORDERS}");
    let calls: [&[&str]; 25] = [
        &["eval", "--model", &broken],
        &["eval", "--model", &nothing],
        &["eval", "--model", &good, "--data", &nothing],
        &["eval", "--model", &good, "--data", &table],
        &["eval", "--model", &good, "--data", &text],
        &["eval", "--model", &good, "--data", ORDERS],
        &["predict", &picture, "--model", &good],
        &["predict", &text, "--model", &good],
        &["predict", ORDERS, "--model", &good],
        &["predict", &nothing, "--model", &good],
        &["train", "--epochs", "1", "--data", &nothing],
        &["data", &nothing],
        &["data", &table],
        &["data", &text],
        &["train", "--epochs", "1", "--out", ORDERS],
        &["train", "--epochs", "1", "--out", &picture],
        &["train", "--resume", "--out", &nothing],
        &["export", "--model", &good, "--rust", &good],
        &["export", "--model", &good, "--bin", &format!("{nothing}/x")],
        &["build", "--board", "m4", "--model", &good, "--targets", ORDERS],
        &["plan", "--out", &good],
        &["plan", "--out", &format!("{nothing}/x")],
        &["emulate", "--targets", &nothing],
        &["train", "--net", ORDERS],
        &[ORDERS],
    ];
    let run = |words: &[&str]| {
        let ended = here.cpfo_command("").args(words).output().unwrap();
        let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
        assert!(matches!(ended.status.code(), Some(0..=2)), "cpfo {words:?}: {said}");
        said
    };
    for words in calls {
        // clap takes orders out of what it quotes.
        let quoted = words.contains(&"--net") || words.len() == 1;
        tame(&format!("{words:?}"), &run(words), !quoted);
    }
    tame("cells", &run(&["eval", "--data", cells]), false);
    let page = String::from_utf8(here.read(&format!("{ORDERS}/report.html"))).unwrap();
    assert!(!page.contains('\x1b') && !page.contains('\u{202e}'));
}

#[test]
fn names_in_files_are_no_orders() {
    let here = prepared("metadata");
    let model = here.read("cpfo-out/model.safetensors");
    for field in ["net", "layers", "origin", "recipe"] {
        here.write("model", with_metadata(&model, field, ORDERS));
        let checkpoint = here.read("cpfo-out/checkpoint.safetensors");
        here.write("other/checkpoint.safetensors", with_metadata(&checkpoint, field, ORDERS));
        for words in [
            "eval --model model",
            "predict seven.pgm --model model",
            "export --bin x --model model",
            "build --board m4 --model model",
            "flash --board rp-pico --model model",
            "emulate --model model",
            "train --resume --out other",
        ] {
            // Without the tools that build and run: a model that passes for one must not cost minutes.
            let ended = here.cpfo_command(words).env("PATH", "").output().unwrap();
            let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
            tame(words, &said, field == "net");
        }
    }
}

/// JSON is for programs: they read the very name.
#[cfg(unix)]
#[test]
fn json_holds_the_name_as_it_is() {
    let here = prepared("json-names");
    here.write(&format!("{ORDERS}.pgm"), here.read("seven.pgm"));
    let picture = format!("{ORDERS}.pgm");
    let ended = here.cpfo_command("predict --json").arg(&picture).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    tame("predict --json", &said, false);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["predictions"][0]["picture"], picture);
}

/// What a shell is given names every verb, and the program by the name that it was called by.
#[test]
fn every_shell_completes_every_verb() {
    let here = Scratch::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = here.cpfo(&format!("completions {shell}")).done().stdout;
        for verb in verbs(&here) {
            assert!(script.contains(&verb), "{shell} does not know {verb}");
        }
        let own = here.own_net(&format!("completions {shell}")).done().stdout;
        // The values of flags are completed where clap's generator can.
        let values = ["bash", "zsh", "fish"].contains(&shell);
        let words = [("cpfo", true), ("label-column", true), ("nrf52840-dk", values)];
        let some = ["lenet", "stratified", "conv+output", "mirror", "in-place", "yes"];
        for (word, known) in words.into_iter().chain(some.map(|word| (word, values))) {
            assert!(script.contains(word) || !known, "{shell} does not know {word}");
        }
        assert!(own.contains("own_net") && (own.contains("stripes") || !values), "{shell}");
    }
    here.cpfo("completions tcsh").fails(2, &["bash, elvish, fish, powershell, zsh"]);
    for (shell, check) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")] {
        let script = here.cpfo(&format!("completions {shell}")).done().stdout;
        here.write("script", script);
        // Where the shell is there, it takes the script.
        if let Ok(ended) = Command::new(check).arg("-n").arg(here.path("script")).output() {
            assert!(ended.status.success(), "{shell}: {ended:?}");
        }
    }
}

/// No line is wider than the terminal, but for examples, which are to be copied as they are.
#[test]
fn help_fits_the_terminal() {
    let here = Scratch::new("wrap");
    for verb in verbs(&here).iter().map(|verb| &**verb).chain([""]) {
        for columns in [60_usize, 80, 120] {
            let mut command = here.cpfo_command(&format!("{verb} --help"));
            let ended = command.env("COLUMNS", columns.to_string()).output().unwrap();
            let help = String::from_utf8(ended.stdout).unwrap();
            let wide = help.lines().filter(|line| line.chars().count() > columns);
            let wide: Vec<_> = wide.filter(|line| !line.contains("cpfo ")).collect();
            assert!(wide.is_empty(), "{verb} --help in {columns} columns:\n{}", wide.join("\n"));
            // What has more to say than a few words goes on to the edge.
            let long = help.lines().count() > 20;
            let filled = help.lines().any(|line| line.chars().count() > columns / 2);
            assert!(filled || !long, "{help}");
        }
    }
}
