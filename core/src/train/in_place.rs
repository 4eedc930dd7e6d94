use core::cell::Cell;
use core::hint::black_box;

use super::{Limit, Refusal, check};
use crate::activation::Identity;
use crate::chain::{Holding, Role};
use crate::choice::{All, Choice, No};
use crate::layer::learn::{Descent, Measurement};
use crate::net::{Image, Net, Parameters, Tape};
use crate::shape::Zero;
use crate::stage::Stage;

/// Training in place, one sample at a time: each weight moves on the way back, right after its
/// last use, so there is no gradient to store. What the choice `C` leaves frozen costs nothing.
pub struct InPlace<N: Net, C: Choice = All> {
    tape: Tape<N, C>,
}

impl<N: Net, C: Choice> Zero for InPlace<N, C> {
    const ZERO: Self = Self { tape: Tape::<N, C>::ZERO };
}

impl<N: Net, C: Choice> InPlace<N, C> {
    /// Learns from one sample: W ← W − η (∂J/∂W + λW), b ← b − η ∂J/∂b. Returns the loss J before.
    pub fn step(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N>,
        label: usize,
        rate: f32,
        decay: f32,
    ) -> Result<f32, Refusal> {
        check::<N>(image, label)?;
        self.learn(parameters, image, label, rate, decay)
    }

    /// As [`step`](Self::step), within a limit to the length of the gradient, which is measured
    /// before any weight moves. That is a second pass, forward and back: deltas take the place of
    /// activations, so those have to be computed again.
    pub fn step_within(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N>,
        label: usize,
        rate: f32,
        decay: f32,
        limit: Limit,
    ) -> Result<f32, Refusal> {
        check::<N>(image, label)?;
        let squares = self.measure(parameters, image, label)?;
        let share = limit.share(squares)?;
        // λ holds for the whole gradient's rate, so it grows where the rate shrinks.
        let decay = if share == 1.0 { decay } else { decay / share };
        self.learn(parameters, image, label, rate * share, decay)
    }

    fn learn(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N>,
        label: usize,
        rate: f32,
        decay: f32,
    ) -> Result<f32, Refusal> {
        // The decay is a sweep of its own, by the factor 1 − ηλ behind the gradient. A rate
        // larger by the same factor makes it W (1 − ηλ) − η ∂J/∂W.
        let keep = 1.0 - rate * decay;
        let rate = if decay == 0.0 { rate } else { rate / keep };
        if !rate.is_finite() {
            return Err(Refusal::Rate);
        }
        let loss = self.pass(parameters, image, label, rate)?;
        if decay != 0.0 {
            N::Chain::visit_mut::<C>(parameters, &mut |role, values| {
                if role == Role::Weight {
                    shrink(values, keep);
                }
            });
        }
        Ok(loss)
    }

    /// ‖∂J/∂(W, b)‖² of a sample.
    #[inline(never)]
    fn measure(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N>,
        label: usize,
    ) -> Result<f32, Refusal> {
        let tape = &mut self.tape;
        N::Chain::forward::<C, C, No, Identity>(parameters, image, tape);
        let loss = N::Chain::delta(N::Chain::output::<C, No>(tape), label);
        if !loss.is_finite() {
            return Err(Refusal::Diverged);
        }
        let squares = Cell::new(0.0);
        N::Chain::backward::<C, No, Identity, Measurement>(
            Measurement,
            (parameters, &squares),
            image,
            tape,
        );
        Ok(squares.get())
    }

    #[inline(never)]
    fn pass(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N>,
        label: usize,
        rate: f32,
    ) -> Result<f32, Refusal> {
        // An optimizer that knows the address of a static would form it again in every loop.
        let (parameters, image, tape) =
            (black_box(parameters), black_box(image), black_box(&mut self.tape));
        N::Chain::forward::<C, C, No, Identity>(parameters, image, tape);
        let loss = N::Chain::delta(N::Chain::output::<C, No>(tape), label);
        if !loss.is_finite() {
            return Err(Refusal::Diverged);
        }
        N::Chain::backward::<C, No, Identity, Descent>(Descent { rate }, parameters, image, tape);
        Ok(loss)
    }
}

/// W ← W · keep. A function for all weights of a net, or the optimizer would write a loop for each.
#[inline(never)]
fn shrink(weights: &mut [f32], keep: f32) {
    for w in weights {
        *w *= keep;
    }
}
