//! The same course several times over: a thin curve for each run, a thick one for their mean, and
//! between them a band of one standard deviation to either side of it.
//!
//! On a logarithmic axis mean and deviation are those of the logarithms. Mean and band go as far as
//! all runs do.

use maud::{Markup, html};

use super::axis::{Axis, Scale};
use super::curve::{Frame, LINE, value};
use super::palette::{BAND, THIN};
use super::picture::{Drawing, Picture, WIDE, at, nothing, text_width};
use crate::base::label;

/// Kinds of curves that look different.
const LOOKS: usize = 2;
const DASHES: [&str; LOOKS] = ["none", "7 5"];

/// Runs of one recipe that share their axes.
#[derive(Debug, Clone)]
pub struct Spread<'a> {
    /// What the picture shows, in words.
    pub description: &'a str,
    /// What is measured along the vertical axis.
    pub upward: &'a str,
    /// How the vertical axis is divided.
    pub scale: Scale,
    /// What was measured, at most two things.
    pub bundles: Vec<Bundle>,
}

/// One thing that was measured in every run.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// What it is.
    pub name: String,
    /// Run by run: what it is called, and its values epoch by epoch.
    pub runs: Vec<(String, Vec<f64>)>,
}

impl Bundle {
    /// Mean and standard deviation over the runs, epoch by epoch, for as long as all of them have a
    /// value, of what `of` makes of the values.
    fn moments(&self, of: fn(f64) -> f64) -> Vec<(f64, f64)> {
        let shortest = self.runs.iter().map(|(_, values)| values.len()).min().unwrap_or(0);
        let each = (0..shortest).map(|epoch| {
            let values: Vec<f64> = self.runs.iter().map(|(_, run)| of(run[epoch])).collect();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            (mean, if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
        });
        each.collect()
    }
}

impl Spread<'_> {
    /// Draws it.
    pub fn picture(&self) -> Picture {
        let runs = || self.bundles.iter().flat_map(|bundle| &bundle.runs);
        let epochs = runs().map(|(_, values)| values.len()).max().unwrap_or(0);
        let across = Axis::counting((1..=epochs).map(|epoch| epoch as f64));
        let upward = Axis::around(self.scale, runs().flat_map(|(_, values)| values).copied());
        let (Some(across), Some(upward)) = (across, upward) else {
            return nothing("No figures to draw.");
        };
        Picture::new(self.description, |width| self.drawing(width, (&across, &upward)))
    }

    fn drawing(&self, width: f64, axes: (&Axis, &Axis)) -> Drawing {
        let (legend, lines) = self.legend(width);
        let frame = Frame::below(lines, axes, width);
        Drawing {
            width,
            height: frame.height(),
            body: html! {
                (legend)
                (frame.grid())
                (frame.names("epoch", self.upward))
                @for (i, bundle) in self.bundles.iter().enumerate() {
                    (self.bundle(&frame, bundle, i % LOOKS))
                }
            },
        }
    }

    /// What the curves are, and how many lines that takes.
    fn legend(&self, width: f64) -> (Markup, usize) {
        let left = if width < WIDE { 8.0 } else { 64.0 };
        let (mut x, mut line) = (left, 0);
        let mut entries = Vec::new();
        for (i, bundle) in self.bundles.iter().enumerate() {
            let text = format!("{}: each seed, mean ± sd", label::name(&bundle.name, 12));
            let entry = 36.0 + text_width(&text) + 20.0;
            if x > left && x + entry > width {
                (x, line) = (left, line + 1);
            }
            entries.push((x, LINE * line as f64, i % LOOKS, text));
            x += entry;
        }
        let legend = html! {
            @for (x, y, look, text) in &entries {
                path style=(format!("fill:var(--s{look});fill-opacity:{BAND}"))
                    d=(format!("M{} {}h26v12h-26z", at(*x), at(y + 6.0))) {}
                path class="curve" style=(thick(*look))
                    d=(format!("M{} {}h26", at(*x), at(y + 12.0))) {}
                text x=(at(x + 34.0)) y=(at(y + 16.0)) { (text) }
            }
        };
        (legend, line + 1)
    }

    fn bundle(&self, frame: &Frame<'_>, bundle: &Bundle, look: usize) -> Markup {
        let logarithmic = self.scale == Scale::Logarithmic;
        let (of, back): (fn(f64) -> f64, fn(f64) -> f64) =
            if logarithmic { (f64::ln, f64::exp) } else { (|x| x, |x| x) };
        let moments = bundle.moments(of);
        // The band stays within what its axis can show.
        let within = |x: f64| frame.upward.within(back(x));
        let edge = |sign: f64| -> Vec<f64> {
            moments.iter().map(|(mean, deviation)| within(mean + sign * deviation)).collect()
        };
        let mean: Vec<f64> = moments.iter().map(|(mean, _)| back(*mean)).collect();
        let known =
            moments.iter().all(|(mean, deviation)| mean.is_finite() && deviation.is_finite());
        let (high, low) = (edge(1.0), edge(-1.0));
        html! {
            @if known && bundle.runs.len() > 1 {
                path style=(format!("fill:var(--s{look});fill-opacity:{BAND}"))
                    d=(band(frame, &high, &low)) {}
            }
            @for (name, values) in &bundle.runs {
                path class="curve" style=(format!("stroke:var(--s{look});stroke-width:1;stroke-opacity:{THIN}"))
                    d=(frame.path(values)) {
                    title {
                        (label::name(&bundle.name, 30)) ", " (label::name(name, 60)) ": "
                        (value(values.last().copied().unwrap_or(f64::NAN), self.scale))
                    }
                }
            }
            path class="curve" style=(thick(look)) d=(frame.path(&mean)) {
                title {
                    (label::name(&bundle.name, 30)) ", mean: "
                    (value(mean.last().copied().unwrap_or(f64::NAN), self.scale))
                }
            }
        }
    }
}

fn thick(look: usize) -> String {
    format!("stroke:var(--s{look});stroke-width:2.5;stroke-dasharray:{}", DASHES[look])
}

/// From left to right along the upper edge, back along the lower one.
fn band(frame: &Frame<'_>, high: &[f64], low: &[f64]) -> String {
    let corner =
        |edge: &[f64], i: usize| format!("{} {}", frame.x((i + 1) as f64), frame.y(edge[i]));
    let there = (0..high.len()).map(|i| corner(high, i));
    let back = (0..low.len()).rev().map(|i| corner(low, i));
    let corners: Vec<_> = there.chain(back).collect();
    if corners.is_empty() { String::new() } else { format!("M{}z", corners.join("L")) }
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn spread(scale: Scale, runs: &[&[f64]]) -> Picture {
        let named = |(i, run): (usize, &&[f64])| (format!("seed {i}"), run.to_vec());
        let runs: Vec<_> = runs.iter().enumerate().map(named).collect();
        let bundle = |name: &str| Bundle { name: name.into(), runs: runs.clone() };
        let bundles = vec![bundle("training"), bundle("test")];
        Spread { description: "d", upward: "loss", scale, bundles }.picture()
    }

    #[test]
    fn every_run_its_mean_and_the_band_are_there() {
        let picture = spread(Scale::Percent, &[&[0.2, 0.5], &[0.4, 0.9], &[0.3, 1.0]]);
        let texts = texts(&picture);
        for text in ["seed 2", "1", "2", "training: each seed, mean ± sd", "80.00\u{a0}%"] {
            assert!(texts.iter().any(|t| t.contains(text)), "{text}: {texts:?}");
        }
        assert_eq!(picture.to_svg().matches("fill-opacity").count(), 4, "two bands, two keys");
    }

    #[test]
    fn the_mean_goes_as_far_as_all_runs() {
        let bundle = Bundle {
            name: "a".into(),
            runs: vec![("1".into(), vec![1.0, 2.0, 3.0]), ("2".into(), vec![3.0, 2.0])],
        };
        assert_eq!(bundle.moments(|x| x), [(2.0, 2_f64.sqrt()), (2.0, 0.0)]);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        for scale in [Scale::Linear, Scale::Percent, Scale::Logarithmic] {
            texts(&spread(scale, &[&[0.5, f64::INFINITY, 0.5], &[f64::NAN, 0.3, 0.4]]));
            texts(&spread(scale, &[&[0.5, 0.25]]));
            texts(&spread(scale, &[&[], &[0.5]]));
            assert_eq!(texts(&spread(scale, &[])).last().unwrap(), "No figures to draw.");
        }
    }
}
