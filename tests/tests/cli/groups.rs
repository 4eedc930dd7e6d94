//! Samples that belong together stay together: a table with a column of groups, from training over
//! validation and test to prediction.

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// The first digits as lines: their group, their label, their pixels; the group by `group`.
fn lines(count: usize, group: impl Fn(usize) -> String) -> Vec<String> {
    let digits = Dataset::digits();
    let line = |sample: usize| {
        let pixels: Vec<_> = digits.image(sample).iter().map(|x| (16.0 * x).to_string()).collect();
        format!("{},{},{}", group(sample), digits.label(sample), pixels.join(","))
    };
    (0..count).map(line).collect()
}

fn header() -> String {
    (0..64).fold("person,label".to_owned(), |header, pixel| format!("{header},p{pixel}"))
}

/// Ten persons, one digit each in turn, so that a plain split would tear all of them.
fn person(sample: usize) -> String {
    ["ann", "ben", "cy", "dee", "eve", "fay", "gus", "hal", "ida", "joe"][sample / 3 % 10]
        .to_owned()
}

#[test]
fn nobody_is_on_both_sides() {
    let here = Scratch::new("groups");
    let all = [vec![header()], lines(600, person)].concat().join("\n");
    here.write("people.csv", &all);
    let train = "train --data people.csv --group-column person --epochs 20";
    for split in ["order", "stratified"] {
        let seen = here.cpfo(&format!("data people.csv --group-column person --split {split}"));
        let said = seen.done().stdout;
        assert!(said.contains("groups: 8 to learn from, 2 to test with"), "{said}");
        let words = format!("{train} --split {split} --json");
        let trained = here.cpfo(&words).done();
        assert!(trained.stderr.contains("groups: 8 to learn from, 2 to test with"));
        let trained = trained.object();
        assert_eq!(trained["test"]["samples"], 120);
        // The model knows how its data is read, and so what it has not seen.
        let tested = here.cpfo("eval --data people.csv --json").json();
        assert_eq!(tested["test"], trained["test"], "{split}");
        assert_eq!(tested["warnings"], serde_json::json!([]));
        assert!(tested["samples"].as_str().unwrap().ends_with("groups: 2"), "{tested}");
    }
    let said = here.cpfo("data people.csv --group-column person --json").json();
    assert_eq!(said["groups"], serde_json::json!({ "train": 8, "test": 2 }));
    // A part that judges is of whole groups, too; and each seed learns from the same.
    here.cpfo(&format!("{train} --validate 0.2 --seeds 2 --out judged")).done();

    // The last groups in the order of the file are the test, to the bit.
    let place = |sample: &usize| *person(*sample) >= *"ida";
    let lines = lines(600, |_| "x".to_owned());
    let part = |test: bool| {
        let chosen = (0..600).filter(|sample| place(sample) == test);
        let lines: Vec<&str> = chosen.map(|at| lines[at].strip_prefix("x,").unwrap()).collect();
        lines.join("\n")
    };
    here.write("apart/train.csv", part(false));
    here.write("apart/test.csv", part(true));
    let weights = |words: &str| {
        here.cpfo(&format!("train --epochs 1 {words}")).ran();
        let model = here.read("cpfo-out/model.safetensors");
        model[model.len() - 4 * 2_746..].to_vec()
    };
    let [here_, apart] = ["--data people.csv --group-column person", "--data apart"].map(weights);
    assert!(here_ == apart);
}

/// Where the column is, in every way in which it can be said.
#[test]
fn the_group_is_where_somebody_says() {
    let here = Scratch::new("groups-where");
    let lines = lines(120, person);
    let first = [vec![header()], lines.clone()].concat().join("\n");
    let turned: Vec<String> = lines
        .iter()
        .map(|line| {
            let (group, rest) = line.split_once(',').unwrap();
            format!("{rest},{group}")
        })
        .collect();
    here.write("named.csv", &first);
    here.write("bare.csv", lines.join("\n"));
    here.write("last.csv", turned.join("\n"));
    let said = |words: &str| {
        let said = here.cpfo(&format!("data {words} --net digits --json")).json();
        assert_eq!(said["samples"], serde_json::json!({ "train": 96, "test": 24 }), "{words}");
        assert_eq!(said["warnings"], serde_json::json!([]), "{words}");
        said["classes"].clone()
    };
    let wanted = said("named.csv --group-column person");
    for words in [
        "named.csv --group-column PERSON",
        "named.csv --group-column first",
        "named.csv --group-column 1",
        "bare.csv --group-column first",
        "bare.csv --group-column 1 --label-column 2",
        "last.csv --group-column last",
        "last.csv --group-column 66 --label-column first",
    ] {
        assert_eq!(said(words), wanted, "{words}");
    }
    for (words, why) in [
        ("named.csv --group-column family", &["no column 'family'", "--group-column"][..]),
        ("bare.csv --group-column 67", &["there are 66 columns", "--group-column"]),
        ("bare.csv --group-column first --label-column first", &["both in column 1"]),
        // What is no pixel is not one because nobody says what it is.
        ("named.csv", &["66 fields", "wanted 8 x 8 x 1"]),
    ] {
        here.cpfo(&format!("data {words} --net digits")).fails(1, why);
    }
}

#[test]
fn what_cannot_be_split_is_refused() {
    let here = Scratch::new("groups-refused");
    here.write("one.csv", lines(30, |_| "ann".to_owned()).join("\n"));
    let why = ["all 30 samples are of one group, 'ann'", "leave --group-column out"];
    for split in ["order", "stratified"] {
        let words = format!("train --data one.csv --group-column first --split {split}");
        here.cpfo(&words).fails(1, &why);
    }
    let two = |sample: usize| ["ann", "ben"][usize::from(sample == 29)].to_owned();
    here.write("two.csv", lines(30, two).join("\n"));
    let words = "train --data two.csv --group-column first --epochs 1";
    here.cpfo(&format!("{words} --validate 0.1")).fails(1, &["--validate", "one group, 'ann'"]);
    here.cpfo(words).ran();
    let mut lines = lines(30, person);
    lines[4] = lines[4].split_once(',').map(|(_, rest)| format!(",{rest}")).unwrap();
    here.write("hole.csv", lines.join("\n"));
    let why = ["line 5, field 1: ''", "the group is missing"];
    here.cpfo("train --data hole.csv --group-column first").fails(1, &why);
    here.cpfo("data --group-column first").fails(2, &["PATH"]);
}

#[test]
fn parts_that_share_a_group_are_told_of() {
    let here = Scratch::new("groups-shared");
    let lines = lines(200, person);
    here.write("parts/train.csv", lines[..160].join("\n"));
    here.write("parts/test.csv", lines[157..].join("\n"));
    let said = here.cpfo("data parts --group-column first --net digits").done();
    assert!(said.stderr.contains("groups of the test part have training samples, too"));
    assert!(said.stdout.contains("groups: 10 to learn from, 10 to test with"), "{}", said.stdout);
    // Only tables have columns.
    here.write("pictures/7/one.pgm", "P2 2 2 1 1 0 0 1");
    here.write("pictures/8/one.pgm", "P2 2 2 1 0 1 1 0");
    let said = here.cpfo("data pictures --fit --group-column first").ran();
    assert!(said.stderr.contains("only tables have a --group-column"), "{}", said.stderr);
}

/// Who asks a model needs no group, but may have one.
#[test]
fn a_model_is_asked_with_and_without_groups() {
    let here = Scratch::new("groups-asked");
    let lines = lines(120, person);
    here.write("people.csv", [vec![header()], lines.clone()].concat().join("\n"));
    here.cpfo("train --data people.csv --group-column person --epochs 2").ran();
    let cut = |keep: fn(&str) -> String| lines.iter().map(|line| keep(line) + "\n").collect();
    let after = |line: &str, fields: usize| line.splitn(fields + 1, ',').last().unwrap().to_owned();
    let pixels: String = lines.iter().map(|line| after(line, 2) + "\n").collect();
    let with_group: String = cut(|line| {
        line.split(',')
            .enumerate()
            .filter(|(at, _)| *at != 1)
            .map(|f| f.1)
            .collect::<Vec<_>>()
            .join(",")
    });
    here.write("pixels.csv", &pixels);
    here.write("group.csv", format!("{}\n{with_group}", header().replace(",label", "")));
    let labelled: String = lines.iter().map(|line| after(line, 1) + "\n").collect();
    here.write("label.csv", format!("{}\n{labelled}", header().replace("person,", "")));
    let classes = |file: &str| {
        let said = here.cpfo(&format!("predict {file} --json")).json();
        let all = said["predictions"].as_array().unwrap().iter().map(|row| row["class"].clone());
        all.collect::<Vec<_>>()
    };
    let wanted = classes("people.csv");
    assert_eq!(wanted.len(), 120);
    for file in ["pixels.csv", "group.csv", "label.csv"] {
        assert_eq!(classes(file), wanted, "{file}");
    }
    // A test wants to know whose samples they are, or that nobody knows.
    here.cpfo("eval --data label.csv --all").fails(1, &["no column 'person'", "--group-column"]);
    here.cpfo("eval --data label.csv --all --group-column none").done();
}
