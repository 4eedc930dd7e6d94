//! A scan or a photo of a drawing, made to look like what a net has learnt from: cut out, leveled,
//! scaled, and set where the drawings of the training images stand.
//!
//! The paper is what the edge of the picture is made of. What differs from it is ink, be it darker
//! or lighter, so nobody has to say which of the two it is.

use super::super::frame::{Frame, edge, ink_box, median};

/// An edge that is less of one color than this is no paper.
const EVEN: f32 = 0.6;
/// How far the edge may differ from the paper, and how much the strongest ink has to.
const PALE: f32 = 0.2;
/// The share of the strongest ink that is taken for the grain of the paper.
const GRAIN: f32 = 0.15;
/// What is left of ink that a frame counts as such: 0.3 of the strongest.
const INK: f32 = (0.3 - GRAIN) / (1.0 - GRAIN);

/// A drawing in a grey picture (1 is white) as an image of the frame's kind; none if the picture is
/// no drawing on paper. `dark` says whether ink is darker than paper, if somebody knows.
pub(super) fn drawing(
    picture: &[f32],
    width: usize,
    [rows, columns]: [usize; 2],
    frame: Frame,
    dark: Option<bool>,
) -> Option<Vec<f32>> {
    let edge = edge(picture, width);
    let paper = median(edge.clone())?;
    let even = edge.iter().filter(|&&pixel| (pixel - paper).abs() < PALE).count();
    if (even as f32) < EVEN * edge.len() as f32 {
        return None;
    }
    let strength = |sign: f32| picture.iter().map(move |&x| (sign * (x - paper)).max(0.0).powi(2));
    let darker = strength(-1.0).map(f64::from).sum::<f64>() > strength(1.0).map(f64::from).sum();
    let sign = if dark.unwrap_or(darker) { -1.0 } else { 1.0 };
    let strongest = strength(sign).fold(0.0, f32::max).sqrt();
    if strongest < PALE {
        return None;
    }
    let leveled = |x: f32| ((sign * (x - paper) / strongest - GRAIN) / (1.0 - GRAIN)).max(0.0);
    let ink: Vec<f32> = picture.iter().map(|&x| leveled(x)).collect();
    let [top, bottom, left, right] = ink_box(&ink, width, |ink| ink > INK)?;
    let size = [(bottom - top) as f32, (right - left) as f32];
    // Not beyond the image, however the drawing is shaped.
    let scale = (frame.side / size[0].max(size[1]))
        .min(rows as f32 / size[0])
        .min(columns as f32 / size[1]);
    let corner = |axis: usize, room: usize| {
        let taken = size[axis] * scale;
        (frame.middle[axis] - taken / 2.0).clamp(0.0, (room as f32 - taken).max(0.0))
    };
    let at = [corner(0, rows), corner(1, columns)];

    // The mean of enough points in each pixel, each the ink where it comes from.
    let points = (2.0 / scale).ceil().clamp(4.0, 64.0) as usize;
    let source = |pixel: usize, point: usize, axis: usize, first: usize| {
        let place = pixel as f32 + (point as f32 + 0.5) / points as f32;
        ((place - at[axis]) / scale + first as f32).floor()
    };
    let height = picture.len() / width;
    let contrast = if frame.paper < 0.5 { 1.0 - frame.paper } else { -frame.paper };
    let mut image = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        for column in 0..columns {
            let mut sum = 0.0;
            for down in 0..points {
                let y = source(row, down, 0, top);
                for aside in 0..points {
                    let x = source(column, aside, 1, left);
                    if y >= 0.0 && x >= 0.0 && (y as usize) < height && (x as usize) < width {
                        sum += ink[y as usize * width + x as usize];
                    }
                }
            }
            image.push(frame.paper + contrast * (sum / (points * points) as f32).min(1.0));
        }
    }
    Some(image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    /// An image, `times` as large, somewhere on a sheet.
    fn sheet(image: &[f32], times: usize, [high, wide]: [usize; 2], at: [usize; 2]) -> Vec<f32> {
        let mut sheet = vec![0.0; high * wide];
        for row in 0..8 * times {
            for column in 0..8 * times {
                sheet[(at[0] + row) * wide + at[1] + column] =
                    image[row / times * 8 + column / times];
            }
        }
        sheet
    }

    /// Wherever it stands, however large, on white or on black: the digit is what it was, nearly.
    /// Of the difference most is that digits which are drawn small become as large as the others.
    #[test]
    fn a_drawing_comes_back() {
        let digits = Dataset::digits();
        let frame = Frame::of(&digits).unwrap();
        for (times, size, at) in
            [(1, [30, 20], [3, 9]), (20, [200, 300], [40, 5]), (9, [99, 90], [1, 17])]
        {
            let mut apart = 0.0;
            for index in 0..200 {
                let black = sheet(digits.image(index), times, size, at);
                let white: Vec<f32> = black.iter().map(|x| 0.9 - 0.6 * x).collect();
                for picture in [black, white] {
                    let seen = drawing(&picture, size[1], [8, 8], frame, None).unwrap();
                    let pixels = seen.iter().zip(digits.image(index));
                    apart += pixels.map(|(a, b)| (a - b).abs()).sum::<f32>();
                }
            }
            let mean = apart / (400.0 * 64.0);
            assert!(mean < 0.09, "x {times}: {mean}");
        }
    }

    #[test]
    fn what_is_no_drawing() {
        let frame = Frame::usual([8, 8]);
        let blank = vec![0.9; 400];
        assert_eq!(drawing(&blank, 20, [8, 8], frame, None), None);
        let noise: Vec<f32> = (0..400).map(|i| (i * 7919 % 97) as f32 / 97.0).collect();
        assert_eq!(drawing(&noise, 20, [8, 8], frame, None), None);
    }
}
