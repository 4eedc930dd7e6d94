//! Links only if nothing in core can panic: forward passes, both trainers, the parser of the device
//! format, for every net of the goldens and the two that come with cpfo.
//!
//! How it is proved is the [ground](ground)'s. The program is never run.
//!
//! It also holds what a test measures in the linked file: the memory of net A and net B as statics.

#![no_std]
#![no_main]

use core::hint::black_box;

use cpfo::chain::Holding as _;
use cpfo::choice::{All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, OutputOnly};
use cpfo::format;
use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::Zero as _;
use cpfo::train::{Batch, InPlace, Inference, Limit, Sgd, Velocity, initialize};

#[path = "../../../tests/src/nets.rs"]
mod goldens;
mod ground;
#[path = "../../../harness/src/nets.rs"]
mod nets;

use ground::somewhere;
use nets::{digits, lenet};

/// Everything a chip may call, for what a choice trains.
fn train<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let image = somewhere::<Image<N>>();
    N::Chain::load::<C>(parameters, somewhere());
    let step = somewhere::<InPlace<N, C>>().step(
        parameters,
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
    );
    let _ = black_box(step);
    let step = somewhere::<InPlace<N, C>>().step_within(
        parameters,
        image,
        black_box(3),
        black_box(0.1),
        black_box(0.1),
        black_box(Limit::Clip(1.0)),
    );
    let _ = black_box(step);
    black_box(somewhere::<Inference<N>>().outputs::<C>(parameters, image));
    let class = somewhere::<Inference<N>>().classify::<C>(parameters, image);
    black_box(class);
}

/// The same, with mini-batches and models.
fn everything<N: Net>() {
    train::<N, All>();
    let parameters = somewhere::<Parameters<N>>();
    initialize::<N>(parameters, &mut Rng::new(black_box(1)));
    let batch = somewhere::<Batch<N>>();
    let _ = black_box(batch.add(parameters, somewhere(), black_box(3)));
    batch.merge(somewhere());
    let sgd = Sgd { rate: black_box(0.1), momentum: black_box(0.9), decay: black_box(0.1) };
    batch.update(parameters, somewhere::<Velocity<N>>(), &sgd);
    let limit = black_box(Limit::Refuse(1.0));
    let _ = black_box(batch.update_within(parameters, somewhere(), &sgd, limit));
    let bytes: &[u8] = black_box(&[]);
    let _ = black_box(format::parse::<N>(bytes, parameters));
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

/// The linker starts here.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    everything::<digits::Net>();
    everything::<lenet::Net>();
    train::<lenet::Net, ConvolutionsAndOutput>();
    train::<lenet::Net, OutputOnly>();
    train::<lenet::Net, BiasesOnly>();
    train::<lenet::Net, Freeze<Freeze<All>>>();
    goldens! {
        tanh_max relu_mean sigmoid_max two_max_stages two_mean_stages three_convolutions
        two_fully_connected convolution_output kernel_fills_map fully_connected_first
        output_only output_only_squared pooling_first odd_widths ties
    }
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
    LENET_CONVOLUTIONS_AND_OUTPUT: (Parameters<lenet::Net, ConvolutionsAndOutput>, InPlace<lenet::Net, ConvolutionsAndOutput>, Image<lenet::Net>) =
        (Parameters::<lenet::Net, ConvolutionsAndOutput>::ZERO, InPlace::ZERO, Image::<lenet::Net>::ZERO);
    LENET_OUTPUT_ONLY: (Parameters<lenet::Net, OutputOnly>, InPlace<lenet::Net, OutputOnly>, Image<lenet::Net>) =
        (Parameters::<lenet::Net, OutputOnly>::ZERO, InPlace::ZERO, Image::<lenet::Net>::ZERO);
}
