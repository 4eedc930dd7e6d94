//! Cortex-M4F: ST's Nucleo-F446RE, with its debug probe on board.

#![no_std]

use cpfo_attached::stm32f4;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_attached::{entry, exit};

/// The Nucleo-F446RE.
pub struct NucleoF446re;

impl Board for NucleoF446re {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = stm32f4::Serial;
    type Flash = stm32f4::Flash;
    type Clock = stm32f4::Clock;
}

/// The board's devices: the probe shows PA2 and PA3 as a serial port.
///
/// # Errors
/// When asked for twice, or without a serial port.
pub fn devices() -> Result<Devices<NucleoF446re>, Failure> {
    let chip = stm32f4::start(Claim::take()?);
    Ok(Devices {
        serial: stm32f4::serial(chip.USART2, chip.PA3, chip.PA2)?,
        flash: stm32f4::flash(chip.FLASH, region!("STORE")),
        clock: stm32f4::Clock::new(chip.TIM2),
    })
}
