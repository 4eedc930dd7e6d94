use std::path::{Path, PathBuf};

use clap::Args;

use crate::board::home::Home;

/// Where firmware is built.
#[derive(Args, Clone, Debug)]
pub struct HomeFlags {
    /// The firmware of a project that `new` made [default: that of the program's own project]
    #[arg(long, value_name = "FOLDER", global = true, conflicts_with = "targets")]
    pub firmware: Option<PathBuf>,
    /// The folder with cpfo's own firmware, for the nets that come with it [default: `targets` of the source]
    #[arg(long, value_name = "FOLDER", global = true)]
    pub targets: Option<PathBuf>,
}

impl HomeFlags {
    /// The folder that is named.
    ///
    /// # Errors
    /// If it is none with firmware.
    pub fn home(&self) -> anyhow::Result<Home> {
        Home::of(self.firmware.as_deref(), self.targets.as_deref())
    }

    /// Takes a project's firmware where nothing else was named.
    pub(super) fn or(&mut self, firmware: &Path) {
        if self.targets.is_none() {
            self.firmware.get_or_insert_with(|| firmware.to_owned());
        }
    }
}
