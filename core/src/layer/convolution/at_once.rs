//! The backward pass on a desktop: all maps of the input at once.
//!
//! The sums are those of the [backward pass map by map](Convolution::back), each in the same order;
//! they are only interleaved in another way. Under one place of δ lies a patch of the input, and a
//! row of it is one run of taps × maps: a run of independent sums, which vectors take side by side.
//! That costs a copy of the input's size and a list of places on the stack, which a chip cannot
//! spare.

use super::{Convolution, Kernels, Row};
use crate::activation::Activation;
use crate::hold::Flag;
use crate::layer::Input;
use crate::layer::Stored;
use crate::layer::learn::{Learn, learns};
use crate::layer::reduce::Reduce;
use crate::math::{WIDE, is_zero};
use crate::pixel::Pixel;
use crate::shape::{Shape, Tensor, Zero, number};

/// How many numbers may lie on the stack.
const MOST: usize = 1 << 14;

/// Whether the backward pass through a convolution of maps `I` is done this way. It is not where
/// the result depends on the order of all gradients.
pub(super) const fn fits<I: Shape, T, W: Learn<T>>(_: &W) -> bool {
    WIDE && !W::ORDERED && <I::Plane>::LEN * (I::DIMENSIONS[2] + 2) <= MOST
}

/// A place where δ is not 0.
#[derive(Clone, Copy)]
struct Place {
    /// The first pixel of the patch under it.
    pixel: u32,
    delta: f32,
}

impl Zero for Place {
    const ZERO: Self = Self { pixel: 0, delta: 0.0 };
}

number!(Place);

impl<I: Shape, O: Shape, K: Shape, A: Activation, P: Reduce> Convolution<I, O, K, A, P> {
    /// The backward pass, as [`Convolution::back`].
    #[inline(always)]
    pub(super) fn backward_at_once<Before: Activation, Below: Flag, X: Pixel>(
        (mut weight, mut bias): (impl Learn<Kernels<I, O, K>>, impl Learn<Row<O>>),
        mut x: Input<'_, Stored<I, X>>,
        delta: &Stored<P::Output>,
        record: &P::Record<A>,
    ) {
        let mut room = <I::Plane as Shape>::Of::<Place>::ZERO;
        let mut dx = I::Of::<f32>::ZERO;
        for o in 0..Self::O {
            let room = room.flat_mut();
            let mut count = 0;
            for r in 0..P::PLACES[0] {
                for (r, c, delta, alive) in P::row::<A>(delta, record, r, o) {
                    for k in 0..P::wide::<A>() {
                        if let Some(place) = room.get_mut(count) {
                            *place = Place { pixel: (r * Self::C + c + k) as u32, delta };
                            // No branch: a processor cannot predict which δ is 0.
                            count += (alive >> k & 1) as usize & usize::from(!is_zero(delta));
                        }
                    }
                }
            }
            let places = room.get(..count).unwrap_or_default();

            if learns(&bias) {
                let sum = places.iter().fold(0.0, |sum, place| sum + place.delta);
                let scale = bias.scale();
                bias.add(|b| b.flat_mut().get_mut(o..)?.first_chunk_mut(), [scale * sum]);
            }
            if let (true, Some(weight)) = (Below::SET, weight.value()) {
                let mut kernel = K::Of::<<I::Channels as Shape>::Of<f32>>::ZERO;
                let taps = <I::Channels>::run::<Row<O>>(K::cells(weight));
                for (kernel, maps) in kernel.flat_mut().iter_mut().zip(taps) {
                    *kernel = maps.flat()[o];
                }
                Self::spread(kernel.flat(), places, dx.flat_mut());
            }
            if learns(&weight) && Self::KC * Self::I > 4 {
                Self::collect::<8, X>(&mut weight, o, I::cells(&x), places);
            } else if learns(&weight) {
                Self::collect::<4, X>(&mut weight, o, I::cells(&x), places);
            }
        }
        if let Some(x) = x.tape() {
            for (x, &dx) in I::cells_mut(x).iter_mut().zip(dx.flat()) {
                X::replace(x, Before::delta(dx, X::value(*x)));
            }
        }
    }

    /// Adds what the δ of one map contributes to dx: its kernel times δ, at each place.
    #[inline(always)]
    fn spread(kernel: &[f32], places: &[Place], dx: &mut [f32]) {
        let span = ((Self::KR - 1) * Self::C + Self::KC) * Self::I;
        for &Place { pixel, delta } in places {
            let first = pixel as usize * Self::I;
            if let Some(dx) = dx.get_mut(first..first + span) {
                for (p, row) in kernel.chunks_exact(Self::KC * Self::I).enumerate() {
                    for (l, w) in row.iter().enumerate() {
                        dx[p * Self::C * Self::I + l] += w * delta;
                    }
                }
            }
        }
    }

    /// Hands over the gradient of map `o`'s kernel, `LANES` numbers of each row at once.
    #[inline(always)]
    fn collect<const LANES: usize, X: Pixel>(
        weight: &mut impl Learn<Kernels<I, O, K>>,
        o: usize,
        x: &[X::Stored],
        places: &[Place],
    ) {
        let scale = weight.scale();
        for first in (0..Self::KC * Self::I).step_by(LANES) {
            let gradient = Self::sums::<LANES, X>(x, places, first);
            for (p, gradient) in K::Rows::cells(&gradient).iter().enumerate() {
                for (tap, gradient) in (first..Self::KC * Self::I).zip(gradient) {
                    let place = (p * Self::KC * Self::I + tap) * Self::O + o;
                    weight.add(
                        |w| w.flat_mut().get_mut(place..)?.first_chunk_mut(),
                        [scale * gradient],
                    );
                }
            }
        }
    }

    /// The gradients from number `first` on, of each row of a map's kernel. Sums beyond the end of
    /// the row are computed, too, and dropped.
    #[inline(always)]
    fn sums<const LANES: usize, X: Pixel>(
        x: &[X::Stored],
        places: &[Place],
        first: usize,
    ) -> <K::Rows as Shape>::Of<[f32; LANES]> {
        let row = Self::C * Self::I;
        let mut sums = <K::Rows as Shape>::Of::<[f32; LANES]>::ZERO;
        for &Place { pixel, delta } in places {
            let first = pixel as usize * Self::I + first;
            let sums = K::Rows::cells_mut(&mut sums);
            if let Some(x) = x.get(first..first + (Self::KR - 1) * row + LANES) {
                for p in 0..Self::KR {
                    for l in 0..LANES {
                        sums[p][l] += X::value(x[p * row + l]) * delta;
                    }
                }
            } else {
                // Near the end of the map: only pixels inside it are read.
                for p in 0..Self::KR {
                    for l in 0..LANES {
                        let x = x.get(first + p * row + l);
                        sums[p][l] += x.map_or(0.0, |x| X::value(*x) * delta);
                    }
                }
            }
        }
        sums
    }
}
