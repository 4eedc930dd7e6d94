use clap::Args;

use super::known::Known;
use crate::model::training::Training;

/// What trains on a device.
#[derive(Args, Clone, Copy, Debug)]
pub struct TrainsFlags {
    /// What trains there: `all`, `tail` (the last 2 layers that have parameters), `tail:N` (the last N of
    /// them), `conv+output`, `output`, `biases`. The rest stays in flash, as the model has it, and takes no RAM
    #[arg(long = "train", value_name = "WHAT", default_value = "all",
          value_parser = Known::<Training>::of(&["all", "tail", "conv+output", "output", "biases"]))]
    pub training: Training,
}
