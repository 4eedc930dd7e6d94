//! Cortex-M33: QEMU's mps2-an505, Arm's MPS2 board with the image of application note AN505.

#![no_std]

use cpfo_emulated::mps2;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_emulated::{entry, exit};

/// Cortex-M33 on mps2-an505.
pub struct QemuM33;

impl Board for QemuM33 {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = mps2::Serial;
    type Flash = mps2::Flash;
    type Clock = mps2::ClockAn505;
}

/// The board's devices.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<QemuM33>, Failure> {
    let claim = Claim::take()?;
    // SAFETY: `memory.x` gives the region to nothing else.
    Ok(unsafe { mps2::devices_an505(claim, region!("STORE")) })
}
