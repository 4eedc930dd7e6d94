//! The device format, as [`cpfo::format`] has it.

use std::convert::Infallible;

use cpfo::format::{self, Stopped};
use cpfo::net::{Net, Parameters};
use cpfo::scale::Scale;

/// The bytes of a model without a scale: for a line over which inputs come.
pub fn bytes<N: Net>(parameters: &Parameters<N>) -> Vec<u8> {
    written(|put| format::emit(parameters, put))
}

/// The bytes of a model with its scale: for a chip that has the readings.
pub fn scaled_bytes<N: Net>(parameters: &Parameters<N>, scale: &Scale<N>) -> Vec<u8> {
    written(|put| format::emit_scaled(parameters, scale, put))
}

/// What is written piece by piece.
fn written(
    emit: impl FnOnce(
        &mut dyn FnMut(&[u8]) -> Result<(), Infallible>,
    ) -> Result<(), Stopped<Infallible>>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let all = emit(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    all.expect("a vector takes everything, and nothing is borrowed");
    bytes
}
