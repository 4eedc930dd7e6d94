//! Links only if nothing in core can panic: forward passes, both trainers, the parser of the device
//! format, for every net of the goldens, those at the edges of what is legal, and the two that come
//! with cpfo.
//!
//! How it is proved is the [ground](ground)'s. The program is never run.
//!
//! It also holds what a test measures in the linked file: the memory of net A and net B as statics.

#![no_std]
#![no_main]

use core::hint::black_box;

use cpfo::choice::{All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, OutputOnly};
use cpfo::format;
use cpfo::net::{Image, Net, Parameters, in_place_ram};
use cpfo::pixel::{Bytes, Pixel};
use cpfo::rng::Rng;
use cpfo::shape::Zero;
use cpfo::train::{Batch, InPlace, Inference, Limit, Sgd, Velocity, initialize, load};

#[path = "../../../tests/src/edges.rs"]
mod edges;
#[path = "../../../tests/src/nets.rs"]
mod goldens;
mod ground;
#[path = "../../../harness/src/nets.rs"]
mod nets;

use ground::somewhere;
use nets::{digits, lenet};

/// Everything a chip may call, for what a choice trains.
fn train<N: Net, C: Choice, X: Pixel>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let image = somewhere::<Image<N, X>>();
    load::<N, C>(parameters, somewhere());
    let step = somewhere::<InPlace<N, C, X>>().step(
        parameters,
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
    );
    let _ = black_box(step);
    let step = somewhere::<InPlace<N, C, X>>().step_within(
        parameters,
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
        black_box(Limit::Clip(1.0)),
    );
    let _ = black_box(step);
    let inference = somewhere::<Inference<N, X>>();
    let _ = black_box(inference.outputs::<C>(parameters, image));
    let _ = black_box(inference.classify::<C>(parameters, image));
    inference.hidden(|z| {
        black_box(z);
    });
    let step = somewhere::<InPlace<N, C, X>>().begin(
        somewhere(),
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
    );
    if let Ok(mut step) = step {
        let _ = black_box(step.poll(black_box(1)));
        let _ = black_box(step.parameters());
    }
    let step = somewhere::<InPlace<N, C, X>>().begin_within(
        somewhere(),
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
        black_box(Limit::Clip(1.0)),
    );
    if let Ok(mut step) = step {
        let _ = black_box(step.poll(black_box(1)));
    }
}

/// The same, with mini-batches and models.
fn everything<N: Net>() {
    train::<N, All, f32>();
    let parameters = somewhere::<Parameters<N>>();
    initialize::<N>(parameters, &mut Rng::new(black_box(1)));
    let batch = somewhere::<Batch<N>>();
    let _ = black_box(batch.add(parameters, somewhere(), black_box(3)));
    batch.merge(somewhere());
    let sgd = Sgd { rate: black_box(0.1), momentum: black_box(0.9), decay: black_box(0.1) };
    let _ = black_box(batch.update(parameters, somewhere::<Velocity<N>>(), &sgd));
    let limit = black_box(Limit::Refuse(1.0));
    let _ = black_box(batch.update_within(parameters, somewhere(), &sgd, limit));
    let bytes: &[u8] = black_box(&[]);
    let _ = black_box(format::parse::<N, All>(bytes, parameters));
    let _ = black_box(format::emit::<N, All, ()>(parameters, |piece| {
        black_box(piece);
        Ok(())
    }));
    black_box(format::checksum::<N, All>(parameters));
}

macro_rules! goldens {
    ($($net:ident)*) => {
        $(everything::<goldens::$net::Net>();)*
    };
}

macro_rules! edges {
    ($($net:ident)*) => {
        $(everything::<edges::$net::Net>();)*
    };
}

/// The linker starts here.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    everything::<digits::Net>();
    everything::<lenet::Net>();
    train::<lenet::Net, ConvolutionsAndOutput, f32>();
    train::<lenet::Net, OutputOnly, f32>();
    train::<lenet::Net, BiasesOnly, f32>();
    train::<lenet::Net, Freeze<Freeze<All>>, f32>();
    train::<digits::Net, All, Bytes<16>>();
    train::<lenet::Net, All, Bytes<255>>();
    train::<lenet::Net, OutputOnly, Bytes<255>>();
    train::<goldens::pooling_first::Net, All, Bytes<255>>();
    train::<goldens::fully_connected_first::Net, All, Bytes<255>>();
    goldens! {
        tanh_max relu_mean sigmoid_max two_max_stages two_mean_stages three_convolutions
        two_fully_connected convolution_output kernel_fills_map fully_connected_first
        output_only output_only_squared pooling_first odd_widths ties
    }
    for_each_edge!(edges);
    #[cfg(feature = "panic")]
    assert!(black_box(false), "on purpose");
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
