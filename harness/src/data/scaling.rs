//! From readings to inputs: a [`Scale`] is fitted to the training part alone, and both parts are scaled
//! by it. What a test holds must not show in what a net learns from.

use anyhow::{Context as _, Result};

use super::{Data, Dataset};
use crate::model::Scale;
use crate::model::scale::Method;

/// Where a scale comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum From<'a> {
    /// Fitted by this method; the largest reading is white, unless it is known.
    Fit(Method, Option<f32>),
    /// That of a model.
    Model(&'a Scale),
}

/// Scales readings, and says what is odd about them.
pub(super) fn scale(data: &mut Data, from: From<'_>) -> Result<Vec<String>> {
    let (scale, notes) = match from {
        From::Model(scale) => (scale.clone(), Vec::new()),
        From::Fit(method, white) => fit(&data.train, method, white),
    };
    for part in [Some(&mut data.train), data.test.as_mut()].into_iter().flatten() {
        let context = "this model is of other data";
        scale.fits(part.maps).context(context)?;
        scale.apply(&mut part.images)?;
        part.scale = scale.clone();
    }
    Ok(notes)
}

/// The scale that suits readings, and the maps that it cannot be fitted to.
fn fit(data: &Dataset, method: Method, white: Option<f32>) -> (Scale, Vec<String>) {
    // Where no reading is above 1, somebody has scaled them before.
    let white = white.unwrap_or_else(|| data.images.iter().copied().fold(1.0, f32::max));
    let each: fn(&[f32]) -> [f64; 2] = match method {
        Method::Max => return (Scale::max(white), Vec::new()),
        Method::None => return (Scale::none(white), Vec::new()),
        Method::Minmax => range,
        Method::Standard => mean_and_deviation,
    };
    let mut scale = Scale { method, white, offset: Vec::new(), factor: Vec::new() };
    let mut notes = Vec::new();
    for map in 0..data.maps {
        let readings: Vec<f32> = data.images.iter().copied().skip(map).step_by(data.maps).collect();
        let [offset, width] = each(&readings);
        let factor = (1.0 / width) as f32;
        let fits = factor.is_finite() && factor > 0.0;
        if !fits {
            notes.push(format!(
                "map {map} (counted from 0) is {offset} in all training {}, so its readings cannot \
                 be scaled: its factor is 1",
                data.form().many()
            ));
        }
        scale.offset.push(offset as f32);
        scale.factor.push(if fits { factor } else { 1.0 });
    }
    (scale, notes)
}

/// The smallest, and how far it is from there to the largest.
fn range(readings: &[f32]) -> [f64; 2] {
    let all = readings.iter().map(|&x| f64::from(x));
    let smallest = all.clone().fold(f64::INFINITY, f64::min);
    [smallest, all.fold(f64::NEG_INFINITY, f64::max) - smallest]
}

/// The mean, and the standard deviation of all there are.
fn mean_and_deviation(readings: &[f32]) -> [f64; 2] {
    let count = readings.len() as f64;
    // Of equal readings the mean is this reading, to the bit.
    let first = readings.first().map_or(0.0, |&x| f64::from(x));
    let all = readings.iter().map(|&x| f64::from(x) - first);
    let beyond = all.clone().sum::<f64>() / count;
    let variance = all.map(|x| (x - beyond) * (x - beyond)).sum::<f64>() / count;
    [first + beyond, variance.sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images of one pixel with two maps.
    fn table(images: &[[f32; 2]]) -> Dataset {
        Dataset {
            rows: 1,
            columns: 1,
            maps: 2,
            images: images.as_flattened().to_vec(),
            labels: vec![0; images.len()],
            classes: 1,
            scale: Scale::none(1.0),
            names: Vec::new(),
            groups: Vec::new(),
        }
    }

    const TRAIN: [[f32; 2]; 4] = [[1.0, -10.0], [3.0, 10.0], [1.0, 30.0], [3.0, 10.0]];

    fn scaled(train: &[[f32; 2]], method: Method) -> (Data, Vec<String>) {
        let test = Some(table(&[[5.0, 50.0]]));
        let mut data = Data { train: table(train), test };
        let notes = scale(&mut data, From::Fit(method, None)).unwrap();
        (data, notes)
    }

    fn offsets_and_factors(method: Method) -> [Vec<f32>; 2] {
        let (data, notes) = scaled(&TRAIN, method);
        assert!(notes.is_empty());
        assert_eq!(data.train.scale, data.test.unwrap().scale);
        [data.train.scale.offset, data.train.scale.factor]
    }

    #[test]
    fn each_method_by_hand() {
        assert_eq!(offsets_and_factors(Method::Max), [[0.0], [1.0 / 30.0]]);
        assert_eq!(offsets_and_factors(Method::None), [[0.0], [1.0]]);
        assert_eq!(offsets_and_factors(Method::Minmax), [[1.0, -10.0], [0.5, 1.0 / 40.0]]);
        let sd = 200_f64.sqrt();
        let standard = [[2.0, 10.0], [1.0, (1.0 / sd) as f32]];
        assert_eq!(offsets_and_factors(Method::Standard), standard);
    }

    #[test]
    fn the_test_part_follows_the_training_part() {
        let (data, _) = scaled(&TRAIN, Method::Minmax);
        assert_eq!(data.train.images, [0.0, 0.0, 1.0, 0.5, 0.0, 1.0, 1.0, 0.5]);
        assert_eq!(data.test.unwrap().images, [2.0, 1.5]);
        let (data, _) = scaled(&TRAIN, Method::Standard);
        assert_eq!(data.train.images.iter().step_by(2).sum::<f32>(), 0.0);
        assert_eq!(data.test.unwrap().images[0], 3.0);
    }

    #[test]
    fn readings_up_to_1_stay_by_max() {
        let (data, _) = scaled(&[[0.25, 1.0]], Method::Max);
        assert_eq!(data.train.images, [0.25, 1.0]);
    }

    #[test]
    fn a_constant_map_gets_the_factor_1_and_is_named() {
        for method in [Method::Standard, Method::Minmax] {
            let (data, notes) = scaled(&[[1.0, 0.1], [3.0, 0.1], [4.0, 0.1]], method);
            assert_eq!(data.train.scale.of_map(1), [0.1, 1.0]);
            assert!(data.train.images.iter().skip(1).step_by(2).all(|&x| x == 0.0));
            assert_eq!(notes.len(), 1);
            assert!(notes[0].starts_with("map 1 (counted from 0) is 0.1"), "{}", notes[0]);
        }
    }

    #[test]
    fn a_model_keeps_its_scale_and_its_maps() {
        let (learnt, _) = scaled(&TRAIN, Method::Standard);
        let scale_of_model = learnt.train.scale;
        let mut data = Data { train: table(&[[2.0, 10.0]]), test: None };
        scale(&mut data, From::Model(&scale_of_model)).unwrap();
        assert_eq!(data.train.images, [0.0, 0.0]);
        let other = Scale { offset: vec![0.0; 3], factor: vec![1.0; 3], ..scale_of_model };
        let refused = scale(&mut data, From::Model(&other)).unwrap_err();
        assert!(format!("{refused:#}").contains("the scale is of 3 maps"), "{refused:#}");
    }
}
