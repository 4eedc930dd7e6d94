//! The four kinds of layers and the one table of who may precede whom.
//!
//! | a … | may be followed by |
//! |---|---|
//! | c, [`ConvolutionLayer`] | p, c, f, o |
//! | p, [`PoolingLayer`] | c, f, o |
//! | f, [`FullyConnectedLayer`] | f, o |
//! | o, [`OutputLayer`] | nothing: it ends the net |
//!
//! A net may begin with any of them. Source: Xenuts, "Back-Propagation over CNN", 2014.

/// A layer's kind, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// c
    Convolution,
    /// p
    Pooling,
    /// f
    FullyConnected,
    /// o
    Output,
}

/// c, as a type.
#[derive(Debug)]
pub struct ConvolutionLayer;
/// p, as a type.
#[derive(Debug)]
pub struct PoolingLayer;
/// f, as a type.
#[derive(Debug)]
pub struct FullyConnectedLayer;
/// o, as a type.
#[derive(Debug)]
pub struct OutputLayer;

/// The legal order of layers.
#[diagnostic::on_unimplemented(
    message = "a {Self} cannot be followed by a {Next}",
    label = "this order of layers is not legal",
    note = "a convolution may be followed by pooling, a convolution, fully connected or output",
    note = "pooling by a convolution, fully connected or output",
    note = "fully connected by fully connected or output; an output ends the net"
)]
pub trait Precedes<Next> {
    /// What is behind the layer, if the order is legal.
    type Then<Rest>;
}

macro_rules! legal {
    ($($first:ty => $($next:ty),+;)+) => {
        $($(impl Precedes<$next> for $first {
            type Then<Rest> = Rest;
        })+)+
    };
}

legal! {
    ConvolutionLayer => PoolingLayer, ConvolutionLayer, FullyConnectedLayer, OutputLayer;
    PoolingLayer => ConvolutionLayer, FullyConnectedLayer, OutputLayer;
    FullyConnectedLayer => FullyConnectedLayer, OutputLayer;
}

/// The kind that ends a net.
#[diagnostic::on_unimplemented(
    message = "a net cannot end with a {Self}",
    label = "the last layer of a net is an output",
    note = "add a last line such as `O9 = Output(10, SoftmaxCrossEntropy);`"
)]
pub trait Ends {
    /// What is behind the layer, if it may end a net.
    type Then<Rest>;
}

impl Ends for OutputLayer {
    type Then<Rest> = Rest;
}
