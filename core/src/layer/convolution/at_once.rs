//! The way back on a desktop: all maps of the input at once.
//!
//! The sums are those of the [way back map by map](super::backward), each in the same order; they
//! only take turns otherwise. Behind one place of δ lies a patch of the input, and a row of it is
//! one run of taps × maps: a run of independent sums, which vectors take side by side. That costs a
//! copy of the input's size and a list of places on the stack, which a chip does not have to spare.

use super::Kernels;
use crate::activation::Activation;
use crate::choice::Flag;
use crate::layer::{Learn, reduce::Reduce};
use crate::math::{WIDE, is_zero};
use crate::pixel::Pixel;
use crate::shape::Shape;

/// Numbers that may lie on the stack.
const MOST: usize = 1 << 14;

/// Whether the way back through a convolution of such maps goes this way. Where the order of all
/// gradients is part of the result, it does not.
pub(super) const fn fits<const R: usize, const C: usize, const I: usize, W: Learn<T>, T>() -> bool {
    WIDE && !W::ORDERED && R * C * (I + 2) <= MOST
}

/// A place where δ is not 0.
#[derive(Clone, Copy)]
struct Place {
    /// The first pixel of the patch behind it.
    pixel: u32,
    delta: f32,
}

/// The way back, as [`super::backward`].
#[inline(always)]
pub(super) fn backward<
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
    mut weight: W,
    mut bias: B,
    mut x: Below::Ref<'_, [[[X::Stored; I]; C]; R]>,
    delta: &<P::Output as Shape>::Of<f32>,
    record: &P::Record,
) {
    let mut room = [[Place { pixel: 0, delta: 0.0 }; C]; R];
    let mut dx = [[[0.0; I]; C]; R];
    for o in 0..O {
        let room = room.as_flattened_mut();
        let mut count = 0;
        for r in 0..P::PLACES[0] {
            for c in 0..P::PLACES[1] {
                if let Some((r, c, delta)) = P::place(delta, record, r, c, o)
                    && let Some(place) = room.get_mut(count)
                {
                    *place = Place { pixel: (r * C + c) as u32, delta };
                    // No branch: nobody can foresee which δ is 0.
                    count += usize::from(!is_zero(delta));
                }
            }
        }
        let places = room.get(..count).unwrap_or_default();

        if B::LEARNS {
            let sum = places.iter().fold(0.0, |sum, place| sum + place.delta);
            let scale = bias.scale();
            bias.add(|b| b.get_mut(o..)?.first_chunk_mut(), [scale * sum]);
        }
        if let (true, Some(weight)) = (Below::SET, weight.value()) {
            let mut kernel = [[[0.0; I]; KC]; KR];
            for (kernel, row) in kernel.iter_mut().zip(weight) {
                for (kernel, maps) in kernel.as_flattened_mut().iter_mut().zip(row.as_flattened()) {
                    *kernel = maps[o];
                }
            }
            spread(&kernel, places, &mut dx);
        }
        if W::LEARNS && KC * I > 4 {
            collect::<R, C, I, O, KR, KC, 8, X>(&mut weight, o, &x, places);
        } else if W::LEARNS {
            collect::<R, C, I, O, KR, KC, 4, X>(&mut weight, o, &x, places);
        }
    }
    if let Some(x) = Below::change(&mut x) {
        let x = x.as_flattened_mut().as_flattened_mut();
        for (x, &dx) in x.iter_mut().zip(dx.as_flattened().as_flattened()) {
            X::replace(x, Before::delta(dx, X::value(*x)));
        }
    }
}

/// What one map's δ adds to dx: its kernel at each place.
#[inline(always)]
fn spread<const R: usize, const C: usize, const I: usize, const KR: usize, const KC: usize>(
    kernel: &[[[f32; I]; KC]; KR],
    places: &[Place],
    dx: &mut [[[f32; I]; C]; R],
) {
    let dx = dx.as_flattened_mut();
    for &Place { pixel, delta } in places {
        let pixel = pixel as usize;
        if let Some(dx) = dx.get_mut(pixel..pixel + (KR - 1) * C + KC) {
            let dx = dx.as_flattened_mut();
            for p in 0..KR {
                for (l, w) in kernel[p].as_flattened().iter().enumerate() {
                    dx[p * C * I + l] += w * delta;
                }
            }
        }
    }
}

/// Hands over the gradient of map `o`'s kernel, some taps of each row at once.
#[inline(always)]
fn collect<
    const R: usize,
    const C: usize,
    const I: usize,
    const O: usize,
    const KR: usize,
    const KC: usize,
    const LANES: usize,
    X: Pixel,
>(
    weight: &mut impl Learn<Kernels<I, O, KR, KC>>,
    o: usize,
    x: &[[[X::Stored; I]; C]; R],
    places: &[Place],
) {
    let scale = weight.scale();
    for first in (0..KC * I).step_by(LANES) {
        let gradient = sums::<R, C, I, KR, LANES, X>(x, places, first);
        for p in 0..KR {
            for (tap, gradient) in (first..KC * I).zip(gradient[p]) {
                weight.add(
                    |w| w[p].as_flattened_mut().get_mut(tap)?.get_mut(o..)?.first_chunk_mut(),
                    [scale * gradient],
                );
            }
        }
    }
}

/// Of each row of a map's kernel, the gradients from tap `first` on. What is behind the row's last
/// is summed, too, and forgotten.
#[inline(always)]
fn sums<
    const R: usize,
    const C: usize,
    const I: usize,
    const KR: usize,
    const LANES: usize,
    X: Pixel,
>(
    x: &[[[X::Stored; I]; C]; R],
    places: &[Place],
    first: usize,
) -> [[f32; LANES]; KR] {
    let x = x.as_flattened().as_flattened();
    let mut sums = [[0.0; LANES]; KR];
    for &Place { pixel, delta } in places {
        let first = pixel as usize * I + first;
        if let Some(x) = x.get(first..first + (KR - 1) * C * I + LANES) {
            for p in 0..KR {
                for l in 0..LANES {
                    sums[p][l] += X::value(x[p * C * I + l]) * delta;
                }
            }
        } else {
            // The end of the map is near: only what is there is read.
            for p in 0..KR {
                for l in 0..LANES {
                    let x = x.get(first + p * C * I + l);
                    sums[p][l] += x.map_or(0.0, |x| X::value(*x) * delta);
                }
            }
        }
    }
    sums
}
