//! Learns, saves and is reset in the middle of it; and says what saving the larger net takes.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let devices = board::devices();
    let kept = devices.and_then(|devices| cpfo_firmware::keep(devices, board::reset));
    board::exit(kept.and_then(cpfo_firmware::keep_large))
}
