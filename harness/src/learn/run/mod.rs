//! Training on the desktop.
//!
//! A [`Run`] is a [`Recipe`] at work on a data set, mini-batch by mini-batch. Three promises:
//!
//! - **The same seed gives the same bits**, on one thread and on many. A mini-batch is cut into
//!   groups of [`GROUP`] samples; each group sums its gradients from zero, and the groups are added
//!   in order, whoever worked them out.
//! - **A run that was stopped goes on to the same bits.** Chance has no memory: the order of an
//!   epoch and the bend of a sample follow from the seed, the epoch and the sample alone
//!   ([`Chance`]). So [`Checkpoint`] is all there is to a run, in the middle of an epoch too.
//! - **A run that diverges loses nothing.** The parameters at the end of the last good epoch are
//!   kept.
//!
//! Which epoch's weights are the result is the recipe's to say ([`Keep`]): the last one's, or those
//! that a part of the training data judges best. The test part never chooses.
//!
//! A gradient past a [`Limit`](cpfo::train::Limit) is shortened, or its update refused and counted; the run goes on.
//! Without a limit a mini-batch's gradient that is not finite ends the run before any weight moves.
//! In place that would take a second pass, so there it ends when the loss is not finite, or at the
//! end of the epoch.

mod cause;
mod chance;
mod checkpoint;
mod guess;
mod learner;
mod progress;
mod recipe;
mod schedule;
mod sound;
mod still;
mod trouble;
mod validation;
mod verdict;
mod watch;

use std::cell::OnceCell;
use std::ops::Range;
use std::path::Path;

use anyhow::ensure;
use cpfo::net::{Net, Parameters};
use cpfo::train::{Refusal, Sgd};

pub use cause::{Cause, Wild};
pub use chance::Chance;
pub use checkpoint::Checkpoint;
pub use guess::{Luck, Odds};
pub use learner::GROUP;
pub use progress::{Epoch, Progress};
pub use recipe::{Keep, Recipe, Trainer};
pub use trouble::{Noticed, Trouble};
pub use verdict::{Failure, Kept, Verdict};

use crate::data::{Data, Dataset};
use crate::learn::evaluation;
use crate::learn::sums::Sums;
use crate::model::Metadata;
use crate::model::snapshot;
use guess::Guess;
use learner::{Guard, Learner, Lesson};
use schedule::in_batches;
pub use still::Still;
use validation::Parts;

/// A recipe at work.
pub struct Run<'a, N: Net> {
    recipe: Recipe,
    data: &'a Data,
    parts: Parts,
    test: &'a Dataset,
    state: Checkpoint<N>,
    learner: Learner<N>,
    /// The samples in the order of the epoch that `ordered` names.
    order: Vec<u32>,
    ordered: Option<u32>,
    still: Still<N>,
    guess: Guess,
    start: OnceCell<Option<f64>>,
}

/// What a call of [`Run::advance`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A mini-batch is learnt.
    Batch,
    /// A mini-batch is learnt, and with it an epoch.
    Epoch,
    /// There was nothing left to learn.
    Done,
}

impl<'a, N: Net> Run<'a, N> {
    /// A run from the first weights on.
    ///
    /// # Errors
    /// If the recipe cannot be followed, or there is nothing to learn from or to test with.
    pub fn new(recipe: Recipe, data: &'a Data) -> anyhow::Result<Self> {
        let mut state = Checkpoint::default();
        state.parameters.initialize(&mut Chance::new(recipe.seed).weights());
        Self::resume(recipe, data, state)
    }

    /// A run from a model on, whose weights may stay as they are in part.
    ///
    /// # Errors
    /// As for a new one.
    pub fn from_model(
        recipe: Recipe,
        data: &'a Data,
        model: Box<Parameters<N>>,
    ) -> anyhow::Result<Self> {
        Self::resume(recipe, data, Checkpoint { parameters: model, ..Checkpoint::default() })
    }

    /// A run that goes on from a checkpoint.
    ///
    /// # Errors
    /// As for a new one, and if the checkpoint cannot be of such a run.
    pub fn resume(recipe: Recipe, data: &'a Data, state: Checkpoint<N>) -> anyhow::Result<Self> {
        recipe.check()?;
        let test = data.test_part()?;
        ensure!(!data.train.is_empty(), "there is no sample to learn from");
        ensure!(!test.is_empty(), "there is no sample to test with");
        let parts = Parts::of(&recipe, &data.train)?;
        let batches = (parts.learnt.len() as u64).div_ceil(recipe.batch as u64);
        ensure!(
            batches * u64::from(recipe.epochs) <= u64::from(u32::MAX),
            "{} epochs of {batches} mini-batches are too many to count: take fewer --epochs, or \
             a larger --batch",
            recipe.epochs
        );
        state.progress.check(&recipe, parts.learnt.len())?;
        let learner = Learner::new(recipe.trainer, recipe.batch.min(parts.learnt.len()));
        let labels = parts.learnt.iter().map(|&sample| data.train.label(sample as usize));
        let (guess, start) = (Guess::at::<N>(labels), OnceCell::new());
        let (order, ordered) = (Vec::new(), None);
        let still = Still::of(recipe.trains, &state.parameters)?;
        Ok(Self { recipe, data, parts, test, state, learner, order, ordered, still, guess, start })
    }

    /// Learns from one mini-batch.
    pub fn advance(&mut self) -> Result<Step, Refusal> {
        let epoch = self.state.progress.epoch;
        if epoch >= self.recipe.epochs || self.patience_is_over() {
            return Ok(Step::Done);
        }
        let chance = Chance::new(self.recipe.seed);
        if self.ordered != Some(epoch) {
            let learnt = &self.parts.learnt;
            self.order = chance.order(epoch, learnt.len() as u32);
            self.order.iter_mut().for_each(|place| *place = learnt[*place as usize]);
            self.ordered = Some(epoch);
        }
        let sgd = self.sgd();
        let samples = &self.order[self.next_samples()];
        let lesson =
            Lesson { data: &self.data.train, augment: self.recipe.augment(), chance, epoch };
        let net = (&mut *self.state.parameters, &mut *self.state.velocity);
        let guard = Guard { limit: self.recipe.limit, refusals: &mut self.state.progress.refusals };
        let seen = self.learner.learn(net, &lesson, samples, &sgd, (guard, &self.still))?;

        let progress = &mut self.state.progress;
        progress.sums = progress.sums.plus(seen);
        progress.batch += 1;
        if progress.batch < self.batches() {
            return Ok(Step::Batch);
        }
        self.end_epoch(sgd.rate)?;
        Ok(Step::Epoch)
    }

    fn end_epoch(&mut self, rate: f32) -> Result<(), Refusal> {
        if !self.state.parameters.are_finite() {
            return Err(Refusal::Diverged);
        }
        let parameters = &*self.state.parameters;
        let test = evaluation::seen::<N>(parameters, self.test)?;
        let judging = &self.parts.judging;
        let validation = match judging.is_empty() {
            true => None,
            false => Some(evaluation::seen_of::<N>(parameters, &self.data.train, judging)?),
        };
        let epoch = Epoch {
            rate,
            loss: self.state.progress.sums.mean_loss(),
            decay_term: parameters.decay_term(self.recipe.decay).into(),
            train_accuracy: self.state.progress.sums.accuracy(),
            test_loss: test.mean_loss(),
            test_accuracy: test.accuracy(),
            validation: validation.map(|seen| seen.judgement()),
        };
        let now = snapshot::take::<N>(parameters);
        let progress = &mut self.state.progress;
        progress.history.push(epoch);
        progress.epoch += 1;
        if self.recipe.keep == Keep::Best && progress.best() == Some(progress.epoch) {
            self.state.best = Some(now.clone());
        }
        self.state.good = Some(now);
        progress.batch = 0;
        progress.sums = Sums::default();
        self.notice();
        Ok(())
    }

    /// Whether the validation loss has not fallen for as long as the recipe waits.
    pub fn patience_is_over(&self) -> bool {
        let (progress, best) = (&self.state.progress, self.state.progress.best());
        let waited = best.map_or(0, |best| progress.epoch - best);
        self.recipe.patience.is_some_and(|patience| waited >= patience)
    }

    fn next_samples(&self) -> Range<usize> {
        let from = self.state.progress.batch as usize * self.recipe.batch;
        from..from.saturating_add(self.recipe.batch).min(self.order.len())
    }

    fn sgd(&self) -> Sgd {
        let Recipe { rate, momentum, decay, schedule, epochs, .. } = self.recipe;
        let (batches, progress) = (self.batches(), &self.state.progress);
        let step = progress.epoch * batches + progress.batch;
        let share = in_batches(schedule, batches).share(step, epochs * batches);
        Sgd { rate: rate * share, momentum, decay }
    }

    /// Mini-batches in an epoch; the last one may be smaller than the others.
    pub fn batches(&self) -> u32 {
        self.parts.learnt.len().div_ceil(self.recipe.batch) as u32
    }

    /// Updates that were made or refused so far.
    pub fn updates(&self) -> u64 {
        let progress = &self.state.progress;
        u64::from(progress.epoch) * u64::from(self.batches()) + u64::from(progress.batch)
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// How far it has come.
    pub fn progress(&self) -> &Progress {
        &self.state.progress
    }

    /// Writes all there is to it, and what else is to be known when it goes on.
    pub fn save(&mut self, path: &Path, about: &Metadata) -> anyhow::Result<()> {
        self.state.save(path, about)
    }

    /// The training data, part of which may [judge](Self::division), and the test part.
    pub fn samples(&self) -> (&'a Dataset, &'a Dataset) {
        (&self.data.train, self.test)
    }

    /// How many samples the net learns from, and how many judge it while it learns.
    pub fn division(&self) -> (usize, usize) {
        (self.parts.learnt.len(), self.parts.judging.len())
    }

    /// What the net has learnt so far.
    pub fn parameters(&self) -> &Parameters<N> {
        &self.state.parameters
    }

    /// The result so far: the weights that the recipe keeps, and the epoch at whose end they were
    /// so, counted from 1; none for weights from within an epoch.
    pub fn kept(&self) -> (Box<Parameters<N>>, Option<u32>) {
        let (progress, mut kept) = (&self.state.progress, Box::new(N::ZERO));
        let best = self.state.best.as_ref().zip(progress.best());
        match best {
            Some((best, epoch)) => {
                snapshot::put::<N>(best, &mut kept);
                (kept, Some(epoch))
            }
            None => {
                snapshot::put::<N>(&snapshot::take::<N>(self.parameters()), &mut kept);
                (kept, Some(progress.epoch).filter(|&epoch| epoch > 0 && progress.batch == 0))
            }
        }
    }

    /// Whether all that the net has learnt so far are numbers.
    pub fn is_finite(&self) -> bool {
        self.parameters().are_finite()
    }

    /// Goes back to the end of the last good epoch; false if there is none.
    pub fn go_back(&mut self) -> bool {
        if let Some(good) = &self.state.good {
            snapshot::put::<N>(good, &mut self.state.parameters);
            let progress = &mut self.state.progress;
            (progress.batch, progress.sums) = (0, Sums::default());
        }
        self.state.good.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use cpfo_nets::digits;

    /// Stopped between two mini-batches of which the first has ruined the net.
    #[test]
    fn a_ruined_net_goes_back_to_the_last_good_epoch() {
        let data = Split::Order.split(&Dataset::digits()).unwrap();
        let mut run =
            Run::<digits::Net>::new(Recipe { epochs: 2, ..Recipe::BATCH }, &data).unwrap();
        assert!(run.is_finite() && !run.go_back());
        while run.advance().unwrap() != Step::Epoch {}
        let good = snapshot::take::<digits::Net>(run.parameters());
        run.advance().unwrap();
        let mut ruined = snapshot::take::<digits::Net>(run.parameters());
        ruined[7] = f32::INFINITY;
        snapshot::put::<digits::Net>(&ruined, &mut run.state.parameters);
        assert!(!run.is_finite() && run.go_back() && run.is_finite());
        assert_eq!(snapshot::take::<digits::Net>(&run.kept().0), good);
        assert_eq!(run.kept().1, Some(1));
    }
}
