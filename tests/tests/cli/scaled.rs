//! How readings become inputs: fitted when a net is trained, kept in the model, and the same on a chip to
//! which the model went.

use cpfo::format;
use cpfo::net::Image;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo_harness::data::Dataset;
use cpfo_harness::data::source::{self, Origin, Request};
use cpfo_harness::model;
use cpfo_harness::nets::digits;
use serde_json::json;

use crate::scratch::Scratch;

/// The first digits as a sensor with a sign might deliver them.
fn readings(count: usize) -> Vec<[i16; 64]> {
    let digits = Dataset::digits();
    let reading = |sample: usize, pixel: usize| (1600.0 * digits.image(sample)[pixel]) as i16 - 500;
    (0..count).map(|sample| std::array::from_fn(|pixel| reading(sample, pixel))).collect()
}

fn table(readings: &[[i16; 64]]) -> String {
    let digits = Dataset::digits();
    let line = |(sample, readings): (usize, &[i16; 64])| {
        let readings = readings.map(|reading| reading.to_string());
        format!("{},{}\n", digits.label(sample), readings.join(","))
    };
    readings.iter().enumerate().map(line).collect()
}

/// From the file over the device format to an image: the desktop's bits.
#[test]
fn a_chip_scales_readings_as_the_desktop_does() {
    let here = Scratch::new("scaled");
    let readings = readings(100);
    here.write("sensor.csv", table(&readings));
    for (method, flag) in
        ["max", "minmax", "standard", "none"].map(|name| (name, format!("--scale {name}")))
    {
        here.cpfo(&format!("train --data sensor.csv --epochs 1 {flag}")).ran();
        here.cpfo("export --bin model.cpfo").done();
        let (parameters, about) =
            model::load::<digits::Net>(&here.path("cpfo-out/model.safetensors")).unwrap();
        let origin = Origin::of(&about).unwrap().unwrap();
        assert_eq!(origin.scale.method.to_string(), method);

        let bytes = here.read("model.cpfo");
        let mut parsed = digits::Parameters::ZERO;
        assert_eq!(format::parse(&bytes, &mut parsed), Ok(()));
        assert_eq!(parsed, *parameters);
        let scale = format::scale::<digits::Net>(&bytes).expect("a whole model");
        let path = here.path("sensor.csv");
        let request = Request { path: Some(&path), learnt: Some(&origin), ..Request::default() };
        let read = source::read::<digits::Net>(&request).unwrap().data.train;
        for (sample, readings) in readings.iter().enumerate() {
            let mut image = Image::<digits::Net>::ZERO;
            scale.apply(readings, &mut image).unwrap();
            let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(image.flat()), bits(read.image(sample)), "{method}, sample {sample}");
        }
    }
}

#[test]
fn the_training_part_alone_is_fitted() {
    let here = Scratch::new("scaled-fit");
    let mut readings = readings(100);
    here.write("plain.csv", table(&readings));
    // The last fifth is the test.
    readings[99][0] = 2000;
    here.write("other.csv", table(&readings));
    for method in ["max", "minmax", "standard"] {
        let [plain, other] = ["plain", "other"].map(|file| {
            let words = format!("train --data {file}.csv --epochs 1 --scale {method} --json");
            here.cpfo(&words).ran().object()["data"]["scale"].clone()
        });
        assert_eq!(plain["method"], method);
        assert_eq!(plain, other);
    }
}

#[test]
fn whoever_goes_on_with_a_model_uses_its_scale() {
    let here = Scratch::new("scaled-on");
    here.write("sensor.csv", table(&readings(200)));
    here.write("few.csv", table(&readings(20)));
    here.cpfo("train --data sensor.csv --epochs 2 --scale standard --out a").ran();
    let words = "train --data few.csv --from a/model.safetensors --epochs 1 --out b --json";
    let tuned = here.cpfo(words).ran().object()["data"]["scale"].clone();
    let tested = here.cpfo("eval --data few.csv --all --model a/model.safetensors --json").json();
    assert_eq!(tuned["method"], "standard");
    let [tuned, tested] = [tuned, tested["scale"].clone()].map(|scale| {
        [&scale["offset"][0], &scale["factor"][0]].map(|x| x.as_f64().unwrap() as f32)
    });
    assert_eq!(tuned, tested);
    let words = "train --data few.csv --from a/model.safetensors --scale max";
    here.cpfo(words).fails(2, &["--scale"]);
    here.cpfo("train --scale half").fails(2, &["max, minmax, standard and none"]);
}

/// As it was when there was one divisor.
#[test]
fn a_model_that_only_knows_white_is_read() {
    let here = Scratch::new("scaled-old");
    here.cpfo("train --epochs 2").done();
    let file = here.read("cpfo-out/model.safetensors");
    let (_, about) = model::parse::<digits::Net>(&file).unwrap();
    let mut origin: serde_json::Value = serde_json::from_str(&about["origin"]).unwrap();
    origin.as_object_mut().unwrap().remove("scale");
    origin["white"] = json!(16.0);
    let old = crate::scratch::with_metadata(&file, "origin", &origin.to_string());
    here.write("old.safetensors", old);
    let [new, old] = ["cpfo-out/model", "old"].map(|name| {
        here.cpfo(&format!("eval --model {name}.safetensors --json")).json()["test"].clone()
    });
    assert_eq!(new, old);
    for name in ["cpfo-out/model", "old"] {
        here.cpfo(&format!("export --model {name}.safetensors --bin {name}.cpfo")).done();
    }
    assert_eq!(here.read("cpfo-out/model.cpfo"), here.read("old.cpfo"));
}
