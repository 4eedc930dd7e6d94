//! How a raw reading becomes the net's input.
//!
//! Each map (a channel) has an offset o and a factor k, and for a reading r of that map
//!
//! ```text
//! input = (r − o) · k
//! ```
//!
//! in `f32`, rounded once after the difference and once after the product. Offsets and factors are
//! fitted to the training data and stored with the model. Desktop and chip compute the formula by
//! the same function, [`inputs`]; bytes and 16-bit numbers convert to floats exactly, so equal
//! readings give equal bits, whatever their type.

use crate::net::{Image, Net};
#[cfg(feature = "wire")]
use crate::pixel::Pixel;
use crate::sealed::{Sealed, sealed};
use crate::shape::{Shape, Tensor as _, Zero};
use crate::stage::Stage;

/// A number as a sensor or a file delivers it: a float, a byte, or a signed or unsigned 16-bit
/// number.
pub trait Reading: Sealed + Copy {
    /// The same number as a float, exactly.
    fn float(self) -> f32;
}

sealed!(u8, i16, u16);

macro_rules! reading {
    ($($number:ty),*) => {
        $(impl Reading for $number {
            #[inline(always)]
            fn float(self) -> f32 {
                f32::from(self)
            }
        })*
    };
}

reading!(f32, u8, i16, u16);

/// Why numbers are not a scale, or readings not an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Unfit {
    /// There is not one offset and one factor for each map.
    Maps,
    /// An offset is NaN or infinite.
    Offset,
    /// A factor is 0, negative, infinite or NaN.
    Factor,
    /// There are more or fewer readings than an image has.
    Length,
}

impl core::fmt::Display for Unfit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Unfit::Maps => "a scale has one offset and one factor for each map",
            Unfit::Offset => "an offset is NaN or infinite",
            Unfit::Factor => "a factor is not above 0 and finite",
            Unfit::Length => "there are more or fewer readings than an image has",
        })
    }
}

impl core::error::Error for Unfit {}

/// One number for each map of a net's input.
type Each<N> = <<<<N as Net>::Chain as Stage>::Input as Shape>::Channels as Shape>::Of<f32>;

/// An offset and a factor for each map of a net's input. Its [`ZERO`](Zero::ZERO) is the identity,
/// which leaves every reading as it is.
///
/// ```
/// # cpfo::net! { pub mod gesture: 3 x 1 x 2 { O1 = Output(2, SoftmaxCrossEntropy); } }
/// use cpfo::{scale::Scale, shape::Zero, train::Learner};
///
/// let scale = Scale::<gesture::Net>::new(&[0.0, 100.0], &[0.5, 0.01])?;
/// let mut learner = Learner::<gesture::Net>::ZERO;
/// // Pixel after pixel, in each map after map: as the sensor delivers them.
/// let readings: [i16; 6] = [2, 100, -2, 200, 0, 0];
/// scale.apply(&readings, learner.image_mut()?)?;
/// assert_eq!(learner.image(), &[[[1.0, 0.0]], [[-1.0, 1.0]], [[0.0, -1.0]]]);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct Scale<N: Net> {
    /// Whether offsets and factors were given. (All zeros is the identity, so a static takes no
    /// flash.)
    given: bool,
    offset: Each<N>,
    factor: Each<N>,
}

impl<N: Net> Zero for Scale<N> {
    const ZERO: Self = Self { given: false, offset: Zero::ZERO, factor: Zero::ZERO };
}

impl<N: Net> Scale<N> {
    /// A scale with an offset, in the unit of the readings, and a factor, in the inverse of that
    /// unit, for each map.
    ///
    /// # Errors
    /// See [`Unfit`].
    pub fn new(offset: &[f32], factor: &[f32]) -> Result<Self, Unfit> {
        let mut scale = Self { given: true, ..Self::ZERO };
        let [offsets, factors] = [scale.offset.flat_mut(), scale.factor.flat_mut()];
        if offset.len() != offsets.len() || factor.len() != factors.len() {
            return Err(Unfit::Maps);
        }
        if !offset.iter().all(|offset| offset.is_finite()) {
            return Err(Unfit::Offset);
        }
        if !factor.iter().all(|&factor| factor.is_finite() && factor > 0.0) {
            return Err(Unfit::Factor);
        }
        offsets.iter_mut().zip(offset).for_each(|(to, &from)| *to = from);
        factors.iter_mut().zip(factor).for_each(|(to, &from)| *to = from);
        Ok(scale)
    }

    /// An explicit identity, whose numbers are then replaced one by one as they are read, by
    /// [`set`](Self::set).
    pub(crate) fn coming() -> Self {
        let mut scale = Self { given: true, ..Self::ZERO };
        scale.factor.flat_mut().fill(1.0);
        scale
    }

    /// Whether it came with numbers.
    #[cfg(feature = "wire")]
    pub(crate) fn is_given(&self) -> bool {
        self.given
    }

    /// Sets the number at a place in the stored order: offset, then factor, map by map. Returns
    /// whether it is a legal one.
    pub(crate) fn set(&mut self, place: usize, number: f32) -> bool {
        let is_factor = !place.is_multiple_of(2);
        let row = if is_factor { self.factor.flat_mut() } else { self.offset.flat_mut() };
        if let Some(to) = row.get_mut(place / 2) {
            *to = number;
        }
        number.is_finite() && (number > 0.0 || !is_factor)
    }

    /// Offset and factor of each map, in their order.
    pub fn maps(&self) -> impl Iterator<Item = [f32; 2]> {
        let both = self.offset.flat().iter().zip(self.factor.flat());
        both.map(|(&offset, &factor)| if self.given { [offset, factor] } else { [0.0, 1.0] })
    }

    /// Turns readings into an image of the net: row after row, in each row pixel after pixel, in
    /// each pixel map after map. A reading of NaN stays NaN, and the net refuses the image.
    ///
    /// # Errors
    /// [`Unfit::Length`]; then the image is as it was.
    pub fn apply<R: Reading>(&self, readings: &[R], image: &mut Image<N>) -> Result<(), Unfit> {
        let (offset, factor) = match self.given {
            true => (self.offset.flat(), self.factor.flat()),
            false => (&[0.0][..], &[1.0][..]),
        };
        inputs(offset, factor, readings, image.flat_mut())
    }

    /// The same for readings that lie in the image already.
    #[cfg(feature = "wire")]
    pub(crate) fn apply_in_place<X: Pixel>(&self, image: &mut Image<N, X>) {
        let [_, _, maps] = N::INPUT;
        for pixel in image.flat_mut().chunks_mut(maps.max(1)) {
            for (x, map) in pixel.iter_mut().zip(self.maps()) {
                X::replace(x, input(X::value(*x), map));
            }
        }
    }
}

/// Turns readings into inputs, written to `to`. The offsets and factors repeat from pixel to pixel:
/// there is one of each for each map, or one of each for all maps.
///
/// # Errors
/// [`Unfit::Length`] if there are not as many readings as inputs, [`Unfit::Maps`] if there is no
/// offset, or not one factor for each; then no input has changed.
pub fn inputs<R: Reading>(
    offset: &[f32],
    factor: &[f32],
    readings: &[R],
    to: &mut [f32],
) -> Result<(), Unfit> {
    if offset.is_empty() || offset.len() != factor.len() {
        return Err(Unfit::Maps);
    }
    if readings.len() != to.len() {
        return Err(Unfit::Length);
    }
    let maps = offset.iter().zip(factor).cycle();
    for ((to, reading), (offset, factor)) in to.iter_mut().zip(readings).zip(maps) {
        *to = input(reading.float(), [*offset, *factor]);
    }
    Ok(())
}

/// The formula.
#[inline(always)]
fn input(reading: f32, [offset, factor]: [f32; 2]) -> f32 {
    (reading - offset) * factor
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::train::{Learner, Refusal};

    crate::net! { mod two: 2 x 2 x 2 { O1 = Output(2, SoftmaxCrossEntropy); } }

    fn bits(image: &two::Image) -> Vec<u32> {
        image.flat().iter().map(|x| x.to_bits()).collect()
    }

    fn applied<R: Reading>(scale: &Scale<two::Net>, readings: &[R]) -> Vec<u32> {
        let mut image = two::Image::ZERO;
        assert_eq!(scale.apply(readings, &mut image), Ok(()));
        bits(&image)
    }

    #[test]
    fn each_map_has_its_own() {
        let scale = Scale::<two::Net>::new(&[1.0, -2.0], &[0.5, 10.0]).unwrap();
        let mut image = two::Image::ZERO;
        scale.apply(&[1_u8, 0, 3, 1, 5, 2, 7, 3], &mut image).unwrap();
        assert_eq!(image, [[[0.0, 20.0], [1.0, 30.0]], [[2.0, 40.0], [3.0, 50.0]]]);
        assert!(scale.maps().eq([[1.0, 0.5], [-2.0, 10.0]]));
    }

    #[test]
    fn whatever_readings_are_stored_as_the_bits_are_the_same() {
        let scale = Scale::<two::Net>::new(&[12.3, 100.1], &[1.0 / 255.0, 0.071]).unwrap();
        let bytes = [0_u8, 1, 7, 100, 101, 128, 254, 255];
        let expected = applied(&scale, &bytes);
        assert_eq!(applied(&scale, &bytes.map(i16::from)), expected);
        assert_eq!(applied(&scale, &bytes.map(u16::from)), expected);
        assert_eq!(applied(&scale, &bytes.map(f32::from)), expected);
        let signed = [i16::MIN, i16::MAX, -1, 0, 1, -300, 300, 12345];
        assert_eq!(applied(&scale, &signed), applied(&scale, &signed.map(f32::from)));
        let large = [u16::MAX, 0, 1, 32768, 65534, 300, 256, 12345];
        assert_eq!(applied(&scale, &large), applied(&scale, &large.map(f32::from)));
        // One rounding after the difference, one after the product.
        let by_hand = (12345_f32 - 100.1) * 0.071;
        assert_eq!(applied(&scale, &large)[7], by_hand.to_bits());
    }

    #[test]
    fn the_identity_changes_no_bit() {
        let odd = [0.0, -0.0, 1.5, -1e-40, f32::MAX, f32::MIN_POSITIVE, 1.0 / 3.0, -7.25];
        assert_eq!(applied(&Scale::ZERO, &odd), odd.map(f32::to_bits));
        let given = Scale::<two::Net>::new(&[0.0; 2], &[1.0; 2]).unwrap();
        assert_eq!(applied(&given, &odd), odd.map(f32::to_bits));
        assert!(Scale::<two::Net>::ZERO.maps().eq([[0.0, 1.0]; 2]));
    }

    #[test]
    fn what_is_no_scale_is_refused() {
        let refused = |offset: &[f32], factor: &[f32]| Scale::<two::Net>::new(offset, factor).err();
        assert_eq!(refused(&[0.0], &[1.0]), Some(Unfit::Maps));
        assert_eq!(refused(&[0.0; 2], &[1.0; 3]), Some(Unfit::Maps));
        assert_eq!(refused(&[0.0, f32::NAN], &[1.0; 2]), Some(Unfit::Offset));
        for factor in [0.0, -0.0, -1.0, f32::INFINITY, f32::NAN] {
            assert_eq!(refused(&[0.0; 2], &[1.0, factor]), Some(Unfit::Factor), "{factor}");
        }
        assert_eq!(inputs(&[], &[], &[0.0], &mut [0.0]), Err(Unfit::Maps));
    }

    #[test]
    fn another_length_leaves_the_image_alone() {
        let mut image = [[[7.0; 2]; 2]; 2];
        for length in [0, 7, 9] {
            let readings = std::vec![1_u8; length];
            assert_eq!(Scale::<two::Net>::ZERO.apply(&readings, &mut image), Err(Unfit::Length));
        }
        assert_eq!(image, [[[7.0; 2]; 2]; 2]);
    }

    #[test]
    fn a_nan_stays_one_and_is_refused_by_the_net() {
        let mut learner = Learner::<two::Net>::ZERO;
        let mut readings = [1.0; 8];
        readings[3] = f32::NAN;
        let scale = Scale::<two::Net>::new(&[1.0; 2], &[2.0; 2]).unwrap();
        scale.apply(&readings, learner.image_mut().unwrap()).unwrap();
        assert!(learner.image().flat()[3].is_nan());
        assert_eq!(learner.classify(), Err(Refusal::Image));
    }
}
