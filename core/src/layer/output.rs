//! o: a unit for each class; ends the net.
//!
//! Its weights work like those of a [fully-connected layer](super::fully_connected); what becomes
//! of its pre-activations, and the δ that starts the way back, is the [loss](crate::loss)'s.

use core::marker::PhantomData;

use super::{Description, Layer, Learnt};
use crate::choice::Choice;
use crate::loss::Loss;
use crate::shape::{Shape, Units};
use crate::topology::Kind;

/// An output layer from shape `I` to a unit for each of the classes `O`, with loss `L`.
#[derive(Debug)]
pub struct Output<I, O, L>(PhantomData<(I, O, L)>);

impl<I: Shape, const K: usize, L: Loss> Layer for Output<I, Units<K>, L> {
    type Input = I;
    type Output = Units<K>;
    const DESCRIPTION: Description = Description {
        kind: Kind::Output,
        input: I::DIMENSIONS,
        output: [1, 1, K],
        window: [1, 1],
        function: L::NAME,
        weights: I::LEN * K,
        biases: K,
        macs: I::LEN * K,
    };
}

impl<I: Shape, const K: usize, L: Loss> Learnt for Output<I, Units<K>, L> {
    type Weight = I::Of<[f32; K]>;
    type Bias = [f32; K];
    type Hold<C: Choice> = C::Output;
    const HE: bool = false;
    const FANS: (usize, usize) = (I::LEN, K);
}
