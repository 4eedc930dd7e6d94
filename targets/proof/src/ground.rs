//! What a program stands on that is linked and never run.
//!
//! The panic handler calls a function that exists nowhere. As long as the optimizer can show that no
//! panic is reachable, the handler is dropped and the program links; a single index it cannot prove
//! leaves the handler in, and the linker says `undefined symbol: a_panic_is_reachable`.

use core::hint::black_box;
use core::panic::PanicInfo;

unsafe extern "C" {
    /// Defined nowhere.
    safe fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    a_panic_is_reachable()
}

/// Memory that the optimizer knows nothing about. It is never touched: the program is never run.
pub(crate) fn somewhere<T>() -> &'static mut T {
    let address: *mut T = black_box(core::ptr::null_mut());
    // SAFETY: the program is linked and never run.
    unsafe { &mut *address }
}
