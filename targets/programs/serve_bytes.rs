//! The same as `serve` with images of bytes, of which 16 stand for 1: a quarter of the time on the line.

#![no_std]
#![no_main]

use cpfo_firmware::nets::digits;
use cpfo_firmware::serve::cpfo::pixel::Bytes;

#[board::entry]
fn main() -> ! {
    board::exit(
        board::devices().and_then(|devices| cpfo_firmware::serve!(devices, digits::Net, Bytes<16>)),
    )
}
