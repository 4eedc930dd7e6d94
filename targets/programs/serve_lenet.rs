//! The same as `serve` for net B, on boards that have room for it.

#![no_std]
#![no_main]

use cpfo_firmware::nets::lenet;

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::serve!(devices, lenet::Net)))
}
