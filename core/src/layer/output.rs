//! o: a unit for each class; ends the net.
//!
//! Its weights work like those of a [fully-connected layer](super::fully_connected); the outputs
//! made of its pre-activations, and the δ that starts the backward pass, are the
//! [loss](crate::loss)'s.

use core::marker::PhantomData;

use super::{Description, FullyConnected, Input, Last, Layer, Learn, Stored};
use crate::activation::{Activation, Identity};
use crate::choice::Choice;
use crate::hold::Flag;
use crate::loss::Loss;
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Shape, Units};
use crate::topology::Kind;

/// An output layer from shape `I` to a unit for each of the classes `O`, with loss `L`.
#[derive(Debug)]
pub struct Output<I, O, L>(PhantomData<(I, O, L)>);

impl<I: Shape, const K: usize, L: Loss> Layer for Output<I, Units<K>, L> {
    type Input = I;
    type Output = Units<K>;
    type Weight = I::Of<[f32; K]>;
    type Bias = [f32; K];
    type Hold<C: Choice> = C::Output;
    type Rest<C: Choice> = C::Rest;
    type Record = ();
    type Plane = ();
    type Slope = Identity;
    const FANS: (usize, usize) = (I::LEN, K);
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

    #[inline(always)]
    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: (&Self::Weight, &Self::Bias),
        x: &Stored<I, X>,
        u: &mut [f32; K],
        record: Option<&mut ()>,
    ) {
        FullyConnected::<I, Units<K>, Identity>::forward::<Before, X>(
            pace, parameters, x, u, record,
        );
    }

    #[inline(always)]
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        parameters: (impl Learn<Self::Weight>, impl Learn<Self::Bias>),
        x: Input<'_, Stored<I, X>>,
        plane: Option<&mut ()>,
        delta: &[f32; K],
        record: &mut (),
    ) {
        FullyConnected::<I, Units<K>, Identity>::backward::<Before, Below, X>(
            pace, parameters, x, plane, delta, record,
        );
    }
}

impl<I: Shape, const K: usize, L: Loss> Last for Output<I, Units<K>, L> {
    type Loss = L;
}
