//! Says what a multiplication costs in nets of many shapes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::sweep(&devices)))
}
