use std::path::PathBuf;

use clap::Args;

use super::LAST_MODEL;
use super::data::yes_or_no;
use super::known::Known;
use crate::data::{Column, Grouping};

/// What `cpfo predict` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PredictFlags {
    /// Pictures (PNG, JPEG, BMP, PNM) or folders of them, tables (CSV: .csv, .tsv, .txt), IDX files of
    /// images, or NumPy's x.npy or .npz. A line of a table may be without its label
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The model that looks at them
    #[arg(long, value_name = "FILE", default_value = LAST_MODEL)]
    pub model: PathBuf,
    /// The net it is a model of [default: the one that the file names]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// Bring pictures to the net's size: a drawing is cut out and set where those of the training
    /// images stand, be it dark on light or light on dark [default: as when the net was trained]
    #[arg(long, value_name = "yes|no", hide_possible_values = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = yes_or_no())]
    pub fit: Option<bool>,
    /// Exchange dark and light: most nets have learnt light strokes on black, and paper is the other
    /// way round. `--fit` finds out by itself, unless this says it
    #[arg(long, value_name = "yes|no", hide_possible_values = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = yes_or_no())]
    pub invert: Option<bool>,
    /// CSV: where the label stands, if there is one: `first`, `last`, the column's name in the header, or
    /// its number [default: as when the net was trained]
    #[arg(long, value_name = "COLUMN", value_parser = Known::<Column>::of(&["first", "last"]),
          hide_possible_values = true)]
    pub label_column: Option<Column>,
    /// CSV: where the group stands, if there is one: `first`, `last`, the column's name in the header, its
    /// number, or `none` [default: as when the net was trained]
    #[arg(long, value_name = "COLUMN", value_parser = Known::<Grouping>::of(&["first", "last", "none"]),
          hide_possible_values = true)]
    pub group_column: Option<Grouping>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
A file that cannot be taken is told of, and the others are not worse for it; then the exit code is 1.

Examples:
  cpfo predict seven.png                         8 x 8 pixels, light on black
  cpfo predict scans/ --fit                      photos or scans of ink on paper
  cpfo predict readings.csv                      a line for each row: its class, and how sure the net is
  cpfo predict t10k-images-idx3-ubyte            the images of an IDX file
  cpfo predict scans/ --json --model lenet/model.safetensors";
