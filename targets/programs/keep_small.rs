//! Learns, saves and is reset in the middle of it, with a net that fits into 16 KB.

#![no_std]
#![no_main]

#[board::entry]
fn main() -> ! {
    let devices = board::devices();
    let kept = devices.and_then(|devices| cpfo_firmware::keep(devices, board::reset));
    board::exit(kept.map(drop))
}
