//! A copy of the firmware's sources at a place that is the same on every machine.
//!
//! Cargo hashes the place of a crate outside the workspace, as core is for the firmware, into the
//! names of its functions, and their order decides what the optimizer inlines: the same sources
//! elsewhere are some instructions longer or shorter. Committed figures are those of this place.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs, io};

/// What the firmware is built from, relative to the project.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "rust-toolchain.toml",
    "README.md",
    "core",
    "targets",
    "tests/suite",
    "tests/golden/goldens.bin",
    "harness/data",
    "harness/memory-map",
    "harness/nets",
];

/// The folder `targets` of the copy, which is made anew once a run and is ours until the run ends.
pub(crate) fn targets() -> PathBuf {
    static COPIED: OnceLock<(PathBuf, File)> = OnceLock::new();
    let place = || {
        let place = if cfg!(unix) { PathBuf::from("/tmp") } else { env::temp_dir() };
        let place = place.join("cpfo-reference");
        let ours = lock(&place);
        let ours = ours.unwrap_or_else(|error| panic!("cannot lock {place:?}: {error}"));
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for source in SOURCES {
            let copied = copy(&project.join(source), &place.join(source));
            copied.unwrap_or_else(|error| panic!("cannot copy {source} to {place:?}: {error}"));
        }
        (place.join("targets"), ours)
    };
    COPIED.get_or_init(place).0.clone()
}

/// Another checkout may be at its tests on this machine: one after the other. The system gives a lock
/// back when its file is closed, at the latest when the process ends.
fn lock(place: &Path) -> io::Result<File> {
    fs::create_dir_all(place)?;
    let file = File::create(place.join("lock"))?;
    if file.try_lock().is_err() {
        eprintln!("waiting for {}, which another run has locked", place.display());
        file.lock()?;
    }
    Ok(file)
}

/// Flags that keep the rest of the machine out of the program: panics name files below cargo's home.
pub(crate) fn flags() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).unwrap_or_default();
    format!("--remap-path-prefix={}=/cargo", home.display())
}

/// Makes `to` what `from` is, but for what was built there. A file that is the same already keeps
/// its time, so that cargo does not build it again.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        let bytes = fs::read(from)?;
        if fs::read(to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        return fs::write(to, bytes);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let there = entry?.path();
        let name = there.file_name().unwrap_or_default();
        if name == "target" || from.join(name).exists() {
            continue;
        }
        if there.is_dir() { fs::remove_dir_all(there)? } else { fs::remove_file(there)? }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() != "target" {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
