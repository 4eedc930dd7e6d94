//! The bits do not depend on the vectors: with every kind that this processor has, training in
//! place, by mini-batches, and inference end in the same bits.

use cpfo::net::Net;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Batch, InPlace, Inference, Sgd, Velocity};
use cpfo_harness::learn::passes::{Add, Classify, Look, Outputs, Step};
use cpfo_harness::learn::vectors::Vectors;
use cpfo_suite::for_each_golden;
use cpfo_tests::tensors;

const SAMPLES: usize = 24;
const SGD: Sgd = Sgd { rate: 0.05, momentum: 0.9, decay: 1e-3 };

/// All numbers that come up, as bits.
fn course<N: Net>(vectors: Vectors) -> Vec<u32> {
    let mut rng = Rng::new(2014);
    let mut parameters = Box::new(N::ZERO);
    parameters.initialize(&mut rng);
    let samples: Vec<_> = (0..SAMPLES)
        .map(|n| {
            let mut image = Box::new(cpfo::net::Image::<N>::ZERO);
            // About half of the pixels are 0, as in a picture.
            image.flat_mut().iter_mut().for_each(|x| *x = (rng.uniform() - 0.5).max(0.0));
            (image, n % N::CLASSES)
        })
        .collect();

    let mut bits = Vec::new();
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    for (image, label) in &samples {
        let (parameters, sample) = (&mut *parameters, (&**image, *label));
        let step = Step { trainer: &mut *trainer, parameters, sample, sgd: &SGD };
        let seen = vectors.run(step).expect("a good sample");
        bits.extend([seen.loss.to_bits(), seen.class as u32]);
    }
    let mut batch = Box::new(Batch::<N>::ZERO);
    let mut velocity = Box::new(Velocity::<N>::ZERO);
    for mini_batch in samples.chunks(8) {
        for (image, label) in mini_batch {
            let sample = (&**image, *label);
            let add = Add { batch: &mut *batch, parameters: &*parameters, sample };
            let seen = vectors.run(add).expect("a good sample");
            bits.extend([seen.loss.to_bits(), seen.class as u32]);
        }
        batch.update(&mut parameters, &mut velocity, &SGD).expect("good rates");
    }
    let mut inference = Box::new(Inference::<N>::ZERO);
    let (inference, parameters) = (&mut *inference, &*parameters);
    for (image, label) in &samples {
        let (image, sample) = (&**image, (&**image, *label));
        bits.push(vectors.run(Classify { inference, parameters, image }).expect("an answer") as u32);
        let seen = vectors.run(Look { inference, parameters, sample }).expect("a good sample");
        bits.push(seen.loss.to_bits());
        let outputs = vectors.run(Outputs { inference, parameters, image }).expect("an answer");
        bits.extend(outputs.iter().map(|y| y.to_bits()));
    }
    bits.extend(tensors::<N>(parameters).iter().flatten().map(|w| w.to_bits()));
    bits
}

fn same_bits<N: Net>() {
    let mut kinds = Vectors::all();
    let baseline = kinds.next().expect("every processor has some");
    let expected = course::<N>(baseline);
    assert!(expected.iter().all(|&bits| f32::from_bits(bits).is_finite()));
    for vectors in kinds {
        let found = course::<N>(vectors);
        let other = found.iter().zip(&expected).position(|(found, expected)| found != expected);
        assert_eq!(other, None, "{}: number {other:?} by {vectors} and {baseline}", N::NAME);
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn net_a() {
    same_bits::<cpfo_harness::nets::digits::Net>();
}

#[test]
fn net_b() {
    same_bits::<cpfo_harness::nets::lenet::Net>();
}

macro_rules! tests {
    ($($net:ident)*) => {
        $(#[test] fn $net() { same_bits::<cpfo_suite::goldens::$net::Net>(); })*
    };
}

for_each_golden!(tests);
