//! Instructions, stack and bytes on emulated chips.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::cli::BenchFlags;
use crate::emulator::{self, Board};
use crate::firmware::{self, Sizes};
use crate::table::{Align, Table};
use crate::{interrupt, label};

/// The program that counts.
const PROGRAM: &str = "figures";

/// What a chip said, and what its program takes.
struct Chip {
    board: Board,
    sizes: Sizes,
    figures: Vec<Figure>,
}

/// What a pass through a net takes.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    net: String,
    pass: String,
    instructions: u64,
    stack: u64,
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
        let figures: Vec<_> = said.lines().filter_map(figure).collect();
        ensure!(!figures.is_empty(), "the board {board} told no figures:\n{said}");
        let package = firmware::board(board.name()).context("there is no such board")?;
        let sizes = firmware::sizes(&package.elf(&targets, PROGRAM))?;
        chips.push(Chip { board, sizes, figures });
        if interrupt::requested() {
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        }
    }
    if flags.json {
        writeln!(io::stdout(), "{}", json(&chips))?;
    } else {
        print(&chips)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line such as `digits: step 28891 instructions, stack 252`; the program has others to say.
fn figure(line: &str) -> Option<Figure> {
    let (net, rest) = line.split_once(": ")?;
    let (counted, stack) = rest.split_once(" instructions, stack ")?;
    let (pass, instructions) = counted.rsplit_once(' ')?;
    Some(Figure {
        net: net.to_owned(),
        pass: pass.to_owned(),
        instructions: instructions.parse().ok()?,
        stack: stack.trim().parse().ok()?,
    })
}

fn json(chips: &[Chip]) -> Value {
    let rows = chips.iter().flat_map(|chip| {
        chip.figures.iter().map(|figure| {
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
        for figure in &chip.figures {
            let Figure { net, pass, instructions, stack } = figure;
            let counts = [*instructions, *stack].map(label::count);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_a_figure() {
        let step =
            Figure { net: "digits".into(), pass: "step".into(), instructions: 28_891, stack: 252 };
        assert_eq!(figure("digits: step 28891 instructions, stack 252"), Some(step));
        for other in [
            "digits: inference 456 bytes beside them, in place 476",
            "digits: a 0 is taken for a 0",
            "digits: step many instructions, stack 252",
            "",
        ] {
            assert_eq!(figure(other), None, "{other}");
        }
    }
}
