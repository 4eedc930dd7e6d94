//! The part of `figures` that fits into 16 KB.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::figures_of_digits(&devices)))
}
