use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{HomeFlags, LAST_MODEL, TrainsFlags};
use crate::board::firmware::BOARDS;

/// What `cpfo build` and `cpfo flash` are asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct BoardFlags {
    /// The board
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(BOARDS.map(|board| board.name)))]
    pub board: String,
    /// The model that goes into the firmware
    #[arg(long, value_name = "FILE", default_value = LAST_MODEL)]
    pub model: PathBuf,
    /// What trains on the board; the rest stays in flash and takes no RAM there
    #[command(flatten)]
    pub trains: TrainsFlags,
    /// Where firmware is built
    #[command(flatten)]
    pub home: HomeFlags,
}

const EXAMPLES: &str = "\
m0, m3, m4, m7, m33 and rv32 are emulated by QEMU; the others are real boards, reached through
probe-rs. A project that `cpfo new` made has firmware for the boards that it was made for.

Examples:
  cpfo build --board m4             the firmware with the last model in it, and its sizes
  cpfo build --board m4 --train output    only the output layer learns there: the rest takes no RAM
  cpfo flash --board nrf52840-dk    build it and hand it to the board
  cpfo flash --board m0             the same, to QEMU; Ctrl-A X ends it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_emulated_board() {
        let emulated = BOARDS.iter().filter(|board| board.chip.is_none());
        let names: Vec<_> = emulated.map(|board| board.name).collect();
        let (last, others) = names.split_last().expect("there are some");
        assert!(EXAMPLES.starts_with(&format!("{} and {last} are emulated", others.join(", "))));
    }
}
