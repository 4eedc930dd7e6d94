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
//! | w, W | weights (f, o); kernels (c) | `[inputs][outputs]`; `[rows][columns][maps in][maps out]` |
//! | b | biases (f, o); (c) | `[outputs]`; `[maps out]` |
//! | δ, `delta` | error sensitivity ∂J/∂u | as u |
//! | dx | ∂J/∂x; times the slope of the layer before, that layer's δ | as x |
//! | η, `rate` | learning rate | a number |
//!
//! # One backward pass, two kinds of trainers
//!
//! The backward pass through a layer reads each weight and computes its gradient. What becomes of
//! the gradient is not the layer's business: [`Learn::add`] adds −η·gradient to the weight at
//! once ([in place](crate::train::InPlace)) or adds it to a sum
//! ([mini-batches](crate::train::Batch)). A layer always reads a weight before it hands over its
//! gradient, so that both see the same weights.

#[doc = include_str!("adding.md")]
pub mod adding {}
pub mod convolution;
pub mod fully_connected;
mod input;
pub(crate) mod learn;
pub mod output;
pub mod pooling;
pub(crate) mod reduce;

pub use convolution::{Convolution, Kernel};
pub use fully_connected::FullyConnected;
pub use input::Input;
pub use learn::Learn;
pub use output::Output;
pub use pooling::{Max, Mean, Pooling, Window};

use crate::activation::Activation;
use crate::choice::Choice;
use crate::hold::{Flag, Hold};
use crate::loss::Loss;
use crate::pace::Pace;
use crate::pixel::Pixel;
use crate::shape::{Shape, Tensor, Zero};
use crate::topology::Kind;

/// The two tensors of a layer, or the places that hold them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tensors<W, B> {
    /// Weights or kernels.
    pub weight: W,
    /// Biases.
    pub bias: B,
}

impl<W: Zero, B: Zero> Zero for Tensors<W, B> {
    const ZERO: Self = Self { weight: W::ZERO, bias: B::ZERO };
}

/// A layer's kind, sizes and function.
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

/// A kind of layer with its sizes: a type without data.
///
/// This is all that the recursion over a net knows of a kind. A layer without parameters has empty
/// arrays for weights and biases, and `Hold` is then `hold::Without`.
pub trait Layer: 'static {
    /// The shape of x.
    type Input: Shape;
    /// The shape of z, and of δ in the backward pass.
    type Output: Shape;
    /// The array of its weights.
    type Weight: Tensor<Number = f32>;
    /// The array of its biases.
    type Bias: Tensor<Number = f32>;
    /// How a choice holds its parameters, if it is the first stage that the choice is about.
    type Hold<C: Choice>: Hold;
    /// The choice for the layers after it.
    type Rest<C: Choice>: Choice;
    /// What the backward pass needs to know beside z.
    type Record: Zero + Send + Sync + 'static;
    /// Room for ∂J/∂x of one map, if the backward pass needs it.
    type Plane: Zero + Send + Sync + 'static;
    /// The activation whose slope belongs to z.
    type Slope: Activation;
    /// Its kind, sizes and function.
    const DESCRIPTION: Description;
    /// Whether its activation calls for He's rule for the initial weights.
    const HE: bool = false;
    /// Fan-in and fan-out: how many inputs a unit sees, and how many units see an input.
    const FANS: (usize, usize) = (0, 0);

    /// From x to z, and to the record where one is wanted. `Before` is the activation that made x.
    fn forward<Before: Activation, X: Pixel>(
        pace: &mut impl Pace,
        parameters: (&Self::Weight, &Self::Bias),
        x: &Stored<Self::Input, X>,
        z: &mut Stored<Self::Output>,
        record: Option<&mut Self::Record>,
    );

    /// From δ to the gradients, each of which is handed over; and where `Below` is set, x is
    /// overwritten by dx times the slope of the activation `Before`, which is the δ of the layer
    /// before.
    fn backward<Before: Activation, Below: Flag, X: Pixel>(
        pace: &mut impl Pace,
        parameters: (impl Learn<Self::Weight>, impl Learn<Self::Bias>),
        x: Input<'_, Stored<Self::Input, X>>,
        plane: Option<&mut Self::Plane>,
        delta: &Stored<Self::Output>,
        record: &mut Self::Record,
    );
}

/// A layer that ends a net.
pub trait Last: Layer {
    /// The loss, which it computes from its pre-activations.
    type Loss: Loss;
}

/// An array of shape `S`, of floats or of [pixels](Pixel) `X`.
pub type Stored<S, X = f32> = <S as Shape>::Of<<X as Pixel>::Stored>;
