use std::path::PathBuf;

use clap::Args;

use super::number::{number, threads};
use crate::board::emulator::Board;
use crate::learn::vectors::Width;

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

Examples:
  cpfo bench                              all nets, on one thread and on all cores
  cpfo bench --net digits --seconds 2     longer, on a machine that others use too
  cpfo bench --vectors baseline           as on a processor with nothing but SSE2
  cpfo bench --emulated --board m0,m4     what it takes of a Cortex-M0 and of a Cortex-M4F
  cpfo bench --emulated --sweep           whether a shape of yours would cost more than others";
