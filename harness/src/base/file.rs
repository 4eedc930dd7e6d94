//! Files that come from outside: what is no file is not opened, and what has no end is not read.
//!
//! A pipe that nobody writes to would keep a program waiting for good, and a device such as
//! `/dev/zero` never ends. So the kind is looked at first, and every length has a limit.

use std::fs::{self, File, FileType};
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// A model or a checkpoint is never longer.
pub(crate) const MODEL_LIMIT: u64 = 1 << 30;

/// Opens a file, and says how long it is.
///
/// # Errors
/// If there is nothing, if it is anything but a file, or if it may not be read.
pub(crate) fn open(path: &Path) -> Result<(File, u64)> {
    let about = fs::metadata(path)?;
    ensure!(about.is_file(), "it is {}, not a file", kind(about.file_type()));
    Ok((File::open(path)?, about.len()))
}

/// Reads a whole file that is no longer than `limit` bytes.
///
/// # Errors
/// As [`open`], and if the file is longer.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let (file, length) = open(path)?;
    let mut bytes = Vec::new();
    if length <= limit {
        file.take(limit + 1).read_to_end(&mut bytes).context("it cannot be read to its end")?;
    }
    let length = length.max(bytes.len() as u64);
    ensure!(length <= limit, "it is {length} bytes long, more than the {limit} that are read");
    Ok(bytes)
}

/// What a path leads to, in a word.
pub(crate) fn kind(what: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if what.is_fifo() {
            return "a pipe";
        }
        if what.is_socket() {
            return "a socket";
        }
        if what.is_block_device() || what.is_char_device() {
            return "a device";
        }
    }
    if what.is_dir() {
        "a folder"
    } else if what.is_file() {
        "a file"
    } else {
        "neither a file nor a folder"
    }
}
