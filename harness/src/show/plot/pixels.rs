//! Values as a small picture: a grid of cells, one path for all cells of a level.
//!
//! Values are taken to one of 33 levels, which are as many as an eye tells apart in a small
//! picture, and neighbours of one level in a row become one rectangle: a page with fifty images
//! stays small.

use maud::{Markup, html};

use super::palette::{RAMP_ABOVE, RAMP_BELOW, RAMP_INK, RAMP_PAPER, mix};
use super::picture::at;

/// Levels on each side of the middle one.
const SIDE: i32 = 16;

/// What a level looks like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ramp {
    /// From paper to ink, for values from 0 to 1.
    Ink,
    /// From blue over white to orange, for values from −1 to 1.
    Diverging,
}

impl Ramp {
    fn level(self, value: f64) -> Option<i32> {
        let from_middle = match self {
            Ramp::Ink => 2.0 * value - 1.0,
            Ramp::Diverging => value,
        };
        let level = (from_middle.clamp(-1.0, 1.0) * f64::from(SIDE)).round();
        value.is_finite().then_some(level as i32)
    }

    fn color(self, level: i32) -> String {
        let share = f64::from(level) / f64::from(SIDE);
        let (end, share) = match self {
            Ramp::Ink => (RAMP_INK, (share + 1.0) / 2.0),
            Ramp::Diverging if level < 0 => (RAMP_BELOW, -share),
            Ramp::Diverging => (RAMP_ABOVE, share),
        };
        format!("#{:06x}", mix(RAMP_PAPER, end, share))
    }
}

/// A grid with its upper left corner at (x, y), its cells `cell` wide and high. A value that is no
/// number is a hole.
pub(super) fn grid(
    (x, y): (f64, f64),
    cell: f64,
    (rows, columns): (usize, usize),
    ramp: Ramp,
    value: impl Fn(usize, usize) -> f64,
) -> Markup {
    let mut paths = vec![String::new(); 2 * SIDE as usize + 1];
    for row in 0..rows {
        let levels: Vec<_> = (0..columns).map(|column| ramp.level(value(row, column))).collect();
        let mut column = 0;
        for run in levels.chunk_by(|a, b| a == b) {
            if let Some(level) = run[0] {
                let path = &mut paths[(level + SIDE) as usize];
                path.push_str(&format!("M{column} {row}h{0}v1h-{0}z", run.len()));
            }
            column += run.len();
        }
    }
    let place = format!("translate({x} {y}) scale({cell})");
    html! {
        g class="pixels" transform=(place) {
            @for (level, path) in (-SIDE..).zip(&paths).filter(|(_, path)| !path.is_empty()) {
                path fill=(ramp.color(level)) d=(path) {}
            }
        }
        rect class="frame" x=(x) y=(y) width=(at(columns as f64 * cell)) height=(at(rows as f64 * cell)) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_level_are_one_rectangle() {
        let values = [[0.0, 0.0, 1.0], [1.0, 0.0, f64::NAN]];
        let svg = grid((0.0, 0.0), 4.0, (2, 3), Ramp::Ink, |r, c| values[r][c]).into_string();
        assert!(svg.contains("M0 0h2v1h-2zM1 1h1v1h-1z"), "{svg}");
        assert!(svg.contains("M2 0h1v1h-1zM0 1h1v1h-1z"), "{svg}");
    }

    #[test]
    fn ramps_end_where_they_should() {
        assert_eq!(Ramp::Diverging.color(0), "#fafaf8");
        assert_eq!(Ramp::Diverging.color(-SIDE), "#005293");
        assert_eq!(Ramp::Diverging.color(SIDE), "#c85000");
        assert_eq!(Ramp::Ink.level(7.0), Some(SIDE));
        assert_eq!(Ramp::Ink.level(f64::NEG_INFINITY), None);
    }
}
