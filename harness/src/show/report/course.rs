//! How a training run went: loss, accuracy and rate, epoch by epoch.

use maud::{Markup, html};

use super::page::picture;
use crate::base::label;
use crate::data::Form;
use crate::show::plot::{Chart, Picture, Scale, Series};

/// The state after one pass over the training data. What was not measured is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    /// The learning rate.
    pub rate: f64,
    /// The data loss on the training data, without the decay term.
    pub train_loss: f64,
    /// The decay term, λ/2 Σ‖W‖².
    pub decay_term: f64,
    /// The share of the training data that is classified rightly.
    pub train_accuracy: f64,
    /// The data loss on the test data.
    pub test_loss: f64,
    /// The share of the test data that is classified rightly.
    pub test_accuracy: f64,
    /// The data loss on the part of the training data that judges.
    pub validation_loss: f64,
    /// The share of that part that is classified rightly.
    pub validation_accuracy: f64,
}

/// The curves of a run, each with what one sees on it.
/// `kept` says which weights are the result.
pub(super) fn course(history: &[Epoch], kept: &str, form: Form) -> Markup {
    let decays = history.iter().any(|epoch| epoch.decay_term > 0.0);
    let changes = history.windows(2).any(|pair| pair[0].rate != pair[1].rate);
    html! {
        (picture(&loss(history, decays), &loss_caption(history, decays, kept)))
        (picture(&accuracy(history), &accuracy_caption(history, form)))
        @if changes {
            (picture(&rate(history), "The learning rate, epoch by epoch, as the schedule has it."))
        }
    }
}

/// One curve, if any of its values was measured.
fn series(history: &[Epoch], name: &str, value: fn(&Epoch) -> f64) -> Option<Series> {
    let points: Vec<_> = history.iter().map(|epoch| (epoch.epoch as f64, value(epoch))).collect();
    let measured = points.iter().any(|(_, value)| value.is_finite());
    measured.then(|| Series { name: name.to_owned(), points })
}

fn loss(history: &[Epoch], decays: bool) -> Picture {
    let curves = [
        series(history, "training", |epoch| epoch.train_loss),
        series(history, "test", |epoch| epoch.test_loss),
        series(history, "validation", |epoch| epoch.validation_loss),
        series(history, "decay term", |epoch| epoch.decay_term).filter(|_| decays),
    ];
    let chart = Chart {
        description: "Loss over epochs.",
        across: "epoch",
        upward: "loss",
        scale: Scale::Logarithmic,
        series: curves.into_iter().flatten().collect(),
    };
    chart.picture()
}

fn loss_caption(history: &[Epoch], decays: bool, kept: &str) -> String {
    let tested = history.iter().filter(|epoch| epoch.test_loss.is_finite());
    let mut caption = "Data loss, the mean over all samples, on a logarithmic axis.".to_owned();
    if decays {
        caption += " The decay term λ/2 Σ‖W‖² is drawn apart; training lowers the sum of both.";
    }
    if let Some(best) = tested.min_by(|a, b| a.test_loss.total_cmp(&b.test_loss)) {
        let lowest = label::figure(best.test_loss);
        caption += &format!(" The lowest test loss, {lowest}, is that of epoch {}.", best.epoch);
    }
    if !kept.is_empty() {
        caption += &format!(" The weights that are kept are {kept}.");
    }
    caption
}

fn accuracy(history: &[Epoch]) -> Picture {
    let curves = [
        series(history, "training", |epoch| epoch.train_accuracy),
        series(history, "test", |epoch| epoch.test_accuracy),
        series(history, "validation", |epoch| epoch.validation_accuracy),
    ];
    let chart = Chart {
        description: "Accuracy over epochs.",
        across: "epoch",
        upward: "accuracy",
        scale: Scale::Percent,
        series: curves.into_iter().flatten().collect(),
    };
    chart.picture()
}

fn accuracy_caption(history: &[Epoch], form: Form) -> String {
    let mut caption = format!("Share of the {} that are classified rightly.", form.many());
    let Some(last) = history.last() else {
        return caption;
    };
    let measured = [
        ("training", last.train_accuracy),
        ("test", last.test_accuracy),
        ("validation", last.validation_accuracy),
    ];
    for (data, share) in measured.into_iter().filter(|(_, share)| share.is_finite()) {
        let share = label::percent(share);
        caption += &format!(" After epoch {} it is {share} of the {data} data.", last.epoch);
    }
    caption
}

fn rate(history: &[Epoch]) -> Picture {
    let chart = Chart {
        description: "Learning rate over epochs.",
        across: "epoch",
        upward: "rate",
        scale: Scale::Linear,
        series: series(history, "learning rate", |epoch| epoch.rate).into_iter().collect(),
    };
    chart.picture()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(test_loss: f64, decay_term: f64) -> Vec<Epoch> {
        let epoch = |epoch: usize| Epoch {
            epoch,
            rate: 0.1,
            train_loss: 2.0 / epoch as f64,
            decay_term,
            train_accuracy: 0.9,
            test_loss: test_loss / epoch as f64,
            test_accuracy: f64::NAN,
            validation_loss: f64::NAN,
            validation_accuracy: f64::NAN,
        };
        (1..=4).map(epoch).collect()
    }

    #[test]
    fn curves_and_captions_hold_the_figures() {
        let html =
            course(&history(3.0, 0.01), "those of epoch 4, the last", Form::Image).into_string();
        for text in [
            "training: 0.5",
            "test: 0.75",
            "decay term: 0.01",
            "The lowest test loss, 0.75, is that of epoch 4.",
            "The weights that are kept are those of epoch 4, the last.",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert!(!html.contains("learning rate"), "a constant rate is no curve");
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        let html = course(&history(f64::NAN, 0.0), "", Form::Image).into_string();
        for text in ["NaN", "lowest test loss", "decay term", "test: ", "of the test data", "kept"]
        {
            assert!(!html.contains(text), "{text}: {html}");
        }
        assert!(html.contains("After epoch 4 it is 90.00\u{a0}% of the training data."));
    }

    #[test]
    fn a_run_without_an_epoch_says_so() {
        assert!(course(&[], "", Form::Image).into_string().contains("No figures to draw."));
    }
}
