//! Other worlds: the same classes, seen otherwise. A net trained in the one does badly in the
//! other, until it is trained on there.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};

use super::Dataset;
use super::warp::Warp;

/// The most noise that is worth a try: ten times what an image is.
const MOST_NOISE: f32 = 10.0;

/// What happens to every image. In text: the name, or the name and a number, as `rotate:30`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum World {
    /// Turned counter-clockwise by so many degrees. `rotate` alone is a quarter turn.
    Rotate(f32),
    /// Left and right exchanged.
    Mirror,
    /// As it was.
    Same,
    /// Dark and light exchanged: every shade x becomes 1 − x.
    Invert,
    /// Moved to the right by so many pixels, 0 coming in. `shift` alone is 1.
    Shift(f32),
    /// Noise of this standard deviation added, not clipped. `noise` alone is 0.3.
    Noise(f32),
}

impl World {
    /// Whether anything of these images is left to be seen in this world.
    ///
    /// # Errors
    /// If nothing is, with the numbers that leave something.
    pub fn fits(self, data: &Dataset) -> Result<()> {
        let columns = data.columns;
        match self {
            World::Shift(pixels) if pixels.abs() >= columns as f32 => bail!(
                "'{self}' moves everything out of images of {columns} columns: take from \
                 --shift shift:-{most} to --shift shift:{most}",
                most = columns - 1
            ),
            World::Rotate(degrees) if degrees.abs() > 360.0 => {
                bail!(
                    "'{self}' is more than a whole turn: take from --shift rotate:-360 to --shift \
                     rotate:360"
                )
            }
            World::Noise(sd) if sd > MOST_NOISE => bail!(
                "'{self}' leaves nothing of images that go from 0 to 1: take --shift \
                 noise:{MOST_NOISE} at most"
            ),
            _ => Ok(()),
        }
    }

    /// The whole data set as it looks in this world. Only noise asks `random` for numbers.
    pub fn apply(self, data: &Dataset, random: &mut impl FnMut() -> u32) -> Dataset {
        let shape = [data.rows, data.columns, data.maps];
        let mut images = vec![0.0; data.images.len()];
        let mut each_image = |change: &dyn Fn(&[f32], &mut [f32])| {
            for (index, out) in images.chunks_exact_mut(data.image_len()).enumerate() {
                change(data.image(index), out);
            }
        };
        match self {
            World::Rotate(degrees) => {
                let turn = Warp::new(degrees, 0.0, 0.0);
                each_image(&|image, out| turn.apply(image, shape, out));
            }
            World::Shift(pixels) => {
                let step = Warp::new(0.0, 0.0, pixels);
                each_image(&|image, out| step.apply(image, shape, out));
            }
            World::Same => images.copy_from_slice(&data.images),
            World::Mirror => each_image(&|image, out| mirror(image, shape, out)),
            World::Invert => {
                let mut inverted = data.clone();
                inverted.invert();
                images = inverted.images;
            }
            World::Noise(sd) => {
                images = data.images.iter().map(|x| x + sd * normal(random)).collect()
            }
        }
        data.with(images, data.labels.clone())
    }
}

fn mirror(image: &[f32], [_, columns, maps]: [usize; 3], out: &mut [f32]) {
    for (from, to) in image.chunks_exact(columns * maps).zip(out.chunks_exact_mut(columns * maps)) {
        for (pixel, target) in from.chunks_exact(maps).rev().zip(to.chunks_exact_mut(maps)) {
            target.copy_from_slice(pixel);
        }
    }
}

/// A normal number of mean 0 and standard deviation 1, from two even ones (Box and Muller), with
/// the same bits everywhere.
fn normal(random: &mut impl FnMut() -> u32) -> f32 {
    const STEP: f32 = 1.0 / 16_777_216.0;
    // From (0, 1], so that the logarithm is finite, and from [0, 1).
    let radius = ((random() >> 8) + 1) as f32 * STEP;
    let angle = (random() >> 8) as f32 * STEP;
    libm::sqrtf(-2.0 * libm::logf(radius)) * libm::cosf(std::f32::consts::TAU * angle)
}

impl FromStr for World {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<World> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => {
                let value = number.parse::<f32>().ok().filter(|value| value.is_finite());
                (name, Some(value.with_context(|| format!("'{number}' in '{text}' is no number"))?))
            }
            None => (text, None),
        };
        match (name, number) {
            ("rotate", degrees) => Ok(World::Rotate(degrees.unwrap_or(90.0))),
            ("shift", pixels) => Ok(World::Shift(pixels.unwrap_or(1.0))),
            ("noise", sd) => {
                let sd = sd.unwrap_or(0.3);
                ensure!(sd >= 0.0, "noise of standard deviation {sd}: it cannot be below 0");
                Ok(World::Noise(sd))
            }
            ("none", None) => Ok(World::Same),
            ("mirror", None) => Ok(World::Mirror),
            ("invert", None) => Ok(World::Invert),
            _ => bail!(
                "'{text}' is no world: there are rotate[:DEGREES], mirror, invert, shift[:PIXELS], \
                 noise[:SD] and none"
            ),
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            World::Rotate(degrees) => write!(f, "rotate:{degrees}"),
            World::Same => f.write_str("none"),
            World::Mirror => f.write_str("mirror"),
            World::Invert => f.write_str("invert"),
            World::Shift(pixels) => write!(f, "shift:{pixels}"),
            World::Noise(sd) => write!(f, "noise:{sd}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scale;

    #[rustfmt::skip]
    const IMAGE: [f32; 9] = [
        1., 0., 0.,
        1., 0., 0.,
        1., 1., 0.,
    ];

    fn seen(world: World) -> Vec<f32> {
        let (images, labels) = (IMAGE.to_vec(), vec![1]);
        let data = Dataset {
            rows: 3,
            columns: 3,
            maps: 1,
            images,
            labels,
            classes: 2,
            scale: Scale::max(1.0),
            names: Vec::new(),
            groups: Vec::new(),
        };
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state
        };
        let there = world.apply(&data, &mut random);
        assert_eq!(there.labels, data.labels);
        there.images
    }

    #[test]
    #[rustfmt::skip]
    fn worlds_one_can_see() {
        assert_eq!(seen(World::Mirror), [
            0., 0., 1.,
            0., 0., 1.,
            0., 1., 1.,
        ]);
        assert_eq!(seen(World::Rotate(90.0)), [
            0., 0., 0.,
            0., 0., 1.,
            1., 1., 1.,
        ]);
        assert_eq!(seen(World::Shift(1.0)), [
            0., 1., 0.,
            0., 1., 0.,
            0., 1., 1.,
        ]);
        assert_eq!(seen(World::Invert), [
            0., 1., 1.,
            0., 1., 1.,
            0., 0., 1.,
        ]);
    }

    #[test]
    fn noise_is_normal_and_repeats() {
        assert_eq!(seen(World::Noise(0.3)), seen(World::Noise(0.3)));
        assert_eq!(seen(World::Noise(0.0)), IMAGE);
        let digits = Dataset::digits();
        let mut state = 0_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 32) as u32
        };
        let noisy = World::Noise(0.3).apply(&digits, &mut random);
        let noise = noisy.images.iter().zip(&digits.images).map(|(a, b)| f64::from(a - b));
        let count = digits.images.len() as f64;
        let mean = noise.clone().sum::<f64>() / count;
        let sd = (noise.map(|x| x * x).sum::<f64>() / count).sqrt();
        assert!(mean.abs() < 0.004 && (sd - 0.3).abs() < 0.004, "mean {mean}, sd {sd}");
    }

    #[test]
    fn worlds_in_which_nothing_is_left() {
        let digits = Dataset::digits();
        let seen = |text: &str| text.parse::<World>().unwrap().fits(&digits);
        for text in ["shift:7.5", "shift:-7", "rotate:-360", "noise:10", "mirror", "invert"] {
            assert!(seen(text).is_ok(), "{text}");
        }
        for text in ["shift:8", "shift:-8", "shift:1e30", "rotate:361", "rotate:1e30", "noise:1e38"]
        {
            let error = seen(text).unwrap_err().to_string();
            assert!(error.contains("take"), "{text}: {error}");
        }
    }

    #[test]
    fn names() {
        for text in ["rotate:30", "none", "mirror", "invert", "shift:2", "noise:0.3"] {
            assert_eq!(text.parse::<World>().unwrap().to_string(), text);
        }
        assert_eq!("rotate".parse::<World>().unwrap(), World::Rotate(90.0));
        for text in ["", "turn", "mirror:1", "shift:", "noise:nan", "noise:-1", "rotate:x"] {
            assert!(text.parse::<World>().is_err(), "{text}");
        }
    }
}
