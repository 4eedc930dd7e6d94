//! The run of `bits` that fits into 16 KB.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|_| cpfo_firmware::bits_small()))
}
