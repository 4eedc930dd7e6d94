use std::path::PathBuf;

use clap::Args;

use super::{DataFlags, OUT};

/// What `cpfo data` is asked for. The path of the data has no `--data` before it: see
/// [`program`](super::program).
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct InspectFlags {
    /// The samples, read as `cpfo train` reads them.
    #[command(flatten)]
    pub data: DataFlags,
    /// The net that shall learn from them [default: the first that takes them, or none]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// The folder for the page, data.html
    #[arg(long, value_name = "FOLDER", default_value = OUT)]
    pub out: PathBuf,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
It says how the files were understood: shape, classes, the range of each channel, what would be set
aside for the test, and what looks wrong; and writes a page with the first samples of each class,
images as pictures, series as curves. Nothing is learnt. Exit code 0 if data can be learnt from.

Examples:
  cpfo data readings.csv                         one table
  cpfo data mnist/ --net lenet                   as `cpfo train --net lenet --data mnist/` reads it
  cpfo data shapes/ --fit --split order --json";
