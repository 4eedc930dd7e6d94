use std::path::PathBuf;

use clap::Args;

use super::{DataFlags, LAST_MODEL};

/// What `cpfo eval` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct EvalFlags {
    /// The model to test
    #[arg(long, value_name = "FILE", default_value = LAST_MODEL)]
    pub model: PathBuf,
    /// The net it is a model of [default: the one that the file names]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// The samples it is tested with.
    #[command(flatten)]
    pub data: DataFlags,
    /// Test with all samples, not only with those set aside for it
    #[arg(long, conflicts_with = "split")]
    pub all: bool,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Without --split the samples are divided as they were when the model was trained, so that it is
tested with what it has not learnt; and they are read with the flags of the training.

Examples:
  cpfo eval                                      the last model, on what was set aside
  cpfo eval --model lenet/model.safetensors --data mnist/
  cpfo eval --data new-digits.csv --all --json";
