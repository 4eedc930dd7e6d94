use std::path::PathBuf;

use clap::Args;

use super::known::Known;
use super::number::{SEEDS, count, number, threads};
use crate::board::emulator::Board;
use crate::learn::vectors::Width;
use crate::model::training::Training;

/// What `cpfo bench` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct BenchFlags {
    /// The net that is measured [default: all of `cpfo nets`]
    #[arg(long, value_name = "NAME", conflicts_with = "emulated")]
    pub net: Option<String>,
    /// Seconds spent on each figure
    #[arg(long, default_value = "0.5", value_parser = seconds, conflicts_with = "emulated")]
    pub seconds: f32,
    /// Threads of the second column [default: one a core]
    #[arg(long, value_name = "N", value_parser = threads, conflicts_with = "emulated")]
    pub threads: Option<usize>,
    /// The vectors it works with [default: the widest of this processor]
    #[arg(long, value_name = "KIND", conflicts_with = "emulated")]
    pub vectors: Option<Width>,
    /// Count instructions on emulated chips instead
    #[arg(long)]
    pub emulated: bool,
    /// The boards, apart by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "emulated")]
    pub board: Vec<Board>,
    /// What a multiplication costs in nets of many shapes, on an emulated Cortex-M4F
    #[arg(long, requires = "emulated", conflicts_with = "board")]
    pub sweep: bool,
    /// The folder with the firmware [default: `targets` of the source]
    #[arg(long, value_name = "FOLDER", requires = "emulated")]
    pub targets: Option<PathBuf>,
    /// Learn in guarded sessions instead: net A on the digits, in six other worlds and with new classes
    #[arg(long, conflicts_with_all = ["emulated", "net", "threads", "vectors"])]
    pub sessions: bool,
    /// Nets that sessions begin with, each trained from a seed of its own [default: 5]
    #[arg(long, value_name = "N", value_parser = count::<SEEDS>, requires = "sessions")]
    pub seeds: Option<usize>,
    /// Samples of each class that a session learns from, apart by commas [default: 1,2,5,10,20]
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', value_parser = count::<20>,
          requires = "sessions")]
    pub samples: Vec<usize>,
    /// What trains in a session [default: all of these, one after the other]
    #[arg(long, value_name = "WHAT", requires = "sessions",
          value_parser = Known::<Training>::of(&["all", "conv+output", "output", "biases"]))]
    pub train: Option<Training>,
    /// A file for the curves of the sessions, as SVG
    #[arg(long, value_name = "FILE", requires = "sessions")]
    pub picture: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Up to a day.
fn seconds(text: &str) -> Result<f32, String> {
    number(text, "a number above 0, at most 86400", |x| x > 0.0 && x <= 86_400.0)
}

const EXAMPLES: &str = "\
Samples a second, by the code that `cpfo train` and `cpfo eval` run. `in place` is training as on
the chip, one sample at a time; the other batches are averaged, with momentum. Images are the digits
that ship; for nets of another size they are drawn at that size, about 80 % of the pixels 0 as in
MNIST. The seconds of a figure are shared by five repeats of the same work, each from fresh weights,
and the best of them is told: others on the machine can only slow it down. How fast a net trains
depends on how many of its units are at work; the rate of 0.01 leaves them alive.

With --emulated: instructions and stack of a forward pass and of a training step in place, counted by
QEMU, and the sizes of the program that counts. Needs QEMU and the Rust target of each board; says
what is missing. The figures that are committed as `figures.out` stand beside: they are built at a place
that is the same on every machine, and built elsewhere a count can differ by up to a percent. Counted
are the nets that come with cpfo. The micro:bit (m0) has no room for the larger net.

With --emulated --sweep: instructions a multiplication, forward and in a step, for about a hundred nets
around one shape, and how many times that of the best of its kind it is. A step's multiplications are
those that it has to do: of a convolution with a maximum after it, those of the winners. The kinds:
max, mean, whole (a convolution with such a pooling after it, or none), grey (max, one map in), behind
(a convolution after another), units (a fully-connected layer), thin
(one row or column), tanh, sigmoid. Names say what is not
as in the others: k3 a kernel of 3 x 3, i3 and o3 maps in and out, p the window, u units, c columns.

With --sessions: what is right in a new world, and still right in the old one, after a guarded session of
fine-tuning with the defaults of core, none or 50 old samples replayed. Nets learn the first four fifths
of the digits; a few samples of each class of the last fifth, as it looks in another world, are what a
session learns, the others are the test. For new classes a net that knows 0 to 7 learns 8 and 9. The
last row is PyTorch's plain SGD on such samples, from a net with 94.6 % right in the old world. All of
it takes some minutes.

Examples:
  cpfo bench                              all nets, on one thread and on all cores
  cpfo bench --net digits --seconds 2     longer, on a machine that others use too
  cpfo bench --vectors baseline           as on a processor with nothing but SSE2
  cpfo bench --emulated --board m0,m4     what it takes of a Cortex-M0 and of a Cortex-M4F
  cpfo bench --emulated --sweep           whether a shape of yours would cost more than others
  cpfo bench --sessions --train all       how much is learnt and forgotten, by samples of each class";
