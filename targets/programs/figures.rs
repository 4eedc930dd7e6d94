//! Says what inference and training take on this core: instructions, stack, bytes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let devices = board::devices();
    let figures = cpfo_firmware::figures_of_digits(&devices)
        .and_then(|()| cpfo_firmware::figures_of_lenet(&devices));
    board::exit(figures)
}
