//! Trains with a workspace that the application's heap lends, and says how full the heap is.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|_| cpfo_firmware::loan()))
}
