//! Instructions a multiplication on an emulated chip, for nets of many shapes.

use std::io;
use std::process::ExitCode;

use anyhow::ensure;
use serde_json::json;

use crate::base::terminal::{self, note};
use crate::board::emulator::{self, Board};
use crate::board::sweep::{Row, rows};
use crate::cli::BenchFlags;
use crate::show::table::{Align, Cell, Table};

/// The board that the nets are built for.
const BOARD: Board = Board::M4;

/// Measures all shapes and prints what a multiplication costs.
pub(super) fn run(flags: &BenchFlags) -> anyhow::Result<ExitCode> {
    let targets = emulator::targets(flags.targets.as_deref())?;
    note!("building nets of many shapes for the board {BOARD}, a minute or so, and running them");
    let said = emulator::run(BOARD, "sweep", &targets)?;
    let rows = rows(&said);
    ensure!(!rows.is_empty(), "the board {BOARD} told no figures:\n{said}");
    if flags.json {
        let row = |row: &Row<'_>| {
            json!({
                "kind": row.kind,
                "net": row.net,
                "pass": row.pass,
                "instructions": row.cost.instructions,
                "macs": row.cost.macs,
                "instructions_a_mac": row.cost.a_mac(),
                "times_best": row.times_best,
            })
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        terminal::json(&json!({ "core": BOARD.core(), "rows": rows }))?;
    } else {
        print(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(rows: &[Row<'_>]) -> io::Result<()> {
    let left = ["kind", "net"].map(|head| (head, Align::Left));
    let right = ["forward", "of best", "step", "of best"].map(|head| (head, Align::Right));
    let mut table = Table::new(left.into_iter().chain(right));
    // A net's two passes follow each other.
    for passes in rows.chunks(2) {
        let names = passes.iter().take(1).flat_map(|row| [row.kind, row.net].map(Cell::from));
        let costs = passes.iter().flat_map(|row| {
            let times = format!("{:.2}", row.times_best);
            let times = if row.times_best > 2.0 { Cell::strong(times) } else { Cell::quiet(times) };
            [Cell::from(format!("{:.2}", row.cost.a_mac())), times]
        });
        table.row(names.chain(costs));
    }
    table.print()
}
