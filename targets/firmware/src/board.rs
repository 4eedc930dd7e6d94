//! What the application asks of a board.
//!
//! A board is a *type* that carries facts known to the compiler, its name and its memory, so that a
//! net that does not fit is a build error. What it has in hand at run time are its [`Devices`], a plain
//! struct: the serial port and the flash are separate fields, and may be borrowed at the same time.

use embedded_io::{Read, ReadReady, Write};
use embedded_storage::nor_flash::NorFlash;
use static_cell::ConstStaticCell;

/// A microcontroller board, or an emulated one.
pub trait Board {
    /// The name of its crate, as in `cpfo emulate --board`.
    const NAME: &'static str;
    /// The regions of its memory map.
    const MEMORY: Memory;

    /// The port to the desktop.
    type Serial: Read + Write + ReadReady;
    /// Where a trained model is kept, and nothing else: offset 0 is the first byte the model may use.
    type Flash: NorFlash;
    /// What time is measured with.
    type Clock: Clock;
}

/// A board's devices, ready for use.
pub struct Devices<B: Board> {
    /// The port to the desktop.
    pub serial: B::Serial,
    /// Where a trained model is kept.
    pub flash: B::Flash,
    /// What time is measured with.
    pub clock: B::Clock,
}

/// The right to make the board's devices. There is one, so no register and no byte of the flash ever
/// has two owners.
#[derive(Debug)]
pub struct Claim(());

impl Claim {
    /// Takes it.
    ///
    /// # Errors
    /// [`Failure::Devices`] from the second time on.
    pub fn take() -> Result<Self, Failure> {
        static CLAIM: ConstStaticCell<Claim> = ConstStaticCell::new(Claim(()));
        CLAIM.try_take().map(|_| Self(())).ok_or(Failure::Devices)
    }
}

/// A counter that only goes up, and wraps.
pub trait Clock {
    /// The scale of [`ticks`](Clock::ticks).
    const SCALE: Scale;

    /// The counter now.
    fn ticks(&self) -> u32;

    /// What has passed since the counter stood at `start`, in units of [`Clock::SCALE`].
    ///
    /// Right as long as less than one turn of the counter lies between.
    fn since(&self, start: u32) -> u32 {
        Self::SCALE.convert(self.ticks().wrapping_sub(start))
    }
}

/// How ticks become a unit one can compare between boards: `ticks · multiply / divide`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The unit's name, for a line of text.
    pub unit: &'static str,
    /// Numerator.
    pub multiply: u32,
    /// Denominator.
    pub divide: u32,
}

impl Scale {
    /// Executed instructions, in QEMU with `-icount shift=6`, where an instruction takes 2⁶ ns.
    ///
    /// A figure that does not depend on the host or its load. Without `-icount` it means nothing.
    pub const fn instructions(ticks_per_second: u32) -> Self {
        Self { unit: "instructions", multiply: 1_000_000_000 / 64, divide: ticks_per_second }
    }

    /// Microseconds, on a real board.
    pub const fn microseconds(ticks_per_second: u32) -> Self {
        Self { unit: "us", multiply: 1_000_000, divide: ticks_per_second }
    }

    /// `ticks` in this unit, rounded down; at the top of the range it saturates.
    pub const fn convert(self, ticks: u32) -> u32 {
        let converted = ticks as u64 * self.multiply as u64 / self.divide as u64;
        if converted > u32::MAX as u64 { u32::MAX } else { converted as u32 }
    }
}

/// The regions that a board's `memory.x` declares, in bytes. See [`memory!`](crate::memory!).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Code, constants, frozen parameters.
    pub flash: usize,
    /// Statics: trained parameters, workspace, queues.
    pub ram: usize,
    /// The stack, which lies below the statics.
    pub stack: usize,
}

/// The board crate's [`Memory`], read from its `memory.x` by the boards' build script.
///
/// The linker script stays the only place that holds the numbers.
#[macro_export]
macro_rules! memory {
    () => {
        $crate::Memory {
            flash: $crate::board::number(env!("FLASH_BYTES")),
            ram: $crate::board::number(env!("RAM_BYTES")),
            stack: $crate::board::number(env!("STACK_BYTES")),
        }
    };
}

/// The addresses of one region of the board crate's `memory.x`, by its name: `region!("STORE")`.
#[macro_export]
macro_rules! region {
    ($name:literal) => {{
        let origin = $crate::board::number(env!(concat!($name, "_ORIGIN")));
        origin..origin + $crate::board::number(env!(concat!($name, "_BYTES")))
    }};
}

/// A decimal number from the build script, as a constant.
///
/// # Panics
/// At compile time, if it is none.
pub const fn number(text: &str) -> usize {
    match usize::from_str_radix(text, 10) {
        Ok(value) => value,
        Err(_) => panic!("the boards' build script emits decimal numbers"),
    }
}

/// Why a program ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Failure {
    /// The serial port refused a byte, or its settings.
    Serial,
    /// The flash refused to erase, write or read.
    Flash,
    /// The flash took a write and gave other bytes back.
    FlashContents,
    /// Memory that is handed out once was asked for twice.
    Memory,
    /// Devices that are handed out once were asked for twice.
    Devices,
    /// A sample was refused.
    Sample(cpfo::train::Refusal),
    /// A model was refused.
    Model(cpfo::format::Fault),
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Serial => "the serial port refused a byte, or its settings",
            Self::Flash => "the flash refused to erase, write or read",
            Self::FlashContents => "the flash gave back other bytes than were written",
            Self::Memory => "memory that is handed out once was asked for twice",
            Self::Devices => "devices that are handed out once were asked for twice",
            Self::Sample(refusal) => return refusal.fmt(f),
            Self::Model(refused) => return refused.fmt(f),
        })
    }
}

impl core::error::Error for Failure {}
