//! `cpfo emulate`: an emulated chip goes on learning in another world, and the desktop checks every
//! bit of it.

mod course;
mod leave;
mod lesson;

use std::process::ExitCode;

use cpfo::net::{Net, Parameters};

use crate::cli::{EmulateFlags, LAST_MODEL};
use crate::dataset::Data;
use crate::device::Device;
use crate::emulator::{self, Emulator};
use crate::link::Link;
use crate::output::Output;
use crate::run::{Recipe, Run, Step};
use crate::source::{self, Origin, Request};
use crate::{interrupt, model};
use course::Course;
use lesson::Lesson;

/// Enough to be good in the old world, and done in seconds.
const QUICK: Recipe = Recipe { epochs: 20, ..Recipe::DIGITS };

/// The program that serves a net over the serial port.
const PROGRAM: &str = "serve";

/// Fine-tunes a net on an emulated chip.
pub fn run<N: Net>(flags: &EmulateFlags) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let targets = emulator::targets(flags.targets.as_deref())?;
    flags.board.at_hand(&targets)?;
    let output = Output::new(&flags.out);
    output.prepare()?;

    let (parameters, data) = start::<N>(flags)?;
    let lesson = Lesson::new(flags, &data)?;
    eprintln!("building the firmware for the board {}, starting it", flags.board);
    let (_emulator, line) = Emulator::start(flags.board, PROGRAM, &targets)?;
    let device = Device::<N, _>::meet(Link::over_socket(line)?)?;
    let course = Course::run(&lesson, device, parameters)?;
    leave::all::<N>(flags, &output, &lesson, course)
}

/// The model to begin with, and the samples of its world.
fn start<N: Net>(flags: &EmulateFlags) -> anyhow::Result<(Box<Parameters<N>>, Data)> {
    let Some(path) = flags.model() else {
        let data = source::load::<N>(&Request::default())?.data;
        eprintln!(
            "training a model for {} epochs: there is no {LAST_MODEL}, and --model names none",
            QUICK.epochs
        );
        let mut run = Run::<N>::new(Recipe { seed: flags.seed, ..QUICK }, &data)?;
        while run.advance()? != Step::Done {
            interrupt::check()?;
        }
        if !run.verdict().failures.is_empty() {
            eprintln!("warning: this model came to nothing: take another --seed, or a --model");
        }
        return Ok((run.kept().0, data));
    };
    eprintln!("the chip starts with {}", path.display());
    let (parameters, about) = model::load::<N>(path)?;
    // The test part is what was set aside when the model was trained.
    let origin: Option<Origin> =
        about.get("origin").and_then(|text| serde_json::from_str(text).ok());
    let usual = origin.and_then(|origin| origin.division.split());
    Ok((parameters, source::load::<N>(&Request { usual, ..Request::default() })?.data))
}
