//! The firmware as users build it: with their model in it, for any board, by `cpfo build`.

use std::fs;
use std::path::Path;

use cpfo::Net;
use cpfo::rng::Rng;
use cpfo::scale::Scale;
use cpfo::shape::Zero as _;
use cpfo_harness::board::firmware::Board;
use cpfo_harness::model;
use cpfo_harness::model::export::device;
use cpfo_harness::nets::{digits, lenet};
use cpfo_tests::tools::cpfo;
use libtest_mimic::Failed;

use crate::holds;

/// Code and constants of a firmware with nothing in them of the model, at least and at most.
const CODE: [u64; 2] = [8_000, 100_000];

/// The smaller net on every board, the larger one on one of each family that has room for it.
pub(crate) fn nets(board: Board) -> Result<(), Failed> {
    builds::<digits::Net>(board)?;
    if ["m4", "rv32", "rp-pico"].contains(&board.name) {
        builds::<lenet::Net>(board)?;
    }
    Ok(())
}

/// Every byte of the model is in the firmware, and the sizes that are told can be right.
fn builds<N: Net>(board: Board) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("builds");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.safetensors", N::NAME));
    let mut parameters = Box::new(N::ZERO);
    parameters.initialize(&mut Rng::new(8));
    model::save::<N>(&path, &parameters, &Default::default())?;
    let ended = cpfo().args(["build", "--board", board.name, "--model"]).arg(&path).output()?;
    holds(ended.status.success(), &ended.status.to_string())?;
    let said = String::from_utf8(ended.stdout)?;
    let row = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name)).ok_or("no row")?;
        let numbers = line.split_whitespace().skip(1).map(|number| number.replace(',', "").parse());
        numbers.collect::<Result<Vec<u64>, _>>().map_err(Failed::from)
    };
    let (&[flash, of_flash], &[ram, of_ram]) = (&row("flash")?[..], &row("RAM")?[..]) else {
        return Err(format!("no sizes:\n{said}").into());
    };
    println!("{} of {}: flash {flash} of {of_flash}, RAM {ram} of {of_ram}", N::NAME, board.name);
    let bytes = device::scaled_bytes::<N>(&parameters, &Scale::ZERO);
    let code = flash.saturating_sub(bytes.len() as u64);
    holds((CODE[0]..CODE[1]).contains(&code) && flash <= of_flash, &said)?;
    holds(ram > N::PARAMETER_BYTES as u64 + N::IN_PLACE_BYTES as u64 && ram <= of_ram, &said)?;
    let elf = fs::read(said.trim().lines().last().ok_or("no path")?)?;
    holds(elf.windows(bytes.len()).any(|window| window == bytes), "the model is in the firmware")
}
