//! `cpfo completions`: what makes a shell complete the verbs and flags of this program.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use crate::base::terminal;
use crate::cli::{self, CompletionsFlags};

/// Writes the completions, under the name that the program was called by.
pub fn run(flags: &CompletionsFlags, nets: &[&'static str]) -> anyhow::Result<ExitCode> {
    let called = env::args_os().next().unwrap_or_default();
    let name = Path::new(&called).file_stem().map(|name| name.to_string_lossy().into_owned());
    let mut script = Vec::new();
    let mut program = cli::program(nets);
    clap_complete::generate(
        flags.shell,
        &mut program,
        name.unwrap_or_else(|| "cpfo".into()),
        &mut script,
    );
    terminal::styled(|_| String::from_utf8_lossy(&script).into_owned())?;
    Ok(ExitCode::SUCCESS)
}
