//! Training: what a net learns from labelled samples.
//!
//! | trainer | memory beside the parameters | for |
//! |---|---|---|
//! | [`Learner`] | the tape and an image | the chip: one sample, each weight moves in the backward pass; it answers, too |
//! | [`InPlace`] | the tape | the same, where parameters and image are the caller's |
//! | [`Batch`] | the tape and a gradient, with [`Velocity`] beside it | mini-batches with momentum and weight decay |
//!
//! All use the same layers; given the same samples they agree to rounding. A sample that is not fit
//! to learn from is [refused](Refusal) before any weight moves. What is checked:
//!
//! | | `InPlace::step` | `InPlace::step_within` | `Batch::add` | `Batch::update` | `Batch::update_within` |
//! |---|---|---|---|---|---|
//! | label, image | yes | yes | yes | | |
//! | loss | yes | yes | yes | | |
//! | rate | yes | yes | | yes | yes |
//! | length of the gradient | | yes | | | yes |
//!
//! Where its length is not checked, a gradient that overflows while the loss is still finite moves
//! the weights; the next sample is then refused for its loss, and [`Parameters::are_finite`] tells
//! at once. The check costs [`Batch`] one pass over the sums, and [`InPlace`], which has none, a
//! forward and a backward pass.
//!
//! A step in place can run [in slices](Learner#in-slices), beside a control loop. Inference and
//! training in place also take images of [bytes](crate::pixel::Bytes).

mod batch;
mod course;
mod in_place;
mod inference;
mod learner;
mod limit;
mod pass;
mod rates;
mod schedule;

pub use batch::{Batch, Seen, Sgd, Velocity};
pub use in_place::InPlace;
use inference::largest;
pub use inference::{Inference, argmax};
pub use learner::Learner;
pub use limit::{Limit, Refusals};
pub use rates::{LARGEST_RATE, Rates};
pub use schedule::Schedule;

use crate::choice::Choice;
use crate::net::{Image, Net, Parameters};
use crate::pixel::Pixel;
use crate::shape::Tensor;

/// Why a sample was not learnt from or answered, or an update not made. No weight has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub enum Refusal {
    /// The label is not one of the classes.
    Label,
    /// The image holds a NaN or an infinite number.
    Image,
    /// The net's output is not finite: the parameters have diverged.
    Diverged,
    /// The learning rate η is not from 0 to [`LARGEST_RATE`], the momentum not from 0 to below 1,
    /// or the weight decay λ not 0 or above, or so large that ηλ reaches 1 and takes all of a
    /// weight at once.
    Rate,
    /// The gradient is longer than the [`Limit`] allows, or not finite.
    Gradient,
    /// A layer that stays frozen has not been [loaded](Parameters::load).
    NotLoaded,
    /// A [step in slices](Learner::begin) is under way: [go on](Learner::resume) to its end first.
    Busy,
    /// No [step in slices](Learner::begin) is under way: there is none to [go on](Learner::resume)
    /// with.
    NoStep,
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Refusal::Label => "the label is not one of the classes",
            Refusal::Image => "the image holds a NaN or an infinite number",
            Refusal::Diverged => "the net's output is not finite: the parameters have diverged",
            Refusal::Rate => "the learning rate, the momentum or the weight decay is out of range",
            Refusal::Gradient => "the gradient is longer than the limit allows, or not finite",
            Refusal::NotLoaded => "a frozen layer has not been loaded",
            Refusal::Busy => "a step in slices is under way and has to be finished first",
            Refusal::NoStep => "no step in slices is under way",
        })
    }
}

impl core::error::Error for Refusal {}

/// The checks of a sample to learn from.
fn check<N: Net, C: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
    label: usize,
) -> Result<(), Refusal> {
    if label >= N::CLASSES {
        return Err(Refusal::Label);
    }
    can_see::<N, C, X>(parameters, image)
}

/// The checks before a forward pass.
fn can_see<N: Net, C: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
) -> Result<(), Refusal> {
    if !parameters.are_loaded() {
        return Err(Refusal::NotLoaded);
    }
    if !X::are_finite(image.flat()) {
        return Err(Refusal::Image);
    }
    Ok(())
}

/// Refuses pre-activations of the output that are not finite: they are no answer, and have no loss.
fn is_answer(output: &[f32]) -> Result<(), Refusal> {
    if f32::are_finite(output) { Ok(()) } else { Err(Refusal::Diverged) }
}
