//! What the proofs share: the fixtures of the goldens, nets of random shapes, the
//! plain loops that are the oracle of core's kernels, how far from an oracle numbers may be, a model of
//! a core's cycles, a bad line and a fine-tuning over it.

pub mod calls;
pub mod client;
pub mod cycles;
pub mod golden;
pub mod moves;
pub mod noise;
pub mod plain;
pub mod rounding;
pub mod tools;
pub mod tuning;

/// Nets of random shapes, drawn when the tests are compiled.
pub mod random {
    use cpfo_suite::suite;

    include!(concat!(env!("OUT_DIR"), "/random.rs"));
}

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Batch, Learner};

/// Every tensor of a net, in order.
pub fn tensors<N: Net>(parameters: &Parameters<N>) -> Vec<Vec<f32>> {
    let mut tensors = Vec::new();
    parameters.visit(|_, values| tensors.push(values.to_vec()));
    tensors
}

/// A copy of a net's parameters.
pub fn copy<N: Net>(parameters: &Parameters<N>) -> Box<Parameters<N>> {
    let mut copy = Box::new(N::ZERO);
    copy_to::<N>(parameters, &mut copy);
    copy
}

fn copy_to<N: Net>(from: &Parameters<N>, to: &mut Parameters<N>) {
    let mut values = tensors::<N>(from).into_iter();
    to.visit_mut(|_, to| to.copy_from_slice(&values.next().expect("as many tensors")));
}

/// A learner with such parameters and such an image.
pub fn learner<N: Net>(parameters: &Parameters<N>, image: &Image<N>) -> Box<Learner<N>> {
    let mut learner = Box::new(Learner::<N>::ZERO);
    copy_to::<N>(parameters, learner.parameters_mut().expect("no step is under way"));
    let to = learner.image_mut().expect("no step is under way");
    to.flat_mut().copy_from_slice(image.flat());
    learner
}

/// Every tensor of the gradients a trainer has summed, in order.
pub fn gradients<N: Net>(batch: &mut Batch<N>) -> Vec<Vec<f32>> {
    let mut tensors = Vec::new();
    batch.visit_mut(|values| tensors.push(values.to_vec()));
    tensors
}
