//! Training of net A and nothing else: a test weighs the linked file, code and constants, with what
//! it needs of `libm`. There is no start-up, no device and no weight in it.

#![no_std]
#![no_main]

use core::hint::black_box;

use cpfo::train::{InPlace, Rates};
use cpfo_nets::digits;

mod ground;

/// The linker starts here, and nobody else does: so it may ask for whatever a step takes.
#[unsafe(no_mangle)]
pub fn _start(
    trainer: &mut InPlace<digits::Net>,
    parameters: &mut digits::Parameters,
    (image, label): (&digits::Image, usize),
    (rate, decay): (f32, f32),
) {
    let _ = black_box(trainer.step(parameters, image, label, &Rates { rate, decay }));
}
