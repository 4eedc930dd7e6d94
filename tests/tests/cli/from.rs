//! A model that is there is fine-tuned, in part or as a whole.

use safetensors::SafeTensors;

use crate::scratch::Scratch;

/// The tensors that differ between two model files.
fn moved(here: &Scratch, before: &str, after: &str) -> Vec<String> {
    let [before, after] = [before, after].map(|file| here.read(file));
    let [before, after] =
        [&before, &after].map(|bytes| SafeTensors::deserialize(bytes).expect("a model"));
    let mut names = before.names();
    names.sort_unstable();
    names.retain(|name| before.tensor(name).unwrap().data() != after.tensor(name).unwrap().data());
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn only_what_trains_moves() {
    let here = Scratch::new("from-part");
    here.cpfo("train --epochs 3 --out a").done();
    for (train, expected) in [
        ("output", &["o4.bias", "o4.weight"][..]),
        ("biases", &["c1.bias", "f3.bias", "o4.bias"]),
        ("tail:2", &["f3.bias", "f3.weight", "o4.bias", "o4.weight"]),
        ("conv+output", &["c1.bias", "c1.weight", "o4.bias", "o4.weight"]),
    ] {
        let words = "train --from a/model.safetensors --epochs 1 --decay 0.001 --out b --train";
        here.cpfo(&format!("{words} {train}")).fails(0, &["test images before", train]);
        assert_eq!(moved(&here, "a/model.safetensors", "b/model.safetensors"), expected, "{train}");
        here.cpfo(&format!("{words} {train} --trainer in-place")).done();
        assert_eq!(moved(&here, "a/model.safetensors", "b/model.safetensors"), expected, "{train}");
    }
}

#[test]
fn a_fine_tuning_that_was_stopped_goes_on() {
    let here = Scratch::new("from-resume");
    here.cpfo("train --epochs 2 --out a").done();
    let words = "train --from a/model.safetensors --train output --epochs 2";
    here.cpfo(&format!("{words} --out whole")).done();
    here.cpfo(&format!("{words} --out parts --stop-after-batches 33")).fails(130, &["--resume"]);
    here.cpfo("train --resume --out parts").done();
    assert_eq!(
        moved(&here, "whole/model.safetensors", "parts/model.safetensors"),
        <[String; 0]>::default()
    );
}

#[test]
fn what_cannot_be_fine_tuned_is_told() {
    let here = Scratch::new("from-wrong");
    here.cpfo("train --epochs 1 --out a").done();
    here.cpfo("train --from missing.safetensors").fails(1, &["missing.safetensors"]);
    here.cpfo("train --net lenet --from a/model.safetensors").fails(1, &["not a model of the net"]);
    here.cpfo("train --resume --from a/model.safetensors").fails(2, &["--from"]);
    here.cpfo("train --train none").fails(1, &["nothing"]);
    here.cpfo("train --train sideways").fails(2, &["--train"]);
    let limited = "train --from a/model.safetensors --train output --trainer in-place --clip 1";
    here.cpfo(limited).fails(1, &["leave the limit out"]);
    // Of one seed there is a model; of several there is none.
    here.cpfo("train --seeds 1 --epochs 1 --out one").done();
    assert!(!here.read("one/model.safetensors").is_empty());
}
