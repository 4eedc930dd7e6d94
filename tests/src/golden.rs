//! The fixtures that `tests/pytorch/golden.py` wrote.

use std::path::PathBuf;

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo_harness::model;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde_json::Value;

/// What PyTorch says of a net.
pub struct Golden<N: Net> {
    /// Initial parameters.
    pub parameters: Box<Parameters<N>>,
    /// A mini-batch of labelled images.
    pub samples: Vec<(Box<Image<N>>, usize)>,
    /// The output for each image.
    pub outputs: Vec<Vec<f32>>,
    /// The mean data loss.
    pub loss: f32,
    /// λ/2 Σ W².
    pub decay_term: f32,
    /// The gradient of the mean loss with the decay term.
    pub gradient: Box<Parameters<N>>,
    /// The parameters after ten updates with the whole mini-batch.
    pub after: Box<Parameters<N>>,
    /// The data loss before each of the ten updates.
    pub trajectory: Vec<f32>,
    /// Learning rate, momentum, weight decay of the ten updates.
    pub sgd: cpfo::train::Sgd,
}

/// The folder of the fixtures.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

impl<N: Net> Golden<N> {
    /// Reads the fixture of a net.
    pub fn read() -> Self {
        let path = folder().join(N::NAME).with_extension("safetensors");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let file = SafeTensors::deserialize(&bytes).expect("a whole file");
        let (_, header) = SafeTensors::read_metadata(&bytes).expect("a whole file");
        let metadata = header.metadata().as_ref().expect("metadata");
        let recipe: Value = serde_json::from_str(&metadata["golden"]).expect("JSON");
        let number = |name: &str| recipe[name].as_f64().expect(name) as f32;
        let n = recipe["n"].as_u64().expect("n") as usize;

        let [rows, columns, maps] = N::INPUT;
        let pixels = numbers(&file, "input", &[n, rows, columns, maps]);
        let labels = file.tensor("label").expect("label");
        assert_eq!(labels.dtype(), Dtype::I32);
        let samples = pixels.chunks(N::PIXELS).zip(labels.data().as_chunks::<4>().0);
        let parameters = |prefix: &str| {
            let mut parameters = Box::new(N::ZERO);
            model::fill::<N>(&file, prefix, &mut parameters).expect(prefix);
            parameters
        };
        Self {
            parameters: parameters(""),
            samples: samples
                .map(|(pixels, label)| (image::<N>(pixels), i32::from_le_bytes(*label) as usize))
                .collect(),
            outputs: numbers(&file, "output", &[n, N::CLASSES])
                .chunks(N::CLASSES)
                .map(<[f32]>::to_vec)
                .collect(),
            loss: numbers(&file, "loss", &[1])[0],
            decay_term: numbers(&file, "decay", &[1])[0],
            gradient: parameters("gradient."),
            after: parameters("after."),
            trajectory: numbers(&file, "trajectory", &[10]),
            sgd: cpfo::train::Sgd {
                rate: number("rate"),
                momentum: number("momentum"),
                decay: number("decay"),
            },
        }
    }
}

fn numbers(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Vec<f32> {
    model::numbers(file, name, shape).expect(name)
}

/// An image from its pixels.
pub fn image<N: Net>(pixels: &[f32]) -> Box<Image<N>> {
    let mut image = Box::new(Image::<N>::ZERO);
    image.flat_mut().copy_from_slice(pixels);
    image
}
