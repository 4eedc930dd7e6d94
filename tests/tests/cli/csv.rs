//! Tables as spreadsheets, scripts and web sites write them: learnt from rightly, or refused with
//! the flag that says what cannot be known.

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// The first digits as lines: the label among 64 pixels of 0 to 16.
fn lines(count: usize, label: impl Fn(u16) -> String, last: bool) -> Vec<String> {
    let digits = Dataset::digits();
    let line = |sample: usize| {
        let label = label(digits.label(sample));
        let mut fields: Vec<_> =
            digits.image(sample).iter().map(|x| (16.0 * x).to_string()).collect();
        fields.insert(if last { 64 } else { 0 }, label);
        fields.join(",")
    };
    (0..count).map(line).collect()
}

fn header() -> String {
    (0..64).fold("label".to_owned(), |header, pixel| format!("{header},p{pixel}"))
}

/// What a model of one epoch is, in bytes: the same from the same samples.
fn model(here: &Scratch, words: &str) -> Vec<u8> {
    here.cpfo(&format!("train --epochs 1 {words} --out out")).ran();
    let model = here.read("out/model.safetensors");
    std::fs::remove_dir_all(here.path("out")).unwrap();
    // The metadata tell how it was read; the weights stand after them.
    model[model.len() - 4 * 2_746..].to_vec()
}

#[test]
fn every_dialect_trains_the_same_model() {
    let here = Scratch::new("dialects");
    let numbered = |label: u16| label.to_string();
    let first = lines(60, numbered, false);
    let mut all = vec![header()];
    all.extend(first.clone());
    here.write("plain.csv", all.join("\n"));
    let wanted = model(&here, "--data plain.csv");
    let commented = format!("# my digits; mine\n{}", all.join("\n"));
    let files = [
        ("semi.csv", all.join("\n").replace(',', ";")),
        ("tab.tsv", all.join("\n").replace(',', "\t")),
        ("comment.csv", commented),
        ("trail.csv", first.iter().map(|line| format!("{line},\n")).collect()),
        ("windows.csv", format!("\u{feff}{}", all.join("\r\n"))),
        ("bare.csv", first.join("\n")),
        ("any-name.data", first.join("\n")),
    ];
    for (file, text) in files {
        here.write(file, text);
        assert!(model(&here, &format!("--data {file}")) == wanted, "{file}");
    }
    here.write("last.csv", lines(60, numbered, true).join("\n"));
    assert!(model(&here, "--data last.csv --label-column last") == wanted);
    assert!(model(&here, "--data last.csv --label-column 65") == wanted);
    here.write("named.csv", all.join("\n").replace("label", "digit"));
    here.cpfo("train --data named.csv").fails(1, &["digit, p0, p1, p2", "--label-column NAME"]);
    assert!(model(&here, "--data named.csv --label-column digit") == wanted);
}

#[test]
fn a_label_in_the_last_column_is_asked_for() {
    let here = Scratch::new("label-last");
    here.write("last.csv", lines(400, |label| label.to_string(), true).join("\n"));
    let why = ["seems to be in the last column", "--label-column last"];
    here.cpfo("train --data last.csv").fails(1, &why);
    assert!(!here.path("cpfo-out").exists());
    let said = here.cpfo("train --data last.csv --label-column last --epochs 20 --json").json();
    let accuracy = said["test"]["accuracy"].as_f64().unwrap();
    assert!((0.7..0.999).contains(&accuracy), "{accuracy}");
    // The model knows how its data is read.
    let tested = here.cpfo("eval --data last.csv --json").json();
    assert_eq!(tested["test"], said["test"]);
    here.cpfo("train --data last.csv --label-column first --epochs 1").ran();
    here.cpfo("train --data last.csv --label-column 66").fails(1, &["there are 65 columns"]);
}

#[test]
fn names_travel_with_the_model() {
    let here = Scratch::new("names");
    const NAMES: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let named = |label: u16| NAMES[usize::from(label)].to_owned();
    here.write("named.csv", lines(300, named, true).join("\n"));
    let said = here.cpfo("train --data named.csv --epochs 10 --json").ran().object();
    assert_eq!(said["test"]["classes"][0]["name"], "eight", "by the alphabet: {said}");
    let report = String::from_utf8(here.read("cpfo-out/report.html")).unwrap();
    assert!(report.contains("seven"));
    for words in ["eval --data named.csv", "eval --data named.csv --all"] {
        assert!(here.cpfo(words).done().stdout.contains("seven"), "{words}");
    }
    // Fewer of them have the same numbers.
    here.write("few.csv", lines(8, named, true)[7..].join("\n"));
    let few = here.cpfo("eval --data few.csv --all --json").json();
    assert_eq!(few["test"]["classes"][5]["name"], "seven");
    assert_eq!(few["test"]["classes"][5]["support"], 1);
    here.write(
        "seven.pgm",
        format!("P2 8 8 16 {}", lines(8, named, false)[7][6..].replace(',', " ")),
    );
    let seen = here.cpfo("predict seven.pgm --json").json();
    let mut sorted = NAMES;
    sorted.sort();
    let seen = &seen["predictions"][0];
    assert_eq!(seen["name"], sorted[seen["class"].as_u64().unwrap() as usize]);
    let table = here.cpfo("predict seven.pgm").done().stdout;
    assert!(table.contains(seen["name"].as_str().unwrap()), "{table}");
    here.write("alien.csv", lines(8, |_| "ten".to_owned(), true).join("\n"));
    here.cpfo("eval --data alien.csv --all").fails(1, &["class 'ten'", "it knows eight, five"]);

    // A model whose classes are numbers does not guess.
    here.cpfo("train --epochs 1").done();
    here.cpfo("eval --data named.csv").fails(1, &["only numbered"]);
    let eleven: Vec<_> = (0..22).map(|n| format!("n{}{}", n % 11, ",0".repeat(64))).collect();
    here.write("eleven.csv", eleven.join("\n"));
    here.cpfo("train --data eleven.csv").fails(1, &["11 classes", "tells 10 apart"]);
}

#[test]
fn an_absurd_value_is_named_before_anything_is_learnt() {
    let here = Scratch::new("absurd");
    let mut all = vec![header()];
    all.extend(lines(40, |label| label.to_string(), false));
    let spoil = |value: &str| {
        let mut all = all.clone();
        let mut fields: Vec<&str> = all[8].split(',').collect();
        fields[28] = value;
        all[8] = fields.join(",");
        all.join("\r\n")
    };
    for value in ["-1e30", "3e9"] {
        here.write("data/train.csv", spoil(value));
        let why = ["data/train.csv", "line 9, column 29", "correct or remove it"];
        here.cpfo("train --data data --epochs 100000").fails(1, &why);
    }
    assert!(!here.path("cpfo-out").exists());
    here.write("data/train.csv", spoil("5000"));
    let said = here.cpfo("train --data data --epochs 1").ran();
    assert!(said.stderr.contains("line 9, column 29: 5000 is 312.5 times"), "{}", said.stderr);
}
