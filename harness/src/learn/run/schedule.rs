use cpfo::train;
use serde::{Deserialize, Serialize};

/// How the learning rate changes, counted in epochs: the same recipe suits data of any size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Schedule {
    /// It does not.
    Constant,
    /// It is multiplied by `factor` after each `every` epochs.
    Step {
        /// Epochs between two changes.
        every: u32,
        /// What the rate is multiplied with.
        factor: f32,
    },
    /// It rises over `warm_up` epochs, then falls to 0 along half a cosine.
    Cosine {
        /// Epochs of the rise; 0 for none.
        warm_up: u32,
    },
}

impl Schedule {
    /// The same, counted in mini-batches.
    pub fn in_batches(self, an_epoch: u32) -> train::Schedule {
        match self {
            Schedule::Constant => train::Schedule::Constant,
            Schedule::Step { every, factor } => {
                train::Schedule::Step { every: every.saturating_mul(an_epoch), factor }
            }
            Schedule::Cosine { warm_up } => {
                train::Schedule::Cosine { warm_up: warm_up.saturating_mul(an_epoch) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_become_batches() {
        let share = |schedule: Schedule, batch| schedule.in_batches(90).share(batch, 900);
        assert_eq!(share(Schedule::Constant, 899), 1.0);
        let step = Schedule::Step { every: 2, factor: 0.5 };
        assert_eq!([179, 180, 360].map(|batch| share(step, batch)), [1.0, 0.5, 0.25]);
        let cosine = Schedule::Cosine { warm_up: 1 };
        assert!(share(cosine, 44) == 0.5 && share(cosine, 89) == 1.0 && share(cosine, 899) < 1e-4);
    }
}
