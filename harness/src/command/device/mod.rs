//! `cpfo device`: a device at the other end of a cable, asked, tested and taught.
//!
//! | file | does |
//! |---|---|
//! | `list` | which ports there are, and what answers there |
//! | `look` | `info` and `watch`: what a device says of itself, whatever net it runs |
//! | `test` | `infer` and `eval` |
//! | `model` | `pull` and `push` |
//! | `teach` | `tune` |

mod list;
mod look;
mod model;
mod teach;
mod test;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cpfo::{Net, format};

use crate::base::terminal::note;
use crate::base::{interrupt, label};
use crate::board::device::{Device, Said, hello};
use crate::board::emulator::Emulator;
use crate::board::firmware::{self, Model};
use crate::board::home::Home;
use crate::board::line::{self, Carry, Line};
use crate::cli::{AboutFlags, DeviceCommand, DeviceFlags, LineFlags, SamplesFlags};
use crate::data::source::Origin;
use crate::model::training::Training;
use crate::model::{self as files, Metadata};

/// A device with the net `N`.
type Met<N> = Device<N, Box<dyn Carry>>;

/// A net that a device may have: what there is to do with it.
pub struct Taught {
    name: &'static str,
    fingerprint: u32,
    program: fn(&Home, &firmware::Board, Training) -> anyhow::Result<&'static str>,
    model: fn(&Path, Training, &Path) -> anyhow::Result<Model>,
    files: fn(&DeviceCommand) -> anyhow::Result<()>,
    run: fn(&DeviceFlags, Line) -> anyhow::Result<ExitCode>,
}

impl Taught {
    /// With this net.
    pub fn of<N: Net>() -> Self {
        Self {
            name: N::NAME,
            fingerprint: format::fingerprint::<N>(),
            program: |home, board, training| home.serve::<N>(board, training),
            model: Model::of_file::<N>,
            files: read_files::<N>,
            run: with_net::<N>,
        }
    }
}

/// Does what is asked with the device at the other end of the line. These are the nets that are known.
pub fn run(flags: &DeviceFlags, nets: &[Taught]) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    if matches!(flags.what, DeviceCommand::List) {
        return list::run(flags);
    }
    let (_emulator, mut line) = open(flags, nets)?;
    match &flags.what {
        DeviceCommand::Info => look::info(&mut line, flags.json),
        DeviceCommand::Watch(how) => look::watch(&mut line, how, flags.json),
        _ => {
            let said = hello(&mut line)?;
            (known(&said, nets)?.run)(flags, line)
        }
    }
}

/// Opens the line, and starts what is at its other end if that is asked for.
fn open(flags: &DeviceFlags, nets: &[Taught]) -> anyhow::Result<(Option<Emulator>, Line)> {
    let (flags, what) = (&flags.line, &flags.what);
    let patience = flags.patience();
    if let Some(board) = flags.emulate {
        let net = to_emulate(flags, nets)?;
        // A firmware takes minutes to build, a file that cannot be read a moment to say so.
        (net.files)(what)?;
        let home = flags.home.home()?;
        let listed = firmware::board(board.name()).context("there is no such board")?;
        let training = flags.train.unwrap_or_default();
        let program = (net.program)(&home, &listed, training)?;
        // What does not train is read in flash, so it has to be there.
        let model = match training {
            Training::All => None,
            part => {
                let named = what.about().and_then(AboutFlags::model);
                let (path, _) = named.with_context(|| {
                    format!("--train {part} needs the model whose other layers stay in flash: name it with --model")
                })?;
                Some((net.model)(path, part, home.folder())?)
            }
        };
        note!("building the firmware with the net {} for the board {board}, starting it", net.name);
        let (emulator, socket) =
            Emulator::start_with(board, program, home.folder(), model.as_ref())?;
        return Ok((Some(emulator), line::over(socket)?.with_patience(patience)));
    }
    let line = match (&flags.port, &flags.socket) {
        (Some(port), _) => line::port(port, flags.baud)?,
        (None, Some(socket)) => line::socket(socket)?,
        (None, None) => bail!(
            "where is the device? Name its port with --port, or a socket with --socket; --emulate m4 starts one in \
             QEMU\n  {}",
            line::there()
        ),
    };
    Ok((None, line.with_patience(patience)))
}

/// The net of an emulated device: the one that is named, else that of the last model, else the first.
fn to_emulate<'n>(flags: &LineFlags, nets: &'n [Taught]) -> anyhow::Result<&'n Taught> {
    let by_name = |name: &str| nets.iter().find(|net| net.name == name);
    match &flags.net {
        Some(name) => by_name(name).with_context(|| {
            let name = label::escaped(name);
            format!("there is no net `{name}`; this program knows {}", names(nets))
        }),
        None => {
            let none = AboutFlags { model: None };
            let last = none.model().and_then(|(path, _)| files::net_of(path));
            let last = last.and_then(|name| by_name(&name));
            last.or(nets.first()).context("this program was given no net")
        }
    }
}

/// The net that a device has.
fn known<'n>(said: &Said, nets: &'n [Taught]) -> anyhow::Result<&'n Taught> {
    if let Some(net) = nets.iter().find(|net| net.fingerprint == said.fingerprint) {
        return Ok(net);
    }
    let [rows, columns, maps] = said.input;
    bail!(
        "the firmware on {} runs a net `{}` ({rows} x {columns} x {maps}, {} classes, {} parameters) that this \
         program does not know; it knows {}. Use the program of the project that the firmware is of, or build the \
         firmware anew: the layers of both must be the same",
        label::escaped(&said.board),
        label::escaped(&said.net),
        said.classes,
        label::count(said.parameters.into()),
        names(nets)
    )
}

fn names(nets: &[Taught]) -> String {
    nets.iter().map(|net| net.name).collect::<Vec<_>>().join(", ")
}

fn with_net<N: Net>(flags: &DeviceFlags, line: Line) -> anyhow::Result<ExitCode> {
    let mut device = Met::<N>::meet(line)?;
    if let Some(flags) = flags.what.about()
        && let (_, Some(origin)) = about::<N>(flags)?
    {
        device.set_scale(origin.scale);
    }
    if flags.line.emulate.is_some() && !device.has_model {
        begin(&mut device, flags)?;
    }
    match &flags.what {
        DeviceCommand::Infer(how) => test::infer::<N>(device, how, flags.json),
        DeviceCommand::Eval(how) => test::eval::<N>(device, how, flags.json),
        DeviceCommand::Tune(how) => teach::tune::<N>(device, flags, how),
        DeviceCommand::Pull(how) => model::pull::<N>(device, how, flags.json),
        DeviceCommand::Push(how) => model::push::<N>(device, how, flags.json),
        DeviceCommand::List | DeviceCommand::Info | DeviceCommand::Watch(_) => {
            bail!("this is about no net in particular")
        }
    }
}

/// Reads what a command will need, for its errors.
fn read_files<N: Net>(what: &DeviceCommand) -> anyhow::Result<()> {
    let samples = |flags: &SamplesFlags| {
        let (_, origin) = about::<N>(&flags.about)?;
        test::samples::<N>(flags, origin.as_ref()).map(drop)
    };
    match what {
        DeviceCommand::Eval(how) => samples(&how.samples),
        DeviceCommand::Tune(how) => samples(&how.from),
        DeviceCommand::Push(how) => files::load::<N>(&how.file).map(drop),
        _ => what.about().map_or(Ok(()), |flags| about::<N>(flags).map(drop)),
    }
}

/// Gives an emulated device that has just started what a real one has in its flash.
fn begin<N: Net>(device: &mut Met<N>, flags: &DeviceFlags) -> anyhow::Result<()> {
    let Some(about) = flags.what.about() else { return Ok(()) };
    if let Some((path, named)) = about.model()
        && (named || files::net_of(path).is_some_and(|net| net == N::NAME))
    {
        let (parameters, _) = files::load::<N>(path)?;
        device.deploy(&parameters).context("the model does not get to the device")?;
        note!("it begins with {}", label::path(&path));
    }
    Ok(())
}

/// What a model says of its data: the one that is named, or the last if it is of this net.
fn about<N: Net>(flags: &AboutFlags) -> anyhow::Result<(Metadata, Option<Origin>)> {
    let Some((path, named)) = flags.model() else { return Ok(Default::default()) };
    if !named && files::net_of(path).is_none_or(|net| net != N::NAME) {
        return Ok(Default::default());
    }
    let (_, said) = files::load::<N>(path)?;
    let origin = Origin::of(&said).with_context(|| label::path(&path).to_string())?;
    let about = said.into_iter().filter(|(key, _)| key == "origin").collect();
    Ok((about, origin))
}
