//! `cpfo bench`: how fast the nets are, here and on emulated chips.

mod best;
mod chip;
mod desktop;
mod sweep;

use std::process::ExitCode;

pub use desktop::{Task, speed};

use crate::cli::BenchFlags;
use crate::dispatch::AnyNet;

/// Measures what is asked for.
pub fn run(flags: &BenchFlags, nets: &[&dyn AnyNet]) -> anyhow::Result<ExitCode> {
    match (flags.emulated, flags.sweep) {
        (true, true) => sweep::run(flags),
        (true, false) => chip::run(flags, nets),
        (false, _) => desktop::run(flags, nets),
    }
}
