//! Says what a step takes on this core of nets and images of every kind, and at worst.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::bounds(&devices)))
}
