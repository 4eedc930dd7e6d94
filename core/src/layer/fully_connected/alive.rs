//! On a desktop: the inputs that are not 0, as a list.
//!
//! The sums are those of the [plain passes](super), each in the same order. A processor cannot
//! predict which ReLU is dead, and its wrong guesses cost more than the list.

use super::BLOCK;
use crate::activation::Activation;
use crate::pixel::Pixel;

/// How many inputs are listed at a time.
pub(super) const CHUNK: usize = 64;

/// The inputs of a chunk that are not 0. A list of them costs less than a branch at each, which a
/// processor cannot predict.
pub(super) struct Alive {
    inputs: [u8; CHUNK],
    count: usize,
}

impl Alive {
    #[inline(always)]
    pub(super) fn among<X: Pixel>(chunk: &[X::Stored]) -> Self {
        let mut alive = Self { inputs: [0; CHUNK], count: 0 };
        for (i, &x) in chunk.iter().enumerate() {
            if let Some(input) = alive.inputs.get_mut(alive.count) {
                *input = i as u8;
            }
            alive.count += usize::from(!X::is_zero(x));
        }
        alive
    }

    #[inline(always)]
    pub(super) fn inputs(&self) -> &[u8] {
        self.inputs.get(..self.count).unwrap_or_default()
    }
}

/// As [`super::forward`], over the inputs that are not 0.
#[inline(always)]
pub(super) fn forward<const O: usize, A: Activation, X: Pixel>(
    weight: &[[f32; O]],
    bias: &[f32; O],
    x: &[X::Stored],
    z: &mut [f32; O],
) {
    *z = *bias;
    for (x, weight) in x.chunks(CHUNK).zip(weight.chunks(CHUNK)) {
        let alive = Alive::among::<X>(x);
        let mut first = 0;
        first = add::<O, BLOCK, X>(weight, x, alive.inputs(), z, first);
        first = add::<O, 16, X>(weight, x, alive.inputs(), z, first);
        first = add::<O, 8, X>(weight, x, alive.inputs(), z, first);
        first = add::<O, 4, X>(weight, x, alive.inputs(), z, first);
        first = add::<O, 2, X>(weight, x, alive.inputs(), z, first);
        add::<O, 1, X>(weight, x, alive.inputs(), z, first);
    }
    for z in z {
        *z = A::value(*z);
    }
}

/// Adds the products of some inputs to as many blocks of `B` sums as fit from `first` on; returns
/// the sum after them.
#[inline(always)]
fn add<const O: usize, const B: usize, X: Pixel>(
    weight: &[[f32; O]],
    x: &[X::Stored],
    inputs: &[u8],
    z: &mut [f32; O],
    mut first: usize,
) -> usize {
    while first + B <= O {
        if let Some(z) = z[first..].first_chunk_mut::<B>() {
            let mut sums = *z;
            for &i in inputs {
                let i = usize::from(i);
                if let (Some(&x), Some(row)) = (x.get(i), weight.get(i))
                    && let Some(row) = row[first..].first_chunk::<B>()
                {
                    let x = X::value(x);
                    for (sum, &w) in sums.iter_mut().zip(row) {
                        *sum += x * w;
                    }
                }
            }
            *z = sums;
        }
        first += B;
    }
    first
}
