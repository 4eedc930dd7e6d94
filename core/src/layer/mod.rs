//! The four kinds of layers, one a file, each with its forward pass, its error sensitivity and its
//! gradient. Source of the formulas: Xenuts, "Back-Propagation over CNN", 2014.
//!
//! # Symbols
//!
//! | symbol | meaning | shape |
//! |---|---|---|
//! | x, z^(l−1) | the layer's input | [`Maps`](crate::shape::Maps) or [`Units`](crate::shape::Units) |
//! | u | pre-activation | as the layer's output |
//! | z = f(u) | the layer's output | as the layer's output |
//! | w, W | weight (f, o) `[inputs][outputs]`, kernels (c) `[rows][columns][maps in][maps out]` | |
//! | b | bias | `[outputs]` or `[maps out]` |
//! | δ, `delta` | error sensitivity ∂J/∂u | as u |
//! | dx | ∂J/∂x, and with the slope of the layer before: that layer's δ | as x |
//! | η, `rate` | learning rate | |
//!
//! # One walk back, two kinds of trainers
//!
//! A walk back through a layer reads each weight and says what its gradient is. What becomes of
//! the gradient is not the layer's business: [`Learn::add`] takes −η·gradient from the weight at
//! once ([in place](crate::train::InPlace)) or adds it to a sum
//! ([mini-batches](crate::train::Batch)). A layer always reads a weight before it hands over its
//! gradient, so that both see the same weights.

pub mod convolution;
pub mod fully_connected;
pub mod learn;
pub mod output;
pub mod pooling;
pub mod reduce;

pub use convolution::{Convolution, Kernel};
pub use fully_connected::FullyConnected;
pub use learn::Learn;
pub use output::Output;
pub use pooling::{Max, Mean, Pooling, Window};

use crate::choice::{Choice, Hold};
use crate::shape::{Shape, Tensor, Zero};
use crate::topology::Kind;

/// What a layer has learnt, or how it is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters<W, B> {
    /// Weights or kernels.
    pub weight: W,
    /// Biases.
    pub bias: B,
}

impl<W: Zero, B: Zero> Zero for Parameters<W, B> {
    const ZERO: Self = Self { weight: W::ZERO, bias: B::ZERO };
}

/// What there is to say of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Description {
    /// c, p, f or o.
    pub kind: Kind,
    /// Rows, columns and maps of the input.
    pub input: [usize; 3],
    /// Rows, columns and maps of the output.
    pub output: [usize; 3],
    /// Rows and columns of a kernel or a window; 1 x 1 for f and o.
    pub window: [usize; 2],
    /// The activation, the method of pooling or the loss.
    pub function: &'static str,
    /// How many weights it has.
    pub weights: usize,
    /// How many biases it has.
    pub biases: usize,
    /// Multiplications of one forward pass.
    pub macs: usize,
}

/// A layer: a type without data.
pub trait Layer: 'static {
    /// The shape of what it takes.
    type Input: Shape;
    /// The shape of what it gives.
    type Output: Shape;
    /// What there is to say of it.
    const DESCRIPTION: Description;
}

/// The size of a kernel or a window.
pub trait Extent: 'static {
    /// Rows and columns.
    const EXTENT: [usize; 2];
}

/// A layer that learns.
pub trait Learnt: Layer {
    /// The array of its weights.
    type Weight: Tensor<Number = f32>;
    /// The array of its biases.
    type Bias: Tensor<Number = f32>;
    /// How a choice holds it.
    type Hold<C: Choice>: Hold;
    /// Whether its activation asks for He's rule.
    const HE: bool;
    /// How many inputs a unit sees, and how many units see an input.
    const FANS: (usize, usize);
}
