//! Times of each kernel: forward, delta and gradient of each kind of layer.
//!
//! ```text
//! cargo bench                                  all, and how they changed since the last run
//! cargo bench --bench kernels -- gradient      those with `gradient` in their name
//! cargo bench -- --save-baseline before        keep the times under a name, to compare with
//! cargo bench -- --baseline before
//! ```
//!
//! The kernels are not called one by one: a net is run that has the layer in question and an output
//! of two classes, through the doors that everybody uses. So a bench outlives any change inside.
//!
//! - **forward** is an inference; the output's share is a few percent.
//! - **gradient** is what a sample takes longer to learn from when the layer trains than when only
//!   the output does. The slope, the way back through a pooling and the output's delta belong to it.
//! - **delta** is what a sample takes longer when, of a layer *below*, the biases train, than when
//!   only the output does.
//!
//! Both terms of a difference are timed in turn, so what disturbs one disturbs the other; what
//! taking the time costs falls out.

#![allow(missing_docs, reason = "criterion's macros write a public function")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpfo::choice::{All, Biases, Choice, OutputOnly};
use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Batch, Inference};
use criterion::{Criterion, criterion_group, criterion_main};

/// The layer in question with a small output, and the same above a layer that is small too.
macro_rules! layer {
    (
        $name:ident: $r:literal x $c:literal x $s:literal { $($layer:tt)* }
        above $br:literal x $bc:literal x $bs:literal { $($below:tt)* }
    ) => {
        mod $name {
            cpfo::net! {
                pub mod alone: $r x $c x $s {
                    $($layer)*
                    O9 = Output(2, SoftmaxCrossEntropy);
                }
            }
            cpfo::net! {
                pub mod above: $br x $bc x $bs {
                    $($below)*
                    $($layer)*
                    O9 = Output(2, SoftmaxCrossEntropy);
                }
            }
        }
    };
}

// The second convolution of net B: without pooling, and with each kind of it.
layer!(c: 12 x 12 x 6 { C1 = Convolution(16, 5 x 5, Relu); }
    above 12 x 12 x 1 { C0 = Convolution(6, 1 x 1, Identity); });
layer!(c_p_max: 12 x 12 x 6 { C1 = Convolution(16, 5 x 5, Relu); P2 = Pooling(Max, 2 x 2); }
    above 12 x 12 x 1 { C0 = Convolution(6, 1 x 1, Identity); });
layer!(c_p_mean: 12 x 12 x 6 { C1 = Convolution(16, 5 x 5, Relu); P2 = Pooling(Mean, 2 x 2); }
    above 12 x 12 x 1 { C0 = Convolution(6, 1 x 1, Identity); });
// Its fully-connected layer.
layer!(f: 4 x 4 x 16 { F1 = FullyConnected(84, Relu); }
    above 4 x 4 x 1 { C0 = Convolution(16, 1 x 1, Identity); });

// Pooling with no convolution before it, and what is behind it alone.
cpfo::net! { mod p_max: 24 x 24 x 6 {
    P1 = Pooling(Max, 2 x 2);
    O2 = Output(2, SoftmaxCrossEntropy);
} }
cpfo::net! { mod p_mean: 24 x 24 x 6 {
    P1 = Pooling(Mean, 2 x 2);
    O2 = Output(2, SoftmaxCrossEntropy);
} }
cpfo::net! { mod no_p: 12 x 12 x 6 {
    O1 = Output(2, SoftmaxCrossEntropy);
} }

// The output of net B: alone, and above units of one number.
cpfo::net! { mod o: 1 x 1 x 84 {
    O1 = Output(10, SoftmaxCrossEntropy);
} }
cpfo::net! { mod o_above: 1 x 1 x 1 {
    F0 = FullyConnected(84, Identity);
    O1 = Output(10, SoftmaxCrossEntropy);
} }

/// The biases of the lowest layer train, and the output.
type Lowest = Biases<OutputOnly>;

/// A net that looks at an image.
struct Look<N: Net> {
    parameters: Box<Parameters<N>>,
    inference: Box<Inference<N>>,
    image: Box<Image<N>>,
}

impl<N: Net> Look<N> {
    fn new() -> Self {
        let (parameters, image) = start::<N>();
        Self { parameters, inference: Box::new(Inference::ZERO), image }
    }

    fn look(&mut self) {
        let outputs = self.inference.outputs(&self.parameters, black_box(&self.image));
        black_box(outputs).expect("an answer");
    }
}

/// A net that learns from an image what the choice lets it.
struct Learn<N: Net, C: Choice> {
    parameters: Box<Parameters<N, C>>,
    batch: Box<Batch<N, C>>,
    image: Box<Image<N>>,
}

impl<N: Net, C: Choice> Learn<N, C> {
    fn new() -> Self {
        let (from, image) = start::<N>();
        let mut parameters = Box::new(Parameters::<N, C>::ZERO);
        // Frozen layers borrow for ever, as from flash.
        parameters.load(Box::leak(from));
        Self { parameters, batch: Box::new(Batch::ZERO), image }
    }

    fn learn(&mut self) {
        let seen = self.batch.add(&self.parameters, black_box(&self.image), 0);
        black_box(seen).expect("the image and its label are in order");
    }
}

/// Fresh weights, and an image of which half is 0, as a ReLU leaves it.
fn start<N: Net>() -> (Box<Parameters<N>>, Box<Image<N>>) {
    let rng = &mut Rng::new(2014);
    let mut parameters = Box::new(N::ZERO);
    parameters.initialize(rng);
    let mut image = Box::new(Image::<N>::ZERO);
    for pixel in image.flat_mut() {
        *pixel = (2.0 * rng.uniform() - 1.0).max(0.0);
    }
    (parameters, image)
}

/// How much longer one takes than the other.
fn difference(times: u64, mut long: impl FnMut(), mut short: impl FnMut()) -> Duration {
    let mut sum = 0;
    for _ in 0..times {
        let start = Instant::now();
        long();
        let between = Instant::now();
        short();
        let end = Instant::now();
        sum += (between - start).as_nanos() as i128 - (end - between).as_nanos() as i128;
    }
    // Criterion asks for a time, and a kernel of nothing may come out below 0.
    Duration::from_nanos(u64::try_from(sum).unwrap_or(0).max(times))
}

/// A layer alone, and above another.
fn layer<Alone: Net, Above: Net>(criterion: &mut Criterion, name: &str) {
    let mut look = Look::<Alone>::new();
    criterion.bench_function(&format!("{name}/forward"), |b| b.iter(|| look.look()));
    let (mut all, mut none) = (Learn::<Alone, All>::new(), Learn::<Alone, OutputOnly>::new());
    criterion.bench_function(&format!("{name}/gradient"), |b| {
        b.iter_custom(|times| difference(times, || all.learn(), || none.learn()));
    });
    let (mut below, mut none) = (Learn::<Above, Lowest>::new(), Learn::<Above, OutputOnly>::new());
    criterion.bench_function(&format!("{name}/delta"), |b| {
        b.iter_custom(|times| difference(times, || below.learn(), || none.learn()));
    });
}

fn convolutions(criterion: &mut Criterion) {
    layer::<c::alone::Net, c::above::Net>(criterion, "c 5x5 6-16 on 12x12");
    layer::<c_p_max::alone::Net, c_p_max::above::Net>(criterion, "c and p max");
    layer::<c_p_mean::alone::Net, c_p_mean::above::Net>(criterion, "c and p mean");
}

fn fully_connected(criterion: &mut Criterion) {
    layer::<f::alone::Net, f::above::Net>(criterion, "f 256-84");
}

/// The output learns or does not; nothing else is there to learn.
fn output(criterion: &mut Criterion) {
    let mut look = Look::<o::Net>::new();
    criterion.bench_function("o 84-10/forward", |b| b.iter(|| look.look()));
    let (mut all, mut look) = (Learn::<o::Net, All>::new(), Look::<o::Net>::new());
    criterion.bench_function("o 84-10/gradient", |b| {
        b.iter_custom(|times| difference(times, || all.learn(), || look.look()));
    });
    let mut below = Learn::<o_above::Net, Lowest>::new();
    let mut none = Learn::<o_above::Net, OutputOnly>::new();
    criterion.bench_function("o 84-10/delta", |b| {
        b.iter_custom(|times| difference(times, || below.learn(), || none.learn()));
    });
}

/// Alone a pooling has no gradient and nothing below it; its delta is a part of `c and p`.
fn pooling(criterion: &mut Criterion) {
    let mut rest = Look::<no_p::Net>::new();
    let (mut max, mut mean) = (Look::<p_max::Net>::new(), Look::<p_mean::Net>::new());
    criterion.bench_function("p max 2x2 on 24x24x6/forward", |b| {
        b.iter_custom(|times| difference(times, || max.look(), || rest.look()));
    });
    criterion.bench_function("p mean 2x2 on 24x24x6/forward", |b| {
        b.iter_custom(|times| difference(times, || mean.look(), || rest.look()));
    });
}

criterion_group! {
    name = kernels;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = convolutions, pooling, fully_connected, output
}
criterion_main!(kernels);
