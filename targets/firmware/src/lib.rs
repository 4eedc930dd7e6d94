//! The application of a cpfo device, generic over the board under it.
//!
//! A chip that learns needs four things from its board: a serial port, a flash, a clock and memory of
//! known size. [`board`] says so in traits, and everything else here is written against them, so that
//! one application runs on every board and a board is a memory map and a list of devices.
//!
//! | file | holds |
//! |---|---|
//! | [`board`] | what a board is: [`Board`], [`Devices`], [`Claim`], [`Clock`], [`Memory`] |
//! | [`nets`] | the nets that come with cpfo |
//! | [`bits`] | training runs that end in checksums, to be compared between machines |
//! | [`goldens`] | the nets that PyTorch knows, run forward |
//! | `prove` | the programs that say what the chip did: bits, instructions, bytes |
//! | `bounds` | what a step takes of nets and images of every kind: typical, fresh, at worst |
//! | `sweep` | what many shapes cost, around one |
//! | `serve` | the application: a net that answers and learns over the serial line |
//! | [`converse`] | its questions and answers, over any line |
//! | `room` | memory for one net |
//! | `learner` | what it does for them: the model, the samples, the session |
//! | [`erring`] | a serial port that errs, for boards whose own never does |
//! | `stack` | the stack's high-water mark, by painting |
//! | `heap` | the application's heap and its high-water mark (feature `alloc`) |
//! | `loan` | the training workspace on that heap (feature `alloc`) |
//! | `keep` | a net that learns, saves and is reset in the middle of it (feature `store`) |
//! | `console` | `say!`, a line for the person or the test on the other side |
//! | `greet` | the first program: shows that all of this works |

#![no_std]

pub mod bits;
pub mod board;
#[cfg(target_os = "none")]
pub mod bounds;
#[cfg(target_os = "none")]
mod console;
pub mod converse;
pub mod erring;
pub mod goldens;
#[cfg(target_os = "none")]
pub mod greet;
#[cfg(feature = "alloc")]
pub mod heap;
#[cfg(all(feature = "store", target_os = "none"))]
pub mod keep;
#[cfg(all(feature = "alloc", target_os = "none"))]
pub mod loan;
#[cfg(target_os = "none")]
pub mod prove;
#[cfg(target_os = "none")]
pub mod serve;
#[cfg(target_os = "none")]
pub mod stack;
#[cfg(target_os = "none")]
pub mod sweep;

pub use cpfo_nets as nets;

pub use board::{Board, Claim, Clock, Devices, Failure, Memory};
#[cfg(target_os = "none")]
pub use bounds::bounds;
#[cfg(target_os = "none")]
pub use greet::greet;
#[cfg(all(feature = "store", target_os = "none"))]
pub use keep::{keep, keep_large};
#[cfg(all(feature = "alloc", target_os = "none"))]
pub use loan::loan;
#[cfg(target_os = "none")]
pub use prove::{bits, bits_small, figures_of_digits, figures_of_lenet, slices};
#[cfg(target_os = "none")]
pub use sweep::sweep;
