//! Files that are damaged, or that no run can have left: noticed by whoever reads them, with what is
//! wrong, before anything is made of them.

use std::collections::BTreeMap;

use cpfo_harness::data::{Data, Dataset, Split};
use cpfo_harness::learn::run::{Recipe, Run};
use cpfo_harness::model::sealed::{self, Metadata};
use cpfo_harness::nets::digits;
use serde_json::{Value, json};

use crate::scratch::Scratch;

const MODEL: &str = "cpfo-out/model.safetensors";
const CHECKPOINT: &str = "cpfo-out/checkpoint.safetensors";
/// All that reads a model, and what goes on with a checkpoint.
const READERS: [&str; 4] =
    ["eval", "predict digit.pgm", "export --bin model.cpfo", "export --rust model.rs"];

/// Places all over a file: the length of the header, the header, the numbers.
fn places(length: usize) -> impl Iterator<Item = usize> {
    [0, 3, 8, 9, 12, 20].into_iter().chain((0..12).map(move |part| 25 + part * (length - 26) / 11))
}

/// Each bit, flipped, by what every reader begins with: none is taken.
#[test]
fn every_bit_is_guarded() {
    let here = Scratch::new("damage-every-bit");
    here.write("stripes.csv", crate::own_net::stripes(30));
    here.own_net("train --data stripes.csv --epochs 3 --stop-after-batches 3").code(130);
    for file in [MODEL, CHECKPOINT] {
        let mut bytes = here.read(file);
        assert!(sealed::parse(&bytes).unwrap().sealed);
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(sealed::parse(&bytes).is_err(), "{file}: bit {bit} of {}", 8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let cut = (0..bytes.len()).find(|&length| sealed::parse(&bytes[..length]).is_ok());
        assert_eq!(cut, None, "{file}, cut");
    }
}

#[test]
fn a_flipped_bit_is_noticed_by_every_reader() {
    let here = Scratch::new("damage-bits");
    here.cpfo("train --epochs 1 --stop-after-batches 20").code(130);
    here.write("digit.pgm", format!("P2 8 8 255 {}", "9 ".repeat(64)));
    READERS.iter().for_each(|words| drop(here.cpfo(words).done()));
    let made = ["model.cpfo", "model.rs"];
    made.iter().for_each(|file| std::fs::remove_file(here.path(file)).unwrap());
    for (file, readers) in [(MODEL, &READERS[..]), (CHECKPOINT, &["train --resume"])] {
        let whole = here.read(file);
        for (round, place) in places(whole.len()).enumerate() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << (place % 8);
            here.write(file, &damaged);
            here.cpfo(readers[round % readers.len()]).fails(1, &[file]);
        }
        here.write(file, &whole);
    }
    // The checksum itself, and numbers that look like any other.
    let mut damaged = here.read(MODEL);
    *damaged.last_mut().unwrap() ^= 1;
    here.write(MODEL, damaged);
    for words in READERS {
        here.cpfo(words).fails(1, &["it is damaged", "its checksum is"]);
    }
    assert_eq!(here.list(""), ["cpfo-out", "digit.pgm"], "nothing was made of damaged weights");
}

#[test]
fn a_file_without_a_checksum_is_taken_with_a_word() {
    let here = Scratch::new("damage-unsealed");
    here.cpfo("train --epochs 1").done();
    let sealed = here.cpfo("eval --json").done();
    assert!(!sealed.stderr.contains("checksum"), "{}", sealed.stderr);
    let whole = here.read(MODEL);
    let file = sealed::parse(&whole).unwrap();
    let bytes = safetensors::serialize(file.tensors.tensors(), None).unwrap();
    here.write(MODEL, bytes);
    for words in ["eval --json", "export --bin model.cpfo"] {
        let said = here.cpfo(words).done();
        assert!(said.stderr.contains("model.safetensors has no checksum"), "{}", said.stderr);
    }
}

/// Puts other metadata into a file, with a seal that fits.
fn tell(here: &Scratch, file: &str, about: &Metadata) {
    let whole = here.read(file);
    let tensors: BTreeMap<_, _> =
        sealed::parse(&whole).unwrap().tensors.tensors().into_iter().collect();
    here.write(file, sealed::emit(&tensors, about).unwrap());
}

fn at<'v>(object: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('/').fold(object, |object, name| &mut object[name])
}

/// Recipes that nobody can follow: what is changed, to what, and what is said of it.
fn recipes() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("batch", json!(0), "0 samples"),
        ("epochs", json!(0), "0 epochs"),
        ("rate", json!(0), "the recipe's rate is 0: it must be a number above 0"),
        ("rate", json!(-1), "the recipe's rate is -1"),
        ("rate", json!(1e39), "is broken"),
        ("momentum", json!(5), "the recipe's momentum is 5: it must be a number from 0 on below 1"),
        ("momentum", json!(-0.1), "the recipe's momentum is -0.1"),
        ("decay", json!(-1), "the recipe's weight decay is -1"),
        ("shift", json!(-1), "the recipe's largest shift is -1"),
        ("rotation", json!(1e39), "is broken"),
        ("limit", json!({ "kind": "clip", "length": 0 }), "limit of the gradient is 0"),
        ("limit", json!({ "kind": "refuse", "length": -2 }), "limit of the gradient is -2"),
        ("schedule", json!({ "kind": "step", "every": 0, "factor": 0.1 }), "after each 0 epochs"),
        (
            "schedule",
            json!({ "kind": "step", "every": 1, "factor": -1 }),
            "factor of the rate is -1",
        ),
        ("trainer", json!("in-place"), "one sample at a time"),
        ("validate", json!(0.9), "the recipe's validation share is 0.9"),
        ("validate", json!(-0.1), "the recipe's validation share is -0.1"),
        ("patience", json!(0), "waits for 0 epochs"),
        ("patience", json!(3), "sets nothing aside that judges"),
        ("keep", json!("best"), "sets nothing aside that judges"),
    ]
}

#[test]
fn recipes_that_nobody_can_follow() {
    let here = Scratch::new("damage-recipe");
    here.cpfo("train --epochs 3 --stop-after-batches 100").code(130);
    let whole = here.read(CHECKPOINT);
    let about = sealed::parse(&whole).unwrap().about;
    let good: Value = serde_json::from_str(&about["recipe"]).unwrap();
    let Data { train, test } = Split::Order.split(&Dataset::digits()).unwrap();
    let data = Data { train, test };
    let no_numbers = ["rate", "momentum", "decay"].map(|name| (name, json!(null), "is broken"));
    for (name, value, why) in recipes().into_iter().chain(no_numbers) {
        let mut recipe = good.clone();
        recipe[name] = value.clone();
        let mut about = about.clone();
        about.insert("recipe".into(), recipe.to_string());
        tell(&here, CHECKPOINT, &about);
        here.cpfo("train --resume").fails(1, &["checkpoint.safetensors is broken", why]);
        // The same for who calls the library.
        let read = serde_json::from_value::<Recipe>(recipe);
        if let Some(recipe) = read.ok().filter(|_| why != "is broken") {
            let error = Run::<digits::Net>::new(recipe, &data).err().expect(why).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
    for number in [f32::NAN, f32::INFINITY] {
        let plain = Recipe::BATCH;
        for recipe in [
            Recipe { rate: number, ..plain },
            Recipe { momentum: number, ..plain },
            Recipe { decay: number, ..plain },
            Recipe { shift: number, ..plain },
            Recipe { rotation: number, ..plain },
        ] {
            let error = Run::<digits::Net>::new(recipe, &data).err().expect("no number");
            assert!(error.to_string().contains("it must be a number"), "{error}");
        }
    }
    // And for who types it.
    for flags in [
        "--batch 0",
        "--epochs 0",
        "--rate 0",
        "--rate -1",
        "--rate 1e39",
        "--momentum 5",
        "--momentum -0.1",
        "--decay -1",
        "--shift -1",
        "--rotation 1e39",
        "--clip 0",
        "--refuse -2",
        "--step-every 0",
        "--step-factor -1",
        "--trainer in-place --batch 16",
        "--rate nan",
    ] {
        here.cpfo(&format!("train {flags}")).code(2);
    }
    here.write(CHECKPOINT, whole);
    here.cpfo("train --resume").done();
}

#[test]
fn runs_that_nobody_has_had() {
    let here = Scratch::new("damage-progress");
    here.cpfo("train --epochs 3 --stop-after-batches 100").code(130);
    let about = sealed::parse(&here.read(CHECKPOINT)).unwrap().about;
    let progress: Value = serde_json::from_str(&about["progress"]).unwrap();
    assert_eq!((&progress["epoch"], &progress["batch"]), (&json!(1), &json!(10)));
    for (path, value, why) in [
        ("epoch", json!(4), "past the end: 4 epochs and 10 mini-batches are done, of 3"),
        ("epoch", json!(3), "past the end"),
        ("epoch", json!(u32::MAX), "past the end"),
        ("epoch", json!(2), "its course is not that of 2 epochs"),
        ("batch", json!(90), "past the end"),
        ("batch", json!(11), "it saw 160 samples"),
        ("history", json!([]), "its course is not that of 1 epoch"),
        ("sums/correct", json!(161), "161 of them right"),
        ("sums/samples", json!(0), "it saw 0 samples"),
        ("sums/loss", json!(null), "its progress is broken"),
        ("refusals/gradient", json!(101), "101 of 100 updates were refused"),
    ] {
        let mut progress = progress.clone();
        *at(&mut progress, path) = value;
        let mut about = about.clone();
        about.insert("progress".into(), progress.to_string());
        tell(&here, CHECKPOINT, &about);
        here.cpfo("train --resume").fails(1, &[why]);
    }
    for (name, value) in [("train_accuracy", json!(2)), ("test_loss", json!(null))] {
        let mut progress = progress.clone();
        progress["history"][0][name] = value;
        let mut about = about.clone();
        about.insert("progress".into(), progress.to_string());
        tell(&here, CHECKPOINT, &about);
        here.cpfo("train --resume").code(1);
    }
}

/// What a model says of its data decides how its inputs are scaled.
#[test]
fn data_that_nobody_has_had() {
    let here = Scratch::new("damage-origin");
    here.cpfo("train --epochs 1").done();
    here.write("digit.pgm", format!("P2 8 8 255 {}", "9 ".repeat(64)));
    for file in [MODEL, CHECKPOINT] {
        let about = sealed::parse(&here.read(file)).unwrap().about;
        for white in [json!(0), json!(-16), json!(1e39), json!(null), json!("white")] {
            let mut origin: Value = serde_json::from_str(&about["origin"]).unwrap();
            origin["scale"]["white"] = white;
            let mut about = about.clone();
            about.insert("origin".into(), origin.to_string());
            tell(&here, file, &about);
            let words = if file == MODEL { "eval" } else { "train --resume" };
            here.cpfo(words).fails(1, &[file, "what it says of its data is broken"]);
        }
    }
}
