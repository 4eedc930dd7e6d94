//! What was trained, how it went, what was learnt, where it errs.

use maud::{Markup, html};

use super::course::{Epoch, course};
use super::page::{Figure, headline, list, page, picture, text, warnings};
use crate::base::label;
use crate::data::Form;
use crate::learn::confusion::{Confusion, Score};
use crate::learn::units::Layer;
use crate::show::plot::{self, KernelBank, Mistake};

/// Everything that is told about a training run.
#[derive(Debug, Clone)]
pub struct TrainingReport {
    /// The heading: `digits, trained for 60 epochs`.
    pub title: String,
    /// What is wrong with the result, then what is odd about the data, a paragraph each.
    pub warnings: Vec<String>,
    /// What its inputs are.
    pub form: Form,
    /// The net, a line for each layer.
    pub net: Vec<String>,
    /// How it was trained: epochs, batch, rate, seed, …
    pub recipe: Vec<Figure>,
    /// How it went, epoch by epoch.
    pub history: Vec<Epoch>,
    /// Which weights are the result: `those of epoch 12, the last`.
    pub kept: String,
    /// The hidden layers, with the units that no longer learn.
    pub units: Vec<Layer>,
    /// How the trained net does on the test data.
    pub confusion: Confusion,
    /// What its convolutions learnt.
    pub kernels: Vec<KernelBank>,
    /// What it takes for something else, the worst first.
    pub mistakes: Vec<Mistake>,
    /// What is worth knowing besides: sizes, time, files.
    pub figures: Vec<Figure>,
}

impl TrainingReport {
    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let (correct, total) = (self.confusion.correct(), self.confusion.total());
        let accuracy = if total == 0 { f64::NAN } else { self.confusion.accuracy() };
        let lead = format!(
            "{} of {} test {} are classified rightly.",
            label::count(correct),
            label::count(total),
            self.form.many(),
        );
        let mut figures = vec![Figure::new("test accuracy", label::percent(accuracy))];
        figures.extend(self.figures.iter().cloned());
        let body = html! {
            (warnings(&self.warnings))
            (headline(&figures))
            section {
                h2 { "The net and its recipe" }
                div.halves.net {
                    div { h3 { "Layers" } pre.scroll tabindex="0" { @for line in &self.net { (text(line)) "\n" } } }
                    div { h3 { "Training" } (list(&self.recipe)) }
                }
            }
            section { h2 { "How it went" } (course(&self.history, &self.kept, self.form)) }
            @if !self.units.is_empty() {
                section { h2 { "What still learns" } (self.slopes()) }
            }
            section { h2 { "Class by class" } (self.classes()) }
            @if !self.kernels.is_empty() {
                section { h2 { "What it learnt" } @for bank in &self.kernels { (kernels(bank)) } }
            }
            section {
                h2 { "Where it errs most" }
                (picture(&plot::mistakes(&self.mistakes), &self.mistakes_caption()))
            }
        };
        page(&self.title, &lead, body)
    }

    fn slopes(&self) -> Markup {
        html! {
            div.scroll tabindex="0" { table {
                thead { tr {
                    @for head in ["layer", "activation"] { th scope="col" { (head) } }
                    @for head in ["units or maps", "dead or saturated"] {
                        th.number scope="col" { (head) }
                    }
                } }
                tbody { @for layer in &self.units { tr {
                    th scope="row" { (text(layer.layer)) }
                    td { (layer.activation) }
                    td.number { (label::count(layer.units as u64)) }
                    td.number { (label::count(layer.dead as u64)) }
                } } }
            } }
            p.note {
                "A ReLU is dead if it was 0 on every " (self.form.one()) " of the training data, a tanh or sigmoid \
                 saturated if its slope was below a hundredth of the steepest on every one: nothing \
                 moves such a unit any more. A map counts as one unit, with all of its places."
            }
        }
    }

    fn classes(&self) -> Markup {
        let confusion = &self.confusion;
        let names = confusion.classes();
        let mut caption =
            "Each row is a true class, each column what it was called. Blue cells are right, \
            orange ones mistakes; the stronger a cell, the larger its share of the row."
                .to_owned();
        if let Some(worst) = confusion.mixups().first() {
            caption += &format!(
                " The commonest mistake: {} taken for {}, {} of {}.",
                label::name(&names[worst.label], 40),
                label::name(&names[worst.predicted], 40),
                label::count(worst.count),
                label::count(confusion.score(worst.label).support),
            );
        }
        html! {
            (picture(&plot::confusion(confusion), &caption))
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { "class" }
                    @for head in ["precision", "recall", "F1", "support"] {
                        th.number scope="col" { (head) }
                    }
                } }
                tbody { @for (class, name) in names.iter().enumerate() {
                    (class_row(name, confusion.score(class)))
                } }
            } }
        }
    }

    fn mistakes_caption(&self) -> String {
        if self.mistakes.is_empty() {
            return format!("Every {} of the test data is classified rightly.", self.form.one());
        }
        format!(
            "The test {} that the net is surest about and wrong. {} Below each: what it is, what it was taken \
             for, and the probability that the net gave to that.",
            self.form.many(),
            self.form.legend()
        )
    }
}

fn class_row(name: &str, score: Score) -> Markup {
    let share = |share: f64, of: u64| label::percent(if of == 0 { f64::NAN } else { share });
    html! {
        tr {
            th scope="row" { (text(name)) }
            td.number { (share(score.precision(), score.calls)) }
            td.number { (share(score.recall(), score.support)) }
            td.number { (share(score.f1(), score.calls + score.support)) }
            td.number { (label::count(score.support)) }
        }
    }
}

fn kernels(bank: &KernelBank) -> Markup {
    let (kernels, maps) = bank.shown();
    let mut caption = format!(
        "The {} kernels of {}, {} × {} on {} input {}. {}{}.",
        bank.kernels,
        label::name(&bank.layer, 40),
        bank.rows,
        bank.columns,
        bank.maps,
        if bank.maps == 1 { "map" } else { "maps" },
        if bank.are_curves() {
            "A line for each map, over the places of the kernel; the thin line is 0, the frame ends at ±"
        } else {
            "White is 0, blue negative, orange positive; the strongest color is ±"
        },
        label::figure(bank.largest().into()),
    );
    if (kernels, maps) != (bank.kernels, bank.maps) {
        caption += &format!(" Shown are the first {kernels} kernels on the first {maps} maps.");
    }
    picture(&plot::kernels(bank), &caption)
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;

    fn report(classes: usize, epochs: usize) -> TrainingReport {
        let names = (0..classes).map(|class| format!("<class & {class}>")).collect();
        let pairs = (0..10 * classes).map(|i| (i % classes, if i < 3 { 0 } else { i % classes }));
        let epoch = |epoch: usize| Epoch {
            epoch,
            rate: 0.1 / epoch as f64,
            train_loss: 2.0 / epoch as f64,
            decay_term: 0.01,
            train_accuracy: 1.0 - 0.5 / epoch as f64,
            test_loss: 2.5 / epoch as f64,
            test_accuracy: 1.0 - 0.7 / epoch as f64,
            validation_loss: 2.4 / epoch as f64,
            validation_accuracy: 1.0 - 0.6 / epoch as f64,
        };
        let (kernels, rows, columns, maps) = (8, 3, 3, 1);
        let layer = "C1".to_owned();
        let values = (0..72).map(|i| i as f32 / 72.0 - 0.5).collect();
        TrainingReport {
            title: "digits <&>".into(),
            warnings: vec!["It has <died>.".into()],
            form: Form::Image,
            kept: format!("those of epoch {epochs}, the last"),
            units: vec![Layer { layer: "F3", activation: "relu", units: 32, dead: 7 }],
            net: vec!["C1  Convolution(8, 3 x 3, Relu)".into()],
            recipe: vec![Figure::new("batch", "16")],
            history: (1..=epochs).map(epoch).collect(),
            confusion: Confusion::from_pairs(names, pairs).unwrap(),
            kernels: vec![KernelBank { layer, kernels, rows, columns, maps, values }],
            mistakes: Vec::new(),
            figures: vec![Figure::new("parameters", "2,746")],
        }
    }

    #[test]
    fn a_report_holds_its_figures() {
        let html = report(10, 20).to_html();
        stands_alone(&html);
        for text in [
            "98 of 100 test images",
            "98.00\u{a0}%",
            "training: 0.1",
            "C1  Convolution(8, 3 x 3, Relu)",
            "2,746",
            "It has &lt;died&gt;.",
            "validation: 0.12",
            "<td class=\"number\">7</td>",
            "the strongest color is ±0.5",
            "&lt;class &amp; 1&gt; taken for &lt;class &amp; 0&gt;, 1 of 10.",
            "Not one mistake.",
        ] {
            assert!(html.contains(text), "{text}");
        }
        assert!(!html.contains("<class") && !html.contains("NaN"));
    }

    #[test]
    fn series_are_no_images() {
        let mut report = report(2, 3);
        report.form = Form::Series;
        report.kernels = report
            .kernels
            .into_iter()
            .map(|bank| KernelBank { rows: 9, columns: 1, ..bank })
            .collect();
        let html = report.to_html();
        stands_alone(&html);
        assert!(html.contains("test samples are classified rightly."));
        assert!(html.contains("A line for each map") && html.contains("class=\"trace\""));
        assert!(!html.contains(" images") && !html.contains("test image"));
    }

    #[test]
    fn reports_of_little_and_of_much() {
        for (classes, epochs) in [(0, 0), (1, 1), (100, 2), (3, 5000)] {
            stands_alone(&report(classes, epochs).to_html());
        }
    }
}
