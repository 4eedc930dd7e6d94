//! What the proofs share: the nets of the goldens with their fixtures, nets of random shapes, the
//! plain loops that are the oracle of core's kernels, how far from an oracle numbers may be, a model of
//! a core's cycles, a bad line and a fine-tuning over it.

#[macro_use]
mod suite;

pub mod calls;
pub mod cycles;
pub mod edges;
pub mod golden;
pub mod moves;
pub mod nets;
pub mod noise;
pub mod plain;
pub mod rounding;
pub mod tools;
pub mod tuning;

/// Nets of random shapes, drawn when the tests are compiled.
pub mod random {
    include!(concat!(env!("OUT_DIR"), "/random.rs"));
}

use cpfo::chain::Holding as _;
use cpfo::choice::All;
use cpfo::net::{Net, Parameters};
use cpfo::train::Batch;

/// Every tensor of a net, in order.
pub fn tensors<N: Net>(parameters: &Parameters<N>) -> Vec<Vec<f32>> {
    let mut tensors = Vec::new();
    N::Chain::visit::<All>(parameters, &mut |_, values| tensors.push(values.to_vec()));
    tensors
}

/// A copy of a net's parameters.
pub fn copy<N: Net>(parameters: &Parameters<N>) -> Box<Parameters<N>> {
    let mut copy = Box::new(N::ZERO);
    let mut values = tensors::<N>(parameters).into_iter();
    N::Chain::visit_mut::<All>(&mut copy, &mut |_, to| {
        to.copy_from_slice(&values.next().expect("as many tensors"));
    });
    copy
}

/// Every tensor of the gradients a trainer has summed, in order.
pub fn gradients<N: Net>(batch: &mut Batch<N>) -> Vec<Vec<f32>> {
    let mut tensors = Vec::new();
    batch.visit_mut(|values| tensors.push(values.to_vec()));
    tensors
}
