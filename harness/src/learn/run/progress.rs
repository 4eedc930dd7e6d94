use cpfo::train::Refusals;
use serde::{Deserialize, Serialize};

use super::Noticed;

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The epoch it is in, from 0 on.
    pub epoch: u32,
    /// How many mini-batches of that epoch are done.
    pub batch: u32,
    /// What was seen in that epoch so far.
    pub sums: Sums,
    /// What was refused since the run began.
    #[serde(default)]
    pub refusals: Refusals,
    /// The epochs that are done.
    pub history: Vec<Epoch>,
    /// What went wrong so far, each kind when it first showed.
    #[serde(default)]
    pub troubles: Vec<Noticed>,
}

impl Progress {
    /// The epoch with the lowest validation loss, the first of several, counted from 1.
    pub fn best(&self) -> Option<u32> {
        let judged =
            self.history.iter().zip(1..).filter_map(|(epoch, n)| Some((epoch.validation?, n)));
        let best = judged.min_by(|(a, _), (b, _)| a.loss.total_cmp(&b.loss));
        best.map(|(_, number)| number)
    }
}

/// What was seen of some samples, each before it was learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// The sum of their losses, without weight decay.
    pub loss: f64,
    /// How many of them were called what they are.
    pub correct: u64,
    /// How many they were.
    pub samples: u64,
}

/// What there is to say of an epoch that is done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The learning rate of its last mini-batch.
    pub rate: f32,
    /// The mean loss of the training samples, each before it was learnt from.
    pub loss: f64,
    /// λ/2 Σ W² at the end, which the loss does not contain.
    pub decay_term: f64,
    /// The share of training samples that were right, each before it was learnt from.
    pub train_accuracy: f64,
    /// The mean loss of the test samples at the end.
    pub test_loss: f64,
    /// The share of test samples that were right at the end.
    pub test_accuracy: f64,
    /// How the validation part did at the end, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Judgement>,
}

/// How the samples did that judge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Their mean loss.
    pub loss: f64,
    /// The share of them that was right.
    pub accuracy: f64,
}

impl Sums {
    /// With what was seen of more samples.
    pub fn plus(self, more: Sums) -> Sums {
        Sums {
            loss: self.loss + more.loss,
            correct: self.correct + more.correct,
            samples: self.samples + more.samples,
        }
    }

    /// The mean loss; 0 of no sample.
    pub fn mean_loss(&self) -> f64 {
        self.loss / self.samples.max(1) as f64
    }

    /// Mean loss and share that was right.
    pub fn judgement(&self) -> Judgement {
        Judgement { loss: self.mean_loss(), accuracy: self.accuracy() }
    }

    /// The share that was right; 0 of no sample.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.samples.max(1) as f64
    }
}
