use std::path::{Path, PathBuf};

use clap::Args;

use super::known::Known;
use super::{HomeFlags, LAST_MODEL, LessonFlags, TrainsFlags};
use crate::board::emulator::Board;
use crate::data::World;

/// What `cpfo emulate` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct EmulateFlags {
    /// The board: QEMU runs the same firmware that a real one would
    #[arg(long, value_name = "NAME", default_value = "m4")]
    pub board: Board,
    /// How the world changes: `rotate` or `rotate:DEGREES`, `mirror`, `invert`, `shift:PIXELS`, `noise:SD`, `none`
    /// [default: mirror for the digits that ship, none for other data]
    #[arg(long, value_name = "WORLD",
          value_parser = Known::<World>::of(&["rotate", "mirror", "invert", "shift", "noise", "none"]),
          hide_possible_values = true)]
    pub shift: Option<World>,
    /// Samples for the chip to learn from, and for the test, as `train --data` takes them [default: the digits
    /// that ship]. The test part is only for the test; where none is set aside, it is that of the model
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// The model that the chip starts with [default: cpfo-out/model.safetensors; where there is none,
    /// one is quickly trained]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Samples that were collected in the new world, as `--data` takes them: another wearer, another mounting
    #[arg(long, value_name = "PATH", conflicts_with = "shift")]
    pub world: Option<PathBuf>,
    /// What of the net trains.
    #[command(flatten)]
    pub trains: TrainsFlags,
    /// How it is to learn of the new world.
    #[command(flatten)]
    pub lesson: LessonFlags,
    /// The folder for the report and the model that the chip ends with
    #[arg(long, value_name = "FOLDER", default_value = "cpfo-emulate")]
    pub out: PathBuf,
    /// Where firmware is built
    #[command(flatten)]
    pub home: HomeFlags,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

impl EmulateFlags {
    /// The model that is named, or else that of the last run, if there is one.
    pub fn model(&self) -> Option<&Path> {
        let last = || Some(Path::new(LAST_MODEL)).filter(|path| path.exists());
        self.model.as_deref().or_else(last)
    }
}

const EXAMPLES: &str = "\
Needs QEMU and the Rust target of the board; says what is missing. The exit code is 1 if the chip
and the desktop, which makes the same updates beside it, differ in a single bit. Stopped by Ctrl-C
it fetches what the chip has learnt so far, and leaves model and report.

Examples:
  cpfo emulate                                   an M4F learns to read mirrored digits
  cpfo emulate --board m0 --shift rotate:30      the same on 16 KB of RAM, in a turned world
  cpfo emulate --data data/new --model cpfo-out/model.safetensors    a net of your own, in its project
  cpfo emulate --board m0 --train output         only the output layer learns, the rest stays in flash
  cpfo emulate --data mine/ --world theirs/      from one wearer's data to another's
  cpfo emulate --model mine.safetensors --samples 5 --json";
