//! What the compiler is better not told.
//!
//! None of these changes a number; without them the same program is slower, or larger. Where one is
//! used, a comment says what the optimizer would make of the code.

use core::hint::black_box;

use crate::math::WIDE;

/// What no optimizer knows: the address of a static, which it would form again in every loop.
#[inline(always)]
pub(crate) fn hidden<T>(value: T) -> T {
    black_box(value)
}

/// What the optimizer of a chip does not know, so that it writes no code for each of its parts.
#[inline(always)]
pub(crate) fn hidden_on_chips<T>(value: T) -> T {
    if WIDE { value } else { black_box(value) }
}

/// What the optimizer of a desktop does not know, so that vectors stay as they are.
#[inline(always)]
pub(crate) fn hidden_on_desktops<T>(value: T) -> T {
    if WIDE { black_box(value) } else { value }
}
