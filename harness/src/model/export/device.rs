//! The device format, as [`cpfo::format`] has it.

use std::convert::Infallible;

use cpfo::format;
use cpfo::net::{Net, Parameters};

/// The bytes of a model.
pub fn bytes<N: Net>(parameters: &Parameters<N>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(format::length::<N>());
    let all = format::emit::<_, _, Infallible>(parameters, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    all.expect("a vector takes everything, and nothing is borrowed");
    bytes
}
