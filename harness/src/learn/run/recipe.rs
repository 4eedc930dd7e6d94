use cpfo::train::{Limit, Schedule};
use serde::{Deserialize, Serialize};

use crate::data::Augment;
use crate::model::training::Training;

/// Everything that decides what a net learns from a data set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// How gradients are taken into the weights.
    pub trainer: Trainer,
    /// How often each sample is learnt from.
    pub epochs: u32,
    /// Samples in a mini-batch.
    pub batch: usize,
    /// The learning rate η at its highest.
    pub rate: f32,
    /// How the learning rate changes, counted in epochs: the same recipe suits data of any size.
    pub schedule: Schedule,
    /// The share μ of the velocity that is kept.
    pub momentum: f32,
    /// The weight decay λ.
    pub decay: f32,
    /// What is done with a gradient that is too long, if anything is. Runs that were stopped
    /// before there was such a thing go on without.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// What of the net trains; the rest stays as it is.
    #[serde(default)]
    pub trains: Training,
    /// Where all chance comes from.
    pub seed: u64,
    /// How far images are shifted at most, in pixels; 0 for not at all.
    pub shift: f32,
    /// How far images are turned at most, in degrees; 0 for not at all.
    pub rotation: f32,
    /// The share of the training data that is not learnt from, but judges each epoch: so much of
    /// each class. 0 for none.
    #[serde(default)]
    pub validate: f32,
    /// Which epoch's weights are the result.
    #[serde(default)]
    pub keep: Keep,
    /// The run ends after so many epochs in a row that did not lower the validation loss, if any
    /// number is named.
    #[serde(default)]
    pub patience: Option<u32>,
}

/// Which epoch's weights are the result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The last epoch's
    #[default]
    Last,
    /// Those of the epoch with the lowest validation loss, the first of several
    Best,
}

/// How gradients are taken into the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Trainer {
    /// Gradients of a mini-batch are averaged; momentum carries on what was learnt.
    Batch,
    /// Each sample moves each weight at once, as on the chip: batch 1, no momentum.
    InPlace,
}

impl Recipe {
    /// Mini-batches, for a data set of some thousand samples and more.
    pub const BATCH: Recipe = Recipe {
        trainer: Trainer::Batch,
        epochs: 20,
        batch: 16,
        rate: 0.03,
        schedule: Schedule::Cosine { warm_up: 1 },
        momentum: 0.9,
        decay: 0.0,
        limit: None,
        trains: Training::All,
        seed: 1,
        shift: 0.0,
        rotation: 0.0,
        validate: 0.0,
        keep: Keep::Last,
        patience: None,
    };

    /// The digits that ship: few samples, so they are bent and seen often.
    pub const DIGITS: Recipe = Recipe {
        epochs: 150,
        decay: 0.0005,
        schedule: Schedule::Cosine { warm_up: 5 },
        shift: 0.75,
        rotation: 15.0,
        ..Recipe::BATCH
    };

    /// The same with the trainer of the chip.
    pub const fn in_place(self) -> Recipe {
        Recipe { trainer: Trainer::InPlace, batch: 1, momentum: 0.0, rate: 0.01, ..self }
    }

    /// How images are bent, if they are.
    pub fn augment(&self) -> Option<Augment> {
        let bends = self.shift != 0.0 || self.rotation != 0.0;
        bends.then_some(Augment { shift: self.shift, degrees: self.rotation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As checkpoints have it, those that are on somebody's disk, too.
    #[test]
    fn a_checkpoint_says_it_in_these_words() {
        let json = |recipe: Recipe| {
            let value = serde_json::to_value(recipe).unwrap();
            assert_eq!(serde_json::from_value::<Recipe>(value.clone()).unwrap(), recipe);
            format!("{} {}", value["schedule"], value["limit"])
        };
        let schedule = Schedule::Step { every: 3, factor: 0.5 };
        let refuse = Recipe { schedule, limit: Some(Limit::Refuse(2.0)), ..Recipe::BATCH };
        let expected = r#"{"every":3,"factor":0.5,"kind":"step"} {"kind":"refuse","length":2.0}"#;
        assert_eq!(json(refuse), expected);
        let clip = Recipe { limit: Some(Limit::Clip(0.5)), ..Recipe::BATCH };
        let expected = r#"{"kind":"cosine","warm_up":1} {"kind":"clip","length":0.5}"#;
        assert_eq!(json(clip), expected);
        let constant = Recipe { schedule: Schedule::Constant, ..Recipe::BATCH };
        assert_eq!(json(constant), r#"{"kind":"constant"} null"#);
    }
}
