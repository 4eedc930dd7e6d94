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
//! After a convolution both are a way to [`Reduce`] its tiles. At the head of a net a pooling
//! layer stands alone and reduces the net's input.

use core::marker::PhantomData;

use super::reduce::{Reduce, STRIP, Sink, StripSink, Tiles, all_maps, all_strips, units};
use super::{Description, Input, Layer, Learn, Stored};
use crate::activation::{Activation, Identity};
use crate::choice::{Choice, Flag, Without};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Grid, Shape, Zero, winner_bits};
use crate::topology::Kind;

/// A pooling layer from maps `I` to maps `O` by windows `W` and method `M`; the places of a
/// pooled pixel's winners take `WINNERS` bytes ([`winner_bytes`](crate::shape::winner_bytes)).
#[derive(Debug)]
pub struct Pooling<I, O, W, M, const WINNERS: usize>(PhantomData<(I, O, W, M)>);

/// Windows of `R` rows and `C` columns, side by side.
pub type Window<const R: usize, const C: usize> = Grid<R, C>;

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

/// At the head of a net. After a convolution it is that one's to ask for tiles.
impl<I: Shape, O: Shape, W: Shape, M: Method, const WINNERS: usize> Layer
    for Pooling<I, O, W, M, WINNERS>
where
    Self: Reduce<Output = O>,
{
    type Input = I;
    type Output = O;
    type Weight = [f32; 0];
    type Bias = [f32; 0];
    type Hold<C: Choice> = Without;
    type Rest<C: Choice> = C;
    type Record = ();
    type Plane = ();
    type Slope = Identity;
    const DESCRIPTION: Description = Description {
        kind: Kind::Pooling,
        input: I::DIMENSIONS,
        output: O::DIMENSIONS,
        window: [W::DIMENSIONS[0], W::DIMENSIONS[1]],
        function: M::NAME,
        weights: 0,
        biases: 0,
        macs: 0,
    };

    #[inline(always)]
    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        _: (&[f32; 0], &[f32; 0]),
        x: &Stored<I, X>,
        z: &mut Stored<O>,
        _: Option<&mut ()>,
    ) {
        <Self as Reduce>::forward::<Identity, _>(pace, &Pixels::<I, X>(x), z, None);
    }

    /// Nothing trains before the head of a net, and there is nothing to train in it.
    #[inline(always)]
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        _: &mut impl Pace,
        _: (impl Learn<[f32; 0]>, impl Learn<[f32; 0]>),
        _: Input<'_, Stored<I, X>>,
        _: Option<&mut ()>,
        _: &Stored<O>,
        (): &mut (),
    ) {
    }
}

/// The pixels of a map, as tiles: what a pooling layer at the head of a net reduces.
#[allow(missing_debug_implementations)]
pub struct Pixels<'a, I: Shape, X: Pixel>(pub &'a I::Of<X::Stored>);

impl<I: Shape, X: Pixel> Tiles for Pixels<'_, I, X> {
    const SUMS: usize = 16;
    const TAPS: usize = 1;

    #[inline(always)]
    fn tile<T: Shape, const B: usize>(&self, r: usize, c: usize, o: usize) -> T::Of<[f32; B]> {
        let ([_, columns, maps], [rows, wide, _]) = (I::DIMENSIONS, T::DIMENSIONS);
        let mut u = T::Of::<[f32; B]>::ZERO;
        for tr in 0..rows {
            for tc in 0..wide {
                let first = ((r + tr) * columns + c + tc) * maps + o;
                let pixel = I::cells(self.0).get(first..first + B).unwrap_or_default();
                for (u, &x) in T::cells_mut(&mut u)[tr * wide + tc].iter_mut().zip(pixel) {
                    *u = X::value(x);
                }
            }
        }
        u
    }
}

/// The windows of one pooled pixel, to the largest.
struct Largest<'a, A, const WINNERS: usize> {
    z: &'a mut [f32],
    winners: Option<&'a mut [u8; WINNERS]>,
    activation: PhantomData<A>,
}

impl<A: Activation, W: Shape, const WINNERS: usize> Sink<W> for Largest<'_, A, WINNERS> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &W::Of<[f32; B]>) {
        let bits = winner_bits(W::LEN);
        let u = W::cells(u);
        // A block has at most 32 bits: it is the smaller, the larger the window.
        let mut places = 0_u32;
        for (b, z) in self.z.iter_mut().skip(o).take(B).enumerate() {
            let mut largest = u[0][b];
            let mut winner = 0;
            for (place, u) in u.iter().enumerate() {
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
struct LargestOfStrip<'a, A, O, W, const WINNERS: usize> {
    z: &'a mut [f32],
    winners: Option<&'a mut [[u8; WINNERS]]>,
    of: PhantomData<(A, O, W)>,
}

impl<A: Activation, O: Shape, W: Shape, const WINNERS: usize> StripSink<W::Rows>
    for LargestOfStrip<'_, A, O, W, WINNERS>
{
    #[inline(always)]
    fn take_strip<const B: usize>(
        &mut self,
        o: usize,
        u: &[<W::Rows as Shape>::Of<[f32; STRIP]>; B],
    ) {
        let [rows, columns, _] = W::DIMENSIONS;
        for (k, z) in self.z.chunks_exact_mut(O::DIMENSIONS[2]).take(STRIP / columns).enumerate() {
            let winners = self.winners.as_deref_mut().and_then(|winners| winners.get_mut(k));
            let mut window = W::Of::<[f32; B]>::ZERO;
            let cells = W::cells_mut(&mut window);
            for r in 0..rows {
                for c in 0..columns {
                    for b in 0..B {
                        cells[r * columns + c][b] = <W::Rows>::cells(&u[b])[r][k * columns + c];
                    }
                }
            }
            let mut sink = Largest::<A, WINNERS> { z, winners, activation: PhantomData };
            Sink::<W>::take::<B>(&mut sink, o, &window);
        }
    }
}

impl<I: Shape, O: Shape, W: Shape, const WINNERS: usize> Reduce for Pooling<I, O, W, Max, WINNERS> {
    type Output = O;
    type Record = <O::Plane as Shape>::Of<[u8; WINNERS]>;
    type Slope<A: Activation> = A;
    const PLACES: [usize; 2] = [O::DIMENSIONS[0], O::DIMENSIONS[1]];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut O::Of<f32>,
        mut record: Option<&mut Self::Record>,
    ) {
        let ([rows, columns, maps], [wr, wc, _]) = (O::DIMENSIONS, W::DIMENSIONS);
        let units = units(maps, W::LEN, U::SUMS);
        // So many windows are a strip, if it is filled by any number of them.
        let of_strip = if U::STRIPS && STRIP.is_multiple_of(wc) { STRIP / wc } else { 0 };
        let strips = if pace.whole() { columns.checked_div(of_strip).unwrap_or(0) } else { 0 };
        for r in pace.range(rows, columns * units) {
            for c in (0..strips).map(|strip| strip * of_strip) {
                let place = r * columns + c;
                let winners = record.as_deref_mut();
                let winners = winners.and_then(|all| <O::Plane>::cells_mut(all).get_mut(place..));
                let Some(z) = O::cells_mut(z).get_mut(place * maps..) else { return };
                let mut sink = LargestOfStrip::<A, O, W, WINNERS> { z, winners, of: PhantomData };
                all_strips::<O, W::Rows>(u, r * wr, c * wc, &mut sink);
            }
            for c in pace.range(columns, units).skip(strips * of_strip) {
                let place = r * columns + c;
                let winners = record.as_deref_mut();
                let winners = winners.and_then(|all| <O::Plane>::cells_mut(all).get_mut(place));
                let Some(z) = O::cells_mut(z).get_mut(place * maps..(place + 1) * maps) else {
                    return;
                };
                let mut sink = Largest::<A, WINNERS> { z, winners, activation: PhantomData };
                all_maps::<O, W>(pace, u, r * wr, c * wc, &mut sink);
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &mut impl Pace, _: &O::Of<f32>, _: &mut Self::Record) {}

    #[inline(always)]
    fn place(
        delta: &O::Of<f32>,
        record: &Self::Record,
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)> {
        let ([_, columns, maps], [wr, wc, _]) = (O::DIMENSIONS, W::DIMENSIONS);
        let d = *O::cells(delta).get((r * columns + c) * maps + o)?;
        let bits = winner_bits(W::LEN);
        let winners = <O::Plane>::cells(record).get(r * columns + c)?;
        let winner = winners.get(o * bits / 8)? >> (o * bits % 8);
        let winner = usize::from(winner) & ((1 << bits) - 1);
        Some((r * wr + winner / wc, c * wc + winner % wc, d))
    }
}

/// The windows of one pooled pixel, to their mean.
struct Average<'a, A, I> {
    z: &'a mut [f32],
    /// The map from the window's first pixel on.
    map: Option<&'a mut [f32]>,
    of: PhantomData<(A, I)>,
}

impl<A: Activation, I: Shape, W: Shape> Sink<W> for Average<'_, A, I> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &W::Of<[f32; B]>) {
        let ([_, columns, maps], wide) = (I::DIMENSIONS, W::DIMENSIONS[1]);
        for (b, z) in self.z.iter_mut().skip(o).take(B).enumerate() {
            let mut sum = 0.0;
            for (place, u) in W::cells(u).iter().enumerate() {
                let value = A::value(u[b]);
                sum += value;
                let at = (place / wide * columns + place % wide) * maps + o + b;
                if let Some(kept) = self.map.as_deref_mut().and_then(|map| map.get_mut(at)) {
                    *kept = value;
                }
            }
            *z = sum * (1.0 / W::LEN as f32);
        }
    }
}

impl<I: Shape, O: Shape, W: Shape, const WINNERS: usize> Reduce
    for Pooling<I, O, W, Mean, WINNERS>
{
    type Output = O;
    type Record = I::Of<f32>;
    type Slope<A: Activation> = Identity;
    const PLACES: [usize; 2] = [I::DIMENSIONS[0], I::DIMENSIONS[1]];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut O::Of<f32>,
        mut record: Option<&mut Self::Record>,
    ) {
        let ([rows, columns, maps], [wr, wc, _]) = (O::DIMENSIONS, W::DIMENSIONS);
        let units = units(maps, W::LEN, U::SUMS);
        for r in pace.range(rows, columns * units) {
            for c in pace.range(columns, units) {
                let first = (r * wr * I::DIMENSIONS[1] + c * wc) * maps;
                let map = record.as_deref_mut().and_then(|all| I::cells_mut(all).get_mut(first..));
                let place = r * columns + c;
                let Some(z) = O::cells_mut(z).get_mut(place * maps..(place + 1) * maps) else {
                    return;
                };
                let mut sink = Average::<A, I> { z, map, of: PhantomData };
                all_maps::<O, W>(pace, u, r * wr, c * wc, &mut sink);
            }
        }
    }

    /// The record holds z before and δ after.
    #[inline(always)]
    fn turn<A: Activation>(pace: &mut impl Pace, delta: &O::Of<f32>, record: &mut Self::Record) {
        let ([rows, columns, maps], [wr, wc, _]) = (I::DIMENSIONS, W::DIMENSIONS);
        for r in pace.range(rows, 1) {
            if !pace.unit(columns * maps) {
                break;
            }
            let Some(row) = I::cells_mut(record).chunks_exact_mut(columns * maps).nth(r) else {
                return;
            };
            for (c, pixel) in row.chunks_exact_mut(maps).enumerate() {
                let at = (r / wr * O::DIMENSIONS[1] + c / wc) * maps;
                if let Some(delta) = O::cells(delta).get(at..at + maps) {
                    for (z, d) in pixel.iter_mut().zip(delta) {
                        *z = A::delta(d * (1.0 / W::LEN as f32), *z);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn place(
        _: &O::Of<f32>,
        record: &Self::Record,
        r: usize,
        c: usize,
        o: usize,
    ) -> Option<(usize, usize, f32)> {
        let [_, columns, maps] = I::DIMENSIONS;
        Some((r, c, *I::cells(record).get((r * columns + c) * maps + o)?))
    }
}
