//! Links only if nothing in core can panic: every public function, for every net of the goldens,
//! those at the edges of what is legal, and the two that come with cpfo. A test looks for functions that are in none of these files.
//!
//! | file | holds |
//! |---|---|
//! | `ground` | how it is proved; the program is never run |
//! | `unknown` | values that the optimizer knows nothing about |
//! | `passes` | what there is to do with a net |
//! | `parts` | what knows no net |
//!
//! It also holds what a test measures in the linked file: the memory of net A and net B as statics.

#![no_std]
#![no_main]

use cpfo::choice::{All, BiasesOnly, ConvolutionsAndOutput, Freeze, OutputOnly};
use cpfo::net::{Image, Net, Parameters, in_place_ram};
use cpfo::pixel::Bytes;
#[cfg(not(feature = "one"))]
use cpfo::pixel::Readings;
use cpfo::shape::Zero;
use cpfo::train::{Batch, InPlace, Inference};
use cpfo_nets::{digits, lenet};
#[cfg(not(feature = "one"))]
use cpfo_suite::{edges, for_each_edge, for_each_golden, goldens};

mod ground;
mod parts;
mod passes;
mod unknown;

#[cfg(not(feature = "one"))]
use cpfo::wire::frame_bytes_of;
#[cfg(not(feature = "one"))]
use passes::{batches, in_place, replay, server, session};
use passes::{everything, stores};

#[cfg(not(feature = "one"))]
macro_rules! goldens {
    ($($net:ident)*) => {
        $(everything::<goldens::$net::Net>();)*
    };
}

#[cfg(not(feature = "one"))]
macro_rules! edges {
    ($($net:ident)*) => {
        $(everything::<edges::$net::Net>();)*
    };
}

/// Every net, and choices of what trains.
#[cfg(not(feature = "one"))]
fn nets() {
    everything::<digits::Net>();
    everything::<lenet::Net>();
    stores::<digits::Net, All>();
    stores::<lenet::Net, OutputOnly>();
    server::<digits::Net, { frame_bytes_of::<digits::Net, f32>() }, All, f32>();
    server::<lenet::Net, { frame_bytes_of::<lenet::Net, f32>() }, OutputOnly, f32>();
    server::<digits::Net, { frame_bytes_of::<digits::Net, Bytes<16>>() }, All, Bytes<16>>();
    server::<digits::Net, { frame_bytes_of::<digits::Net, f32>() }, All, Readings<i16>>();
    in_place::<lenet::Net, ConvolutionsAndOutput, f32>();
    in_place::<lenet::Net, OutputOnly, f32>();
    in_place::<lenet::Net, BiasesOnly, f32>();
    in_place::<lenet::Net, Freeze<Freeze<All>>, f32>();
    batches::<lenet::Net, ConvolutionsAndOutput>();
    batches::<lenet::Net, BiasesOnly>();
    in_place::<digits::Net, All, Bytes<16>>();
    in_place::<lenet::Net, All, Bytes<255>>();
    in_place::<lenet::Net, OutputOnly, Bytes<255>>();
    replay::<digits::Net, Bytes<16>, 50, 10>();
    replay::<lenet::Net, f32, 7, 10>();
    session::<digits::Net, All, Bytes<16>>();
    session::<lenet::Net, ConvolutionsAndOutput, f32>();
    in_place::<goldens::pooling_first::Net, All, Bytes<255>>();
    in_place::<goldens::fully_connected_first::Net, All, Bytes<255>>();
    for_each_golden!(goldens);
    for_each_edge!(edges);
}

/// Net A.
#[cfg(feature = "one")]
fn nets() {
    everything::<digits::Net>();
    stores::<digits::Net, All>();
}

/// The linker starts here.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    parts::all();
    nets();
    #[cfg(feature = "panic")]
    assert!(unknown::any::<bool>(), "on purpose");
}

macro_rules! memory {
    ($($name:ident: $type:ty = $value:expr;)*) => {
        $(
            #[doc = concat!("Measured: ", stringify!($name), ".")]
            #[used]
            #[unsafe(no_mangle)]
            pub static mut $name: $type = $value;
        )*
    };
}

memory! {
    DIGITS_PARAMETERS: Parameters<digits::Net> = digits::Net::ZERO;
    DIGITS_INFERENCE: Inference<digits::Net> = Inference::ZERO;
    DIGITS_IN_PLACE: InPlace<digits::Net> = InPlace::ZERO;
    DIGITS_BATCH: Batch<digits::Net> = Batch::ZERO;
    LENET_PARAMETERS: Parameters<lenet::Net> = lenet::Net::ZERO;
    LENET_INFERENCE: Inference<lenet::Net> = Inference::ZERO;
    LENET_IN_PLACE: InPlace<lenet::Net> = InPlace::ZERO;
    LENET_BATCH: Batch<lenet::Net> = Batch::ZERO;
}

/// The memory of training in place, for a choice and a kind of pixels, and beside it as many bytes as
/// the constant promises: a test compares the two symbols in the linked file.
macro_rules! in_place {
    ($($name:ident: $net:ty, $choice:ty, $pixel:ty;)*) => {
        $(
            #[doc = concat!("Measured: ", stringify!($name), ".")]
            #[used]
            #[unsafe(no_mangle)]
            pub static mut $name: (
                Parameters<$net, $choice>,
                InPlace<$net, $choice, $pixel>,
                Image<$net, $pixel>,
            ) = (Parameters::<$net, $choice>::ZERO, InPlace::ZERO, Image::<$net, $pixel>::ZERO);
            const _: () = {
                #[used]
                #[unsafe(export_name = concat!(stringify!($name), "_PROMISED"))]
                static mut PROMISED: [u8; in_place_ram::<$net, $choice, $pixel>()] = Zero::ZERO;
            };
        )*
    };
}

in_place! {
    DIGITS_ALL: digits::Net, All, f32;
    DIGITS_ALL_OF_BYTES: digits::Net, All, Bytes<16>;
    LENET_ALL: lenet::Net, All, f32;
    LENET_ALL_OF_BYTES: lenet::Net, All, Bytes<255>;
    LENET_TAIL: lenet::Net, Freeze<Freeze<All>>, f32;
    LENET_CONVOLUTIONS_AND_OUTPUT: lenet::Net, ConvolutionsAndOutput, f32;
    LENET_CONVOLUTIONS_AND_OUTPUT_OF_BYTES: lenet::Net, ConvolutionsAndOutput, Bytes<255>;
    LENET_OUTPUT_ONLY: lenet::Net, OutputOnly, f32;
    LENET_OUTPUT_ONLY_OF_BYTES: lenet::Net, OutputOnly, Bytes<255>;
    LENET_BIASES_ONLY_OF_BYTES: lenet::Net, BiasesOnly, Bytes<255>;
}
