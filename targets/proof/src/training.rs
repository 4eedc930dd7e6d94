//! Training of net A and nothing else: a test weighs the linked file, code and constants, with what
//! it needs of `libm`. There is no start-up, no device and no weight in it.

#![no_std]
#![no_main]

use core::hint::black_box;

use cpfo::train::InPlace;

mod ground;
#[path = "../../../harness/src/nets.rs"]
mod nets;

use ground::somewhere;
use nets::digits;

/// The linker starts here.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    let step = somewhere::<InPlace<digits::Net>>().step(
        somewhere(),
        somewhere(),
        black_box(3),
        black_box(0.1),
        black_box(0.1),
    );
    let _ = black_box(step);
}
