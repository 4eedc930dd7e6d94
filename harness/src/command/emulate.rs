//! `cpfo emulate`: an emulated chip goes on learning in another world, and the desktop checks every
//! bit of it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use cpfo::net::{Net, Parameters};

use crate::base::output::Output;
use crate::base::terminal::note;
use crate::base::{interrupt, label};
use crate::board::device::Device;
use crate::board::emulator::Emulator;
use crate::board::firmware::{self, Model};
use crate::board::link::Link;
use crate::cli::{EmulateFlags, LAST_MODEL};
use crate::data::source::{self, Origin, Request, Source};
use crate::data::{Data, World};
use crate::learn::run::{Recipe, Run, Step};
use crate::model;
use crate::model::Metadata;
use crate::model::training::Training;
use crate::tune::{self, Course, Leave, Lesson};

/// Enough to be good in the old world, and done in seconds.
const QUICK: Recipe = Recipe { epochs: 20, ..Recipe::DIGITS };

/// Fine-tunes a net on an emulated chip.
pub fn run<N: Net>(flags: &EmulateFlags) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let home = flags.home.home()?;
    let board = firmware::board(flags.board.name()).context("there is no such board")?;
    let program = home.serve::<N>(&board, flags.trains.training)?;
    ensure!(
        source::ships::<N>() || flags.data.is_some(),
        "`emulate` shows the digits that ship, 8 x 8 pixels and ten classes, in another world; the net \
         `{}` takes others.\n  --data names samples for it, as `train` takes them; `build --board {}` puts its model \
         into the firmware",
        N::NAME,
        flags.board
    );
    flags.board.at_hand(home.folder())?;
    let output = Output::new(&flags.out);
    let _held = output.prepare()?;

    let Start { parameters, data, about, shipped } = start::<N>(flags)?;
    let world = flags.shift.unwrap_or(if shipped { World::Mirror } else { World::Same });
    let lesson = match &flags.world {
        Some(path) => Lesson::between(&flags.lesson, &data, &collected::<N>(path, &about)?)?,
        None => Lesson::new(&flags.lesson, &data, world)?,
    };
    note!("building the firmware for the board {}, starting it", flags.board);
    // What does not train is read in flash, so it has to be there.
    let model = match flags.trains.training {
        Training::All => None,
        part => Some(Model::of::<N>(&parameters, &about, part, home.folder())?),
    };
    let (_emulator, line) =
        Emulator::start_with(flags.board, program, home.folder(), model.as_ref())?;
    let mut device = Device::<N, _>::meet(Link::over_socket(line)?)?;
    device.deploy(&parameters).context("the model does not get to the device")?;
    let course = Course::run(&lesson, device, parameters)?;
    let leave = Leave {
        output: &output,
        about: &about,
        emulated: Some(flags.board),
        training: flags.trains.training,
        json: flags.json,
    };
    tune::all::<N>(&leave, &lesson, course)
}

/// What a chip starts with.
struct Start<N: Net> {
    parameters: Box<Parameters<N>>,
    /// The samples of the model's world.
    data: Data,
    /// What is known of these wherever the model goes: names of classes, scale, where drawings stand.
    about: Metadata,
    /// Whether they are the digits that ship.
    shipped: bool,
}

/// The model to begin with, and samples: those that are named, else the digits that ship.
fn start<N: Net>(flags: &EmulateFlags) -> anyhow::Result<Start<N>> {
    let Some(path) = flags.model() else {
        let path = flags.data.as_deref();
        let source = source::load::<N>(&Request { path, ..Request::default() })?;
        return quickly_trained(flags, source);
    };
    note!("the chip starts with {}", label::path(&path));
    let (parameters, said) = model::load::<N>(path)?;
    // The test part is what was set aside when the model was trained.
    let origin = Origin::of(&said).with_context(|| label::path(&path).to_string())?;
    let path = flags.data.as_deref();
    let source = source::load::<N>(&Request::as_learnt(path, origin.as_ref()))?;
    if let Some(path) = path {
        note!("its samples are those of {}", label::path(&path));
    }
    let about = about(origin.as_ref().unwrap_or(&source.origin))?;
    Ok(Start { parameters, data: source.data, about, shipped: path.is_none() })
}

/// Samples of another world, read as those were that the model has learnt from.
fn collected<N: Net>(path: &Path, about: &Metadata) -> anyhow::Result<Data> {
    let origin = Origin::of(about)?;
    Ok(source::load::<N>(&Request::as_learnt(Some(path), origin.as_ref()))?.data)
}

/// A model that is good in the old world.
fn quickly_trained<N: Net>(flags: &EmulateFlags, source: Source) -> anyhow::Result<Start<N>> {
    let Source { data, origin, .. } = source;
    note!(
        "training a model for {} epochs: there is no {LAST_MODEL}, and --model names none",
        QUICK.epochs
    );
    let mut run = Run::<N>::new(Recipe { seed: flags.lesson.seed, ..QUICK }, &data)?;
    while run.advance()? != Step::Done {
        interrupt::check()?;
    }
    if !run.verdict().failures.is_empty() {
        note!("warning: this model came to nothing: take another --seed, or a --model");
    }
    let shipped = flags.data.is_none();
    Ok(Start { parameters: run.kept().0, data, about: about(&origin)?, shipped })
}

fn about(origin: &Origin) -> anyhow::Result<Metadata> {
    Ok(Metadata::from([("origin".into(), serde_json::to_string(origin)?)]))
}
