//! Models, folders and recipes that cannot be: what is said of each, and that nothing half-written
//! stays behind.

use crate::scratch::Scratch;

#[test]
fn wrong_usage() {
    let here = Scratch::new("usage");
    here.cpfo("fly").fails(2, &["unrecognized subcommand 'fly'"]);
    here.cpfo("train --net vgg").fails(2, &["vgg", "digits, lenet"]);
    here.cpfo("train --epochs 0").fails(2, &["--epochs"]);
    here.cpfo("train --batch 0").fails(2, &["whole number above 0"]);
    // What is beyond sense is refused, and the bound is named.
    here.cpfo("train --epochs 4294967295").fails(2, &["--epochs", "at most 1,000,000"]);
    here.cpfo("train --batch 18446744073709551615").fails(2, &["--batch", "at most 1,000,000"]);
    here.cpfo("train --seeds 1000000000000").fails(2, &["--seeds", "at most 10,000"]);
    here.cpfo("train --threads 5000").fails(2, &["--threads", "at most "]);
    here.cpfo("bench --threads 5000").fails(2, &["--threads", "at most "]);
    here.cpfo("bench --seconds 1e30").fails(2, &["--seconds", "at most 86400"]);
    here.cpfo("emulate --epochs 4294967295").fails(2, &["--epochs", "at most 1,000,000"]);
    here.cpfo("emulate --samples 4294967295").fails(2, &["--samples", "at most 10,000"]);
    here.cpfo("train --rate nan").fails(2, &["a number above 0"]);
    here.cpfo("train --rate -1").fails(2, &["--rate"]);
    here.cpfo("train --momentum 1").fails(2, &["below 1"]);
    here.cpfo("train --split half").fails(2, &["stratified"]);
    here.cpfo("train --augment --no-augment").fails(2, &["--no-augment"]);
    here.cpfo("train --schedule cosine --step-every 3").fails(2, &["need `--schedule step`"]);
    here.cpfo("train --schedule step --warm-up 3").fails(2, &["needs `--schedule cosine`"]);
    here.cpfo("predict").fails(2, &["<FILE>"]);
    assert!(here.list("").is_empty());
}

#[test]
fn help_teaches() {
    let here = Scratch::new("help");
    assert!(here.cpfo("--help").done().stdout.contains("cpfo train --seeds 10"));
    for command in ["train", "eval", "predict", "bench"] {
        let said = here.cpfo(&format!("{command} --help")).done();
        assert!(said.stdout.contains("Examples:"), "{command}");
    }
    assert!(here.cpfo("--version").done().stdout.starts_with("cpfo "));
}

#[test]
fn a_folder_that_cannot_be_written() {
    let here = Scratch::new("unwritable");
    here.write("taken", "a file, no folder");
    here.cpfo("train --epochs 1000000 --out taken").fails(1, &["folder taken", "--out"]);
    here.cpfo("train --epochs 1000000 --out taken/deeper").fails(1, &["--out"]);
    assert_eq!(here.read("taken"), b"a file, no folder");
}

#[test]
fn a_rate_that_diverges_at_once() {
    let here = Scratch::new("diverges");
    let why = ["failed in epoch 1", "lower --rate", "no model is kept"];
    here.cpfo("train --epochs 3 --rate 1000").fails(1, &why);
    assert!(here.list("cpfo-out").is_empty());
    here.cpfo("train --epochs 3 --rate 1000 --seeds 2")
        .fails(1, &["seed 1 failed", "lower --rate"]);
    let in_place = "--trainer in-place --schedule step --step-every 1 --step-factor 1e30";
    here.cpfo(&format!("train {in_place}")).fails(
        1,
        &["failed in epoch 2", "lower --rate", "The model of epoch 1, the last good one"],
    );
}

/// What core never takes is refused before anything is read.
#[test]
fn a_rate_that_no_net_survives() {
    let here = Scratch::new("rate");
    for words in ["train", "train --trainer in-place", "train --seeds 2", "emulate"] {
        for rate in ["1e30", "1000.1"] {
            let why = ["--rate", "a number above 0, at most 1000"];
            here.cpfo(&format!("{words} --rate {rate}")).fails(2, &why);
        }
    }
    here.cpfo("train --rate 10 --decay 0.1").fails(2, &["lower --rate or --decay", "below 1"]);
    assert!(here.list("").is_empty());
}

#[test]
fn a_rate_that_diverges_later() {
    let here = Scratch::new("diverges-later");
    let later = "--schedule step --step-every 2 --step-factor 1e30";
    here.cpfo(&format!("train --epochs 5 {later}")).fails(
        1,
        &["failed in epoch 3", "lower --rate", "The model of epoch 2, the last good one"],
    );
    assert_eq!(here.list("cpfo-out"), ["model.safetensors"]);
    here.cpfo("train --epochs 2 --schedule constant --out good").done();
    let test = |out: &str| {
        here.cpfo(&format!("eval --model {out}/model.safetensors --json")).json()["test"].clone()
    };
    assert_eq!(test("cpfo-out"), test("good"));
}

#[test]
fn models_that_are_none() {
    let here = Scratch::new("bad-models");
    here.cpfo("eval").fails(1, &["cannot read the model cpfo-out/model.safetensors", "cpfo train"]);
    here.cpfo("train --epochs 1").done();
    let whole = here.read("cpfo-out/model.safetensors");
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("text", b"this is no model at all"),
        ("head", &whole[..100]),
        ("cut", &whole[..whole.len() - 1]),
    ] {
        here.write(name, bytes);
        here.cpfo(&format!("eval --model {name}"))
            .fails(1, &[name, "not a whole safetensors file"]);
    }
    here.cpfo("eval --net lenet").fails(1, &["not a model of the net `lenet`", "its layers are"]);
    here.own_net("eval --model cpfo-out/model.safetensors")
        .fails(1, &["is of the net `digits`; this program knows stripes"]);
}

#[test]
fn pictures_that_are_none() {
    let here = Scratch::new("bad-pictures");
    here.cpfo("train --epochs 1").done();
    here.write("text.png", "no picture");
    here.write("small.pgm", "P2 2 2 255 0 0 0 0");
    here.write("empty/readme.txt", "");
    here.cpfo("predict nothing.png").fails(1, &["nothing.png", "is the path right"]);
    here.cpfo("predict text.png").fails(1, &["text.png", "damaged"]);
    here.cpfo("predict small.pgm").fails(1, &["2 x 2", "8 x 8"]);
    here.cpfo("predict empty").fails(1, &["there is no picture in the folder empty"]);
}
