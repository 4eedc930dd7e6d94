//! Cortex-M0: QEMU's microbit, the BBC micro:bit v1 with its 16 KB of RAM.

#![no_std]

use cpfo_emulated::nrf51;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_emulated::{entry, exit, reset};

/// Cortex-M0 on the microbit.
pub struct QemuM0;

impl Board for QemuM0 {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = nrf51::Serial;
    type Flash = nrf51::Flash;
    type Clock = nrf51::Timer;
}

/// The board's devices.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<QemuM0>, Failure> {
    let claim = Claim::take()?;
    // SAFETY: `memory.x` gives the region to nothing else, in whole pages.
    Ok(unsafe { nrf51::devices(claim, region!("STORE")) })
}
