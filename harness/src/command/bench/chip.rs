//! Instructions, stack and bytes on emulated chips.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::cli::BenchFlags;
use crate::emulator::{self, Board};
use crate::figures::Figure;
use crate::firmware::{self, Sizes};
use crate::label;
use crate::table::{Align, Table};

/// The program that counts.
const PROGRAM: &str = "figures";

/// What a chip said, and what its program takes.
struct Chip {
    board: Board,
    sizes: Sizes,
    said: String,
}

/// Counts on all boards, or those that are named, and prints it.
pub(super) fn run(flags: &BenchFlags) -> anyhow::Result<ExitCode> {
    let targets = emulator::targets(flags.targets.as_deref())?;
    let boards = if flags.board.is_empty() { &Board::ALL[..] } else { &flags.board };
    for board in boards {
        board.at_hand(&targets)?;
    }
    let mut chips = Vec::new();
    for &board in boards {
        eprintln!("building the firmware for the board {board}, running it");
        let said = emulator::run(board, PROGRAM, &targets)?;
        let told = Figure::all(&said).next().is_some();
        ensure!(told, "the board {board} told no figures:\n{said}");
        let package = firmware::board(board.name()).context("there is no such board")?;
        let sizes = firmware::sizes(&package.elf(&targets, PROGRAM))?;
        chips.push(Chip { board, sizes, said });
    }
    if flags.json {
        writeln!(io::stdout(), "{}", json(&chips))?;
    } else {
        print(&chips)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn json(chips: &[Chip]) -> Value {
    let rows = chips.iter().flat_map(|chip| {
        Figure::all(&chip.said).map(|figure| {
            json!({
                "board": chip.board.name(),
                "core": chip.board.core(),
                "net": figure.net,
                "pass": figure.pass,
                "instructions": figure.instructions,
                "stack": figure.stack,
            })
        })
    });
    let program = |chip: &Chip| {
        let Sizes { flash, ram } = chip.sizes;
        json!({ "board": chip.board.name(), "flash": flash, "ram": ram })
    };
    json!({
        "machine": "QEMU",
        "rows": rows.collect::<Vec<_>>(),
        "programs": chips.iter().map(program).collect::<Vec<_>>(),
    })
}

fn print(chips: &[Chip]) -> io::Result<()> {
    let left = ["core", "net", "pass"].map(|head| (head, Align::Left));
    let right = ["instructions", "stack"].map(|head| (head, Align::Right));
    let mut table = Table::new(left.into_iter().chain(right));
    for chip in chips {
        for figure in Figure::all(&chip.said) {
            let Figure { net, pass, instructions, stack } = figure;
            let counts = [instructions, stack].map(label::count);
            let names = [chip.board.core(), net, pass].map(String::from);
            table.row(names.into_iter().chain(counts));
        }
    }
    table.print()?;
    writeln!(io::stdout())?;

    let right = ["code and constants", "statics"].map(|head| (head, Align::Right));
    let mut table = Table::new([("program", Align::Left)].into_iter().chain(right));
    for Chip { board, sizes, .. } in chips {
        table.row([board.core().to_owned(), label::count(sizes.flash), label::count(sizes.ram)]);
    }
    table.print()
}
