//! What becomes of a convolution's pre-activations.
//!
//! A convolution computes u a tile at a time, for whoever [asks](Tiles). What is behind it asks for the
//! tiles, and makes the next layer's input of them: a [pooling layer](super::pooling) reduces each
//! window to one number, so that the map before it never exists; any other layer takes the map
//! [whole](Whole). On the way back it says at which places δ is not 0.

use core::marker::PhantomData;

use crate::activation::Activation;
use crate::pace::Pace;
use crate::shape::{Maps, Shape, Zero};

/// Pre-activations, a tile at a time.
pub trait Tiles {
    /// How many sums a tile should have at most, so that they stay in registers.
    const SUMS: usize;
    /// Multiplications of one sum.
    const TAPS: usize;

    /// u of `TR` × `TC` pixels from row `r`, column `c` on, of `B` maps from `o` on.
    fn tile<const TR: usize, const TC: usize, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [[[f32; B]; TC]; TR];

    /// Whether sums of pixels side by side fill vectors better than sums of maps do.
    const STRIPS: bool = false;

    /// u of `TR` rows of [`STRIP`] pixels from row `r`, column `c` on, of `B` maps from `o` on, map by
    /// map.
    #[inline(always)]
    fn strip<const TR: usize, const B: usize>(
        &self,
        _r: usize,
        _c: usize,
        _o: usize,
    ) -> [[[f32; STRIP]; TR]; B] {
        [[[0.0; STRIP]; TR]; B]
    }
}

/// How many pixels a strip is long.
pub const STRIP: usize = 8;

/// What takes the tiles of one place, a block of maps after the other.
pub trait Sink<const TR: usize, const TC: usize> {
    /// Takes u of `B` maps from `o` on.
    fn take<const B: usize>(&mut self, o: usize, u: &[[[f32; B]; TC]; TR]);
}

/// What takes strips, a block of maps after the other.
pub trait StripSink<const TR: usize> {
    /// Takes u of `B` maps from `o` on.
    fn take_strip<const B: usize>(&mut self, o: usize, u: &[[[f32; STRIP]; TR]; B]);
}

/// Gives `sink` the strips of all `O` maps at row `r`, column `c`.
#[inline(always)]
pub fn all_strips<const O: usize, const TR: usize>(
    u: &impl Tiles,
    r: usize,
    c: usize,
    sink: &mut impl StripSink<TR>,
) {
    let mut o = 0;
    o = strips::<O, TR, 3, _>(u, r, c, o, sink);
    o = strips::<O, TR, 2, _>(u, r, c, o, sink);
    strips::<O, TR, 1, _>(u, r, c, o, sink);
}

/// As many blocks of `B` maps as there are from `o` on; the map behind them.
#[inline(always)]
fn strips<const O: usize, const TR: usize, const B: usize, U: Tiles>(
    u: &U,
    r: usize,
    c: usize,
    mut o: usize,
    sink: &mut impl StripSink<TR>,
) -> usize {
    if B == 1 || B * TR * STRIP <= U::SUMS {
        while o + B <= O {
            sink.take_strip::<B>(o, &u.strip::<TR, B>(r, c, o));
            o += B;
        }
    }
    o
}

/// The sizes of blocks, the largest first.
const SIZES: [usize; 6] = [16, 8, 4, 3, 2, 1];

/// Gives `sink` the tiles of all `O` maps at row `r`, column `c`, in blocks as large as fit.
#[inline(always)]
pub fn all_maps<const O: usize, const TR: usize, const TC: usize>(
    pace: &mut impl Pace,
    u: &impl Tiles,
    r: usize,
    c: usize,
    sink: &mut impl Sink<TR, TC>,
) {
    let mut o = 0;
    o = maps::<O, TR, TC, 16, _>(pace, u, r, c, o, sink);
    o = maps::<O, TR, TC, 8, _>(pace, u, r, c, o, sink);
    o = maps::<O, TR, TC, 4, _>(pace, u, r, c, o, sink);
    o = maps::<O, TR, TC, 3, _>(pace, u, r, c, o, sink);
    o = maps::<O, TR, TC, 2, _>(pace, u, r, c, o, sink);
    maps::<O, TR, TC, 1, _>(pace, u, r, c, o, sink);
}

/// As many blocks of `B` maps as there are from `o` on; the map behind them.
#[inline(always)]
fn maps<const O: usize, const TR: usize, const TC: usize, const B: usize, U: Tiles>(
    pace: &mut impl Pace,
    u: &U,
    r: usize,
    c: usize,
    first: usize,
    sink: &mut impl Sink<TR, TC>,
) -> usize {
    let n = blocks(O - first, B, TR * TC, U::SUMS);
    for k in pace.range(n, 1) {
        if !pace.unit(B * TR * TC * U::TAPS) {
            break;
        }
        let o = first + B * k;
        sink.take::<B>(o, &u.tile::<TR, TC, B>(r, c, o));
    }
    first + B * n
}

/// How many blocks of `size` maps there are in `maps`, if a tile of so many places and at most so
/// many sums can be of that size at all.
const fn blocks(maps: usize, size: usize, places: usize, sums: usize) -> usize {
    if size == 1 || size * places <= sums { maps / size } else { 0 }
}

/// The units of [`all_maps`].
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

/// What is behind a convolution makes the next layer's input of its pre-activations: a
/// [pooling layer](super::pooling), or [`Whole`] if there is none.
pub trait Reduce: 'static {
    /// The shape of the next layer's input.
    type Output: Shape;
    /// What the way back has to know beside the output.
    type Record: Zero + Send + Sync + 'static;
    /// The activation whose slope belongs to the values of the output.
    type Slope<A: Activation>: Activation;
    /// Rows and columns of the δs of a map.
    const PLACES: [usize; 2];
    /// Takes tiles of u; gives z, and the record where one is wanted.
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut <Self::Output as Shape>::Of<f32>,
        record: Option<&mut Self::Record>,
    );
    /// Prepares the record for the way back.
    fn turn<A: Activation>(
        pace: &mut impl Pace,
        delta: &<Self::Output as Shape>::Of<f32>,
        record: &mut Self::Record,
    );
    /// The δ at row `r`, column `c` of map `o`, with the row and the column of the convolution's u that
    /// it belongs to. (Who asks writes the loops: a closure that is handed to them is no longer inlined
    /// once a program has it twice, and then keeps its sums in memory.)
    fn place(
        delta: &<Self::Output as Shape>::Of<f32>,
        record: &Self::Record,
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)>;
}

/// No pooling: the map as it is.
#[derive(Debug)]
pub struct Whole<Z>(PhantomData<Z>);

/// A strip of pixels that becomes z.
struct Strip<'a, A, const O: usize> {
    z: &'a mut [[f32; O]],
    activation: PhantomData<A>,
}

impl<A: Activation, const O: usize, const TC: usize> Sink<1, TC> for Strip<'_, A, O> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &[[[f32; B]; TC]; 1]) {
        for (z, u) in self.z.iter_mut().zip(&u[0]) {
            for (z, &u) in z[o..].iter_mut().zip(u) {
                *z = A::value(u);
            }
        }
    }
}

impl<const ZR: usize, const ZC: usize, const O: usize> Reduce for Whole<Maps<ZR, ZC, O>> {
    type Output = Maps<ZR, ZC, O>;
    type Record = ();
    type Slope<A: Activation> = A;
    const PLACES: [usize; 2] = [ZR, ZC];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut [[[f32; O]; ZC]; ZR],
        _: Option<&mut ()>,
    ) {
        let (of_strip, of_pixel) = (units(O, 4, U::SUMS), units(O, 1, U::SUMS));
        for r in pace.range(ZR, ZC / 4 * of_strip + ZC % 4 * of_pixel) {
            let (strips, rest) = z[r].as_chunks_mut::<4>();
            for t in pace.range(ZC / 4, of_strip) {
                if let Some(z) = strips.get_mut(t) {
                    let mut strip = Strip::<A, O> { z, activation: PhantomData };
                    all_maps::<O, 1, 4>(pace, u, r, 4 * t, &mut strip);
                }
            }
            for t in pace.range(ZC % 4, of_pixel) {
                if let Some(z) = rest.get_mut(t..=t) {
                    let mut strip = Strip::<A, O> { z, activation: PhantomData };
                    all_maps::<O, 1, 1>(pace, u, r, ZC / 4 * 4 + t, &mut strip);
                }
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &mut impl Pace, _: &[[[f32; O]; ZC]; ZR], (): &mut ()) {}

    #[inline(always)]
    fn place(
        delta: &[[[f32; O]; ZC]; ZR],
        (): &(),
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)> {
        Some((r, c, *delta.get(r)?.get(c)?.get(o)?))
    }
}
