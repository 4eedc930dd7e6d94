//! Curves over something counted: loss and accuracy over epochs, accuracy over samples seen.
//!
//! A value that has no place on the axis (NaN, infinity, a logarithm of zero) leaves a gap.

use maud::{Markup, html};

use super::axis::{Axis, Scale};
use super::palette::SERIES;
use super::picture::{Drawing, Picture, WIDE, at, fit, nothing, text_width};
use crate::base::label;

/// Height of the plot beside its width, within bounds.
const SLOPE: f64 = 0.4;
const LOW: f64 = 180.0;
const RIGHT: f64 = 16.0;
const FOOT: f64 = 44.0;
/// Height of a line of the legend.
pub(super) const LINE: f64 = 20.0;
/// Columns for the name of a series.
const NAME: usize = 40;
/// Hues and dashes repeat after this many series.
pub(super) const LOOKS: usize = SERIES.len();
const DASHES: [&str; LOOKS] = ["none", "7 5", "2 4", "9 4 2 4", "12 4", "4 3"];

/// Curves that share their axes.
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// What the picture shows, in words.
    pub description: &'a str,
    /// What is counted along the horizontal axis.
    pub across: &'a str,
    /// What is measured along the vertical axis.
    pub upward: &'a str,
    /// How the vertical axis is divided.
    pub scale: Scale,
    /// The curves.
    pub series: Vec<Series>,
}

/// One curve.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is called in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

impl Chart<'_> {
    /// Draws it.
    pub fn picture(&self) -> Picture {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let shown = || points().filter(|(x, _)| x.is_finite());
        let across = Axis::counting(points().map(|&(x, _)| x));
        let upward = Axis::around(self.scale, shown().map(|&(_, y)| y));
        let (Some(across), Some(upward)) = (across, upward) else {
            return nothing("No figures to draw.");
        };
        let plot = Plot { chart: self, across, upward };
        Picture::new(self.description, |width| plot.drawing(width))
    }
}

/// A chart with its axes.
struct Plot<'a> {
    chart: &'a Chart<'a>,
    across: Axis,
    upward: Axis,
}

impl Plot<'_> {
    fn drawing(&self, width: f64) -> Drawing {
        let Chart { across, upward, series, scale, .. } = self.chart;
        let (legend, lines) = self.legend(width);
        let frame = Frame::below(lines, (&self.across, &self.upward), width);
        Drawing {
            width,
            height: frame.height(),
            body: html! {
                (legend)
                (frame.grid())
                (frame.names(across, upward))
                @for (i, series) in series.iter().enumerate() {
                    (frame.curve(series, i % LOOKS, *scale))
                }
            },
        }
    }

    /// The names of the curves with a piece of each and its last value, and how many lines they
    /// take.
    fn legend(&self, width: f64) -> (Markup, usize) {
        let left = if width < WIDE { 8.0 } else { 64.0 };
        let (mut x, mut line) = (left, 0);
        let mut entries = Vec::new();
        for (i, series) in self.chart.series.iter().enumerate() {
            let last = series.points.last().map_or(f64::NAN, |&(_, y)| y);
            let last = value(last, self.chart.scale);
            // The value stands, and the name has the room that is left beside it.
            let room = width - left - 50.0 - text_width(&last);
            let name = fit(&series.name, NAME, room);
            let text = format!("{name}: {last}");
            let entry = 36.0 + text_width(&text) + 20.0;
            if x > left && x + entry > width {
                (x, line) = (left, line + 1);
            }
            entries.push((x, 16.0 + LINE * line as f64, look(i % LOOKS), text));
            x += entry;
        }
        let legend = html! {
            @for (x, y, look, text) in &entries {
                path class="curve" style=(look) d=(format!("M{} {}h26", at(*x), at(y - 4.0))) {}
                text x=(at(x + 34.0)) y=(at(*y)) { (text) }
            }
        };
        (legend, line + 1)
    }
}

/// The axes and where they lie.
pub(super) struct Frame<'a> {
    pub(super) across: &'a Axis,
    pub(super) upward: &'a Axis,
    left: f64,
    right: f64,
    top: f64,
    foot: f64,
}

impl<'a> Frame<'a> {
    /// Below so many lines of a legend, in a drawing of a width.
    pub(super) fn below(lines: usize, (across, upward): (&'a Axis, &'a Axis), width: f64) -> Self {
        let ticks = upward.ticks();
        let widest = ticks.iter().map(|(_, text)| text_width(text)).fold(0.0, f64::max);
        let left = (34.0 + widest).max(64.0 * width / WIDE);
        let top = 12.0 + LINE * lines as f64;
        let right = width - RIGHT;
        let foot = top + (SLOPE * (right - left)).max(LOW);
        Self { across, upward, left, right, top, foot }
    }

    /// How high a drawing with it is.
    pub(super) fn height(&self) -> f64 {
        self.foot + FOOT
    }

    /// What the axes measure.
    pub(super) fn names(&self, across: &str, upward: &str) -> Markup {
        let (middle, half) = (at((self.left + self.right) / 2.0), at((self.top + self.foot) / 2.0));
        html! {
            text class="quiet middle" x=(middle) y=(at(self.height() - 6.0)) {
                (label::name(across, 40))
            }
            text class="quiet middle" x="14" y=(half) transform=(format!("rotate(-90 14 {half})")) {
                (label::name(upward, 24))
            }
        }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        at(self.left + self.across.place(value) * (self.right - self.left))
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        at(self.foot + self.upward.place(value) * (self.top - self.foot))
    }

    pub(super) fn grid(&self) -> Markup {
        let Self { left, right, foot, .. } = *self;
        let across = self.across.ticks_along(right - left);
        html! {
            @for (value, text) in &self.upward.ticks() {
                path class="rule" d=(format!("M{} {}H{}", at(left), self.y(*value), at(right))) {}
                text class="quiet end" x=(at(left - 8.0)) y=(at(self.y(*value) + 4.0)) { (text) }
            }
            path class="base" d=(format!("M{} {}H{}", at(left), at(foot), at(right))) {}
            @for (value, text) in &across {
                path class="base" d=(format!("M{} {}v4", self.x(*value), at(foot))) {}
                @let middle = self.x(*value).min(right + RIGHT - text_width(text) / 2.0);
                text class="quiet middle" x=(at(middle)) y=(at(foot + 18.0)) { (text) }
            }
        }
    }

    /// The line through values at 1, 2, 3 and so on, with a gap where one has no place.
    pub(super) fn path(&self, values: &[f64]) -> String {
        let mut path = String::new();
        let mut pen = 'M';
        for (x, &y) in (1..).map(f64::from).zip(values) {
            if !self.upward.shows(y) {
                pen = 'M';
                continue;
            }
            path.push_str(&format!("{pen}{} {}", self.x(x), self.y(y)));
            pen = 'L';
        }
        path
    }

    fn curve(&self, series: &Series, number: usize, scale: Scale) -> Markup {
        let has_place = |&(x, y): &(f64, f64)| self.across.shows(x) && self.upward.shows(y);
        let runs: Vec<_> = series.points.split(|point| !has_place(point)).collect();
        let mut path = String::new();
        for run in runs.iter().filter(|run| run.len() > 1) {
            for (i, &(x, y)) in run.iter().enumerate() {
                let pen = if i == 0 { 'M' } else { 'L' };
                path.push_str(&format!("{pen}{} {}", self.x(x), self.y(y)));
            }
        }
        html! {
            path class="curve" style=(look(number)) d=(path) {
                title { (label::name(&series.name, NAME)) }
            }
            // A value between two gaps is no line; it is a dot.
            @for run in runs.iter().filter(|run| run.len() == 1) {
                circle cx=(self.x(run[0].0)) cy=(self.y(run[0].1)) r="3"
                    style=(format!("fill:var(--s{number})")) {
                    title { (label::name(&series.name, NAME)) ": " (value(run[0].1, scale)) }
                }
            }
        }
    }
}

pub(super) fn look(number: usize) -> String {
    format!("stroke:var(--s{number});stroke-dasharray:{}", DASHES[number])
}

pub(super) fn value(value: f64, scale: Scale) -> String {
    if scale == Scale::Percent { label::percent(value) } else { label::figure(value) }
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn chart(scale: Scale, series: &[(&str, &[(f64, f64)])]) -> Picture {
        let series = series
            .iter()
            .map(|&(name, points)| Series { name: name.into(), points: points.into() });
        let chart = Chart {
            description: "d",
            across: "epoch",
            upward: "loss",
            scale,
            series: series.collect(),
        };
        chart.picture()
    }

    #[test]
    fn curves_have_names_axes_and_figures() {
        let train = [(1.0, 0.9), (2.0, 0.2), (3.0, 0.0912)];
        let test = [(1.0, 0.8), (2.0, 0.3), (3.0, 0.25)];
        let picture = chart(Scale::Logarithmic, &[("train", &train), ("test", &test)]);
        let texts = texts(&picture);
        for text in ["train: 0.0912", "test: 0.25", "epoch", "loss", "0.1", "1", "2", "3"] {
            assert!(texts.iter().any(|t| t == text), "{text}: {texts:?}");
        }
    }

    #[test]
    fn gaps_are_left_open() {
        let points = [(1.0, 0.5), (2.0, f64::NAN), (3.0, 0.5), (4.0, 0.6), (f64::INFINITY, 1.0)];
        let picture = chart(Scale::Percent, &[("a", &points)]);
        let svg = picture.to_svg();
        texts(&picture);
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains("a: 50.00\u{a0}%"));
    }

    #[test]
    fn nothing_to_draw_is_said() {
        let bad = [(1.0, f64::NAN), (f64::NAN, 1.0), (2.0, f64::INFINITY)];
        for series in [&[][..], &[("a", &[][..])], &[("a", &bad)]] {
            for scale in [Scale::Linear, Scale::Percent, Scale::Logarithmic] {
                assert_eq!(texts(&chart(scale, series)).last().unwrap(), "No figures to draw.");
            }
        }
    }

    #[test]
    fn many_long_names_stay_within_the_picture() {
        let name = "<&\"".repeat(40);
        let points = [(0.0, 1.0), (9.0, -1.0)];
        texts(&chart(Scale::Linear, &vec![(&*name, &points[..]); 9]));
    }
}
