use cpfo::train::Refusals;
use serde::{Deserialize, Serialize};

use super::Noticed;
use crate::learn::sums::{Judgement, Sums};

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
