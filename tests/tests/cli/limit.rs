//! `cpfo train --clip` and `--refuse`: what is too long is shortened or refused, and counted; the
//! run goes on, to the same bits however many threads there are.

use serde_json::Value;

use crate::scratch::Scratch;

/// The run of some words, as JSON.
fn trained(here: &Scratch, words: &str) -> Value {
    here.cpfo(&format!("train --epochs 2 --json {words}")).json()
}

fn refused(said: &Value) -> u64 {
    let reasons = said["refused"].as_object().unwrap();
    assert_eq!(reasons.len(), 8, "{said}");
    let other = reasons.iter().filter(|(reason, _)| *reason != "gradient");
    assert!(other.into_iter().all(|(_, count)| count == 0), "{said}");
    reasons["gradient"].as_u64().unwrap()
}

#[test]
fn what_is_not_too_long_is_learnt_as_without_a_limit() {
    let here = Scratch::new("limit-none");
    for trainer in ["batch", "in-place"] {
        let run = |words: &str| trained(&here, &format!("--trainer {trainer} {words}"));
        let free = run("");
        assert_eq!((refused(&free), &free["recipe"]["limit"]), (0, &Value::Null));
        for limit in ["clip", "refuse"] {
            let said = run(&format!("--{limit} 1e6"));
            assert_eq!((refused(&said), &said["history"]), (0, &free["history"]), "{limit}");
            assert_eq!(said["recipe"]["limit"]["kind"], limit);
            assert_eq!(said["recipe"]["limit"]["length"], 1e6);
        }
    }
}

/// Not one weight moves, and the run does not end for it.
#[test]
fn what_is_refused_moves_no_weight() {
    let here = Scratch::new("limit-all");
    for (trainer, updates) in [("batch", 180), ("in-place", 2 * 1437)] {
        let words = format!("--no-augment --decay 0.001 --refuse 1e-6 --trainer {trainer}");
        let said = trained(&here, &words);
        assert_eq!(refused(&said), updates, "{trainer}");
        let [first, second] = &said["history"].as_array().unwrap()[..] else { panic!("{said}") };
        for figure in ["test_loss", "train_accuracy", "decay_term"] {
            assert_eq!(first[figure], second[figure], "{trainer}: {figure}");
        }
        assert!(first["loss"].as_f64().unwrap() > 1.0, "{trainer}: what is refused was seen");
    }
}

#[test]
fn some_are_refused_and_the_others_learnt() {
    let here = Scratch::new("limit-some");
    let said = here.cpfo("train --epochs 8 --refuse 2 --json").json();
    let count = refused(&said);
    assert!((1..720).contains(&count), "{count}");
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.5, "{said}");
    // The same in words, and in the report.
    let text = here.cpfo("train --epochs 8 --refuse 2").done().stdout;
    assert!(text.contains(&format!("refused for the gradient: {count} of 720 updates")), "{text}");
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    for text in ["limit of the gradient", "refused above 2", &format!("{count} of 720 updates")] {
        assert!(report.contains(text), "{text}");
    }
    let seeds = here.cpfo("train --epochs 8 --refuse 2 --seeds 2 --json").json();
    assert_eq!(seeds["seeds"][0]["refused"], said["refused"]);
    let table = here.cpfo("train --epochs 1 --refuse 2 --seeds 2").done().stdout;
    assert!(table.contains("refused"), "{table}");
    let none = here.cpfo("train --epochs 1").done().stdout;
    assert!(!none.contains("refused"), "{none}");
}

#[test]
fn what_is_shortened_is_learnt_from() {
    let here = Scratch::new("limit-clip");
    for words in ["--clip 0.5", "--clip 0.5 --trainer in-place --rate 0.02"] {
        let said = here.cpfo(&format!("train --epochs 8 --json {words}")).json();
        assert_eq!(refused(&said), 0, "{words}");
        assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.7, "{words}: {said}");
    }
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    assert!(report.contains("shortened to 0.5"));
}

#[test]
fn threads_do_not_decide() {
    let here = Scratch::new("limit-threads");
    for limit in ["--clip 0.5", "--refuse 1.5"] {
        // 40 samples are three groups, the last of them smaller.
        for threads in [1, 2, 5] {
            let words = format!("--epochs 2 --batch 40 --threads {threads} --out {threads}");
            here.cpfo(&format!("train {limit} {words}")).done();
        }
        for file in ["model.safetensors", "checkpoint.safetensors"] {
            let of = |threads: u32| here.read(&format!("{threads}/{file}"));
            assert!(of(1) == of(2) && of(1) == of(5), "{limit}: {file}");
        }
    }
}

/// A limit does not save a rate at which nothing can be learnt.
#[test]
fn divergence_ends_a_run_as_ever() {
    let here = Scratch::new("limit-diverges");
    for words in ["--clip 1e30", "--refuse 1e30"] {
        here.cpfo(&format!("train --epochs 3 --rate 1000 {words}"))
            .fails(1, &["failed in epoch 1", "lower --rate", "no model is kept"]);
    }
    assert!(here.list("cpfo-out").is_empty());
    for words in ["--clip 1", "--refuse 100", "--clip 1 --trainer in-place"] {
        here.cpfo(&format!("train --schedule step --step-every 1 --step-factor 1e30 {words}"))
            .fails(1, &["failed in epoch 2", "lower --rate", "The model of epoch 1"]);
    }
}

#[test]
fn wrong_limits() {
    let here = Scratch::new("limit-usage");
    here.cpfo("train --clip 0").fails(2, &["--clip", "a number above 0"]);
    here.cpfo("train --refuse nan").fails(2, &["--refuse", "a number above 0"]);
    here.cpfo("train --clip 1 --refuse 2").fails(2, &["--clip", "--refuse", "cannot be used with"]);
    here.cpfo("train --resume --clip 1").fails(2, &["--resume", "--clip"]);
    assert!(here.list("").is_empty());
}
