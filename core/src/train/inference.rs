use core::hint::black_box;
use core::marker::PhantomData;

use super::{Refusal, Seen, check};
use crate::activation::Identity;
use crate::choice::{Choice, No, Nothing};
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
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn outputs<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> &[f32] {
        let outputs = self.forward(parameters, image);
        N::Chain::activate(outputs);
        outputs
    }

    /// Gives the pre-activations of the output.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    #[cfg_attr(not(target_arch = "x86_64"), inline(never))]
    fn forward<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> &mut [f32] {
        // An optimizer that knows the address of a static would form it again in every loop.
        let (parameters, image, tape) =
            (black_box(parameters), black_box(image), black_box(&mut self.tape));
        N::Chain::forward::<C, Nothing, No, Identity, X>(&mut Whole, parameters, image, tape);
        N::Chain::output::<Nothing, No>(tape)
    }

    /// What a trainer would see of a sample: its loss, and the class it is taken for.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn look<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
        label: usize,
    ) -> Result<Seen, Refusal> {
        check::<N, X>(image, label)?;
        let outputs = self.forward(parameters, image);
        let class = argmax(outputs);
        let loss = N::Chain::delta(outputs, label);
        if loss.is_finite() { Ok(Seen { loss, class }) } else { Err(Refusal::Diverged) }
    }

    /// The class with the largest output, the first on a tie. The outputs are not computed: every
    /// output grows with its pre-activation, so these are compared.
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn classify<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N, X>,
    ) -> usize {
        argmax(self.forward(parameters, image))
    }

    /// Shows what each stage before the output made of the last image, from the first stage on:
    /// pixel by pixel in the order of memory, the maps innermost. A pooling layer belongs to the
    /// convolution before it, so that its map is the pooled one.
    pub fn hidden(&self, mut at: impl FnMut(&[f32])) {
        self.tape.hidden(&mut at);
    }
}

/// The place of the largest value, the first on a tie; 0 where there is none.
pub fn argmax(values: &[f32]) -> usize {
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
