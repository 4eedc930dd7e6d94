//! Flags as plain data. What they mean stands in their help; what is done with them, in
//! [`command`](crate::command).

mod bench;
mod board;
mod completions;
mod data;
mod device;
mod emulate;
mod eval;
mod export;
mod home;
mod inspect;
mod known;
mod lesson;
mod nets;
mod new;
mod number;
mod plan;
mod predict;
mod recipe;
mod train;
mod trains;

pub use bench::BenchFlags;
pub use board::BoardFlags;
pub use completions::CompletionsFlags;
pub use data::{DataFlags, ReadingFlags, ScaleFlags};
pub use device::{
    AboutFlags, DeviceCommand, DeviceFlags, InferFlags, LineFlags, PullFlags, PushFlags,
    SamplesFlags, TestFlags, TuneFlags, WatchFlags,
};
pub use emulate::EmulateFlags;
pub use eval::EvalFlags;
pub use export::ExportFlags;
pub use home::HomeFlags;
pub use inspect::InspectFlags;
pub use lesson::LessonFlags;
pub use nets::NetsFlags;
pub use new::NewFlags;
pub use plan::{PlanFlags, Precision};
pub use predict::PredictFlags;
pub use recipe::RecipeFlags;
pub use train::TrainFlags;
pub use trains::TrainsFlags;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::base::label;
use crate::learn::vectors::Width;

/// The folder of a run, if none is named.
pub const OUT: &str = "cpfo-out";
/// The model of the last run, if none is named.
pub const LAST_MODEL: &str = "cpfo-out/model.safetensors";

/// Trains small convolutional nets and tries them out.
#[derive(Parser, Debug)]
#[command(name = "cpfo", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Without a command it is `cpfo train`.

Examples:
  cpfo                                     learn the digits that ship; model and report in cpfo-out/
  cpfo train --seeds 10                    how much of the result is chance?
  cpfo train --net lenet --data mnist/     learn from files of your own
  cpfo data readings.csv                   what is in these data, and what looks wrong?
  cpfo eval --data new-digits.csv --all    test the last model on samples of your own
  cpfo predict my-seven.jpg --fit          what is in the picture?
  cpfo emulate --board m0 --shift mirror   a chip of 16 KB learns to read mirrored digits
  cpfo device list                         which boards are plugged in here, and what they say
  cpfo build --board m4                    the firmware with the last model in it
  cpfo nets                                which nets there are, and what they cost
  cpfo bench                               how fast they are on this machine
  cpfo new gesture --board nrf52840-dk     a project for a net of your own, down to its firmware
  cpfo plan --net lenet --train conv+output  what training takes of a chip, and which chips have it

`cpfo COMMAND --help` says more. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C,
143 by SIGTERM or a terminal that went away; each of these saves what there is to go on with.";

/// What is to be done.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Learns from labelled images; leaves a model and a report behind
    Train(TrainFlags),
    /// Tests a model on labelled images
    Eval(EvalFlags),
    /// Says what is in pictures, or in the rows of a table
    Predict(PredictFlags),
    /// Says what is understood of data, and what looks wrong; nothing is learnt
    Data(InspectFlags),
    /// Fine-tunes a net on an emulated chip, and checks every bit of it
    Emulate(EmulateFlags),
    /// Talks to a device over its cable: asks it, tests it, teaches it, fetches what it has learnt
    Device(DeviceFlags),
    /// Writes a model for a chip: a Rust constant, or the device format
    Export(ExportFlags),
    /// Builds the firmware with a model in it, and says what it takes of the chip
    Build(BoardFlags),
    /// Builds the firmware and hands it to a board, real or emulated
    Flash(BoardFlags),
    /// Lists the nets: layers, sizes, costs
    Nets(NetsFlags),
    /// Measures how fast the nets are, here or on emulated chips
    Bench(BenchFlags),
    /// Says what a net takes of a chip: memory, work, time, and which chips it fits
    Plan(PlanFlags),
    /// Makes a project for a net of your own: program, tests, firmware, example data
    New(NewFlags),
    /// Writes what makes a shell complete verbs and flags
    Completions(CompletionsFlags),
}

impl Command {
    /// Reads the program's flags. `nets` are the names that `--net` knows.
    pub fn parse(nets: &[&'static str]) -> Result<Command, clap::Error> {
        Self::parse_from(nets, env::args_os()).map_err(|error| {
            // What is quoted of the words is to be read, whatever they hold.
            let shown = env::args_os().map(|word| label::path(&word).to_string().into());
            Self::parse_from(nets, shown).err().unwrap_or(error)
        })
    }

    fn parse_from(
        nets: &[&'static str],
        words: impl IntoIterator<Item = OsString>,
    ) -> Result<Command, clap::Error> {
        let cli = Cli::from_arg_matches(&program(nets).try_get_matches_from(words)?)?;
        match cli.command {
            Some(command) => Ok(command),
            None => Self::parse_from(nets, ["cpfo", "train"].map(Into::into)),
        }
    }

    /// Takes the firmware of the program's own project where no other is named.
    pub fn at_home(&mut self, firmware: &Path) {
        match self {
            Command::Build(flags) | Command::Flash(flags) => flags.home.or(firmware),
            Command::Emulate(flags) => flags.home.or(firmware),
            Command::Device(flags) => flags.line.home.or(firmware),
            _ => {}
        }
    }

    /// How many threads may work, if that was said.
    pub fn threads(&self) -> Option<usize> {
        match self {
            Command::Train(flags) => flags.threads,
            Command::Bench(flags) => flags.threads,
            _ => None,
        }
    }

    /// The vectors to work with, if that was said.
    pub fn vectors(&self) -> Option<Width> {
        match self {
            Command::Train(flags) => flags.vectors,
            Command::Bench(flags) => flags.vectors,
            _ => None,
        }
    }
}

/// All verbs and flags of the program. `nets` are the names that `--net` knows.
pub fn program(nets: &[&'static str]) -> clap::Command {
    let names = PossibleValuesParser::new(nets);
    // Named one by one: of a group that conflicts clap names all, whatever was given.
    let cli = Cli::command().mut_subcommand("train", |train| {
        let recipe = train.get_groups().find(|group| group.get_id() == "RecipeFlags");
        let fixed = recipe.into_iter().flat_map(ArgGroup::get_args).filter(|id| *id != "epochs");
        let fixed: Vec<_> = fixed.cloned().collect();
        train.mut_arg("resume", |resume| resume.conflicts_with_all(fixed))
    });
    // What the verb is about needs no flag before it.
    let cli =
        cli.mut_subcommand("data", |data| data.mut_arg("data", |path| path.long(None).index(1)));
    cli.after_help(reflowed(EXAMPLES)).mut_subcommands(|command| {
        let command = match command.get_after_help().map(ToString::to_string) {
            Some(help) => command.after_help(reflowed(&help)),
            None => command,
        };
        if command.get_arguments().any(|flag| flag.get_id() == "net") {
            command.mut_arg("net", |net| net.value_parser(names.clone()))
        } else {
            command
        }
    })
}

/// Each paragraph on one line, which clap wraps to the terminal. Lines that are set in stay as they
/// are: they are examples.
fn reflowed(help: &str) -> String {
    let mut result = String::with_capacity(help.len());
    let mut running = false;
    for line in help.lines() {
        let runs = !line.is_empty() && !line.starts_with(' ');
        if running {
            result.push(if runs { ' ' } else { '\n' });
        } else if !result.is_empty() {
            result.push('\n');
        }
        result += line;
        running = runs;
    }
    result
}

/// An error in the use of flags that are right one by one.
fn conflict(message: &str) -> clap::Error {
    Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_run_and_examples_stay() {
        let help = "One\nparagraph.\n\nAnother\none.\n\nExamples:\n  a   b\n  c\nEnd.";
        let lines = "One paragraph.\n\nAnother one.\n\nExamples:\n  a   b\n  c\nEnd.";
        assert_eq!(reflowed(help), lines);
    }

    #[test]
    fn flags_are_well_formed() {
        program(&["digits"]).debug_assert();
    }
}
