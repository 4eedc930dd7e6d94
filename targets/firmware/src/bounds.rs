//! What a step takes of nets and images of every kind: a deadline is planned by the worst.
//!
//! An input of 0 after a ReLU is passed over, so a step takes the less, the more of a net is dead:
//!
//! | kind | net | images |
//! |---|---|---|
//! | typical | has learnt digits | digits of other writers, half of whose pixels are 0 |
//! | fresh | as it is drawn | no pixel is 0 |
//! | at worst | only positive weights and biases: no ReLU is dead | no pixel is 0 |
//! | drawn | signs and zeros in every mixture | as many pixels of 0 |
//!
//! Whatever is drawn may not take more than what was found at worst. Steps are of rate 0, so that each is
//! of the net that is told; they multiply as others do.

use core::hint::black_box;

use cpfo::net::Net;
use cpfo::net::Role;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Learner, Rates};
use static_cell::ConstStaticCell;

use crate::bits::Samples;
use crate::console::say;
use crate::nets::{digits, lenet};
use crate::{Board, Clock, Devices, Failure};

/// All digits. The last 360 are by other writers.
static DIGITS: Samples<1797> = Samples::cut(
    include_bytes!("../../../harness/data/digits-images-idx3-ubyte"),
    include_bytes!("../../../harness/data/digits-labels-idx1-ubyte"),
);
const LEARNT: usize = 1437;

/// What a step of both nets takes.
pub fn bounds<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
    static A: ConstStaticCell<Learner<digits::Net>> = ConstStaticCell::new(Learner::ZERO);
    static B: ConstStaticCell<Learner<lenet::Net>> = ConstStaticCell::new(Learner::ZERO);
    // Net A sees every digit ten times, and is asked of each it has not seen; net B takes 25 times as
    // long, and is content with less.
    bounds_of(&devices.clock, A.try_take().ok_or(Failure::Memory)?, [10 * LEARNT, 360, 100])?;
    bounds_of(&devices.clock, B.try_take().ok_or(Failure::Memory)?, [1000, 100, 25])
}

fn bounds_of<C: Clock, N: Net>(
    clock: &C,
    learner: &mut Learner<N>,
    [steps, asked, draws]: [usize; 3],
) -> Result<(), Failure> {
    learner.parameters_mut().map_err(Failure::Sample)?.initialize(&mut Rng::new(2014));
    for n in 0..steps {
        let label = DIGITS.draw::<N>(n % LEARNT, learner.image_mut().map_err(Failure::Sample)?);
        learner.step(label, &Rates::new(0.01)).map_err(Failure::Sample)?;
    }
    let (mut typical, mut right) = (Spread::NONE, 0);
    for n in LEARNT..LEARNT + asked {
        let label = DIGITS.draw::<N>(n, learner.image_mut().map_err(Failure::Sample)?);
        right += usize::from(learner.classify().map_err(Failure::Sample)? == label);
        typical.take(step(clock, learner, label)?);
    }
    say!("{}: learnt, {} of {} right", N::NAME, right, asked);
    typical.say::<C, N>("typical");

    let of = |kind: Kind, clock: &C, learner: &mut Learner<N>| {
        let mut rng = Rng::new(7);
        let mut spread = Spread::NONE;
        for n in 0..draws {
            let label = draw(kind, learner, &mut rng, n as f32 / draws as f32)?;
            spread.take(step(clock, learner, label)?);
        }
        Ok(spread)
    };
    of(Kind::Fresh, clock, learner)?.say::<C, N>("fresh");
    of(Kind::Alive, clock, learner)?.say::<C, N>("at worst");
    of(Kind::Mixed, clock, learner)?.say::<C, N>("drawn");
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Fresh,
    Alive,
    Mixed,
}

/// Draws a net and an image; of a mixture, a share of the weights is positive. The label.
fn draw<N: Net>(
    kind: Kind,
    learner: &mut Learner<N>,
    rng: &mut Rng,
    share: f32,
) -> Result<usize, Failure> {
    let parameters = learner.parameters_mut().map_err(Failure::Sample)?;
    parameters.initialize(rng);
    parameters.visit_mut(|role, values| {
        for value in values {
            let positive = kind == Kind::Alive || kind == Kind::Mixed && rng.uniform() < share;
            match role {
                // Small, so that no class is so sure that the others have no δ.
                Role::Weight if kind == Kind::Alive => *value = 0.25 * value.abs(),
                Role::Weight if positive => *value = value.abs(),
                Role::Bias if kind == Kind::Alive => *value = 0.1 * rng.uniform() + 0.01,
                Role::Bias if kind == Kind::Mixed => *value = 0.2 * rng.uniform() - 0.1,
                _ => {}
            }
        }
    });
    for x in learner.image_mut().map_err(Failure::Sample)?.flat_mut() {
        let dark = kind == Kind::Mixed && rng.uniform() > share;
        *x = if dark { 0.0 } else { 0.9 * rng.uniform() + 0.1 };
    }
    Ok(rng.below(N::CLASSES as u32) as usize)
}

/// What a step of rate 0 takes.
#[inline(never)]
fn step<C: Clock, N: Net>(
    clock: &C,
    learner: &mut Learner<N>,
    label: usize,
) -> Result<u32, Failure> {
    let label = black_box(label);
    let start = clock.ticks();
    let step = black_box(learner.step(label, &Rates::new(0.0)));
    let took = clock.since(start);
    step.map(|_| took).map_err(Failure::Sample)
}

/// The least, the most, and the sum of so many.
struct Spread {
    least: u32,
    most: u32,
    sum: u64,
    count: u32,
}

impl Spread {
    const NONE: Self = Self { least: u32::MAX, most: 0, sum: 0, count: 0 };

    fn take(&mut self, took: u32) {
        self.least = self.least.min(took);
        self.most = self.most.max(took);
        self.sum += u64::from(took);
        self.count += 1;
    }

    fn say<C: Clock, N: Net>(&self, kind: &str) {
        let mean = self.sum / u64::from(self.count.max(1));
        say!(
            "{}: step {}, mean {} {}, {} to {}",
            N::NAME,
            kind,
            mean,
            C::SCALE.unit,
            self.least,
            self.most
        );
    }
}
