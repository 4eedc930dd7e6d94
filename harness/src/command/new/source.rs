//! The source of cpfo that a project builds on, and what is taken over from it: what a board is, the
//! compiler, the versions of dependencies that are tested.

use std::fs;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, ensure};

use crate::base::label;
use crate::board::firmware::Board;

/// A folder with the source of cpfo.
pub(super) struct Source {
    folder: PathBuf,
}

impl Source {
    /// The one that is named, or that which this program was built from.
    ///
    /// # Errors
    /// If it is none, or a project cannot name it.
    pub(super) fn new(named: Option<&Path>) -> anyhow::Result<Self> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let folder = named.or(built_from).context("this program was built in the root folder")?;
        let parts = ["core/Cargo.toml", "harness/Cargo.toml", "targets/boards/build.rs"];
        ensure!(
            parts.iter().all(|part| folder.join(part).is_file()),
            "{} is not the source of cpfo, which the project builds on: name the folder that has core, \
             harness and targets in it with --cpfo",
            label::path(&folder)
        );
        let folder = folder.canonicalize()?;
        ensure!(
            folder.to_str().is_some(),
            "{} is no text, so no Cargo.toml can name it: move the source of cpfo, and name it with --cpfo",
            label::path(&folder)
        );
        Ok(Self { folder })
    }

    /// How a file `depth` folders below the project's `folder` names `inside`, in quotation marks: from
    /// there if the project lies in the source, else from the root.
    pub(super) fn path_to(&self, inside: &str, folder: &Path, depth: usize) -> String {
        let path = match folder.strip_prefix(&self.folder) {
            Ok(below) => {
                PathBuf::from("../".repeat(below.components().count() + depth)).join(inside)
            }
            Err(_) => self.folder.join(inside),
        };
        let path = path.to_string_lossy().replace('\\', "/");
        // TOML's basic strings are JSON's.
        serde_json::Value::from(path).to_string()
    }

    /// A file, if it is there.
    pub(super) fn file(&self, inside: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(inside)).ok()
    }

    /// A file that has to be there.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn needed(&self, inside: &str) -> anyhow::Result<String> {
        let path = self.folder.join(inside);
        fs::read_to_string(&path).with_context(|| {
            format!(
                "cannot read {}: is the source of cpfo whole? --cpfo names another",
                label::path(&path)
            )
        })
    }

    /// What the manifest of a board says: where its devices come from, a line, and its description. What
    /// else it depends on is for programs that a project does not have.
    ///
    /// # Errors
    /// If the manifest is not there, or does not say where devices come from.
    pub(super) fn board(&self, board: &Board) -> anyhow::Result<[String; 2]> {
        let manifest = self.needed(&format!("targets/boards/{}/Cargo.toml", board.package))?;
        let with = |starts: &[&str]| {
            let line =
                manifest.lines().find(|line| starts.iter().any(|start| line.starts_with(start)));
            line.map(str::to_owned)
        };
        let devices = with(&["cpfo-attached", "cpfo-emulated"]);
        let devices =
            devices.with_context(|| format!("the board {} has no devices", board.name))?;
        let what = with(&["description = "]).unwrap_or_default();
        Ok([devices, what.split('"').nth(1).unwrap_or(board.name).to_owned()])
    }

    /// Bytes of RAM that a board has for statics.
    ///
    /// # Errors
    /// If its memory map is not there or not understood.
    pub(super) fn ram(&self, board: &Board) -> anyhow::Result<u64> {
        let [_, ram, _] = board.memory(&self.folder.join("targets"))?;
        Ok(ram)
    }

    /// The line that makes cargo run the firmware of a board.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn alias(&self, board: &Board) -> anyhow::Result<String> {
        let aliases = self.needed("targets/.cargo/config.toml")?;
        let its = format!("\"-p\", \"{}\"", board.package);
        let line = aliases.lines().find(|line| line.contains(&its));
        Ok(line.with_context(|| format!("the board {} has no alias", board.name))?.to_owned())
    }
}

/// Where a folder is to be, as an absolute path without links as far as it is there.
///
/// # Errors
/// If the system does not say.
pub(super) fn place(folder: &Path) -> anyhow::Result<PathBuf> {
    let folder = absolute(folder)?;
    let mut there = folder.as_path();
    while let Some(parent) = there.parent().filter(|_| !there.exists()) {
        there = parent;
    }
    let rest = folder.strip_prefix(there)?;
    let there = there.canonicalize()?;
    Ok(if rest.as_os_str().is_empty() { there } else { there.join(rest) })
}
