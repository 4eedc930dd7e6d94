//! What becomes of a convolution's pre-activations.
//!
//! A convolution computes u a tile at a time, for whoever [asks](Tiles). What is behind it asks for the
//! tiles, and makes the next layer's input of them: a [pooling layer](super::pooling) reduces each
//! window to one number, so that the map before it never exists; any other layer takes the map
//! [whole](Whole). On the way back it says at which places δ is not 0.

use core::marker::PhantomData;

use crate::activation::Activation;
use crate::math::is_zero;
use crate::shape::{Maps, Shape, Zero};

/// Pre-activations, a tile at a time.
pub trait Tiles {
    /// How many sums a tile should have at most, so that they stay in registers.
    const SUMS: usize;

    /// u of `TR` × `TC` pixels from row `r`, column `c` on, of `B` maps from `o` on.
    fn tile<const TR: usize, const TC: usize, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [[[f32; B]; TC]; TR];
}

/// What takes the tiles of one place, a block of maps after the other.
pub trait Sink<const TR: usize, const TC: usize> {
    /// Takes u of `B` maps from `o` on.
    fn take<const B: usize>(&mut self, o: usize, u: &[[[f32; B]; TC]; TR]);
}

/// Gives `sink` the tiles of all `O` maps at row `r`, column `c`, in blocks as large as fit.
#[inline(always)]
pub fn all_maps<const O: usize, const TR: usize, const TC: usize>(
    u: &impl Tiles,
    r: usize,
    c: usize,
    sink: &mut impl Sink<TR, TC>,
) {
    let mut o = 0;
    o = maps::<O, TR, TC, 16, _>(u, r, c, o, sink);
    o = maps::<O, TR, TC, 8, _>(u, r, c, o, sink);
    o = maps::<O, TR, TC, 4, _>(u, r, c, o, sink);
    o = maps::<O, TR, TC, 3, _>(u, r, c, o, sink);
    o = maps::<O, TR, TC, 2, _>(u, r, c, o, sink);
    maps::<O, TR, TC, 1, _>(u, r, c, o, sink);
}

/// As many blocks of `B` maps as there are from `o` on; the map behind them.
#[inline(always)]
fn maps<const O: usize, const TR: usize, const TC: usize, const B: usize, U: Tiles>(
    u: &U,
    r: usize,
    c: usize,
    mut o: usize,
    sink: &mut impl Sink<TR, TC>,
) -> usize {
    if B == 1 || B * TR * TC <= U::SUMS {
        while o + B <= O {
            sink.take::<B>(o, &u.tile::<TR, TC, B>(r, c, o));
            o += B;
        }
    }
    o
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
    /// Takes tiles of u; gives z, and the record where one is wanted.
    fn forward<A: Activation>(
        u: &impl Tiles,
        z: &mut <Self::Output as Shape>::Of<f32>,
        record: Option<&mut Self::Record>,
    );
    /// Prepares the record for the way back.
    fn turn<A: Activation>(delta: &<Self::Output as Shape>::Of<f32>, record: &mut Self::Record);
    /// Calls `at` with row, column and δ of each place of map `o` where δ is not 0.
    fn places(
        delta: &<Self::Output as Shape>::Of<f32>,
        record: &Self::Record,
        o: usize,
        at: impl FnMut(usize, usize, f32),
    );
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

    #[inline(always)]
    fn forward<A: Activation>(u: &impl Tiles, z: &mut [[[f32; O]; ZC]; ZR], _: Option<&mut ()>) {
        for (r, row) in z.iter_mut().enumerate() {
            let (strips, rest) = row.as_chunks_mut::<4>();
            for (t, z) in strips.iter_mut().enumerate() {
                let mut strip = Strip::<A, O> { z, activation: PhantomData };
                all_maps::<O, 1, 4>(u, r, 4 * t, &mut strip);
            }
            for (t, z) in rest.iter_mut().enumerate() {
                let mut strip =
                    Strip::<A, O> { z: core::slice::from_mut(z), activation: PhantomData };
                all_maps::<O, 1, 1>(u, r, ZC / 4 * 4 + t, &mut strip);
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &[[[f32; O]; ZC]; ZR], (): &mut ()) {}

    #[inline(always)]
    fn places(delta: &[[[f32; O]; ZC]; ZR], (): &(), o: usize, at: impl FnMut(usize, usize, f32)) {
        every_place(delta, o, at);
    }
}

/// Calls `at` with row, column and δ of each place of map `o` where δ is not 0.
#[inline(always)]
pub fn every_place<const ZR: usize, const ZC: usize, const O: usize>(
    delta: &[[[f32; O]; ZC]; ZR],
    o: usize,
    mut at: impl FnMut(usize, usize, f32),
) {
    for (r, row) in delta.iter().enumerate() {
        for (c, pixel) in row.iter().enumerate() {
            if let Some(&d) = pixel.get(o).filter(|d| !is_zero(**d)) {
                at(r, c, d);
            }
        }
    }
}
