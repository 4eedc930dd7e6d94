//! `cpfo new`: a project for a net of one's own, from the data to the chip.

mod example;
mod files;
mod name;
mod net;
mod source;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use serde_json::json;

use crate::base::terminal::{self, say};
use crate::base::{label, whole};
use crate::board::firmware::{self, Board};
use crate::cli::NewFlags;
use files::{File, Project};
use net::Draft;
use source::Source;

/// Writes a project.
pub fn run(flags: &NewFlags) -> anyhow::Result<ExitCode> {
    let folder = source::place(&flags.folder)?;
    let name = name::of(&folder)?;
    is_free(&folder)?;
    let source = Source::new(flags.cpfo.as_deref())?;
    let (labels, named) = labels(flags)?;
    let mut boards = Vec::new();
    for name in &flags.board {
        let board = firmware::board(name).context("there is no such board")?;
        if !boards.contains(&board) {
            boards.push(board);
        }
    }
    let draft = draft(flags.input, labels.len(), &boards, &source)?;
    boards.extend(emulated(&boards, &draft, &source)?);
    let project = Project {
        name,
        folder: &folder,
        source: &source,
        boards: &boards,
        draft: &draft,
        labels: &labels,
        named,
    };
    write(&folder, &project.files()?)?;
    told(flags, &project)?;
    Ok(ExitCode::SUCCESS)
}

/// Passes if nothing is in the way.
fn is_free(folder: &Path) -> anyhow::Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => ensure!(
            entries.next().is_none(),
            "the folder {} is there and not empty: take another name, or remove it first",
            label::path(&folder)
        ),
        Err(_) if folder.exists() => {
            bail!("{} is there and no folder: take another name", label::path(&folder))
        }
        Err(_) => {}
    }
    Ok(())
}

/// The labels of the example data, and whether they are names.
fn labels(flags: &NewFlags) -> anyhow::Result<(Vec<String>, bool)> {
    let names = &flags.names;
    if names.is_empty() {
        return Ok((
            (0..flags.classes.unwrap_or(4)).map(|class| class.to_string()).collect(),
            false,
        ));
    }
    let classes = flags.classes.unwrap_or(names.len());
    ensure!(
        classes == names.len() && classes >= 2,
        "--names gives {} names for {classes} classes: a name for each class, and two classes at least",
        names.len()
    );
    let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
    if let Some((_, name)) = twice {
        bail!("--names gives `{name}` twice: each class has a name of its own");
    }
    Ok((names.clone(), true))
}

/// The widest net that trains on each of the boards, with an eighth of RAM left to the application.
fn draft(
    input: [usize; 3],
    classes: usize,
    boards: &[Board],
    source: &Source,
) -> anyhow::Result<Draft> {
    let mut smallest: Option<(u64, &Board)> = None;
    for board in boards {
        let ram = source.ram(board)?;
        if smallest.is_none_or(|(least, _)| ram < least) {
            smallest = Some((ram, board));
        }
    }
    let (ram, board) = smallest.context("name a --board")?;
    let room = (ram - ram / 8) as usize;
    let [rows, columns, maps] = input;
    Draft::within(input, classes, room).with_context(|| {
        format!(
            "no net for {rows} x {columns} x {maps} numbers and {classes} classes trains within the {} bytes of \
             RAM that {} has for it (one input takes {} bytes, and as many on the line): take a smaller --input, \
             or a larger --board",
            label::count(room as u64),
            board.name,
            label::count(4 * (rows * columns * maps) as u64)
        )
    })
}

/// An emulated board beside real ones, on which QEMU trains what they would: of the same core, or of
/// the nearest that has room.
fn emulated(boards: &[Board], draft: &Draft, source: &Source) -> anyhow::Result<Option<Board>> {
    if boards.iter().any(|board| board.chip.is_none()) {
        return Ok(None);
    }
    let alike = firmware::BOARDS
        .iter()
        .filter(|board| board.chip.is_none() && board.target == boards[0].target);
    let wide = firmware::BOARDS.iter().filter(|board| board.name == "m3");
    for board in alike.chain(wide).filter(|board| board.name != "m7") {
        if source.ram(board)? as usize >= draft.ram() {
            return Ok(Some(*board));
        }
    }
    Ok(None)
}

/// Writes all files into a folder beside the one that is wanted, which then takes its name: it is there
/// wholly or not at all.
fn write(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    let cannot = || format!("cannot make the folder {}", label::path(&folder));
    let parent = folder.parent().with_context(cannot)?;
    fs::create_dir_all(parent).with_context(cannot)?;
    let mut unnamed = tempfile::Builder::new();
    unnamed.prefix(".cpfo-").suffix(".part");
    // As any other folder: the crate's own choice is a folder for nobody but the owner.
    #[cfg(unix)]
    unnamed.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let made = unnamed.tempdir_in(parent).with_context(cannot)?;
    for (path, text) in files {
        let path = made.path().join(path);
        fs::create_dir_all(path.parent().with_context(cannot)?).with_context(cannot)?;
        whole::write(&path, text.as_bytes())?;
    }
    // An empty folder of that name makes way; one that has been filled meanwhile does not.
    if folder.exists() {
        fs::remove_dir(folder).with_context(cannot)?;
    }
    fs::rename(made.path(), folder).with_context(cannot)
}

fn told(flags: &NewFlags, project: &Project<'_>) -> anyhow::Result<()> {
    let Project { name, draft, boards, labels, .. } = project;
    let names: Vec<_> = boards.iter().map(|board| board.name).collect();
    if flags.json {
        terminal::json(&json!({
            "name": name,
            "folder": flags.folder.to_string_lossy(),
            "input": draft.input,
            "classes": labels.len(),
            "boards": names,
            "estimated_ram": draft.ram(),
        }))?;
        return Ok(());
    }
    let [rows, columns, maps] = draft.input;
    say!(
        "{name}: a net for {rows} x {columns} x {maps} numbers and {} classes, in net/src/lib.rs:\n",
        labels.len()
    )?;
    say!("{}", draft.lines())?;
    say!(
        "It takes about {} bytes of RAM where it learns. Firmware for {}. Now:\n",
        label::count(draft.ram() as u64),
        names.join(" and ")
    )?;
    say!("  cd {}", label::path(&flags.folder))?;
    say!("  cargo test")?;
    say!("  cargo run --release -- train --data data/example\n")?;
    say!("README.md says the rest. The data is an example: put your own in its place.")?;
    Ok(())
}
