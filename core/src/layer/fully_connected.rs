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

use core::marker::PhantomData;

use super::{Description, Layer, Learn, Learnt};
use crate::activation::Activation;
use crate::choice::{Choice, Flag};
use crate::shape::{Shape, Units};
use crate::topology::Kind;

/// A fully-connected layer from shape `I` to shape `O` with activation `A`.
#[derive(Debug)]
pub struct FullyConnected<I, O, A>(PhantomData<(I, O, A)>);

impl<I: Shape, const O: usize, A: Activation> Layer for FullyConnected<I, Units<O>, A> {
    type Input = I;
    type Output = Units<O>;
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
}

impl<I: Shape, const O: usize, A: Activation> Learnt for FullyConnected<I, Units<O>, A> {
    type Weight = I::Of<[f32; O]>;
    type Bias = [f32; O];
    type Hold<C: Choice> = C::FullyConnected;
    const HE: bool = A::HE;
    const FANS: (usize, usize) = (I::LEN, O);
}

/// How many units are summed side by side. The order of each sum does not depend on it.
const BLOCK: usize =
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) { 32 } else { 16 };

/// u = Wᵀ x + b. `Before` is the activation that made x.
#[inline(always)]
pub fn forward<I: Shape, const O: usize, Before: Activation>(
    weight: &I::Of<[f32; O]>,
    bias: &[f32; O],
    x: &I::Of<f32>,
    u: &mut [f32; O],
) {
    let (x, weight) = (I::cells(x), I::cells(weight));
    *u = *bias;
    let mut first = 0;
    first = blocks::<O, BLOCK, Before>(weight, x, u, first);
    first = blocks::<O, 8, Before>(weight, x, u, first);
    first = blocks::<O, 4, Before>(weight, x, u, first);
    first = blocks::<O, 2, Before>(weight, x, u, first);
    blocks::<O, 1, Before>(weight, x, u, first);
}

/// As many blocks of `B` units as there are from `first` on; the unit behind them.
#[inline(always)]
fn blocks<const O: usize, const B: usize, Before: Activation>(
    weight: &[[f32; O]],
    x: &[f32],
    u: &mut [f32; O],
    mut first: usize,
) -> usize {
    while first + B <= O {
        if let Some(units) = u[first..].first_chunk_mut::<B>() {
            let mut sums = *units;
            for (&x, row) in x.iter().zip(weight) {
                if Before::DEAD_AT_ZERO && x == 0.0 {
                    continue;
                }
                if let Some(row) = row[first..].first_chunk::<B>() {
                    for (sum, &w) in sums.iter_mut().zip(row) {
                        *sum += x * w;
                    }
                }
            }
            *units = sums;
        }
        first += B;
    }
    first
}

/// The way back: hands each gradient over, and where `Below` asks for it overwrites x by dx times
/// the slope of the activation `Before`.
#[inline(always)]
pub fn backward<
    I: Shape,
    const O: usize,
    Before: Activation,
    Below: Flag,
    W: Learn<I::Of<[f32; O]>>,
    B: Learn<[f32; O]>,
>(
    mut weight: W,
    mut bias: B,
    mut x: Below::Ref<'_, I::Of<f32>>,
    delta: &[f32; O],
) {
    if B::LEARNS {
        let scale = bias.scale();
        for (j, &d) in delta.iter().enumerate() {
            bias.add(|b| b.get_mut(j), scale * d);
        }
    }
    if !W::LEARNS && !Below::SET {
        return;
    }
    let scale = weight.scale();
    for i in 0..I::LEN {
        let x_i = I::cells(&x)[i];
        if Before::DEAD_AT_ZERO && x_i == 0.0 {
            continue;
        }
        let step = scale * x_i;
        let mut lanes = [0.0; 4];
        for j in 0..O {
            if let (true, Some(w)) = (Below::SET, weight.value()) {
                lanes[j % 4] += I::cells(w)[i][j] * delta[j];
            }
            if W::LEARNS {
                weight.add(|w| I::cells_mut(w).get_mut(i).map(|row| &mut row[j]), step * delta[j]);
            }
        }
        if let Some(x) = Below::change(&mut x) {
            let dx = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
            I::cells_mut(x)[i] = dx * Before::slope(x_i);
        }
    }
}
