//! The program `serve` at a serial port that errs.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let devices = board::devices().map(cpfo_firmware::erring::erring);
    board::exit(devices.and_then(cpfo_firmware::serve_digits))
}
