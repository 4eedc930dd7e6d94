use core::hint::black_box;
use core::marker::PhantomData;

use super::{Refusal, Seen, can_see, check, is_answer};
use crate::activation::Identity;
use crate::choice::{Choice, No, Nothing};
use crate::loss::Loss as _;
use crate::net::{Image, Net, Parameters, Tape};
use crate::pace::Whole;
use crate::pixel::Pixel;
use crate::shape::Zero;
use crate::stage::{Stage, Taped as _};

/// Room for forward passes, of images stored as pixels `X`.
pub struct Inference<N: Net, X: Pixel = f32> {
    tape: Tape<N, Nothing>,
    pixel: PhantomData<fn(X)>,
}

impl<N: Net, X: Pixel> Zero for Inference<N, X> {
    const ZERO: Self = Self { tape: Tape::<N, Nothing>::ZERO, pixel: PhantomData };
}

impl<N: Net, X: Pixel> Inference<N, X> {
    /// Gives the output for an image, a number for each class.
    ///
    /// # Errors
    /// [`Refusal::Image`], [`Refusal::NotLoaded`] and [`Refusal::Diverged`]: an output that is not finite is
    /// no answer.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn outputs<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> Result<&[f32], Refusal> {
        can_see::<N, C, X>(parameters, image)?;
        let outputs = self.forward(parameters, image)?;
        <N::Chain as Stage>::Loss::activate(outputs);
        Ok(outputs)
    }

    /// Gives the pre-activations of the output.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    #[cfg_attr(not(target_arch = "x86_64"), inline(never))]
    fn forward<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> Result<&mut [f32], Refusal> {
        // An optimizer that knows the address of a static would form it again in every loop.
        let (parameters, image, tape) =
            (black_box(parameters), black_box(image), black_box(&mut self.tape));
        N::Chain::forward::<C, Nothing, No, Identity, X>(&mut Whole, parameters, image, tape);
        let output = N::Chain::output::<Nothing, No>(tape);
        is_answer(output)?;
        Ok(output)
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
        check::<N, C, X>(parameters, image, label)?;
        let outputs = self.forward(parameters, image)?;
        let class = largest(outputs);
        Ok(Seen { loss: <N::Chain as Stage>::Loss::delta(outputs, label), class })
    }

    /// The class with the largest output, the first on a tie. The outputs are not computed: every
    /// output grows with its pre-activation, so these are compared.
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs).
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn classify<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> Result<usize, Refusal> {
        can_see::<N, C, X>(parameters, image)?;
        self.forward(parameters, image).map(|outputs| largest(outputs))
    }

    /// Shows what each stage before the output made of the last image, from the first stage on:
    /// pixel by pixel in the order of memory, the maps innermost. A pooling layer belongs to the
    /// convolution before it, so that its map is the pooled one.
    pub fn hidden(&self, mut at: impl FnMut(&[f32])) {
        self.tape.hidden(&mut at);
    }
}

/// The place of the largest value, the first on a tie; none where there is no value, or one that is not
/// finite.
pub fn argmax(values: &[f32]) -> Option<usize> {
    (!values.is_empty() && f32::are_finite(values)).then(|| largest(values))
}

/// The place of the largest of finite values.
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
