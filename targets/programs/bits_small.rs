//! The run of `bits` that fits into 16 KB.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let _devices = board::devices();
    board::exit(cpfo_firmware::bits_small())
}
