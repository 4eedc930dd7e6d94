//! Says what a step takes on this core in slices, the longest of them above all, and from images of
//! bytes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| cpfo_firmware::slices(&devices)))
}
