//! The program `cpfo`: every command, for the nets that come with it.

#![deny(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::process::ExitCode;

use cpfo_harness::nets::{digits, lenet};
use cpfo_harness::{main as run, net};

fn main() -> ExitCode {
    run(&[&net::<digits::Net>(), &net::<lenet::Net>()])
}
