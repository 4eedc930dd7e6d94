//! Cortex-M4F: QEMU's mps2-an386, Arm's MPS2 board with the image of application note AN386.

#![no_std]

use cpfo_emulated::mps2;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_emulated::{entry, exit, reset};

/// Cortex-M4F on mps2-an386.
pub struct QemuM4;

impl Board for QemuM4 {
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
pub fn devices() -> Result<Devices<QemuM4>, Failure> {
    let claim = Claim::take()?;
    // SAFETY: `memory.x` gives the region to nothing else.
    Ok(unsafe { mps2::devices(claim, region!("STORE")) })
}
