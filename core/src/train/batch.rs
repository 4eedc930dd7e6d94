use super::pass::pass;
use super::{Limit, Rates, Refusal, check, largest};
use crate::chain::{Holding, Role};
use crate::choice::{All, Choice};
use crate::compiler::hidden;
use crate::layer::learn::Collection;
use crate::net::{Gradient, Image, Net, Parameters, Tape};
use crate::shape::Zero;

/// Stochastic gradient descent: v ← μ v + ∂J/∂W + λW, W ← W − η v; biases have no λ.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sgd {
    /// The learning rate η.
    pub rate: f32,
    /// The share μ of the velocity that is kept.
    pub momentum: f32,
    /// The weight decay λ.
    pub decay: f32,
}

/// Training by mini-batches: gradients of N samples are summed, then one update takes their mean.
pub struct Batch<N: Net, C: Choice = All> {
    tape: Tape<N, C>,
    gradient: Gradient<N, C>,
    samples: u32,
}

impl<N: Net, C: Choice> Zero for Batch<N, C> {
    const ZERO: Self =
        Self { tape: Tape::<N, C>::ZERO, gradient: Gradient::<N, C>::ZERO, samples: 0 };
}

/// The velocity v of every trained parameter: what momentum carries from update to update.
pub struct Velocity<N: Net, C: Choice = All>(Gradient<N, C>);

impl<N: Net, C: Choice> Zero for Velocity<N, C> {
    const ZERO: Self = Self(Gradient::<N, C>::ZERO);
}

impl<N: Net, C: Choice> Velocity<N, C> {
    /// Passes the velocity to `at` tensor by tensor, to be stored or set.
    pub fn visit_mut(&mut self, mut at: impl FnMut(&mut [f32])) {
        each::<N, C>(&mut self.0, &mut at);
    }
}

/// What the net made of a sample before it learnt from it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Seen {
    /// The loss J.
    pub loss: f32,
    /// The class the net took it for.
    pub class: usize,
}

/// Passes each tensor of a gradient to `at` in order.
fn each<N: Net, C: Choice>(gradient: &mut Gradient<N, C>, at: &mut impl FnMut(&mut [f32])) {
    for k in 0..N::Chain::TENSORS {
        if let Some(values) = N::Chain::gradient_mut::<C>(gradient, k) {
            at(values);
        }
    }
}

/// The number of lanes in which squares are summed, on every machine: in one sum each addition
/// would wait for the one before, and on the desktop that would take a fifth of the time of a small
/// mini-batch of net A.
const LANES: usize = 16;

/// The lanes, with the squares of more numbers added. Not inlined: next to the sum over the lanes,
/// the optimizer would shuffle them at every iteration.
#[inline(never)]
fn with_squares(mut lanes: [f32; LANES], numbers: &[f32]) -> [f32; LANES] {
    let (rows, rest) = numbers.as_chunks::<LANES>();
    for row in rows {
        for (lane, x) in lanes.iter_mut().zip(row) {
            *lane += x * x;
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += x * x;
    }
    lanes
}

impl Sgd {
    /// Refuses what would ruin a net: see [`Refusal::Rate`].
    fn check(&self) -> Result<(), Refusal> {
        Rates { rate: self.rate, decay: self.decay }.check()?;
        if (0.0..1.0).contains(&self.momentum) { Ok(()) } else { Err(Refusal::Rate) }
    }
}

impl<N: Net, C: Choice> Batch<N, C> {
    /// Adds the gradient of one sample to the sum.
    ///
    /// # Errors
    /// [`Refusal::Label`], [`Refusal::Image`], [`Refusal::NotLoaded`] and [`Refusal::Diverged`];
    /// then the sum is as it was.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    #[cfg_attr(not(target_arch = "x86_64"), inline(never))]
    pub fn add(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N>,
        label: usize,
    ) -> Result<Seen, Refusal> {
        check::<N, C, f32>(parameters, image, label)?;
        let held = (hidden(&parameters.0), hidden(&mut self.gradient));
        let (loss, class) = pass::<N, C, f32, Collection, _>(
            Collection,
            held,
            (image, label),
            &mut self.tape,
            largest,
        )?;
        self.samples = self.samples.saturating_add(1);
        Ok(Seen { loss, class })
    }

    /// Adds the sum of another trainer to this one's, and leaves the other without samples.
    pub fn merge(&mut self, other: &mut Self) {
        for k in 0..N::Chain::TENSORS {
            let to = N::Chain::gradient_mut::<C>(&mut self.gradient, k);
            let from = N::Chain::gradient_mut::<C>(&mut other.gradient, k);
            for (to, from) in to.into_iter().flatten().zip(from.into_iter().flatten()) {
                *to += *from;
                *from = 0.0;
            }
        }
        self.samples = self.samples.saturating_add(other.samples);
        other.samples = 0;
    }

    /// Moves the parameters by the mean of the gradients since the last update, however long it is;
    /// [`update_within`](Self::update_within) sets a limit. Without a sample nothing moves. If the
    /// update is refused, the gradients since the last one are forgotten.
    ///
    /// # Errors
    /// [`Refusal::Rate`].
    pub fn update(
        &mut self,
        parameters: &mut Parameters<N, C>,
        velocity: &mut Velocity<N, C>,
        sgd: &Sgd,
    ) -> Result<(), Refusal> {
        sgd.check().inspect_err(|_| self.forget())?;
        if self.samples == 0 {
            return Ok(());
        }
        let share = 1.0 / self.samples as f32;
        self.samples = 0;
        for k in 0..N::Chain::TENSORS {
            if let (Some(parameters), Some(gradient), Some(velocity)) = (
                N::Chain::tensor_mut::<C>(&mut parameters.0, k),
                N::Chain::gradient_mut::<C>(&mut self.gradient, k),
                N::Chain::gradient_mut::<C>(&mut velocity.0, k),
            ) {
                let decay = if Role::of(k) == Role::Weight { sgd.decay } else { 0.0 };
                for ((w, g), v) in parameters.iter_mut().zip(gradient).zip(velocity) {
                    *v = sgd.momentum * *v + (*g * share + decay * *w);
                    *w -= sgd.rate * *v;
                    *g = 0.0;
                }
            }
        }
        Ok(())
    }

    /// As [`update`](Self::update), with a limit on the length of the mean gradient.
    /// `Limit::Refuse(f32::INFINITY)` refuses only a gradient that is not finite.
    ///
    /// # Errors
    /// [`Refusal::Rate`], [`Refusal::Gradient`].
    pub fn update_within(
        &mut self,
        parameters: &mut Parameters<N, C>,
        velocity: &mut Velocity<N, C>,
        sgd: &Sgd,
        limit: Limit,
    ) -> Result<(), Refusal> {
        let mut lanes = [0.0; LANES];
        self.visit_mut(|sums| lanes = with_squares(lanes, sums));
        let squares = lanes.iter().fold(0.0, |sum, lane| sum + lane);
        let mean = 1.0 / self.samples.max(1) as f32;
        let share = limit.share(squares * mean * mean).inspect_err(|_| self.forget())?;
        if share != 1.0 {
            self.visit_mut(|sums| sums.iter_mut().for_each(|g| *g *= share));
        }
        self.update(parameters, velocity, sgd)
    }

    /// Sets the sums to 0, infinite ones, too: times 0 they would be NaN.
    fn forget(&mut self) {
        self.visit_mut(|sums| sums.fill(0.0));
        self.samples = 0;
    }

    /// Passes the sum of the gradients since the last update to `at`, tensor by tensor.
    pub fn visit_mut(&mut self, mut at: impl FnMut(&mut [f32])) {
        each::<N, C>(&mut self.gradient, &mut at);
    }
}
