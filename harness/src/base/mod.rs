//! What every room stands on: the system and the terminal. It imports no other room.
//!
//! - `file` reads what comes from outside, [`whole`] writes files wholly or not at all,
//!   [`output`] is the folder that a run leaves its files in;
//! - [`interrupt`] hears of Ctrl-C, [`child`] binds a process to this one;
//! - [`bounds`] says which numbers make sense;
//! - `label` makes names and figures fit to be shown, `terminal` is the only way out.

pub mod bounds;
pub mod child;
pub(crate) mod file;
pub mod interrupt;
pub(crate) mod label;
pub mod output;
pub(crate) mod terminal;
pub mod whole;
