//! The machines that QEMU models.
//!
//! An emulated board's crate is a memory map and a choice of devices. The devices are here, and with them
//! what all emulated boards do alike: how a fault is reported and how a program ends. Nothing here runs on
//! a real chip.
//!
//! | file | holds |
//! |---|---|
//! | `registers` | a device's registers: the one place that reads and writes addresses |
//! | `polled` | a serial port that is asked, not awaited: `embedded-io` for all of them |
//! | `console` | the line to the desktop: the serial port, or the emulator's console |
//! | `mps2`, `cmsdk` | Arm's MPS2 machines, and the design kit's serial port and timer |
//! | `nrf51` | the micro:bit's chip: serial port, timer and a real flash controller |
//! | `virt` | QEMU's RISC-V machine: 16550 serial port, cycle counter, write protection |
//! | `ram_flash` | a flash that is none, for machines without a controller |
//! | `fault` | a fault handler that has a stack even when the stack is the fault |
//! | `exit` | the program's result becomes the emulator's exit code |

#![no_std]

#[cfg(target_arch = "arm")]
pub mod cmsdk;
pub mod console;
pub mod exit;
mod fault;
#[cfg(target_arch = "arm")]
pub mod mps2;
#[cfg(target_arch = "arm")]
pub mod nrf51;
pub mod polled;
pub mod ram_flash;
mod registers;
#[cfg(target_arch = "riscv32")]
pub mod virt;

// Linked for what they define: critical sections, and the way out for logs.
#[cfg(target_arch = "arm")]
use cortex_m as _;
#[cfg(feature = "defmt")]
use defmt_semihosting as _;
#[cfg(target_arch = "riscv32")]
use riscv as _;

#[cfg(target_arch = "arm")]
pub use cortex_m_rt::entry;
pub use exit::exit;
#[cfg(target_arch = "arm")]
pub use exit::reset;
#[cfg(target_arch = "riscv32")]
pub use riscv_rt::entry;
