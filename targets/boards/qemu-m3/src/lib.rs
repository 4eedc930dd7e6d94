//! Cortex-M3: QEMU's mps2-an385, Arm's MPS2 board with the image of application note AN385.

#![no_std]

use cpfo_emulated::mps2;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_emulated::{entry, exit};

/// Cortex-M3 on mps2-an385.
pub struct QemuM3;

impl Board for QemuM3 {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = mps2::Serial;
    type Flash = mps2::Flash;
    type Clock = mps2::Clock;
}

/// The board's devices.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<QemuM3>, Failure> {
    let claim = Claim::take()?;
    // SAFETY: `memory.x` gives the region to nothing else.
    Ok(unsafe { mps2::devices(claim, region!("STORE")) })
}
