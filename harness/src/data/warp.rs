//! Turning and shifting one image: every target pixel looks up where it comes from.
//!
//! A target pixel at (r, c), seen from the center of the image, comes from
//!
//! ```text
//! r' =  cos·(r − down) + sin·(c − right)
//! c' = −sin·(r − down) + cos·(c − right)        seen from the center again
//! ```
//!
//! and takes the bilinear mean of the four pixels around that place. Outside the image all is 0,
//! which is the background of the usual sets. The bits are the same on every machine: sine and
//! cosine are libm's, and the sums have one order.

/// A turn about the center, then a shift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warp {
    sine: f32,
    cosine: f32,
    down: f32,
    right: f32,
}

impl Warp {
    /// Turns counter-clockwise, then shifts, in pixels.
    pub(super) fn new(degrees: f32, down: f32, right: f32) -> Warp {
        // A quarter turn is exact: it moves pixels and mixes none.
        let (sine, cosine) = match degrees.rem_euclid(360.0) {
            0.0 => (0.0, 1.0),
            90.0 => (1.0, 0.0),
            180.0 => (0.0, -1.0),
            270.0 => (-1.0, 0.0),
            other => libm::sincosf(other.to_radians()),
        };
        Warp { sine, cosine, down, right }
    }

    /// Warps `image` into `out`.
    ///
    /// # Panics
    /// If one of the two is not of the size rows × columns × maps.
    pub(super) fn apply(self, image: &[f32], [rows, columns, maps]: [usize; 3], out: &mut [f32]) {
        assert_eq!(image.len(), rows * columns * maps, "the image is not of its size");
        assert_eq!(out.len(), image.len(), "the place for the warped image is not of its size");
        let (middle_row, middle_column) = (0.5 * (rows as f32 - 1.0), 0.5 * (columns as f32 - 1.0));
        let pixel = |row: f32, column: f32, map: usize| {
            let inside =
                row >= 0.0 && column >= 0.0 && row < rows as f32 && column < columns as f32;
            if inside {
                image[(row as usize * columns + column as usize) * maps + map]
            } else {
                0.0
            }
        };
        for (index, target) in out.chunks_exact_mut(maps).enumerate() {
            let r = (index / columns) as f32 - middle_row - self.down;
            let c = (index % columns) as f32 - middle_column - self.right;
            let row = self.cosine * r + self.sine * c + middle_row;
            let column = self.cosine * c - self.sine * r + middle_column;
            let (top, left) = (row.floor(), column.floor());
            let (low, far) = (row - top, column - left);
            for (map, value) in target.iter_mut().enumerate() {
                let above = (1.0 - far) * pixel(top, left, map) + far * pixel(top, left + 1.0, map);
                let below = (1.0 - far) * pixel(top + 1.0, left, map)
                    + far * pixel(top + 1.0, left + 1.0, map);
                *value = (1.0 - low) * above + low * below;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const L: [f32; 9] = [
        1., 0., 0.,
        2., 0., 0.,
        3., 4., 0.,
    ];

    fn warped(degrees: f32, down: f32, right: f32) -> [f32; 9] {
        let mut out = [f32::NAN; 9];
        Warp::new(degrees, down, right).apply(&L, [3, 3, 1], &mut out);
        out
    }

    #[test]
    #[rustfmt::skip]
    fn quarter_turn_is_exact() {
        assert_eq!(warped(0.0, 0.0, 0.0), L);
        assert_eq!(warped(360.0, 0.0, 0.0), L);
        assert_eq!(warped(90.0, 0.0, 0.0), [
            0., 0., 0.,
            0., 0., 4.,
            1., 2., 3.,
        ]);
        assert_eq!(warped(-90.0, 0.0, 0.0), [
            3., 2., 1.,
            4., 0., 0.,
            0., 0., 0.,
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn shift_moves_and_leaves_background() {
        assert_eq!(warped(0.0, -1.0, 1.0), [
            0., 2., 0.,
            0., 3., 4.,
            0., 0., 0.,
        ]);
        assert_eq!(warped(0.0, 0.0, 0.5), [
            0.5, 0.5, 0.,
            1.0, 1.0, 0.,
            1.5, 3.5, 2.,
        ]);
    }

    #[test]
    fn maps_stay_apart() {
        let mut out = [0.0; 4];
        Warp::new(0.0, 0.0, 1.0).apply(&[1., 10., 2., 20.], [1, 2, 2], &mut out);
        assert_eq!(out, [0., 0., 1., 10.]);
    }

    #[test]
    fn a_small_turn_keeps_the_middle() {
        let turned = warped(10.0, 0.0, 0.0);
        assert_eq!(turned[4], L[4]);
        assert!(turned.iter().all(|x| (0.0..=4.0).contains(x)));
    }
}
