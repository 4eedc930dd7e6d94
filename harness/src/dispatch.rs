//! From the command line to a command for a net.
//!
//! Commands are generic over the net; the command line names one at run time. [`AnyNet`] stands
//! between the two: an object of it is a net's type, packed up.
//!
//! A new command is a file in `command/`, its flags a file in `cli/`, and a line in
//! [`Command`] and below.

use std::marker::PhantomData;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cpfo::Net;

use crate::base::output::Output;
use crate::base::terminal::{self, note};
use crate::base::{interrupt, label, whole};
use crate::cli::Command;
use crate::command::{
    bench, build, completions, data, device, emulate, eval, export, flash, nets, new, plan,
    predict, train,
};
use crate::learn::threads;
use crate::learn::vectors::Vectors;
use crate::model;

/// A net's type, packed up: what the commands have to do with it.
pub trait AnyNet: Sync {
    /// The name that `--net` knows.
    fn name(&self) -> &'static str;
    /// What `cpfo nets` says of it.
    fn facts(&self) -> nets::Facts;
    /// What `cpfo bench` measures of it.
    fn bench(&self) -> bench::Subject;
    /// How `cpfo data` reads samples for it.
    fn taker(&self) -> data::Taker;
    /// What `cpfo device` does with it.
    fn taught(&self) -> device::Taught;
    /// Does what is asked for, with this net.
    fn run(&self, command: &Command) -> anyhow::Result<ExitCode>;
}

/// A net's type as a value: [`net`] makes it.
#[derive(Clone, Copy, Debug)]
pub struct Of<N>(PhantomData<N>);

/// A net for [`main`].
pub const fn net<N: Net>() -> Of<N> {
    Of(PhantomData)
}

impl<N: Net> AnyNet for Of<N> {
    fn name(&self) -> &'static str {
        N::NAME
    }

    fn facts(&self) -> nets::Facts {
        nets::Facts::of::<N>()
    }

    fn bench(&self) -> bench::Subject {
        bench::Subject::of::<N>()
    }

    fn taker(&self) -> data::Taker {
        data::Taker::of::<N>()
    }

    fn taught(&self) -> device::Taught {
        device::Taught::of::<N>()
    }

    fn run(&self, command: &Command) -> anyhow::Result<ExitCode> {
        match command {
            Command::Train(flags) => train::run::<N>(flags),
            Command::Eval(flags) => eval::run::<N>(flags),
            Command::Predict(flags) => predict::run::<N>(flags),
            Command::Emulate(flags) => emulate::run::<N>(flags),
            Command::Export(flags) => export::run::<N>(flags),
            Command::Build(flags) => build::run::<N>(flags),
            Command::Flash(flags) => flash::run::<N>(flags),
            Command::Plan(flags) => plan::run::<N>(flags),
            Command::Data(_)
            | Command::Nets(_)
            | Command::Bench(_)
            | Command::Device(_)
            | Command::New(_)
            | Command::Completions(_) => {
                bail!("this command is about no net in particular")
            }
        }
    }
}

/// The whole program `cpfo`, for these nets. The first is the one to take if none is named.
///
/// ```no_run
/// cpfo::net! {
///     pub mod stripes: 4 x 6 x 1 {
///         C1 = Convolution(3, 2 x 3, Tanh);
///         O2 = Output(2, SoftmaxCrossEntropy);
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     cpfo_harness::main(&[&cpfo_harness::net::<stripes::Net>()])
/// }
/// ```
pub fn main(nets: &[&dyn AnyNet]) -> ExitCode {
    whole_program(nets, None)
}

/// A folder with a program of this kind and with firmware for its net, as `cpfo new` makes it. In it
/// `build`, `flash` and `emulate` take that firmware, unless they are told of another.
///
/// ```no_run
/// # cpfo::net! { pub mod stripes: 4 x 6 x 1 { O1 = Output(2, SoftmaxCrossEntropy); } }
/// use cpfo_harness::{Project, net};
///
/// fn main() -> std::process::ExitCode {
///     Project::at(env!("CARGO_MANIFEST_DIR")).main(&[&net::<stripes::Net>()])
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Project<'p> {
    folder: &'p str,
}

impl<'p> Project<'p> {
    /// The project in a folder: `env!("CARGO_MANIFEST_DIR")` names that of the crate it stands in.
    pub const fn at(folder: &'p str) -> Self {
        Self { folder }
    }

    /// The whole program, as [`main()`] is.
    pub fn main(self, nets: &[&dyn AnyNet]) -> ExitCode {
        whole_program(nets, Some(&Path::new(self.folder).join("firmware")))
    }
}

/// The program, with the firmware of its own project if it has one.
fn whole_program(nets: &[&dyn AnyNet], firmware: Option<&Path>) -> ExitCode {
    let names: Vec<_> = nets.iter().map(|net| net.name()).collect();
    let mut command = match Command::parse(&names) {
        Ok(command) => command,
        Err(help_or_error) => return wrong_usage(&help_or_error),
    };
    // A project may do without: then the nets that come with cpfo have theirs.
    if let Some(firmware) = firmware.filter(|folder| folder.is_dir()) {
        command.at_home(firmware);
    }
    match start(nets, &command) {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<clap::Error>() {
            Some(conflict) => wrong_usage(conflict),
            None if error.is::<interrupt::Stopped>() => {
                note!("{error:#}");
                interrupt::exit_code()
            }
            None => {
                note!("error: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

fn start(nets: &[&dyn AnyNet], command: &Command) -> anyhow::Result<ExitCode> {
    whole::size_limits_are_errors()?;
    if let Some(width) = command.vectors() {
        Vectors::choose(width)?;
    }
    threads::pool(command.threads().unwrap_or(0))?.install(|| match command {
        Command::Nets(flags) => nets::run(flags, nets.iter().map(|net| net.facts())),
        Command::Bench(flags) => {
            bench::run(flags, &nets.iter().map(|net| net.bench()).collect::<Vec<_>>())
        }
        Command::Data(flags) => {
            data::run(flags, &nets.iter().map(|net| net.taker()).collect::<Vec<_>>())
        }
        Command::Device(flags) => {
            device::run(flags, &nets.iter().map(|net| net.taught()).collect::<Vec<_>>())
        }
        Command::New(flags) => new::run(flags),
        Command::Completions(flags) => {
            let names: Vec<_> = nets.iter().map(|net| net.name()).collect();
            completions::run(flags, &names)
        }
        command => choose(nets, command)?.run(command),
    })
}

/// The net that is named: by `--net`, else by the file that is to be read, else the first.
fn choose<'a>(nets: &[&'a dyn AnyNet], command: &Command) -> anyhow::Result<&'a dyn AnyNet> {
    let in_file = |path: &Path| Some((model::net_of(path)?, label::path(path).to_string()));
    let (asked, file) = match command {
        Command::Train(flags) if flags.resume => {
            (&None, in_file(&Output::new(&flags.out).checkpoint()))
        }
        Command::Train(flags) => (&flags.net, None),
        Command::Eval(flags) => (&flags.net, in_file(&flags.model)),
        Command::Predict(flags) => (&flags.net, in_file(&flags.model)),
        Command::Emulate(flags) => (&None, flags.model().and_then(in_file)),
        Command::Export(flags) => (&flags.net, in_file(&flags.model)),
        Command::Build(flags) | Command::Flash(flags) => (&None, in_file(&flags.model)),
        Command::Plan(flags) => (&flags.net, None),
        Command::Data(_)
        | Command::Nets(_)
        | Command::Bench(_)
        | Command::Device(_)
        | Command::New(_)
        | Command::Completions(_) => (&None, None),
    };
    let by_name = |name: &str| nets.iter().copied().find(|net| net.name() == name);
    match (asked, file) {
        (Some(name), _) => by_name(name).with_context(|| format!("there is no net `{name}`")),
        (None, Some((name, file))) => by_name(&name).with_context(|| {
            let known: Vec<_> = nets.iter().map(|net| net.name()).collect();
            let name = label::escaped(&name);
            format!("{file} is of the net `{name}`; this program knows {}", known.join(", "))
        }),
        (None, None) => nets.first().copied().context("this program was given no net"),
    }
}

fn wrong_usage(error: &clap::Error) -> ExitCode {
    match terminal::usage(error) {
        Ok(()) => ExitCode::from(error.exit_code() as u8),
        Err(error) => {
            note!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
