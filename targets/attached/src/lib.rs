//! Real boards, attached to the desktop by a debug probe.
//!
//! A board's crate is a memory map and a choice of pins. The devices are here, one file for each family
//! of chips, as thin as the HALs of embassy allow; and with them what all real boards do alike: logs and
//! panics go to the probe over RTT, a stack that is outgrown faults, a program that is done sleeps.
//!
//! | file | holds |
//! |---|---|
//! | `nrf52`, `rp2040`, `stm32f4` | the chips: clocks, serial port, flash, timer |
//! | `waiting` | an asynchronous serial port, used by waiting |
//! | `region` | the part of a flash that is the model's |
//! | `guard` | no access below the stack |
//! | `exit` | the program's result becomes a log |

#![no_std]

pub mod exit;
pub mod guard;
#[cfg(feature = "_nrf52")]
pub mod nrf52;
pub mod region;
#[cfg(feature = "rp2040")]
pub mod rp2040;
#[cfg(feature = "stm32f446")]
pub mod stm32f4;
pub mod waiting;

// Linked for what they define: the way out for logs, and what a panic does.
use defmt_rtt as _;
use panic_probe as _;

pub use cortex_m_rt::entry;
pub use exit::exit;
