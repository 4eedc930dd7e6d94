//! The same as `serve` for net B, on boards that have room for it.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(cpfo_firmware::serve_lenet))
}
