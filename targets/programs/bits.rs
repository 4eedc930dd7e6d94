//! Trains in several ways, runs the goldens, and says where each run ended: the same bits on every
//! machine.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let _devices = board::devices();
    board::exit(cpfo_firmware::bits())
}
