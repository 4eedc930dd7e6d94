use core::marker::PhantomData;

use super::pass::answer;
use super::{Refusal, Seen, can_see, check};
use crate::choice::{Choice, Nothing};
use crate::loss::Loss as _;
use crate::net::{Image, Net, Parameters, Tape};
use crate::pixel::Pixel;
use crate::shape::Zero;
use crate::stage::{Stage, Taped as _};

/// The workspace of forward passes, over images stored as pixels `X`.
pub struct Inference<N: Net, X: Pixel = f32> {
    tape: Tape<N, Nothing>,
    pixel: PhantomData<fn(X)>,
}

impl<N: Net, X: Pixel> Zero for Inference<N, X> {
    const ZERO: Self = Self { tape: Tape::<N, Nothing>::ZERO, pixel: PhantomData };
}

impl<N: Net, X: Pixel> Inference<N, X> {
    /// Computes the output y for an image, a number for each class.
    ///
    /// # Errors
    /// [`Refusal::Image`], [`Refusal::NotLoaded`] and [`Refusal::Diverged`]: an output that is not
    /// finite is no answer.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn outputs<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> Result<&[f32], Refusal> {
        outputs::<_, _, _, X>(parameters, image, &mut self.tape)
    }

    /// What a trainer would see of a sample: its loss, and the class it is taken for.
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs), and [`Refusal::Label`].
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn look<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
    ) -> Result<Seen, Refusal> {
        look::<_, _, _, X>(parameters, image, label, &mut self.tape)
    }

    /// The class with the largest output, the first on a tie. The outputs are not computed: every
    /// output grows with its pre-activation, so the pre-activations are compared.
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs).
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn classify<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> Result<usize, Refusal> {
        classify::<_, _, _, X>(parameters, image, &mut self.tape)
    }

    /// Passes the activations of each stage before the output to `at`, as the last image left them,
    /// from the first stage on: pixel by pixel in the order of memory, the maps innermost. A
    /// convolution and the pooling layer after it are one stage, whose maps are the pooled ones.
    pub fn hidden(&self, mut at: impl FnMut(&[f32])) {
        self.tape.hidden(&mut at);
    }
}

/// [`Inference::outputs`], on any tape.
#[inline(always)]
pub(super) fn outputs<'t, N: Net, C: Choice, T: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
    tape: &'t mut Tape<N, T>,
) -> Result<&'t [f32], Refusal> {
    can_see::<N, C, X>(parameters, image)?;
    let outputs = forward::<N, C, T, X>(parameters, image, tape)?;
    <N::Chain as Stage>::Loss::activate(outputs);
    Ok(outputs)
}

/// [`Inference::look`], on any tape.
#[inline(always)]
pub(super) fn look<N: Net, C: Choice, T: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
    label: usize,
    tape: &mut Tape<N, T>,
) -> Result<Seen, Refusal> {
    check::<N, C, X>(parameters, image, label)?;
    let outputs = forward::<N, C, T, X>(parameters, image, tape)?;
    let class = largest(outputs);
    Ok(Seen { loss: <N::Chain as Stage>::Loss::delta(outputs, label), class })
}

/// [`Inference::classify`], on any tape.
#[inline(always)]
pub(super) fn classify<N: Net, C: Choice, T: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
    tape: &mut Tape<N, T>,
) -> Result<usize, Refusal> {
    can_see::<N, C, X>(parameters, image)?;
    forward::<N, C, T, X>(parameters, image, tape).map(|outputs| largest(outputs))
}

/// The pre-activations of the output.
#[cfg_attr(target_arch = "x86_64", inline(always))]
#[cfg_attr(not(target_arch = "x86_64"), inline(never))]
fn forward<'t, N: Net, C: Choice, T: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
    tape: &'t mut Tape<N, T>,
) -> Result<&'t mut [f32], Refusal> {
    answer::<N, C, T, X>(&parameters.0, image, tape)
}

/// The index of the largest value, the first on a tie; nothing if there is no value, or if any is
/// not finite.
pub fn argmax(values: &[f32]) -> Option<usize> {
    (!values.is_empty() && f32::are_finite(values)).then(|| largest(values))
}

/// The index of the largest of finite values.
pub(super) fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    let mut largest = f32::NEG_INFINITY;
    for (place, &value) in values.iter().enumerate() {
        if value > largest {
            largest = value;
            best = place;
        }
    }
    best
}
