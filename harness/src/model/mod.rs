//! A model in files: on the desktop, readable by PyTorch, and for a chip. It imports `base` alone.
//!
//! - [`save`], [`load`] and [`metadata`]: safetensors in [PyTorch's order](torch_order);
//! - [`sealed`]: the checksum of such a file;
//! - [`scale`]: how readings become its inputs;
//! - [`snapshot`]: all numbers of a net in one row;
//! - [`training`]: what of it trains;
//! - [`export`]: the same model for a firmware.

pub mod export;
mod file;
pub mod scale;
pub mod sealed;
pub mod snapshot;
pub mod torch_order;
pub mod training;
pub use file::{
    Tensor, fill, learnt, load, metadata, net_of, numbers, parse, save, signature, tensors,
    write_tensors,
};
pub use scale::Scale;
pub use sealed::Metadata;
