//! A pass through a net: forward, a look at the output, the loss, and back by a rule.
//!
//! Every trainer goes this way: in one go by [`pass`], in slices by its parts.

use super::{Refusal, is_answer};
use crate::activation::Identity;
use crate::choice::Choice;
use crate::compiler::hidden;
use crate::hold::{Flag, No, Yes};
use crate::layer::Input;
use crate::layer::learn::Rule;
use crate::loss::Loss as _;
use crate::net::{Gradient, Image, Layers, Net, Tape};
use crate::pace::{Pace, Whole};
use crate::pixel::Pixel;
use crate::stage::Stage;

/// From x to the pre-activations of the output; the tape `T` is prepared for a backward pass if
/// `Back` is set.
#[inline(always)]
pub(super) fn forward<N: Net, C: Choice, T: Choice, Back: Flag, X: Pixel>(
    pace: &mut impl Pace,
    parameters: &Layers<N, C>,
    image: &Image<N, X>,
    tape: &mut Tape<N, T>,
) {
    N::Chain::forward::<C, T, No, Back, Identity, X>(pace, parameters, image, tape);
}

/// The loss, and what `look` returned for the pre-activations of the output; δ overwrites them.
#[inline(always)]
pub(super) fn lose<N: Net, C: Choice, T>(
    tape: &mut Tape<N, C>,
    label: usize,
    look: impl FnOnce(&[f32]) -> T,
) -> Result<(f32, T), Refusal> {
    let output = N::Chain::output::<C, No>(tape);
    is_answer(output)?;
    let seen = look(output);
    Ok((<N::Chain as Stage>::Loss::delta(output, label), seen))
}

/// From δ of the output back to the image; each gradient is handed to the rule.
#[inline(always)]
pub(super) fn backward<N: Net, C: Choice, X: Pixel, U: Rule>(
    pace: &mut impl Pace,
    rule: U,
    held: U::Held<'_, Layers<N, C>, Gradient<N, C>>,
    image: &Image<N, X>,
    tape: &mut Tape<N, C>,
) {
    N::Chain::backward::<C, No, Identity, X, U>(pace, rule, held, Input::Fixed(image), tape);
}

/// A whole pass in one go. Returns the loss before, and what `look` returned for the
/// pre-activations.
#[inline(always)]
pub(super) fn pass<N: Net, C: Choice, X: Pixel, U: Rule, T>(
    rule: U,
    held: U::Held<'_, Layers<N, C>, Gradient<N, C>>,
    (image, label): (&Image<N, X>, usize),
    tape: &mut Tape<N, C>,
    look: impl FnOnce(&[f32]) -> T,
) -> Result<(f32, T), Refusal> {
    // On a chip these are statics, whose addresses would be formed again in every loop.
    let (image, tape) = (hidden(image), hidden(tape));
    forward::<N, C, C, Yes, X>(&mut Whole, U::values(&held), image, tape);
    let seen = lose::<N, C, T>(tape, label, look)?;
    backward::<N, C, X, U>(&mut Whole, rule, held, image, tape);
    Ok(seen)
}

/// The pre-activations of the output for an image, on a tape that no backward pass will use.
#[inline(always)]
pub(super) fn answer<'t, N: Net, C: Choice, T: Choice, X: Pixel>(
    parameters: &Layers<N, C>,
    image: &Image<N, X>,
    tape: &'t mut Tape<N, T>,
) -> Result<&'t mut [f32], Refusal> {
    let (parameters, image, tape) = (hidden(parameters), hidden(image), hidden(tape));
    forward::<N, C, T, No, X>(&mut Whole, parameters, image, tape);
    let output = N::Chain::output::<T, No>(tape);
    is_answer(output)?;
    Ok(output)
}
