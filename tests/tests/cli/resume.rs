//! A run that was stopped goes on to the same bytes as one that was not.

use crate::scratch::Scratch;

const FILES: [&str; 2] = ["model.safetensors", "checkpoint.safetensors"];

/// Runs a recipe in one go, and again with stops; the files must be the same.
fn stops(name: &str, recipe: &str, stops: &[u32]) {
    let here = Scratch::new(name);
    here.cpfo(&format!("train {recipe} --out whole")).done();
    let mut words = format!("train {recipe}");
    for batches in stops {
        here.cpfo(&format!("{words} --out parts --stop-after-batches {batches}"))
            .fails(130, &["go on with `train --resume --out 'parts'`"]);
        words = "train --resume".into();
    }
    here.cpfo("train --resume --out parts").done();
    for file in FILES {
        let [whole, parts] = ["whole", "parts"].map(|out| here.read(&format!("{out}/{file}")));
        assert!(whole == parts, "{file} differs");
    }
}

#[test]
fn in_the_middle_of_an_epoch() {
    stops("resume-middle", "--epochs 3 --decay 0.0001", &[7, 100, 1]);
}

#[test]
fn between_two_epochs() {
    // 1437 samples are 90 mini-batches of 16.
    stops("resume-between", "--epochs 3 --no-augment", &[90, 90]);
}

#[test]
fn in_place_and_in_groups() {
    stops("resume-in-place", "--epochs 2 --trainer in-place", &[1000]);
    stops("resume-groups", "--epochs 2 --batch 50", &[33]);
}

/// What was refused before the stop is counted after it.
#[test]
fn within_a_limit() {
    stops("resume-refuse", "--epochs 2 --refuse 2", &[50]);
    stops("resume-clip", "--epochs 2 --clip 0.5 --trainer in-place", &[1000]);
}

/// A name that is no text is kept as the system has it.
#[cfg(target_os = "linux")]
#[test]
fn where_the_data_has_an_odd_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let here = Scratch::new("resume-odd-name");
    let odd = OsStr::from_bytes(b"caf\xe9.csv");
    here.csv("plain.csv", 100, 8, 8);
    std::fs::rename(here.path("plain.csv"), here.path("").join(odd)).unwrap();
    let cpfo = |words: &str| {
        let mut command = here.cpfo_command(words);
        if !words.contains("--resume") {
            command.arg("--data").arg(odd);
        }
        here.said(words, command)
    };
    cpfo("train --epochs 2 --out whole").ran();
    cpfo("train --epochs 2 --out parts --stop-after-batches 3").code(130);
    let said = cpfo("train --resume --out parts").ran();
    assert!(said.stdout.contains("caf\\xe9.csv"), "{}", said.stdout);
    let read = |out: &str| here.read(&format!("{out}/model.safetensors"));
    assert!(read("whole") == read("parts"));
    assert!(cpfo("train --epochs 1 --json").ran().object()["data"]["path"].is_object());
    cpfo("eval --json").json();
}

#[test]
fn a_finished_run_is_finished() {
    let here = Scratch::new("resume-finished");
    here.cpfo("train --epochs 1").done();
    let before = FILES.map(|file| here.read(&format!("cpfo-out/{file}")));
    here.cpfo("train --resume").done();
    assert!(before == FILES.map(|file| here.read(&format!("cpfo-out/{file}"))));
}

/// A run that is extended has the files of one that was asked for so much at once.
#[test]
fn for_longer_than_was_asked_for() {
    let here = Scratch::new("resume-longer");
    here.cpfo("train --epochs 3 --schedule constant --out whole").done();
    here.cpfo("train --epochs 1 --schedule constant --out parts").done();
    here.cpfo("train --resume --epochs 2 --out parts --stop-after-batches 5").code(130);
    here.cpfo("train --resume --out parts --epochs 1")
        .fails(1, &["has begun 2 epochs already: --epochs cannot be less"]);
    let said = here.cpfo("train --resume --epochs 3 --out parts --json").json();
    assert_eq!(said["history"].as_array().unwrap().len(), 3);
    for file in FILES {
        let [whole, parts] = ["whole", "parts"].map(|out| here.read(&format!("{out}/{file}")));
        assert!(whole == parts, "{file} differs");
    }
}

#[test]
fn a_stopped_run_leaves_a_model() {
    let here = Scratch::new("resume-model");
    let said = here.cpfo("train --epochs 9 --stop-after-batches 300 --json").code(130);
    let object: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&object["status"], &object["epoch"]), (&"stopped".into(), &4.into()));
    let evaluated = here.cpfo("eval --json").json();
    assert!(evaluated["test"]["accuracy"].as_f64().unwrap() > 0.3, "{evaluated}");
}

#[test]
fn what_cannot_go_on() {
    let here = Scratch::new("resume-bad");
    here.cpfo("train --resume").fails(1, &["there is no run to go on with", "cpfo-out"]);
    here.csv("a/train.csv", 50, 8, 8);
    here.csv("b/train.csv", 60, 8, 8);
    here.cpfo("train --data a --epochs 9 --stop-after-batches 4").code(130);
    here.cpfo("train --resume --data b").fails(1, &["other samples", "--data"]);
    let said = here.cpfo("train --resume --rate 0.1 --batch 2").fails(2, &["--rate", "--batch"]);
    assert!(!said.stderr.contains("--momentum"), "names what was not given: {}", said.stderr);
    here.cpfo("train --resume --seeds 3").fails(2, &["--resume", "--seeds"]);
    let whole = here.read("cpfo-out/checkpoint.safetensors");
    here.write("cpfo-out/checkpoint.safetensors", &whole[..whole.len() / 2]);
    here.cpfo("train --resume").fails(1, &["is not a checkpoint of the net"]);
    here.write("cpfo-out/checkpoint.safetensors", here.read("cpfo-out/model.safetensors"));
    here.cpfo("train --resume").fails(1, &["does not say how far the run has come"]);
}
