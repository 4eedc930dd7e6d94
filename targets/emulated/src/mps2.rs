//! Arm's MPS2 machines: an385, an386 and an500 have one map, an505 another.
//!
//! Addresses after Arm's application notes of the same numbers.

use core::ops::Range;

use cpfo_firmware::{Board, Claim, Devices};

use crate::cmsdk::{Timer, Uart};
use crate::ram_flash::RamFlash;
use crate::registers::Registers;

pub use crate::cmsdk::Serial;
/// What stands in for a flash: these machines have no flash controller.
pub type Flash = RamFlash;
/// The timer of an385, an386 and an500.
pub type Clock = Timer<25_000_000>;
/// The timer of an505.
pub type ClockAn505 = Timer<20_000_000>;

/// The devices of an385, an386 and an500, with the RAM of `store` for the model.
///
/// # Safety
/// `store` must be RAM that the linker gives to nothing else.
pub unsafe fn devices<B>(_: Claim, store: Range<usize>) -> Devices<B>
where
    B: Board<Serial = Serial, Flash = Flash, Clock = Clock>,
{
    // SAFETY: UART0, TIMER0, and the system control space of the core.
    let (uart, timer, system_control) = unsafe {
        (Registers::at(0x4000_4000), Registers::at(0x4000_0000), Registers::at(0xE000_E000))
    };
    guard_below_ram(system_control);
    Devices {
        serial: Uart::new(uart, 25_000_000),
        // SAFETY: the caller's promise.
        flash: unsafe { RamFlash::new(store) },
        clock: Timer::new(timer),
    }
}

/// The devices of an505 in its secure world, with the RAM of `store` for the model.
///
/// # Safety
/// `store` must be RAM that the linker gives to nothing else.
pub unsafe fn devices_an505<B>(_: Claim, store: Range<usize>) -> Devices<B>
where
    B: Board<Serial = Serial, Flash = Flash, Clock = ClockAn505>,
{
    // SAFETY: UART0 and TIMER0, at their secure addresses.
    let (uart, timer) = unsafe { (Registers::at(0x5020_0000), Registers::at(0x5000_0000)) };
    Devices {
        serial: Uart::new(uart, 20_000_000),
        // SAFETY: the caller's promise.
        flash: unsafe { RamFlash::new(store) },
        clock: Timer::new(timer),
    }
}

/// Makes every access to the 128 MB below RAM a fault, by region 0 of the memory protection unit.
///
/// The stack lies at the bottom of RAM, and what is below does not exist. A chip and most of QEMU's
/// machines fault by themselves when it is touched; these three ignore it in silence.
fn guard_below_ram(system_control: Registers<u32>) {
    const CONTROL: usize = 0xD94;
    const REGION: usize = 0xD98;
    const BASE: usize = 0xD9C;
    const ATTRIBUTES: usize = 0xDA0;

    const RAM: u32 = 0x2000_0000;
    const ENABLE: u32 = 1;
    const DEFAULT_MAP_ELSEWHERE: u32 = 1 << 2;
    const NEVER_EXECUTE: u32 = 1 << 28;
    const SIZE_LOG2: u32 = 27;

    system_control.write(REGION, 0);
    system_control.write(BASE, RAM - (1 << SIZE_LOG2));
    // The access field is 0: none, not even for privileged code.
    system_control.write(ATTRIBUTES, NEVER_EXECUTE | (SIZE_LOG2 - 1) << 1 | ENABLE);
    system_control.write(CONTROL, DEFAULT_MAP_ELSEWHERE | ENABLE);
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}
