//! Shapes, and the arrays that have them.
//!
//! A layer's input and output are either [`Maps`] (rows, columns and maps, the maps innermost:
//! "HWC") or [`Units`] (a plain row of numbers). Both are types without data: what they say is
//! which nested array holds their values.

use crate::sealed::Sealed;

/// An initial value as a constant: everything that a program places in a `static` has one, so that
/// nothing large is ever built on the stack.
pub trait Zero: Sized {
    /// All zeros.
    const ZERO: Self;
}

impl Zero for f32 {
    const ZERO: Self = 0.0;
}

impl Zero for u8 {
    const ZERO: Self = 0;
}

impl Zero for bool {
    const ZERO: Self = false;
}

impl Zero for () {
    const ZERO: Self = ();
}

impl<T: Zero, const N: usize> Zero for [T; N] {
    const ZERO: Self = [const { T::ZERO }; N];
}

/// A nested array of numbers, of any depth: of `f32`, or of `u8` where an [image](crate::pixel) is
/// stored as bytes.
pub trait Tensor: Zero + Send + Sync + 'static {
    /// The type of its numbers.
    type Number: Copy;
    /// How many numbers it holds.
    const LEN: usize;
    /// A run of tensors as one run of numbers.
    fn flatten(run: &[Self]) -> &[Self::Number];
    /// A run of tensors as one run of numbers, to be changed.
    fn flatten_mut(run: &mut [Self]) -> &mut [Self::Number];

    /// All numbers, in the order in which they lie in memory.
    #[inline(always)]
    fn flat(&self) -> &[Self::Number] {
        Self::flatten(core::slice::from_ref(self))
    }
    /// All numbers, in the order in which they lie in memory, to be changed.
    #[inline(always)]
    fn flat_mut(&mut self) -> &mut [Self::Number] {
        Self::flatten_mut(core::slice::from_mut(self))
    }
}

macro_rules! number {
    ($number:ty) => {
        impl $crate::shape::Tensor for $number {
            type Number = Self;
            const LEN: usize = 1;
            #[inline(always)]
            fn flatten(run: &[Self]) -> &[Self] {
                run
            }
            #[inline(always)]
            fn flatten_mut(run: &mut [Self]) -> &mut [Self] {
                run
            }
        }
    };
}

number!(f32);
number!(u8);
pub(crate) use number;

impl<T: Tensor, const N: usize> Tensor for [T; N] {
    type Number = T::Number;
    const LEN: usize = N * T::LEN;
    #[inline(always)]
    fn flatten(run: &[Self]) -> &[T::Number] {
        T::flatten(run.as_flattened())
    }
    #[inline(always)]
    fn flatten_mut(run: &mut [Self]) -> &mut [T::Number] {
        T::flatten_mut(run.as_flattened_mut())
    }
}

/// The shape of a nested array: of what flows between two layers, of a kernel, of a window.
pub trait Shape: Sealed + 'static {
    /// The array of this shape with a `T` in each cell.
    type Of<T: Tensor>: Tensor<Number = T::Number>;
    /// The shape of one of its maps.
    type Plane: Shape;
    /// The shape of one of its pixels: a number for each map.
    type Channels: Shape;
    /// The shape of one number for each of its rows.
    type Rows: Shape;
    /// Rows, columns, maps; units count as maps of one pixel.
    const DIMENSIONS: [usize; 3];
    /// How many cells it has.
    const LEN: usize = Self::DIMENSIONS[0] * Self::DIMENSIONS[1] * Self::DIMENSIONS[2];
    /// The cells of a run of such arrays, in the order in which they lie in memory.
    fn run<T: Tensor>(of: &[Self::Of<T>]) -> &[T];
    /// The cells of a run of such arrays, to be changed.
    fn run_mut<T: Tensor>(of: &mut [Self::Of<T>]) -> &mut [T];
    /// The pixels, row by row, each an array with a value of every map.
    fn pixels<T: Tensor>(of: &Self::Of<T>) -> &[<Self::Channels as Shape>::Of<T>];
    /// The cells in the order in which they lie in memory.
    #[inline(always)]
    fn cells<T: Tensor>(of: &Self::Of<T>) -> &[T] {
        Self::run(core::slice::from_ref(of))
    }
    /// The cells in the order in which they lie in memory, to be changed.
    #[inline(always)]
    fn cells_mut<T: Tensor>(of: &mut Self::Of<T>) -> &mut [T] {
        Self::run_mut(core::slice::from_mut(of))
    }
}

/// `S` feature maps of `R` rows and `C` columns.
#[derive(Debug)]
pub struct Maps<const R: usize, const C: usize, const S: usize>;

impl<const R: usize, const C: usize, const S: usize> Sealed for Maps<R, C, S> {}
impl<const R: usize, const C: usize, const S: usize> Shape for Maps<R, C, S> {
    type Of<T: Tensor> = [[[T; S]; C]; R];
    type Plane = Grid<R, C>;
    type Channels = Units<S>;
    type Rows = Units<R>;
    const DIMENSIONS: [usize; 3] = [R, C, S];
    #[inline(always)]
    fn run<T: Tensor>(of: &[Self::Of<T>]) -> &[T] {
        of.as_flattened().as_flattened().as_flattened()
    }
    #[inline(always)]
    fn run_mut<T: Tensor>(of: &mut [Self::Of<T>]) -> &mut [T] {
        of.as_flattened_mut().as_flattened_mut().as_flattened_mut()
    }
    #[inline(always)]
    fn pixels<T: Tensor>(of: &Self::Of<T>) -> &[[T; S]] {
        of.as_flattened()
    }
}

/// `R` rows of `C` columns: one map, a kernel, a window.
#[derive(Debug)]
pub struct Grid<const R: usize, const C: usize>;

impl<const R: usize, const C: usize> Sealed for Grid<R, C> {}
impl<const R: usize, const C: usize> Shape for Grid<R, C> {
    type Of<T: Tensor> = [[T; C]; R];
    type Plane = Self;
    type Channels = Units<1>;
    type Rows = Units<R>;
    const DIMENSIONS: [usize; 3] = [R, C, 1];
    #[inline(always)]
    fn run<T: Tensor>(of: &[Self::Of<T>]) -> &[T] {
        of.as_flattened().as_flattened()
    }
    #[inline(always)]
    fn run_mut<T: Tensor>(of: &mut [Self::Of<T>]) -> &mut [T] {
        of.as_flattened_mut().as_flattened_mut()
    }
    #[inline(always)]
    fn pixels<T: Tensor>(of: &Self::Of<T>) -> &[[T; 1]] {
        of.as_flattened().as_chunks().0
    }
}

/// `S` units in a row.
#[derive(Debug)]
pub struct Units<const S: usize>;

impl<const S: usize> Sealed for Units<S> {}
impl<const S: usize> Shape for Units<S> {
    type Of<T: Tensor> = [T; S];
    type Plane = Grid<1, 1>;
    type Channels = Self;
    type Rows = Units<1>;
    const DIMENSIONS: [usize; 3] = [1, 1, S];
    #[inline(always)]
    fn run<T: Tensor>(of: &[Self::Of<T>]) -> &[T] {
        of.as_flattened()
    }
    #[inline(always)]
    fn run_mut<T: Tensor>(of: &mut [Self::Of<T>]) -> &mut [T] {
        of.as_flattened_mut()
    }
    #[inline(always)]
    fn pixels<T: Tensor>(of: &Self::Of<T>) -> &[[T; S]] {
        core::slice::from_ref(of)
    }
}

/// The side of the valid region: at how many positions a kernel fits along the side of a map. 0 if
/// it does not fit; `net!` refuses such a layer by its name.
pub const fn valid(side: usize, kernel: usize) -> usize {
    (side + 1).saturating_sub(kernel)
}

/// How many windows fit along the side of a map. `net!` refuses windows that leave a remainder.
pub const fn tiles(side: usize, window: usize) -> usize {
    match side.checked_div(window) {
        Some(tiles) => tiles,
        None => 0,
    }
}

/// How many bits number a place within a window of `places`: 1, 2, 4 or 8.
pub const fn winner_bits(places: usize) -> usize {
    match places {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    }
}

/// How many bytes store the winning places of the `maps` windows of one pooled pixel.
pub const fn winner_bytes(places: usize, maps: usize) -> usize {
    (maps * winner_bits(places)).div_ceil(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lie_row_by_row_with_the_maps_innermost() {
        let map = [[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]]];
        assert_eq!(Maps::<2, 2, 2>::cells(&map), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        assert_eq!(map.flat(), Maps::<2, 2, 2>::cells(&map));
    }

    #[test]
    fn sizes() {
        assert_eq!((valid(8, 3), valid(5, 5), valid(2, 3)), (6, 1, 0));
        assert_eq!((tiles(6, 2), tiles(6, 0)), (3, 0));
        assert_eq!((winner_bytes(4, 8), winner_bytes(9, 3), winner_bytes(1, 3)), (2, 2, 1));
    }
}
