//! Everything on the desktop: trains, tests and inspects cpfo nets, and drives a device.
//!
//! As a program it is `cpfo`, with the [nets] that come with it. As a library it gives a net of
//! yours every command of `cpfo` ([`main()`]; in a folder that `cpfo new` makes, [`Project`]), or parts
//! of it:
//!
//! - [`data`]: labelled images, read, bent and divided;
//! - [`learn`]: trains and tests;
//! - [`model`]: what came of it, in files;
//! - [`plan`]: before there is a chip, what a net will take of it;
//! - [`board`]: builds firmware and talks to devices, real or emulated;
//! - [`show`]: tables, pictures and pages for people;
//! - [`cli`], [`command`], [`dispatch`]: flags, what is done for them, and what brings both
//!   together with a net; [`tune`] is what two commands do with a device.
//!
//! So far in the order in which data flows. All of it stands on [`base`]: the system and the terminal.
//!
//! Errors are `anyhow`'s here, at the edge; the core has its own.

#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]
#![deny(clippy::disallowed_methods)]

pub mod base;

pub mod data;
pub mod learn;
pub mod model;
pub mod plan;

pub mod board;
pub mod show;

pub mod cli;
pub mod tune;

pub mod command;
pub mod dispatch;

pub use cpfo_nets as nets;
pub use dispatch::{AnyNet, Of, Project, main, net};
