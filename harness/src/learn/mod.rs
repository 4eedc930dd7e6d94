//! What learns, and how well it has learnt. It imports `base`, `model` and `data`.
//!
//! - [`run`] trains: a recipe at work on a data set;
//! - [`evaluation`] tests, [`confusion`] counts which class was taken for which, [`units`] looks for
//!   those that learn no more, [`sums`] adds up what was seen;
//! - by the [vectors] of this machine, chosen at run time, go the [passes] through a net, on
//!   [threads].

pub mod confusion;
pub mod evaluation;
pub mod passes;
pub mod run;
pub mod sums;
pub mod threads;
pub mod units;
pub mod vectors;
