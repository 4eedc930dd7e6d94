//! What a chip learnt by itself, beside the desktop's run of the same updates.

use maud::{Markup, html};

use super::page::{Figure, headline, list, page, picture};
use crate::base::label;
use crate::data::Form;
use crate::learn::confusion::Confusion;
use crate::show::plot::{self, Changed, Chart, Scale, Series};
use crate::show::sheet::Sheet;

/// A curve has about so many points; more are not seen.
const POINTS: usize = 300;

/// Everything that is told about a fine-tuning run on a chip.
#[derive(Debug, Clone)]
pub struct FineTuningReport {
    /// The heading: `digits, fine-tuned on a Cortex-M4F`.
    pub title: String,
    /// In a sentence, how the new world differs from the old: `All images are mirrored.`
    pub change: String,
    /// What the inputs are.
    pub form: Form,
    /// What ran where: board, net, samples, rate, seed, …
    pub setting: Vec<Figure>,
    /// Images of the old world, and how they look in the new one.
    pub changed: Vec<Changed>,
    /// In a sentence, why and when the run ended before its time, if it did.
    pub ended: Option<String>,
    /// What the chip did.
    pub chip: Run,
    /// What the desktop did with the same samples.
    pub desktop: Run,
    /// How many samples an epoch has: losses are told as means of so many.
    pub round: usize,
    /// What the chip took the test images of the new world for: before, after.
    pub taken: Vec<Confusion>,
    /// What it cost the chip: instructions a step, memory, stack, …
    pub costs: Vec<Figure>,
    /// How long that would take on chips.
    pub times: Option<Sheet>,
}

/// One machine's run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Accuracies against samples seen, from before the first to after the last.
    pub course: Vec<Reading>,
    /// A checksum of the bits of all parameters after the last update, if they are known.
    pub parameters: Option<u32>,
    /// A checksum of the bits of all losses on the way.
    pub losses: u32,
    /// Those losses, each that of a sample before its update.
    pub each_loss: Vec<f32>,
}

/// How well the net does at one moment of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// How many samples it has learnt from so far.
    pub samples: usize,
    /// Accuracy on data of the new world that it does not learn from.
    pub new: f64,
    /// Accuracy on data of the old world.
    pub old: f64,
}

impl Run {
    /// Whether two runs went the same way, to the last bit of what is known of both.
    pub fn equals(&self, other: &Self) -> bool {
        let [ours, theirs] = [self, other].map(|run| run.parameters);
        ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs)
            && self.losses == other.losses
            && self.course.len() == other.course.len()
            && self.course.iter().zip(&other.course).all(|(a, b)| a.bits() == b.bits())
    }
}

impl Reading {
    fn bits(&self) -> (usize, u64, u64) {
        (self.samples, self.new.to_bits(), self.old.to_bits())
    }
}

impl FineTuningReport {
    /// Whether chip and desktop did the same, to the last bit.
    pub fn equal_to_the_bit(&self) -> bool {
        self.chip.equals(&self.desktop)
    }

    /// How well it does, sample by sample, as a picture by itself: an SVG file.
    pub fn to_svg(&self) -> String {
        self.accuracies().picture().to_svg()
    }

    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let body = html! {
            @if let Some(ended) = &self.ended { p.verdict.unequal { (ended) } }
            (headline(&self.headline()))
            @if self.two_worlds() { section {
                h2 { "Two worlds" }
                (picture(&plot::worlds(&self.changed), &format!(
                    "Test {} as the net knew them, and as the chip sees them. {} {}",
                    self.form.many(), label::name(&self.change, 120), self.form.legend())))
            } }
            section {
                h2 { "How it went" }
                (picture(&self.accuracies().picture(), &self.caption()))
                (picture(&self.losses().picture(), &self.loss_caption()))
            }
            @if !self.taken.is_empty() {
                section {
                    h2 { (if self.two_worlds() { "What it took the new world for" } else { "What it took the samples for" }) }
                    div.halves {
                        @for (place, taken) in self.taken.iter().enumerate() {
                            (picture(&plot::confusion(taken), &confusion_caption(place, taken)))
                        }
                    }
                    p.note {
                        "Each row is a true class, each column what it was called. Blue cells are right, orange ones \
                         mistakes; the stronger a cell, the larger its share of the row."
                    }
                }
            }
            section { h2 { "The chip beside the desktop" } (self.comparison()) }
            section {
                div.halves {
                    div { h2 { "Setting" } (list(&self.setting)) }
                    div { h2 { "What it cost the chip" } (list(&self.costs)) }
                }
            }
            @if let Some(sheet) = &self.times {
                section { h2 { (sheet.heading) } (sheet.table) p.note { (sheet.note) } }
            }
        };
        page(&self.title, &self.change, body)
    }

    /// Whether the chip learns of another world than that which it knew.
    fn two_worlds(&self) -> bool {
        !self.changed.is_empty()
    }

    fn headline(&self) -> Vec<Figure> {
        let (first, last) = (self.chip.course.first(), self.chip.course.last());
        if !self.two_worlds() {
            let share = |reading| accuracy(reading, |reading: &Reading| reading.new);
            return vec![
                Figure::new("held-out samples, before", share(first)),
                Figure::new("held-out samples, after", share(last)),
            ];
        }
        vec![
            Figure::new("new data, before", accuracy(first, |reading| reading.new)),
            Figure::new("new data, after", accuracy(last, |reading| reading.new)),
            Figure::new("old data, before", accuracy(first, |reading| reading.old)),
            Figure::new("old data, after", accuracy(last, |reading| reading.old)),
        ]
    }

    fn accuracies(&self) -> Chart<'_> {
        let readings = |run: &Run, value: fn(&Reading) -> f64| {
            run.course.iter().map(|reading| (reading.samples as f64, value(reading))).collect()
        };
        let new: &dyn Fn(&Run) -> Vec<(f64, f64)> = &|run| readings(run, |reading| reading.new);
        let old: &dyn Fn(&Run) -> Vec<(f64, f64)> = &|run| readings(run, |reading| reading.old);
        let (description, series) = match self.two_worlds() {
            true => (
                "Accuracy on new and on old data against samples seen.",
                self.series(&[("new data", new), ("old data", old)]),
            ),
            false => (
                "Accuracy on held-out samples against samples seen.",
                self.series(&[("held-out samples", new)]),
            ),
        };
        Chart {
            description,
            across: "samples seen",
            upward: "accuracy",
            scale: Scale::Percent,
            series,
        }
    }

    fn losses(&self) -> Chart<'_> {
        Chart {
            description: "Loss against samples seen.",
            across: "samples seen",
            upward: "loss",
            scale: Scale::Logarithmic,
            series: self.series(&[("loss", &|run| means(&run.each_loss, self.round))]),
        }
    }

    /// The chip's curves, and the desktop's where they are not the same: curves that are equal to
    /// the bit would only hide each other.
    fn series(&self, curves: &[(&str, &dyn Fn(&Run) -> Vec<(f64, f64)>)]) -> Vec<Series> {
        let named = |run: &Run, machine: &str| -> Vec<_> {
            let series = |&(name, points): &(&str, &dyn Fn(&Run) -> _)| Series {
                name: format!("{name}{machine}"),
                points: points(run),
            };
            curves.iter().map(series).collect()
        };
        let mut all = named(&self.chip, "");
        if !self.equal_to_the_bit() {
            all.extend(named(&self.desktop, ", desktop"));
        }
        all
    }

    fn caption(&self) -> String {
        let samples = self.chip.course.last().map_or(0, |reading| reading.samples);
        let whose = if self.equal_to_the_bit() {
            "The desktop's curves are the same and lie under the chip's."
        } else {
            "The desktop's curves are drawn beside the chip's, since they differ."
        };
        format!(
            "Accuracy on {}, while the chip learns from {} samples. {whose}",
            if self.two_worlds() {
                "held-out data of the new world and on data of the old one"
            } else {
                "held-out samples"
            },
            label::count(samples as u64),
        )
    }

    fn loss_caption(&self) -> String {
        format!(
            "The loss of a sample before its update, as the mean of the last {} samples, on a logarithmic axis: so many \
             make an epoch. At the start there are fewer.",
            label::count(self.round as u64),
        )
    }

    fn comparison(&self) -> Markup {
        let equal = self.equal_to_the_bit();
        let known = self.chip.parameters.is_some();
        let sum = |sum: Option<u32>| sum.map_or_else(|| label::DASH.into(), label::checksum);
        let last = |run: &Run, value: fn(&Reading) -> f64| accuracy(run.course.last(), value);
        let both = |value: &dyn Fn(&Run) -> String| [value(&self.chip), value(&self.desktop)];
        let mut rows = vec![
            ("parameters, checksum of all bits", both(&|run| sum(run.parameters))),
            ("losses, checksum of all bits", both(&|run| label::checksum(run.losses))),
        ];
        let new = both(&|run| last(run, |reading| reading.new));
        if self.two_worlds() {
            let old = both(&|run| last(run, |reading| reading.old));
            rows.extend([
                ("accuracy on new data, after", new),
                ("accuracy on old data, after", old),
            ]);
        } else {
            rows.push(("accuracy on held-out samples, after", new));
        }
        html! {
            p class=(if equal { "verdict equal" } else { "verdict unequal" }) {
                @if equal && known {
                    "✓ Equal to the bit: every parameter, every loss, every accuracy."
                } @else if equal {
                    "✓ Every loss is equal to the bit; the chip's parameters could not be fetched."
                } @else {
                    "✗ Not equal: chip and desktop went different ways."
                }
            }
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { "after the last update" }
                    th.number scope="col" { "chip" }
                    th.number scope="col" { "desktop" }
                    th.number scope="col" { "" }
                } }
                tbody { @for (name, [chip, desktop]) in &rows {
                    tr {
                        th scope="row" { (name) }
                        td.number { code { (chip) } }
                        td.number { code { (desktop) } }
                        td.number { @if chip == desktop { "=" } @else if chip != label::DASH { "≠" } }
                    }
                } }
            } }
        }
    }
}

/// The mean of the last `round` values, at as many places as a curve has points, the last of them
/// included. It begins where a fifth of a round is there: the mean of one sample tells nothing.
fn means(values: &[f32], round: usize) -> Vec<(f64, f64)> {
    let Some(last) = values.len().checked_sub(1) else { return Vec::new() };
    let first = (round / 5).saturating_sub(1).min(last);
    let stride = (last - first).div_ceil(POINTS).max(1);
    let places = (first..last).step_by(stride).chain([last]);
    let mean = |place: usize| {
        let window = &values[(place + 1).saturating_sub(round.max(1))..=place];
        let sum: f64 = window.iter().map(|&value| f64::from(value)).sum();
        ((place + 1) as f64, sum / window.len() as f64)
    };
    places.map(mean).collect()
}

fn confusion_caption(place: usize, taken: &Confusion) -> String {
    let when = if place == 0 { "Before the chip learnt" } else { "After the last update" };
    let (right, all) = (label::count(taken.correct()), label::count(taken.total()));
    format!("{when}: {right} of {all} are right.")
}

fn accuracy(reading: Option<&Reading>, value: fn(&Reading) -> f64) -> String {
    label::percent(reading.map_or(f64::NAN, value))
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;
    use crate::plan::{Plan, Training};
    use crate::show::plot::Image;
    use cpfo_nets::digits;

    fn report() -> FineTuningReport {
        let reading = |i: usize| Reading {
            samples: 10 * i,
            new: 0.3 + 0.03 * i as f64,
            old: 0.97 - 0.01 * i as f64,
        };
        let run = Run {
            course: (0..=20).map(reading).collect(),
            parameters: Some(0xC0FFEE),
            losses: 7,
            each_loss: (1..=200).map(|sample| 2.0 / sample as f32).collect(),
        };
        let image = Image { rows: 1, columns: 2, maps: 1, pixels: vec![0.0, 1.0] };
        let names = || vec!["<zero>".to_owned(), "one".to_owned()];
        let taken = |right| Confusion::from_pairs(names(), [(0, 0), (1, right)]).unwrap();
        FineTuningReport {
            title: "digits on a <Cortex-M4F>".into(),
            change: "All images are mirrored.".into(),
            form: Form::Image,
            ended: None,
            setting: vec![Figure::new("board", "mps2-an386")],
            changed: vec![Changed { label: "<0>".into(), before: image.clone(), after: image }],
            chip: run.clone(),
            desktop: run,
            round: 10,
            taken: vec![taken(0), taken(1)],
            costs: vec![Figure::new("instructions a step", "26,012")],
            times: Plan::of::<digits::Net>(Training::All).map(|plan| plan.times(None, 200)),
        }
    }

    #[test]
    fn equal_runs_are_called_equal() {
        let html = report().to_html();
        stands_alone(&html);
        for text in [
            "✓ Equal to the bit",
            "30.00\u{a0}%",
            "90.00\u{a0}%",
            ">00c0ffee<",
            ">00000007<",
            "26,012",
            "learns from 200",
            "loss: 0.01023",
            "Before the chip learnt: 1 of 2 are right.",
            "After the last update: 2 of 2 are right.",
            "All times are estimates",
            "nRF52840",
            "&lt;0&gt;",
        ] {
            assert!(html.contains(text), "{text}");
        }
        assert!(!html.contains("new data, desktop"));
    }

    #[test]
    fn one_bit_makes_a_difference() {
        let mut report = report();
        report.desktop.course[3].new = f64::from_bits(report.desktop.course[3].new.to_bits() + 1);
        assert!(!report.equal_to_the_bit());
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("✗ Not equal") && html.contains("new data, desktop"));
        assert!(html.contains("loss, desktop"));
    }

    #[test]
    fn an_early_end_is_told() {
        let mut report = report();
        report.ended = Some("It ended early, after 3 of 20 steps: <stopped>".into());
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("after 3 of 20 steps: &lt;stopped&gt;"));
        assert!(html.contains("✓ Equal to the bit"));
        report.chip.parameters = None;
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("the chip's parameters could not be fetched"));
        report.chip.losses += 1;
        assert!(report.to_html().contains("✗ Not equal"));
    }

    #[test]
    fn runs_without_a_moment_are_reported() {
        let mut report = report();
        report.chip.course.clear();
        report.desktop.course.clear();
        report.chip.each_loss.clear();
        report.desktop.each_loss.clear();
        report.taken.clear();
        report.changed.clear();
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("No figures to draw.") && !html.contains("NaN"));
    }

    #[test]
    fn losses_are_means_of_an_epoch() {
        let values: Vec<f32> = (1..=1000).map(|value| value as f32).collect();
        let means = means(&values, 10);
        assert!((POINTS / 2..=POINTS + 1).contains(&means.len()), "{}", means.len());
        assert_eq!(means[0], (2.0, 1.5));
        assert_eq!(means[2], (10.0, 5.5));
        assert_eq!(*means.last().unwrap(), (1000.0, 995.5));
        assert_eq!(super::means(&[], 10), []);
        assert_eq!(super::means(&[3.0], 0), [(1.0, 3.0)]);
    }
}
