//! What a person sees while a net learns: a bar on a terminal, a line now and then elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::base::label;
use crate::base::terminal::note;
use crate::learn::run::{Progress, Recipe, Step};

/// Lines that a run writes where there is no terminal.
const LINES: u32 = 10;

/// The progress of a run, on stderr.
pub(super) struct Display {
    bar: ProgressBar,
    start: Instant,
    epochs: u32,
    batches: u32,
    decays: bool,
}

impl Display {
    /// For a run that has come so far already.
    pub(super) fn new(recipe: &Recipe, batches: u32, progress: &Progress) -> Self {
        let bar = ProgressBar::new(u64::from(recipe.epochs) * u64::from(batches));
        // What a narrow terminal cuts off is at the end.
        let style = "{bar:20} {eta} left  epoch {wide_msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is well formed"));
        bar.set_message(format!("{}/{}", progress.epoch + 1, recipe.epochs));
        bar.set_position(done(progress, batches));
        bar.reset_eta();
        Self {
            bar,
            start: Instant::now(),
            epochs: recipe.epochs,
            batches,
            decays: recipe.decay > 0.0,
        }
    }

    /// Shows how far a run has come.
    pub(super) fn show(&self, progress: &Progress, step: Step) {
        self.bar.set_position(done(progress, self.batches));
        if step != Step::Epoch {
            return;
        }
        let message = self.message(progress);
        let every = self.epochs.div_ceil(LINES);
        if self.bar.is_hidden()
            && (progress.epoch.is_multiple_of(every) || progress.epoch == self.epochs)
        {
            note!("epoch {message}");
        }
        self.bar.set_message(message);
    }

    fn message(&self, progress: &Progress) -> String {
        let Some(last) = progress.history.last() else { return String::new() };
        let decay = if self.decays {
            format!(" + {} of decay", label::figure(last.decay_term))
        } else {
            String::new()
        };
        let judged =
            last.validation.map(|seen| format!("  validation {:.1} %", 100.0 * seen.accuracy));
        format!(
            "{}/{}  loss {:.4}{decay}  train {:.1} %{}  test {:.1} %",
            progress.epoch,
            self.epochs,
            last.loss,
            100.0 * last.train_accuracy,
            judged.unwrap_or_default(),
            100.0 * last.test_accuracy
        )
    }

    /// Says something that is to stay on the screen.
    pub(super) fn say(&self, what: &str) {
        self.bar.suspend(|| note!("{what}"));
    }

    /// Leaves the screen to others.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// How long the run has been going.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Mini-batches that are done.
fn done(progress: &Progress, batches: u32) -> u64 {
    u64::from(progress.epoch) * u64::from(batches) + u64::from(progress.batch)
}
