//! `cpfo predict --fit`: a drawing is looked at as the training images were drawn, wherever it stands,
//! however large it is, dark on light or light on dark.

use std::path::Path;

use image::{GrayImage, Luma};

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// Copies a picture from beside the tests.
fn case(here: &Scratch, name: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(name);
    here.write(name, std::fs::read(from).unwrap());
}

/// A digit on a sheet: so large, there, in these shades.
fn sheet(
    sample: usize,
    wide: u32,
    [x0, y0]: [u32; 2],
    side: u32,
    [paper, ink]: [f32; 2],
) -> GrayImage {
    let digits = Dataset::digits();
    GrayImage::from_fn(side, side, |x, y| {
        let (column, row) = (x.wrapping_sub(x0) / wide, y.wrapping_sub(y0) / wide);
        let inside = x >= x0 && y >= y0 && column < 8 && row < 8;
        let shade = if inside { digits.image(sample)[(row * 8 + column) as usize] } else { 0.0 };
        Luma([(255.0 * (paper + (ink - paper) * shade)) as u8])
    })
}

#[test]
fn a_drawing_is_found_wherever_it_is() {
    let here = Scratch::new("fit");
    here.cpfo("train --epochs 40").done();
    for name in ["big.jpg", "exif3.jpg", "exif6.jpg"] {
        case(&here, name);
        let seen = here.cpfo(&format!("predict {name} --fit --json")).json();
        assert_eq!(seen["predictions"][0]["class"], 7, "{name}: {seen}");
    }
    // Digits of writers that the net has not learnt from.
    let digits = Dataset::digits();
    let samples: Vec<usize> = (1500..1530).collect();
    let places = [
        ("corner", 4, [3, 2], 100, [0.0, 1.0]),
        ("paper", 12, [90, 40], 200, [0.95, 0.1]),
        ("pencil", 9, [10, 70], 150, [0.8, 0.45]),
        ("small", 1, [20, 20], 40, [0.0, 1.0]),
    ];
    for (name, wide, at, side, shades) in places {
        here.write(&format!("{name}/readme.txt"), "");
        for &sample in &samples {
            let picture = sheet(sample, wide, at, side, shades);
            picture.save(here.path(&format!("{name}/{sample}.png"))).unwrap();
        }
        for invert in ["", "--invert"] {
            if !invert.is_empty() && shades[0] < shades[1] {
                continue;
            }
            let seen = here.cpfo(&format!("predict {name} --fit {invert} --json")).json();
            let predictions = seen["predictions"].as_array().unwrap().iter();
            let right = predictions
                .zip(&samples)
                .filter(|(p, sample)| p["class"] == digits.label(**sample))
                .count();
            assert!(right >= 25, "{name} {invert}: {right} of {}", samples.len());
        }
    }
}

#[test]
fn dark_strokes_are_told_of_where_nothing_is_fitted() {
    let here = Scratch::new("hint");
    here.cpfo("train --epochs 5").done();
    sheet(7, 1, [0, 0], 8, [1.0, 0.0]).save(here.path("dark.png")).unwrap();
    sheet(7, 1, [0, 0], 8, [0.0, 1.0]).save(here.path("light.png")).unwrap();
    let said = here.cpfo("predict dark.png light.png --json");
    assert!(said.stderr.contains("warning: 1 of 2 pictures"), "{}", said.stderr);
    let said = said.json();
    assert!(said["warnings"][0].as_str().unwrap().contains("--invert"));
    assert!(!here.cpfo("predict light.png").done().stderr.contains("warning"));
    let dark = here.cpfo("predict dark.png --invert").done();
    assert!(!dark.stderr.contains("warning"), "{}", dark.stderr);
}
