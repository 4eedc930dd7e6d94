//! What a chip learnt by itself, beside the desktop's run of the same updates.

use maud::{Markup, html};

use super::page::{Figure, headline, list, page, picture};
use crate::label;
use crate::plot::{Chart, Scale, Series};

/// Everything that is told about a fine-tuning run on a chip.
#[derive(Debug, Clone)]
pub struct FineTuningReport {
    /// The heading: `digits, fine-tuned on a Cortex-M4F`.
    pub title: String,
    /// In a sentence, how the new world differs from the old: `All images are mirrored.`
    pub change: String,
    /// What ran where: board, net, samples, rate, seed, …
    pub setting: Vec<Figure>,
    /// What the chip did.
    pub chip: Run,
    /// What the desktop did with the same samples.
    pub desktop: Run,
    /// What it cost the chip: instructions a step, memory, stack, …
    pub costs: Vec<Figure>,
}

/// One machine's run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Accuracies against samples seen, from before the first to after the last.
    pub course: Vec<Reading>,
    /// A hash of the bits of all parameters after the last update.
    pub parameters: u64,
    /// A hash of the bits of all losses on the way.
    pub losses: u64,
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
    /// Whether two runs went the same way, to the last bit.
    pub fn equals(&self, other: &Self) -> bool {
        (self.parameters, self.losses) == (other.parameters, other.losses)
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

    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let body = html! {
            (headline(&self.headline()))
            section {
                h2 { "Accuracy against samples seen" }
                (picture(&self.chart().picture(), &self.caption()))
            }
            section { h2 { "The chip beside the desktop" } (self.comparison()) }
            section {
                div.halves {
                    div { h2 { "Setting" } (list(&self.setting)) }
                    div { h2 { "What it cost the chip" } (list(&self.costs)) }
                }
            }
        };
        page(&self.title, &self.change, body)
    }

    fn headline(&self) -> [Figure; 4] {
        let (first, last) = (self.chip.course.first(), self.chip.course.last());
        [
            Figure::new("new data, before", accuracy(first, |reading| reading.new)),
            Figure::new("new data, after", accuracy(last, |reading| reading.new)),
            Figure::new("old data, before", accuracy(first, |reading| reading.old)),
            Figure::new("old data, after", accuracy(last, |reading| reading.old)),
        ]
    }

    fn chart(&self) -> Chart<'_> {
        let series = |name: &str, run: &Run, value: fn(&Reading) -> f64| Series {
            name: name.to_owned(),
            points: run
                .course
                .iter()
                .map(|reading| (reading.samples as f64, value(reading)))
                .collect(),
        };
        let mut all = vec![
            series("new data", &self.chip, |reading| reading.new),
            series("old data", &self.chip, |reading| reading.old),
        ];
        // Curves that are equal to the bit would only hide each other.
        if !self.equal_to_the_bit() {
            all.push(series("new data, desktop", &self.desktop, |reading| reading.new));
            all.push(series("old data, desktop", &self.desktop, |reading| reading.old));
        }
        Chart {
            description: "Accuracy on new and on old data against samples seen.",
            across: "samples seen",
            upward: "accuracy",
            scale: Scale::Percent,
            series: all,
        }
    }

    fn caption(&self) -> String {
        let samples = self.chip.course.last().map_or(0, |reading| reading.samples);
        let whose = if self.equal_to_the_bit() {
            "The desktop's curves are the same and lie under the chip's."
        } else {
            "The desktop's curves are drawn beside the chip's, since they differ."
        };
        format!(
            "Accuracy on held-out data of the new world and on data of the old one, while the chip learns from {} \
             samples. {whose}",
            label::count(samples as u64),
        )
    }

    fn comparison(&self) -> Markup {
        let equal = self.equal_to_the_bit();
        let hash = |hash: u64| format!("{hash:016x}");
        let last = |run: &Run, value: fn(&Reading) -> f64| accuracy(run.course.last(), value);
        let both = |value: &dyn Fn(&Run) -> String| [value(&self.chip), value(&self.desktop)];
        let rows = [
            ("parameters, hash of all bits", both(&|run| hash(run.parameters))),
            ("losses, hash of all bits", both(&|run| hash(run.losses))),
            ("accuracy on new data, after", both(&|run| last(run, |reading| reading.new))),
            ("accuracy on old data, after", both(&|run| last(run, |reading| reading.old))),
        ];
        html! {
            p class=(if equal { "verdict equal" } else { "verdict unequal" }) {
                @if equal {
                    "✓ Equal to the bit: every parameter, every loss, every accuracy."
                } @else {
                    "✗ Not equal: chip and desktop went different ways."
                }
            }
            div.scroll { table {
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
                        td.number { @if chip == desktop { "=" } @else { "≠" } }
                    }
                } }
            } }
        }
    }
}

fn accuracy(reading: Option<&Reading>, value: fn(&Reading) -> f64) -> String {
    label::percent(reading.map_or(f64::NAN, value))
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;

    fn report() -> FineTuningReport {
        let reading = |i: usize| Reading {
            samples: 10 * i,
            new: 0.3 + 0.03 * i as f64,
            old: 0.97 - 0.01 * i as f64,
        };
        let run = Run { course: (0..=20).map(reading).collect(), parameters: 0xC0FFEE, losses: 7 };
        FineTuningReport {
            title: "digits on a <Cortex-M4F>".into(),
            change: "All images are mirrored.".into(),
            setting: vec![Figure::new("board", "mps2-an386")],
            chip: run.clone(),
            desktop: run,
            costs: vec![Figure::new("instructions a step", "26,012")],
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
            "0000000000c0ffee",
            "26,012",
            "learns from 200",
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
    }

    #[test]
    fn runs_without_a_moment_are_reported() {
        let mut report = report();
        report.chip.course.clear();
        report.desktop.course.clear();
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("No figures to draw.") && !html.contains("NaN"));
    }
}
