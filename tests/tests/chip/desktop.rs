//! The instructions of the desktop, counted by valgrind: a figure that does not depend on the load.
//!
//! Only our own are counted. Which `memcpy` the C library takes depends on the processor, ours is
//! the same code on every x86-64; it is the portable one, without any vectors that are chosen at run
//! time.

use std::env::consts::{ARCH, OS};
use std::path::Path;
use std::process::Command;
use std::{env, fs, process};

use libtest_mimic::Failed;

use crate::reference;
use crate::tools::{cargo_for_figures, compare};

const COMMITTED: &str = "programs/instructions.out";

/// What is missing for counting, as a sentence.
pub(crate) fn lacks() -> Option<String> {
    if (ARCH, OS) != ("x86_64", "linux") {
        return Some(format!("the committed instructions are x86-64 Linux's, not {ARCH} {OS}'s"));
    }
    let there = Command::new("valgrind").arg("--version").output().is_ok();
    let missing = "valgrind is not installed; on Debian and Ubuntu: apt-get install valgrind";
    (!there).then(|| missing.into())
}

/// Counts every pass and compares.
pub(crate) fn instructions() -> Result<(), Failed> {
    let run = ["run", "--quiet", "--release", "-p", "cpfo-firmware", "--example", "instructions"];
    let names = cargo_for_figures(&run)?;
    let program = reference::targets().join("target/release/examples/instructions");
    let mut found = String::new();
    for name in names.lines() {
        found += &format!("{name} {} instructions\n", count(&program, name)?);
    }
    compare(COMMITTED, &found)
}

/// The instructions of one pass.
fn count(program: &Path, pass: &str) -> Result<u64, Failed> {
    let profile = env::temp_dir().join(format!("cpfo-instructions-{}", process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*counted*"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .arg(pass)
        .output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("valgrind failed:\n{errors}").into());
    }
    let text = fs::read_to_string(&profile)?;
    fs::remove_file(&profile)?;
    let ours = format!("ob={}", program.canonicalize()?.display());
    match own(&text, &ours) {
        0 => Err(format!("valgrind counted nothing of `{pass}`:\n{text}").into()),
        count => Ok(count),
    }
}

/// The instructions of one object in callgrind's format: a line `ob=` names the object that the
/// costs after it are of, each a position and a count. The cost after a line `calls=` is that of
/// what was called, which has its own.
fn own(profile: &str, object: &str) -> u64 {
    let (mut ours, mut called, mut sum) = (false, false, 0);
    for line in profile.lines() {
        if line.starts_with("ob=") {
            ours = line == object;
        } else if line.starts_with("calls=") {
            called = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let count = line.split_once(' ').and_then(|(_, count)| count.parse::<u64>().ok());
            if ours && !called {
                sum += count.unwrap_or(0);
            }
            called = false;
        }
    }
    sum
}
