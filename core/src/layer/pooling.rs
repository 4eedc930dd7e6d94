//! p: each window of a map becomes one number.
//!
//! | method | forward | δ of the convolution before it |
//! |---|---|---|
//! | [`Max`] | the largest u of the window, the first on a tie; z = f(u) | f′ δ at the winner's place, 0 elsewhere |
//! | [`Mean`] | the mean of f(u) over the window | f′ δ / (size of the window), at each place |
//!
//! Every activation grows with u, so the largest z belongs to the largest u: the activation is
//! computed once a window. The backward pass of max pooling needs the winners' places, a few bits
//! each; that of mean pooling needs what tells f′ at [each place](mean), which after a ReLU is one
//! bit.
//!
//! After a convolution both are a way to [`Reduce`] its tiles. At the head of a net a pooling
//! layer stands alone and reduces the net's input.

pub mod mean;

use crate::sealed::{Sealed, sealed};
use core::iter::{Enumerate, Zip};
use core::marker::PhantomData;
use core::slice::Iter;

use super::reduce::{Reduce, STRIP, Sink, StripSink, Tiles, all_maps, all_strips, units};
use super::{Description, Input, Layer, Learn, Stored};
use crate::activation::{Activation, Identity};
use crate::choice::Choice;
use crate::hold::{Flag, Without};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Grid, Shape, Tensor as _, Zero, winner_bits, winner_bytes};
use crate::topology::Kind;

/// A pooling layer from maps `I` to maps `O` by windows `W` and method `M`, whose record is kept in
/// pieces of `BYTES` (see [`bytes`]).
#[derive(Debug)]
pub struct Pooling<I, O, W, M, const BYTES: usize>(PhantomData<(I, O, W, M)>);

/// Windows of `R` rows and `C` columns, side by side.
pub type Window<const R: usize, const C: usize> = Grid<R, C>;

/// Max pooling: the largest value of a window.
#[derive(Debug)]
pub struct Max;

/// Mean pooling: the mean of a window.
#[derive(Debug)]
pub struct Mean;

/// A method of pooling.
pub trait Method: Sealed + 'static {
    /// Its name in files and reports.
    const NAME: &'static str;
    /// Whether one place of a window is the winner.
    const WINS: bool;
}

sealed!(Max, Mean);

impl Method for Max {
    const NAME: &'static str = "max";
    const WINS: bool = true;
}

impl Method for Mean {
    const NAME: &'static str = "mean";
    const WINS: bool = false;
}

/// How many bytes a piece of the record has, for windows of the given sides on maps of the given
/// [dimensions](Shape::DIMENSIONS). A piece is the winners of a pooled pixel, or, for means, a bit
/// for each column of a row.
#[doc(hidden)]
pub const fn bytes<M: Method>([wr, wc]: [usize; 2], [_, columns, maps]: [usize; 3]) -> usize {
    if M::WINS { winner_bytes(wr * wc, maps) } else { columns.div_ceil(8) }
}

/// The formulas as they stand in the note, a number at a time: the passes below are tested against
/// them.
#[cfg(any(test, doc))]
pub mod reference {
    /// The place of the largest pre-activation u of a window, the first on a tie, and its value.
    /// `(r, c)` counts windows, of `rows` and `columns` each.
    pub fn largest(
        u: impl Fn(usize, usize) -> f32,
        [rows, columns]: [usize; 2],
        (r, c): (usize, usize),
    ) -> ((usize, usize), f32) {
        let first = (r * rows, c * columns);
        let mut winner = (first, u(first.0, first.1));
        for place in (0..rows * columns).map(|k| (first.0 + k / columns, first.1 + k % columns)) {
            if u(place.0, place.1) > winner.1 {
                winner = (place, u(place.0, place.1));
            }
        }
        winner
    }

    /// The mean of the activations z of a window; `(r, c)` counts windows, of `rows` and `columns`
    /// each.
    pub fn mean(
        z: impl Fn(usize, usize) -> f32,
        [rows, columns]: [usize; 2],
        (r, c): (usize, usize),
    ) -> f32 {
        let mut sum = 0.0;
        for p in 0..rows {
            for q in 0..columns {
                sum += z(r * rows + p, c * columns + q);
            }
        }
        sum / (rows * columns) as f32
    }

    /// δ of the convolution before a maximum at a place: f′ δ of the window where it won, else 0.
    pub fn delta_of_largest(
        u: impl Fn(usize, usize) -> f32,
        slope: impl Fn(f32) -> f32,
        delta: impl Fn(usize, usize) -> f32,
        [rows, columns]: [usize; 2],
        place: (usize, usize),
    ) -> f32 {
        let window = (place.0 / rows, place.1 / columns);
        let (winner, largest) = largest(u, [rows, columns], window);
        if winner == place { slope(largest) * delta(window.0, window.1) } else { 0.0 }
    }

    /// δ of the convolution before a mean at a place: f′ δ of the window, shared by its places.
    pub fn delta_of_mean(
        u: impl Fn(usize, usize) -> f32,
        slope: impl Fn(f32) -> f32,
        delta: impl Fn(usize, usize) -> f32,
        [rows, columns]: [usize; 2],
        (r, c): (usize, usize),
    ) -> f32 {
        slope(u(r, c)) * delta(r / rows, c / columns) / (rows * columns) as f32
    }
}

/// At the head of a net. After a convolution, pooling is a [`Reduce`] of that layer.
impl<I: Shape, O: Shape, W: Shape, M: Method, const BYTES: usize> Layer
    for Pooling<I, O, W, M, BYTES>
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
#[doc(hidden)]
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

/// Reduces the windows of one pooled pixel to their largest values.
struct Largest<'a, A, const BYTES: usize> {
    z: &'a mut [f32],
    winners: Option<&'a mut [u8; BYTES]>,
    activation: PhantomData<A>,
}

impl<A: Activation, W: Shape, const BYTES: usize> Sink<W> for Largest<'_, A, BYTES> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &W::Of<[f32; B]>) {
        let bits = winner_bits(W::LEN);
        let u = W::cells(u);
        // The winners of a block take at most 32 bits: the larger the window, the smaller the
        // block.
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

/// Reduces the windows of a strip to their largest values.
struct LargestOfStrip<'a, A, O, W, const BYTES: usize> {
    z: &'a mut [f32],
    winners: Option<&'a mut [[u8; BYTES]]>,
    of: PhantomData<(A, O, W)>,
}

impl<A: Activation, O: Shape, W: Shape, const BYTES: usize> StripSink<W::Rows>
    for LargestOfStrip<'_, A, O, W, BYTES>
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
            let mut sink = Largest::<A, BYTES> { z, winners, activation: PhantomData };
            Sink::<W>::take::<B>(&mut sink, o, &window);
        }
    }
}

impl<I: Shape, O: Shape, W: Shape, const BYTES: usize> Reduce for Pooling<I, O, W, Max, BYTES> {
    type Output = O;
    type Record<A: Activation> = <O::Plane as Shape>::Of<[u8; BYTES]>;
    type Row<'a, A: Activation> = Winners<'a, O, W, BYTES>;
    type Slope<A: Activation> = A;
    const PLACES: [usize; 2] = [O::DIMENSIONS[0], O::DIMENSIONS[1]];

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut O::Of<f32>,
        mut record: Option<&mut Self::Record<A>>,
    ) {
        let ([rows, columns, maps], [wr, wc, _]) = (O::DIMENSIONS, W::DIMENSIONS);
        let units = units(maps, W::LEN, U::SUMS);
        // How many windows fill a strip; 0 if no whole number of them does.
        let of_strip = if U::STRIPS && STRIP.is_multiple_of(wc) { STRIP / wc } else { 0 };
        let strips = if pace.whole() { columns.checked_div(of_strip).unwrap_or(0) } else { 0 };
        for r in pace.range(rows, columns * units) {
            for c in (0..strips).map(|strip| strip * of_strip) {
                let place = r * columns + c;
                let winners = record.as_deref_mut();
                let winners = winners.and_then(|all| <O::Plane>::cells_mut(all).get_mut(place..));
                let Some(z) = O::cells_mut(z).get_mut(place * maps..) else { return };
                let mut sink = LargestOfStrip::<A, O, W, BYTES> { z, winners, of: PhantomData };
                all_strips::<O, W::Rows>(u, r * wr, c * wc, &mut sink);
            }
            for c in pace.range(columns, units).skip(strips * of_strip) {
                let place = r * columns + c;
                let winners = record.as_deref_mut();
                let winners = winners.and_then(|all| <O::Plane>::cells_mut(all).get_mut(place));
                let Some(z) = O::cells_mut(z).get_mut(place * maps..(place + 1) * maps) else {
                    return;
                };
                let mut sink = Largest::<A, BYTES> { z, winners, activation: PhantomData };
                all_maps::<O, W>(pace, u, r * wr, c * wc, &mut sink);
            }
        }
    }

    #[inline(always)]
    fn turn<A: Activation>(_: &mut impl Pace, _: &O::Of<f32>, _: &mut Self::Record<A>) {}

    #[inline(always)]
    fn row<'a, A: Activation>(
        delta: &'a O::Of<f32>,
        record: &'a Self::Record<A>,
        r: usize,
        o: usize,
    ) -> Winners<'a, O, W, BYTES> {
        let columns = O::DIMENSIONS[1];
        let row = r * columns..(r + 1) * columns;
        let delta = O::pixels(delta).get(row.clone()).unwrap_or_default();
        let winners = <O::Plane>::cells(record).get(row).unwrap_or_default();
        Winners { pixels: delta.iter().zip(winners).enumerate(), r, o, of: PhantomData }
    }
}

/// δ at the winner of each window of a row.
#[doc(hidden)]
#[allow(missing_debug_implementations)]
pub struct Winners<'a, O: Shape, W, const BYTES: usize> {
    /// What is left of the row: its column, the δs of all maps and their winners.
    pixels: Enumerate<Zip<Iter<'a, <O::Channels as Shape>::Of<f32>>, Iter<'a, [u8; BYTES]>>>,
    r: usize,
    o: usize,
    of: PhantomData<W>,
}

impl<O: Shape, W: Shape, const BYTES: usize> Iterator for Winners<'_, O, W, BYTES> {
    type Item = (usize, usize, f32, u32);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize, f32, u32)> {
        let ([wr, wc, _], bits) = (W::DIMENSIONS, winner_bits(W::LEN));
        let (c, (delta, winners)) = self.pixels.next()?;
        let d = *delta.flat().get(self.o)?;
        let winner = winners.get(self.o * bits / 8)? >> (self.o * bits % 8);
        let winner = usize::from(winner) & ((1 << bits) - 1);
        Some((self.r * wr + winner / wc, c * wc + winner % wc, d, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::Relu;
    use crate::hold::{There, Yes};
    use crate::layer::learn::{Collection, Rule as _};
    use crate::layer::{Convolution, Kernel};
    use crate::pace::Whole;
    use crate::shape::Maps;

    /// Pre-activations with a tie, a window of which none is alive, and the winner at each place.
    #[rustfmt::skip]
    const U: [[f32; 4]; 4] = [
        [1.0,  4.0, -1.0, -2.0],
        [4.0,  0.0, -3.0, -1.0],
        [8.0, -2.0,  0.0,  2.0],
        [2.0,  4.0,  4.0,  2.0],
    ];
    const DELTA: [[f32; 2]; 2] = [[4.0, 8.0], [-4.0, 12.0]];

    /// A convolution by a single 1 is its input: what is left is the pooling.
    type Pooled<M, const BYTES: usize> = Convolution<
        Maps<4, 4, 1>,
        Maps<4, 4, 1>,
        Kernel<1, 1>,
        Relu,
        Pooling<Maps<4, 4, 1>, Maps<2, 2, 1>, Window<2, 2>, M, BYTES>,
    >;

    /// z, and the δ of every place: with one weight of 1, dx is δ.
    fn passes<L>() -> ([[f32; 2]; 2], [[f32; 4]; 4])
    where
        L: Layer<
                Input = Maps<4, 4, 1>,
                Output = Maps<2, 2, 1>,
                Weight = [[[[f32; 1]; 1]; 1]; 1],
                Bias = [f32; 1],
                Plane = [[f32; 4]; 4],
            >,
    {
        let (weight, bias) = ([[[[1.0]]]], [0.0]);
        let (mut x, mut z, mut record) =
            (U.map(|row| row.map(|u| [u])), Zero::ZERO, L::Record::ZERO);
        L::forward::<Identity, f32>(&mut Whole, (&weight, &bias), &x, &mut z, Some(&mut record));
        let (mut dw, mut db) = (There::ZERO, There::ZERO);
        let parameters = (
            Collection.site::<[[[[f32; 1]; 1]; 1]; 1], _, _, Yes>((&weight, &mut dw)),
            Collection.site::<[f32; 1], _, _, Yes>((&bias, &mut db)),
        );
        let delta = DELTA.map(|row| row.map(|d| [d]));
        let (input, mut plane) = (Input::Tape(&mut x), Zero::ZERO);
        let (pace, plane) = (&mut Whole, Some(&mut plane));
        L::backward::<Identity, Yes, f32>(pace, parameters, input, plane, &delta, &mut record);
        (z.map(|row| row.map(|[z]| z)), x.map(|row| row.map(|[d]| d)))
    }

    fn u(r: usize, c: usize) -> f32 {
        U[r][c]
    }
    fn slope(u: f32) -> f32 {
        Relu::slope(Relu::value(u))
    }
    fn delta(r: usize, c: usize) -> f32 {
        DELTA[r][c]
    }
    const PLACES: core::ops::Range<usize> = 0..16;

    #[test]
    fn a_maximum_is_the_reference() {
        let (z, d) = passes::<Pooled<Max, 1>>();
        for (r, c) in (0..4).map(|k| (k / 2, k % 2)) {
            assert_eq!(z[r][c], Relu::value(reference::largest(u, [2, 2], (r, c)).1));
        }
        for (r, c) in PLACES.map(|k| (k / 4, k % 4)) {
            let expected = reference::delta_of_largest(u, slope, delta, [2, 2], (r, c));
            // The slope at a winner that is not alive is applied by the next layer: z is 0 there.
            let alive = z[r / 2][c / 2] > 0.0;
            assert_eq!(if alive { d[r][c] } else { 0.0 }, expected, "row {r}, column {c}");
        }
    }

    #[test]
    fn a_mean_is_the_reference() {
        let (z, d) = passes::<Pooled<Mean, 1>>();
        for (r, c) in (0..4).map(|k| (k / 2, k % 2)) {
            let value = |r: usize, c: usize| Relu::value(U[r][c]);
            assert_eq!(z[r][c], reference::mean(value, [2, 2], (r, c)));
        }
        for (r, c) in PLACES.map(|k| (k / 4, k % 4)) {
            let expected = reference::delta_of_mean(u, slope, delta, [2, 2], (r, c));
            assert_eq!(d[r][c], expected, "row {r}, column {c}");
        }
    }
}
