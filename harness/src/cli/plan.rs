use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::conflict;
use super::known::Known;
use crate::plan::{MOST_FROZEN, Plan, Training};

/// What `cpfo plan` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PlanFlags {
    /// The net [default: the first of `cpfo nets`]
    #[arg(long, value_name = "NAME")]
    pub net: Option<String>,
    /// What trains: `all`, `tail` (the last 2 layers that have parameters), `tail:N` (the last N of
    /// them), `conv+output`, `output`, `biases`, `none`
    #[arg(long, value_name = "CHOICE", default_value = "all",
          value_parser = Known::<Training>::of(&["all", "tail", "conv+output", "output", "biases", "none"]),
          hide_possible_values = true)]
    pub train: Training,
    /// How the pixels of an image are stored; either way the bits are the same
    #[arg(long, value_enum, default_value = "floats")]
    pub pixels: Pixels,
    /// The numbers it computes with
    #[arg(long, value_enum, default_value = "f32")]
    pub precision: Precision,
    /// Write a page with pictures of the memory over the course of a step
    #[arg(long, value_name = "FILE.html")]
    pub out: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// How the pixels of an image are stored.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// Four bytes each
    Floats,
    /// One byte each: an eighth more instructions on an M4F
    Bytes,
}

/// The numbers that a net computes with.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats
    F32,
}

impl PlanFlags {
    /// The plan that is asked for, from the type of the net.
    pub fn plan<N: cpfo::Net>(&self) -> anyhow::Result<Plan> {
        // All that there is is in 32-bit floats.
        let Precision::F32 = self.precision;
        let plan = Plan::of::<N>(self.train).map(|plan| match self.pixels {
            Pixels::Floats => plan,
            Pixels::Bytes => plan.of_bytes(),
        });
        plan.ok_or_else(|| {
            let learnt = N::LAYERS.iter().filter(|(_, layer)| layer.weights > 0).count();
            conflict(&format!(
                "`--train {}` does not go with the net `{}`: {learnt} of its layers have parameters, and at \
                 most {MOST_FROZEN} of them may stay as they are",
                self.train,
                N::NAME
            ))
            .into()
        })
    }
}

const EXAMPLES: &str = "\
What lies in RAM is static, and its bytes are exact: they are sizes of the types that a firmware
uses. What does not train stays in flash, all parameters have their place there.

Instructions without a mark were counted by QEMU on that core, all layers trained, and are committed
in targets/boards/*/figures.out. Those with ~ are scaled by multiplications from the measured net
nearest in size: expect a choice of what trains to be off by a tenth, another net by up to a half.

Milliseconds are estimates: instructions x cycles an instruction / the chip's highest clock. Cycles
an instruction, 2.1 on the M4F and 1.5 on M3 and M0, come from a model that goes through the
instructions that the two nets run there with the timings in Arm's manual of the Cortex-M4 (DDI 0439);
it gives 1.9 to 2.3, and 1.4 to 1.5. M0+, RV32IMC and M33F are taken to be like M0, M3 and M4F, and 1.0
on the M7F is assumed. None was measured on a chip. Waiting for flash is not in them.

A chip fits if what a firmware needs is within its RAM and flash: statics of the net and 600 bytes of
stack; parameters and code. The size of the code is an estimate: the program that infers, trains and
says what it measured (targets/boards/*/figures.size), divided by its nets, of which there are two, or
one on M0 and M0+. Training alone is the lesser part of that (targets/proof/training.size). Where less
than a tenth of RAM or flash is left, the fit is called narrow. What your application needs besides
has to fit into what is left. `cpfo build` gives exact figures for a whole firmware.

Examples:
  cpfo plan                                       net A, all layers
  cpfo plan --net lenet --train conv+output       the fully-connected layers stay in flash
  cpfo plan --net lenet --train tail:1 --json     the last layer, as data
  cpfo plan --net lenet --train output --pixels bytes    the least RAM that learns
  cpfo plan --net lenet --out plan.html           a page with the memory over the course of a step";
