//! f: every unit sees every input.
//!
//! | pass | formula |
//! |---|---|
//! | forward | u_j = b_j + Σ_i x_i w_ij, summed in the order of i; z = f(u) |
//! | delta | dx_i = Σ_j w_ij δ_j, in four lanes: lane j mod 4, then (0 + 2) + (1 + 3) |
//! | gradient | ∂J/∂w_ij = x_i δ_j, ∂J/∂b_j = δ_j |
//!
//! An input of exactly 0 that comes out of a ReLU is skipped: it adds nothing forward, its weights
//! have no gradient, and its slope stops δ.

mod alive;

use core::marker::PhantomData;

use super::learn::{is_ordered, learns};
use super::{Description, Input, Layer, Learn, Stored};
use crate::activation::Activation;
use crate::choice::Choice;
use crate::compiler::{hidden_on_chips, hidden_on_desktops};
use crate::hold::Flag;
use crate::math::{SOFT, WIDE};
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Shape, Units};
use crate::topology::Kind;

/// A fully-connected layer from shape `I` to shape `O` with activation `A`.
#[derive(Debug)]
pub struct FullyConnected<I, O, A>(PhantomData<(I, O, A)>);

/// How many units are summed side by side. The order of each sum does not depend on it.
const BLOCK: usize = if WIDE { 32 } else { 16 };

/// In how many lanes dx is summed: this is part of its definition.
const LANES: usize = 4;

/// How many weights of an input's row the backward pass takes at once. The number of such spans is
/// hidden from the optimizer of a chip, which would unroll them all and keep more numbers live than
/// there are registers.
const SPAN: usize = 8;

/// How many successive inputs, all alive, the backward pass takes at once on a chip: each δ is
/// loaded once for all of them. Their lanes, their rates and a δ for each lane stay in registers;
/// with one more input they would not.
const RUN: usize = 3;

/// Up to this many δs stay in registers from input to input.
const FEW: usize = 12;

/// The formulas as they stand in the note, a number at a time: the passes below are tested against
/// them.
#[cfg(any(test, doc))]
pub mod reference {
    /// u_j = b_j + Σ_i x_i w_ij, over all `inputs`.
    pub fn u(
        x: impl Fn(usize) -> f32,
        w: impl Fn(usize, usize) -> f32,
        b: impl Fn(usize) -> f32,
        inputs: usize,
        j: usize,
    ) -> f32 {
        let mut u = b(j);
        for i in 0..inputs {
            u += x(i) * w(i, j);
        }
        u
    }

    /// dx_i = Σ_j w_ij δ_j, over all `units`.
    pub fn dx(
        w: impl Fn(usize, usize) -> f32,
        delta: impl Fn(usize) -> f32,
        units: usize,
        i: usize,
    ) -> f32 {
        let mut dx = 0.0;
        for j in 0..units {
            dx += w(i, j) * delta(j);
        }
        dx
    }

    /// ∂J/∂w_ij = x_i δ_j, and with x = 1 ∂J/∂b_j.
    pub fn dw(x: f32, delta: f32) -> f32 {
        x * delta
    }
}

impl<I: Shape, const O: usize, A: Activation> Layer for FullyConnected<I, Units<O>, A> {
    type Input = I;
    type Output = Units<O>;
    type Weight = I::Of<[f32; O]>;
    type Bias = [f32; O];
    type Hold<C: Choice> = C::FullyConnected;
    type Rest<C: Choice> = C::Rest;
    type Record = ();
    type Plane = ();
    type Slope = A;
    const HE: bool = A::HE;
    const FANS: (usize, usize) = (I::LEN, O);
    const DESCRIPTION: Description = Description {
        kind: Kind::FullyConnected,
        input: I::DIMENSIONS,
        output: [1, 1, O],
        window: [1, 1],
        function: A::NAME,
        weights: I::LEN * O,
        biases: O,
        macs: I::LEN * O,
    };

    #[inline(always)]
    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        (weight, bias): (&Self::Weight, &[f32; O]),
        x: &Stored<I, X>,
        z: &mut [f32; O],
        _: Option<&mut ()>,
    ) {
        let (x, weight) = (I::cells(x), I::cells(weight));
        if WIDE && Before::DEAD_AT_ZERO && pace.whole() {
            return alive::forward::<O, A, X>(weight, bias, x, z);
        }
        let mut first = 0;
        first = blocks::<O, BLOCK, A, Before, X>(pace, weight, bias, x, z, first);
        first = blocks::<O, 8, A, Before, X>(pace, weight, bias, x, z, first);
        first = blocks::<O, 4, A, Before, X>(pace, weight, bias, x, z, first);
        first = blocks::<O, 2, A, Before, X>(pace, weight, bias, x, z, first);
        blocks::<O, 1, A, Before, X>(pace, weight, bias, x, z, first);
    }

    #[inline(always)]
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        (mut weight, mut bias): (impl Learn<Self::Weight>, impl Learn<[f32; O]>),
        mut x: Input<'_, Stored<I, X>>,
        _: Option<&mut ()>,
        delta: &[f32; O],
        (): &mut (),
    ) {
        if learns(&bias) && pace.unit(O) {
            let scale = bias.scale();
            for (j, &d) in delta.iter().enumerate() {
                bias.add(|b| b.get_mut(j..)?.first_chunk_mut(), [scale * d]);
            }
        }
        if !learns(&weight) && !Below::SET {
            return;
        }
        if WIDE && Before::DEAD_AT_ZERO && pace.whole() {
            for first in (0..I::LEN).step_by(alive::CHUNK) {
                let chunk = first..(first + alive::CHUNK).min(I::LEN);
                let alive = alive::Alive::among::<X>(I::cells(&x).get(chunk).unwrap_or_default());
                for &i in alive.inputs() {
                    let i = first + usize::from(i);
                    backward_input::<I, O, Before, Below, X>(i, &mut weight, &mut x, delta);
                }
            }
            return;
        }
        if !WIDE && !SOFT && pace.whole() && !is_ordered(&weight) {
            return back_in_runs::<I, O, Before, Below, X>(&mut weight, &mut x, delta);
        }
        for i in pace.range(I::LEN, 1) {
            if !pace.unit(2 * O) {
                break;
            }
            if Before::DEAD_AT_ZERO && X::is_zero(I::cells(&x)[i]) {
                continue;
            }
            backward_input::<I, O, Before, Below, X>(
                i,
                &mut weight,
                &mut x,
                hidden_on_chips(delta),
            );
        }
    }
}

/// Computes as many blocks of `B` units as fit from `first` on; returns the unit after them.
#[inline(always)]
fn blocks<const O: usize, const B: usize, A: Activation, Before: Activation, X: Pixel>(
    pace: &mut impl Pace,
    weight: &[[f32; O]],
    bias: &[f32; O],
    x: &[X::Stored],
    z: &mut [f32; O],
    first: usize,
) -> usize {
    let n = (O - first) / B;
    for k in pace.range(n, 1) {
        if !pace.unit(B * weight.len()) {
            break;
        }
        let first = first + B * k;
        let bias = bias[first..].first_chunk::<B>();
        if let (Some(z), Some(bias)) = (z[first..].first_chunk_mut::<B>(), bias) {
            let mut sums = *bias;
            for (&x, row) in x.iter().zip(weight) {
                if Before::DEAD_AT_ZERO && X::is_zero(x) {
                    continue;
                }
                let x = X::value(x);
                if let Some(row) = row[first..].first_chunk::<B>() {
                    for (sum, &w) in sums.iter_mut().zip(row) {
                        *sum += x * w;
                    }
                }
            }
            *z = sums.map(A::value);
        }
    }
    first + B * n
}

/// The backward pass through all inputs that are alive, [some of them](RUN) at once.
#[inline(always)]
fn back_in_runs<I: Shape, const O: usize, Before: Activation, Below: Flag, X: Pixel>(
    weight: &mut impl Learn<I::Of<[f32; O]>>,
    x: &mut Input<'_, Stored<I, X>>,
    delta: &[f32; O],
) {
    let alive = |x: &X::Stored| !(Before::DEAD_AT_ZERO && X::is_zero(*x));
    let few;
    let delta = if O <= FEW {
        few = *delta;
        &few
    } else {
        hidden_on_chips(delta)
    };
    let mut i = 0;
    while i < I::LEN {
        let run = I::cells(x).get(i..).and_then(|x| x.first_chunk::<RUN>());
        if O > FEW && run.is_some_and(|x| x.iter().all(alive)) {
            backward_run::<I, O, Before, Below, X>(i, weight, x, delta);
            i += RUN;
        } else {
            if alive(&I::cells(x)[i]) {
                backward_input::<I, O, Before, Below, X>(i, weight, x, delta);
            }
            i += 1;
        }
    }
}

/// The backward pass through the inputs from `first` on, to the same bits as through
/// [one](backward_input) after the other.
#[inline(always)]
fn backward_run<I: Shape, const O: usize, Before: Activation, Below: Flag, X: Pixel>(
    first: usize,
    weight: &mut impl Learn<I::Of<[f32; O]>>,
    x: &mut Input<'_, Stored<I, X>>,
    delta: &[f32; O],
) {
    let Some(x_i) = I::cells(x).get(first..).and_then(|x| x.first_chunk::<RUN>()) else { return };
    let x_i = x_i.map(X::value);
    let step = x_i.map(|x_i| weight.scale() * x_i);
    let mut lanes = [[0.0; LANES]; RUN];
    let (blocks, rest) = delta.as_chunks::<LANES>();
    for (b, &delta) in blocks.iter().enumerate() {
        // First all sums, then all weights: what is changed last needs no copy.
        if let (true, Some(w)) = (Below::SET, weight.value())
            && let Some(w) = I::cells(w).get(first..).and_then(|w| w.first_chunk::<RUN>())
        {
            for (lanes, w) in lanes.iter_mut().zip(w) {
                if let Some(w) = w.as_chunks::<LANES>().0.get(b) {
                    for j in 0..LANES {
                        lanes[j] += w[j] * delta[j];
                    }
                }
            }
        }
        if learns(weight) {
            for n in 0..RUN {
                weight.add(
                    |w| {
                        let w = I::cells_mut(w).get_mut(first..)?.first_chunk_mut::<RUN>()?;
                        w[n].as_chunks_mut::<LANES>().0.get_mut(b)
                    },
                    delta.map(|d| step[n] * d),
                );
            }
        }
    }
    for (j, &d) in rest.iter().enumerate() {
        let at = O / LANES * LANES + j;
        for n in 0..RUN {
            if let (true, Some(w)) = (Below::SET, weight.value()) {
                let w = I::cells(w).get(first + n).and_then(|w| w.get(at));
                lanes[n][j] += w.map_or(0.0, |w| w * d);
            }
            if learns(weight) {
                weight.add(
                    |w| I::cells_mut(w).get_mut(first + n)?.get_mut(at..)?.first_chunk_mut(),
                    [step[n] * d],
                );
            }
        }
    }
    if let Some(x) = x.tape()
        && let Some(x) = I::cells_mut(x).get_mut(first..).and_then(|x| x.first_chunk_mut::<RUN>())
    {
        for n in 0..RUN {
            let lanes = lanes[n];
            let dx = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
            X::replace(&mut x[n], Before::delta(dx, x_i[n]));
        }
    }
}

/// The backward pass through one input.
#[inline(always)]
fn backward_input<I: Shape, const O: usize, Before: Activation, Below: Flag, X: Pixel>(
    i: usize,
    weight: &mut impl Learn<I::Of<[f32; O]>>,
    x: &mut Input<'_, Stored<I, X>>,
    delta: &[f32; O],
) {
    let x_i = X::value(I::cells(x)[i]);
    let step = weight.scale() * x_i;
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = delta.as_chunks::<SPAN>();
    for (b, delta) in blocks.iter().enumerate() {
        if let (true, Some(w)) = (Below::SET, weight.value())
            && let Some(w) = I::cells(w)[i].as_chunks::<SPAN>().0.get(b)
        {
            for j in 0..SPAN {
                lanes[j % LANES] += w[j] * delta[j];
            }
        }
        if learns(weight) {
            weight.add(
                |w| I::cells_mut(w).get_mut(i)?.as_chunks_mut::<SPAN>().0.get_mut(b),
                delta.map(|d| step * d),
            );
        }
    }
    for (j, &d) in rest.iter().enumerate() {
        let at = O / SPAN * SPAN + j;
        if let (true, Some(w)) = (Below::SET, weight.value()) {
            lanes[j % LANES] += I::cells(w)[i][at] * d;
        }
        if learns(weight) {
            weight
                .add(|w| I::cells_mut(w).get_mut(i)?.get_mut(at..)?.first_chunk_mut(), [step * d]);
        }
    }
    if let Some(x) = x.tape() {
        // On a desktop, four lanes that are stored side by side are summed as one vector; the
        // optimizer would rather keep two halves, which it can add in the end.
        let lanes = hidden_on_desktops(lanes);
        let dx = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
        X::replace(&mut I::cells_mut(x)[i], Before::delta(dx, x_i));
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::activation::{Identity, Relu, Tanh};
    use crate::hold::{There, Yes};
    use crate::layer::learn::{Collection, Descent, Rule as _};
    use crate::pace::Whole;
    use crate::shape::Zero as _;

    // Small whole numbers: every sum is exact, in any order. Five units are a block of four and
    // one.
    const X: [f32; 4] = [1.0, 0.0, -2.0, 3.0];
    const W: [[f32; 5]; 4] = [
        [1.0, 2.0, 0.0, -1.0, 4.0],
        [0.0, 3.0, 1.0, 1.0, -2.0],
        [2.0, 0.0, -3.0, 1.0, 0.0],
        [1.0, -1.0, 2.0, 0.0, 5.0],
    ];
    const B: [f32; 5] = [1.0, 0.0, -1.0, 2.0, 3.0];
    const DELTA: [f32; 5] = [2.0, -1.0, 0.0, 1.0, 3.0];

    type Layer1<A> = FullyConnected<Units<4>, Units<5>, A>;

    #[test]
    fn forward_is_the_reference() {
        let mut z = [0.0; 5];
        Layer1::<Tanh>::forward::<Identity, f32>(&mut Whole, (&W, &B), &X, &mut z, None);
        for (j, z) in z.into_iter().enumerate() {
            let u = reference::u(|i| X[i], |i, j| W[i][j], |j| B[j], 4, j);
            assert_eq!(z, Tanh::value(u), "unit {j}");
        }
    }

    #[test]
    fn backward_is_the_reference() {
        let (mut dw, mut db, mut dx) = (There::ZERO, There::ZERO, X);
        let weight = Collection.site::<[[f32; 5]; 4], _, _, Yes>((&W, &mut dw));
        let bias = Collection.site::<[f32; 5], _, _, Yes>((&B, &mut db));
        let input = Input::Tape(&mut dx);
        let parameters = (weight, bias);
        Layer1::<Tanh>::backward::<Identity, Yes, f32>(
            &mut Whole,
            parameters,
            input,
            None,
            &DELTA,
            &mut (),
        );
        for (i, row) in dw.0.iter().enumerate() {
            assert_eq!(dx[i], reference::dx(|i, j| W[i][j], |j| DELTA[j], 5, i), "input {i}");
            for (j, &found) in row.iter().enumerate() {
                assert_eq!(found, reference::dw(X[i], DELTA[j]), "w {i} {j}");
            }
        }
        assert_eq!(db.0, DELTA.map(|d| reference::dw(1.0, d)));
    }

    /// The backward pass of `I` inputs, of which those with a bit in `dead` are 0, in runs and one
    /// by one: the bits of x and of the weights after it.
    fn ways<const I: usize, const O: usize>(dead: u32) -> [(Vec<u32>, Vec<u32>); 2] {
        let mut rng = crate::rng::Rng::new(u64::from(dead) << 16 | (100 * I + O) as u64);
        let mut draw = || 2.0 * rng.uniform() - 1.0;
        let x: [f32; I] = core::array::from_fn(|i| {
            let x = draw().abs() + 0.1;
            if dead >> i & 1 == 1 { 0.0 } else { x }
        });
        let weight: [[f32; O]; I] = core::array::from_fn(|_| core::array::from_fn(|_| draw()));
        let delta: [f32; O] = core::array::from_fn(|_| draw());
        let descent = Descent { rate: 0.3, of_biases: 0.3 };
        [true, false].map(|runs| {
            let (mut x, mut weight) = (x, weight);
            let mut site = descent.site::<[[f32; O]; I], _, (), Yes>(&mut weight);
            let mut input = Input::Tape(&mut x);
            if runs {
                back_in_runs::<Units<I>, O, Relu, Yes, f32>(&mut site, &mut input, &delta);
            } else {
                for i in (0..I).filter(|i| dead >> i & 1 == 0) {
                    backward_input::<Units<I>, O, Relu, Yes, f32>(i, &mut site, &mut input, &delta);
                }
            }
            let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect();
            (bits(&x), bits(weight.as_flattened()))
        })
    }

    /// A chip takes inputs in runs, this machine does not: here the two are compared, for each
    /// number of units around a block and around what stays in registers, and for each pattern of
    /// dead inputs.
    #[test]
    fn runs_are_one_input_after_the_other() {
        fn all<const I: usize>() {
            for dead in 0..1 << I {
                for ways in [
                    ways::<I, 1>(dead),
                    ways::<I, 4>(dead),
                    ways::<I, 12>(dead),
                    ways::<I, 13>(dead),
                    ways::<I, 16>(dead),
                    ways::<I, 19>(dead),
                    ways::<I, 32>(dead),
                ] {
                    assert_eq!(ways[0], ways[1], "{I} inputs, dead {dead:b}");
                }
            }
        }
        all::<1>();
        all::<2>();
        all::<3>();
        all::<4>();
        all::<7>();
    }
}
