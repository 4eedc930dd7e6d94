//! Every way to take a step, beside what the plain loops say comes of it.
//!
//! The oracle knows one rule: v ← μ v + s ∂J/∂(W, b) + λW, (W, b) ← (W, b) − η v, over what trains, with
//! the share s that a limit leaves of the gradient. In place μ is 0 and the mini-batch one sample.

use std::task::Poll;

use cpfo::choice::Choice;
use cpfo::net::{Image, Net, Parameters};
use cpfo::pixel::Pixel;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::topology::Kind;
use cpfo::train::{Batch, InPlace, Learner, Limit, Rates, Refusal, Sgd, Velocity};

use crate::calls;
use crate::plain::Plain;
use crate::rounding::{UNIT, agree, agree_above};
use crate::tensors;

const RATE: f32 = 0.25;
const DECAY: f32 = 0.2;
const MOMENTUM: f32 = 0.5;
/// Steps one after the other.
const STEPS: usize = 2;

/// Whether the weights and the biases of a layer train: of the stage of that number, from 0 on.
pub type Trains = fn(usize, Kind) -> [bool; 2];

/// A net with labelled samples, whose parameters stay where they are.
pub struct Case<N: Net, X: Pixel> {
    /// What it begins with.
    pub from: &'static Parameters<N>,
    /// Images and their classes.
    pub samples: Vec<(Box<Image<N, X>>, usize)>,
    /// The value of a pixel: the oracle does not ask core.
    pub value: fn(X::Stored) -> f64,
}

/// A way to take a step in place, without a limit or within one: by a learner, or by a trainer with the
/// learner's parameters.
pub type Way<N, C, X> = fn(
    &mut InPlace<N, C, X>,
    &mut Learner<N, C, X>,
    (&Image<N, X>, usize),
    f32,
    Limit,
) -> Result<f32, Refusal>;

/// What is asked of a limit: above the gradient's length, or a third of it.
#[derive(Clone, Copy, Debug)]
enum Bound {
    None,
    Clip(f64),
    Refuse(f64),
}

impl Bound {
    const ALL: [Self; 4] =
        [Self::Clip(1.01), Self::Clip(1.0 / 3.0), Self::Refuse(1.01), Self::Refuse(1.0 / 3.0)];

    fn of(self, length: f64) -> Option<Limit> {
        match self {
            Bound::None => None,
            Bound::Clip(share) => Some(Limit::Clip((share * length) as f32)),
            Bound::Refuse(share) => Some(Limit::Refuse((share * length) as f32)),
        }
    }
}

/// The oracle on its way.
struct Oracle {
    plain: Plain,
    velocity: Vec<[Vec<f64>; 2]>,
    trained: Vec<[bool; 2]>,
}

impl Oracle {
    fn new<N: Net>(from: &Parameters<N>, trains: Trains) -> Self {
        let plain = Plain::new::<N>(tensors::<N>(from).into_iter());
        let zero = |pair: &[Vec<f64>; 2]| pair.each_ref().map(|tensor| vec![0.0; tensor.len()]);
        let velocity = plain.parameters.iter().map(zero).collect();
        let mut stage = 0;
        let trained = N::LAYERS.iter().map(|(_, layer)| {
            let trained = if layer.weights > 0 { trains(stage, layer.kind) } else { [false; 2] };
            stage += usize::from(layer.weights > 0);
            trained
        });
        Self { trained: trained.collect(), plain, velocity }
    }

    /// The mean loss of samples, and their mean gradient over what trains, with its length.
    fn gradient<N: Net, X: Pixel>(
        &self,
        samples: &[(Box<Image<N, X>>, usize)],
        value: fn(X::Stored) -> f64,
    ) -> (f64, Vec<[Vec<f64>; 2]>, f64) {
        let mean = 1.0 / samples.len() as f64;
        let mut sum = self.velocity.iter().map(|pair| pair.each_ref().map(|v| vec![0.0; v.len()]));
        let (mut loss, mut sum) = (0.0, sum.by_ref().collect::<Vec<_>>());
        for (image, label) in samples {
            let x: Vec<f64> = image.flat().iter().map(|&x| value(x)).collect();
            let pass = self.plain.pass(&x, *label);
            loss += mean * pass.loss;
            for ((sum, gradient), trained) in sum.iter_mut().zip(pass.gradient).zip(&self.trained) {
                for t in (0..2).filter(|&t| trained[t]) {
                    sum[t].iter_mut().zip(&gradient[t]).for_each(|(sum, g)| *sum += mean * g);
                }
            }
        }
        let length = sum.iter().flatten().flatten().map(|g| g * g).sum::<f64>().sqrt();
        (loss, sum, length)
    }

    /// Moves everything that trains.
    fn go(&mut self, gradient: &[[Vec<f64>; 2]], share: f64, sgd: &Sgd) {
        let [rate, momentum, decay] = [sgd.rate, sgd.momentum, sgd.decay].map(f64::from);
        for (layer, trained) in self.trained.iter().enumerate() {
            for t in (0..2).filter(|&t| trained[t]) {
                let decay = if t == 0 { decay } else { 0.0 };
                let velocity = self.velocity[layer][t].iter_mut();
                let numbers = self.plain.parameters[layer][t].iter_mut();
                for ((w, v), g) in numbers.zip(velocity).zip(&gradient[layer][t]) {
                    *v = momentum * *v + share * g + decay * *w;
                    *w -= rate * *v;
                }
            }
        }
    }

    /// What trains is where the oracle is; what does not has kept its bits.
    fn agrees<N: Net, C: Choice>(&self, ours: &Parameters<N, C>, what: &str) {
        let plain = self.plain.parameters.iter().flatten();
        let mut plain =
            plain.zip(self.trained.as_flattened()).filter(|(plain, _)| !plain.is_empty());
        ours.visit(|role, ours| {
            let (plain, trained) = plain.next().expect("as many tensors");
            agree(format_args!("{}, {what}: {role:?}", N::NAME), ours, plain);
            let stays = || ours.iter().zip(plain).all(|(ours, plain)| f64::from(*ours) == *plain);
            assert!(*trained || stays(), "{}, {what}: a frozen {role:?} moved", N::NAME);
        });
        assert!(plain.next().is_none(), "{what}: a tensor is missing");
    }
}

/// What a limit leaves of a gradient; nothing where it is refused.
fn share(limit: Option<Limit>, length: f64) -> Option<f64> {
    match limit {
        Some(Limit::Clip(bound)) if length > bound.into() => Some(f64::from(bound) / length),
        Some(Limit::Refuse(bound)) if length > bound.into() => None,
        _ => Some(1.0),
    }
}

fn loaded<N: Net, C: Choice>(from: &'static Parameters<N>) -> Box<Parameters<N, C>> {
    let mut parameters = Box::new(Parameters::<N, C>::ZERO);
    parameters.load(from);
    parameters
}

fn bits<N: Net, C: Choice>(parameters: &Parameters<N, C>) -> Vec<u32> {
    let mut bits = Vec::new();
    parameters.visit(|_, values| {
        bits.extend(values.iter().map(|value| value.to_bits()));
    });
    bits
}

/// A learner with such parameters.
fn learner<N: Net, C: Choice, X: Pixel>(from: &'static Parameters<N>) -> Box<Learner<N, C, X>> {
    let mut learner = Box::new(Learner::<N, C, X>::ZERO);
    learner.parameters_mut().expect("no step is under way").load(from);
    learner
}

/// Its parameters, between two steps.
fn kept<N: Net, C: Choice, X: Pixel>(learner: &Learner<N, C, X>) -> &Parameters<N, C> {
    learner.parameters().expect("no step is under way")
}

/// Puts a sample where the learner sees it, and its label.
fn shown<N: Net, C: Choice, X: Pixel>(
    learner: &mut Learner<N, C, X>,
    (image, label): (&Image<N, X>, usize),
) -> Result<usize, Refusal> {
    learner.image_mut()?.flat_mut().copy_from_slice(image.flat());
    Ok(label)
}

/// Goes on to the end of a step, in slices.
fn go_on<N: Net, C: Choice, X: Pixel>(
    learner: &mut Learner<N, C, X>,
    budget: u32,
) -> Result<f32, Refusal> {
    loop {
        if let Poll::Ready(loss) = learner.resume(budget) {
            return loss;
        }
    }
}

/// Ways without a limit, by name.
pub fn plain_ways<N: Net, C: Choice, X: Pixel>() -> [(&'static str, Way<N, C, X>); 5] {
    fn sliced<N: Net, C: Choice, X: Pixel>(
        learner: &mut Learner<N, C, X>,
        sample: (&Image<N, X>, usize),
        decay: f32,
        budget: u32,
    ) -> Result<f32, Refusal> {
        let label = shown(learner, sample)?;
        learner.begin(label, &Rates { rate: RATE, decay })?;
        go_on(learner, budget)
    }
    [
        ("step", |trainer, learner, (image, label), decay, _| {
            calls::step(trainer, learner.parameters_mut()?, image, label, RATE, decay)
        }),
        ("see", |trainer, learner, (image, label), decay, _| {
            let parameters = learner.parameters_mut()?;
            calls::see(trainer, parameters, image, label, RATE, decay).map(|seen| seen.loss)
        }),
        ("learner", |_, learner, sample, decay, _| {
            let label = shown(learner, sample)?;
            calls::learn(learner, label, RATE, decay)
        }),
        ("slices of one unit", |_, learner, sample, decay, _| sliced(learner, sample, decay, 1)),
        ("slices of 100", |_, learner, sample, decay, _| sliced(learner, sample, decay, 100)),
    ]
}

/// In one go, within a limit.
pub fn within<N: Net, C: Choice, X: Pixel>() -> (&'static str, Way<N, C, X>) {
    ("within", |trainer, learner, (image, label), decay, limit| {
        calls::step_within(trainer, learner.parameters_mut()?, image, label, RATE, decay, limit)
    })
}

/// In slices, within a limit.
pub fn sliced_within<N: Net, C: Choice, X: Pixel>() -> (&'static str, Way<N, C, X>) {
    ("slices within", |_, learner, sample, decay, limit| {
        let label = shown(learner, sample)?;
        learner.begin_within(label, &Rates { rate: RATE, decay }, limit)?;
        go_on(learner, 100)
    })
}

/// The output for an image is that of the plain loops.
pub fn of_output<N: Net>(from: &Parameters<N>, image: &Image<N>, ours: &[f32]) {
    let x: Vec<f64> = image.flat().iter().map(|&x| f64::from(x)).collect();
    let plain = Plain::new::<N>(tensors::<N>(from).into_iter()).output(&x);
    agree_above(N::NAME, ours, &plain, UNIT);
}

/// Ways in place, with and without decay, past a limit and within it.
pub fn in_place<N: Net, C: Choice, X: Pixel>(
    case: &Case<N, X>,
    trains: Trains,
    plain: &[(&str, Way<N, C, X>)],
    within: &[(&str, Way<N, C, X>)],
) {
    let mut trainer = Box::new(InPlace::<N, C, X>::ZERO);
    let bounds = Bound::ALL.iter().map(|bound| (bound, within)).chain([(&Bound::None, plain)]);
    for ((bound, ways), decay) in bounds.flat_map(|ways| [(ways, 0.0), (ways, DECAY)]) {
        let sgd = Sgd { rate: RATE, momentum: 0.0, decay };
        let mut oracle = Oracle::new::<N>(case.from, trains);
        let mut ours: Vec<_> = ways.iter().map(|_| learner::<N, C, X>(case.from)).collect();
        for sample in case.samples.iter().cycle().take(STEPS) {
            let (loss, gradient, length) =
                oracle.gradient::<N, X>(std::slice::from_ref(sample), case.value);
            let limit = bound.of(length);
            let share = share(limit, length);
            if let Some(share) = share {
                oracle.go(&gradient, share, &sgd);
            }
            for (ours, (way, take)) in ours.iter_mut().zip(ways) {
                let what = format!("{way}, {bound:?}, decay {decay}");
                let before = bits(kept(ours));
                let limit = limit.unwrap_or(Limit::Refuse(f32::INFINITY));
                let done = take(&mut trainer, ours, (&*sample.0, sample.1), decay, limit);
                if share.is_none() {
                    assert_eq!(done, Err(Refusal::Gradient), "{what}");
                    assert_eq!(bits(kept(ours)), before, "{what}: nothing moves");
                } else {
                    let found = done.expect("a good sample");
                    agree_above(format_args!("{what}: loss"), &[found], &[loss], UNIT);
                }
                oracle.agrees::<N, C>(kept(ours), &what);
            }
        }
    }
}

/// Every way by mini-batches: of one trainer and of two, with and without decay, past its limit and
/// within it.
pub fn in_batches<N: Net, C: Choice>(case: &Case<N, f32>, trains: Trains) {
    let bounds = Bound::ALL.iter().chain(&[Bound::None]);
    for (bound, decay) in bounds.flat_map(|bound| [(bound, 0.0), (bound, DECAY)]) {
        let what = format!("batch, {bound:?}, decay {decay}");
        let sgd = Sgd { rate: RATE, momentum: MOMENTUM, decay };
        let mut oracle = Oracle::new::<N>(case.from, trains);
        let mut ours = loaded::<N, C>(case.from);
        let mut velocity = Box::new(Velocity::<N, C>::ZERO);
        let mut batches = [Box::new(Batch::<N, C>::ZERO), Box::new(Batch::<N, C>::ZERO)];
        for round in 0..STEPS {
            let (loss, gradient, length) = oracle.gradient::<N, f32>(&case.samples, case.value);
            let mut losses = 0.0_f32;
            for (n, (image, label)) in case.samples.iter().enumerate() {
                // In the second round two trainers take turns.
                let batch = &mut batches[round * n % 2];
                losses += calls::add(batch, &ours, image, *label).expect("a good sample").loss;
            }
            let found = losses / case.samples.len() as f32;
            agree_above(format_args!("{what}: loss"), &[found], &[loss], UNIT);
            let [one, other] = &mut batches;
            one.merge(other);
            let before = bits::<N, C>(&ours);
            let limit = bound.of(length);
            let done = match limit {
                None => one.update(&mut ours, &mut velocity, &sgd),
                Some(limit) => one.update_within(&mut ours, &mut velocity, &sgd, limit),
            };
            match share(limit, length) {
                Some(share) => {
                    assert_eq!(done, Ok(()), "{what}");
                    oracle.go(&gradient, share, &sgd);
                }
                None => {
                    assert_eq!(done, Err(Refusal::Gradient), "{what}");
                    assert_eq!(bits::<N, C>(&ours), before, "{what}: nothing moves");
                }
            }
            oracle.agrees::<N, C>(&ours, &what);
        }
    }
}
