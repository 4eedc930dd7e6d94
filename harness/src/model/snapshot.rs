//! All numbers of a net in one row, to be kept and put back. Layer by layer, weight and bias, in
//! the net's own order.

use cpfo::net::{Net, Parameters};
use cpfo::train::Velocity;

/// All numbers of a net in one row.
pub type Snapshot = Vec<f32>;

/// The parameters of a net.
pub fn take<N: Net>(parameters: &Parameters<N>) -> Snapshot {
    let mut numbers = Vec::with_capacity(N::PARAMETERS);
    parameters.visit(|_, values| numbers.extend_from_slice(values));
    numbers
}

/// Puts parameters back that [`take`] took from a net of the same type.
pub fn put<N: Net>(snapshot: &[f32], parameters: &mut Parameters<N>) {
    let mut rest = snapshot;
    parameters.visit_mut(|_, values| next(&mut rest, values));
}

/// The velocity of a net's parameters.
pub fn take_velocity<N: Net>(velocity: &mut Velocity<N>) -> Snapshot {
    let mut numbers = Vec::with_capacity(N::PARAMETERS);
    velocity.visit_mut(|values| numbers.extend_from_slice(values));
    numbers
}

/// Puts back what [`take_velocity`] took from a net of the same type.
pub fn put_velocity<N: Net>(snapshot: &[f32], velocity: &mut Velocity<N>) {
    let mut rest = snapshot;
    velocity.visit_mut(|values| next(&mut rest, values));
}

fn next(rest: &mut &[f32], values: &mut [f32]) {
    let (now, later) = rest.split_at(values.len());
    values.copy_from_slice(now);
    *rest = later;
}
