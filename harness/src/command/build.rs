//! `cpfo build`: the firmware with a trained model in it.

use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;

use crate::base::label;
use crate::base::terminal::say;
use crate::board::firmware::{self, Model};
use crate::cli::BoardFlags;
use crate::show::table::{Align, Table};

/// Builds the firmware and says what it takes of the chip.
pub fn run<N: Net>(flags: &BoardFlags) -> anyhow::Result<ExitCode> {
    let home = flags.home.home()?;
    let targets = home.folder();
    let board = firmware::board(&flags.board).context("there is no such board")?;
    let program = home.serve::<N>(&board, flags.trains.training)?;
    let model = Model::of_file::<N>(&flags.model, flags.trains.training, targets)?;
    let elf = board.build(targets, program, &model)?;
    let takes = firmware::sizes(&elf)?;
    let [flash, ram, stack] = board.memory(targets)?;

    let mut table = Table::new([("", Align::Left), ("takes", Align::Right), ("of", Align::Right)]);
    table.row(["flash".into(), label::count(takes.flash), label::count(flash)]);
    table.row(["RAM".into(), label::count(takes.ram), label::count(ram)]);
    table.row(["stack".into(), String::new(), label::count(stack)]);
    table.print()?;
    say!("\n{}", label::path(&elf))?;
    Ok(ExitCode::SUCCESS)
}
