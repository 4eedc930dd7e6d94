//! RISC-V (RV32IMC): QEMU's virt.

#![no_std]

use cpfo_emulated::virt;
use cpfo_firmware::{Board, Claim, Devices, Failure, Memory, memory, region};

pub use cpfo_emulated::{entry, exit};

/// RV32IMC on virt.
pub struct QemuRv32;

impl Board for QemuRv32 {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const MEMORY: Memory = memory!();

    type Serial = virt::Serial;
    type Flash = virt::Flash;
    type Clock = virt::Cycles;
}

/// The board's devices.
///
/// # Errors
/// When asked for twice.
pub fn devices() -> Result<Devices<QemuRv32>, Failure> {
    let claim = Claim::take()?;
    // SAFETY: `memory.x` gives code and constants to the first region, nothing to the second.
    Ok(unsafe { virt::devices(claim, region!("FLASH"), region!("STORE")) })
}
