//! Curves over something counted: loss and accuracy over epochs, accuracy over samples seen.
//!
//! A value that has no place on the axis (NaN, infinity, a logarithm of zero) leaves a gap.

use maud::{Markup, html};

use super::axis::{Axis, Scale};
use super::picture::{Picture, at, nothing, text_width};
use crate::label;

const WIDTH: f64 = 640.0;
const PLOT: f64 = 250.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const FOOT: f64 = 44.0;
/// Height of a line of the legend.
const LINE: f64 = 20.0;
/// Columns for the name of a series.
const NAME: usize = 40;
/// Hues and dashes repeat after this many series.
const LOOKS: usize = 6;
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
        let (legend, lines) = self.legend();
        let top = 12.0 + LINE * lines as f64;
        let frame = Frame { across, upward, top };
        let height = top + PLOT + FOOT;
        Picture {
            width: WIDTH,
            height,
            description: self.description.to_owned(),
            body: html! {
                (legend)
                (frame.grid())
                text class="quiet middle" x=(at((LEFT + WIDTH - RIGHT) / 2.0)) y=(at(height - 6.0)) {
                    (label::name(self.across, 60))
                }
                text class="quiet middle" x="14" y=(at(top + PLOT / 2.0))
                    transform=(format!("rotate(-90 14 {})", at(top + PLOT / 2.0))) {
                    (label::name(self.upward, 30))
                }
                @for (i, series) in self.series.iter().enumerate() {
                    (frame.curve(series, i % LOOKS, self.scale))
                }
            },
        }
    }

    /// The names of the curves with a piece of each and its last value, and how many lines they
    /// take.
    fn legend(&self) -> (Markup, usize) {
        let (mut x, mut line) = (LEFT, 0);
        let mut entries = Vec::new();
        for (i, series) in self.series.iter().enumerate() {
            let last = series.points.last().map_or(f64::NAN, |&(_, y)| y);
            let text = format!("{}: {}", label::name(&series.name, NAME), value(last, self.scale));
            let width = 36.0 + text_width(&text) + 20.0;
            if x > LEFT && x + width > WIDTH {
                (x, line) = (LEFT, line + 1);
            }
            entries.push((x, 16.0 + LINE * line as f64, look(i % LOOKS), text));
            x += width;
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
struct Frame {
    across: Axis,
    upward: Axis,
    top: f64,
}

impl Frame {
    fn x(&self, value: f64) -> f64 {
        at(LEFT + self.across.place(value) * (WIDTH - LEFT - RIGHT))
    }

    fn y(&self, value: f64) -> f64 {
        at(self.top + PLOT * (1.0 - self.upward.place(value)))
    }

    fn grid(&self) -> Markup {
        let foot = self.top + PLOT;
        html! {
            @for (value, text) in self.upward.ticks() {
                path class="rule" d=(format!("M{LEFT} {}H{}", self.y(value), WIDTH - RIGHT)) {}
                text class="quiet end" x=(LEFT - 8.0) y=(at(self.y(value) + 4.0)) { (text) }
            }
            path class="base" d=(format!("M{LEFT} {foot}H{}", WIDTH - RIGHT)) {}
            @for (value, text) in self.across.ticks() {
                path class="base" d=(format!("M{} {foot}v4", self.x(value))) {}
                text class="quiet middle" x=(self.x(value)) y=(foot + 18.0) { (text) }
            }
        }
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

fn look(number: usize) -> String {
    format!("stroke:var(--s{number});stroke-dasharray:{}", DASHES[number])
}

fn value(value: f64, scale: Scale) -> String {
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
