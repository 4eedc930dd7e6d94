use cpfo::train;
use serde::{Deserialize, Serialize};

/// What is done with a gradient that is longer than a bound: in place a sample's, else the mean of
/// a mini-batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Limit {
    /// It is shortened to it.
    Clip {
        /// The bound.
        length: f32,
    },
    /// The update is refused, and the run goes on with the next.
    Refuse {
        /// The bound.
        length: f32,
    },
}

impl Limit {
    /// As core knows it.
    pub(super) fn of_core(self) -> train::Limit {
        match self {
            Limit::Clip { length } => train::Limit::Clip(length),
            Limit::Refuse { length } => train::Limit::Refuse(length),
        }
    }
}
