//! Where drawings stand in the images of a data set, and on what paper: a picture that is to be
//! read by a net has to look like what the net has learnt from.
//!
//! Drawings have paper around them, so their corners are alike. What differs from the paper is ink;
//! the box around the ink has a middle and a longer side, and the means of both are kept.

use serde::{Deserialize, Serialize};

use super::Dataset;

/// So many images tell as much as all of them.
const ENOUGH: usize = 2000;
/// So many corners are of the paper's color, where there is paper.
const ALIKE: f32 = 0.8;
/// A corner that differs less from the paper is paper.
const PALE: f32 = 0.15;
/// What differs more from the paper is ink.
const INK: f32 = 0.3;

/// How the drawings of a data set look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The shade where nothing is drawn; 0 where strokes are light on black.
    pub paper: f32,
    /// Where the middle of a drawing is: rows from the top, columns from the left.
    pub middle: [f32; 2],
    /// How many pixels the longer side of a drawing takes.
    pub side: f32,
}

impl Frame {
    /// What MNIST's images look like, at any size: 20 of 28 pixels, in the middle, on black.
    pub fn usual([rows, columns]: [usize; 2]) -> Self {
        let side = rows.min(columns) as f32 * 5.0 / 7.0;
        Self { paper: 0.0, middle: [rows as f32 / 2.0, columns as f32 / 2.0], side }
    }

    /// How the images of a data set look, if they are drawings of one map.
    pub fn of(data: &Dataset) -> Option<Self> {
        let [rows, columns] = [data.rows, data.columns];
        if rows < 4 || columns < 4 || data.maps != 1 || data.is_empty() {
            return None;
        }
        let step = data.len().div_ceil(ENOUGH);
        let shades = |index: usize| -> Vec<f32> {
            data.image(index).iter().map(|&input| data.scale.shade(0, input)).collect()
        };
        let images = || (0..data.len()).step_by(step).map(shades);
        let corners = [0, columns - 1, (rows - 1) * columns, rows * columns - 1];
        let corners: Vec<f32> =
            images().flat_map(|image| corners.map(|corner| image[corner])).collect();
        let paper = median(corners.clone())?;
        let alike = corners.iter().filter(|&&corner| (corner - paper).abs() < PALE).count();
        if (alike as f32) < ALIKE * corners.len() as f32 {
            return None;
        }
        let boxes = images()
            .filter_map(|image| ink_box(&image, columns, |pixel| (pixel - paper).abs() > INK));
        let (mut count, mut middle, mut side) = (0.0, [0.0; 2], 0.0);
        for [top, bottom, left, right] in boxes {
            count += 1.0;
            middle[0] += (top + bottom) as f32 / 2.0;
            middle[1] += (left + right) as f32 / 2.0;
            side += (bottom - top).max(right - left) as f32;
        }
        (count > 0.0).then(|| Self { paper, middle: middle.map(|m| m / count), side: side / count })
    }
}

/// The box around what is ink: top and bottom, left and right, the second of each exclusive.
pub(super) fn ink_box(
    image: &[f32],
    columns: usize,
    is_ink: impl Fn(f32) -> bool,
) -> Option<[usize; 4]> {
    let ink = image.iter().enumerate().filter(|&(_, &pixel)| is_ink(pixel));
    let places = ink.map(|(index, _)| (index / columns, index % columns));
    places.fold(None, |found, (row, column)| {
        let [top, bottom, left, right] = found.unwrap_or([row, row + 1, column, column + 1]);
        Some([top.min(row), bottom.max(row + 1), left.min(column), right.max(column + 1)])
    })
}

/// The pixels along the four edges of an image.
pub(super) fn edge(image: &[f32], columns: usize) -> Vec<f32> {
    let rows = image.len() / columns;
    let on_edge = |&(index, _): &(usize, &f32)| {
        let (row, column) = (index / columns, index % columns);
        row == 0 || column == 0 || row + 1 == rows || column + 1 == columns
    };
    image.iter().enumerate().filter(on_edge).map(|(_, &pixel)| pixel).collect()
}

/// The one in the middle.
pub(super) fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_fill_their_height() {
        let frame = Frame::of(&Dataset::digits()).unwrap();
        assert_eq!(frame.paper, 0.0);
        assert!(frame.side > 7.0 && frame.side <= 8.0, "{frame:?}");
        assert!(frame.middle.iter().all(|middle| (3.5..4.5).contains(middle)), "{frame:?}");
        let drawn = Frame::of(&Dataset::drawn([28, 28, 1], 10)).unwrap();
        assert!((drawn.side - 20.0).abs() < 1.5, "{drawn:?}");
    }

    #[test]
    fn noise_is_no_drawing() {
        let mut noise = Dataset::digits();
        for (index, pixel) in noise.images.iter_mut().enumerate() {
            *pixel = (index * 7919 % 97) as f32 / 97.0;
        }
        assert_eq!(Frame::of(&noise), None);
    }
}
