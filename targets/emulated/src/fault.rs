//! A fault is reported, and ends the emulator with exit code 1.
//!
//! The most likely fault is a stack that has left its region, and then there is no stack to report it
//! on. So the first instructions of the handler keep the old stack pointer as an argument and start
//! again from the top of the stack: what was there is of no use any more.

use core::arch::naked_asm;

use semihosting::{eprintln, process};

unsafe extern "C" {
    /// The lowest word of the stack, from the linker script.
    static _stack_end: u32;
    /// One past the highest.
    static _stack_start: u32;
}

/// The hard fault of an Arm core, to which every other fault escalates.
#[cfg(target_arch = "arm")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn HardFault() -> ! {
    naked_asm!(
        "mov r0, sp",
        "ldr r1, 1f",
        "mov sp, r1",
        "bl {report}",
        ".p2align 2",
        "1: .word {top}",
        top = sym _stack_start,
        report = sym report,
    )
}

/// The trap of a RISC-V core. It is direct: no interrupt is ever switched on.
#[cfg(target_arch = "riscv32")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".trap.start")]
extern "C" fn _start_trap() -> ! {
    naked_asm!(
        "mv a0, sp",
        "la sp, {top}",
        "j {report}",
        top = sym _stack_start,
        report = sym report,
    )
}

/// Says what happened; `pointer` is the stack pointer as the handler found it.
extern "C" fn report(pointer: usize) -> ! {
    if pointer < (&raw const _stack_end).addr() {
        eprintln!("error: stack overflow");
    } else {
        eprintln!("error: fault, with the stack pointer at {pointer:#010x}");
    }
    process::exit(1)
}
