//! PyTorch agrees: outputs, loss, every gradient, and the parameters after ten updates.

use std::fmt::Display;

use cpfo::net::{Net, Parameters};
use cpfo::shape::Zero as _;
use cpfo::train::{Batch, Inference, Velocity};
use cpfo_suite::for_each_golden;
use cpfo_tests::golden::Golden;
use cpfo_tests::{calls, gradients, rounding, tensors};

/// What PyTorch computed in 64 bits, stored in 32: that is half a rounding more.
fn agree(what: impl Display, ours: &[f32], theirs: &[f32]) {
    let theirs: Vec<_> = theirs.iter().copied().map(f64::from).collect();
    rounding::agree(what, ours, &theirs);
}

fn parameters_agree<N: Net>(what: &str, ours: &Parameters<N>, theirs: &Parameters<N>) {
    for (i, (ours, theirs)) in tensors::<N>(ours).iter().zip(tensors::<N>(theirs)).enumerate() {
        agree(format_args!("{what}, tensor {i}"), ours, &theirs);
    }
}

fn golden<N: Net>() {
    let golden = Golden::<N>::read();
    let mut parameters = golden.parameters;

    let mut inference = Box::new(Inference::<N>::ZERO);
    for ((image, _), output) in golden.samples.iter().zip(&golden.outputs) {
        let ours = inference.outputs(&parameters, image).expect("an answer");
        agree("output", ours, output);
    }
    let decay = parameters.decay_term(golden.sgd.decay);
    agree("decay term", &[decay], &[golden.decay_term]);

    let mut batch = Box::new(Batch::<N>::ZERO);
    let pass = |batch: &mut Batch<N>, parameters: &Parameters<N>| -> f32 {
        let losses = golden.samples.iter().map(|(image, label)| {
            calls::add(batch, parameters, image, *label).expect("a good sample").loss
        });
        losses.sum::<f32>() / golden.samples.len() as f32
    };
    agree("loss", &[pass(&mut batch, &parameters)], &[golden.loss]);

    // The trainer sums; the golden is the mean with the decay of the weights.
    let share = 1.0 / golden.samples.len() as f32;
    let parts = gradients(&mut batch).into_iter().zip(tensors::<N>(&parameters));
    for (i, ((sum, values), expected)) in parts.zip(tensors::<N>(&golden.gradient)).enumerate() {
        // Weight and bias take turns.
        let decay = if i % 2 == 0 { golden.sgd.decay } else { 0.0 };
        let ours: Vec<f32> = sum.iter().zip(&values).map(|(g, w)| g * share + decay * w).collect();
        agree(format_args!("gradient, tensor {i}"), &ours, &expected);
    }

    let mut batch = Box::new(Batch::<N>::ZERO);
    let mut velocity = Box::new(Velocity::<N>::ZERO);
    let mut losses = Vec::new();
    for _ in 0..golden.trajectory.len() {
        losses.push(pass(&mut batch, &parameters));
        batch.update(&mut parameters, &mut velocity, &golden.sgd).expect("good rates");
    }
    agree("losses of ten updates", &losses, &golden.trajectory);
    parameters_agree::<N>("after ten updates", &parameters, &golden.after);
}

macro_rules! tests {
    ($($net:ident)*) => {
        $(#[test] fn $net() { golden::<cpfo_suite::goldens::$net::Net>(); })*

        #[test]
        fn every_fixture_has_its_test() {
            let mut fixtures: Vec<String> = std::fs::read_dir(cpfo_tests::golden::folder())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
                .map(|path| path.file_stem().unwrap().to_str().unwrap().into())
                .collect();
            fixtures.sort();
            let mut tests = vec![$(stringify!($net)),*];
            tests.sort();
            assert_eq!(fixtures, tests);
        }
    };
}

for_each_golden!(tests);
