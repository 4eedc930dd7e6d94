//! One image, in grey: dark is a high value, whatever the values are. A series is drawn as curves.

use maud::{Markup, html};

use super::picture::at;
use super::pixels::{Ramp, grid};
use super::trace::Trace;
use crate::data::is_series;

/// An image as a net sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its rows.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
    /// Its maps. More than one are shown as their mean.
    pub maps: usize,
    /// The values in the order of the net's own memory: row, column, map; the last runs fastest.
    pub pixels: Vec<f32>,
}

impl Image {
    /// The mean of a place's maps; NaN where there is none.
    fn pixel(&self, row: usize, column: usize) -> f64 {
        let start = (row * self.columns + column) * self.maps;
        let maps = self.pixels.get(start..start + self.maps).unwrap_or_default();
        maps.iter().map(|&value| f64::from(value)).sum::<f64>() / maps.len() as f64
    }

    /// Draws it into a square, its corner at (x, y): a series as curves, an image in grey.
    pub(super) fn draw(&self, corner: (f64, f64), side: f64) -> Markup {
        // One value is no curve.
        if is_series(self.rows, self.columns) && self.pixels.len() > 1 {
            return Trace::of(&self.pixels, self.maps.max(1)).draw(corner, (side, side));
        }
        self.draw_grey(corner, side)
    }

    /// White is its lowest value, black its highest.
    fn draw_grey(&self, (x, y): (f64, f64), side: f64) -> Markup {
        let pixels =
            || (0..self.rows).flat_map(|r| (0..self.columns).map(move |c| self.pixel(r, c)));
        let finite = || pixels().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let span = (finite().fold(f64::NEG_INFINITY, f64::max) - low).max(1e-30);
        let cell = side / self.rows.max(self.columns).max(1) as f64;
        let left = x + (side - cell * self.columns as f64) / 2.0;
        let top = y + (side - cell * self.rows as f64) / 2.0;
        html! {
            (grid((at(left), at(top)), cell, (self.rows, self.columns), Ramp::Ink,
                |r, c| (self.pixel(r, c) - low) / span))
        }
    }
}
