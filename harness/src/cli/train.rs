use std::path::PathBuf;

use clap::Args;

use super::{DataFlags, OUT, RecipeFlags, ScaleFlags, number};
use crate::learn::vectors::Width;

/// What `cpfo train` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, allow_negative_numbers = true)]
pub struct TrainFlags {
    /// The net that learns [default: the first of `cpfo nets`]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// The samples it learns from.
    #[command(flatten)]
    pub data: DataFlags,
    /// How it learns.
    #[command(flatten)]
    pub recipe: RecipeFlags,
    /// Train with N seeds, the first being --seed; prints mean and spread, and writes a page with all
    /// curves, seeds.html, but no model, unless N is 1
    #[arg(long, value_name = "N", value_parser = number::count::<{ number::SEEDS }>)]
    pub seeds: Option<usize>,
    /// Fine-tune this model instead of learning from first weights on; --train says what of it may move
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["resume", "scale"])]
    pub from: Option<PathBuf>,
    /// How readings become inputs.
    #[command(flatten)]
    pub scale: ScaleFlags,
    /// Go on with the run in the --out folder as if it had not been stopped; with --epochs, till it
    /// has learnt for so many in all, even if it was at its end
    #[arg(long, conflicts_with_all = [
        "net", "split", "scale", "seeds", "label_column", "group_column", "transpose", "invert", "fit",
    ])]
    pub resume: bool,
    /// The folder for model, report and checkpoint
    #[arg(long, value_name = "FOLDER", default_value = OUT)]
    pub out: PathBuf,
    /// How many threads may work; the result does not depend on it [default: one a core]
    #[arg(long, value_name = "N", value_parser = number::threads)]
    pub threads: Option<usize>,
    /// The vectors it works with; the result does not depend on them [default: the widest there are]
    #[arg(long, value_name = "KIND")]
    pub vectors: Option<Width>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Stop as by Ctrl-C after so many mini-batches: for tests.
    #[arg(long, value_name = "N", hide = true)]
    pub stop_after_batches: Option<u64>,
}

const EXAMPLES: &str = "\
Examples:
  cpfo train                                     the digits, in well under a minute
  cpfo train --split stratified --seeds 10       mean and spread over ten seeds
  cpfo train --no-augment --epochs 30 --schedule constant
  cpfo train --validate 0.1 --patience 20         keep the best epoch, end when it is long ago
  cpfo train --net lenet --data mnist/ --out lenet/
  cpfo train --data shapes/ --fit                pictures of any size, a folder for each class
  cpfo train --data iris.csv --label-column last
  cpfo train --data gestures/ --scale standard   sensors whose units differ
  cpfo train --data gestures.csv --group-column person  nobody's windows on both sides of the split
  cpfo train --from mine.safetensors --train output --data desk/ --epochs 5
  cpfo train --resume --out lenet/               go on where Ctrl-C stopped it
  cpfo train --resume --epochs 200               and for longer than was asked for

Files, in the --out folder: model.safetensors (PyTorch's names and order), report.html (curves,
confusion matrix, kernels, mistakes; opens in any browser), checkpoint.safetensors (for --resume). With --seeds:
seeds.html. Exit code 1 if the result is no better than chance, or the loss above its start.";
