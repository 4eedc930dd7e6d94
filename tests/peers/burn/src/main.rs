//! Measures burn for `tests/peers/run`: samples a second of training and of inference.
//!
//!     peer-burn THREADS SECONDS
//!
//! prints one JSON object in the form of `cpfo bench --json`. SECONDS is what may be spent on a
//! figure. Both of burn's pure-Rust backends are measured, the figure is that of the faster one,
//! and `backend` tells which that was.
//!
//! The nets are what burn's own layers and optimiser make of them, the data are tensors before the
//! clock starts, and all work is done inside a pool of THREADS threads, so that no operation has to
//! be handed over to another one first.

use std::env;
use std::hint::black_box;
use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde_json::{Value, json};

const IMAGES: &[u8] = include_bytes!("../../../../harness/data/digits-images-idx3-ubyte");
const LABELS: &[u8] = include_bytes!("../../../../harness/data/digits-labels-idx1-ubyte");
const IMAGES_HEAD: usize = 16;
const LABELS_HEAD: usize = 8;
/// Rows and columns of a digit.
const SIDE: usize = 8;
/// Whole mini-batches of every size that is measured.
const SAMPLES: usize = 14 * 128;

const RATE: f64 = 0.01;
const MOMENTUM: f64 = 0.9;
/// How often a figure is measured; the best was disturbed least.
const REPEATS: u32 = 5;

/// What a net is made of: maps and kernel of each convolution, units of the layers after them.
struct Declaration {
    name: &'static str,
    side: usize,
    convolutions: &'static [(usize, usize)],
    units: usize,
    /// What this must come to.
    parameters: usize,
}

const DIGITS: Declaration =
    Declaration { name: "digits", side: 8, convolutions: &[(8, 3)], units: 32, parameters: 2_746 };
const LENET: Declaration = Declaration {
    name: "lenet",
    side: 28,
    convolutions: &[(6, 5), (16, 5)],
    units: 84,
    parameters: 25_010,
};

/// Convolutions with ReLU and a maximum of 2 × 2 after each, a layer with ReLU, the output.
#[derive(Module, Debug)]
struct Net {
    convolutions: Vec<Conv2d>,
    pooling: MaxPool2d,
    fully_connected: Linear,
    output: Linear,
}

impl Net {
    fn new(declaration: &Declaration, device: &Device) -> Self {
        let (mut maps, mut side) = (1, declaration.side);
        let mut convolutions = Vec::new();
        for &(count, kernel) in declaration.convolutions {
            convolutions.push(Conv2dConfig::new([maps, count], [kernel, kernel]).init(device));
            (maps, side) = (count, (side - kernel + 1) / 2);
        }
        Self {
            convolutions,
            pooling: MaxPool2dConfig::new([2, 2]).init(),
            fully_connected: LinearConfig::new(maps * side * side, declaration.units).init(device),
            output: LinearConfig::new(declaration.units, 10).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut z = images;
        for convolution in &self.convolutions {
            z = self.pooling.forward(relu(convolution.forward(z)));
        }
        self.output.forward(relu(self.fully_connected.forward(z.flatten(1, 3))))
    }
}

/// Mini-batches of the digits that ship, in the middle of a black image where the net takes larger
/// ones, each pixel drawn as 2 × 2.
fn batches(side: usize, size: usize, device: &Device) -> Vec<(Tensor<4>, Tensor<1, Int>)> {
    let scale = if side == SIDE { 1 } else { 2 };
    let border = (side - scale * SIDE) / 2;
    let pixel = |sample: usize, row: usize, column: usize| {
        let inside = border..border + scale * SIDE;
        if !inside.contains(&row) || !inside.contains(&column) {
            return 0.0;
        }
        let [row, column] = [row, column].map(|place| (place - border) / scale);
        f32::from(IMAGES[IMAGES_HEAD + (sample * SIDE + row) * SIDE + column]) / 16.0
    };
    let batch = |first: usize| {
        let mut images = Vec::with_capacity(size * side * side);
        for sample in first..first + size {
            for place in 0..side * side {
                images.push(pixel(sample, place / side, place % side));
            }
        }
        let labels = &LABELS[LABELS_HEAD + first..][..size];
        let labels: Vec<i32> = labels.iter().map(|&label| i32::from(label)).collect();
        (
            Tensor::from_data(TensorData::new(images, [size, 1, side, side]), device),
            Tensor::from_data(TensorData::new(labels, [size]), device),
        )
    };
    (0..SAMPLES).step_by(size).map(batch).collect()
}

/// A net that learns. It is an `Option` because a step takes it and gives back another.
struct Learner {
    net: Option<Net>,
    optimizer: ModuleOptimizer,
    loss: CrossEntropyLoss,
}

impl Learner {
    fn new(declaration: &Declaration, batch: usize, device: &Device) -> Self {
        let momentum = MomentumConfig::new().with_momentum(MOMENTUM).with_dampening(0.0);
        Self {
            net: Some(Net::new(declaration, device)),
            optimizer: SgdConfig::new().with_momentum((batch > 1).then_some(momentum)).init(),
            loss: CrossEntropyLossConfig::new().init(device),
        }
    }

    fn step(&mut self, (images, labels): &(Tensor<4>, Tensor<1, Int>)) {
        let net = self.net.take().expect("a step gives the net back");
        let loss = self.loss.forward(net.forward(images.clone()), labels.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        self.net = Some(self.optimizer.step(RATE, net, gradients));
    }
}

/// The seconds that one call takes, in the best of some repeats of equally many, each from `fresh`.
fn seconds<S>(time: f64, fresh: impl Fn() -> S, call: impl Fn(&mut S, usize)) -> f64 {
    let repeat = |calls: usize| {
        let mut state = fresh();
        let start = Instant::now();
        for number in 0..calls {
            call(&mut state, number);
        }
        start.elapsed().as_secs_f64()
    };
    let share = time / f64::from(REPEATS);
    let mut calls = 1;
    let mut best = repeat(calls);
    while best < 0.5 * share {
        calls *= 2;
        best = repeat(calls);
    }
    for _ in 1..REPEATS {
        best = best.min(repeat(calls));
    }
    best / calls as f64
}

fn train(declaration: &Declaration, batch: usize, device: &Device, time: f64) -> f64 {
    let device = device.clone().autodiff();
    let batches = batches(declaration.side, batch, &device);
    let fresh = || Learner::new(declaration, batch, &device);
    seconds(time, fresh, |learner, number| learner.step(&batches[number % batches.len()]))
}

fn infer(declaration: &Declaration, batch: usize, device: &Device, time: f64) -> f64 {
    let batches = batches(declaration.side, batch, device);
    let fresh = || Net::new(declaration, device).valid();
    seconds(time, fresh, |net, number| {
        black_box(net.forward(batches[number % batches.len()].0.clone()));
    })
}

/// That what is measured is the nets, and that they learn: chance gets 10 % of the digits right,
/// five epochs about 90 %.
fn check(device: &Device) {
    for declaration in [DIGITS, LENET] {
        assert_eq!(Net::new(&declaration, device).num_params(), declaration.parameters);
    }
    let device = device.clone().autodiff();
    let batches = batches(DIGITS.side, 8, &device);
    let mut learner = Learner::new(&DIGITS, 8, &device);
    for batch in batches.iter().cycle().take(5 * batches.len()) {
        learner.step(batch);
    }
    let net = learner.net.expect("a step gives the net back");
    let right: i64 = batches
        .into_iter()
        .map(|(images, labels)| {
            let classes = net.forward(images).argmax(1).flatten::<1>(0, 1);
            classes.equal(labels).int().sum().into_scalar::<i64>()
        })
        .sum();
    assert!(right as usize > SAMPLES * 4 / 5, "burn learnt {right} of {SAMPLES} digits only");
}

fn measure(threads: usize, time: f64) -> Vec<Value> {
    #[expect(deprecated, reason = "it may still be the faster one")]
    let backends = [("flex", Device::flex()), ("ndarray", Device::ndarray())];
    for (_, device) in &backends {
        check(device);
    }
    let tasks = [1, 8, 32, 128].map(|batch| ("train", batch));
    let tasks = tasks.into_iter().chain([1, 32].map(|batch| ("infer", batch)));
    let mut rows = Vec::new();
    for declaration in &[DIGITS, LENET] {
        for (task, batch) in tasks.clone() {
            let figures = backends.iter().map(|(backend, device)| {
                let seconds = match task {
                    "train" => train(declaration, batch, device, time),
                    _ => infer(declaration, batch, device, time),
                };
                (batch as f64 / seconds, backend)
            });
            let (samples_per_second, backend) =
                figures.max_by(|a, b| a.0.total_cmp(&b.0)).expect("there are backends");
            rows.push(json!({
                "net": declaration.name,
                "task": task,
                "batch": batch,
                "threads": threads,
                "samples_per_second": samples_per_second,
                "backend": backend,
            }));
        }
    }
    rows
}

fn main() {
    let mut arguments = env::args().skip(1);
    let (Some(threads), Some(time)) = (
        arguments.next().and_then(|threads| threads.parse().ok()),
        arguments.next().and_then(|time| time.parse().ok()),
    ) else {
        eprintln!("usage: peer-burn THREADS SECONDS");
        std::process::exit(2);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let rows = pool.expect("threads can be started").install(|| measure(threads, time));
    println!("{}", json!({ "rows": rows }));
}
