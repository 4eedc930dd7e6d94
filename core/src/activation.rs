//! What a unit makes of its pre-activation u: a value z = f(u), and the slope f′(u) that the
//! backward pass needs, computed from z.
//!
//! | f | z | f′ from z |
//! |---|---|---|
//! | [`Identity`] | u | 1 |
//! | [`Relu`] | max(u, 0) | 1 where z > 0, else 0 |
//! | [`Tanh`] | tanh u | 1 − z² |
//! | [`Sigmoid`] | 1 / (1 + e^−u) | z (1 − z) |

use crate::math::{self, is_zero};
use crate::sealed::{Sealed, sealed};
use crate::shape::Zero;

/// An activation function.
pub trait Activation: Sealed + 'static {
    /// Its name in files and reports.
    const NAME: &'static str;
    /// Whether the slope at value 0 is 0, and that value never −0: then a unit of value 0 passes no
    /// δ back, and every product with its value can be skipped.
    const DEAD_AT_ZERO: bool = false;
    /// Whether initial weights are drawn by He's rule; by Glorot's otherwise.
    const HE: bool = false;
    /// What is kept to tell the slopes at many places.
    type Slopes: Slopes;
    /// z = f(u)
    fn value(u: f32) -> f32;
    /// Whether z = f(u) is not +0.
    #[inline(always)]
    fn alive(u: f32) -> bool {
        !is_zero(Self::value(u))
    }
    /// f′(u), from z = f(u)
    fn slope(z: f32) -> f32;
    /// δ = f′(u) ∂J/∂z, from z = f(u)
    #[inline(always)]
    fn delta(dz: f32, z: f32) -> f32 {
        dz * Self::slope(z)
    }
}

/// What is kept to tell f′ at many places, where their z are not on the tape.
pub trait Slopes: Sealed + 'static {
    /// Whether that is one bit for each place.
    const BITS: bool = false;
    /// Memory for it: none, or a bit for each place, or z of each place.
    type Kept<Bits: Room, Values: Room>: Room;
    /// What is kept.
    fn kept<Bits: Room, Values: Room>(kept: &Self::Kept<Bits, Values>) -> Kept<&Bits, &Values>;
    /// What is kept, to be changed.
    fn kept_mut<Bits: Room, Values: Room>(
        kept: &mut Self::Kept<Bits, Values>,
    ) -> Kept<&mut Bits, &mut Values>;
}

/// Memory on a tape.
pub trait Room: Zero + Send + Sync + 'static {}

impl<T: Zero + Send + Sync + 'static> Room for T {}

/// What is kept of many places.
#[derive(Clone, Copy, Debug)]
pub enum Kept<Bits, Values> {
    /// Nothing: the slope is the same everywhere.
    Nothing,
    /// A bit for each place: whether it is [alive](Activation::alive).
    Alive(Bits),
    /// z of each place.
    Values(Values),
}

/// The slope is 1 everywhere.
#[derive(Debug)]
pub struct One;

/// The slope is 0 where z is 0, and 1 elsewhere.
#[derive(Debug)]
pub struct OneOrZero;

/// The slope is any number.
#[derive(Debug)]
pub struct Any;

impl Slopes for One {
    type Kept<Bits: Room, Values: Room> = ();
    #[inline(always)]
    fn kept<Bits: Room, Values: Room>((): &()) -> Kept<&Bits, &Values> {
        Kept::Nothing
    }
    #[inline(always)]
    fn kept_mut<Bits: Room, Values: Room>((): &mut ()) -> Kept<&mut Bits, &mut Values> {
        Kept::Nothing
    }
}

impl Slopes for OneOrZero {
    const BITS: bool = true;
    type Kept<Bits: Room, Values: Room> = Bits;
    #[inline(always)]
    fn kept<Bits: Room, Values: Room>(kept: &Bits) -> Kept<&Bits, &Values> {
        Kept::Alive(kept)
    }
    #[inline(always)]
    fn kept_mut<Bits: Room, Values: Room>(kept: &mut Bits) -> Kept<&mut Bits, &mut Values> {
        Kept::Alive(kept)
    }
}

impl Slopes for Any {
    type Kept<Bits: Room, Values: Room> = Values;
    #[inline(always)]
    fn kept<Bits: Room, Values: Room>(kept: &Values) -> Kept<&Bits, &Values> {
        Kept::Values(kept)
    }
    #[inline(always)]
    fn kept_mut<Bits: Room, Values: Room>(kept: &mut Values) -> Kept<&mut Bits, &mut Values> {
        Kept::Values(kept)
    }
}

/// z = u: the activation of a pooling layer, and of the net's input.
#[derive(Debug)]
pub struct Identity;

/// z = max(u, 0).
#[derive(Debug)]
pub struct Relu;

/// z = tanh u.
#[derive(Debug)]
pub struct Tanh;

/// z = 1 / (1 + e^−u).
#[derive(Debug)]
pub struct Sigmoid;

sealed!(Identity, Relu, Tanh, Sigmoid, One, OneOrZero, Any);

impl Activation for Identity {
    const NAME: &'static str = "identity";
    type Slopes = One;
    #[inline(always)]
    fn value(u: f32) -> f32 {
        u
    }
    #[inline(always)]
    fn slope(_: f32) -> f32 {
        1.0
    }
}

impl Activation for Relu {
    const NAME: &'static str = "relu";
    const DEAD_AT_ZERO: bool = true;
    const HE: bool = true;
    type Slopes = OneOrZero;
    #[inline(always)]
    fn value(u: f32) -> f32 {
        // Not `max`: on a NaN this keeps the NaN, on every machine, so that a trainer can see it.
        if u <= 0.0 { 0.0 } else { u }
    }
    #[inline(always)]
    #[allow(clippy::neg_cmp_op_on_partial_ord, reason = "a NaN is alive, as it is a value")]
    fn alive(u: f32) -> bool {
        !(u <= 0.0)
    }
    #[inline(always)]
    fn slope(z: f32) -> f32 {
        if z > 0.0 { 1.0 } else { 0.0 }
    }
    #[inline(always)]
    fn delta(dz: f32, z: f32) -> f32 {
        // Not a product, whose zeros could be −0.
        if is_zero(z) { 0.0 } else { dz }
    }
}

impl Activation for Tanh {
    const NAME: &'static str = "tanh";
    type Slopes = Any;
    #[inline]
    fn value(u: f32) -> f32 {
        math::tanh(u)
    }
    #[inline(always)]
    fn slope(z: f32) -> f32 {
        1.0 - z * z
    }
}

impl Activation for Sigmoid {
    const NAME: &'static str = "sigmoid";
    type Slopes = Any;
    #[inline]
    fn value(u: f32) -> f32 {
        1.0 / (1.0 + math::exp(-u))
    }
    #[inline(always)]
    fn slope(z: f32) -> f32 {
        z * (1.0 - z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slope agrees with a central difference. With h = 2^-6 the difference is off by less
    /// than h²/6 · max|f‴| ≤ 1e-4, rounding adds 2^-24 / h.
    fn slope_agrees<A: Activation>() {
        let h = 1.0 / 64.0;
        for step in -40..=40 {
            let u = step as f32 / 10.0 + 0.05;
            let difference = (A::value(u + h) - A::value(u - h)) / (2.0 * h);
            let slope = A::slope(A::value(u));
            assert!((slope - difference).abs() < 2e-4, "{} at {u}: {slope} {difference}", A::NAME);
        }
    }

    #[test]
    fn slopes_are_derivatives() {
        slope_agrees::<Identity>();
        slope_agrees::<Relu>();
        slope_agrees::<Tanh>();
        slope_agrees::<Sigmoid>();
    }

    #[test]
    fn extremes_stay_finite() {
        for u in [f32::MAX, f32::MIN, 1e-45, -1e-45, 0.0] {
            assert!(Tanh::value(u).is_finite() && Sigmoid::value(u).is_finite());
            assert!(Relu::value(u).is_finite());
        }
        assert!(Relu::value(f32::NAN).is_nan());
    }
}
