//! Instructions, stack and bytes on emulated chips, beside those that are committed.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Subject;
use crate::base::label;
use crate::base::terminal::{self, note, say};
use crate::board::emulator::{self, Board};
use crate::board::figures::Figure;
use crate::board::firmware::{self, Sizes};
use crate::cli::BenchFlags;
use crate::show::table::{Align, Table};

/// The program that counts.
const PROGRAM: &str = "figures";

/// What a chip said, and what its program takes.
struct Chip {
    board: Board,
    sizes: Sizes,
    said: String,
    /// The lines of its `figures.out`; none in a folder without one.
    committed: String,
}

impl Chip {
    /// What it said of these nets, each with the instructions that are committed.
    fn figures(&self, nets: &[&str]) -> impl Iterator<Item = (Figure<'_>, Option<u64>)> {
        Figure::all(&self.said).filter(|figure| nets.contains(&figure.net)).map(|figure| {
            let same = |other: &Figure<'_>| (other.net, other.pass) == (figure.net, figure.pass);
            (figure, Figure::all(&self.committed).find(same).map(|figure| figure.instructions))
        })
    }
}

/// Counts on all boards, or those that are named, and prints it.
pub(super) fn run(flags: &BenchFlags, nets: &[Subject]) -> anyhow::Result<ExitCode> {
    let (counted, others): (Vec<_>, Vec<_>) =
        nets.iter().partition(|net| firmware::knows(net.fingerprint));
    let names = |nets: &[&Subject]| nets.iter().map(|net| net.name).collect::<Vec<_>>();
    let (counted, others) = (names(&counted), names(&others));
    let known = firmware::known();
    ensure!(
        !counted.is_empty(),
        "nothing is counted: the firmware that comes with cpfo counts {known}, and this program's are \
         others ({}).\n  `plan` estimates what one takes of a chip, `bench` measures it on this machine",
        others.join(", ")
    );
    if !others.is_empty() {
        note!(
            "not counted: {}; the firmware that comes with cpfo counts {known}",
            others.join(", ")
        );
    }
    let targets = emulator::targets(flags.targets.as_deref())?;
    let (boards, skipped) = at_hand(&flags.board, &targets)?;
    let mut chips = Vec::new();
    for board in boards {
        note!("building the firmware for the board {board}, running it");
        let said = emulator::run(board, PROGRAM, &targets)?;
        let told = Figure::all(&said).next().is_some();
        ensure!(told, "the board {board} told no figures:\n{said}");
        let package = firmware::board(board.name()).context("there is no such board")?;
        let sizes = firmware::sizes(&package.elf(&targets, PROGRAM))?;
        chips.push(Chip { board, sizes, said, committed: committed(board, &targets) });
    }
    if flags.json {
        terminal::json(&json(&chips, &counted, &skipped))?;
    } else {
        print(&chips, &counted)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The boards that can be counted on, of those that are named or of all; and why others cannot. One that
/// was named must be.
fn at_hand(named: &[Board], targets: &Path) -> anyhow::Result<(Vec<Board>, Vec<Skipped>)> {
    let (mut boards, mut skipped) = (Vec::new(), Vec::new());
    for &board in if named.is_empty() { &Board::ALL[..] } else { named } {
        match board.at_hand(targets) {
            Ok(()) => boards.push(board),
            Err(why) if named.is_empty() => {
                note!("skipped: the board {board}: {why:#}");
                skipped.push((board, why));
            }
            Err(why) => return Err(why),
        }
    }
    ensure!(
        !boards.is_empty(),
        "no board can be emulated on this machine; what to install stands above"
    );
    Ok((boards, skipped))
}

/// A board that cannot be counted on, and why.
type Skipped = (Board, anyhow::Error);

/// The figures of a board as they are committed.
fn committed(board: Board, targets: &Path) -> String {
    let file = targets.join(format!("boards/{}/figures.out", board.package()));
    fs::read_to_string(file).unwrap_or_default()
}

fn json(chips: &[Chip], nets: &[&str], skipped: &[Skipped]) -> Value {
    let skipped = skipped
        .iter()
        .map(|(board, why)| json!({ "board": board.name(), "why": format!("{why:#}") }));
    let rows = chips.iter().flat_map(|chip| {
        chip.figures(nets).map(|(figure, committed)| {
            json!({
                "board": chip.board.name(),
                "core": chip.board.core(),
                "net": figure.net,
                "pass": figure.pass,
                "instructions": figure.instructions,
                "committed": committed,
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
        "skipped": skipped.collect::<Vec<_>>(),
        "programs": chips.iter().map(program).collect::<Vec<_>>(),
    })
}

/// Why a count is not the one that is committed.
const ELSEWHERE: &str = "
Where a count is not the committed one: cargo takes the folder that core lies in into the names of
its functions, their order decides what is inlined, and the same source built in another folder is up
to a percent longer or shorter. The committed counts are those of one folder, the same on every
machine, in which `cargo test -p cpfo-tests --test chip -- figures` builds and compares them.";

fn print(chips: &[Chip], nets: &[&str]) -> io::Result<()> {
    let left = ["core", "net", "pass"].map(|head| (head, Align::Left));
    let right = ["instructions", "committed", "stack"].map(|head| (head, Align::Right));
    let mut table = Table::new(left.into_iter().chain(right));
    let mut elsewhere = false;
    for chip in chips {
        for (figure, committed) in chip.figures(nets) {
            let Figure { net, pass, instructions, stack } = figure;
            elsewhere |= committed.is_some_and(|committed| committed != instructions);
            let committed = committed.map_or(label::DASH.into(), label::count);
            let counts = [label::count(instructions), committed, label::count(stack)];
            let names = [chip.board.core(), net, pass].map(String::from);
            table.row(names.into_iter().chain(counts));
        }
    }
    table.print()?;
    if elsewhere {
        say!("{ELSEWHERE}")?;
    }
    say!()?;

    let right = ["code and constants", "statics"].map(|head| (head, Align::Right));
    let mut table = Table::new([("program", Align::Left)].into_iter().chain(right));
    for Chip { board, sizes, .. } in chips {
        table.row([board.core().to_owned(), label::count(sizes.flash), label::count(sizes.ram)]);
    }
    table.print()
}
