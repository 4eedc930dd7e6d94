//! Answers and learns over the serial line, for as long as there is one.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(cpfo_firmware::serve_digits))
}
