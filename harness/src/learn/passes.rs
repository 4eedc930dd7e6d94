//! The passes through a net as [`Work`] for the [vectors](crate::learn::vectors) of this machine: all that
//! is hot on the desktop.

use cpfo::net::{Image, Net, Parameters};
use cpfo::train::{Batch, InPlace, Inference, Rates, Refusal, Seen, Sgd};

use crate::learn::vectors::Work;

/// A sample adds its gradient to a mini-batch.
pub struct Add<'a, N: Net> {
    /// The trainer.
    pub batch: &'a mut Batch<N>,
    /// The net.
    pub parameters: &'a Parameters<N>,
    /// The sample.
    pub sample: (&'a Image<N>, usize),
}

impl<N: Net> Work for Add<'_, N> {
    type Output = Result<Seen, Refusal>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let (image, label) = self.sample;
        self.batch.add(self.parameters, image, label)
    }
}

/// A sample moves the weights at once.
pub struct Step<'a, N: Net> {
    /// The trainer.
    pub trainer: &'a mut InPlace<N>,
    /// The net.
    pub parameters: &'a mut Parameters<N>,
    /// The sample.
    pub sample: (&'a Image<N>, usize),
    /// Its rate and decay count; there is no momentum in place.
    pub sgd: &'a Sgd,
}

impl<N: Net> Work for Step<'_, N> {
    type Output = Result<Seen, Refusal>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let (image, label) = self.sample;
        let Sgd { rate, decay, .. } = *self.sgd;
        self.trainer.see(self.parameters, image, label, &Rates { rate, decay })
    }
}

/// What a trainer would see of a sample.
pub struct Look<'a, N: Net> {
    /// Room for the pass.
    pub inference: &'a mut Inference<N>,
    /// The net.
    pub parameters: &'a Parameters<N>,
    /// The sample.
    pub sample: (&'a Image<N>, usize),
}

impl<N: Net> Work for Look<'_, N> {
    type Output = Result<Seen, Refusal>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let (image, label) = self.sample;
        self.inference.look(self.parameters, image, label)
    }
}

/// The output for an image, a number for each class.
pub struct Outputs<'a, N: Net> {
    /// Room for the pass.
    pub inference: &'a mut Inference<N>,
    /// The net.
    pub parameters: &'a Parameters<N>,
    /// The image.
    pub image: &'a Image<N>,
}

impl<'a, N: Net> Work for Outputs<'a, N> {
    type Output = Result<&'a [f32], Refusal>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        self.inference.outputs(self.parameters, self.image)
    }
}

/// The class that an image is taken for.
pub struct Classify<'a, N: Net> {
    /// Room for the pass.
    pub inference: &'a mut Inference<N>,
    /// The net.
    pub parameters: &'a Parameters<N>,
    /// The image.
    pub image: &'a Image<N>,
}

impl<N: Net> Work for Classify<'_, N> {
    type Output = Result<usize, Refusal>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        self.inference.classify(self.parameters, self.image)
    }
}
