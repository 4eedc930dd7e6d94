//! The input of a layer in the backward pass: only read, or overwritten.

use core::ops::Deref;

use crate::hold::Flag;

/// The input of a layer in the backward pass.
#[derive(Debug)]
pub enum Input<'a, T> {
    /// Only read: nothing before the layer trains.
    Fixed(&'a T),
    /// Overwritten by the δ of the layer before.
    Tape(&'a mut T),
}

impl<'a, T> Input<'a, T> {
    /// An input on the tape, to be overwritten if `Below` is set.
    #[inline(always)]
    pub fn new<Below: Flag>(z: &'a mut T) -> Self {
        if Below::SET { Self::Tape(z) } else { Self::Fixed(z) }
    }
    /// The input, if it is to be overwritten.
    #[inline(always)]
    pub fn tape(&mut self) -> Option<&mut T> {
        match self {
            Self::Fixed(_) => None,
            Self::Tape(z) => Some(z),
        }
    }
}

impl<T> Deref for Input<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        match self {
            Self::Fixed(x) => x,
            Self::Tape(x) => x,
        }
    }
}
