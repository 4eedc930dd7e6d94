use std::path::PathBuf;

use clap::Args;

use super::{DataFlags, OUT, ScaleFlags, number};

/// What `cpfo data` is asked for. The path of the data has no `--data` before it: see
/// [`program`](super::program).
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct InspectFlags {
    /// The samples, read as `cpfo train` reads them.
    #[command(flatten)]
    pub data: DataFlags,
    /// How readings would become inputs: what cannot be scaled so is said. The ranges are of readings.
    #[command(flatten)]
    pub scale: ScaleFlags,
    /// Rows x columns x maps of a sample, where no net says it: a window of 100 readings of 6 sensors is
    /// 100x1x6 [default: as the files say; a line of a table is a square, or else a series]
    #[arg(long, value_name = "RxCxM", conflicts_with = "net", value_parser = number::shape,
          requires = "data")]
    pub input: Option<[usize; 3]>,
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
  cpfo data gestures.csv --input 100x1x6 --scale standard
  cpfo data mnist/ --net lenet                   as `cpfo train --net lenet --data mnist/` reads it
  cpfo data shapes/ --fit --split order --json";
