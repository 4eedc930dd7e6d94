//! `cpfo data`: what is understood of files, read as `cpfo train` reads them.

use crate::own_net::stripes;
use crate::scratch::Scratch;

/// Windows of 20 readings of two channels, the second of which stands still; three gestures.
fn windows(count: usize) -> String {
    let window = |sample: usize| {
        let name = ["rest", "tap", "wave"][sample % 3];
        let readings = (0..20).map(|reading| {
            let value = (reading * (sample % 3) + sample) % 7;
            format!(",{value},5")
        });
        format!("{name}{}\n", readings.collect::<String>())
    };
    (0..count).map(window).collect()
}

#[test]
fn the_digits_are_described() {
    let here = Scratch::new("look-digits");
    let said = here.cpfo("data --json").json();
    assert_eq!(said["net"], "digits");
    assert_eq!(said["shape"], serde_json::json!([8, 8, 1]));
    assert_eq!(said["samples"]["train"], 1437);
    assert_eq!(said["classes"][3]["name"], "3");
    assert_eq!(said["channels"][0]["most"], 16.0);
    assert_eq!(said["warnings"], serde_json::json!([]));
    let page = String::from_utf8(here.read("cpfo-out/data.html")).unwrap();
    assert!(page.contains("The first samples of 10 classes"), "{page}");
    assert!(page.contains("class=\"pixels\""));
    let text = here.cpfo("data --split stratified").done().stdout;
    for words in ["8 x 8 x 1, images; 10 classes", "stratified split", "nothing looks wrong"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!here.path("cpfo-out/model.safetensors").exists(), "nothing is learnt");
}

#[test]
fn the_net_that_takes_them_is_named() {
    let here = Scratch::new("look-net");
    here.write("stripes.csv", stripes(60));
    let own = here.own_net("data stripes.csv --json").json();
    assert_eq!(own["net"], "stripes");
    assert_eq!(own["shape"], serde_json::json!([6, 9, 1]));
    assert_eq!(own["read"][0], "all: a table, stripes.csv");
    // Nets of other sizes take them no more than they learn from them.
    let none = here.cpfo("data stripes.csv --json").json();
    assert_eq!(none["net"], serde_json::Value::Null);
    let warned = none["warnings"].to_string();
    assert!(warned.contains("no net of this program takes samples of 54 x 1 x 1"), "{warned}");
    here.cpfo("data stripes.csv --net lenet").fails(1, &["54 values, wanted 28 x 28 x 1"]);
}

/// Fifteen is not 14.999999: ranges are of readings, whatever they would be scaled by.
#[test]
fn ranges_are_of_readings() {
    let here = Scratch::new("look-scale");
    // 1 / 15 is no float, and what is divided by 15 does not come back whole.
    let line = |sample: i32| {
        let readings =
            (0..12).map(|at| format!(",{},{}", (sample * at) % 16, 7 - (sample + at) % 60));
        format!("{}{}\n", sample % 2, readings.collect::<String>())
    };
    here.write("sensors.csv", (0..120).map(line).collect::<String>());
    let plain = here.cpfo("data sensors.csv --input 12x1x2 --json").json();
    let [first, second] = [&plain["channels"][0], &plain["channels"][1]];
    assert_eq!((&first["least"], &first["most"]), (&0.0.into(), &15.0.into()), "{plain}");
    assert_eq!((&second["least"], &second["most"]), (&(-52.0).into(), &7.0.into()), "{plain}");
    assert_eq!(plain["shape"], serde_json::json!([12, 1, 2]));
    assert_eq!(plain["scale"]["method"], "max");
    for method in ["max", "minmax", "standard", "none"] {
        let words = format!("data sensors.csv --input 12x1x2 --scale {method}");
        let said = here.cpfo(&format!("{words} --json")).json();
        assert_eq!(said["channels"], plain["channels"], "{method}");
        assert_eq!(said["scale"]["method"], method);
        assert!(here.cpfo(&words).done().stdout.contains(&format!("scale: {method}")));
    }
    // Without it a table does not say that two readings belong together.
    assert_eq!(here.cpfo("data sensors.csv --json").json()["shape"], serde_json::json!([24, 1, 1]));
    // What cannot be scaled is said.
    here.write("windows.csv", windows(60));
    let still = here.cpfo("data windows.csv --input 20x1x2 --scale standard").done().stderr;
    assert!(still.contains("map 1 (counted from 0) is 5 in all training samples"), "{still}");
    here.cpfo("data sensors.csv --input 12x1x3").fails(1, &["24", "wanted 12 x 1 x 3"]);
    here.cpfo("data sensors.csv --input 12x1x2 --net digits").fails(2, &["--input", "--net"]);
    here.cpfo("data sensors.csv --input 12x2").fails(2, &["rows, columns and maps"]);
}

#[test]
fn series_are_drawn_as_curves_with_their_names() {
    let here = Scratch::new("look-series");
    here.write("windows.csv", windows(60));
    let said = here.cpfo("data windows.csv --split stratified --out seen --json").json();
    assert_eq!(said["what"], "series");
    assert_eq!(said["classes"][1]["name"], "tap");
    assert_eq!(said["classes"][1]["train"], 16);
    let page = String::from_utf8(here.read("seen/data.html")).unwrap();
    assert!(page.contains("tap") && page.contains("class=\"trace\""));
    assert!(!page.contains("class=\"pixels\""));
}

#[test]
fn what_looks_wrong_is_said() {
    let here = Scratch::new("look-wrong");
    let mut lines: Vec<String> = windows(120).lines().map(String::from).collect();
    // Twelve of `rest` to one of the others, two alike, one of them of another class.
    lines.retain(|line| line.starts_with("rest") || line.contains(",3,5,4"));
    let copy = lines[0].replace("rest", "wave");
    lines.push(copy);
    here.write("uneven.csv", lines.join("\n"));
    let said = here.cpfo("data uneven.csv").done();
    for words in ["copies of others", "equal to one of another class"] {
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    assert!(said.stdout.contains("things look wrong, above"), "{}", said.stdout);
    here.write("broken.csv", windows(3).replacen(",5", ",NaN", 1));
    here.cpfo("data broken.csv").fails(1, &["line 1, field 3: 'NaN'", "must be finite"]);
    here.cpfo("data").done();
    here.cpfo("data --data broken.csv").fails(2, &["--data"]);
}
