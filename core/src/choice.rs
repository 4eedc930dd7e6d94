//! What trains, and what stays frozen.
//!
//! A [`Choice`] says for every layer how its parameters are held: trained ones are owned and lie in
//! RAM; frozen ones are borrowed and may lie in flash, cost an address of RAM each and no gradient
//! work; of a bias-only layer only the biases are owned. A choice is a type, so the memory of a net that
//! trains in part is known when it is compiled:
//!
//! | type | what trains |
//! |---|---|
//! | [`All`] | everything |
//! | [`Nothing`] | nothing: inference |
//! | [`Freeze<R>`] | not the first stage; the stages after it as `R` says |
//! | [`Biases<R>`] | the biases of the first stage; the stages after it as `R` says |
//! | [`Train<R>`] | the first stage; the stages after it as `R` says |
//! | [`OutputOnly`] | the output layer |
//! | [`ConvolutionsAndOutput`] | the convolutions and the output, not the fully-connected layers |
//! | [`BiasesOnly`] | every bias, no weight |
//!
//! `Freeze<Freeze<All>>` is a net whose first two stages stay in flash. A stage is a layer with
//! parameters; a pooling layer belongs to the convolution before it.

use crate::hold::{BiasOnly, Frozen, Hold, Trained};
use crate::sealed::Sealed;

/// How the parameters of a chain of stages are held: those of the first stage, by its kind, and
/// those of the rest.
pub trait Choice: Sealed + 'static {
    /// How the first stage is held if it is a convolution.
    type Convolution: Hold;
    /// How the first stage is held if it is a fully-connected layer.
    type FullyConnected: Hold;
    /// How the first stage is held if it is the output.
    type Output: Hold;
    /// The choice for the stages after the first.
    type Rest: Choice;
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident $(<$rest:ident>)?: $c:ty, $f:ty, $o:ty, $next:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name $(<$rest>(core::marker::PhantomData<$rest>))?;
        impl $(<$rest: Choice>)? Sealed for $name $(<$rest>)? {}
        impl $(<$rest: Choice>)? Choice for $name $(<$rest>)? {
            type Convolution = $c;
            type FullyConnected = $f;
            type Output = $o;
            type Rest = $next;
        }
    };
}

choice!(/** Everything trains. */ All: Trained, Trained, Trained, All);
choice!(/** Nothing trains: inference. */ Nothing: Frozen, Frozen, Frozen, Nothing);
choice!(/** The output layer trains. */ OutputOnly: Frozen, Frozen, Trained, OutputOnly);
choice!(/** Convolutions and output train. */ ConvolutionsAndOutput: Trained, Frozen, Trained, ConvolutionsAndOutput);
choice!(/** Every bias trains, no weight does. */ BiasesOnly: BiasOnly, BiasOnly, BiasOnly, BiasesOnly);
choice!(/** The first stage stays frozen. */ Freeze<R>: Frozen, Frozen, Frozen, R);
choice!(/** The biases of the first stage train. */ Biases<R>: BiasOnly, BiasOnly, BiasOnly, R);
choice!(/** The first stage trains. */ Train<R>: Trained, Trained, Trained, R);
