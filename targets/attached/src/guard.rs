//! No access below the stack.
//!
//! The stack lies at the bottom of RAM, so one that is outgrown leaves RAM instead of overwriting
//! statics. What a chip does there is its maker's affair; the memory protection unit, which all these
//! cores have, makes it a fault on every one.

use cortex_m::asm::{dsb, isb};
use cortex_m::peripheral::MPU;

unsafe extern "C" {
    /// The lowest word of the stack, from the linker script.
    static _stack_end: u32;
}

/// Makes every access to the 16 KB below the stack a fault, by region 0 of the unit.
///
/// No frame is as large, so none can step over. No chip here has anything in them that a program needs.
pub fn below_stack() {
    const ENABLE: u32 = 1;
    const DEFAULT_MAP_ELSEWHERE: u32 = 1 << 2;
    const NEVER_EXECUTE: u32 = 1 << 28;
    const SIZE_LOG2: u32 = 14;

    let stack_end = (&raw const _stack_end).addr() as u32;
    // SAFETY: nobody else uses the unit, and what it forbids is no memory of the program's.
    unsafe {
        let unit = &*MPU::PTR;
        unit.rnr.write(0);
        unit.rbar.write(stack_end - (1 << SIZE_LOG2));
        // The access field is 0: none, not even for privileged code.
        unit.rasr.write(NEVER_EXECUTE | (SIZE_LOG2 - 1) << 1 | ENABLE);
        unit.ctrl.write(DEFAULT_MAP_ELSEWHERE | ENABLE);
    }
    dsb();
    isb();
}
