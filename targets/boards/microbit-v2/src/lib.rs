//! Cortex-M4F: the BBC micro:bit v2, an nRF52833 with a debug probe on board.

#![no_std]

use cpfo_attached::nrf52;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_attached::{entry, exit};

/// The micro:bit v2.
pub struct MicrobitV2;

impl Board for MicrobitV2 {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = nrf52::Serial;
    type Flash = nrf52::Flash;
    type Clock = nrf52::Clock;
}

/// The board's devices: the probe shows P0.06 and P1.08 as a serial port.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<MicrobitV2>, Failure> {
    let chip = nrf52::start(Claim::take()?);
    Ok(Devices {
        serial: nrf52::serial(
            (chip.UARTE0, chip.TIMER1, chip.PPI_CH0, chip.PPI_CH1, chip.PPI_GROUP0),
            chip.P1_08,
            chip.P0_06,
        ),
        flash: nrf52::flash(chip.NVMC, region!("STORE")),
        clock: nrf52::Clock::new(chip.TIMER0),
    })
}
