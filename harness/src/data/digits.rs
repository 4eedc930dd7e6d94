//! The digits that ship with the program: they are part of the binary, so that the first command
//! works anywhere, without a download. Source and licence stand in `harness/data/README.md`.

use super::{Dataset, idx};
use crate::model::Scale;

const IMAGES: &[u8] = include_bytes!("../../data/digits-images-idx3-ubyte");
const LABELS: &[u8] = include_bytes!("../../data/digits-labels-idx1-ubyte");

/// What stands for white there.
pub(super) const WHITE: f32 = 16.0;

impl Dataset {
    /// 1,797 handwritten digits of 8 × 8 grey pixels, 0 to 16, in the order of their writers.
    ///
    /// E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    /// Repository, 1998, doi 10.24432/C50P49, CC BY 4.0.
    pub fn digits() -> Dataset {
        let mut digits = Self::digits_as_read(WHITE);
        digits.scale = Scale::max(WHITE);
        digits.scale.apply(&mut digits.images).expect("a scale of one map");
        digits
    }

    /// The same as readings, of which one is white.
    pub(super) fn digits_as_read(white: f32) -> Dataset {
        let mut digits = idx::parse(IMAGES, LABELS)
            .and_then(|raw| raw.dataset(white, 10))
            .expect("the digits were whole when the program was built");
        digits.images.iter_mut().for_each(|pixel| *pixel *= white / WHITE);
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digit_is_a_zero() {
        let digits = Dataset::digits();
        assert_eq!((digits.rows, digits.columns, digits.maps), (8, 8, 1));
        assert_eq!((digits.len(), digits.classes, digits.scale.white), (1797, 10, 16.0));
        assert_eq!(digits.label(0), 0);
        let drawing: Vec<String> = digits.image(0).chunks(8).map(ink).collect();
        assert_eq!(
            drawing,
            [
                "..+#+...", "..####+.", "..#..#+.", ".+#..++.", ".++..++.", ".+#..#+.", "..#+##..",
                "..+##...",
            ]
        );
    }

    /// A row of pixels as a drawing: `#` for dark ink, `+` for pale, `.` for next to none.
    fn ink(row: &[f32]) -> String {
        row.iter()
            .map(|&x| {
                if x > 0.6 {
                    '#'
                } else if x > 0.2 {
                    '+'
                } else {
                    '.'
                }
            })
            .collect()
    }
}
