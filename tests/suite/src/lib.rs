//! Nets that are only proved, and macros that go through them.
//!
//! - [`goldens`]: the nets that PyTorch knows;
//! - [`edges`]: those at the edges of what is legal;
//! - [`shapes`]: those that differ in one number.

#![no_std]

#[macro_use]
mod suite;

pub mod edges;
pub mod goldens;
pub mod shapes;
