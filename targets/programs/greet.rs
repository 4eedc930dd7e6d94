//! Greets, uses every device once, and says what it saw.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(cpfo_firmware::greet))
}
