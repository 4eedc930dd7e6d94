//! `cpfo bench`. What it measures is never asserted, only that it is all there.

use std::collections::BTreeSet;

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

#[test]
fn wrong_usage() {
    let here = Scratch::new("bench-usage");
    here.cpfo("bench --net vgg").fails(2, &["vgg", "digits, lenet"]);
    here.cpfo("bench --seconds 0").fails(2, &["a number above 0"]);
    here.cpfo("bench --threads 0").fails(2, &["whole number above 0"]);
    here.cpfo("bench --board m4").fails(2, &["--emulated"]);
    here.cpfo("bench --emulated --board m4,m99").fails(2, &["m99", "rv32"]);
    here.cpfo("bench --sweep").fails(2, &["--emulated"]);
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
