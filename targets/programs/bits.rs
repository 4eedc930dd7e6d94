//! Trains in several ways, runs the goldens, and says where each run ended: the same bits on every
//! machine.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|_| cpfo_firmware::bits()))
}
