//! Where firmware is built: in cpfo's own `targets`, whose programs serve the nets that come with cpfo, or
//! in a project's `firmware`, as `cpfo new` writes it, whose one program serves the project's net. Both are
//! laid out alike: aliases in `.cargo/config.toml`, a folder for each board in `boards`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use cpfo::Net;
use cpfo::wire::frame_bytes_of;

use crate::base::label;
use crate::board::emulator;
use crate::board::firmware::{BOARDS, Board};
use crate::model::training::Training;

/// A folder that firmware is built in.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
    /// Whether it is a project's.
    project: bool,
}

impl Home {
    /// The firmware of a project, if one is named, else cpfo's own, which may be named, too.
    ///
    /// # Errors
    /// If a folder is none with firmware.
    pub fn of(project: Option<&Path>, targets: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = project else {
            return Ok(Self { folder: emulator::targets(targets)?, project: false });
        };
        ensure!(
            folder.join(".cargo/config.toml").is_file() && folder.join("boards").is_dir(),
            "{} is not the firmware of a project: it has no .cargo/config.toml or no folder boards. `new` \
             makes such a folder; name another with --firmware, or leave that out",
            label::path(&folder)
        );
        Ok(Self { folder: folder.to_owned(), project: true })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The program that serves the net `N` on a board. Whether a project's serves this very net its
    /// build finds out, which has the model.
    ///
    /// # Errors
    /// If no program serves this net, or it does not fit this board, or there is no such board.
    pub fn serve<N: Net>(&self, board: &Board, training: Training) -> anyhow::Result<&'static str> {
        if !self.project {
            return board.serve::<N>(&self.folder, training);
        }
        let there = |board: &Board| {
            self.folder.join("boards").join(board.package).join("Cargo.toml").is_file()
        };
        let names: Vec<_> =
            BOARDS.iter().filter(|board| there(board)).map(|board| board.name).collect();
        ensure!(
            there(board),
            "{} has firmware for {}, and not for {}. To add it: `new` with --board {} in another folder, then \
             copy from there firmware/boards/{} and its line of firmware/.cargo/config.toml",
            label::path(&self.folder),
            if names.is_empty() { "no board".into() } else { names.join(" and ") },
            board.name,
            board.name,
            board.package
        );
        let [_, ram, _] = board.memory(&self.folder).context("the board's memory map")?;
        // What lies there in any case; to the byte, and where a part stays in flash, the compiler sees to it.
        let least = (N::IN_PLACE_RAM + frame_bytes_of::<N, f32>()) as u64;
        ensure!(
            least <= ram || training != Training::All,
            "the net `{}` takes {} bytes of RAM at least where it is served and learns, and {} has {}: make its \
             maps or units fewer, let a part stay in flash (--train output), or take a larger --board; `plan` says what \
             takes how much",
            N::NAME,
            label::count(least),
            board.name,
            label::count(ram)
        );
        Ok("serve")
    }
}
