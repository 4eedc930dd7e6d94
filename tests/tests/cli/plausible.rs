//! Data that make no sense are learnt from, but never in silence: on stderr and in `--json`.

use cpfo_harness::data::{Dataset, Split};

use crate::files::{bars, idx};
use crate::scratch::Scratch;

/// Trains for an epoch; every one of these words must stand in one warning, in both places, and on the
/// page.
fn warned(here: &Scratch, words: &str, why: &[&str]) {
    let said = here.cpfo(&format!("{words} --json"));
    let warnings = said.stderr.clone();
    let said = said.ran().object();
    let of_program =
        if said["data"].is_object() { &said["data"]["warnings"] } else { &said["warnings"] };
    let lines: Vec<_> = of_program.as_array().into_iter().flatten().collect();
    assert!(
        lines.iter().any(|line| why.iter().all(|why| line.as_str().unwrap().contains(why))),
        "cpfo {words}\n{why:?} is not in:\n{lines:#?}"
    );
    let page = if words.contains("--seeds") { "seeds.html" } else { "report.html" };
    let page = words.starts_with("train").then(|| here.read(&format!("cpfo-out/{page}")));
    let page = page.map(|page| String::from_utf8(page).unwrap().replace("&amp;", "&"));
    for line in lines {
        let line = line.as_str().unwrap();
        let on_it = page.as_ref().is_none_or(|page| page.contains(line));
        assert!(on_it, "{line} is not on the page");
        let line = format!("warning: {line}");
        assert!(warnings.lines().any(|said| said == line), "{line} is not in:\n{warnings}");
    }
}

fn table(samples: &Dataset, pixel: impl Fn(f32) -> f32) -> String {
    let mut text = String::new();
    for sample in 0..samples.len() {
        text += &samples.label(sample).to_string();
        samples.image(sample).iter().for_each(|&x| text += &format!(",{}", pixel(x)));
        text += "\n";
    }
    text
}

#[test]
fn oddities_of_training_data() {
    let here = Scratch::new("odd");
    let digits = Dataset::digits();
    let some = digits.subset(&(0..300).collect::<Vec<_>>());
    let train = "train --epochs 1 --data data.csv";
    let of = |wanted: &dyn Fn(u16) -> bool| -> Vec<usize> {
        (0..300).filter(|&index| wanted(digits.label(index))).collect()
    };
    let plain = |x: f32| 16.0 * x;

    here.write("data.csv", table(&some, plain));
    assert!(!here.cpfo(train).ran().stderr.contains("warning"));
    let sevens = of(&|label| label == 7);
    here.write("data.csv", table(&digits.subset(&sevens), plain));
    warned(&here, train, &["all", "training samples are of one class, 7"]);
    let mut sorted = of(&|_| true);
    sorted.sort_by_key(|&index| digits.label(index));
    here.write("data.csv", table(&digits.subset(&sorted), plain));
    warned(&here, train, &["test samples of class 9", "--split stratified"]);
    warned(&here, &format!("{train} --seeds 2"), &["none to learn from"]);
    here.write("data.csv", table(&digits.subset(&of(&|label| label < 8)), plain));
    warned(&here, train, &["no sample at all of the classes 8 and 9"]);
    here.write("data.csv", table(&some, |_| 3.0));
    warned(&here, train, &["all training images are the same"]);
    here.write("data.csv", table(&some, |x| 16.0 - 16.0 * x));
    warned(&here, train, &["dark on light", "--invert"]);
    let said = here.cpfo(&format!("{train} --invert")).ran();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    here.write("data.csv", table(&some, |x| x / 1000.0));
    warned(&here, train, &["largest value of the training images is 0.001"]);
    here.write("both/train.csv", table(&some, plain));
    here.write("both/test.csv", table(&some.subset(&(0..50).collect::<Vec<_>>()), plain));
    warned(&here, "train --epochs 1 --data both", &["50 of 50 test images are among the training"]);
    here.write("both/test.csv", table(&digits.subset(&(300..400).collect::<Vec<_>>()), |x| x));
    warned(&here, "train --epochs 1 --data both", &["are the two scaled alike?"]);
}

#[test]
fn a_test_that_does_not_fit_the_model() {
    let here = Scratch::new("odd-test");
    here.cpfo("train --epochs 1").done();
    let test = Split::Order.split(&Dataset::digits()).unwrap().test.unwrap();
    here.write("data.csv", table(&test, |x| 16.0 * x));
    let said = here.cpfo("eval --data data.csv --all").done();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    here.write("data.csv", table(&test, |x| x));
    let eval = "eval --data data.csv --all";
    warned(&here, eval, &["largest value of the test images is 1", "largest is 16"]);
    here.write("data.csv", table(&test, |x| 16.0 - 16.0 * x));
    warned(&here, eval, &["dark on light", "light on dark", "--invert"]);
    let right = here.cpfo("eval --json").json();
    assert_eq!(here.cpfo(&format!("{eval} --invert --json")).json()["test"], right["test"]);
}

#[test]
fn samples_that_the_model_was_trained_with() {
    let here = Scratch::new("known");
    here.cpfo("train --epochs 1").done();
    assert!(!here.cpfo("eval").done().stderr.contains("warning"));
    // By chance a fifth of the last fifth is not known.
    let stratified = Split::Stratified.test_indices(&Dataset::digits()).unwrap();
    let known = stratified.iter().filter(|&&index| index < 1437).count();
    let why = format!("the model was trained on {known} of these 360 test samples");
    warned(&here, "eval --split stratified", &[&why]);
    warned(&here, "eval --all", &["the model was trained on 1,437 of these 1,797"]);
    // The same samples in a file of the user's.
    here.write("mine.csv", table(&Dataset::digits(), |x| 16.0 * x));
    warned(&here, "eval --data mine.csv --split stratified", &[&why]);
    assert!(!here.cpfo("eval --data mine.csv").done().stderr.contains("trained on"));
    // A part of them, in another order: what is kept of them is enough to know.
    let places = |range: std::ops::Range<usize>| range.rev().step_by(3).collect::<Vec<_>>();
    here.write("part.csv", table(&Dataset::digits().subset(&places(0..1437)), |x| 16.0 * x));
    warned(&here, "eval --data part.csv --all", &["trained on about 100 % of these 479"]);
    here.write("new.csv", table(&Dataset::digits().subset(&places(1437..1797)), |x| 16.0 * x));
    assert!(!here.cpfo("eval --data new.csv --all").done().stderr.contains("trained on"));
    let help = here.cpfo("--help").done().stdout;
    assert!(!help.contains("eval --split stratified"), "{help}");
}

#[test]
fn emnist_lies_transposed() {
    let here = Scratch::new("emnist");
    let (upright, labels) = bars(60, 8, 8);
    let turned: Vec<u8> =
        upright.chunks(64).flat_map(|image| (0..64).map(|at| image[at % 8 * 8 + at / 8])).collect();
    for (prefix, images) in [("emnist-digits-train", &turned), ("emnist-letters-train", &upright)] {
        here.write(&format!("gzip/{prefix}-images-idx3-ubyte"), idx(&[60, 8, 8], images));
        here.write(&format!("gzip/{prefix}-labels-idx1-ubyte"), idx(&[60], &labels));
    }
    here.write("plain/train-images-idx3-ubyte", idx(&[60, 8, 8], &upright));
    here.write("plain/train-labels-idx1-ubyte", idx(&[60], &labels));
    here.cpfo("train --data gzip").fails(1, &["several sets in it", "name one of them"]);
    let file = "--data gzip/emnist-digits-train-images-idx3-ubyte";
    warned(&here, &format!("train --epochs 1 {file}"), &["EMNIST", "--transpose"]);
    let said = here.cpfo(&format!("train --epochs 2 {file} --transpose")).ran();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    let weights = |out: &str| {
        let model = here.read(&format!("{out}/model.safetensors"));
        model[model.len() - 4 * 2_746..].to_vec()
    };
    here.cpfo("train --epochs 2 --data plain --out upright").ran();
    assert!(weights("cpfo-out") == weights("upright"));
    // The model knows that its data was turned.
    let tested = here.cpfo(&format!("eval {file} --json")).json();
    assert_eq!(tested["test"], here.cpfo("eval --data plain --transpose=no --json").json()["test"]);
    for words in ["train --help", "eval --help"] {
        assert!(here.cpfo(words).done().stdout.contains("EMNIST"), "{words}");
    }
}

#[test]
fn flags_that_do_nothing() {
    let here = Scratch::new("idle-flags");
    for flag in ["--invert", "--transpose", "--fit", "--label-column last"] {
        here.cpfo(&format!("train {flag}")).fails(2, &["--data"]);
    }
    here.idx_part("data", "train", 60, 8, false);
    warned(&here, "train --data data --epochs 1 --fit", &["--fit does nothing here"]);
    warned(&here, "train --data data --epochs 1 --label-column last", &["--label-column"]);
}

#[test]
fn series_are_shifted_and_not_turned() {
    let here = Scratch::new("series");
    here.cpfo("train --epochs 1 --augment --rotation 5").done();
    let help = here.cpfo("train --help").done().stdout;
    assert!(help.contains("one row"), "{help}");
}
