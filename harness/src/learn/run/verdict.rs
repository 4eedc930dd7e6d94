//! What a run came to: which weights are the result, how they do beside an untrained net and beside
//! guessing, and what of the net still learns.

use cpfo::net::{Net, Parameters};
use serde::Serialize;

use super::guess::{Luck, Odds};
use super::watch::dead;
use super::{Keep, Noticed, Run};
use crate::learn::sums::Sums;
use crate::learn::units::Layer;
use crate::learn::{evaluation, units};

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// Why the result is good for nothing; empty if it is good for something.
    pub failures: Vec<Failure>,
    /// Which weights are the result.
    pub kept: Kept,
    /// The mean loss of the samples that were learnt from, as they are, before the first update.
    pub start_loss: Option<f64>,
    /// The same by the weights that are kept; none if it is no number.
    pub loss: Option<f64>,
    /// The result on the test part, beside that of a guesser.
    pub chance: Odds,
    /// The hidden layers, with the units that no longer learn.
    pub units: Vec<Layer>,
    /// What is wrong with the weights that are kept.
    pub troubles: Vec<Noticed>,
}

/// Why a result is good for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// It is no better than a guesser's.
    NoBetterThanChance,
    /// The loss is above the untrained net's.
    LossAboveStart,
}

/// Which weights are the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The epoch at whose end they were so, counted from 1; none for weights from within an epoch.
    pub epoch: Option<u32>,
    /// What chose them.
    pub by: Keep,
    /// Epochs that were learnt.
    pub epochs: u32,
}

impl<N: Net> Run<'_, N> {
    /// What it has come to so far.
    pub fn verdict(&self) -> Verdict {
        let (parameters, epoch) = self.kept();
        let train = self.trained(&parameters);
        let start = self.start();
        let units = units::of::<N>(&parameters, &self.data.train);
        let chance = self.chance(&parameters);
        let mut failures = Vec::new();
        if chance.result == Luck::NoBetter {
            failures.push(Failure::NoBetterThanChance);
        }
        if start.is_some_and(|start| train.loss > start) {
            failures.push(Failure::LossAboveStart);
        }
        let progress = self.progress();
        let kept = Kept { epoch, by: self.recipe().keep, epochs: progress.epoch };
        let signs = self.signs(train, || dead(&units));
        let troubles = signs.into_iter().map(|trouble| Noticed { epoch: progress.epoch, trouble });
        Verdict {
            failures,
            kept,
            start_loss: start,
            loss: Some(train.loss).filter(|loss| loss.is_finite()),
            chance,
            troubles: troubles.collect(),
            units,
        }
    }

    fn chance(&self, parameters: &Parameters<N>) -> Odds {
        let nothing = Sums { samples: self.test.len() as u64, ..Sums::default() };
        let seen = evaluation::seen::<N>(parameters, self.test).unwrap_or(nothing);
        let mut counts = vec![0; N::CLASSES];
        self.test.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
        Odds::of(seen, counts.into_iter().max().unwrap_or(0))
    }
}
