//! `cpfo bench`. What it measures is never asserted, only that it is all there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::scratch::Scratch;

#[test]
fn every_figure_is_there() {
    let here = Scratch::new("bench");
    let said = here.cpfo("bench --seconds 0.01 --threads 2 --json").json();
    assert!(!said["machine"].as_str().unwrap().is_empty());
    let rows = said["rows"].as_array().unwrap();
    let mut found = BTreeSet::new();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let number = |key: &str| row[key].as_u64().unwrap();
        found.insert((text("net"), text("task"), number("batch"), number("threads")));
        let speed = row["samples_per_second"].as_f64().unwrap();
        assert!(speed.is_finite() && speed > 0.0, "{row}");
    }
    let mut wanted = BTreeSet::new();
    for net in ["digits", "lenet"] {
        for (task, batches) in [("train", &[1, 8, 32, 128][..]), ("infer", &[1, 32])] {
            for &batch in batches {
                for threads in [1, 2] {
                    wanted.insert((net.to_owned(), task.to_owned(), batch, threads));
                }
            }
        }
    }
    assert_eq!((found, rows.len()), (wanted.clone(), wanted.len()));
    assert!(here.list("").is_empty());
}

#[test]
fn one_net_on_one_thread() {
    let here = Scratch::new("bench-one");
    let table = here.cpfo("bench --net digits --seconds 0.01 --threads 1").done().stdout;
    assert!(table.contains("train, in place") && table.contains("infer, batch 32"), "{table}");
    assert!(table.contains("1 thread") && !table.contains("threads"), "{table}");
    assert!(!table.contains("lenet"), "{table}");
}

#[test]
fn a_net_that_no_data_ships_for() {
    let here = Scratch::new("bench-own-net");
    let said = here.own_net("bench --seconds 0.01 --threads 1 --json").json();
    let rows = said["rows"].as_array().unwrap();
    assert!(rows.len() == 6 && rows.iter().all(|row| row["net"] == "stripes"), "{said}");
}

/// What all seeds, worlds and choices came to: `cpfo bench --sessions --json`.
fn committed() -> Value {
    serde_json::from_str(include_str!("../../sessions.json")).unwrap()
}

/// What tells a row from another.
const KEYS: [&str; 4] = ["task", "train", "replayed", "samples_a_class"];

#[test]
fn sessions_come_to_the_committed_figures() {
    let here = Scratch::new("bench-sessions");
    let words = "bench --sessions --seeds 1 --train all --samples 1,5 --picture curves.svg --json";
    let said = here.cpfo(words).json();
    let all = committed();
    let all = all["rows"].as_array().unwrap();
    let rows = said["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 7 * 2 * 2);
    for row in rows {
        let same = all.iter().find(|other| KEYS.iter().all(|&key| other[key] == row[key]));
        let same = same.unwrap_or_else(|| panic!("not committed: {row}"));
        for figure in ["new", "old"] {
            assert_eq!(row[figure][0], same[figure][0], "{figure} of {row}");
        }
    }
    assert!(here.read("curves.svg").starts_with(b"<svg"));
}

/// The guarded session's defaults against PyTorch's plain SGD with 50 old samples replayed (batch 1,
/// rate 0.03, 20 epochs): mean of the six worlds and of five seeds, new and old, percent. With twenty
/// samples of each class sessions are half a point short of it on what is new, and well above on the old.
#[test]
fn sessions_stand_beside_pytorch() {
    const PYTORCH: [(u64, [f64; 2]); 5] = [
        (1, [54.5, 91.5]),
        (2, [66.9, 90.9]),
        (5, [81.0, 89.3]),
        (10, [87.4, 88.8]),
        (20, [90.5, 87.9]),
    ];
    let all = committed();
    for (each, least) in PYTORCH {
        let rows = all["rows"].as_array().unwrap().iter().filter(|row| {
            row["task"] != "classes"
                && row["train"] == "all"
                && row["replayed"] == 50
                && row["samples_a_class"] == each
        });
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 6);
        for (figure, least) in ["new", "old"].into_iter().zip(least) {
            let shares = rows.iter().flat_map(|row| row[figure].as_array().unwrap());
            let shares: Vec<f64> = shares.map(|share| share.as_f64().unwrap()).collect();
            assert_eq!(shares.len(), 30);
            let mean = 100.0 * shares.iter().sum::<f64>() / 30.0;
            assert!(mean >= least, "{figure} of {each} a class: {mean} below {least}");
        }
    }
}

#[test]
fn wrong_usage() {
    let here = Scratch::new("bench-usage");
    here.cpfo("bench --net vgg").fails(2, &["vgg", "digits, lenet"]);
    here.cpfo("bench --seconds 0").fails(2, &["a number above 0"]);
    here.cpfo("bench --threads 0").fails(2, &["whole number above 0"]);
    here.cpfo("bench --board m4").fails(2, &["--emulated"]);
    here.cpfo("bench --emulated --board m4,m99").fails(2, &["m99", "rv32"]);
    here.cpfo("bench --sweep").fails(2, &["--emulated"]);
    here.cpfo("bench --samples 5").fails(2, &["--sessions"]);
    here.cpfo("bench --sessions --samples 21").fails(2, &["at most 20"]);
    here.cpfo("bench --sessions --train tail:2").fails(1, &["take --train all, conv+output"]);
    here.cpfo("bench --emulated --sweep --board m4").fails(2, &["cannot be used with"]);
    here.cpfo("bench --emulated --seconds 1").fails(2, &["cannot be used with"]);
    let help = here.cpfo("bench --help").done().stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in ["Examples:", "best of them", "80 %", "up to a percent"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn what_the_emulator_needs_is_said() {
    let here = Scratch::new("bench-no-emulator");
    let mut bare = here.cpfo_command("bench --emulated --board m4");
    let ended = bare.env("PATH", "").output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("qemu-system-arm is not installed"), "{said}");
    here.cpfo("bench --emulated --targets .").fails(1, &["is not the folder with the firmware"]);
}
