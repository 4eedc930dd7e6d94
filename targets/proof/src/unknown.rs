//! Values that the optimizer knows nothing about, so that what links holds for all of them.

use core::hint::{black_box, spin_loop};

/// Memory with anything in it. There is none: who asked would wait for ever, and nobody does, for the
/// program is never run.
pub(crate) fn somewhere<T: ?Sized>() -> &'static mut T {
    loop {
        match black_box(None) {
            Some(place) => return place,
            None => spin_loop(),
        }
    }
}

/// A value of which nothing is known.
pub(crate) fn any<T: Copy + 'static>() -> T {
    *somewhere::<T>()
}

/// The same of what cannot be copied.
pub(crate) fn owned<T: 'static>() -> T {
    loop {
        match black_box(None) {
            Some(value) => return value,
            None => spin_loop(),
        }
    }
}

/// A result that somebody might look at, so that nothing of it can be left out.
pub(crate) fn seen<T>(value: T) {
    black_box(value);
}
