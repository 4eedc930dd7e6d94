//! Memory for one net: all that it takes to ask it and to teach it.

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::Zero;
use cpfo::train::{InPlace, Inference};

/// A net with an image and its workspaces. It is meant for a `static`.
pub(crate) struct Room<N: Net> {
    pub(crate) parameters: Parameters<N>,
    pub(crate) image: Image<N>,
    pub(crate) inference: Inference<N>,
    pub(crate) trainer: InPlace<N>,
}

impl<N: Net> Zero for Room<N> {
    const ZERO: Self = Self {
        parameters: N::ZERO,
        image: Image::<N>::ZERO,
        inference: Inference::ZERO,
        trainer: InPlace::ZERO,
    };
}
