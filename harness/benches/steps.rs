//! Times of whole steps of nets A (`digits`) and B (`lenet`), on one thread: a sample learnt from in
//! place, freely and within a limit, a mini-batch of 32, an inference.
//! `cargo bench --bench steps`.
//!
//! What `cpfo bench` tells is how fast the tool is, images, threads and all; here is what core takes,
//! compared with the last run. The weights are those of one epoch. They do not move: the rate is 0,
//! which is no less work, so each repeat does the same.

#![allow(missing_docs, reason = "criterion's macros write a public function")]

use std::hint::black_box;
use std::time::Duration;

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Batch, InPlace, Inference, Limit, Rates, Sgd, Velocity};
use cpfo_harness::data::source;
use cpfo_harness::data::{Data, Dataset, Split};
use cpfo_harness::learn::run::{Recipe, Run, Step};
use cpfo_harness::model::snapshot;
use cpfo_harness::nets::{digits, lenet};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// What `cpfo train` takes a mini-batch within, if nothing else is said.
const FINITE: Limit = Limit::Refuse(f32::INFINITY);
/// Samples of a mini-batch.
const BATCH: usize = 32;

/// A net that has learnt a little, and samples for it.
struct Bench<N: Net> {
    parameters: Box<Parameters<N>>,
    samples: Vec<(Box<Image<N>>, usize)>,
}

impl<N: Net> Bench<N> {
    fn new() -> Self {
        let all = if source::ships::<N>() {
            Dataset::digits()
        } else {
            Dataset::drawn(N::INPUT, N::CLASSES)
        };
        let sample = |index| {
            let mut image = Box::new(Image::<N>::ZERO);
            image.flat_mut().copy_from_slice(all.image(index));
            (image, all.label(index).into())
        };
        let samples = (0..BATCH).map(sample).collect();
        let data = Split::Order.split(&all).expect("there are samples");
        Self { parameters: learnt::<N>(&data), samples }
    }
}

/// The weights of one epoch.
fn learnt<N: Net>(data: &Data) -> Box<Parameters<N>> {
    let recipe = Recipe { epochs: 1, rate: 0.01, ..Recipe::BATCH };
    let mut run = Run::<N>::new(recipe, data).expect("there are samples");
    while run.advance().expect("it does not diverge") != Step::Done {}
    let mut parameters = Box::new(N::ZERO);
    snapshot::put::<N>(&snapshot::take::<N>(run.parameters()), &mut parameters);
    parameters
}

fn steps<N: Net>(criterion: &mut Criterion) {
    let Bench { mut parameters, samples } = Bench::<N>::new();
    let mut group = criterion.benchmark_group(N::NAME);
    group.throughput(Throughput::Elements(BATCH as u64));

    let mut trainer = Box::new(InPlace::<N>::ZERO);
    group.bench_function("32 steps in place", |b| {
        b.iter(|| {
            for (image, label) in &samples {
                let loss =
                    trainer.step(&mut parameters, black_box(image), *label, &Rates::new(0.0));
                black_box(loss).expect("the samples are in order");
            }
        });
    });

    group.bench_function("32 steps in place within a limit", |b| {
        b.iter(|| {
            for (image, label) in &samples {
                let image = black_box(image);
                let loss =
                    trainer.step_within(&mut parameters, image, *label, &Rates::new(0.0), FINITE);
                black_box(loss).expect("the samples are in order");
            }
        });
    });

    let (mut batch, mut velocity) = (Box::new(Batch::<N>::ZERO), Box::new(Velocity::<N>::ZERO));
    let sgd = Sgd { rate: 0.0, momentum: 0.9, decay: 0.0 };
    group.bench_function("mini-batch of 32", |b| {
        b.iter(|| {
            for (image, label) in &samples {
                let seen = batch.add(&parameters, black_box(image), *label);
                black_box(seen).expect("the samples are in order");
            }
            let done = batch.update_within(&mut parameters, &mut velocity, &sgd, FINITE);
            done.expect("the gradient is finite");
        });
    });

    let mut inference = Box::new(Inference::<N>::ZERO);
    group.bench_function("32 inferences", |b| {
        b.iter(|| {
            for (image, _) in &samples {
                let class = inference.classify(&parameters, black_box(image));
                black_box(class).expect("an answer");
            }
        });
    });
}

criterion_group! {
    name = nets;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = steps::<digits::Net>, steps::<lenet::Net>
}
criterion_main!(nets);
