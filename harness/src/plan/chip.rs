//! Chips that people have, and what they have of everything.
//!
//! Each line is what the document beside it says: the core, its highest clock, the RAM that lies in
//! one piece and the flash. Where the flash is a chip of its own, it is that of the usual board.
//! Some figures need a word:
//!
//! - STM32L476: SRAM1; 32 KB of SRAM2 lie elsewhere. STM32G071: 4 KB of the 36 are lost if the RAM
//!   checks parity.
//! - STM32H743: the largest of five pieces, the SRAM on the AXI bus; 480 MHz from revision V on.
//! - i.MX RT1062: the OCRAM; the other 512 KB are shared out as memory beside the core.
//! - RP2040: 133 MHz at the usual core voltage; since 2025 the datasheet allows 200 at 1.15 V.
//! - ESP32-C3: 400 KB, of which the cache takes 16.
//! - A core RV32IMAC runs what is measured on RV32IMC.

use std::fmt;

use super::cores::{CORES, Core};
use super::{Memory, Plan, STACK};

/// What a chip has.
#[derive(Clone, Copy, Debug)]
pub struct Chip {
    /// The part, and where one meets it.
    pub name: &'static str,
    /// Its core.
    pub core: &'static Core,
    /// The highest clock, in MHz.
    pub mhz: u32,
    /// Bytes of RAM in one piece.
    pub ram: u64,
    /// Bytes of flash.
    pub flash: u64,
    /// The document that says so: its number, or whose datasheet or product specification (PS) of
    /// the part it is.
    pub source: &'static str,
}

impl Chip {
    /// Bytes of RAM that a net leaves; nothing if it needs more than there are.
    pub fn ram_left(&self, memory: Memory) -> Option<u64> {
        self.ram.checked_sub((memory.total() + STACK) as u64)
    }

    /// Bytes of flash that a net and the code for it leave, by the estimate of the
    /// [code](Core::code); nothing if they need more than there are.
    pub fn flash_left(&self, plan: &Plan) -> Option<u64> {
        self.flash.checked_sub(plan.parameters as u64 + self.core.code().bytes)
    }

    /// Whether both suffice.
    pub fn fit(&self, plan: &Plan, memory: Memory) -> Fit {
        let parts = [
            (Part::Ram, self.ram, self.ram_left(memory)),
            (Part::Flash, self.flash, self.flash_left(plan)),
        ];
        let lacks = parts.into_iter().find(|(.., left)| left.is_none());
        let scarce = |(_, all, left): &(Part, u64, Option<u64>)| left.unwrap_or(0) < all / NARROW;
        match (lacks, parts.into_iter().find(scarce)) {
            (Some((part, ..)), _) => Fit::Not(part),
            (None, Some((part, ..))) => Fit::Narrowly(part),
            (None, None) => Fit::Amply,
        }
    }
}

/// Where less than this part of a memory is left, it is narrow: an application needs more than
/// nothing, and the size of the code is an estimate.
const NARROW: u64 = 10;

/// Whether a chip has enough of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It has.
    Amply,
    /// It has, but of this less than a tenth is left: a look at the linked firmware decides.
    Narrowly(Part),
    /// It has too little of this.
    Not(Part),
}

/// A memory of a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is written while a program runs, its stack included.
    Ram,
    /// What holds code and parameters.
    Flash,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fit::Amply => f.write_str("yes"),
            Fit::Narrowly(part) => write!(f, "narrow: {part}"),
            Fit::Not(part) => write!(f, "no: {part}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Ram => "RAM",
            Part::Flash => "flash",
        })
    }
}

const fn chip(
    name: &'static str,
    core: usize,
    mhz: u32,
    [ram, flash]: [u64; 2],
    source: &'static str,
) -> Chip {
    Chip { name, core: &CORES[core], mhz, ram: ram << 10, flash: flash << 10, source }
}

const M0: usize = 0;
const M0_PLUS: usize = 1;
const M3: usize = 2;
const M4F: usize = 3;
const M7F: usize = 4;
const M33F: usize = 5;
const RV32: usize = 6;

/// The chips; sizes are in KB of 1,024 bytes, RAM first.
pub static CHIPS: [Chip; 21] = [
    chip("STM32F030R8", M0, 48, [8, 64], "ST DS9773"),
    chip("nRF51822 (micro:bit v1)", M0, 16, [16, 256], "Nordic PS v3.3"),
    chip("STM32F103C8 (Blue Pill)", M3, 72, [20, 64], "ST DS5319"),
    chip("GD32VF103CB (Longan Nano)", RV32, 108, [32, 128], "GigaDevice datasheet"),
    chip("RA4M1 (Arduino UNO R4)", M4F, 48, [32, 256], "Renesas R01DS0355"),
    chip("SAMD21G18 (Arduino Zero)", M0_PLUS, 48, [32, 256], "Microchip DS40001882"),
    chip("STM32G071RB", M0_PLUS, 64, [36, 128], "ST DS12232"),
    chip("nRF52832", M4F, 64, [64, 512], "Nordic PS v1.8"),
    chip("STM32F401RE", M4F, 84, [96, 512], "ST DS10086"),
    chip("STM32L476RG", M4F, 80, [96, 1024], "ST DS10198"),
    chip("nRF52833 (micro:bit v2)", M4F, 64, [128, 512], "Nordic PS v1.7"),
    chip("STM32F411CE (Black Pill)", M4F, 100, [128, 512], "ST DS10314"),
    chip("STM32F446RE", M4F, 180, [128, 512], "ST DS10693"),
    chip("SAMD51J19", M4F, 120, [192, 512], "Microchip DS60001507"),
    chip("nRF52840", M4F, 64, [256, 1024], "Nordic PS v1.11"),
    chip("RP2040 (Pico, 2 MB)", M0_PLUS, 133, [264, 2048], "Raspberry Pi datasheet"),
    chip("STM32F746NG", M7F, 216, [320, 1024], "ST DS10916"),
    chip("ESP32-C3 (4 MB)", RV32, 160, [384, 4096], "Espressif datasheet"),
    chip("i.MX RT1062 (Teensy 4.0, 2 MB)", M7F, 600, [512, 2048], "NXP IMXRT1060CEC"),
    chip("STM32H743ZI", M7F, 480, [512, 2048], "ST DS12110"),
    chip("RP2350 (Pico 2, 4 MB)", M33F, 150, [520, 4096], "Raspberry Pi datasheet"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Training;
    use super::*;
    use cpfo_nets::digits;

    /// A byte decides, of RAM with the stack as of flash with the code.
    #[test]
    fn a_tenth_is_narrow() {
        let plan = Plan::of::<digits::Net>(Training::All).unwrap();
        let memory = plan.step.unwrap();
        let chip = CHIPS[0];
        let ram = (memory.total() + STACK) as u64;
        let flash = plan.parameters as u64 + chip.core.code().bytes;
        let fit = |ram, flash| Chip { ram, flash, ..chip }.fit(&plan, memory).to_string();
        assert_eq!(fit(2 * ram, 2 * flash), "yes");
        assert_eq!(fit(ram * 10 / 9 + 2, 2 * flash), "yes");
        assert_eq!(fit(ram * 10 / 9 - 2, 2 * flash), "narrow: RAM");
        assert_eq!(fit(ram, 2 * flash), "narrow: RAM");
        assert_eq!(fit(ram - 1, 2 * flash), "no: RAM");
        assert_eq!(fit(2 * ram, flash * 10 / 9 + 2), "yes");
        assert_eq!(fit(2 * ram, flash), "narrow: flash");
        assert_eq!(fit(2 * ram, flash - 1), "no: flash");
        assert_eq!(fit(ram, flash - 1), "no: flash");
    }

    #[test]
    fn chips_are_sorted_differ_and_have_sources() {
        let order = |chip: &Chip| (chip.ram, chip.flash, chip.name.to_lowercase());
        assert!(CHIPS.is_sorted_by(|one, next| order(one) < order(next)));
        let parts: BTreeSet<_> = CHIPS.iter().map(|chip| chip.name.split(' ').next()).collect();
        assert_eq!(parts.len(), CHIPS.len());
        for chip in &CHIPS {
            assert!(chip.mhz > 0 && chip.ram > 0 && chip.flash > chip.ram, "{}", chip.name);
            assert!(chip.source.contains(' '), "{}: a maker and its document", chip.name);
        }
    }

    #[test]
    fn places_in_the_list_of_cores_are_right() {
        let cores = [M0, M0_PLUS, M3, M4F, M7F, M33F, RV32].map(|core| CORES[core].name);
        let names = [
            "Cortex-M0",
            "Cortex-M0+",
            "Cortex-M3",
            "Cortex-M4F",
            "Cortex-M7F",
            "Cortex-M33F",
            "RV32IMC",
        ];
        assert_eq!(cores, names);
    }
}
