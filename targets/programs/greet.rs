//! Greets, uses every device once, and says what it saw.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(cpfo_firmware::greet(board::devices()))
}
