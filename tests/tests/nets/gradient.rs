//! Core agrees with the plain loops, and the plain loops with finite differences, for every
//! parameter: of the goldens' nets and of nets of random shapes.

use cpfo::net::{Image, Net};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Batch, InPlace, Inference};
use cpfo_suite::for_each_golden;
use cpfo_tests::plain::Plain;
use cpfo_tests::rounding::{LEFT, agree, agree_above};
use cpfo_tests::{calls, copy, for_each_random, gradients, tensors};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// Step of the central differences. In 64 bits their own error is about h² · J‴ + 2^-53 / h, some
/// 1e-9 here; the tolerance leaves room for a curved loss.
const H: f64 = 1e-5;
const DIFFERENCE: f64 = 1e-6;

/// Random parameters and a random image.
fn sample<N: Net>(seed: u64) -> (Box<cpfo::net::Parameters<N>>, Box<Image<N>>, usize) {
    let mut rng = Rng::new(seed);
    let mut parameters = Box::new(N::ZERO);
    parameters.initialize(&mut rng);
    // Biases start at 0, which would hide a bias that is added twice or not at all.
    use cpfo::net::Role;
    parameters.visit_mut(|role, values| {
        if role == Role::Bias {
            values.iter_mut().for_each(|b| *b = 0.4 * rng.uniform() - 0.2);
        }
    });
    let mut image = Box::new(Image::<N>::ZERO);
    image.flat_mut().iter_mut().for_each(|x| *x = 2.0 * rng.uniform() - 1.0);
    let label = rng.below(N::CLASSES as u32) as usize;
    (parameters, image, label)
}

/// Core against the plain loops: output, loss, every gradient; both trainers.
fn agrees_with_plain<N: Net>(seed: u64) {
    let (parameters, image, label) = sample::<N>(seed);
    let plain = Plain::new::<N>(tensors::<N>(&parameters).into_iter());
    let x: Vec<f64> = image.flat().iter().map(|&x| f64::from(x)).collect();
    let pass = plain.pass(&x, label);

    let mut inference = Box::new(Inference::<N>::ZERO);
    let output = inference.outputs(&parameters, &image).expect("an answer");
    agree("output", output, &pass.output);

    let mut batch = Box::new(Batch::<N>::ZERO);
    let seen = calls::add(&mut batch, &parameters, &image, label).expect("a good sample");
    agree("loss", &[seen.loss], &[pass.loss]);
    let gradients = gradients(&mut batch);
    let plain: Vec<_> = pass.gradient.iter().flatten().filter(|g| !g.is_empty()).collect();
    assert_eq!(gradients.len(), plain.len());
    for (t, (ours, plain)) in gradients.iter().zip(&plain).enumerate() {
        // δ of the output is y − t: where y is nearly right, little is left of numbers up to 1.
        agree_above(format_args!("gradient of tensor {t}"), ours, plain, LEFT);
    }

    // In place, W moves by −η ∂J/∂W. The rate is 1, so that the difference keeps its digits.
    let mut moved = copy::<N>(&parameters);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let loss = calls::step(&mut trainer, &mut moved, &image, label, 1.0, 0.0);
    assert_eq!(loss, Ok(seen.loss), "both trainers see the same loss");
    let (before, after) = (tensors::<N>(&parameters), tensors::<N>(&moved));
    for (t, ((before, after), plain)) in before.iter().zip(&after).zip(&plain).enumerate() {
        let step: Vec<f32> = before.iter().zip(after).map(|(b, a)| b - a).collect();
        // What is left of W − (W − g) has the rounding of W.
        let largest = before.iter().fold(1.0_f64, |largest, w| largest.max(f64::from(w.abs())));
        agree_above(format_args!("step of tensor {t}"), &step, plain, LEFT * largest);
    }
}

/// The plain loops against central differences, for every parameter.
fn plain_agrees_with_differences<N: Net>(seed: u64) {
    let (parameters, image, label) = sample::<N>(seed);
    let mut plain = Plain::new::<N>(tensors::<N>(&parameters).into_iter());
    let x: Vec<f64> = image.flat().iter().map(|&x| f64::from(x)).collect();
    let gradient = plain.pass(&x, label).gradient;
    for (l, tensors) in gradient.iter().enumerate() {
        for (t, tensor) in tensors.iter().enumerate() {
            for (i, slope) in tensor.iter().enumerate() {
                let kept = plain.parameters[l][t][i];
                let mut loss = |step: f64| {
                    plain.parameters[l][t][i] = kept + step;
                    plain.loss(&x, label)
                };
                let difference = (loss(H) - loss(-H)) / (2.0 * H);
                plain.parameters[l][t][i] = kept;
                assert!(
                    (difference - slope).abs() <= DIFFERENCE * slope.abs().max(1.0),
                    "layer {l}, tensor {t}, number {i}: {slope}, difference {difference}"
                );
            }
        }
    }
}

macro_rules! goldens {
    ($($net:ident)*) => {
        mod golden_nets {
            use cpfo_suite::goldens::*;
            $(#[test] fn $net() {
                // A kink of ReLU or a tie of a maximum within H of the sample would show as a
                // difference; these seeds have none.
                super::plain_agrees_with_differences::<$net::Net>(3);
                for seed in 0..20 { super::agrees_with_plain::<$net::Net>(seed); }
            })*
        }
    };
}

for_each_golden!(goldens);

/// The same cases on every machine: once in a million windows two candidates are so close that 32
/// bits and 64 choose another winner, and a suite that fails for that is no help.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 16,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2014),
        ..ProptestConfig::default()
    }
}

macro_rules! randoms {
    ($($net:ident)*) => {
        mod random_nets {
            use cpfo_tests::random::*;
            use proptest::prelude::*;
            proptest! {
                #![proptest_config(super::config())]
                $(#[test] fn $net(seed in any::<u64>()) {
                    super::agrees_with_plain::<$net::Net>(seed);
                })*
            }
        }
    };
}

for_each_random!(randoms);
