//! `cpfo eval`, `cpfo predict`, `cpfo nets`.

use image::GrayImage;
use serde_json::Value;

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// The first digits of the shipped set as PNG files, named by their class.
fn pictures(here: &Scratch, folder: &str) {
    let digits = Dataset::digits();
    for sample in 0..10 {
        let pixels = digits.image(sample).iter().map(|x| (255.0 * x).round() as u8).collect();
        let picture = GrayImage::from_raw(8, 8, pixels).unwrap();
        here.write(&format!("{folder}/readme.txt"), "no picture");
        let file = here.path(&format!("{folder}/{}.png", digits.label(sample)));
        picture.save(file).unwrap();
    }
}

#[test]
fn pictures_are_told_apart() {
    let here = Scratch::new("predict");
    pictures(&here, "scans");
    here.cpfo("train --epochs 15").done();
    let said = here.cpfo("predict scans --json").json();
    let predictions = said["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 10);
    for (class, prediction) in predictions.iter().enumerate() {
        assert_eq!(prediction["picture"], format!("scans/{class}.png"));
        let probabilities: Vec<f64> = prediction["probabilities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p.as_f64().unwrap())
            .collect();
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        assert_eq!(prediction["top"].as_array().unwrap().len(), 3);
        assert_eq!(prediction["top"][0]["class"], prediction["class"]);
    }
    let right = |(class, prediction): &(usize, &Value)| prediction["class"] == *class;
    assert!(predictions.iter().enumerate().filter(right).count() >= 9, "{said}");

    let table = here.cpfo("predict scans/7.png scans/3.png").done().stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.contains("scans/7.png") && table.contains('%'));
}

#[test]
fn evaluation_keeps_the_split_of_the_training() {
    let here = Scratch::new("eval");
    let trained = here.cpfo("train --epochs 3 --split stratified --json").json();
    assert_eq!(here.cpfo("eval --json").json()["test"], trained["test"]);
    assert_ne!(here.cpfo("eval --split order --json").json()["test"], trained["test"]);
    assert_eq!(here.cpfo("eval --all --json").json()["test"]["samples"], 1797);
    let table = here.cpfo("eval").done().stdout;
    assert!(table.contains("precision") && table.contains("stratified split"), "{table}");
}

#[test]
fn nets_and_what_they_cost() {
    let here = Scratch::new("nets");
    let said = here.cpfo("nets --json").json();
    let figures = |net: usize| {
        let net = &said["nets"][net];
        (net["name"].as_str().unwrap(), net["parameters"].as_u64(), net["macs"].as_u64())
    };
    assert_eq!(figures(0), ("digits", Some(2_746), Some(5_216)));
    assert_eq!(figures(1), ("lenet", Some(25_010), Some(262_344)));
    assert_eq!(said["nets"][0]["bytes"]["parameters"], 10_984);
    let table = here.cpfo("nets").done().stdout;
    for word in ["digits: 8 x 8 x 1 in, 10 classes out", "Convolution", "262,344", "in place"] {
        assert!(table.contains(word), "{word}: {table}");
    }
}
