use clap::{Args, ValueEnum};
use cpfo::train::{Limit, Schedule};

use super::known::Known;
use super::{conflict, number};
use crate::learn::run::{Keep, Recipe, Trainer};
use crate::model::training::Training;

/// How to learn. What is not said is as in the recipe that suits the data.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Recipe")]
pub struct RecipeFlags {
    /// How often each sample is learnt from [default: 150 for the digits, else 20]
    #[arg(long, value_name = "N", value_parser = epochs)]
    pub epochs: Option<u32>,
    /// Samples in a mini-batch [default: 16; in place 1]
    #[arg(long, value_name = "N", value_parser = number::count::<{ number::BATCH }>)]
    batch: Option<usize>,
    /// The learning rate, at its highest [default: 0.03; in place 0.01]
    #[arg(long, value_name = "RATE", value_parser = number::rate)]
    rate: Option<f32>,
    /// How the learning rate changes [default: cosine]
    #[arg(long, value_enum)]
    schedule: Option<ScheduleName>,
    /// Schedule `cosine`: epochs over which the rate rises [default: 5 for the digits, else 1]
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u32).range(..=number::EPOCHS as i64))]
    warm_up: Option<u32>,
    /// Schedule `step`: epochs between two changes [default: a third of all]
    #[arg(long, value_name = "EPOCHS", value_parser = epochs)]
    step_every: Option<u32>,
    /// Schedule `step`: what the rate is multiplied with [default: 0.1]
    #[arg(long, value_name = "FACTOR", value_parser = number::positive)]
    step_factor: Option<f32>,
    /// The share of the last step that the next one keeps [default: 0.9; in place 0]
    #[arg(long, value_name = "SHARE", value_parser = number::share)]
    momentum: Option<f32>,
    /// Weight decay: how strongly weights are drawn to 0; biases are not [default:
    /// 0.0005 for the digits, else 0]
    #[arg(long, value_name = "LAMBDA", value_parser = number::not_negative)]
    decay: Option<f32>,
    /// Shorten the gradient of an update to this length if it is longer: ‖∂J/∂(W, b)‖ over the whole
    /// net, without weight decay
    #[arg(long, value_name = "LENGTH", value_parser = number::positive)]
    clip: Option<f32>,
    /// Refuse an update whose gradient is longer than this or not finite: no weight moves, and the
    /// run goes on. How many were refused is told at the end
    #[arg(long, value_name = "LENGTH", value_parser = number::positive, conflicts_with = "clip")]
    refuse: Option<f32>,
    /// What trains: `all`, `tail` (the last 2 layers that have parameters), `tail:N` (the last N of
    /// them), `conv+output`, `output`, `biases`; the rest stays as it is, as on a chip that keeps it in
    /// flash [default: all]
    #[arg(long, value_name = "WHAT",
          value_parser = Known::<Training>::of(&["all", "tail", "conv+output", "output", "biases"]))]
    train: Option<Training>,
    /// Where all chance comes from: the same seed, the same model [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Turn and shift every image a little, anew in each epoch; a series, of one row or column, is
    /// shifted along itself and not turned [default for the digits]
    #[arg(long)]
    augment: bool,
    /// Show the images as they are
    #[arg(long, conflicts_with_all = ["augment", "shift", "rotation"])]
    no_augment: bool,
    /// Shift images by so many pixels at most
    #[arg(long, value_name = "PIXELS", value_parser = number::not_negative)]
    shift: Option<f32>,
    /// Turn images by so many degrees at most
    #[arg(long, value_name = "DEGREES", value_parser = number::not_negative)]
    rotation: Option<f32>,
    /// Set this share of the training data aside, so much of each class, drawn by the seed: it is not
    /// learnt from, but tells after each epoch how the net does. The test data never chooses
    #[arg(long, value_name = "SHARE", value_parser = number::part)]
    validate: Option<f32>,
    /// Which epoch's weights to keep: `best` are those with the lowest validation loss [default: best
    /// with --validate, else last]
    #[arg(long, value_enum)]
    keep: Option<Keep>,
    /// End the run after so many epochs in a row without a lower validation loss
    #[arg(long, value_name = "EPOCHS", value_parser = epochs)]
    patience: Option<u32>,
    /// `batch`: averaged gradients with momentum; `in-place`: one sample at a time, as on the chip
    #[arg(long, value_enum)]
    trainer: Option<Trainer>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ScheduleName {
    /// The rate stays
    Constant,
    /// The rate falls in steps
    Step,
    /// The rate rises, then falls to 0
    Cosine,
}

impl RecipeFlags {
    /// The recipe that suits the data, changed as the flags say. `bend` is what suits its images:
    /// shift in pixels and rotation in degrees.
    pub fn apply(&self, suited: Recipe, bend: [f32; 2]) -> anyhow::Result<Recipe> {
        let mut recipe = match self.trainer {
            Some(Trainer::InPlace) => {
                let batch = self.batch.is_some_and(|batch| batch != 1);
                if batch || self.momentum.is_some_and(|momentum| momentum != 0.0) {
                    return Err(conflict(
                        "the in-place trainer learns one sample at a time and has no momentum: \
                         leave --batch and --momentum out, or take `--trainer batch`",
                    )
                    .into());
                }
                suited.in_place()
            }
            _ => suited,
        };
        set(&mut recipe.epochs, self.epochs);
        set(&mut recipe.batch, self.batch);
        set(&mut recipe.rate, self.rate);
        set(&mut recipe.momentum, self.momentum);
        set(&mut recipe.decay, self.decay);
        recipe.limit = match (self.clip, self.refuse) {
            (Some(length), _) => Some(Limit::Clip(length)),
            (_, Some(length)) => Some(Limit::Refuse(length)),
            _ => recipe.limit,
        };
        set(&mut recipe.trains, self.train);
        set(&mut recipe.seed, self.seed);
        if self.augment {
            [recipe.shift, recipe.rotation] = bend;
        }
        if self.no_augment {
            [recipe.shift, recipe.rotation] = [0.0; 2];
        }
        set(&mut recipe.shift, self.shift);
        set(&mut recipe.rotation, self.rotation);
        if recipe.rate * recipe.decay >= 1.0 {
            return Err(conflict(&format!(
                "at a rate of {} a decay of {} leaves nothing of a weight: take a lower --rate or \
                 --decay, so that their product is below 1",
                recipe.rate, recipe.decay
            ))
            .into());
        }
        recipe.schedule = self.schedule(recipe)?;
        self.judge(&mut recipe)?;
        Ok(recipe)
    }

    /// What judges while the net learns, and what follows from it.
    fn judge(&self, recipe: &mut Recipe) -> anyhow::Result<()> {
        if self.validate.is_none() && (self.keep == Some(Keep::Best) || self.patience.is_some()) {
            return Err(conflict(
                "--keep best and --patience need --validate SHARE: the validation loss says which \
                 epoch is best; the test data must not choose",
            )
            .into());
        }
        if let Some(share) = self.validate {
            (recipe.validate, recipe.keep) = (share, Keep::Best);
        }
        set(&mut recipe.keep, self.keep);
        recipe.patience = self.patience;
        Ok(())
    }

    fn schedule(&self, recipe: Recipe) -> anyhow::Result<Schedule> {
        let steps = self.step_every.is_some() || self.step_factor.is_some();
        let name = match (self.schedule, recipe.schedule) {
            (Some(name), _) => name,
            (None, _) if steps => ScheduleName::Step,
            (None, Schedule::Constant) if self.warm_up.is_none() => ScheduleName::Constant,
            (None, _) => ScheduleName::Cosine,
        };
        if steps && name != ScheduleName::Step {
            return Err(conflict("--step-every and --step-factor need `--schedule step`").into());
        }
        if self.warm_up.is_some() && name != ScheduleName::Cosine {
            return Err(conflict("--warm-up needs `--schedule cosine`").into());
        }
        let warm_up = match recipe.schedule {
            Schedule::Cosine { warm_up } => warm_up,
            _ => 0,
        };
        Ok(match name {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Step => Schedule::Step {
                every: self.step_every.unwrap_or(recipe.epochs.div_ceil(3)),
                factor: self.step_factor.unwrap_or(0.1),
            },
            ScheduleName::Cosine => {
                Schedule::Cosine { warm_up: self.warm_up.unwrap_or(warm_up.min(recipe.epochs / 4)) }
            }
        })
    }
}

/// A number of epochs.
fn epochs(text: &str) -> Result<u32, String> {
    number::count::<{ number::EPOCHS }>(text).map(|epochs| epochs as u32)
}

fn set<T>(to: &mut T, asked: Option<T>) {
    if let Some(asked) = asked {
        *to = asked;
    }
}
