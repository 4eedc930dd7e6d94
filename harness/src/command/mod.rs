//! The commands, one a file. None knows another; what two of them need lies outside.

pub mod bench;
pub mod build;
pub mod completions;
pub mod data;
pub mod device;
pub mod emulate;
pub mod eval;
pub mod export;
pub mod flash;
pub mod nets;
pub mod new;
pub mod plan;
pub mod predict;
pub mod train;
