//! Cortex-M4F: the nRF52840-DK, Nordic's development kit, with its debug probe on board.

#![no_std]

use cpfo_attached::nrf52;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_attached::{entry, exit};

/// The nRF52840-DK.
pub struct Nrf52840Dk;

impl Board for Nrf52840Dk {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = nrf52::Serial;
    type Flash = nrf52::Flash;
    type Clock = nrf52::Clock;
}

/// The board's devices: the probe shows P0.06 and P0.08 as a serial port.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<Nrf52840Dk>, Failure> {
    let chip = nrf52::start(Claim::take()?);
    Ok(Devices {
        serial: nrf52::serial(
            (chip.UARTE0, chip.TIMER1, chip.PPI_CH0, chip.PPI_CH1, chip.PPI_GROUP0),
            chip.P0_08,
            chip.P0_06,
        ),
        flash: nrf52::flash(chip.NVMC, region!("STORE")),
        clock: nrf52::Clock::new(chip.TIMER0),
    })
}
