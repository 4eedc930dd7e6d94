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
use inference::largest;
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
    /// The net's output is not finite: the parameters have diverged.
    Diverged,
    /// The learning rate is no number from 0 to [`LARGEST_RATE`], the momentum none from 0 on below 1,
    /// or the weight decay is below 0 or takes all of a weight at once.
    Rate,
    /// The gradient is longer than the [`Limit`] allows, or not finite.
    Gradient,
    /// A layer that stays frozen has not been [loaded](load()).
    NotLoaded,
    /// The trainer's last [step in slices](Step) was forgotten while weights moved: some have and some
    /// have not. Take the parameters of a stored model. This is said once; then the trainer goes on.
    HalfMoved,
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
            Refusal::HalfMoved => {
                "a step was forgotten in its middle: the parameters are half moved"
            }
        })
    }
}

impl core::error::Error for Refusal {}

/// The largest learning rate that is taken. Weights begin below 1, and a sample moves them by η times
/// a number that is about 1 where pixels are: a thousand times as far, nothing is left of a net.
pub const LARGEST_RATE: f32 = 1000.0;

/// Whether a step may go by these rates: η from 0 to [`LARGEST_RATE`], λ not below 0, and ηλ below 1,
/// at which decay would leave nothing of a weight.
fn are_legal(rate: f32, decay: f32) -> Result<(), Refusal> {
    let legal = (0.0..=LARGEST_RATE).contains(&rate) && decay >= 0.0 && rate * decay < 1.0;
    if legal { Ok(()) } else { Err(Refusal::Rate) }
}

/// Draws initial weights from a seed: He's rule before ReLU, Glorot's otherwise; biases 0.
pub fn initialize<N: Net>(parameters: &mut Parameters<N>, rng: &mut Rng) {
    N::Chain::initialize::<All>(parameters, rng);
}

/// Takes over parameters that stay where they are, in flash: copies what trains, and remembers where
/// the rest lies.
///
/// Fine-tuning of the output layer takes RAM for that layer alone:
///
/// ```
/// use cpfo::choice::OutputOnly;
/// use cpfo::format;
/// use cpfo::net::Parameters;
/// use cpfo::shape::Zero;
/// use cpfo::train::{InPlace, load};
///
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 {
/// #     C1 = Convolution(8, 3 x 3, Relu); P2 = Pooling(Max, 2 x 2);
/// #     F3 = FullyConnected(32, Relu); O4 = Output(10, SoftmaxCrossEntropy); } }
/// // `cpfo export --rust` writes one that has learnt. A static that nobody changes lies in flash.
/// static MODEL: digits::Parameters = digits::Parameters::ZERO;
///
/// let mut parameters = Parameters::<digits::Net, OutputOnly>::ZERO;
/// let mut trainer = InPlace::<digits::Net, OutputOnly>::ZERO;
/// load::<digits::Net, OutputOnly>(&mut parameters, &MODEL);
///
/// let image: digits::Image = [[[0.5]; 8]; 8];
/// let before = trainer.step(&mut parameters, &image, 3, 0.05, 0.0)?;
/// let after = trainer.step(&mut parameters, &image, 3, 0.0, 0.0)?;
/// assert!(after < before);
///
/// // What it has learnt is stored as a whole model, and read back the same way.
/// let mut stored = Vec::new();
/// format::emit::<digits::Net, OutputOnly, core::fmt::Error>(&parameters, |piece| {
///     stored.extend_from_slice(piece);
///     Ok(())
/// })?;
/// let mut again = Parameters::<digits::Net, OutputOnly>::ZERO;
/// load::<digits::Net, OutputOnly>(&mut again, &MODEL);
/// format::parse::<digits::Net, OutputOnly>(&stored, &mut again)?;
/// assert_eq!(trainer.step(&mut again, &image, 3, 0.0, 0.0)?, after);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load<N: Net, C: Choice>(parameters: &mut Parameters<N, C>, from: &'static Parameters<N>) {
    N::Chain::load::<C, All>(parameters, from);
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

/// What a pass forward asks for.
fn can_see<N: Net, C: Choice, X: Pixel>(
    parameters: &Parameters<N, C>,
    image: &Image<N, X>,
) -> Result<(), Refusal> {
    if !N::Chain::is_loaded::<C>(parameters) {
        return Err(Refusal::NotLoaded);
    }
    if !X::are_finite(image.flat()) {
        return Err(Refusal::Image);
    }
    Ok(())
}

/// Pre-activations of the output that are not finite are no answer, and have no loss.
fn is_answer(output: &[f32]) -> Result<(), Refusal> {
    if f32::are_finite(output) { Ok(()) } else { Err(Refusal::Diverged) }
}
