//! What is better hidden from the optimizer.
//!
//! None of these changes a number; without them the same program is slower, or larger. Where one is
//! used, a comment says what the optimizer would do without it.

use core::hint::black_box;

use crate::math::WIDE;

/// Hides a value on every machine: the address of a static, which would be formed again in every
/// loop.
#[inline(always)]
pub(crate) fn hidden<T>(value: T) -> T {
    black_box(value)
}

/// Hides a value on a chip, so that no code is written out for each of its parts.
#[inline(always)]
pub(crate) fn hidden_on_chips<T>(value: T) -> T {
    if WIDE { value } else { black_box(value) }
}

/// Hides a value on a desktop, so that vectors stay as they are.
#[inline(always)]
pub(crate) fn hidden_on_desktops<T>(value: T) -> T {
    if WIDE { black_box(value) } else { value }
}
