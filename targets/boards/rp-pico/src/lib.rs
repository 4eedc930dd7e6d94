//! Cortex-M0+: the Raspberry Pi Pico, an RP2040 with 2 MB of flash.

#![no_std]

use cpfo_attached::rp2040;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_attached::{entry, exit};

/// The Pico.
pub struct RpPico;

impl Board for RpPico {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = rp2040::Serial;
    type Flash = rp2040::Flash;
    type Clock = rp2040::Clock;
}

/// The board's devices: the serial port is on GP0 (out) and GP1 (in).
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<RpPico>, Failure> {
    let chip = rp2040::start(Claim::take()?);
    Ok(Devices {
        serial: rp2040::serial(chip.UART0, chip.PIN_1, chip.PIN_0),
        flash: rp2040::flash(chip.FLASH, region!("STORE")),
        clock: rp2040::Clock,
    })
}
