//! How deep the stack has been.
//!
//! The free part of the stack is painted with a pattern; later, the lowest word that no longer bears it
//! is how far the stack came down. Painting again starts a new measurement, so that inference and
//! training are measured one after the other.
//!
//! The stack lies *below* the statics: every board's `memory.x` puts `_stack_end` at the very bottom of
//! RAM. A stack that grows out of its region therefore leaves RAM and faults, instead of overwriting
//! statics in silence.

use core::arch::asm;

/// Nothing that a program is likely to leave on its stack.
const PAINT: u32 = 0xC0FF_EE11;

unsafe extern "C" {
    /// The lowest word of the stack, from the linker script.
    static mut _stack_end: u32;
    /// One past the highest, where the stack pointer starts.
    static mut _stack_start: u32;
}

/// The bytes set aside for the stack.
pub fn size() -> usize {
    (&raw const _stack_start).addr() - (&raw const _stack_end).addr()
}

/// Begins a measurement: everything below the caller's frames is painted.
pub fn paint() {
    let here = pointer();
    let mut word = &raw mut _stack_end;
    while word.addr() < here {
        // SAFETY: the word lies between the end of the stack and the stack pointer, where nothing lives:
        // neither architecture has a red zone, and an interrupt leaves nothing there that it needs again.
        unsafe {
            word.write_volatile(PAINT);
            word = word.add(1);
        }
    }
}

/// The deepest the stack has been since [`paint`], in bytes from its start.
///
/// A frame that was reserved and never written does not show; the figure is a lower bound, and in
/// practice exact to a few words.
pub fn high_water() -> usize {
    let start = &raw const _stack_start;
    let mut word = &raw const _stack_end;
    // SAFETY: both ends and everything between belong to the stack's region, which is plain memory.
    while word < start && unsafe { word.read_volatile() } == PAINT {
        // SAFETY: `word` is below `start`, so the next word is at most one past the region.
        word = unsafe { word.add(1) };
    }
    start.addr() - word.addr()
}

/// How deep the stack is at the caller, in bytes from its start.
#[inline(always)]
pub fn depth() -> usize {
    (&raw const _stack_start).addr() - pointer()
}

/// The stack pointer.
#[inline(always)]
fn pointer() -> usize {
    let pointer: usize;
    // SAFETY: copies a register, touches nothing.
    unsafe {
        #[cfg(target_arch = "arm")]
        asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "riscv32")]
        asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}
