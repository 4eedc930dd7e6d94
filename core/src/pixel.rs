//! How the numbers of an image are stored.
//!
//! | type | a pixel is stored as | its value |
//! |---|---|---|
//! | `f32` | a 32-bit float | itself |
//! | [`Bytes<FULL>`] | a byte q | q / `FULL`, as the product q · (1 / `FULL`) of floats |
//! | [`Readings<R>`] | a 32-bit float | itself; over a line a raw reading comes, and is scaled |
//!
//! An image of bytes takes a quarter of the memory, and gives the bits that an image of floats with
//! the same values gives. Each byte is converted to a float whenever it is read, so a first layer
//! that reads every pixel many times takes some more instructions. After the first layer everything
//! is in floats.

use core::marker::PhantomData;

use crate::math::{SOFT, is_zero};
use crate::sealed::Sealed;
use crate::shape::Tensor;

/// How the numbers of an image are stored.
pub trait Pixel: Sealed + Sized + 'static {
    /// What is stored.
    type Stored: Tensor<Number = Self::Stored> + Copy;
    /// The value that a layer computes with.
    fn value(stored: Self::Stored) -> f32;
    /// Whether the value is 0, and not −0.
    fn is_zero(stored: Self::Stored) -> bool;
    /// Overwrites x with dx. That never happens to an image of bytes: no layer comes before it.
    fn replace(x: &mut Self::Stored, dx: f32);
    /// Whether all values are finite numbers.
    fn are_finite(stored: &[Self::Stored]) -> bool;
    /// How a pixel is sent over a line. 0: as a float of four bytes, little-endian. Otherwise: as a
    /// byte, of which `FULL` stands for 1.
    const FULL: u8;
    /// Reads an image as it was sent over a line; returns whether it has the right number of bytes.
    fn take(bytes: &[u8], to: &mut [Self::Stored]) -> bool;
    /// What a line carries in place of inputs: 0 for inputs, as [`FULL`](Self::FULL) says; else raw
    /// readings, which the model's [scale](crate::scale) turns into inputs: 1 as `f32`, 2 as `i16`, 3 as
    /// `u16`, each in little-endian order.
    const READINGS: u8 = 0;
    /// The bytes of a pixel on a line.
    const LINE: usize = size_of::<Self::Stored>();
    /// Reads what a line carries, readings as they are; returns whether it has the right number of bytes.
    fn hear(bytes: &[u8], to: &mut [Self::Stored]) -> bool {
        Self::take(bytes, to)
    }
    /// Passes the bytes that [`take`](Self::take) reads to `at`, piece by piece.
    ///
    /// # Errors
    /// The first error that `at` returns.
    fn give<E>(from: &[Self::Stored], at: &mut impl FnMut(&[u8]) -> Result<(), E>)
    -> Result<(), E>;
}

impl Sealed for f32 {}
impl Pixel for f32 {
    type Stored = f32;
    #[inline(always)]
    fn value(stored: f32) -> f32 {
        stored
    }
    #[inline(always)]
    fn is_zero(stored: f32) -> bool {
        is_zero(stored)
    }
    #[inline(always)]
    fn replace(x: &mut f32, dx: f32) {
        *x = dx;
    }
    #[inline(never)]
    fn are_finite(stored: &[f32]) -> bool {
        if SOFT {
            // Infinity and NaN have an exponent of ones alone.
            return stored.iter().all(|x| x.to_bits() << 1 < 0xff << 24);
        }
        // 0 times a finite number is 0, 0 times anything else is NaN, and stays so.
        stored.iter().fold(0.0, |product, x| product * x) == 0.0
    }
    const FULL: u8 = 0;
    fn take(bytes: &[u8], to: &mut [f32]) -> bool {
        let (pixels, rest) = bytes.as_chunks::<4>();
        for (to, &pixel) in to.iter_mut().zip(pixels) {
            *to = f32::from_le_bytes(pixel);
        }
        pixels.len() == to.len() && rest.is_empty()
    }
    fn give<E>(from: &[f32], at: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        from.iter().try_for_each(|pixel| at(&pixel.to_le_bytes()))
    }
}

/// Bytes, of which `FULL` stands for 1.
#[derive(Debug)]
pub struct Bytes<const FULL: u8>;

impl<const FULL: u8> Bytes<FULL> {
    /// The factor from a byte to its value.
    pub const SCALE: f32 = {
        assert!(FULL > 0, "no byte stands for 1");
        1.0 / FULL as f32
    };
}

impl<const FULL: u8> Sealed for Bytes<FULL> {}
impl<const FULL: u8> Pixel for Bytes<FULL> {
    type Stored = u8;
    #[inline(always)]
    fn value(stored: u8) -> f32 {
        f32::from(stored) * Self::SCALE
    }
    #[inline(always)]
    fn is_zero(stored: u8) -> bool {
        stored == 0
    }
    #[inline(always)]
    fn replace(_: &mut u8, _: f32) {}
    #[inline(always)]
    fn are_finite(_: &[u8]) -> bool {
        true
    }
    const FULL: u8 = FULL;
    fn take(bytes: &[u8], to: &mut [u8]) -> bool {
        for (to, &pixel) in to.iter_mut().zip(bytes) {
            *to = pixel;
        }
        bytes.len() == to.len()
    }
    fn give<E>(from: &[u8], at: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        at(from)
    }
}

/// Inputs in floats that come over a line as raw readings `R`, as a sensor delivers them: `f32`, `i16` or
/// `u16`. The device applies the scale of its model to them, to the desktop's bits.
#[derive(Debug)]
pub struct Readings<R>(PhantomData<R>);

macro_rules! readings {
    ($($number:ty: $kind:literal),*) => {
        $(impl Sealed for Readings<$number> {}
        impl Pixel for Readings<$number> {
            type Stored = f32;
            #[inline(always)]
            fn value(stored: f32) -> f32 {
                stored
            }
            #[inline(always)]
            fn is_zero(stored: f32) -> bool {
                f32::is_zero(stored)
            }
            #[inline(always)]
            fn replace(x: &mut f32, dx: f32) {
                *x = dx;
            }
            fn are_finite(stored: &[f32]) -> bool {
                f32::are_finite(stored)
            }
            const FULL: u8 = 0;
            fn take(bytes: &[u8], to: &mut [f32]) -> bool {
                f32::take(bytes, to)
            }
            const READINGS: u8 = $kind;
            const LINE: usize = size_of::<$number>();
            fn hear(bytes: &[u8], to: &mut [f32]) -> bool {
                let (readings, rest) = bytes.as_chunks();
                for (to, &reading) in to.iter_mut().zip(readings) {
                    *to = <$number>::from_le_bytes(reading).into();
                }
                readings.len() == to.len() && rest.is_empty()
            }
            fn give<E>(from: &[f32], at: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
                f32::give(from, at)
            }
        })*
    };
}

readings!(f32: 1, i16: 2, u16: 3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_is_one() {
        assert_eq!((Bytes::<16>::value(16), Bytes::<16>::value(4)), (1.0, 0.25));
        assert_eq!((Bytes::<255>::value(255), Bytes::<255>::value(0)), (1.0, 0.0));
        assert!(Bytes::<255>::is_zero(0) && !Bytes::<255>::is_zero(1));
    }

    #[test]
    fn readings_are_heard_as_they_are() {
        let mut to = [0.0; 2];
        assert!(Readings::<i16>::hear(&[0xff, 0xff, 0, 0x80], &mut to));
        assert_eq!(to, [-1.0, -32768.0]);
        assert!(Readings::<u16>::hear(&[0xff, 0xff, 0, 0x80], &mut to));
        assert_eq!(to, [65535.0, 32768.0]);
        assert!(Readings::<f32>::hear(&[0, 0, 0x80, 0xbf, 0, 0, 0, 0x40], &mut to));
        assert_eq!(to, [-1.0, 2.0]);
        assert!(f32::hear(&[0, 0, 0x80, 0x3f, 0, 0, 0, 0], &mut to) && to == [1.0, 0.0]);
        for bytes in [&[0; 3][..], &[0; 5], &[0; 2], &[0; 6], &[]] {
            assert!(!Readings::<i16>::hear(bytes, &mut to), "{bytes:?}");
        }
    }
}
