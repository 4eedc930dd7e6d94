//! `cpfo train`: what it prints and leaves behind, and that neither threads nor anything else but
//! the recipe decides what is learnt.

use crate::scratch::Scratch;

#[test]
fn without_a_word_it_learns_the_digits() {
    let here = Scratch::new("default");
    let said = here.cpfo("").done();
    for word in ["precision", "recall", "support", "true \\ called", "split by order"] {
        assert!(said.stdout.contains(word), "{word}: {}", said.stdout);
    }
    assert_eq!(
        here.list("cpfo-out"),
        ["checkpoint.safetensors", "model.safetensors", "report.html"]
    );
    let evaluated = here.cpfo("eval --json").json();
    assert!(evaluated["test"]["accuracy"].as_f64().unwrap() > 0.94, "{evaluated}");
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    assert!(report.contains("<svg") && report.contains("c1") && !report.contains("NaN"));
}

#[test]
fn json_says_all_of_it() {
    let here = Scratch::new("train-json");
    let said = here.cpfo("train --json --epochs 3 --decay 0.001 --split stratified").json();
    assert_eq!(said["status"], "finished");
    assert_eq!(said["history"].as_array().unwrap().len(), 3);
    assert!(said["history"][2]["decay_term"].as_f64().unwrap() > 0.0);
    assert_eq!(said["data"]["division"], "stratified");
    assert_eq!(said["recipe"]["epochs"], 3);
    assert_eq!(said["test"]["samples"], 360);
    assert_eq!(said["test"]["confusion"].as_array().unwrap().len(), 10);
    assert_eq!(said["files"]["model"], "cpfo-out/model.safetensors");
}

#[test]
fn threads_do_not_decide() {
    let here = Scratch::new("threads");
    // 40 samples are three groups, the last of them smaller.
    for threads in [1, 2, 5] {
        let words = format!("train --epochs 2 --batch 40 --threads {threads} --out {threads}");
        here.cpfo(&words).done();
    }
    for file in ["model.safetensors", "checkpoint.safetensors"] {
        let of = |threads: u32| here.read(&format!("{threads}/{file}"));
        assert!(of(1) == of(2) && of(1) == of(5), "{file}");
    }
}

#[test]
fn seeds_decide() {
    let here = Scratch::new("seeds-decide");
    for (seed, out) in [(1, "a"), (1, "b"), (2, "c")] {
        here.cpfo(&format!("train --epochs 1 --seed {seed} --out {out}")).done();
    }
    let model = |out: &str| here.read(&format!("{out}/model.safetensors"));
    assert!(model("a") == model("b") && model("a") != model("c"));
}

#[test]
fn several_seeds() {
    let here = Scratch::new("seeds");
    let said = here.cpfo("train --seeds 3 --epochs 2 --json").json();
    let accuracies: Vec<f64> = said["seeds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seed| seed["end"]["test_accuracy"].as_f64().unwrap())
        .collect();
    assert_eq!(accuracies.len(), 3);
    let mean = accuracies.iter().sum::<f64>() / 3.0;
    assert!((said["mean"].as_f64().unwrap() - mean).abs() < 1e-12);
    assert!(said["standard_deviation"].as_f64().unwrap() > 0.0);
    assert_eq!(here.list("cpfo-out"), ["seeds.html"], "a page is written, and no model");
    let page = String::from_utf8(here.read("cpfo-out/seeds.html")).unwrap();
    for seed in 1..=3 {
        assert!(page.contains(&format!("test, seed {seed}: ")), "the curve of seed {seed}");
    }
    assert!(page.contains("test, mean: ") && page.contains("the worst") && !page.contains("NaN"));
    // One of several is the same as one alone.
    let alone = here.cpfo("train --seed 2 --epochs 2 --json").json();
    assert_eq!(alone["history"][1], said["seeds"][1]["end"]);
    assert!(here.cpfo("train --seeds 2 --epochs 1").done().stdout.contains(" ± "));
}

#[test]
fn in_place() {
    let here = Scratch::new("in-place");
    let said = here.cpfo("train --trainer in-place --epochs 5 --json").json();
    assert_eq!(said["recipe"]["batch"], 1);
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.8, "{said}");
    for more in ["--momentum 0.9", "--batch 16"] {
        here.cpfo(&format!("train --trainer in-place {more}")).fails(2, &["one sample at a time"]);
    }
}

#[test]
fn every_schedule() {
    let here = Scratch::new("schedules");
    let rates = |words: &str| -> Vec<f64> {
        let said = here.cpfo(&format!("train --epochs 4 --rate 0.02 --json {words}")).json();
        let history = said["history"].as_array().unwrap();
        history.iter().map(|epoch| epoch["rate"].as_f64().unwrap()).collect()
    };
    let close = |a: &[f64], b: [f64; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
    assert!(close(&rates("--schedule constant"), [0.02; 4]));
    assert!(close(&rates("--step-every 2 --step-factor 0.5"), [0.02, 0.02, 0.01, 0.01]));
    assert!(close(&rates("--schedule cosine --warm-up 2"), [0.01, 0.02, 0.01, 0.0]));
}

#[test]
fn mnist_sized_data() {
    let here = Scratch::new("mnist");
    here.idx_part("plain", "train", 60, 28, false);
    here.idx_part("plain", "t10k", 20, 28, false);
    here.idx_part("zipped", "train", 60, 28, true);
    here.idx_part("zipped", "t10k", 20, 28, true);
    for folder in ["plain", "zipped"] {
        let words =
            format!("train --net lenet --data {folder} --epochs 12 --rate 0.02 --out {folder}-out");
        let said = here.cpfo(&format!("{words} --json")).json();
        assert_eq!(said["net"], "lenet");
        assert_eq!(said["data"]["division"], "own");
        assert_eq!(said["test"]["accuracy"], 1.0, "{said}");
    }
    let model = |out: &str| here.read(&format!("{out}-out/model.safetensors"));
    assert!(model("plain") == model("zipped"), "the same samples, the same model");
    let evaluated =
        here.cpfo("eval --model plain-out/model.safetensors --data zipped --json").json();
    assert_eq!(evaluated["net"], "lenet", "the file names the net");
    assert_eq!(evaluated["test"]["samples"], 20);
}

#[test]
fn csv_data() {
    let here = Scratch::new("csv");
    here.csv("train.csv", 100, 8, 8);
    for split in ["", "--split stratified"] {
        let said = here.cpfo(&format!("train --data train.csv --epochs 40 {split} --json")).json();
        assert_eq!(said["test"]["samples"], 20);
        assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.9, "{said}");
    }
    let all = here.cpfo("eval --data train.csv --all --json").json();
    assert_eq!(all["test"]["samples"], 100);
}
