//! Augmentation: in every epoch each training image is turned and shifted a little, at random, so
//! that the net learns the digit and not the pixels.

use super::Dataset;
use super::warp::Warp;

/// How far a training image may be bent. Nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Augment {
    /// At most so many pixels up, down, left or right; fractions too.
    pub shift: f32,
    /// At most so many degrees either way.
    pub degrees: f32,
}

impl Augment {
    /// What suits most images: an eighth of the shorter side (1 pixel of the digits' 8) and 10°. A
    /// series has one side only, and is not turned.
    pub fn suited_to(data: &Dataset) -> Augment {
        let [shorter, longer] =
            [data.rows.min(data.columns), data.rows.max(data.columns)].map(|side| side as f32);
        match is_series(data.rows, data.columns) {
            true => Augment { shift: longer / 8.0, degrees: 0.0 },
            false => Augment { shift: shorter / 8.0, degrees: 10.0 },
        }
    }

    /// Bends one image into `out`. Takes three numbers from `random`, which are all that decides.
    /// A series, of one row or one column, is shifted along itself and not turned: else it would
    /// leave its only row.
    ///
    /// # Panics
    /// If one of the two is not of the size rows × columns × maps.
    pub fn apply(
        &self,
        image: &[f32],
        rows: usize,
        columns: usize,
        maps: usize,
        random: &mut impl FnMut() -> u32,
        out: &mut [f32],
    ) {
        let along = |side: usize| if side == 1 { 0.0 } else { self.shift };
        let turn = if is_series(rows, columns) { 0.0 } else { self.degrees };
        let degrees = turn * either_way(random());
        let down = along(rows) * either_way(random());
        let right = along(columns) * either_way(random());
        Warp::new(degrees, down, right).apply(image, [rows, columns, maps], out);
    }
}

/// Whether images are of one row or one column: a series of readings, no picture.
pub fn is_series(rows: usize, columns: usize) -> bool {
    rows == 1 || columns == 1
}

/// From −1 to just below 1, evenly: the high 24 bits, which an `f32` holds exactly.
fn either_way(random: u32) -> f32 {
    (random >> 8) as f32 * (1.0 / 8_388_608.0) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_way_is_even() {
        assert_eq!(either_way(0), -1.0);
        assert_eq!(either_way(1 << 31), 0.0);
        assert!(either_way(u32::MAX) < 1.0);
    }

    #[test]
    fn nothing_changes_nothing() {
        let image = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let mut out = [0.0; 6];
        Augment::default().apply(&image, 2, 3, 1, &mut || 12345, &mut out);
        assert_eq!(out, image);
    }

    #[test]
    fn the_numbers_decide() {
        // No turn, up by the whole shift, no step aside.
        let mut numbers = [1 << 31, 0, 1 << 31].into_iter();
        let augment = Augment { shift: 1.0, degrees: 30.0 };
        let mut out = [9.0; 4];
        augment.apply(&[1., 2., 3., 4.], 2, 2, 1, &mut || numbers.next().unwrap(), &mut out);
        assert_eq!(out, [3., 4., 0., 0.]);
    }

    #[test]
    fn a_series_stays_in_its_row() {
        let augment = Augment { shift: 1.0, degrees: 45.0 };
        for shape in [[1, 4], [4, 1]] {
            let mut numbers = [0, 0, 0].into_iter();
            let mut out = [9.0; 4];
            let [rows, columns] = shape;
            let mut next = || numbers.next().unwrap();
            augment.apply(&[1., 2., 3., 4.], rows, columns, 1, &mut next, &mut out);
            assert_eq!(out, [2., 3., 4., 0.], "{shape:?}");
        }
    }

    #[test]
    fn what_suits_a_series() {
        let mut series = Dataset::digits();
        for [rows, columns] in [[1, 64], [64, 1]] {
            (series.rows, series.columns) = (rows, columns);
            assert_eq!(Augment::suited_to(&series), Augment { shift: 8.0, degrees: 0.0 });
        }
    }

    /// The bits of a bent digit, once and for all: they must not depend on the machine.
    #[test]
    fn the_same_bits_everywhere() {
        let digits = Dataset::digits();
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state
        };
        let mut out = [0.0; 64];
        let mut hash = 0_u64;
        for index in 0..100 {
            Augment::suited_to(&digits).apply(digits.image(index), 8, 8, 1, &mut random, &mut out);
            for value in out {
                hash = hash.wrapping_mul(31).wrapping_add(u64::from(value.to_bits()));
            }
        }
        assert_eq!(hash, 7_088_760_508_800_763_156);
    }
}
