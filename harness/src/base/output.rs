//! The folder that a run leaves its files in. One run holds it at a time: two would each write over
//! what the other left.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use crate::base::{label, whole};

/// The folder that a run leaves its files in.
#[derive(Clone, Debug)]
pub struct Output {
    folder: PathBuf,
}

/// A folder in use. Dropped, it is free for others; the system sees to that, however a run ends.
#[derive(Debug)]
#[must_use = "dropped, the folder is free for others"]
pub struct Held {
    _lock: File,
}

impl Output {
    /// A folder, which may not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes sure that files can be written there, before hours are spent on what is in them, and
    /// that nobody else writes there meanwhile.
    ///
    /// # Errors
    /// If they cannot, or somebody else does.
    pub fn prepare(&self) -> anyhow::Result<Held> {
        let folder = label::path(&self.folder);
        let cannot =
            || format!("cannot write into the folder {folder}: name another one with --out");
        fs::create_dir_all(&self.folder).with_context(cannot)?;
        let lock = lock(&self.folder).with_context(cannot)?;
        match lock.try_lock() {
            // Some file systems know no locks: there it is as it would be without one.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "the folder {folder} is locked: another run writes its files there. Wait for its \
                 end, or name another folder with --out"
            ),
        }
        // Dropped, the file is gone.
        whole::beside(&self.folder).with_context(cannot)?;
        Ok(Held { _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The trained net.
    pub fn model(&self) -> PathBuf {
        self.folder.join("model.safetensors")
    }

    /// How it went, for people.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report.html")
    }

    /// How a device learnt, as a picture.
    pub fn picture(&self) -> PathBuf {
        self.folder.join("learning.svg")
    }

    /// How several seeds went. It has a name of its own: the report beside a model is that model's.
    pub fn seeds(&self) -> PathBuf {
        self.folder.join("seeds.html")
    }

    /// What was understood of data, for people.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data.html")
    }

    /// How to go on.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoint.safetensors")
    }
}

/// What stands for a folder when it is locked: where a folder can be opened, itself, so that nothing
/// is left in it.
fn lock(folder: &Path) -> io::Result<File> {
    if cfg!(unix) {
        File::open(folder)
    } else {
        File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))
    }
}

/// The files that were to be written, each tried by itself: what does not fit on a full disk does
/// not take the others with it. The most valuable goes first.
#[derive(Debug, Default)]
pub struct Kept {
    failures: Vec<String>,
}

impl Kept {
    /// Notes what came of a file; gives its path if it is there.
    pub fn note(&mut self, path: PathBuf, written: anyhow::Result<()>) -> Option<String> {
        match written {
            Ok(()) => Some(path.to_string_lossy().into_owned()),
            Err(error) => {
                self.failures.push(format!("{error:#}"));
                None
            }
        }
    }

    /// Passes if all were kept.
    ///
    /// # Errors
    /// If one was not: says which, and why.
    pub fn all(self) -> anyhow::Result<()> {
        if self.failures.is_empty() {
            return Ok(());
        }
        Err(anyhow!("not everything was kept\n  {}", self.failures.join("\n  ")))
    }
}
