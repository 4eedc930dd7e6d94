//! Where the weights are that a session goes back to.

use crate::chain::Holding;
use crate::choice::{All, Choice};
use crate::net::{Gradient, Net, Parameters};
use crate::shape::Zero;

/// The parameters could not be kept, or could not be had back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotKept;

impl core::fmt::Display for NotKept {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the parameters could not be kept, or could not be had back")
    }
}

impl core::error::Error for NotKept {}

/// A place for one set of parameters: [RAM](InRam), or flash by [`format`](crate::format).
pub trait Keep<N: Net, C: Choice> {
    /// Keeps these instead of those before.
    ///
    /// # Errors
    /// [`NotKept`]; those before have to be there still.
    fn keep(&mut self, parameters: &Parameters<N, C>) -> Result<(), NotKept>;

    /// Gives back those that were kept last.
    ///
    /// # Errors
    /// [`NotKept`].
    fn restore(&mut self, parameters: &mut Parameters<N, C>) -> Result<(), NotKept>;
}

/// A copy in RAM of what trains: as many bytes as a gradient.
pub struct InRam<N: Net, C: Choice = All>(Gradient<N, C>);

impl<N: Net, C: Choice> Zero for InRam<N, C> {
    const ZERO: Self = Self(Zero::ZERO);
}

impl<N: Net, C: Choice> Keep<N, C> for InRam<N, C> {
    fn keep(&mut self, parameters: &Parameters<N, C>) -> Result<(), NotKept> {
        for tensor in 0..N::Chain::TENSORS {
            let to = N::Chain::gradient_mut::<C>(&mut self.0, tensor);
            if let (Some(to), Some(from)) = (to, parameters.tensor(tensor)) {
                copy(from, to);
            }
        }
        Ok(())
    }

    fn restore(&mut self, parameters: &mut Parameters<N, C>) -> Result<(), NotKept> {
        for tensor in 0..N::Chain::TENSORS {
            let from = N::Chain::gradient_mut::<C>(&mut self.0, tensor);
            if let (Some(from), Some(to)) = (from, parameters.tensor_mut(tensor)) {
                copy(from, to);
            }
        }
        Ok(())
    }
}

fn copy(from: &[f32], to: &mut [f32]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}
