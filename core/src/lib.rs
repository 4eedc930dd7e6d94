//! Small convolutional nets that train on the desktop and go on training on a microcontroller: the
//! same code, the same bits.
//!
//! A net is a chain of convolution (c), pooling (p), fully-connected (f) and output (o) layers. It
//! is declared once, and everything about it is known when a program is compiled: its shapes,
//! whether its order is legal, the bytes it needs to run and to train.
//!
//! ```
//! use cpfo::shape::Zero;
//! use cpfo::train::{Learner, Rates};
//! use cpfo::rng::Rng;
//!
//! cpfo::net! {
//!     /// Handwritten digits: 8 x 8 grey pixels in, ten classes out.
//!     pub mod digits: 8 x 8 x 1 {
//!         C1 = Convolution(8, 3 x 3, Relu);
//!         P2 = Pooling(Max, 2 x 2);
//!         F3 = FullyConnected(32, Relu);
//!         O4 = Output(10, SoftmaxCrossEntropy);
//!     }
//! }
//!
//! # fn main() -> Result<(), cpfo::train::Refusal> {
//! // On a chip it lies in a static: `static_cell::ConstStaticCell::new(Learner::ZERO)`.
//! let mut learner = Learner::<digits::Net>::ZERO;
//! learner.parameters_mut()?.initialize(&mut Rng::new(1));
//!
//! *learner.image_mut()? = [[[0.5]; 8]; 8];
//! let before = learner.step(3, &Rates::new(0.05))?;
//! let after = learner.step(3, &Rates::new(0.05))?;
//! assert!(after < before);
//! assert_eq!(learner.classify()?, 3);
//! # Ok(())
//! # }
//! ```
//!
//! # The floors
//!
//! A file imports only from floors below its own; a test checks that.
//!
//! 0. `sealed` keeps traits to this crate. [`math`] has the only transcendental functions, [`rng`]
//!    the only random generator, [`shape`] the shapes and the arithmetic of sizes, [`topology`] the
//!    kinds of layers and which may follow which; `pace` runs a pass in one go or a slice at a
//!    time.
//! 1. [`budget`] fails the build of a net that does not fit, `legal` that of an illegal net.
//!    `compiler` hides from the optimizer what would lead it to worse code. [`activation`]: value
//!    and slope. [`pixel`]: how the numbers of an image are stored. `hold`: how tensors are owned
//!    or borrowed.
//! 2. [`loss`]: value and δ. [`choice`]: what trains and what stays in flash.
//! 3. [`layer`]: forward, delta and gradient, one kind a file. Here is the mathematics.
//! 4. `chain`: layers in a row and the tensors of each.
//! 5. `stage`: the passes over a chain, as one structural recursion.
//! 6. [`mod@net`]: what a user sees of a net, and [`net!`], which declares one.
//! 7. [`scale`]: how a raw reading becomes a net's input.
//! 8. [`train`]: inference, training in place, in one go or in slices, training by mini-batches.
//!    [`mod@format`]: the stored model. [`replay`]: old samples that are kept against forgetting.
//! 9. [`session`]: a guarded run of fine-tuning. `store`: models in flash, which survive a power
//!    cut (feature `store`).
//! 10. `wire`: the protocol between desktop and device (feature `wire`).
//!
//! Modules without a link here are not for programs: `net!` and new kinds of layers find them in
//! `parts`.
//!
//! [`formulas`] lists the mathematics: formula, function, test.
//!
//! # What it promises
//!
//! - **No heap, no `unsafe`, no panics**, on any input: a program that calls every public function
//!   links with a panic handler that does not exist. (Not proved are [`budget::assert_fits`] and
//!   `legal`, which run in the compiler, and derived `Debug`. The proof is for the firmware's
//!   profiles `release` and `small`, whose arithmetic wraps.)
//! - **The same bits everywhere.** Every sum has one fixed order, no multiplication is fused with
//!   an addition, and `exp`, `ln` and `tanh` are computed in software. The feature `micromath`
//!   gives this up for speed on cores without floating-point hardware.
//! - **Nothing large crosses a chip's stack**: every workspace has a [`ZERO`](shape::Zero::ZERO) to
//!   place it in a `static`, and a step needs a few hundred bytes of stack. (On a desktop the
//!   backward pass of a convolution needs up to 64 KB.)
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod activation;
pub mod budget;
mod chain;
pub mod choice;
mod compiler;
#[doc = include_str!("formulas.md")]
pub mod formulas {}
pub mod format;
mod hold;
pub mod layer;
mod legal;
pub mod loss;
mod macros;
pub mod math;
mod message;
pub mod net;
mod pace;
#[doc(hidden)]
pub mod parts;
pub mod pixel;
pub mod replay;
pub mod rng;
pub mod scale;
mod sealed;
pub mod session;
pub mod shape;
mod stage;
#[cfg(feature = "store")]
pub mod store;
pub mod topology;
pub mod train;
#[cfg(feature = "wire")]
pub mod wire;

pub use net::Net;

/// The README's example compiles and does what it says.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
