//! The worst mistakes as pictures: what the net saw, what it is, what the net took it for and how
//! sure it was.

use maud::{Markup, html};

use super::picture::{Picture, at, nothing};
use super::pixels::{Ramp, grid};
use crate::label;

const ACROSS: usize = 6;
const TILE: f64 = 106.0;
const IMAGE: f64 = 84.0;
const CAPTION: f64 = 64.0;
/// Columns for a class name below an image.
const NAME: usize = 14;

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
    /// The image's rows.
    pub rows: usize,
    /// The image's columns.
    pub columns: usize,
    /// The image's maps. More than one are shown as their mean.
    pub maps: usize,
    /// The values in the order of the net's own memory: row, column, map; the last runs fastest.
    pub pixels: Vec<f32>,
}

impl Mistake {
    /// The mean of a place's maps; NaN where there is none.
    fn pixel(&self, row: usize, column: usize) -> f64 {
        let start = (row * self.columns + column) * self.maps;
        let maps = self.pixels.get(start..start + self.maps).unwrap_or_default();
        maps.iter().map(|&value| f64::from(value)).sum::<f64>() / maps.len() as f64
    }

    fn tile(&self, x: f64, y: f64) -> Markup {
        let pixels =
            || (0..self.rows).flat_map(|r| (0..self.columns).map(move |c| self.pixel(r, c)));
        let finite = || pixels().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let span = (finite().fold(f64::NEG_INFINITY, f64::max) - low).max(1e-30);
        let cell = IMAGE / self.rows.max(self.columns).max(1) as f64;
        let left = x + (IMAGE - cell * self.columns as f64) / 2.0;
        let top = y + (IMAGE - cell * self.rows as f64) / 2.0;
        let sure = label::percent(self.confidence.into());
        html! {
            g {
                title { "sample " (label::count(self.index as u64)) }
                (grid((at(left), at(top)), cell, (self.rows, self.columns), Ramp::Ink,
                    |r, c| (self.pixel(r, c) - low) / span))
                text x=(at(x)) y=(at(y + IMAGE + 15.0)) { "is " (label::name(&self.label, NAME)) }
                text x=(at(x)) y=(at(y + IMAGE + 30.0)) style="fill:var(--wrong)" {
                    "→ " (label::name(&self.predicted, NAME))
                }
                text class="quiet" x=(at(x)) y=(at(y + IMAGE + 45.0)) { (sure) " sure" }
            }
        }
    }
}

/// Draws images that were taken for something else, in the order in which they are given.
pub fn mistakes(mistakes: &[Mistake]) -> Picture {
    if mistakes.is_empty() {
        return nothing("Not one mistake.");
    }
    let across = mistakes.len().min(ACROSS);
    let lines = mistakes.len().div_ceil(across);
    Picture {
        width: (across as f64 * TILE).max(220.0),
        height: lines as f64 * (IMAGE + CAPTION) + 4.0,
        description: format!("{} images that the net took for another class.", mistakes.len()),
        body: html! {
            @for (i, mistake) in mistakes.iter().enumerate() {
                @let (x, y) = ((i % across) as f64 * TILE, (i / across) as f64 * (IMAGE + CAPTION));
                (mistake.tile(x + 2.0, y + 2.0))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn mistake(rows: usize, columns: usize, maps: usize) -> Mistake {
        let pixels = (0..rows * columns * maps).map(|i| i as f32).collect();
        let (label, predicted) = ("<three>".into(), "&".repeat(90));
        Mistake { index: 1437, label, predicted, confidence: 0.987, rows, columns, maps, pixels }
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
        let broken = Mistake {
            pixels: vec![f32::NAN, f32::INFINITY],
            confidence: f32::NAN,
            ..mistake(3, 9, 1)
        };
        texts(&mistakes(&[broken, mistake(0, 4, 1), mistake(2, 2, 0), mistake(1, 1, 1)]));
    }
}
