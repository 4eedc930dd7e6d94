//! c: kernels slide over maps.
//!
//! | pass | formula |
//! |---|---|
//! | forward | u_j(r, c) = b_j + Σ_{p,q,i} x_i(r+p, c+q) W_ij(p, q), summed in the order p, q, i |
//! | delta | dx_i(r+p, c+q) = Σ_j Σ_{r,c} W_ij(p, q) δ_j(r, c), summed in the order j, r, c |
//! | gradient | ∂J/∂W_ij(p, q) = Σ_{r,c} x_i(r+p, c+q) δ_j(r, c), ∂J/∂b_j = Σ_{r,c} δ_j(r, c) |
//!
//! Forward is the cross-correlation over the valid region. It is computed in tiles of a few pixels
//! and maps, whose sums stay in registers; what is [behind](Reduce) the convolution asks for the
//! tiles, so that a pooled map never exists before it is pooled.
//!
//! Where floats are computed by routines, a pixel of 0 is skipped: it adds nothing, and the test for
//! it costs far less than the products. (It would make a NaN of an infinite weight, and a 0 of a
//! sum that is −0 because the bias is; training makes neither.)
//!
//! The way back goes map by map of the input: the plane dx_i is summed up, then every weight that
//! touches x_i gets its gradient, and only then dx_i takes the place of x_i. It visits just the
//! places where δ is not 0: after max pooling, one in each window at most.

mod at_once;

use core::array::from_fn;
use core::hint::black_box;
use core::marker::PhantomData;

use super::reduce::{Reduce, STRIP, Tiles};
use super::{Description, Extent, Layer, Learn, Learnt};
use crate::activation::Activation;
use crate::choice::{Choice, Flag};
use crate::math::{SOFT, WIDE, is_zero};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Maps, Shape};
use crate::topology::Kind;

/// A convolution of maps `I` into maps `O` by kernels `K`, with activation `A`.
#[derive(Debug)]
pub struct Convolution<I, O, K, A>(PhantomData<(I, O, K, A)>);

/// Kernels of `R` rows and `C` columns.
#[derive(Debug)]
pub struct Kernel<const R: usize, const C: usize>;

/// The weights of a convolution.
pub type Kernels<const I: usize, const O: usize, const KR: usize, const KC: usize> =
    [[[[f32; O]; I]; KC]; KR];

impl<const R: usize, const C: usize> Extent for Kernel<R, C> {
    const EXTENT: [usize; 2] = [R, C];
}

impl<I: Shape, O: Shape, K: Extent, A: Activation> Layer for Convolution<I, O, K, A> {
    type Input = I;
    type Output = O;
    const DESCRIPTION: Description = {
        let ([.., maps], [rows, columns, outs], [kr, kc]) =
            (I::DIMENSIONS, O::DIMENSIONS, K::EXTENT);
        let weights = kr * kc * maps * outs;
        Description {
            kind: Kind::Convolution,
            input: I::DIMENSIONS,
            output: O::DIMENSIONS,
            window: K::EXTENT,
            function: A::NAME,
            weights,
            biases: outs,
            macs: rows * columns * weights,
        }
    };
}

impl<
    const R: usize,
    const C: usize,
    const I: usize,
    const ZR: usize,
    const ZC: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    A: Activation,
> Learnt for Convolution<Maps<R, C, I>, Maps<ZR, ZC, O>, Kernel<KR, KC>, A>
{
    type Weight = Kernels<I, O, KR, KC>;
    type Bias = [f32; O];
    type Hold<H: Choice> = H::Convolution;
    const HE: bool = A::HE;
    const FANS: (usize, usize) = (KR * KC * I, KR * KC * O);
}

/// A convolution with its weights at work on an input.
#[derive(Debug)]
pub struct Convolving<
    'a,
    const R: usize,
    const C: usize,
    const I: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    X: Pixel,
> {
    /// W
    pub weight: &'a Kernels<I, O, KR, KC>,
    /// b
    pub bias: &'a [f32; O],
    /// x
    pub x: &'a [[[X::Stored; I]; C]; R],
}

impl<
    const R: usize,
    const C: usize,
    const I: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    X: Pixel,
> Convolving<'_, R, C, I, O, KR, KC, X>
{
    /// Whether the optimizer may unroll the loop over the taps of a kernel's row. On a desktop, and
    /// where there is one map: its pixels are then shared between taps. Elsewhere the unrolled loop
    /// loads more than there are registers for, and is hidden from the optimizer.
    const UNROLLED: bool = WIDE || I == 1;
}

impl<
    const R: usize,
    const C: usize,
    const I: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    X: Pixel,
> Tiles for Convolving<'_, R, C, I, O, KR, KC, X>
{
    const SUMS: usize = match (WIDE, Self::UNROLLED && KC > 3) {
        (true, _) => 64,
        (false, true) => 12,
        (false, false) => 16,
    };
    const TAPS: usize = KR * KC * I;

    #[inline(always)]
    fn tile<const TR: usize, const TC: usize, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [[[f32; B]; TC]; TR] {
        let mut u = [[[0.0; B]; TC]; TR];
        let Some(bias) = self.bias[o..].first_chunk::<B>() else { return u };
        u = [[*bias; TC]; TR];
        // One check for the whole patch under the tile; what is read inside it is known to fit.
        let pixels = self.x.as_flattened();
        let first = r * C + c;
        let span = (TR + KR - 2) * C + TC + KC - 1;
        let Some(patch) = pixels.get(first..first + span) else { return u };
        let patch = patch.as_flattened();
        // What a tap needs from its pixel on: the other pixels of the tile are at fixed distances.
        let reach = ((TR - 1) * C + TC - 1) * I;
        let taps = if Self::UNROLLED { KC * I } else { black_box(KC * I) };
        for (p, row) in self.weight.iter().enumerate() {
            let (row, patch) = (row.as_flattened().get(..taps), patch.get(p * C * I..));
            let (Some(row), Some(x)) = (row, patch.and_then(|patch| patch.get(..taps + reach)))
            else {
                return u;
            };
            for (w, x) in row.iter().zip(x.windows(reach + 1)) {
                if let Some(w) = w[o..].first_chunk::<B>() {
                    for tr in 0..TR {
                        for tc in 0..TC {
                            let x = x[(tr * C + tc) * I];
                            if SOFT && X::is_zero(x) {
                                continue;
                            }
                            let x = X::value(x);
                            let products = w.map(|w| x * w);
                            for (u, product) in u[tr][tc].iter_mut().zip(products) {
                                *u += product;
                            }
                        }
                    }
                }
            }
        }
        u
    }

    /// One map of pixels is one run, and only multiples of eight maps fill the widest vectors.
    const STRIPS: bool = WIDE && I == 1 && !O.is_multiple_of(8);

    #[inline(always)]
    fn strip<const TR: usize, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [[[f32; STRIP]; TR]; B] {
        let mut u = [[[0.0; STRIP]; TR]; B];
        let Some(bias) = self.bias[o..].first_chunk::<B>() else { return u };
        u = bias.map(|b| [[b; STRIP]; TR]);
        let pixels = self.x.as_flattened().as_flattened();
        let first = r * C + c;
        let span = (TR + KR - 2) * C + STRIP + KC - 1;
        let Some(patch) = pixels.get(first..first + span) else { return u };
        // What a tap needs from its pixel on, over all rows of the strip.
        let reach = (TR - 1) * C + STRIP;
        for (p, row) in self.weight.iter().enumerate() {
            let Some(x) = patch.get(p * C..p * C + reach + KC - 1) else { return u };
            for (w, x) in row.as_flattened().iter().zip(x.windows(reach)) {
                if let Some(w) = w[o..].first_chunk::<B>() {
                    for tr in 0..TR {
                        for l in 0..STRIP {
                            let x = X::value(x[tr * C + l]);
                            for b in 0..B {
                                u[b][tr][l] += x * w[b];
                            }
                        }
                    }
                }
            }
        }
        // Sums that are stored in a row become vectors; the optimizer would rather see numbers that are
        // picked apart again.
        u
    }
}

/// The way back: hands each gradient over, and where `Below` asks for it overwrites x by dx times
/// the slope of the activation `Before`, by means of a plane as large as one map.
#[inline(always)]
pub fn backward<
    const R: usize,
    const C: usize,
    const I: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    P: Reduce,
    Before: Activation,
    Below: Flag,
    X: Pixel,
    W: Learn<Kernels<I, O, KR, KC>>,
    B: Learn<[f32; O]>,
>(
    pace: &mut impl Pace,
    mut weight: W,
    mut bias: B,
    mut x: Below::Ref<'_, [[[X::Stored; I]; C]; R]>,
    mut plane: Option<&mut [[f32; C]; R]>,
    delta: &<P::Output as Shape>::Of<f32>,
    record: &P::Record,
) {
    if const { at_once::fits::<R, C, I, W, _>() && (W::LEARNS || Below::SET) } && pace.whole() {
        at_once::backward::<R, C, I, O, KR, KC, P, Before, Below, X, W, B>(
            weight, bias, x, delta, record,
        );
        return;
    }
    let places = P::PLACES[0] * P::PLACES[1];
    if B::LEARNS {
        let scale = bias.scale();
        // The optimizer of a chip would write down every place of every map.
        let maps = if WIDE { O } else { black_box(O) };
        for o in pace.range(O, 1).take(maps) {
            if !pace.unit(places) {
                break;
            }
            let mut sum = 0.0;
            for r in 0..P::PLACES[0] {
                for c in 0..P::PLACES[1] {
                    let Some((_, _, d)) = P::place(delta, record, r, c, o) else { continue };
                    if SOFT && is_zero(d) {
                        continue;
                    }
                    sum += d;
                }
            }
            bias.add(|b| b.get_mut(o..)?.first_chunk_mut(), [scale * sum]);
        }
    }
    if !W::LEARNS && !Below::SET {
        return;
    }
    // One product takes no longer than the test for 0, where floats are computed by instructions.
    let skips = SOFT || KR * KC > 1;
    let of_map = if Below::SET { 2 + O } else { 0 } + if W::LEARNS { O } else { 0 };
    for i in pace.range(I, of_map) {
        if let (Some(plane), Some(weight)) = (plane.as_deref_mut(), weight.value()) {
            let plane = plane.as_flattened_mut();
            if pace.unit(R * C) {
                plane.fill(0.0);
            }
            for o in pace.range(O, 1) {
                if !pace.unit(places * KR * KC) {
                    break;
                }
                let kernel: [[f32; KC]; KR] = from_fn(|p| {
                    from_fn(|q| weight[p][q].as_flattened().get(i * O + o).copied().unwrap_or(0.0))
                });
                for r in 0..P::PLACES[0] {
                    for c in 0..P::PLACES[1] {
                        let Some((r, c, d)) = P::place(delta, record, r, c, o) else { continue };
                        if skips && is_zero(d) {
                            continue;
                        }
                        let first = r * C + c;
                        if let Some(dx) = plane.get_mut(first..first + (KR - 1) * C + KC) {
                            for p in 0..KR {
                                for q in 0..KC {
                                    dx[p * C + q] += kernel[p][q] * d;
                                }
                            }
                        }
                    }
                }
            }
        }
        if W::LEARNS {
            let scale = weight.scale();
            let x = x.as_flattened();
            for o in pace.range(O, 1) {
                if !pace.unit(places * KR * KC) {
                    break;
                }
                let mut gradient = [[0.0; KC]; KR];
                for r in 0..P::PLACES[0] {
                    for c in 0..P::PLACES[1] {
                        let Some((r, c, d)) = P::place(delta, record, r, c, o) else { continue };
                        if skips && is_zero(d) {
                            continue;
                        }
                        let first = r * C + c;
                        if let Some(x) = x.get(first..first + (KR - 1) * C + KC) {
                            for p in 0..KR {
                                for q in 0..KC {
                                    let x = x[p * C + q].get(i);
                                    gradient[p][q] += x.map_or(0.0, |x| X::value(*x) * d);
                                }
                            }
                        }
                    }
                }
                for p in 0..KR {
                    for q in 0..KC {
                        weight.add(
                            |w| w[p][q].as_flattened_mut().get_mut(i * O + o..)?.first_chunk_mut(),
                            [scale * gradient[p][q]],
                        );
                    }
                }
            }
        }
        if let (Some(plane), Some(x)) = (plane.as_deref(), Below::change(&mut x))
            && pace.unit(R * C)
        {
            for (x, &dx) in x.as_flattened_mut().iter_mut().zip(plane.as_flattened()) {
                if let Some(x) = x.get_mut(i) {
                    X::replace(x, Before::delta(dx, X::value(*x)));
                }
            }
        }
    }
}
