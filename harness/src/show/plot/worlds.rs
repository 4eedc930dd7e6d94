//! The same images in two worlds, one above the other: what a net was trained for, and what it
//! meets.

use maud::html;

use super::image::Image;
use super::picture::{Drawing, Picture, at, fit, nothing};

/// Room for the names of the worlds.
const LEFT: f64 = 52.0;
const TILE: f64 = 48.0;
const GAP: f64 = 10.0;
const LINE: f64 = 20.0;
/// Columns for a name of a class above its images.
const NAME: usize = 8;

/// One image in both worlds.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The name of its class.
    pub label: String,
    /// How it was.
    pub before: Image,
    /// How it is now.
    pub after: Image,
}

/// Draws images in both worlds, in the order in which they are given.
pub fn worlds(images: &[Changed]) -> Picture {
    if images.is_empty() {
        return nothing("No samples to draw.");
    }
    let description =
        format!("{} samples as they were, and below each how the chip sees it.", images.len());
    let block = LINE + 2.0 * (TILE + GAP) + 6.0;
    Picture::new(description, |room| {
        let across = (((room - LEFT + GAP) / (TILE + GAP)) as usize).clamp(1, images.len());
        let lines = images.len().div_ceil(across);
        Drawing {
            width: LEFT + across as f64 * (TILE + GAP) - GAP + 2.0,
            height: lines as f64 * block - GAP,
            body: html! {
                @for (i, image) in images.iter().enumerate() {
                    @let x = LEFT + (i % across) as f64 * (TILE + GAP);
                    @let y = (i / across) as f64 * block + LINE;
                    @let worlds = [("before", &image.before), ("after", &image.after)];
                    text class="middle" x=(at(x + TILE / 2.0)) y=(at(y - 7.0)) {
                        (fit(&image.label, NAME, TILE + GAP))
                    }
                    @for (world, (name, image)) in worlds.into_iter().enumerate() {
                        @let y = y + world as f64 * (TILE + GAP);
                        @if i % across == 0 {
                            text class="quiet end" x=(LEFT - 8.0) y=(at(y + TILE / 2.0 + 4.0)) { (name) }
                        }
                        (image.draw((x, y), TILE))
                    }
                }
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn changed(label: &str) -> Changed {
        let image = |low: f32| Image {
            rows: 2,
            columns: 2,
            maps: 1,
            pixels: vec![low, 1.0 - low, low, 1.0 - low],
        };
        Changed { label: label.into(), before: image(0.0), after: image(1.0) }
    }

    #[test]
    fn each_image_stands_above_its_change() {
        let picture = worlds(&[changed("<seven>"), changed("8")]);
        let texts = texts(&picture);
        for text in ["before", "after", "<seven>", "8"] {
            assert_eq!(texts.iter().filter(|t| *t == text).count(), 1, "{text}: {texts:?}");
        }
        assert_eq!(picture.to_svg().matches("class=\"pixels\"").count(), 4);
    }

    #[test]
    fn none_and_many() {
        assert!(texts(&worlds(&[])).concat().ends_with("No samples to draw."));
        texts(&worlds(&vec![changed("a class with a long name"); 47]));
    }
}
