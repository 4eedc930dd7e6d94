//! What a program stands on that is linked and never run.
//!
//! The panic handler calls a function that exists nowhere. As long as the optimizer can show that no
//! panic is reachable, the handler is dropped and the program links; a single index it cannot prove
//! leaves the handler in, and the linker says `undefined symbol: a_panic_is_reachable`.

use core::panic::PanicInfo;

unsafe extern "C" {
    /// Defined nowhere.
    safe fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    a_panic_is_reachable()
}
