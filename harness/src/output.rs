//! The folder that a run leaves its files in.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::MODEL;
use crate::label;
use crate::model::write_whole;

/// The folder that a run leaves its files in.
#[derive(Clone, Debug)]
pub struct Output {
    folder: PathBuf,
}

impl Output {
    /// A folder, which may not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes sure that files can be written there, before hours are spent on what is in them.
    pub fn prepare(&self) -> anyhow::Result<()> {
        let probe = self.folder.join("is-it-writable");
        std::fs::create_dir_all(&self.folder)
            .map_err(anyhow::Error::from)
            .and_then(|()| write_whole(&probe, b""))
            .and_then(|()| Ok(std::fs::remove_file(&probe)?))
            .with_context(|| {
                format!(
                    "cannot write into the folder {}: name another one with --out",
                    label::path(&self.folder)
                )
            })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The trained net.
    pub fn model(&self) -> PathBuf {
        self.folder.join(MODEL)
    }

    /// How it went, for people.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report.html")
    }

    /// How several seeds went. It has a name of its own: the report beside a model is that model's.
    pub fn seeds(&self) -> PathBuf {
        self.folder.join("seeds.html")
    }

    /// How to go on.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoint.safetensors")
    }
}
