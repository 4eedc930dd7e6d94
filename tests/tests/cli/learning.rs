//! What comes to nothing says so: while it happens, at its end, and by its exit code. What judges,
//! keeps and ends a run is a part of the training data.

use serde_json::Value;

use crate::scratch::Scratch;

/// Net A dies in its fourth epoch at this rate: it is right half of the time in the second, and in
/// the end every unit of F3 gives 0 for every image.
const DIES: &str = "train --seed 2 --rate 0.5 --epochs 12";

/// The kinds of some troubles, in order.
fn kinds(troubles: &Value) -> Vec<&str> {
    troubles.as_array().unwrap().iter().map(|trouble| trouble["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_net_that_dies() {
    let here = Scratch::new("learning-dies");
    let said = here.cpfo(DIES).fails(
        1,
        &[
            "the net has died",
            "F3",
            "What to do: try a lower --rate (it is 0.5; try 0.05)",
            "the training came to nothing",
            "no better than chance",
            "has forgotten",
        ],
    );
    for sign in ["the net has died", "the net has forgotten"] {
        assert_eq!(said.stderr.matches(sign).count(), 2, "then and at the end: {}", said.stderr);
    }
    let first = said.stderr.find("the net has died").unwrap();
    let last = said.stderr.find("epoch 12/12").unwrap();
    assert!(first < last, "said when it happens: {}", said.stderr);
    assert!(said.stdout.contains("32 of 32 in F3 dead"), "{}", said.stdout);
    // What was learnt is there all the same, and the page says what it is worth.
    let files = ["checkpoint.safetensors", "model.safetensors", "report.html"];
    assert_eq!(here.list("cpfo-out"), files);
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    for text in ["the training came to nothing", "What still learns", ">32</td>"] {
        assert!(report.contains(text), "{text}");
    }
    let said = here.cpfo(&format!("{DIES} --json")).code(1).object();
    assert_eq!(said["verdict"]["failures"], serde_json::json!(["no-better-than-chance"]));
    assert_eq!(said["verdict"]["chance"]["result"], "no-better");
    assert_eq!(said["verdict"]["units"][1]["dead"], 32);
    let mut when = kinds(&said["troubles"]);
    when.sort_unstable();
    assert_eq!(when, ["dead", "fallen"]);
    assert!(said["troubles"][0]["epoch"].as_u64().unwrap() < 12);
}

/// The validation part picks the weights from before the fall, in one go and with stops.
#[test]
fn the_best_weights_are_kept() {
    let here = Scratch::new("learning-keep");
    let words = format!("{DIES} --validate 0.2 --out whole --json");
    let said = here.cpfo(&words).json();
    let kept = &said["verdict"]["kept"];
    assert_eq!((&kept["by"], &kept["epochs"]), (&"best".into(), &12.into()));
    let history = said["history"].as_array().unwrap();
    let loss = |epoch: &Value| epoch["validation"]["loss"].as_f64().unwrap();
    let best = history.iter().map(loss).fold(f64::INFINITY, f64::min);
    let epoch = kept["epoch"].as_u64().unwrap() as usize;
    assert_eq!(loss(&history[epoch - 1]), best);
    assert_eq!(history[epoch - 1]["test_accuracy"], said["test"]["accuracy"]);
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.3, "{said}");
    // The model is that of the best epoch; asked for the last, it is the dead one.
    let evaluated = here.cpfo("eval --model whole/model.safetensors --json").json();
    assert_eq!(evaluated["test"]["accuracy"], said["test"]["accuracy"]);
    here.cpfo(&format!("{DIES} --validate 0.2 --keep last --out last")).fails(1, &["died"]);
    // 1437 less 287 images are 72 mini-batches of 16; the stops are in and between epochs.
    let mut words = format!("{DIES} --validate 0.2");
    for batches in [144, 100, 300] {
        here.cpfo(&format!("{words} --out parts --stop-after-batches {batches}")).code(130);
        words = "train --resume".into();
    }
    here.cpfo("train --resume --out parts").done();
    for file in ["model.safetensors", "checkpoint.safetensors"] {
        let [whole, parts] = ["whole", "parts"].map(|out| here.read(&format!("{out}/{file}")));
        assert!(whole == parts, "{file} differs");
    }
}

#[test]
fn patience_ends_a_run() {
    let here = Scratch::new("learning-patience");
    let words = format!("{DIES} --validate 0.2 --patience 3");
    let said = here.cpfo(&format!("{words} --json")).json();
    let kept = said["verdict"]["kept"].clone();
    let [epoch, epochs] = ["epoch", "epochs"].map(|name| kept[name].as_u64().unwrap());
    assert!(epochs == epoch + 3 && epochs < 12, "{kept}");
    let text = here.cpfo(&words).done().stdout;
    for part in [
        format!("\n{epochs} epochs in "),
        "of 12, since the validation loss had not fallen for 3".into(),
        format!("weights: those of epoch {epoch}, whose validation loss is the lowest"),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    for part in [format!("those of epoch {epoch}, whose validation loss"), "validation: ".into()] {
        assert!(report.contains(&part), "{part}");
    }
    // It has ended; there is nothing to go on with.
    let before = here.read("cpfo-out/model.safetensors");
    here.cpfo("train --resume").done();
    assert!(here.read("cpfo-out/model.safetensors") == before);
}

/// The part that judges is drawn by the seed, and is not learnt from; the test part stays as it is.
#[test]
fn the_validation_part() {
    let here = Scratch::new("learning-part");
    let said = here.cpfo("train --epochs 1 --validate 0.25").done();
    let parts = "learns from 1,078 images, is validated with 359 and tested with 360";
    assert!(said.stderr.contains(parts), "{}", said.stderr);
    let run = |words: &str| here.cpfo(&format!("train --epochs 2 --json {words}")).json();
    let [one, again, other] = ["1", "1", "2"]
        .map(|seed| run(&format!("--validate 0.1 --seed {seed}"))["history"].clone());
    assert!(one == again && one != other);
    assert!(run("")["history"][0].get("validation").is_none());
    for (words, why) in [
        ("--keep best", "--validate"),
        ("--patience 3", "--validate"),
        ("--validate 0", "above 0, at most 0.5"),
        ("--validate 0.6", "above 0, at most 0.5"),
        ("--validate nan", "above 0, at most 0.5"),
        ("--validate 0.1 --patience 0", "--patience"),
        ("--resume --validate 0.1", "--resume"),
    ] {
        here.cpfo(&format!("train {words}")).fails(2, &[why]);
    }
    here.csv("train.csv", 30, 8, 8);
    here.cpfo("train --data train.csv --validate 0.01")
        .fails(1, &["samples is not one: take a larger"]);
}

/// A rate that ruins the net ends with what to do, whichever trainer it is.
#[test]
fn a_ruinous_rate() {
    let here = Scratch::new("learning-ruined");
    // One epoch at such a rate ends above the start.
    for words in ["--rate 100", "--rate 30 --momentum 0.99"] {
        let words = format!("train --epochs 1 --schedule constant {words}");
        here.cpfo(&words).fails(1, &["is above the untrained net's", "a lower --rate", "--clip 1"]);
        let said = here.cpfo(&format!("{words} --json")).code(1).object();
        let verdict = &said["verdict"];
        let [loss, start] = ["loss", "start_loss"].map(|name| verdict[name].as_f64());
        assert!(loss.is_none_or(|loss| loss > start.unwrap()), "{verdict}");
        assert!(kinds(&said["troubles"]).contains(&"above-start"), "{said}");
    }
    let words = "train --trainer in-place --epochs 1 --rate 3";
    here.cpfo(words).fails(1, &["What to do"]);
}

/// One dead seed of several is told, beside the others; so is one that breaks off.
#[test]
fn some_of_several_seeds() {
    let here = Scratch::new("learning-seeds");
    // Seed 4 is hurt by this rate, seed 5 dies of it.
    let words = "train --seed 4 --seeds 2 --rate 0.25 --epochs 8 --out several";
    let said =
        here.cpfo(words).fails(1, &["1 of 2 seeds came to nothing: seed 5 (died, no better"]);
    assert!(said.stdout.contains("died, no better than chance"), "{}", said.stdout);
    assert!(said.stdout.contains("several/seeds.html"), "{}", said.stdout);
    let page = String::from_utf8(here.read("several/seeds.html")).unwrap();
    for text in ["came to nothing", "died, no better than chance", "test, seed 4: ", "4 to 5"] {
        assert!(page.contains(text), "{text}");
    }
    let said = here.cpfo(&format!("{words} --json")).code(1).object();
    assert_eq!(said["seeds"][1]["verdict"]["failures"][0], "no-better-than-chance");
    assert_eq!(said["files"]["report"], "several/seeds.html");
    // Runs that break off are in the table too, and the page is written.
    let said = here
        .cpfo("train --epochs 3 --seeds 2 --rate 1000 --refuse 1e30 --out broken")
        .fails(1, &["seed 1 failed in epoch 1", "lower --rate", "1 more came to nothing"]);
    assert_eq!(said.stdout.matches("broke off").count(), 2, "{}", said.stdout);
    assert_eq!(here.list("broken"), ["seeds.html"]);
}

/// Labels that have nothing to do with the images: nobody can learn them for the test.
#[test]
fn nothing_to_learn() {
    let here = Scratch::new("learning-noise");
    let mut csv = String::new();
    for sample in 0..300_u64 {
        let mut hash = sample.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = || {
            hash = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hash >> 40
        };
        csv += &(next() % 10).to_string();
        (0..64).for_each(|_| csv += &format!(",{}", next() % 17));
        csv.push('\n');
    }
    here.write("train.csv", csv);
    here.cpfo("train --data train.csv --epochs 3")
        .fails(1, &["no better than chance", "always naming the commonest class gets"]);
}

/// Two of two may be luck, but is no failure.
#[test]
fn too_few_to_tell() {
    let here = Scratch::new("learning-few");
    here.csv("train.csv", 10, 8, 8);
    let said = here.cpfo("train --data train.csv --epochs 60");
    let failed = said.stderr.contains("came to nothing");
    let undecided = said.stderr.contains("may be luck: there are too few");
    assert!(failed || undecided || said.stdout.contains("2 of 2"), "{}", said.stderr);
}
