//! Mean pooling after a convolution.
//!
//! Every place of a window has its own δ, f′ δ / (size of the window), and the tape holds only the
//! pooled map. So what tells f′ is [kept](crate::activation::Slopes): nothing for [`Identity`], a
//! bit for each place for [`Relu`](crate::activation::Relu), and z for the others. A δ is then
//! computed where it is requested; the bits of a row are searched for those that are set, so a dead
//! place takes no instruction at all. (It would add 0 or −0 to sums that begin as 0, which changes
//! none of them.)
//!
//! For [`Tanh`](crate::activation::Tanh) and [`Sigmoid`](crate::activation::Sigmoid) f′ is a
//! number. To compute it again would mean to convolve again: a whole forward pass of the layer, for
//! each map of the input and each pass over δ. So z is kept, and [turned](Reduce::turn) into δ.

use core::marker::PhantomData;

use super::{Mean, Pooling};
use crate::activation::{Activation, Identity, Kept, Slopes};
use crate::layer::reduce::{Reduce, Sink, Tiles, all_maps, units};
use crate::math::SOFT;
use crate::pace::Pace;
use crate::shape::{Shape, Tensor as _};

/// A bit for each place: maps, rows, and in a row a bit for each column, the first the lowest.
type Bits<I, const BYTES: usize> =
    <<I as Shape>::Channels as Shape>::Of<<<I as Shape>::Rows as Shape>::Of<[u8; BYTES]>>;

/// What is kept of a map.
type Record<A, I, const BYTES: usize> =
    <<A as Activation>::Slopes as Slopes>::Kept<Bits<I, BYTES>, <I as Shape>::Of<f32>>;

/// Where the bits of row `r` of map `o` begin.
#[inline(always)]
const fn first<I: Shape, const BYTES: usize>(r: usize, o: usize) -> usize {
    (o * I::DIMENSIONS[0] + r) * BYTES
}

/// How many columns one δ is for: a window's, where bits tell which of them.
#[inline(always)]
const fn wide<A: Activation, W: Shape>() -> usize {
    if A::Slopes::BITS && W::DIMENSIONS[1] <= 8 { W::DIMENSIONS[1] } else { 1 }
}

/// How many columns' bits are written at once.
const PIECE: usize = 16;

/// Reduces the windows of one pooled pixel to their means.
struct Average<'a, A, I: Shape, const BYTES: usize> {
    z: &'a mut [f32],
    kept: Kept<&'a mut Bits<I, BYTES>, &'a mut I::Of<f32>>,
    /// The window's first row and column.
    r: usize,
    c: usize,
    of: PhantomData<A>,
}

impl<A: Activation, I: Shape, W: Shape, const BYTES: usize> Sink<W> for Average<'_, A, I, BYTES> {
    #[inline(always)]
    fn take<const B: usize>(&mut self, o: usize, u: &W::Of<[f32; B]>) {
        let ([_, columns, maps], [_, wc, _]) = (I::DIMENSIONS, W::DIMENSIONS);
        let u = W::cells(u);
        for (b, z) in self.z.iter_mut().skip(o).take(B).enumerate() {
            let mut sum = 0.0;
            for (r, row) in u.chunks_exact(wc).enumerate() {
                for (piece, row) in (0..).step_by(PIECE).zip(row.chunks(PIECE)) {
                    let mut alive = 0_u32;
                    for (c, u) in row.iter().enumerate() {
                        let u = u[b];
                        let value = A::value(u);
                        // What is not alive is 0, and adds nothing.
                        if !matches!(self.kept, Kept::Alive(_)) || A::alive(u) {
                            sum += value;
                            alive |= 1 << c;
                        }
                        if let Kept::Values(values) = &mut self.kept {
                            let at = ((self.r + r) * columns + self.c + piece + c) * maps + o + b;
                            if let Some(kept) = I::cells_mut(values).get_mut(at) {
                                *kept = value;
                            }
                        }
                    }
                    if let Kept::Alive(bits) = &mut self.kept {
                        let (byte, shift) = ((self.c + piece) / 8, (self.c + piece) % 8);
                        let at = first::<I, BYTES>(self.r + r, o + b) + byte;
                        // The bits of a window whose columns divide 8 never lie across two bytes.
                        let across = if 8_usize.is_multiple_of(wc) {
                            1
                        } else {
                            (shift + row.len()).div_ceil(8)
                        };
                        let own = (1 << row.len()) - 1_u32;
                        let (mut alive, mut own) = (alive << shift, own << shift);
                        for byte in bits.flat_mut().iter_mut().skip(at).take(across) {
                            *byte = *byte & !own as u8 | alive as u8;
                            (alive, own) = (alive >> 8, own >> 8);
                        }
                    }
                }
            }
            *z = sum * (1.0 / W::LEN as f32);
        }
    }
}

impl<I: Shape, O: Shape, W: Shape, const BYTES: usize> Reduce for Pooling<I, O, W, Mean, BYTES> {
    type Output = O;
    type Record<A: Activation> = Record<A, I, BYTES>;
    type Row<'a, A: Activation> = Spread<'a, A, I, O, W, BYTES>;
    type Slope<A: Activation> = Identity;
    const PLACES: [usize; 2] = [I::DIMENSIONS[0], I::DIMENSIONS[1]];

    #[inline(always)]
    fn wide<A: Activation>() -> usize {
        wide::<A, W>()
    }

    #[inline(always)]
    fn forward<A: Activation, U: Tiles>(
        pace: &mut impl Pace,
        u: &U,
        z: &mut O::Of<f32>,
        mut record: Option<&mut Self::Record<A>>,
    ) {
        let ([rows, columns, maps], [wr, wc, _]) = (O::DIMENSIONS, W::DIMENSIONS);
        let units = units(maps, W::LEN, U::SUMS);
        for r in pace.range(rows, columns * units) {
            for c in pace.range(columns, units) {
                let place = r * columns + c;
                let Some(z) = O::cells_mut(z).get_mut(place * maps..(place + 1) * maps) else {
                    return;
                };
                let kept = match record.as_deref_mut() {
                    Some(record) => A::Slopes::kept_mut(record),
                    None => Kept::Nothing,
                };
                let mut sink =
                    Average::<A, I, BYTES> { z, kept, r: r * wr, c: c * wc, of: PhantomData };
                all_maps::<O, W>(pace, u, r * wr, c * wc, &mut sink);
            }
        }
    }

    /// Turns a record of z into one of δ.
    #[inline(always)]
    fn turn<A: Activation>(pace: &mut impl Pace, delta: &O::Of<f32>, record: &mut Self::Record<A>) {
        let Kept::Values(record) = A::Slopes::kept_mut(record) else { return };
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
    fn row<'a, A: Activation>(
        delta: &'a O::Of<f32>,
        record: &'a Self::Record<A>,
        r: usize,
        o: usize,
    ) -> Spread<'a, A, I, O, W, BYTES> {
        let mut spread = Spread {
            delta,
            kept: A::Slopes::kept(record),
            r,
            next: 0,
            o,
            alive: 0,
            of: PhantomData,
        };
        if let Kept::Alive(bits) = spread.kept {
            spread.alive = word::<I, BYTES>(bits, r, 0, o);
        }
        spread
    }
}

/// The bits of up to 32 columns from `c` on.
#[inline(always)]
fn word<I: Shape, const BYTES: usize>(bits: &Bits<I, BYTES>, r: usize, c: usize, o: usize) -> u32 {
    let at = first::<I, BYTES>(r, o);
    let bytes = bits.flat().get(at + c / 8..at + BYTES).unwrap_or_default();
    bytes.iter().take(4).rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// The δs of a row before its windows.
#[doc(hidden)]
#[allow(missing_debug_implementations)]
pub struct Spread<'a, A, I: Shape, O: Shape, W, const BYTES: usize> {
    delta: &'a O::Of<f32>,
    kept: Kept<&'a Bits<I, BYTES>, &'a I::Of<f32>>,
    r: usize,
    /// The next window, or column.
    next: usize,
    o: usize,
    /// The bits that are still to be searched, of up to 32 columns.
    alive: u32,
    of: PhantomData<(A, W)>,
}

impl<A: Activation, I: Shape, O: Shape, W: Shape, const BYTES: usize> Iterator
    for Spread<'_, A, I, O, W, BYTES>
{
    type Item = (usize, usize, f32, u32);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize, f32, u32)> {
        let ([_, columns, maps], [wr, wc, _]) = (I::DIMENSIONS, W::DIMENSIONS);
        let wide = wide::<A, W>();
        loop {
            let next = self.next;
            if next == columns / wide {
                return None;
            }
            self.next += 1;
            let c = next * wide;
            let mut alive = 1;
            if let Kept::Alive(bits) = self.kept {
                if BYTES <= 4 {
                    alive = self.alive & ((1 << wide) - 1);
                    self.alive >>= wide;
                } else {
                    alive =
                        word::<I, BYTES>(bits, self.r, c, self.o) >> (c % 8) & ((1 << wide) - 1);
                }
                if (SOFT || wide == 1) && alive == 0 {
                    continue;
                }
            }
            let d = match self.kept {
                Kept::Values(delta) => {
                    *I::cells(delta).get((self.r * columns + c) * maps + self.o)?
                }
                _ => {
                    let pixel =
                        O::pixels(self.delta).get(self.r / wr * O::DIMENSIONS[1] + c / wc)?;
                    pixel.flat().get(self.o)? * (1.0 / W::LEN as f32)
                }
            };
            return Some((self.r, c, d, alive));
        }
    }
}
