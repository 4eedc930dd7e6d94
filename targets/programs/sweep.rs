//! Says what a multiplication costs in nets of many shapes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(cpfo_firmware::sweep(&board::devices()))
}
