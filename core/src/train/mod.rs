//! Training: what a net learns from labelled samples.
//!
//! | trainer | memory beside the parameters | for |
//! |---|---|---|
//! | [`InPlace`] | the tape | the chip: one sample, each weight moves on the way back |
//! | [`Batch`] | the tape and a gradient, with [`Velocity`] beside it | mini-batches with momentum and weight decay |
//!
//! Both go through the same layers; given the same samples they agree to rounding. A sample that is
//! not fit to learn from is [refused](Refusal) before any weight moves. What is looked at:
//!
//! | | `InPlace::step` | `InPlace::step_within` | `Batch::add` | `Batch::update` | `Batch::update_within` |
//! |---|---|---|---|---|---|
//! | label, image | yes | yes | yes | | |
//! | loss | yes | yes | yes | | |
//! | rate | yes | yes | | | yes |
//! | length of the gradient | | yes | | | yes |
//!
//! Where nobody looks at its length, a gradient that overflows while the loss is still finite moves
//! the weights; the next sample is refused then, for its loss, and [`all_finite`] tells at once. To
//! look costs [`Batch`] one pass over the sums, and [`InPlace`], which has none, a pass forward and back.
//!
//! A step in place can be run [in slices](Step), beside a control loop. Inference and training in
//! place also take images of [bytes](crate::pixel::Bytes).

mod batch;
mod in_place;
mod inference;
mod limit;
mod schedule;
mod slices;

pub use batch::{Batch, Seen, Sgd, Velocity};
pub use in_place::InPlace;
pub use inference::{Inference, argmax};
pub use limit::{Limit, Refusals};
pub use schedule::Schedule;
pub use slices::Step;

use crate::chain::{Holding, Role};
use crate::choice::{All, Choice};
use crate::net::{Image, Net, Parameters};
use crate::pixel::Pixel;
use crate::rng::Rng;
use crate::shape::Tensor;

/// Why a sample was not learnt from. No weight has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub enum Refusal {
    /// The label is not one of the classes.
    Label,
    /// The image holds a NaN or an infinite number.
    Image,
    /// The net's output, or the loss, is no longer finite: the parameters have diverged.
    Diverged,
    /// The learning rate is not a finite number.
    Rate,
    /// The gradient is longer than the [`Limit`] allows, or not finite.
    Gradient,
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Refusal::Label => "the label is not one of the classes",
            Refusal::Image => "the image holds a NaN or an infinite number",
            Refusal::Diverged => "the loss is no longer finite: the parameters have diverged",
            Refusal::Rate => "the learning rate is not a finite number",
            Refusal::Gradient => "the gradient is longer than the limit allows, or not finite",
        })
    }
}

impl core::error::Error for Refusal {}

/// Draws initial weights from a seed: He's rule before ReLU, Glorot's otherwise; biases 0.
pub fn initialize<N: Net>(parameters: &mut Parameters<N>, rng: &mut Rng) {
    N::Chain::initialize(parameters, rng);
}

/// λ/2 Σ W²: what weight decay adds to the loss. Biases do not decay.
pub fn decay_term<N: Net, C: Choice>(parameters: &Parameters<N, C>, decay: f32) -> f32 {
    let mut sum = 0.0;
    N::Chain::visit::<C>(parameters, &mut |role, values| {
        if role == Role::Weight {
            for w in values {
                sum += w * w;
            }
        }
    });
    0.5 * decay * sum
}

/// Whether every parameter is a finite number.
pub fn all_finite<N: Net>(parameters: &Parameters<N>) -> bool {
    let mut finite = true;
    N::Chain::visit::<All>(parameters, &mut |_, values| finite &= f32::are_finite(values));
    finite
}

/// What both trainers ask of a sample.
fn check<N: Net, X: Pixel>(image: &Image<N, X>, label: usize) -> Result<(), Refusal> {
    if label >= N::CLASSES {
        return Err(Refusal::Label);
    }
    if !X::are_finite(image.flat()) {
        return Err(Refusal::Image);
    }
    Ok(())
}
