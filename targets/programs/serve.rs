//! Answers and learns over the serial line, for as long as there is one.

#![no_std]
#![no_main]

use cpfo_firmware::nets::digits;

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::serve!(devices, digits::Net)))
}
