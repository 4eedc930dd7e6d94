//! A series as curves: one line a channel, over the readings from left to right. Values that stand in
//! no order, a row of a table, are one line.
//!
//! A value that is no number leaves a gap.

use maud::{Markup, html};

use super::curve::{LOOKS, look};
use super::picture::at;

/// More points than these are not seen: of what lies between two of them the least and the most are drawn.
const POINTS: usize = 160;

/// Values as they lie in a net's memory: reading after reading, the channels of each beside each other.
pub(super) struct Trace<'a> {
    pub(super) values: &'a [f32],
    pub(super) channels: usize,
    /// What lies at the foot and at the top.
    pub(super) range: [f64; 2],
}

impl<'a> Trace<'a> {
    /// From the least of the values to the most.
    pub(super) fn of(values: &'a [f32], channels: usize) -> Self {
        let finite = || values.iter().map(|&value| f64::from(value)).filter(|v| v.is_finite());
        let (least, most) = (finite().fold(f64::MAX, f64::min), finite().fold(f64::MIN, f64::max));
        Self { values, channels, range: [least, most] }
    }

    /// Draws it into a frame, its corner at (x, y).
    pub(super) fn draw(&self, (x, y): (f64, f64), (width, height): (f64, f64)) -> Markup {
        let [least, most] = self.range;
        let zero = (least < 0.0 && most > 0.0).then(|| self.height(0.0, height));
        // What stands at one place is drawn along the values, not above it.
        let lines = if self.values.len() > self.channels { self.channels } else { 1 };
        html! {
            g class="trace" transform=(format!("translate({} {})", at(x), at(y))) {
                @if let Some(zero) = zero {
                    path class="rule" d=(format!("M0 {}h{}", at(zero), at(width))) {}
                }
                @for channel in 0..lines {
                    @let values: Vec<f64> =
                        self.values.iter().skip(channel).step_by(lines).map(|&v| v.into()).collect();
                    path class="curve" style=(format!("{};stroke-width:1.25", look(channel % LOOKS)))
                        d=(self.path(&values, (width, height))) {
                        @if lines > 1 { title { "channel " (channel) } }
                    }
                }
            }
            rect class="frame" x=(at(x)) y=(at(y)) width=(at(width)) height=(at(height)) {}
        }
    }

    /// How far below the top a value is drawn.
    fn height(&self, value: f64, height: f64) -> f64 {
        let [least, most] = self.range;
        let span = most - least;
        // A line that never moves runs through the middle.
        let share = if span > 0.0 { ((value - least) / span).clamp(0.0, 1.0) } else { 0.5 };
        2.0 + (height - 4.0) * (1.0 - share)
    }

    fn path(&self, values: &[f64], (width, height): (f64, f64)) -> String {
        let last = values.len().saturating_sub(1).max(1) as f64;
        let mut path = String::new();
        let mut down = false;
        for (place, value) in thinned(values) {
            if !value.is_finite() {
                down = false;
                continue;
            }
            let x = 1.0 + (width - 2.0) * place as f64 / last;
            let step = if down { 'L' } else { 'M' };
            path += &format!("{step}{} {}", at(x), at(self.height(value, height)));
            down = true;
        }
        path
    }
}

/// The values with their places; of many, those that are seen.
fn thinned(values: &[f64]) -> Vec<(usize, f64)> {
    let all: Vec<_> = values.iter().copied().enumerate().collect();
    if all.len() <= POINTS {
        return all;
    }
    let ends = |some: &[(usize, f64)]| {
        let least = some.iter().min_by(|a, b| a.1.total_cmp(&b.1)).copied();
        let most = some.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
        let mut ends = [least, most].map(Option::unwrap_or_default);
        ends.sort_by_key(|end| end.0);
        ends
    };
    all.chunks(all.len().div_ceil(POINTS / 2)).flat_map(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[f32], channels: usize) -> String {
        Trace::of(values, channels).draw((0.0, 0.0), (42.0, 24.0)).into_string()
    }

    #[test]
    fn a_channel_is_a_line() {
        let svg = drawn(&[0.0, 1.0, 1.0, 0.0], 2);
        assert!(svg.contains("M1 22L41 2") && svg.contains("M1 2L41 22"), "{svg}");
        assert_eq!(svg.matches("class=\"curve\"").count(), 2);
        assert!(svg.contains("<title>channel 1</title>"));
        // A row of a table is one line, whatever its values are called.
        assert!(drawn(&[0.0, 2.0, 1.0], 3).contains("M1 22L21 2L41 12"));
        // Zero is marked where it is crossed.
        assert!(drawn(&[-1.0, 1.0], 1).contains("class=\"rule\" d=\"M0 12h42\""));
    }

    #[test]
    fn gaps_stillness_and_nothing() {
        assert!(drawn(&[0.0, f32::NAN, 1.0, 0.0], 1).contains("M1 22M27.7 2L41 22"));
        assert!(drawn(&[7.0; 3], 1).contains("M1 12L21 12L41 12"));
        assert!(!drawn(&[f32::NAN; 4], 2).contains("NaN"));
        drawn(&[], 1);
    }

    #[test]
    fn a_long_series_keeps_its_ends() {
        let mut values = vec![0.0; 10_000];
        values[5_003] = 9.0;
        let points = thinned(&values);
        assert!(points.len() <= POINTS + 2 && points.contains(&(5_003, 9.0)));
        assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }
}
