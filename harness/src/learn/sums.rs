//! What is added up over samples that a net has seen.

use serde::{Deserialize, Serialize};

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
