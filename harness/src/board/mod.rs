//! What talks to boards. It imports `base`, `model` and the built-in nets.
//!
//! - [`home`] is where it is built;
//! - [`line`](mod@line) opens a serial port or a socket;
//! - [`device`] is a device with a net on it, at the other end of a [`link`];
//! - [`emulator`] has boards of its own, [`firmware`] builds what runs on either;
//! - [`figures`] and [`sweep`] read what it said of a pass.

pub mod device;
pub mod emulator;
pub mod figures;
pub mod firmware;
pub mod home;
pub mod line;
pub mod link;
pub mod sweep;
