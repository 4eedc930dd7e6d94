use core::cell::Cell;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem;

use super::{Limit, Refusal, Seen, are_legal, check, is_answer, largest};
use crate::activation::Identity;
use crate::chain::{Holding, Role};
use crate::choice::{All, Choice, No};
use crate::layer::Input;
use crate::layer::learn::{Descent, Measurement};
use crate::loss::Loss as _;
use crate::net::{Image, Net, Parameters, Tape};
use crate::pace::Whole;
use crate::pixel::Pixel;
use crate::shape::Zero;
use crate::stage::{Stage, Taped as _};

/// Training in place, one sample at a time: each weight moves on the way back, right after its
/// last use, so there is no gradient to store. What the choice `C` leaves frozen costs nothing.
/// Images are stored as pixels `X`.
pub struct InPlace<N: Net, C: Choice = All, X: Pixel = f32> {
    pub(super) tape: Tape<N, C>,
    pixel: PhantomData<fn(X)>,
}

impl<N: Net, C: Choice, X: Pixel> Zero for InPlace<N, C, X> {
    const ZERO: Self = Self { tape: Tape::<N, C>::ZERO, pixel: PhantomData };
}

impl<N: Net, C: Choice, X: Pixel> InPlace<N, C, X> {
    /// Learns from one sample: W ← W − η (∂J/∂W + λW), b ← b − η ∂J/∂b. Returns the loss J before.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn step(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rate: f32,
        decay: f32,
    ) -> Result<f32, Refusal> {
        self.admit(parameters, image, label)?;
        let rates = Rates::new(rate, decay)?;
        self.learn(parameters, image, label, rates, |_| ()).map(|(loss, ())| loss)
    }

    /// As [`step`](Self::step); says also which class the net took the sample for.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn see(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rate: f32,
        decay: f32,
    ) -> Result<Seen, Refusal> {
        self.admit(parameters, image, label)?;
        let rates = Rates::new(rate, decay)?;
        let (loss, class) = self.learn(parameters, image, label, rates, largest)?;
        Ok(Seen { loss, class })
    }

    /// As [`step`](Self::step), within a limit to the length of the gradient, which is measured
    /// before any weight moves. That is a second pass, forward and back: deltas take the place of
    /// activations, so those have to be computed again.
    pub fn step_within(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rate: f32,
        decay: f32,
        limit: Limit,
    ) -> Result<f32, Refusal> {
        self.admit(parameters, image, label)?;
        let rates = Rates::new(rate, decay)?;
        let squares = self.measure(parameters, image, label)?;
        let rates = rates.shortened(limit.share(squares)?);
        self.learn(parameters, image, label, rates, |_| ()).map(|(loss, ())| loss)
    }

    /// What every step asks of the trainer and of a sample.
    pub(super) fn admit(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
    ) -> Result<(), Refusal> {
        // Still on the move, if a step in slices was forgotten.
        if self.tape.moving().is_some_and(mem::take) {
            return Err(Refusal::HalfMoved);
        }
        check::<N, C, X>(parameters, image, label)
    }

    #[cfg_attr(target_arch = "x86_64", inline(always))]
    fn learn<T>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        Rates { descent, keep }: Rates,
        look: impl FnOnce(&[f32]) -> T,
    ) -> Result<(f32, T), Refusal> {
        let seen = self.pass(parameters, image, label, descent, look)?;
        if keep != 1.0 {
            N::Chain::visit_mut::<C>(parameters, &mut |role, values| {
                if role == Role::Weight {
                    shrink(values, keep);
                }
            });
        }
        Ok(seen)
    }

    /// ‖∂J/∂(W, b)‖² of a sample.
    #[inline(never)]
    fn measure(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
    ) -> Result<f32, Refusal> {
        let tape = &mut self.tape;
        N::Chain::forward::<C, C, No, Identity, X>(&mut Whole, parameters, image, tape);
        let output = N::Chain::output::<C, No>(tape);
        is_answer(output)?;
        <N::Chain as Stage>::Loss::delta(output, label);
        let squares = Cell::new(0.0);
        N::Chain::backward::<C, No, Identity, X, Measurement>(
            &mut Whole,
            Measurement,
            (parameters, &squares),
            Input::Fixed(image),
            tape,
        );
        Ok(squares.get())
    }

    /// Goes forward, has a `look` at the pre-activations of the output, and goes back.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    #[cfg_attr(not(target_arch = "x86_64"), inline(never))]
    fn pass<T>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        descent: Descent,
        look: impl FnOnce(&[f32]) -> T,
    ) -> Result<(f32, T), Refusal> {
        // An optimizer that knows the address of a static would form it again in every loop.
        let (parameters, image, tape) =
            (black_box(parameters), black_box(image), black_box(&mut self.tape));
        N::Chain::forward::<C, C, No, Identity, X>(&mut Whole, parameters, image, tape);
        let output = N::Chain::output::<C, No>(tape);
        is_answer(output)?;
        let seen = look(output);
        let loss = <N::Chain as Stage>::Loss::delta(output, label);
        N::Chain::backward::<C, No, Identity, X, _>(
            &mut Whole,
            descent,
            parameters,
            Input::Fixed(image),
            tape,
        );
        Ok((loss, seen))
    }
}

/// How far a step goes.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    /// Of the way back.
    pub(super) descent: Descent,
    /// What is kept of a weight.
    pub(super) keep: f32,
}

impl Rates {
    /// The decay is a sweep of its own, by the factor 1 − ηλ after the gradient. A rate of the weights
    /// that is larger by the same factor makes it W (1 − ηλ) − η ∂J/∂W.
    pub(super) fn new(rate: f32, decay: f32) -> Result<Self, Refusal> {
        are_legal(rate, decay)?;
        let keep = 1.0 - rate * decay;
        let of_weights = if decay == 0.0 { rate } else { rate / keep };
        Ok(Self { descent: Descent { rate: of_weights, of_biases: rate }, keep })
    }

    /// The same, where the gradient is shortened to a share; the decay is not.
    pub(super) fn shortened(self, share: f32) -> Self {
        let Descent { rate, of_biases } = self.descent;
        let descent = Descent { rate: rate * share, of_biases: of_biases * share };
        Self { descent, ..self }
    }
}

/// W ← W · keep. A function for all weights of a net, or the optimizer would write a loop for each.
#[inline(never)]
fn shrink(weights: &mut [f32], keep: f32) {
    for w in weights {
        *w *= keep;
    }
}
