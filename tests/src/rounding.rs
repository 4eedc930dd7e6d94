//! How far our numbers may be from an oracle's that computes in 64 bits.
//!
//! There is one bound for all of them, [`SHARE`] of the largest number of a tensor. Where it comes from:
//!
//! - PyTorch in 32 bits is itself half as far from PyTorch in 64. Over the goldens its worst is 4e-7 of
//!   an output, 5e-7 of a gradient and 1e-6 of the parameters after ten updates; we may have twice
//!   that, as our sums have another order. `tests/pytorch/rounding.py` measures it, and a test asks
//!   it again.
//! - By hand: a sum of n products in 32 bits takes n roundings of 2^-24 = 6e-8 of what it has come to,
//!   up or down, so it is off by √n · 6e-8: by 1e-6 for the largest layers here.
//! - A parameter that a step moves takes two or three such roundings of itself, and the error of its
//!   gradient times a rate below 1. Steps one after the other add theirs up.
//!
//! A wrong formula is no matter of rounding: it shows in one of the first digits of what it is wrong
//! about. What is small beside the rest of its tensor would be missed, so suites take rates, decays
//! and biases that are not small.

use std::fmt::Display;

/// The largest difference that is allowed, as a share of the tensor's largest number.
pub const SHARE: f64 = 2e-6;

/// What an output y and a loss J are measured by: y is a share of 1, and J is made of such shares.
pub const UNIT: f64 = 1.0;

/// What is left of numbers up to 1 when one is taken from another is measured by no less than this: so
/// much that two roundings of 1, 2 · 2^-24 = 1.2e-7, are allowed.
pub const LEFT: f64 = 1.0 / 16.0;

/// The numbers of a tensor are the oracle's.
///
/// # Panics
/// If one is not, with its place and `what` it belongs to.
pub fn agree(what: impl Display, ours: &[f32], oracle: &[f64]) {
    agree_above(what, ours, oracle, 0.0);
}

/// The same, of a tensor whose largest number counts for no less than `floor`.
///
/// # Panics
/// If one is not.
pub fn agree_above(what: impl Display, ours: &[f32], oracle: &[f64], floor: f64) {
    assert_eq!(ours.len(), oracle.len(), "{what}");
    let scale = oracle.iter().fold(floor, |largest, x| largest.max(x.abs()));
    for (i, (ours, oracle)) in ours.iter().zip(oracle).enumerate() {
        let difference = (f64::from(*ours) - oracle).abs();
        assert!(
            difference <= SHARE * scale,
            "{what} [{i}]: {ours}, the oracle {oracle}: {difference:e} apart, scale {scale}"
        );
    }
}
