//! Cortex-M4F: QEMU's mps2-an386, Arm's MPS2 board with the image of application note AN386.

#![no_std]

use cpfo_emulated::mps2;
use cpfo_firmware::{Board, Devices, Memory, memory, region};

pub use cpfo_emulated::{entry, exit};

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
pub fn devices() -> Devices<QemuM4> {
    // SAFETY: `memory.x` gives the region to nothing else.
    unsafe { mps2::devices(region!("STORE")) }
}
