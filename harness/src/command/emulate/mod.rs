//! `cpfo emulate`: an emulated chip goes on learning in another world, and the desktop checks every
//! bit of it.

mod course;
mod leave;
mod lesson;

use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use cpfo::net::{Net, Parameters};

use crate::base::output::Output;
use crate::base::terminal::note;
use crate::base::{interrupt, label};
use crate::board::device::Device;
use crate::board::emulator::{self, Emulator};
use crate::board::firmware;
use crate::board::link::Link;
use crate::cli::{EmulateFlags, LAST_MODEL};
use crate::data::Data;
use crate::data::source::{self, Origin, Request, Source};
use crate::learn::run::{Recipe, Run, Step};
use crate::model;
use crate::model::Metadata;
use course::Course;
use lesson::Lesson;

/// Enough to be good in the old world, and done in seconds.
const QUICK: Recipe = Recipe { epochs: 20, ..Recipe::DIGITS };

/// Fine-tunes a net on an emulated chip.
pub fn run<N: Net>(flags: &EmulateFlags) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let targets = emulator::targets(flags.targets.as_deref())?;
    let board = firmware::board(flags.board.name()).context("there is no such board")?;
    let program = board.serve::<N>(&targets)?;
    ensure!(
        source::ships::<N>(),
        "`emulate` shows the digits that ship, 8 x 8 pixels and ten classes, in another world; the net \
         `{}` takes others.\n  `build --board {}` puts its model into the firmware",
        N::NAME,
        flags.board
    );
    flags.board.at_hand(&targets)?;
    let output = Output::new(&flags.out);
    let _held = output.prepare()?;

    let (parameters, data, about) = start::<N>(flags)?;
    let lesson = Lesson::new(flags, &data)?;
    note!("building the firmware for the board {}, starting it", flags.board);
    let (_emulator, line) = Emulator::start(flags.board, program, &targets)?;
    let device = Device::<N, _>::meet(Link::over_socket(line)?)?;
    let course = Course::run(&lesson, device, parameters)?;
    leave::all::<N>(flags, &output, &about, &lesson, course)
}

/// The model to begin with, the samples of its world, and what is known of these wherever the model
/// goes: names of classes, white, where drawings stand.
fn start<N: Net>(flags: &EmulateFlags) -> anyhow::Result<(Box<Parameters<N>>, Data, Metadata)> {
    let about = |origin: &Origin| {
        anyhow::Ok(Metadata::from([("origin".into(), serde_json::to_string(origin)?)]))
    };
    let Some(path) = flags.model() else {
        let Source { data, origin, .. } = source::load::<N>(&Request::default())?;
        note!(
            "training a model for {} epochs: there is no {LAST_MODEL}, and --model names none",
            QUICK.epochs
        );
        let mut run = Run::<N>::new(Recipe { seed: flags.seed, ..QUICK }, &data)?;
        while run.advance()? != Step::Done {
            interrupt::check()?;
        }
        if !run.verdict().failures.is_empty() {
            note!("warning: this model came to nothing: take another --seed, or a --model");
        }
        return Ok((run.kept().0, data, about(&origin)?));
    };
    note!("the chip starts with {}", label::path(&path));
    let (parameters, said) = model::load::<N>(path)?;
    // The test part is what was set aside when the model was trained.
    let origin = Origin::of(&said).with_context(|| label::path(&path).to_string())?;
    let usual = origin.as_ref().and_then(|origin| origin.division.split());
    let source = source::load::<N>(&Request { usual, ..Request::default() })?;
    Ok((parameters, source.data, about(origin.as_ref().unwrap_or(&source.origin))?))
}
