//! The worst mistakes as pictures: what the net saw, what it is, what the net took it for and how
//! sure it was.

use maud::{Markup, html};

use super::image::Image;
use super::picture::{Drawing, Picture, at, fit, nothing};
use crate::base::label;

/// A tile with the gap beside it.
const TILE: f64 = 100.0;
const SIDE: f64 = 84.0;
const CAPTION: f64 = 64.0;
/// Columns for a class name below an image, and pixels for it after "is".
const NAME: usize = 12;
const ROOM: f64 = TILE - 22.0;

/// One image that was taken for something else.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// Which sample of the test data it is.
    pub index: usize,
    /// The true class's name.
    pub label: String,
    /// The predicted class's name.
    pub predicted: String,
    /// What the net gave the predicted class, from 0 to 1.
    pub confidence: f32,
    /// What the net saw.
    pub image: Image,
}

impl Mistake {
    fn tile(&self, x: f64, y: f64) -> Markup {
        let sure = label::percent(self.confidence.into());
        html! {
            g {
                title { "sample " (label::count(self.index as u64)) }
                (self.image.draw((x, y), SIDE))
                text x=(at(x)) y=(at(y + SIDE + 15.0)) { "is " (fit(&self.label, NAME, ROOM)) }
                text x=(at(x)) y=(at(y + SIDE + 30.0)) class="bad" {
                    "→ " (fit(&self.predicted, NAME, ROOM))
                }
                text class="quiet" x=(at(x)) y=(at(y + SIDE + 45.0)) { (sure) " sure" }
            }
        }
    }
}

/// Draws images that were taken for something else, in the order in which they are given.
pub fn mistakes(mistakes: &[Mistake]) -> Picture {
    if mistakes.is_empty() {
        return nothing("Not one mistake.");
    }
    let description = format!("{} samples that the net took for another class.", mistakes.len());
    Picture::new(description, |room| {
        let across = ((room / TILE) as usize).clamp(1, mistakes.len());
        let lines = mistakes.len().div_ceil(across);
        Drawing {
            width: across as f64 * TILE,
            height: lines as f64 * (SIDE + CAPTION) + 4.0,
            body: html! {
                @for (i, mistake) in mistakes.iter().enumerate() {
                    @let (x, y) = ((i % across) as f64 * TILE, (i / across) as f64 * (SIDE + CAPTION));
                    (mistake.tile(x + 2.0, y + 2.0))
                }
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn mistake(rows: usize, columns: usize, maps: usize) -> Mistake {
        let pixels = (0..rows * columns * maps).map(|i| i as f32).collect();
        let (label, predicted) = ("<three>".into(), "&".repeat(90));
        let image = Image { rows, columns, maps, pixels };
        Mistake { index: 1437, label, predicted, confidence: 0.987, image }
    }

    #[test]
    fn a_tile_says_what_it_is() {
        let texts = texts(&mistakes(&[mistake(8, 8, 1)]));
        let all = texts.join("");
        for text in ["sample 1,437", "is <three>", "→ &&&&", "98.70\u{a0}% sure"] {
            assert!(all.contains(text), "{text}: {all}");
        }
    }

    #[test]
    fn none_many_and_odd_ones() {
        assert!(texts(&mistakes(&[])).concat().ends_with("Not one mistake."));
        texts(&mistakes(&vec![mistake(28, 28, 3); 23]));
        let pixels = vec![f32::NAN, f32::INFINITY];
        let image = Image { pixels, ..mistake(3, 9, 1).image };
        let broken = Mistake { image, confidence: f32::NAN, ..mistake(3, 9, 1) };
        texts(&mistakes(&[broken, mistake(0, 4, 1), mistake(2, 2, 0), mistake(1, 1, 1)]));
    }
}
