use std::path::PathBuf;

use clap::Args;

use super::LAST_MODEL;

/// Flags of `cpfo export`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cpfo export --rust digits.rs   then: static MODEL: digits::Parameters = include!(\"digits.rs\");
  cpfo export --bin digits.cpfo  for a firmware that takes models as bytes")]
#[group(id = "format", required = true, multiple = true)]
pub struct ExportFlags {
    /// The net of the model [default: the one that the file names]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// The model
    #[arg(long, value_name = "FILE", default_value = LAST_MODEL)]
    pub model: PathBuf,
    /// Write a Rust expression that a firmware includes; as a static it stays in flash
    #[arg(long, value_name = "FILE", group = "format")]
    pub rust: Option<PathBuf>,
    /// Write the device format: header, fingerprint of the net, numbers, checksum
    #[arg(long, value_name = "FILE", group = "format")]
    pub bin: Option<PathBuf>,
}
