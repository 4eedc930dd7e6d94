//! A net as its users see it: a type with a name, layers and sizes.

use crate::chain::Holding;
use crate::choice::{All, Choice, Nothing};
use crate::hold::{Flag, No};
use crate::layer::Description;
use crate::pixel::Pixel;
use crate::shape::{Shape, Zero};
use crate::stage::{self, Stage};

mod parameters;

pub use crate::chain::{Link, Role};
pub use parameters::{Layers, Parameters};

/// Numbers in the shape of a net's trained parameters: a gradient or a velocity.
pub type Gradient<N, C = All> = <<N as Net>::Chain as Holding>::Gradient<C>;

/// The memory of a pass through a net: each layer's output, and what the backward pass needs beside
/// it.
pub type Tape<N, C> = <<N as Net>::Chain as Stage>::Tape<C, No>;

/// The input array of a net, stored as pixels `X`: by default, as floats.
pub type Image<N, X = f32> = stage::Input<<N as Net>::Chain, X>;

/// A net: a type without data. [`net!`](crate::net!) declares one.
///
/// All sizes are known when a program is compiled, so the compiler can refuse a net that does not
/// fit a chip:
///
/// ```
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
/// use cpfo::Net;
/// const _: () = cpfo::budget::assert_fits("digits", digits::Net::IN_PLACE_RAM, 16 * 1024);
/// ```
pub trait Net: Sized + Send + Sync + 'static {
    /// The layers, as a type.
    type Chain: Stage;
    /// The name of the module that declares it.
    const NAME: &'static str;
    /// The layers with their names.
    const LAYERS: &'static [(&'static str, Description)];

    /// Rows, columns and maps of the input.
    const INPUT: [usize; 3] = <<Self::Chain as Stage>::Input as Shape>::DIMENSIONS;
    /// How many numbers the input has.
    const PIXELS: usize = <<Self::Chain as Stage>::Input as Shape>::LEN;
    /// How many classes it tells apart.
    const CLASSES: usize = <Self::Chain as Stage>::CLASSES;
    /// How many weights and biases it has.
    const PARAMETERS: usize = size_of::<Parameters<Self>>() / size_of::<f32>();
    /// Bytes of the parameters: of RAM if all of them are trained, of flash if none is.
    const PARAMETER_BYTES: usize = size_of::<Parameters<Self>>();
    /// Bytes of RAM that inference needs beside parameters and input:
    /// [`Inference`](crate::train::Inference).
    const INFERENCE_BYTES: usize = size_of::<Tape<Self, Nothing>>();
    /// Bytes of RAM that training in place needs beside parameters and input:
    /// [`InPlace`](crate::train::InPlace).
    const IN_PLACE_BYTES: usize = size_of::<Tape<Self, All>>();
    /// All bytes of RAM for training every layer in place: parameters, workspace and one input of
    /// floats.
    const IN_PLACE_RAM: usize = in_place_ram::<Self, All, f32>();
    /// Bytes of RAM that training by mini-batches needs beside parameters, input and velocity,
    /// which is as large as the parameters: [`Batch`](crate::train::Batch).
    const BATCH_BYTES: usize = size_of::<(Tape<Self, All>, Gradient<Self>, u32)>();
    /// Parameters before they are drawn or loaded.
    const ZERO: Parameters<Self> = Zero::ZERO;
}

/// Whether a choice trains anything of a net.
pub const fn trains<N: Net, C: Choice>() -> bool {
    <<N::Chain as Holding>::Trains<C> as Flag>::SET
}

/// All bytes of RAM for training in place what a choice trains: the trained parameters, a pointer
/// to each frozen tensor, the workspace, and one input of pixels `X`.
pub const fn in_place_ram<N: Net, C: Choice, X: Pixel>() -> usize {
    size_of::<Parameters<N, C>>() + size_of::<Tape<N, C>>() + size_of::<Image<N, X>>()
}
