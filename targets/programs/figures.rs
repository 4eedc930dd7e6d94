//! Says what inference and training take on this core: instructions, stack, bytes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    board::exit(board::devices().and_then(|devices| {
        cpfo_firmware::figures_of_digits(&devices)?;
        cpfo_firmware::figures_of_lenet(&devices)
    }))
}
