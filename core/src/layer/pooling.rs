//! p: each window of a map becomes one number.
//!
//! | method | forward | δ of the convolution before it |
//! |---|---|---|
//! | [`Max`] | the largest u of the window, the first on a tie; z = f(u) | f′ δ at the winner's place, 0 elsewhere |
//! | [`Mean`] | the mean of f(u) over the window | f′ δ / (size of the window), at each place |
//!
//! Every activation grows with u, so the largest z belongs to the largest u: the activation is
//! computed once a window. The way back of max pooling needs the winners' places, a few bits each;
//! that of mean pooling needs the whole map before it.
//!
//! Behind a convolution both are a way to [`Reduce`] its tiles. At the head of a net a pooling
//! layer stands alone and reduces the net's input.

use core::marker::PhantomData;

use super::reduce::{Reduce, STRIP, Sink, StripSink, Tiles, all_maps, all_strips, units};
use super::{Description, Extent, Layer};
use crate::activation::{Activation, Identity};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Maps, Shape, winner_bits};
use crate::topology::Kind;

/// A pooling layer from maps `I` to maps `O` by windows `W` and method `M`; the places of a
/// pooled pixel's winners take `WINNERS` bytes ([`winner_bytes`](crate::shape::winner_bytes)).
#[derive(Debug)]
pub struct Pooling<I, O, W, M, const WINNERS: usize>(PhantomData<(I, O, W, M)>);

/// Windows of `R` rows and `C` columns, side by side.
#[derive(Debug)]
pub struct Window<const R: usize, const C: usize>;

/// The largest value of a window.
#[derive(Debug)]
pub struct Max;

/// The mean of a window.
#[derive(Debug)]
pub struct Mean;

/// A method of pooling.
pub trait Method: 'static {
    /// Its name in files and reports.
    const NAME: &'static str;
}

impl Method for Max {
    const NAME: &'static str = "max";
}

impl Method for Mean {
    const NAME: &'static str = "mean";
}

impl<const R: usize, const C: usize> Extent for Window<R, C> {
    const EXTENT: [usize; 2] = [R, C];
}

impl<I: Shape, O: Shape, W: Extent, M: Method, const WINNERS: usize> Layer
    for Pooling<I, O, W, M, WINNERS>
{
    type Input = I;
    type Output = O;
    const DESCRIPTION: Description = Description {
        kind: Kind::Pooling,
        input: I::DIMENSIONS,
        output: O::DIMENSIONS,
        window: W::EXTENT,
        function: M::NAME,
        weights: 0,
        biases: 0,
        macs: 0,
    };
}

/// The pixels of a map, as tiles: what a pooling layer at the head of a net reduces.
#[derive(Debug)]
pub struct Pixels<'a, const R: usize, const C: usize, const S: usize, X: Pixel>(
    pub &'a [[[X::Stored; S]; C]; R],
);

impl<const R: usize, const C: usize, const S: usize, X: Pixel> Tiles for Pixels<'_, R, C, S, X> {
    const SUMS: usize = 16;
    const TAPS: usize = 1;

    #[inline(always)]
    fn tile<const TR: usize, const TC: usize, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [[[f32; B]; TC]; TR] {
        let mut u = [[[0.0; B]; TC]; TR];
        for (u, row) in u.iter_mut().zip(self.0.iter().skip(r)) {
            for (u, pixel) in u.iter_mut().zip(row.iter().skip(c)) {
                for (u, &x) in u.iter_mut().zip(pixel.iter().skip(o)) {
                    *u = X::value(x);
                }
            }
        }
        u
    }
}

/// The windows of one pooled pixel, to the largest.
struct Largest<'a, A, const S: usize, const WINNERS: usize> {
    z: &'a mut [f32; S],
    winners: Option<&'a mut [u8; WINNERS]>,
    activation: PhantomData<A>,
}

impl<A: Activation, const WR: usize, const WC: usize, const S: usize, const WINNERS: usize>
    Sink<WR, WC> for Largest<'_, A, S, WINNERS>
{
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &[[[f32; B]; WC]; WR]) {
        let bits = winner_bits(WR * WC);
        // A block has at most 32 bits: it is the smaller, the larger the window.
        let mut places = 0_u32;
        for (b, z) in self.z.iter_mut().skip(o).take(B).enumerate() {
            let mut largest = u[0][0][b];
            let mut winner = 0;
            for (place, u) in u.as_flattened().iter().enumerate() {
                if u[b] > largest {
                    largest = u[b];
                    winner = place as u32;
                }
            }
            *z = A::value(largest);
            places |= winner << (b * bits);
        }
        if let Some(winners) = &mut self.winners {
            // Maps come in order: the first in a byte clears it.
            let shift = o * bits % 8;
            let mut places = places << shift;
            let bytes = winners.iter_mut().skip(o * bits / 8);
            for (k, byte) in bytes.take((shift + B * bits).div_ceil(8)).enumerate() {
                let kept = if k == 0 && shift > 0 { *byte } else { 0 };
                *byte = kept | places as u8;
                places >>= 8;
            }
        }
    }
}

/// The windows of a strip, each to its largest.
struct LargestOfStrip<'a, A, const S: usize, const WC: usize, const WINNERS: usize> {
    z: &'a mut [[f32; S]],
    winners: Option<&'a mut [[u8; WINNERS]]>,
    activation: PhantomData<A>,
}

impl<A: Activation, const WR: usize, const WC: usize, const S: usize, const WINNERS: usize>
    StripSink<WR> for LargestOfStrip<'_, A, S, WC, WINNERS>
{
    #[inline(always)]
    fn take_strip<const B: usize>(&mut self, o: usize, u: &[[[f32; STRIP]; WR]; B]) {
        for (k, z) in self.z.iter_mut().take(STRIP / WC).enumerate() {
            let winners = self.winners.as_deref_mut().and_then(|winners| winners.get_mut(k));
            let mut window = [[[0.0; B]; WC]; WR];
            for r in 0..WR {
                for c in 0..WC {
                    for b in 0..B {
                        window[r][c][b] = u[b][r][k * WC + c];
                    }
                }
            }
            Largest::<A, S, WINNERS> { z, winners, activation: PhantomData }.take::<B>(o, &window);
        }
    }
}

impl<
    const R: usize,
    const C: usize,
    const ZR: usize,
    const ZC: usize,
    const S: usize,
    const WR: usize,
    const WC: usize,
    const WINNERS: usize,
> Reduce for Pooling<Maps<R, C, S>, Maps<ZR, ZC, S>, Window<WR, WC>, Max, WINNERS>
{
    type Output = Maps<ZR, ZC, S>;
    type Record = [[[u8; WINNERS]; ZC]; ZR];
    type Slope<A: Activation> = A;
    const PLACES: [usize; 2] = [ZR, ZC];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut [[[f32; S]; ZC]; ZR],
        mut record: Option<&mut Self::Record>,
    ) {
        let units = units(S, WR * WC, U::SUMS);
        // So many windows are a strip, if it is filled by any number of them.
        let of_strip = if U::STRIPS && STRIP.is_multiple_of(WC) { STRIP / WC } else { 0 };
        let strips = if pace.whole() { ZC.checked_div(of_strip).unwrap_or(0) } else { 0 };
        for r in pace.range(ZR, ZC * units) {
            for c in (0..strips).map(|strip| strip * of_strip) {
                let winners = record.as_deref_mut().map(|record| &mut record[r][c..]);
                let z = &mut z[r][c..];
                let mut sink =
                    LargestOfStrip::<A, S, WC, WINNERS> { z, winners, activation: PhantomData };
                all_strips::<S, WR>(u, r * WR, c * WC, &mut sink);
            }
            for c in pace.range(ZC, units).skip(strips * of_strip) {
                let winners = record.as_deref_mut().map(|record| &mut record[r][c]);
                let z = &mut z[r][c];
                let mut sink = Largest::<A, S, WINNERS> { z, winners, activation: PhantomData };
                all_maps::<S, WR, WC>(pace, u, r * WR, c * WC, &mut sink);
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &mut impl Pace, _: &[[[f32; S]; ZC]; ZR], _: &mut Self::Record) {}

    #[inline(always)]
    fn place(
        delta: &[[[f32; S]; ZC]; ZR],
        record: &Self::Record,
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)> {
        let d = *delta.get(r)?.get(c)?.get(o)?;
        let bits = winner_bits(WR * WC);
        let winner = record.get(r)?.get(c)?.get(o * bits / 8)? >> (o * bits % 8);
        let winner = usize::from(winner) & ((1 << bits) - 1);
        Some((r * WR + winner / WC, c * WC + winner % WC, d))
    }
}

/// The windows of one pooled pixel, to their mean.
struct Average<'a, A, const C: usize, const S: usize> {
    z: &'a mut [f32; S],
    /// The rows of the map from the window's first on, and its first column.
    map: Option<(&'a mut [[[f32; S]; C]], usize)>,
    activation: PhantomData<A>,
}

impl<A: Activation, const WR: usize, const WC: usize, const C: usize, const S: usize> Sink<WR, WC>
    for Average<'_, A, C, S>
{
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &[[[f32; B]; WC]; WR]) {
        for (b, z) in self.z.iter_mut().skip(o).take(B).enumerate() {
            let mut sum = 0.0;
            for (r, row) in u.iter().enumerate() {
                for (c, u) in row.iter().enumerate() {
                    let value = A::value(u[b]);
                    sum += value;
                    if let Some((map, first)) = &mut self.map
                        && let Some(row) = map.get_mut(r)
                        && let Some(pixel) = row.get_mut(*first + c)
                    {
                        pixel[o + b] = value;
                    }
                }
            }
            *z = sum * (1.0 / (WR * WC) as f32);
        }
    }
}

impl<
    const R: usize,
    const C: usize,
    const ZR: usize,
    const ZC: usize,
    const S: usize,
    const WR: usize,
    const WC: usize,
    const WINNERS: usize,
> Reduce for Pooling<Maps<R, C, S>, Maps<ZR, ZC, S>, Window<WR, WC>, Mean, WINNERS>
{
    type Output = Maps<ZR, ZC, S>;
    type Record = [[[f32; S]; C]; R];
    type Slope<A: Activation> = Identity;
    const PLACES: [usize; 2] = [R, C];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut [[[f32; S]; ZC]; ZR],
        mut record: Option<&mut Self::Record>,
    ) {
        let units = units(S, WR * WC, U::SUMS);
        for r in pace.range(ZR, ZC * units) {
            for c in pace.range(ZC, units) {
                let map = record
                    .as_deref_mut()
                    .and_then(|record| record.get_mut(r * WR..))
                    .map(|rows| (rows, c * WC));
                let z = &mut z[r][c];
                let mut sink = Average::<A, C, S> { z, map, activation: PhantomData };
                all_maps::<S, WR, WC>(pace, u, r * WR, c * WC, &mut sink);
            }
        }
    }

    /// The record holds z before and δ after.
    #[inline(always)]
    fn turn<A: Activation>(
        pace: &mut impl Pace,
        delta: &[[[f32; S]; ZC]; ZR],
        record: &mut Self::Record,
    ) {
        for r in pace.range(R, 1) {
            if !pace.unit(C * S) {
                break;
            }
            for (c, pixel) in record[r].iter_mut().enumerate() {
                if let Some(delta) = delta.get(r / WR).and_then(|row| row.get(c / WC)) {
                    for (z, d) in pixel.iter_mut().zip(delta) {
                        *z = A::delta(d * (1.0 / (WR * WC) as f32), *z);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn place(
        _: &[[[f32; S]; ZC]; ZR],
        record: &Self::Record,
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)> {
        Some((r, c, *record.get(r)?.get(c)?.get(o)?))
    }
}
