//! c: kernels slide over maps.
//!
//! | pass | formula |
//! |---|---|
//! | forward | u_j(r, c) = b_j + Σ_{p,q,i} x_i(r+p, c+q) W_ij(p, q), summed in the order p, q, i |
//! | delta | dx_i(r+p, c+q) = Σ_j Σ_{r,c} W_ij(p, q) δ_j(r, c), summed in the order j, r, c |
//! | gradient | ∂J/∂W_ij(p, q) = Σ_{r,c} x_i(r+p, c+q) δ_j(r, c), ∂J/∂b_j = Σ_{r,c} δ_j(r, c) |
//!
//! Forward is the cross-correlation over the valid region. It is computed in tiles of a few pixels
//! and maps, whose sums stay in registers; what comes [after](Reduce) the convolution requests the
//! tiles, so that a map that is pooled is not stored first.
//!
//! Where floats are computed in software, a pixel of 0 is skipped: it adds nothing, and the test
//! for it costs far less than the products. (Its products would make NaN of an infinite weight, and
//! 0 of a sum of −0 that comes from a bias of −0; training produces neither.)
//!
//! The backward pass goes map by map of the input: the plane dx_i is summed, then every weight that
//! touches x_i gets its gradient, and only then dx_i overwrites x_i. Places
//! where δ is 0 are skipped where that is cheaper than their products; after max pooling there is
//! one place in each window at most.

mod at_once;

use core::marker::PhantomData;

use super::learn::{is_ordered, learns};
use super::reduce::{Reduce, STRIP, Tiles, Whole};
use super::{Description, Input, Layer, Learn, Stored};
use crate::activation::Activation;
use crate::choice::Choice;
use crate::compiler::{hidden, hidden_on_chips};
use crate::hold::Flag;
use crate::math::{SOFT, WIDE, is_zero};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Grid, Shape, Tensor, Zero};
use crate::topology::Kind;

/// A convolution of maps `I` into maps `O` by kernels `K`, with activation `A`, and the pooling `P`
/// that follows it, if any: the two are one stage, and the map between them is not stored, but for mean
/// pooling after tanh and sigmoid, whose slopes need it.
#[derive(Debug)]
pub struct Convolution<I, O, K, A, P = Whole<O>>(PhantomData<(I, O, K, A, P)>);

/// Kernels of `R` rows and `C` columns.
pub type Kernel<const R: usize, const C: usize> = Grid<R, C>;

/// A number for each map.
pub type Row<O> = <<O as Shape>::Channels as Shape>::Of<f32>;

/// The weights of a convolution: `[rows][columns][maps in][maps out]`.
pub type Kernels<I, O, K> = <K as Shape>::Of<<<I as Shape>::Channels as Shape>::Of<Row<O>>>;

impl<I: Shape, O: Shape, K: Shape, A: Activation, P: Reduce> Convolution<I, O, K, A, P> {
    /// Columns of the input.
    const C: usize = I::DIMENSIONS[1];
    /// Maps in.
    const I: usize = I::DIMENSIONS[2];
    /// Maps out.
    const O: usize = O::DIMENSIONS[2];
    /// Rows of a kernel.
    const KR: usize = K::DIMENSIONS[0];
    /// Columns of a kernel.
    const KC: usize = K::DIMENSIONS[1];
}

/// The formulas as they stand in the note, a number at a time: the passes below are tested against
/// them.
#[cfg(any(test, doc))]
pub mod reference {
    /// u_j(r, c) = b_j + Σ_{p,q,i} x_i(r+p, c+q) W_ij(p, q), given x_i(r, c) and W_ij(p, q), for
    /// kernels of the given rows, columns and maps in.
    pub fn u(
        x: impl Fn(usize, usize, usize) -> f32,
        w: impl Fn(usize, usize, usize, usize) -> f32,
        b: impl Fn(usize) -> f32,
        [rows, columns, maps]: [usize; 3],
        (j, r, c): (usize, usize, usize),
    ) -> f32 {
        let mut u = b(j);
        for p in 0..rows {
            for q in 0..columns {
                for i in 0..maps {
                    u += x(i, r + p, c + q) * w(i, j, p, q);
                }
            }
        }
        u
    }

    /// dx_i(m, n) = Σ_j Σ_{r,c} W_ij(m−r, n−c) δ_j(r, c), over the places whose kernel reaches x(m,
    /// n), for δ of the given rows, columns and maps and kernels of the given rows and columns.
    pub fn dx(
        w: impl Fn(usize, usize, usize, usize) -> f32,
        delta: impl Fn(usize, usize, usize) -> f32,
        ([rows, columns, maps], kernel): ([usize; 3], [usize; 2]),
        (i, m, n): (usize, usize, usize),
    ) -> f32 {
        let mut dx = 0.0;
        for j in 0..maps {
            for r in 0..rows {
                for c in 0..columns {
                    if (r..r + kernel[0]).contains(&m) && (c..c + kernel[1]).contains(&n) {
                        dx += w(i, j, m - r, n - c) * delta(j, r, c);
                    }
                }
            }
        }
        dx
    }

    /// ∂J/∂W_ij(p, q) = Σ_{r,c} x_i(r+p, c+q) δ_j(r, c), and with x = 1 ∂J/∂b_j, for δ of the given
    /// rows and columns.
    pub fn dw(
        x: impl Fn(usize, usize, usize) -> f32,
        delta: impl Fn(usize, usize, usize) -> f32,
        [rows, columns]: [usize; 2],
        (i, j, p, q): (usize, usize, usize, usize),
    ) -> f32 {
        let mut dw = 0.0;
        for r in 0..rows {
            for c in 0..columns {
                dw += x(i, r + p, c + q) * delta(j, r, c);
            }
        }
        dw
    }
}

impl<I: Shape, O: Shape, K: Shape, A: Activation, P: Reduce> Layer for Convolution<I, O, K, A, P> {
    type Input = I;
    type Output = P::Output;
    type Weight = Kernels<I, O, K>;
    type Bias = Row<O>;
    type Hold<C: Choice> = C::Convolution;
    type Rest<C: Choice> = C::Rest;
    type Record = P::Record<A>;
    type Plane = <I::Plane as Shape>::Of<f32>;
    type Slope = P::Slope<A>;
    const HE: bool = A::HE;
    const FANS: (usize, usize) = (K::LEN * Self::I, K::LEN * Self::O);
    const DESCRIPTION: Description = Description {
        kind: Kind::Convolution,
        input: I::DIMENSIONS,
        output: O::DIMENSIONS,
        window: [Self::KR, Self::KC],
        function: A::NAME,
        weights: K::LEN * Self::I * Self::O,
        biases: Self::O,
        macs: O::LEN * K::LEN * Self::I,
    };

    #[inline(always)]
    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        (weight, bias): (&Kernels<I, O, K>, &Row<O>),
        x: &Stored<I, X>,
        z: &mut Stored<P::Output>,
        record: Option<&mut P::Record<A>>,
    ) {
        let u = Convolving::<Self, X> { weight, bias, x };
        P::forward::<A, _>(pace, &u, z, record);
    }

    #[inline(always)]
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        parameters: (impl Learn<Kernels<I, O, K>>, impl Learn<Row<O>>),
        x: Input<'_, Stored<I, X>>,
        plane: Option<&mut Self::Plane>,
        delta: &Stored<P::Output>,
        record: &mut P::Record<A>,
    ) {
        P::turn::<A>(pace, delta, record);
        Self::back::<Before, Below, X>(pace, parameters, x, plane, delta, record);
    }
}

/// Up to this many maps of the input, the gradients of a kernel and of its bias are summed
/// together: another walk over δ would take longer than to sum it again with each map.
const FEW: usize = 4;

/// Runs a block of code at each column that a δ is for. A small block is written out for each
/// column: of a loop with a branch the optimizer would make two, one in the other.
macro_rules! columns {
    ($little:expr, $wide:expr, $alive:expr, |$k:ident| $body:block) => {
        if $little {
            columns!(@ $wide, $alive, $k, $body, 0 1 2 3 4 5 6 7);
        } else {
            for $k in 0..$wide {
                if $wide > 1 && $alive >> $k & 1 == 0 {
                    continue;
                }
                $body
            }
        }
    };
    (@ $wide:expr, $alive:expr, $k:ident, $body:block, $($at:literal)*) => {$(
        if $wide > $at && ($wide == 1 || $alive >> $at & 1 != 0) {
            let $k: usize = $at;
            $body
        }
    )*};
}

/// A convolution of an input, computed tile by tile.
#[doc(hidden)]
#[allow(missing_debug_implementations)]
pub struct Convolving<'a, L: Layer, X: Pixel> {
    /// W
    pub weight: &'a L::Weight,
    /// b
    pub bias: &'a L::Bias,
    /// x
    pub x: &'a Stored<L::Input, X>,
}

impl<I: Shape, O: Shape, K: Shape, A: Activation, P: Reduce, X: Pixel> Tiles
    for Convolving<'_, Convolution<I, O, K, A, P>, X>
{
    const SUMS: usize = match (WIDE, Convolution::<I, O, K, A, P>::UNROLLED && K::DIMENSIONS[1] > 3)
    {
        (true, _) => 64,
        (false, true) => 12,
        (false, false) => 16,
    };
    const TAPS: usize = K::LEN * I::DIMENSIONS[2];

    #[inline(always)]
    fn tile<T: Shape, const B: usize>(&self, r: usize, c: usize, o: usize) -> T::Of<[f32; B]> {
        let ([_, columns, maps], [kr, kc, _]) = (I::DIMENSIONS, K::DIMENSIONS);
        let [rows, wide, _] = T::DIMENSIONS;
        let mut u = T::Of::<[f32; B]>::ZERO;
        let Some(bias) = self.bias.flat()[o..].first_chunk::<B>() else { return u };
        T::cells_mut(&mut u).fill(*bias);
        // One check for the whole patch under the tile; what is read inside it is known to fit.
        let first = (r * columns + c) * maps;
        let span = ((rows + kr - 2) * columns + wide + kc - 1) * maps;
        let Some(patch) = I::cells(self.x).get(first..first + span) else { return u };
        // What a tap needs from its pixel on: the other pixels of the tile are at fixed distances.
        let reach = ((rows - 1) * columns + wide - 1) * maps;
        let taps =
            if Convolution::<I, O, K, A, P>::UNROLLED { kc * maps } else { hidden(kc * maps) };
        // Unrolled, each row would have its own pointers, more than there are registers for.
        let kernel_rows = if Convolution::<I, O, K, A, P>::UNROLLED { kr } else { hidden(kr) };
        for (p, row) in K::cells(self.weight).chunks_exact(kc).take(kernel_rows).enumerate() {
            let row = <I::Channels>::run::<Row<O>>(row).get(..taps);
            let patch = patch.get(p * columns * maps..);
            let (Some(row), Some(x)) = (row, patch.and_then(|patch| patch.get(..taps + reach)))
            else {
                return u;
            };
            for (w, x) in row.iter().zip(x.windows(reach + 1)) {
                if let Some(w) = w.flat()[o..].first_chunk::<B>() {
                    let u = T::cells_mut(&mut u);
                    for tr in 0..rows {
                        for tc in 0..wide {
                            let x = x[(tr * columns + tc) * maps];
                            if SOFT && X::is_zero(x) {
                                continue;
                            }
                            let x = X::value(x);
                            let products = w.map(|w| x * w);
                            for (u, product) in u[tr * wide + tc].iter_mut().zip(products) {
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
    const STRIPS: bool = WIDE && I::DIMENSIONS[2] == 1 && !O::DIMENSIONS[2].is_multiple_of(8);

    #[inline(always)]
    fn strip<T: Shape, const B: usize>(
        &self,
        r: usize,
        c: usize,
        o: usize,
    ) -> [T::Of<[f32; STRIP]>; B] {
        let ([_, columns, _], [kr, kc, _]) = (I::DIMENSIONS, K::DIMENSIONS);
        let mut u = <[T::Of<[f32; STRIP]>; B]>::ZERO;
        let Some(bias) = self.bias.flat()[o..].first_chunk::<B>() else { return u };
        for (u, b) in u.iter_mut().zip(bias) {
            T::cells_mut(u).fill([*b; STRIP]);
        }
        let first = r * columns + c;
        let span = (T::LEN + kr - 2) * columns + STRIP + kc - 1;
        let Some(patch) = I::cells(self.x).get(first..first + span) else { return u };
        // What a tap needs from its pixel on, over all rows of the strip.
        let reach = (T::LEN - 1) * columns + STRIP;
        for (p, row) in K::cells(self.weight).chunks_exact(kc).enumerate() {
            let row = <I::Channels>::run::<Row<O>>(row);
            let Some(x) = patch.get(p * columns..p * columns + reach + kc - 1) else { return u };
            for (w, x) in row.iter().zip(x.windows(reach)) {
                if let Some(w) = w.flat()[o..].first_chunk::<B>() {
                    for tr in 0..T::LEN {
                        for l in 0..STRIP {
                            let x = X::value(x[tr * columns + l]);
                            for b in 0..B {
                                T::cells_mut(&mut u[b])[tr][l] += x * w[b];
                            }
                        }
                    }
                }
            }
        }
        u
    }
}

impl<I: Shape, O: Shape, K: Shape, A: Activation, P: Reduce> Convolution<I, O, K, A, P> {
    /// Whether the optimizer may unroll the loop over the taps of a kernel's row. On a desktop, and
    /// where there is one map: its pixels are then shared between taps. Elsewhere the unrolled loop
    /// loads more than there are registers for, and is hidden from the optimizer.
    const UNROLLED: bool = WIDE || Self::I == 1;

    /// The backward pass, once the record is [turned](Reduce::turn).
    #[inline(always)]
    fn back<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        (mut weight, mut bias): (impl Learn<Kernels<I, O, K>>, impl Learn<Row<O>>),
        mut x: Input<'_, Stored<I, X>>,
        plane: Option<&mut <I::Plane as Shape>::Of<f32>>,
        delta: &Stored<P::Output>,
        record: &P::Record<A>,
    ) {
        if at_once::fits::<I, _, _>(&weight) && (learns(&weight) || Below::SET) && pace.whole() {
            Self::backward_at_once::<Before, Below, X>((weight, bias), x, delta, record);
            return;
        }
        let (row, rows) = ((Self::KR - 1) * Self::C + Self::KC, P::PLACES[0] * P::PLACES[1]);
        let mut plane = plane.map(<I::Plane>::cells_mut);
        // The sums of few taps stay in registers, beside one for the bias; those of very many are
        // in memory anyway.
        let little = K::LEN <= 16 || K::LEN > 25;
        let together = K::LEN <= 16 && Self::I <= FEW && P::wide::<A>() > 1;
        let together = together && learns(&weight) && learns(&bias) && !is_ordered(&weight);
        if learns(&bias) && !together {
            let scale = bias.scale();
            // For a chip the optimizer would write out every place of every map.
            let maps = hidden_on_chips(Self::O);
            for o in pace.range(Self::O, 1).take(maps) {
                if !pace.unit(rows) {
                    break;
                }
                let mut sum = 0.0;
                for r in 0..P::PLACES[0] {
                    for (_, _, d, alive) in P::row::<A>(delta, record, r, o) {
                        if SOFT && is_zero(d) {
                            continue;
                        }
                        columns!(little, P::wide::<A>(), alive, |k| {
                            let _ = k;
                            sum += d;
                        });
                    }
                }
                bias.add(|b| b.flat_mut().get_mut(o..)?.first_chunk_mut(), [scale * sum]);
            }
        }
        if !learns(&weight) && !Below::SET {
            return;
        }
        // With floating-point instructions, one product takes no longer than the test for 0.
        let skips = SOFT || K::LEN > 1 && P::wide::<A>() == 1;
        let of_map =
            if Below::SET { 2 + Self::O } else { 0 } + if learns(&weight) { Self::O } else { 0 };
        for i in pace.range(Self::I, of_map) {
            if let (Some(plane), Some(weight)) = (plane.as_deref_mut(), weight.value()) {
                if pace.unit(<I::Plane>::LEN) {
                    plane.fill(0.0);
                }
                for o in pace.range(Self::O, 1) {
                    if !pace.unit(rows * K::LEN) {
                        break;
                    }
                    let mut kernel = K::Of::<f32>::ZERO;
                    let kernel = kernel.flat_mut();
                    for (w, taps) in kernel.iter_mut().zip(K::cells(weight)) {
                        *w = taps.flat().get(i * Self::O + o).copied().unwrap_or(0.0);
                    }
                    for r in 0..P::PLACES[0] {
                        for (r, c, d, alive) in P::row::<A>(delta, record, r, o) {
                            if skips && is_zero(d) {
                                continue;
                            }
                            columns!(little, P::wide::<A>(), alive, |k| {
                                let first = r * Self::C + c + k;
                                if let Some(dx) = plane.get_mut(first..first + row) {
                                    for p in 0..Self::KR {
                                        for q in 0..Self::KC {
                                            dx[p * Self::C + q] += kernel[p * Self::KC + q] * d;
                                        }
                                    }
                                }
                            });
                        }
                    }
                }
            }
            if learns(&weight) {
                let scale = weight.scale();
                let x = I::pixels(&x);
                for o in pace.range(Self::O, 1) {
                    if !pace.unit(rows * K::LEN) {
                        break;
                    }
                    let mut gradient = K::Of::<f32>::ZERO;
                    let gradient = gradient.flat_mut();
                    let mut sum = 0.0;
                    for r in 0..P::PLACES[0] {
                        for (r, c, d, alive) in P::row::<A>(delta, record, r, o) {
                            if skips && is_zero(d) {
                                continue;
                            }
                            columns!(little, P::wide::<A>(), alive, |k| {
                                if together {
                                    sum += d;
                                }
                                let first = r * Self::C + c + k;
                                if let Some(x) = x.get(first..first + row) {
                                    for p in 0..Self::KR {
                                        for q in 0..Self::KC {
                                            let x = x[p * Self::C + q].flat().get(i);
                                            gradient[p * Self::KC + q] +=
                                                x.map_or(0.0, |x| X::value(*x) * d);
                                        }
                                    }
                                }
                            });
                        }
                    }
                    if together && i == 0 {
                        let sum = bias.scale() * sum;
                        bias.add(|b| b.flat_mut().get_mut(o..)?.first_chunk_mut(), [sum]);
                    }
                    for tap in 0..K::LEN {
                        weight.add(
                            |w| {
                                let maps = K::cells_mut(w).get_mut(tap)?.flat_mut();
                                maps.get_mut(i * Self::O + o..)?.first_chunk_mut()
                            },
                            [scale * gradient[tap]],
                        );
                    }
                }
            }
            if let (Some(plane), Some(x)) = (plane.as_deref(), x.tape())
                && pace.unit(<I::Plane>::LEN)
            {
                for (x, &dx) in I::cells_mut(x).chunks_exact_mut(Self::I).zip(plane) {
                    if let Some(x) = x.get_mut(i) {
                        X::replace(x, Before::delta(dx, X::value(*x)));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::{Identity, Relu};
    use crate::hold::{There, Yes};
    use crate::layer::learn::{Collection, Rule as _};
    use crate::pace::Whole as InOneGo;
    use crate::shape::Maps;

    // Small whole numbers: every sum is exact, in any order.
    #[rustfmt::skip]
    const X: [[[f32; 2]; 4]; 4] = [
        [[1.0, 0.0], [2.0, -1.0], [0.0, 3.0], [1.0, 1.0]],
        [[0.0, 2.0], [1.0,  1.0], [3.0, 0.0], [2.0, 2.0]],
        [[2.0, 1.0], [0.0,  0.0], [1.0, 1.0], [4.0, 0.0]],
        [[1.0, 5.0], [1.0,  2.0], [0.0, 2.0], [3.0, 1.0]],
    ];
    const W: [[[[f32; 3]; 2]; 3]; 2] = [
        [[[1.0, -1.0, 0.0], [2.0, 0.0, 1.0]], [[0.0, 3.0, 1.0], [1.0, 1.0, -2.0]], [[2.0; 3]; 2]],
        [[[-1.0, 0.0, 2.0], [0.0, 1.0, 4.0]], [[1.0; 3]; 2], [[0.0, -3.0, 1.0], [5.0, 0.0, 0.0]]],
    ];
    const B: [f32; 3] = [1.0, -2.0, 0.0];
    const DELTA: [[[f32; 3]; 2]; 3] = [
        [[1.0, 0.0, 2.0], [0.0, 0.0, -1.0]],
        [[-2.0, 1.0, 0.0], [3.0, 1.0, 1.0]],
        [[0.0, 4.0, 0.0], [1.0, -1.0, 2.0]],
    ];

    type Layer1<A> = Convolution<Maps<4, 4, 2>, Maps<3, 2, 3>, Kernel<2, 3>, A>;

    fn x(i: usize, r: usize, c: usize) -> f32 {
        X[r][c][i]
    }
    fn w(i: usize, j: usize, p: usize, q: usize) -> f32 {
        W[p][q][i][j]
    }
    fn delta(j: usize, r: usize, c: usize) -> f32 {
        DELTA[r][c][j]
    }

    #[test]
    fn forward_is_the_reference() {
        let mut z = [[[0.0; 3]; 2]; 3];
        Layer1::<Relu>::forward::<Identity, f32>(&mut InOneGo, (&W, &B), &X, &mut z, None);
        for (r, c, j) in (0..18).map(|k| (k / 6, k / 3 % 2, k % 3)) {
            let u = reference::u(x, w, |j| B[j], [2, 3, 2], (j, r, c));
            assert_eq!(z[r][c][j], Relu::value(u), "row {r}, column {c}, map {j}");
        }
        assert_eq!(
            z[0][0][0],
            1.0 + (1.0 + 0.0 + 0.0 - 1.0 + 0.0 + 6.0) + (0.0 + 0.0 + 1.0 + 1.0 + 0.0 + 0.0)
        );
    }

    #[test]
    fn backward_is_the_reference() {
        let (mut dw, mut db, mut dx) = (There::ZERO, There::ZERO, X);
        let (mut plane, mut pace) = ([[0.0; 4]; 4], InOneGo);
        let weight = Collection.site::<[[[[f32; 3]; 2]; 3]; 2], _, _, Yes>((&W, &mut dw));
        let bias = Collection.site::<[f32; 3], _, _, Yes>((&B, &mut db));
        Layer1::<Relu>::backward::<Identity, Yes, f32>(
            &mut pace,
            (weight, bias),
            Input::Tape(&mut dx),
            Some(&mut plane),
            &DELTA,
            &mut (),
        );
        for (m, n, i) in (0..32).map(|k| (k / 8, k / 2 % 4, k % 2)) {
            let expected = reference::dx(w, delta, ([3, 2, 3], [2, 3]), (i, m, n));
            assert_eq!(dx[m][n][i], expected, "x, row {m}, column {n}, map {i}");
        }
        for (p, q, i, j) in (0..36).map(|k| (k / 18, k / 6 % 3, k / 3 % 2, k % 3)) {
            let expected = reference::dw(x, delta, [3, 2], (i, j, p, q));
            assert_eq!(dw.0[p][q][i][j], expected, "W, row {p}, column {q}, {i} to {j}");
        }
        for (j, &found) in db.0.iter().enumerate() {
            assert_eq!(found, reference::dw(|_, _, _| 1.0, delta, [3, 2], (0, j, 0, 0)), "b {j}");
        }
    }
}
