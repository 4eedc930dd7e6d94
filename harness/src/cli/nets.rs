use clap::Args;

/// What `cpfo nets` is asked for.
#[derive(Args, Clone, Debug)]
pub struct NetsFlags {
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}
