//! `cpfo flash`: the firmware with a trained model in it, on a board.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, ensure};
use cpfo::Net;

use crate::base::child::bound;
use crate::board::firmware::Model;
use crate::board::{emulator, firmware};
use crate::cli::BoardFlags;

/// Builds the firmware and hands it to probe-rs, or to QEMU for an emulated board.
pub fn run<N: Net>(flags: &BoardFlags) -> anyhow::Result<ExitCode> {
    let home = flags.home.home()?;
    let targets = home.folder();
    let board = firmware::board(&flags.board).context("there is no such board")?;
    let program = home.serve::<N>(&board, flags.trains.training)?;
    let model = Model::of_file::<N>(&flags.model, flags.trains.training, targets)?;
    let status = match board.chip {
        Some(chip) => {
            let there = Command::new("probe-rs").arg("--version").output().is_ok();
            ensure!(
                there,
                "probe-rs is not installed; it speaks to the board's debug probe: \
                 cargo install probe-rs-tools --locked"
            );
            let elf = board.build(targets, program, &model)?;
            bound(&mut Command::new("probe-rs")).args(["run", "--chip", chip]).arg(elf).status()
        }
        None => {
            let emulated = clap::ValueEnum::from_str(board.name, true);
            let emulated: emulator::Board = emulated.map_err(anyhow::Error::msg)?;
            emulated.at_hand(targets)?;
            bound(&mut Command::new("cargo"))
                .current_dir(targets)
                .args([board.name, "--bin", &format!("{}-{program}", board.package)])
                .envs(model.says())
                .env_remove("RUSTFLAGS")
                .env_remove("CARGO_TARGET_DIR")
                .status()
        }
    };
    let status = status.context("cannot start the program that runs the firmware")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
