//! A layer kind that is not core's: what [`cpfo::layer::adding`] tells, done.
//!
//! `Gain` gives each map a weight and a bias of its own. Its gradients are held against finite
//! differences, in the middle of a net of core's layers: in place, in slices, by mini-batches, with all
//! trained and with the layers before it frozen.

use std::marker::PhantomData;
use std::task::Poll;

use cpfo::activation::{Activation, Tanh};
use cpfo::choice::{All, Choice, Freeze};
use cpfo::layer::{Convolution, Description, Input, Kernel, Layer, Learn, Output, Stored};
use cpfo::loss::SoftmaxCrossEntropy;
use cpfo::net::{Image, Net, Parameters};
use cpfo::parts::chain::{Chain, End, Holding as _};
use cpfo::parts::hold::Flag;
use cpfo::parts::learn::learns;
use cpfo::parts::pace::Pace;
use cpfo::pixel::Pixel;
use cpfo::rng::Rng;
use cpfo::shape::{Maps, Shape, Tensor, Units, Zero as _};
use cpfo::topology::Kind;
use cpfo::train::{Batch, InPlace, Inference, Learner, Rates};

/// A weight and a bias for each map: z_s(r, c) = f(w_s x_s(r, c) + b_s).
struct Gain<I, A>(PhantomData<(I, A)>);

/// A number for each map.
type Row<I> = <<I as Shape>::Channels as Shape>::Of<f32>;

impl<I: Shape, A: Activation> Layer for Gain<I, A> {
    type Input = I;
    type Output = I;
    type Weight = Row<I>;
    type Bias = Row<I>;
    type Hold<C: Choice> = C::Convolution;
    type Rest<C: Choice> = C::Rest;
    type Record = ();
    type Plane = ();
    type Slope = A;
    const FANS: (usize, usize) = (1, 1);
    const DESCRIPTION: Description = Description {
        kind: Kind::Convolution,
        input: I::DIMENSIONS,
        output: I::DIMENSIONS,
        window: [1, 1],
        function: A::NAME,
        weights: I::DIMENSIONS[2],
        biases: I::DIMENSIONS[2],
        macs: I::LEN,
    };

    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        (weight, bias): (&Row<I>, &Row<I>),
        x: &Stored<I, X>,
        z: &mut Stored<I>,
        _: Option<&mut ()>,
    ) {
        if !pace.unit(I::LEN) {
            return;
        }
        let (maps, x) = (I::DIMENSIONS[2], I::cells(x));
        for (i, z) in I::cells_mut(z).iter_mut().enumerate() {
            *z = A::value(X::value(x[i]) * weight.flat()[i % maps] + bias.flat()[i % maps]);
        }
    }

    /// ∂J/∂w_s = Σ x_s δ_s, ∂J/∂b_s = Σ δ_s, dx_s = w_s δ_s.
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        (mut weight, mut bias): (impl Learn<Row<I>>, impl Learn<Row<I>>),
        mut x: Input<'_, Stored<I, X>>,
        _: Option<&mut ()>,
        delta: &Stored<I>,
        (): &mut (),
    ) {
        let (maps, delta) = (I::DIMENSIONS[2], I::cells(delta));
        for s in pace.range(maps, 1) {
            if !pace.unit(3 * I::LEN / maps) {
                break;
            }
            let (mut of_weight, mut of_bias) = (0.0, 0.0);
            for (&x, &d) in I::cells(&x).iter().zip(delta).skip(s).step_by(maps) {
                of_weight += X::value(x) * d;
                of_bias += d;
            }
            // The weight is read before its gradient is handed over.
            if let (Some(w), Some(x)) = (weight.value().map(|w| w.flat()[s]), x.tape()) {
                for (x, &d) in I::cells_mut(x).iter_mut().zip(delta).skip(s).step_by(maps) {
                    X::replace(x, Before::delta(w * d, X::value(*x)));
                }
            }
            if learns(&weight) {
                let of_weight = weight.scale() * of_weight;
                weight.add(|w| w.flat_mut().get_mut(s..)?.first_chunk_mut(), [of_weight]);
            }
            if learns(&bias) {
                let of_bias = bias.scale() * of_bias;
                bias.add(|b| b.flat_mut().get_mut(s..)?.first_chunk_mut(), [of_bias]);
            }
        }
    }
}

type C1 = Convolution<Maps<8, 8, 1>, Maps<6, 6, 3>, Kernel<3, 3>, Tanh>;
type G2 = Gain<Maps<6, 6, 3>, Tanh>;
type O3 = Output<Maps<6, 6, 3>, Units<4>, SoftmaxCrossEntropy>;

#[derive(Clone, Copy, Debug)]
struct Own;

impl Net for Own {
    type Chain = Chain<C1, Chain<G2, Chain<O3, End>>>;
    const NAME: &'static str = "own";
    const LAYERS: &'static [(&'static str, Description)] =
        &[("C1", C1::DESCRIPTION), ("G2", G2::DESCRIPTION), ("O3", O3::DESCRIPTION)];
}

type Chained = <Own as Net>::Chain;

fn start() -> (Parameters<Own>, Image<Own>, usize) {
    let mut parameters = Own::ZERO;
    parameters.initialize(&mut Rng::new(5));
    let mut rng = Rng::new(6);
    let mut image = Image::<Own>::ZERO;
    image.flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    (parameters, image, 2)
}

/// ∂J of every parameter, tensor by tensor, by central differences.
///
/// The loss is in 32 bits: of a difference over 2 h the rounding is about 2^-24 J / h, some 1e-5, and the
/// curvature's share h² J‴ / 6 about as much.
fn differences() -> Vec<Vec<f32>> {
    const H: f32 = 1.0 / 128.0;
    let (parameters, image, label) = start();
    let mut inference = Inference::<Own>::ZERO;
    let mut loss = |parameters: &Parameters<Own>| {
        inference.look(parameters, &image, label).expect("a finite loss").loss
    };
    let mut all = Vec::new();
    for k in 0..Chained::TENSORS {
        let length = parameters.tensor(k).map_or(0, <[f32]>::len);
        let mut of_tensor = Vec::new();
        for i in 0..length {
            let mut moved = |by: f32| {
                let mut moved = parameters;
                if let Some(values) = moved.tensor_mut(k) {
                    values[i] += by;
                }
                loss(&moved)
            };
            of_tensor.push((moved(H) - moved(-H)) / (2.0 * H));
        }
        all.push(of_tensor);
    }
    all
}

fn agree(what: &str, ours: &[f32], differences: &[f32]) {
    assert_eq!(ours.len(), differences.len(), "{what}");
    let scale = differences.iter().fold(1.0 / 64.0, |largest: f32, x| largest.max(x.abs()));
    for (i, (ours, difference)) in ours.iter().zip(differences).enumerate() {
        assert!((ours - difference).abs() <= 1e-3 * scale, "{what}[{i}]: {ours}, {difference}");
    }
}

#[test]
fn gradients_of_mini_batches() {
    let (parameters, image, label) = start();
    let mut batch = Batch::<Own>::ZERO;
    batch.add(&parameters, &image, label).expect("a sample in order");
    let mut k = 0;
    let differences = differences();
    batch.visit_mut(|sums| {
        agree(&format!("tensor {k}"), sums, &differences[k]);
        k += 1;
    });
    assert_eq!(k, Chained::TENSORS);
}

#[test]
fn steps_in_place() {
    const RATE: f32 = 1.0 / 1024.0;
    let (before, image, label) = start();
    let mut after = before;
    let mut trainer = InPlace::<Own>::ZERO;
    trainer.step(&mut after, &image, label, &Rates::new(RATE)).expect("a sample in order");
    for (k, differences) in differences().iter().enumerate() {
        fn values(of: &Parameters<Own>, k: usize) -> &[f32] {
            of.tensor(k).expect("every tensor has numbers")
        }
        let moved: Vec<f32> =
            values(&before, k).iter().zip(values(&after, k)).map(|(w, v)| (w - v) / RATE).collect();
        agree(&format!("tensor {k}"), &moved, differences);
    }
}

#[test]
fn slices_give_the_same_bits() {
    let (mut whole, image, label) = start();
    let before = whole;
    let rates = Rates { rate: 0.1, decay: 1e-3 };
    let mut trainer = InPlace::<Own>::ZERO;
    let loss = trainer.step(&mut whole, &image, label, &rates).expect("a sample in order");
    let mut learner = Learner::<Own>::ZERO;
    *learner.parameters_mut().expect("no step is under way") = before;
    *learner.image_mut().expect("no step is under way") = image;
    learner.begin(label, &rates).expect("a sample in order");
    let mut slices = 0;
    let outcome = loop {
        slices += 1;
        if let Poll::Ready(outcome) = learner.resume(1) {
            break outcome;
        }
    };
    assert_eq!(outcome, Ok(loss));
    assert!(slices > 10, "{slices}");
    assert_eq!(Some(&whole), learner.parameters());
}

#[test]
fn what_lies_before_it_can_be_frozen() {
    let (all, image, label) = start();
    let all: &'static Parameters<Own> = Box::leak(Box::new(all));
    let mut trained = *all;
    let mut trainer = InPlace::<Own>::ZERO;
    trainer.step(&mut trained, &image, label, &Rates::new(0.1)).expect("a sample in order");

    let mut parameters = Parameters::<Own, Freeze<All>>::ZERO;
    parameters.load(all);
    let mut trainer = InPlace::<Own, Freeze<All>>::ZERO;
    trainer.step(&mut parameters, &image, label, &Rates::new(0.1)).expect("a sample in order");
    for k in 0..Chained::TENSORS {
        let expected = if k < 2 { all } else { &trained };
        assert_eq!(parameters.tensor(k), expected.tensor(k), "tensor {k}");
    }
}
