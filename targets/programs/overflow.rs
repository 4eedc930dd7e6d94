//! Runs out of stack on purpose: the guard below the stack must report it and fail.

#![no_std]
#![no_main]

use core::hint::black_box;

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().map(|_| _ = deeper(0)))
}

/// Calls itself until the stack is gone.
fn deeper(depth: u32) -> u32 {
    let frame = black_box([depth; 32]);
    if black_box(depth) == u32::MAX {
        return 0;
    }
    deeper(depth + 1) + black_box(frame)[0]
}
