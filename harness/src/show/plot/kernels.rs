//! The kernels of a convolution as small pictures: one column a kernel, one row an input map.
//!
//! Kernels of a series are curves, a line for each map, from minus the largest to the largest. Others are
//! grids: white is zero; blue is negative, orange positive, both as strong as the value is large against
//! the largest of the bank.

use maud::html;

use super::picture::{Drawing, Picture, at, nothing};
use super::pixels::{Ramp, grid};
use super::trace::Trace;
use crate::base::label;
use crate::data::is_series;

/// What is drawn of a bank at most: more would be no picture any more.
const KERNELS: usize = 64;
const MAPS: usize = 16;

/// Of more maps than this there are too many lines in one frame.
const LINES: usize = 12;
/// The frame of a kernel's curves.
const CURVES: (f64, f64) = (84.0, 56.0);

const LEFT: f64 = 56.0;
const GAP: f64 = 8.0;
const LINE: f64 = 18.0;

/// All kernels of a convolution.
#[derive(Debug, Clone)]
pub struct KernelBank {
    /// The layer's name.
    pub layer: String,
    /// How many kernels: the layer's maps.
    pub kernels: usize,
    /// A kernel's rows.
    pub rows: usize,
    /// A kernel's columns.
    pub columns: usize,
    /// A kernel's maps: those of the layer's input.
    pub maps: usize,
    /// The values in the order of the net's own memory: row, column, input map, kernel; the last
    /// runs fastest.
    pub values: Vec<f32>,
}

impl KernelBank {
    /// Row `r`, column `c` of kernel `o` on map `i`; NaN where there is none.
    fn value(&self, r: usize, c: usize, i: usize, o: usize) -> f64 {
        let place = ((r * self.columns + c) * self.maps + i) * self.kernels + o;
        self.values.get(place).map_or(f64::NAN, |&value| value.into())
    }

    /// The largest size of a value.
    pub fn largest(&self) -> f32 {
        let sizes = self.values.iter().map(|value| value.abs()).filter(|size| size.is_finite());
        sizes.fold(0.0, f32::max)
    }

    /// Whether its kernels are drawn as curves: those of a series of few maps.
    pub fn are_curves(&self) -> bool {
        let places = self.rows * self.columns;
        is_series(self.rows, self.columns) && places > 1 && self.maps <= LINES
    }

    /// The values of kernel `o`, place after place.
    fn kernel(&self, o: usize) -> Vec<f32> {
        self.values.iter().skip(o).step_by(self.kernels).copied().collect()
    }

    /// How many kernels a picture shows, and how many maps of each.
    pub fn shown(&self) -> (usize, usize) {
        (self.kernels.min(KERNELS), self.maps.min(MAPS))
    }
}

/// Draws a bank.
pub fn kernels(bank: &KernelBank) -> Picture {
    let (kernels, maps) = bank.shown();
    if kernels * maps * bank.rows * bank.columns == 0 {
        return nothing("No kernels to draw.");
    }
    if bank.are_curves() {
        return curves(bank, kernels);
    }
    let cell = (56.0 / bank.rows.max(bank.columns) as f64).floor();
    let cell = if maps == 1 { cell } else { (cell / 2.0).floor() }.max(1.0);
    let (width, height) = (cell * bank.columns as f64, cell * bank.rows as f64);
    let largest = f64::from(bank.largest()).max(1e-30);
    let description = description(bank);
    // Names of maps stand beside them where there is more than one.
    let left = if maps > 1 { LEFT } else { 2.0 };
    let block = maps as f64 * (height + GAP) + LINE;
    Picture::new(description, |room| {
        let across = (((room - left) / (width + GAP)) as usize).clamp(1, kernels);
        Drawing {
            width: left + across as f64 * (width + GAP),
            height: kernels.div_ceil(across) as f64 * block + 6.0,
            body: html! {
                @for o in 0..kernels {
                    @let x = left + (o % across) as f64 * (width + GAP);
                    @let y = (o / across) as f64 * block + LINE;
                    @if o % across == 0 && maps > 1 {
                        @for i in 0..maps {
                            @let middle = y + i as f64 * (height + GAP) + height / 2.0;
                            text class="quiet end" x=(left - 8.0) y=(at(middle + 4.0)) { "map " (i) }
                        }
                    }
                    g {
                        text class="quiet middle" x=(at(x + width / 2.0)) y=(at(y - 5.0)) { (o) }
                        @for i in 0..maps {
                            (grid((x, y + i as f64 * (height + GAP)), cell, (bank.rows, bank.columns),
                                Ramp::Diverging, |r, c| bank.value(r, c, i, o) / largest))
                        }
                    }
                }
            },
        }
    })
}

/// Draws the kernels of a series.
fn curves(bank: &KernelBank, kernels: usize) -> Picture {
    let largest = f64::from(bank.largest());
    let (width, height) = CURVES;
    let block = height + GAP + LINE;
    Picture::new(description(bank), |room| {
        let across = ((room / (width + GAP)) as usize).clamp(1, kernels);
        Drawing {
            width: 2.0 + across as f64 * (width + GAP),
            height: kernels.div_ceil(across) as f64 * block + 6.0,
            body: html! {
                @for o in 0..kernels {
                    @let x = 2.0 + (o % across) as f64 * (width + GAP);
                    @let y = (o / across) as f64 * block + LINE;
                    @let values = bank.kernel(o);
                    @let trace = Trace { values: &values, channels: bank.maps, range: [-largest, largest] };
                    g {
                        text class="quiet middle" x=(at(x + width / 2.0)) y=(at(y - 5.0)) { (o) }
                        (trace.draw((x, y), CURVES))
                    }
                }
            },
        }
    })
}

fn description(bank: &KernelBank) -> String {
    format!(
        "The {} kernels of {}, {} by {} on {} maps.",
        bank.kernels,
        label::name(&bank.layer, 24),
        bank.rows,
        bank.columns,
        bank.maps
    )
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn bank(kernels: usize, rows: usize, columns: usize, maps: usize) -> KernelBank {
        let size = kernels * rows * columns * maps;
        let values = (0..size).map(|i| i as f32 - size as f32 / 2.0).collect();
        KernelBank { layer: "C1 <&>".into(), kernels, rows, columns, maps, values }
    }

    #[test]
    fn values_are_found_in_the_nets_order() {
        let bank = bank(2, 1, 2, 3);
        // (row 0, column 1, map 2, kernel 1) is the last of 12: 11 − 6.
        assert_eq!(bank.value(0, 1, 2, 1), 5.0);
        assert_eq!(bank.value(0, 0, 1, 0), -4.0);
        assert_eq!(bank.largest(), 6.0);
    }

    #[test]
    fn banks_of_every_shape() {
        for (kernels, rows, columns, maps) in
            [(8, 3, 3, 1), (16, 5, 5, 6), (1, 1, 1, 1), (300, 2, 7, 40), (3, 90, 70, 1)]
        {
            let bank = bank(kernels, rows, columns, maps);
            let grids = plot(&bank).matches("class=\"pixels\"").count();
            assert_eq!(grids, bank.shown().0 * bank.shown().1);
        }
        plot(&bank(0, 3, 3, 1));
    }

    #[test]
    fn kernels_of_a_series_are_curves() {
        let series = bank(4, 5, 1, 6);
        // Of (place, map, kernel) the kernel runs fastest.
        assert_eq!(series.kernel(1)[..2], [1.0 - 60.0, 5.0 - 60.0]);
        let svg = plot(&series);
        assert_eq!(svg.matches("class=\"curve\"").count(), 4 * 6);
        assert!(!svg.contains("class=\"pixels\""));
        assert!(!bank(4, 5, 1, 40).are_curves() && !bank(4, 1, 1, 6).are_curves());
        let empty = KernelBank { values: Vec::new(), ..series };
        plot(&empty);
    }

    #[test]
    fn missing_and_broken_values_are_holes() {
        let mut bank = bank(2, 2, 2, 1);
        bank.values = vec![f32::NAN, f32::INFINITY, 0.0];
        plot(&bank);
    }

    fn plot(bank: &KernelBank) -> String {
        let picture = kernels(bank);
        texts(&picture);
        picture.to_svg()
    }
}
