//! The program's result becomes a log.

use cortex_m::asm::wfi;
use cpfo_firmware::Failure;
use defmt::Display2Format;

/// Says how the program ended, and sleeps for good.
///
/// A board has nowhere to go. A breakpoint would end `probe-rs run`, but without a debugger it is a
/// fault, and a Cortex-M0+ cannot tell whether there is one.
pub fn exit(result: Result<(), Failure>) -> ! {
    match result {
        Ok(()) => defmt::println!("done"),
        Err(failure) => defmt::error!("{}", Display2Format(&failure)),
    }
    loop {
        wfi();
    }
}
