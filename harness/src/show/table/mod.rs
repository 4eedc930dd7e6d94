//! Tables for the terminal: aligned by what is seen, plain text wherever they do not go to one.
//!
//! - [`Table`]: columns, rows, and how both are laid out.
//! - [`scores`] and [`confusion`]: what a [`Confusion`](crate::learn::confusion::Confusion) has to say.

mod classes;
mod grid;

pub use classes::{confusion, scores};
pub use grid::{Align, Cell, Table};
