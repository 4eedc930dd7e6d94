//! Digits drawn at another size: images where none ship, for when only the speed is of interest.
//!
//! As in MNIST, the digit stands in the middle 5/7 of the image (20 of 28 pixels), and what is pale
//! is paper: at 28 × 28 about 80 % of the pixels are 0, of MNIST's 81 %. That matters, since kernels
//! skip zeros. The images follow from the digits that ship alone, so they are the same everywhere.

use super::Dataset;
use crate::model::Scale;

/// Ink up to here is paper; what is above is stretched to the whole range.
const PALE: f32 = 0.4;

impl Dataset {
    /// The digits that ship, drawn in rows × columns, the same in every map.
    pub fn drawn([rows, columns, maps]: [usize; 3], classes: usize) -> Dataset {
        let digits = Dataset::digits();
        let mut images = Vec::with_capacity(digits.len() * rows * columns * maps);
        for sample in 0..digits.len() {
            let digit = digits.image(sample);
            for row in 0..rows {
                for column in 0..columns {
                    let ink = at(digit, place(row, rows), place(column, columns));
                    let pixel = ((ink - PALE) / (1.0 - PALE)).max(0.0);
                    images.extend(std::iter::repeat_n(pixel, maps));
                }
            }
        }
        let labels = digits.labels.iter().map(|label| label % classes as u16).collect();
        let (names, groups) = (Vec::new(), Vec::new());
        let scale = Scale::max(1.0);
        Dataset { rows, columns, maps, images, labels, classes, scale, names, groups }
    }
}

/// Where in the eight pixels of a digit a pixel of so many comes from.
fn place(pixel: usize, of: usize) -> f32 {
    let from_middle = pixel as f32 + 0.5 - 0.5 * of as f32;
    from_middle * 8.0 / (of as f32 * 5.0 / 7.0) + 3.5
}

/// The bilinear mean around a place; outside all is paper.
fn at(digit: &[f32], row: f32, column: f32) -> f32 {
    let pixel = |row: f32, column: f32| match (row, column) {
        (0.0..8.0, 0.0..8.0) => digit[8 * row as usize + column as usize],
        _ => 0.0,
    };
    let (top, left) = (row.floor(), column.floor());
    let (low, far) = (row - top, column - left);
    let above = (1.0 - far) * pixel(top, left) + far * pixel(top, left + 1.0);
    let below = (1.0 - far) * pixel(top + 1.0, left) + far * pixel(top + 1.0, left + 1.0);
    (1.0 - low) * above + low * below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_paper_as_in_mnist() {
        let drawn = Dataset::drawn([28, 28, 1], 10);
        let zeros = drawn.images.iter().filter(|&&pixel| pixel == 0.0).count();
        let share = zeros as f64 / drawn.images.len() as f64;
        assert!((0.78..0.84).contains(&share), "{share}");
        assert!(drawn.images.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    }

    #[test]
    fn a_zero_is_a_zero() {
        let zero = Dataset::drawn([14, 14, 1], 10);
        let row = |row: &[f32]| row.iter().map(|&x| if x > 0.0 { '#' } else { '.' }).collect();
        let drawing: Vec<String> = zero.image(0).chunks(14).map(row).collect();
        assert_eq!(
            drawing,
            [
                "..............",
                "..............",
                ".....###......",
                ".....#####....",
                "....###.##....",
                "....##..##....",
                "....##...#....",
                "....#....#....",
                "....##..##....",
                "....##..##....",
                "....#####.....",
                ".....###......",
                "..............",
                "..............",
            ]
        );
    }

    #[test]
    fn any_shape() {
        let drawn = Dataset::drawn([6, 9, 3], 4);
        assert_eq!((drawn.image_len(), drawn.len()), (6 * 9 * 3, 1797));
        assert!(drawn.labels.iter().all(|&label| label < 4));
        assert!(drawn.image(7).chunks(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]));
    }
}
