//! Tests that need more than Rust. Without it they are reported as ignored, with the reason; where
//! `CPFO_REQUIRE_TOOLS` is set, as in CI, they fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cpfo_harness::base::child::bound;
use libtest_mimic::{Failed, Trial};

/// The program `cpfo`, built if need be, as this test was.
pub fn cpfo() -> Command {
    let mut cpfo = Command::new(env!("CARGO"));
    cpfo.args(["run", "--quiet", "--package", "cpfo-harness", "--bin", "cpfo"]);
    if !cfg!(debug_assertions) {
        cpfo.arg("--release");
    }
    cpfo.arg("--").current_dir(env!("CARGO_MANIFEST_DIR"));
    cpfo.stdin(Stdio::null()).stderr(Stdio::inherit());
    bound(&mut cpfo);
    cpfo
}

/// What is missing for building for a target, as a sentence.
pub fn lacks_target(target: &str) -> Option<String> {
    let folder = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../targets"))
        .output();
    let there = folder
        .is_ok_and(|folder| Path::new(String::from_utf8_lossy(&folder.stdout).trim()).is_dir());
    (!there).then(|| format!("the Rust target is not installed (rustup target add {target})"))
}

/// A test, and what it lacks on this machine, as a sentence.
pub fn trial(
    name: impl Into<String>,
    lacks: Option<String>,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match lacks {
        None => Trial::test(name, run),
        Some(reason) if std::env::var_os("CPFO_REQUIRE_TOOLS").is_some() => {
            Trial::test(name, move || Err(reason.into()))
        }
        // The kind stands before the name, where a reader sees it.
        Some(reason) => Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true),
    }
}

/// The files in a folder and below, in one order.
///
/// # Panics
/// If one of its folders cannot be read.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// The Rust sources in a folder and below, in one order.
///
/// # Panics
/// If one of its folders cannot be read.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = files(folder);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}
