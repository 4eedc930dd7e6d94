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
use core::ptr::with_exposed_provenance;

/// Nothing that a program is likely to leave on its stack.
const PAINT: u32 = 0xC0FF_EE11;

unsafe extern "C" {
    /// The lowest word of the stack, from the linker script.
    static _stack_end: u32;
    /// One past the highest, where the stack pointer starts.
    static _stack_start: u32;
}

/// The address of the stack's lowest word.
fn end() -> usize {
    (&raw const _stack_end).expose_provenance()
}

/// The address after its highest.
fn start() -> usize {
    (&raw const _stack_start).expose_provenance()
}

/// The bytes set aside for the stack.
pub fn size() -> usize {
    start() - end()
}

/// Begins a measurement: everything below the caller's frames is painted.
///
/// The loop is the processor's own, for what it paints is also where a function that it called would
/// live: in Rust it would be right only as long as the compiler inlines everything in it.
pub fn paint() {
    // SAFETY: the words between the end of the stack and the stack pointer are nobody's: neither
    // architecture has a red zone, an interrupt leaves nothing there that it needs again, and no
    // function is called before the loop ends.
    #[cfg(target_arch = "arm")]
    unsafe {
        asm!(
            "mov {top}, sp",
            "b 3f",
            "2:",
            "str {paint}, [{word}]",
            "adds {word}, {word}, #4",
            "3:",
            "cmp {word}, {top}",
            "blo 2b",
            word = inout(reg) end() => _,
            top = out(reg) _,
            paint = in(reg) PAINT,
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        asm!(
            "j 3f",
            "2:",
            "sw {paint}, 0({word})",
            "addi {word}, {word}, 4",
            "3:",
            "bltu {word}, sp, 2b",
            word = inout(reg) end() => _,
            paint = in(reg) PAINT,
        );
    }
}

/// The deepest the stack has been since [`paint`], in bytes from its start.
///
/// A frame that was reserved and never written does not show; the figure is a lower bound, and in
/// practice exact to a few words.
pub fn high_water() -> usize {
    let mut word = end();
    // SAFETY: every word below the start belongs to the stack's region, which is plain memory.
    while word < start() && unsafe { with_exposed_provenance::<u32>(word).read_volatile() } == PAINT
    {
        word += size_of::<u32>();
    }
    start() - word
}

/// How deep the stack is at the caller, in bytes from its start.
#[inline(always)]
pub fn depth() -> usize {
    start() - pointer()
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
