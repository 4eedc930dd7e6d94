//! `cpfo bench`: how fast the nets are, here and on emulated chips, and what guarded sessions come to.

mod best;
mod chip;
mod desktop;
mod sessions;
mod sweep;

use std::process::ExitCode;

use cpfo::{Net, format};

use crate::cli::BenchFlags;
use desktop::Task;

/// A net that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    name: &'static str,
    /// The number that follows from its layers.
    fingerprint: u32,
    /// Samples a second, found in about so many seconds.
    speed: fn(Task, f64) -> anyhow::Result<f64>,
}

impl Subject {
    /// A net, to be measured.
    pub fn of<N: Net>() -> Self {
        let fingerprint = format::fingerprint::<N>();
        Self { name: N::NAME, fingerprint, speed: desktop::speed::<N> }
    }
}

/// Measures what is asked for.
pub fn run(flags: &BenchFlags, nets: &[Subject]) -> anyhow::Result<ExitCode> {
    if flags.sessions {
        return sessions::run(flags);
    }
    match (flags.emulated, flags.sweep) {
        (true, true) => sweep::run(flags),
        (true, false) => chip::run(flags, nets),
        (false, _) => desktop::run(flags, nets),
    }
}
