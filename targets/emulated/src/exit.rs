//! The program's result becomes the emulator's exit code; and how it begins again.

use cpfo_firmware::Failure;
use semihosting::{eprintln, process};

/// Ends the emulator: 0 when all went well, 1 and a sentence on standard error otherwise.
pub fn exit(result: Result<(), Failure>) -> ! {
    match result {
        Ok(()) => process::exit(0),
        Err(failure) => {
            eprintln!("error: {failure}");
            process::exit(1)
        }
    }
}

/// Resets the chip: it starts again, and RAM and flash are as they were.
#[cfg(target_arch = "arm")]
pub fn reset() -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
