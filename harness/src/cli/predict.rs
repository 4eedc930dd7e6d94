use std::path::PathBuf;

use clap::Args;

use super::LAST_MODEL;

/// What `cpfo predict` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PredictFlags {
    /// Pictures (PNG, JPEG, BMP, PNM), or folders of them
    #[arg(value_name = "PICTURE", required = true)]
    pub pictures: Vec<PathBuf>,
    /// The model that looks at them
    #[arg(long, value_name = "FILE", default_value = LAST_MODEL)]
    pub model: PathBuf,
    /// The net it is a model of [default: the one that the file names]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// Scale pictures of another size, keeping their proportions
    #[arg(long)]
    pub fit: bool,
    /// Exchange dark and light: nets learn light strokes on black, paper is the other way round
    #[arg(long)]
    pub invert: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  cpfo predict seven.png                         8 x 8 pixels, light on black
  cpfo predict scans/ --fit --invert             photos or scans of dark ink on paper
  cpfo predict scans/ --json --model lenet/model.safetensors";
