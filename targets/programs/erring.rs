//! The program `serve` at a serial port that errs.

#![no_std]
#![no_main]

use cpfo_firmware::nets::digits;

#[board::entry]
fn main() -> ! {
    let devices = board::devices().map(cpfo_firmware::erring::erring);
    board::exit(devices.and_then(|devices| cpfo_firmware::serve!(devices, digits::Net)))
}
