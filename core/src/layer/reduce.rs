//! What becomes of a convolution's pre-activations.
//!
//! A convolution computes u a tile at a time, [on request](Tiles). A [`Reduce`] requests the tiles,
//! and makes the next layer's input of them: a [pooling layer](super::pooling) reduces each window
//! to one number, and the map before it is stored only where the slopes of a mean need it; for any other layer the map stays
//! [whole](Whole). In the backward pass it tells at which places δ is not 0.

use core::marker::PhantomData;

use crate::activation::Activation;
use crate::pace::Pace;
use crate::shape::{Grid, Shape, Zero};

/// Pre-activations, a tile at a time.
pub trait Tiles {
    /// How many sums a tile should have at most, so that they stay in registers.
    const SUMS: usize;
    /// Multiplications for one sum.
    const TAPS: usize;

    /// u of a tile `T` of pixels from row `r`, column `c` on, of `B` maps from `o` on.
    fn tile<T: Shape, const B: usize>(&self, r: usize, c: usize, o: usize) -> T::Of<[f32; B]>;

    /// Whether sums of pixels side by side fill vectors better than sums of maps do.
    const STRIPS: bool = false;

    /// u of rows `T` of [`STRIP`] pixels from row `r`, column `c` on, of `B` maps from `o` on, map
    /// by map.
    #[inline(always)]
    fn strip<T: Shape, const B: usize>(
        &self,
        _r: usize,
        _c: usize,
        _o: usize,
    ) -> [T::Of<[f32; STRIP]>; B] {
        Zero::ZERO
    }
}

/// How many pixels a strip is long.
pub const STRIP: usize = 8;

/// Receives the tiles of one place, block of maps by block of maps.
pub trait Sink<T: Shape> {
    /// Takes u of `B` maps from `o` on.
    fn take<const B: usize>(&mut self, o: usize, u: &T::Of<[f32; B]>);
}

/// Receives the strips of one place, block of maps by block of maps.
pub trait StripSink<T: Shape> {
    /// Takes u of `B` maps from `o` on.
    fn take_strip<const B: usize>(&mut self, o: usize, u: &[T::Of<[f32; STRIP]>; B]);
}

/// Gives `sink` the strips of all `O` maps at row `r`, column `c`.
#[inline(always)]
pub fn all_strips<O: Shape, T: Shape>(
    u: &impl Tiles,
    r: usize,
    c: usize,
    sink: &mut impl StripSink<T>,
) {
    let mut o = 0;
    o = strips::<O, T, 3, _>(u, r, c, o, sink);
    o = strips::<O, T, 2, _>(u, r, c, o, sink);
    strips::<O, T, 1, _>(u, r, c, o, sink);
}

/// Gives `sink` as many blocks of `B` maps as fit, in order; returns the map after them.
#[inline(always)]
fn strips<O: Shape, T: Shape, const B: usize, U: Tiles>(
    u: &U,
    r: usize,
    c: usize,
    mut o: usize,
    sink: &mut impl StripSink<T>,
) -> usize {
    if B == 1 || B * T::LEN * STRIP <= U::SUMS {
        while o + B <= O::DIMENSIONS[2] {
            sink.take_strip::<B>(o, &u.strip::<T, B>(r, c, o));
            o += B;
        }
    }
    o
}

/// The sizes of blocks, the largest first.
const SIZES: [usize; 6] = [16, 8, 4, 3, 2, 1];

/// Gives `sink` the tiles of all `O` maps at row `r`, column `c`, in blocks as large as fit.
#[inline(always)]
pub fn all_maps<O: Shape, T: Shape>(
    pace: &mut impl Pace,
    u: &impl Tiles,
    r: usize,
    c: usize,
    sink: &mut impl Sink<T>,
) {
    let mut o = 0;
    o = maps::<O, T, 16, _>(pace, u, r, c, o, sink);
    o = maps::<O, T, 8, _>(pace, u, r, c, o, sink);
    o = maps::<O, T, 4, _>(pace, u, r, c, o, sink);
    o = maps::<O, T, 3, _>(pace, u, r, c, o, sink);
    o = maps::<O, T, 2, _>(pace, u, r, c, o, sink);
    maps::<O, T, 1, _>(pace, u, r, c, o, sink);
}

/// Gives `sink` as many blocks of `B` maps as fit, in order; returns the map after them.
#[inline(always)]
fn maps<O: Shape, T: Shape, const B: usize, U: Tiles>(
    pace: &mut impl Pace,
    u: &U,
    r: usize,
    c: usize,
    first: usize,
    sink: &mut impl Sink<T>,
) -> usize {
    let n = blocks(O::DIMENSIONS[2] - first, B, T::LEN, U::SUMS);
    for k in pace.range(n, 1) {
        if !pace.unit(B * T::LEN * U::TAPS) {
            break;
        }
        let o = first + B * k;
        sink.take::<B>(o, &u.tile::<T, B>(r, c, o));
    }
    first + B * n
}

/// How many blocks of `size` maps fit into `maps`; 0 if a tile of `places` would then have more
/// than `sums`. A block of one map is always allowed.
const fn blocks(maps: usize, size: usize, places: usize, sums: usize) -> usize {
    if size == 1 || size * places <= sums { maps / size } else { 0 }
}

/// How many units of work [`all_maps`] has.
pub const fn units(mut maps: usize, places: usize, sums: usize) -> usize {
    let (mut units, mut next) = (0, 0);
    while next < SIZES.len() {
        let n = blocks(maps, SIZES[next], places, sums);
        units += n;
        maps -= SIZES[next] * n;
        next += 1;
    }
    units
}

/// What makes the next layer's input of a convolution's pre-activations: a [pooling
/// layer](super::pooling), or [`Whole`] if there is none.
pub trait Reduce: 'static {
    /// The shape of the next layer's input.
    type Output: Shape;
    /// What the backward pass needs to know beside the output.
    type Record<A: Activation>: Zero + Send + Sync + 'static;
    /// The δs of a row of a map, as [`row`](Self::row) gives them.
    type Row<'a, A: Activation>: Iterator<Item = (usize, usize, f32, u32)>;
    /// The activation whose slope belongs to the values of the output.
    type Slope<A: Activation>: Activation;
    /// How many columns a δ of a [row](Self::row) is for at most: 1 to 8.
    #[inline(always)]
    fn wide<A: Activation>() -> usize {
        1
    }
    /// Rows and columns of the δs of a map.
    const PLACES: [usize; 2];
    /// Requests tiles of u; computes z, and the record where one is wanted.
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut <Self::Output as Shape>::Of<f32>,
        record: Option<&mut Self::Record<A>>,
    );
    /// Prepares the record for the backward pass.
    fn turn<A: Activation>(
        pace: &mut impl Pace,
        delta: &<Self::Output as Shape>::Of<f32>,
        record: &mut Self::Record<A>,
    );
    /// The δs of row `r` of map `o`, in the order of the columns. Each is a tuple: the row and the
    /// column of the convolution's u that it belongs to, δ, and a bit for each of the
    /// [columns](Self::wide) from there on, set if δ is for that column; the lowest bit is the
    /// first column's. A column that no δ is for has a δ of 0. (The caller writes the loops: a
    /// closure handed to them is no longer inlined once a program has it twice, and then keeps its
    /// sums in memory.)
    fn row<'a, A: Activation>(
        delta: &'a <Self::Output as Shape>::Of<f32>,
        record: &'a Self::Record<A>,
        r: usize,
        o: usize,
    ) -> Self::Row<'a, A>;
}

/// No pooling: the map as it is.
#[derive(Debug)]
pub struct Whole<Z>(PhantomData<Z>);

/// Pixels side by side that become z.
struct Strip<'a, A, Z> {
    z: &'a mut [f32],
    of: PhantomData<(A, Z)>,
}

impl<A: Activation, Z: Shape, T: Shape> Sink<T> for Strip<'_, A, Z> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &T::Of<[f32; B]>) {
        for (z, u) in self.z.chunks_exact_mut(Z::DIMENSIONS[2]).zip(T::cells(u)) {
            for (z, &u) in z[o..].iter_mut().zip(u) {
                *z = A::value(u);
            }
        }
    }
}

impl<Z: Shape> Reduce for Whole<Z> {
    type Output = Z;
    type Record<A: Activation> = ();
    type Row<'a, A: Activation> = Each<'a, Z>;
    type Slope<A: Activation> = A;
    const PLACES: [usize; 2] = [Z::DIMENSIONS[0], Z::DIMENSIONS[1]];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut Z::Of<f32>,
        _: Option<&mut ()>,
    ) {
        let [rows, columns, maps] = Z::DIMENSIONS;
        let (of_strip, of_pixel) = (units(maps, 4, U::SUMS), units(maps, 1, U::SUMS));
        for r in pace.range(rows, columns / 4 * of_strip + columns % 4 * of_pixel) {
            let Some(z) = Z::cells_mut(z).chunks_exact_mut(columns * maps).nth(r) else { return };
            for t in pace.range(columns / 4, of_strip) {
                if let Some(z) = z.get_mut(4 * t * maps..(4 * t + 4) * maps) {
                    let mut strip = Strip::<A, Z> { z, of: PhantomData };
                    all_maps::<Z, Grid<1, 4>>(pace, u, r, 4 * t, &mut strip);
                }
            }
            let rest = columns / 4 * 4;
            for t in pace.range(columns % 4, of_pixel) {
                if let Some(z) = z.get_mut((rest + t) * maps..(rest + t + 1) * maps) {
                    let mut strip = Strip::<A, Z> { z, of: PhantomData };
                    all_maps::<Z, Grid<1, 1>>(pace, u, r, rest + t, &mut strip);
                }
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &mut impl Pace, _: &Z::Of<f32>, (): &mut ()) {}

    #[inline(always)]
    fn row<'a, A: Activation>(
        delta: &'a Z::Of<f32>,
        (): &'a (),
        r: usize,
        o: usize,
    ) -> Each<'a, Z> {
        Each { delta, r, c: 0, o }
    }
}

/// δ at each column of a row.
#[allow(missing_debug_implementations)]
pub struct Each<'a, Z: Shape> {
    delta: &'a Z::Of<f32>,
    r: usize,
    c: usize,
    o: usize,
}

impl<Z: Shape> Iterator for Each<'_, Z> {
    type Item = (usize, usize, f32, u32);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize, f32, u32)> {
        let ([_, columns, maps], c) = (Z::DIMENSIONS, self.c);
        if c == columns {
            return None;
        }
        self.c += 1;
        Some((self.r, c, *Z::cells(self.delta).get((self.r * columns + c) * maps + self.o)?, 1))
    }
}
