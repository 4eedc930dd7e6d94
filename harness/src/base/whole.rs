//! Files are written wholly or not at all, and never over what somebody else put there.
//!
//! The bytes go into a new file in the same folder first, under a name that nobody has (created
//! exclusively: no file is emptied, no link followed), from where they are read back. Only then
//! does it take its name over, in one step; and file and folder are brought to the disk, so that a
//! power cut leaves the old file or the new one.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::base::label;

/// Writes a file. What is no file (`/dev/stdout`, a pipe) gets the bytes as they are.
///
/// # Errors
/// If they are not there to stay. What was there before still is.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = if is_a_way_out(path) {
        File::options().write(true).open(path).and_then(|mut file| file.write_all(bytes))
    } else {
        beside(folder_of(path)).and_then(|file| replace(path, file, bytes))
    };
    written.with_context(|| format!("cannot write {}", label::path(&path)))
}

/// From now on a file that grows past the user's limit is an error like a full disk. By default it
/// ends the program.
///
/// # Errors
/// If the system does not let a program listen.
pub fn size_limits_are_errors() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::sync::atomic::AtomicBool;
        static PASSED: AtomicBool = AtomicBool::new(false);
        signal_hook::flag::register(libc::SIGXFSZ, &PASSED).context("cannot listen to signals")?;
    }
    Ok(())
}

/// A new file in a folder, under a name that nobody has; dropped, it is gone.
///
/// # Errors
/// If no file can be written there.
pub fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut unnamed = tempfile::Builder::new();
    unnamed.prefix(".cpfo-").suffix(".part");
    // As any other file: the crate's own choice is a file for nobody but the owner.
    #[cfg(unix)]
    unnamed.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    unnamed.tempfile_in(folder)
}

fn replace(path: &Path, mut file: NamedTempFile, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.rewind()?;
    let mut back = Vec::with_capacity(bytes.len());
    file.read_to_end(&mut back)?;
    if back != bytes {
        return Err(io::Error::other("what is read back is not what was written"));
    }
    file.persist(path)?;
    sync(folder_of(path))
}

/// Brings to the disk which names a folder has.
fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file; a rename is as safe there as the system has it.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Whether a path is no place for a file: a device, a pipe.
fn is_a_way_out(path: &Path) -> bool {
    let special = |about: fs::Metadata| !about.is_file() && !about.is_dir();
    path.starts_with("/dev") || fs::metadata(path).is_ok_and(special)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
