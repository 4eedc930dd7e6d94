//! Everything on the desktop: trains, tests and inspects cpfo nets, and drives a device.
//!
//! As a program it is `cpfo`, with the [nets] that come with it. As a library it gives a net of
//! yours every command of `cpfo` ([`main()`]), or parts of it:
//!
//! - what goes in: [`dataset`] reads and bends images, [`source`] finds those for a command;
//! - the work: [`run`] trains, [`evaluation`] tests, [`units`] looks for those that learn no more;
//! - by the [vectors] of this machine, chosen at run time, go the [passes] through a net;
//! - what comes out: [`model`] files in [PyTorch's order](torch_order), [`confusion`] counts,
//!   [`table`], [`plot`] and [`report`] for people;
//! - before there is a chip: [`plan`] says what a net will take of it;
//! - devices: [`device`] talks to one over a [`link`], [`emulator`] has boards of its own;
//! - the command line: [`dispatch`] brings [`cli`] flags, a [`command`] and a net together.
//!
//! Errors are `anyhow`'s here, at the edge; the core has its own.

#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]
#![deny(clippy::disallowed_methods)]

pub mod child;
pub mod cli;
pub mod command;
pub mod confusion;
pub mod dataset;
pub mod device;
pub mod dispatch;
pub mod emulator;
pub mod evaluation;
pub mod export;
pub mod figures;
mod file;
pub mod firmware;
pub mod interrupt;
mod label;
pub mod link;
pub mod memory_map;
pub mod model;
pub mod nets;
pub mod output;
pub mod passes;
pub mod plan;
pub mod plot;
pub mod report;
pub mod run;
pub mod sealed;
pub mod snapshot;
pub mod source;
pub mod sweep;
pub mod table;
mod terminal;
pub mod threads;
pub mod torch_order;
pub mod units;
pub mod vectors;
pub mod whole;

pub use dispatch::{AnyNet, Of, main, net};
