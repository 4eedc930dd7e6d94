//! Trains with a workspace that the application's heap lends, and says how full the heap is.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let _devices = board::devices();
    board::exit(cpfo_firmware::loan())
}
