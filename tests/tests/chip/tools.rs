//! What these tests need beside Rust, and what to say where it is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use cpfo_harness::base::child::bound;
use cpfo_harness::board::emulator::Board;
use libtest_mimic::Failed;

use crate::reference;

/// Where the runs of the program `bits` end on every machine.
pub(crate) const BITS: &str = "programs/bits.out";

/// The workspace of the firmware.
pub(crate) fn targets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../targets")
}

/// What is missing for running on a board, as a sentence.
pub(crate) fn lacks(board: Board) -> Option<String> {
    board.at_hand(&targets()).err().map(|error| error.to_string())
}

/// A board's package.
pub(crate) fn package(board: Board) -> String {
    board.package().to_owned()
}

/// Runs cargo in the firmware's workspace; its standard output.
pub(crate) fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, Failed> {
    cargo_in(&targets(), arguments, environment)
}

/// Runs cargo where committed figures come from; its standard output.
pub(crate) fn cargo_for_figures(arguments: &[&str]) -> Result<String, Failed> {
    cargo_by_flags(arguments, "", "target")
}

/// The same with flags for the compiler, building in a folder there.
pub(crate) fn cargo_by_flags(
    arguments: &[&str],
    flags: &str,
    folder: &str,
) -> Result<String, Failed> {
    let flags = format!("{} {flags}", reference::flags());
    let environment = [("RUSTFLAGS", flags.trim()), ("CARGO_TARGET_DIR", folder)];
    cargo_in(&reference::targets(), arguments, &environment)
}

fn cargo_in(
    folder: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<String, Failed> {
    // Cargo hands its own settings on to what it runs; the firmware has others.
    let output = bound(&mut Command::new("cargo"))
        .args(arguments)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()?;
    if !output.status.success() {
        let words = arguments.join(" ");
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`cargo {words}` in targets/ failed:\n{errors}").into());
    }
    Ok(String::from_utf8(output.stdout)?.replace("\r\n", "\n"))
}

/// Compares with a committed file below targets/; `CPFO_BLESS=1` writes it anew.
pub(crate) fn compare(file: &str, found: &str) -> Result<(), Failed> {
    let path = targets().join(file);
    if std::env::var_os("CPFO_BLESS").is_some() {
        std::fs::write(&path, found)?;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected != found {
        return Err(format!(
            "targets/{file} says\n{expected}\nbut this build printed\n{found}\n\
             If the change is meant: CPFO_BLESS=1 cargo test -p cpfo-tests --test chip, and a line \
             in the changelog."
        )
        .into());
    }
    Ok(())
}
