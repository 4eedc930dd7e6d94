use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::known::Known;
use super::number::{count, positive};
use super::{HomeFlags, LAST_MODEL, LessonFlags, ReadingFlags};
use crate::board::emulator::Board;
use crate::board::line::BAUD;
use crate::data::Split;
use crate::model::training::Training;

/// What `cpfo device` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DeviceFlags {
    /// The line to the device.
    #[command(flatten)]
    pub line: LineFlags,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    pub json: bool,
    /// What is to be done with it.
    #[command(subcommand)]
    pub what: DeviceCommand,
}

/// Where the device is.
#[derive(Args, Clone, Debug)]
pub struct LineFlags {
    /// The serial port that the board is plugged in at: /dev/ttyACM0, COM3; `device list` finds it
    #[arg(long, value_name = "NAME", global = true, conflicts_with_all = ["socket", "emulate"])]
    pub port: Option<String>,
    /// The speed of the port, in bits a second
    #[arg(long, value_name = "BAUD", global = true, default_value_t = BAUD)]
    pub baud: u32,
    /// A socket that stands for the port, as of an emulator that runs already
    #[arg(long, value_name = "HOST:PORT", global = true, conflicts_with = "emulate")]
    pub socket: Option<String>,
    /// Builds the firmware and starts an emulated board for the time being
    #[arg(long, value_name = "BOARD", global = true)]
    pub emulate: Option<Board>,
    /// The net of that firmware [default: that of the last model]. Any other device says itself which it runs
    #[arg(long, value_name = "NAME", global = true, requires = "emulate")]
    pub net: Option<String>,
    /// What trains in that firmware, as `build --train` has it; the rest stays in flash, as the model has it
    #[arg(long, value_name = "WHAT", global = true, requires = "emulate",
          value_parser = Known::<Training>::of(&["all", "tail", "conv+output", "output", "biases"]))]
    pub train: Option<Training>,
    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", global = true, default_value = "10", value_parser = count::<3_600>)]
    pub patience: usize,
    /// Where firmware is built.
    #[command(flatten)]
    pub home: HomeFlags,
}

impl LineFlags {
    /// How long to wait for an answer.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience as u64)
    }
}

impl DeviceCommand {
    /// What tells of the model that the device has, where that matters.
    pub fn about(&self) -> Option<&AboutFlags> {
        match self {
            DeviceCommand::Infer(how) => Some(&how.about),
            DeviceCommand::Eval(how) => Some(&how.samples.about),
            DeviceCommand::Tune(how) => Some(&how.from.about),
            DeviceCommand::Pull(how) => Some(&how.about),
            _ => None,
        }
    }
}

/// What is to be done with a device.
#[derive(Subcommand, Clone, Debug)]
pub enum DeviceCommand {
    /// Lists the serial ports, and what answers there
    List,
    /// Says who the device is, where it stands, and what memory it uses
    Info,
    /// Says what the device takes pictures or readings for
    Infer(InferFlags),
    /// Tests the device with labelled samples
    Eval(TestFlags),
    /// Teaches the device by labelled samples, and checks every bit of it
    Tune(TuneFlags),
    /// Fetches the model that the device has now
    Pull(PullFlags),
    /// Gives the device another model
    Push(PushFlags),
    /// Shows what changes on the device, a line each, until Ctrl-C
    Watch(WatchFlags),
}

/// Which model tells how data are read.
#[derive(Args, Clone, Debug)]
pub struct AboutFlags {
    /// The model that the device has begun with: it tells how samples are read, and what the classes are called
    /// [default: cpfo-out/model.safetensors, if it is of the device's net]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

impl AboutFlags {
    /// The model that is named, and whether it was; else that of the last run, if there is one.
    pub fn model(&self) -> Option<(&Path, bool)> {
        let last = || Some(Path::new(LAST_MODEL)).filter(|path| path.exists());
        match &self.model {
            Some(path) => Some((path, true)),
            None => last().map(|path| (path, false)),
        }
    }
}

/// What `cpfo device infer` is asked for.
#[derive(Args, Clone, Debug)]
pub struct InferFlags {
    /// Pictures or folders of them, tables, IDX files, NumPy's arrays, as `predict` takes them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How they are read.
    #[command(flatten)]
    pub about: AboutFlags,
}

/// Labelled samples for a device.
#[derive(Args, Clone, Debug)]
pub struct SamplesFlags {
    /// Labelled samples, as `train --data` takes them [default: the digits that ship]
    #[arg(value_name = "DATA")]
    pub data: Option<PathBuf>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadingFlags,
    /// How samples are held out for the test, where the data has no test part [default: as when the model was
    /// trained]
    #[arg(long, value_name = "order|stratified", value_parser = Known::<Split>::of(&["order", "stratified"]),
          hide_possible_values = true)]
    pub split: Option<Split>,
    /// What else tells it.
    #[command(flatten)]
    pub about: AboutFlags,
}

/// What `cpfo device eval` is asked for.
#[derive(Args, Clone, Debug)]
pub struct TestFlags {
    /// The samples.
    #[command(flatten)]
    pub samples: SamplesFlags,
    /// Test with all samples, not only with those held out
    #[arg(long, conflicts_with = "split")]
    pub all: bool,
}

/// What `cpfo device tune` is asked for.
#[derive(Args, Clone, Debug)]
pub struct TuneFlags {
    /// The samples.
    #[command(flatten)]
    pub from: SamplesFlags,
    /// How it is to learn.
    #[command(flatten)]
    pub lesson: LessonFlags,
    /// How many of the samples held out the device is tested with, before and after
    #[arg(long, value_name = "N", default_value = "200", value_parser = count::<1_000_000>)]
    pub tests: usize,
    /// The folder for the report and the model that the device ends with
    #[arg(long, value_name = "FOLDER", default_value = "cpfo-device")]
    pub out: PathBuf,
}

/// What `cpfo device pull` is asked for.
#[derive(Args, Clone, Debug)]
pub struct PullFlags {
    /// The file to write
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What the file says of its data.
    #[command(flatten)]
    pub about: AboutFlags,
}

/// What `cpfo device push` is asked for.
#[derive(Args, Clone, Debug)]
pub struct PushFlags {
    /// The model
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the model is kept that the device has now
    #[arg(long, value_name = "FILE", default_value = "cpfo-device/before.safetensors")]
    pub keep: PathBuf,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// What `cpfo device watch` is asked for.
#[derive(Args, Clone, Debug)]
pub struct WatchFlags {
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = positive)]
    pub every: f32,
    /// End after so many lines
    #[arg(long, value_name = "N", value_parser = count::<1_000_000>)]
    pub lines: Option<usize>,
}

const EXAMPLES: &str = "\
The device runs the firmware that `build` or `flash` makes, or any other with cpfo's server in it. What it
learns stays there until it restarts: `pull` brings it to the desktop. Ctrl-C ends between two questions, so
that the device is whole; `tune` then fetches what was learnt so far.

Examples:
  cpfo device list                                       where is it?
  cpfo device info --port /dev/ttyACM0                   which net, how much has it learnt?
  cpfo device eval new.csv --port /dev/ttyACM0           how good is it with these?
  cpfo device tune new.csv --port /dev/ttyACM0           teach it, and compare every bit
  cpfo device pull taught.safetensors --port COM3        what it knows now, as a model
  cpfo device push model.safetensors --port COM3         begin anew
  cpfo device tune --emulate m4                          the same without a board, in QEMU";
