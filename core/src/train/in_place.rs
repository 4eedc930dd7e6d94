use core::cell::Cell;
use core::marker::PhantomData;

use super::pass::pass;
use super::rates::Stride;
use super::{Limit, Rates, Refusal, Seen, check, largest};
use crate::chain::Role;
use crate::choice::{All, Choice};
use crate::compiler::hidden;
use crate::layer::learn::{Descent, Measurement};
use crate::net::{Image, Net, Parameters, Tape};
use crate::pixel::Pixel;
use crate::shape::Zero;

/// Training in place, one sample at a time: each weight moves in the backward pass, right after its
/// last use, so there is no gradient to store. What the choice `C` leaves frozen costs no work
/// but the backward pass through it, and no RAM but an address for each tensor.
/// Images are stored as pixels `X`.
///
/// The parameters are the caller's; a [`Learner`](super::Learner) has its own.
pub struct InPlace<N: Net, C: Choice = All, X: Pixel = f32> {
    pub(super) tape: Tape<N, C>,
    pixel: PhantomData<fn(X)>,
}

impl<N: Net, C: Choice, X: Pixel> Zero for InPlace<N, C, X> {
    const ZERO: Self = Self { tape: Tape::<N, C>::ZERO, pixel: PhantomData };
}

impl<N: Net, C: Choice, X: Pixel> InPlace<N, C, X> {
    /// Learns from one sample: W ← W − η (∂J/∂W + λW), b ← b − η ∂J/∂b. Returns the loss J before
    /// the step.
    ///
    /// # Errors
    /// [`Refusal::Label`], [`Refusal::Image`], [`Refusal::NotLoaded`], [`Refusal::Rate`] and
    /// [`Refusal::Diverged`]; then no weight has moved.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn step(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rates: &Rates,
    ) -> Result<f32, Refusal> {
        let stride = self.admit(parameters, image, label, rates)?;
        self.learn(parameters, image, label, stride, |_| ()).map(|(loss, ())| loss)
    }

    /// As [`step`](Self::step), and returns also the class that the net took the sample for.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn see(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rates: &Rates,
    ) -> Result<Seen, Refusal> {
        let stride = self.admit(parameters, image, label, rates)?;
        let (loss, class) = self.learn(parameters, image, label, stride, largest)?;
        Ok(Seen { loss, class })
    }

    /// As [`step`](Self::step), with a limit on the length of the gradient, which is measured
    /// before any weight moves. That costs a second pass, forward and back: the δs overwrite the
    /// activations, so those have to be computed again.
    ///
    /// # Errors
    /// As [`step`](Self::step), and [`Refusal::Gradient`].
    pub fn step_within(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rates: &Rates,
        limit: Limit,
    ) -> Result<f32, Refusal> {
        let stride = self.admit(parameters, image, label, rates)?;
        let squares = self.measure(parameters, image, label)?;
        let stride = stride.shortened(limit.share(squares)?);
        self.learn(parameters, image, label, stride, |_| ()).map(|(loss, ())| loss)
    }

    /// The checks that every step makes of its sample and its rates.
    fn admit(
        &self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        rates: &Rates,
    ) -> Result<Stride, Refusal> {
        check::<N, C, X>(parameters, image, label)?;
        Stride::new(rates)
    }

    #[cfg_attr(target_arch = "x86_64", inline(always))]
    fn learn<T>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        Stride { descent, keep }: Stride,
        look: impl FnOnce(&[f32]) -> T,
    ) -> Result<(f32, T), Refusal> {
        let seen = self.descend(parameters, image, label, descent, look)?;
        if keep != 1.0 {
            parameters.visit_mut(|role, values| {
                if role == Role::Weight {
                    shrink(values, keep);
                }
            });
        }
        Ok(seen)
    }

    #[cfg_attr(target_arch = "x86_64", inline(always))]
    #[cfg_attr(not(target_arch = "x86_64"), inline(never))]
    fn descend<T>(
        &mut self,
        parameters: &mut Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
        descent: Descent,
        look: impl FnOnce(&[f32]) -> T,
    ) -> Result<(f32, T), Refusal> {
        let (held, sample) = (hidden(&mut parameters.0), (image, label));
        pass::<N, C, X, Descent, T>(descent, held, sample, &mut self.tape, look)
    }

    /// ‖∂J/∂(W, b)‖² of a sample.
    #[inline(never)]
    fn measure(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
    ) -> Result<f32, Refusal> {
        let squares = Cell::new(0.0);
        let (held, sample) = ((&parameters.0, &squares), (image, label));
        pass::<N, C, X, Measurement, ()>(Measurement, held, sample, &mut self.tape, |_| ())?;
        Ok(squares.get())
    }
}

/// W ← W · keep. One function for all weights of a net; inlined, it would be a loop for each
/// tensor.
#[inline(never)]
fn shrink(weights: &mut [f32], keep: f32) {
    for w in weights {
        *w *= keep;
    }
}
