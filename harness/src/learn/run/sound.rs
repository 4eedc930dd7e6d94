//! What a recipe and a progress can be. Whoever brings them, the command line, a checkpoint or a
//! program, they pass here before anything is learnt.

use anyhow::ensure;
use cpfo::train::{Limit, Schedule};

use super::{Epoch, Keep, Progress, Recipe, Trainer};
use crate::base::bounds::Bounds;
use crate::base::label;
use crate::learn::sums::Sums;
use crate::model::training::Training;

fn fits(name: &str, x: f32, bounds: Bounds) -> anyhow::Result<()> {
    ensure!(bounds.fit(x), "the recipe's {name} is {x}: it must be {}", bounds.words);
    Ok(())
}

impl Recipe {
    /// Passes if the recipe can be followed.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.epochs > 0, "the recipe has 0 epochs: there must be one at least");
        ensure!(
            self.batch > 0,
            "the recipe's mini-batches have 0 samples: there must be one at least"
        );
        fits("rate", self.rate, Bounds::RATE)?;
        fits("momentum", self.momentum, Bounds::SHARE)?;
        fits("weight decay", self.decay, Bounds::NOT_NEGATIVE)?;
        ensure!(
            self.rate * self.decay < 1.0,
            "the recipe's weight decay of {} leaves nothing of a weight at a rate of {}: their \
             product must be below 1",
            self.decay,
            self.rate
        );
        fits("largest shift", self.shift, Bounds::NOT_NEGATIVE)?;
        fits("largest rotation", self.rotation, Bounds::NOT_NEGATIVE)?;
        if let Some(Limit::Clip(length) | Limit::Refuse(length)) = self.limit {
            fits("limit of the gradient", length, Bounds::POSITIVE)?;
        }
        if let Schedule::Step { every, factor } = self.schedule {
            ensure!(
                every > 0,
                "the recipe's rate changes after each 0 epochs: there must be one at least"
            );
            fits("factor of the rate", factor, Bounds::POSITIVE)?;
        }
        if self.validate != 0.0 {
            fits("validation share", self.validate, Bounds::PART)?;
        }
        ensure!(self.patience != Some(0), "the recipe waits for 0 epochs: it must be one at least");
        ensure!(
            self.validate > 0.0 || (self.keep == Keep::Last && self.patience.is_none()),
            "the recipe keeps the best epoch or ends after it, and sets nothing aside that judges"
        );
        ensure!(self.trains != Training::Nothing, "the recipe leaves nothing to train");
        ensure!(
            self.limit.is_none() || self.trainer == Trainer::Batch || self.trains == Training::All,
            "the recipe limits the gradient in place, over the whole net, and trains only {}: leave \
             the limit out, or train by mini-batches",
            self.trains
        );
        let alone = self.batch == 1 && self.momentum == 0.0;
        ensure!(
            self.trainer == Trainer::Batch || alone,
            "the recipe learns in place, by {} samples with a momentum of {}: that trainer learns \
             one sample at a time and has no momentum",
            self.batch,
            self.momentum
        );
        Ok(())
    }
}

impl Progress {
    /// Passes if a run by this recipe, with so many samples, can have come so far.
    ///
    /// # Errors
    /// The first thing that contradicts another.
    pub fn check(&self, recipe: &Recipe, samples: usize) -> anyhow::Result<()> {
        let Self { epoch, batch, sums, refusals, history, .. } = self;
        let batches = samples.div_ceil(recipe.batch);
        ensure!(
            (*epoch, *batch) <= (recipe.epochs, 0) && (*batch as usize) < batches,
            "its progress is past the end: {epoch} epochs and {batch} mini-batches are done, of {} \
             epochs with {batches} mini-batches",
            recipe.epochs
        );
        ensure!(
            history.len() == *epoch as usize && history.iter().all(Epoch::is_sound),
            "its course is not that of {}",
            label::epochs(*epoch)
        );
        let seen = recipe.batch.saturating_mul(*batch as usize).min(samples);
        let Sums { loss, correct, samples: counted } = *sums;
        ensure!(
            counted == seen as u64 && correct <= counted && loss.is_finite(),
            "it saw {counted} samples in its epoch, {correct} of them right, with a loss of {loss}, \
             where {batch} mini-batches are {seen} samples"
        );
        let updates = u64::from(*epoch) * batches as u64 + u64::from(*batch);
        let refused = u64::from(refusals.gradient);
        ensure!(refused <= updates, "{refused} of {updates} updates were refused in it");
        Ok(())
    }
}

impl Epoch {
    fn is_sound(&self) -> bool {
        let shares = [self.train_accuracy, self.test_accuracy];
        let losses = [self.loss, self.decay_term, self.test_loss];
        Bounds::NOT_NEGATIVE.fit(self.rate)
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && losses.into_iter().all(f64::is_finite)
    }
}
