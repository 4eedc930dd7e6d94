//! One line for the person or the test on the other side.
//!
//! `say!` takes `{}` and positional arguments, integers and strings: the part of the format language
//! that defmt and `core::fmt` share. Floats are never printed on a chip; their bits are, as `{:08x}`.
//!
//! The serial port is not for this: it belongs to the protocol.

#[cfg(feature = "defmt")]
pub(crate) use defmt::println as say;

#[cfg(all(feature = "semihosting", not(feature = "defmt")))]
pub(crate) use semihosting::println as say;

/// Without a way out the line is checked and dropped.
#[cfg(not(any(feature = "semihosting", feature = "defmt")))]
macro_rules! say {
    ($($format:tt)*) => {{
        let _ = format_args!($($format)*);
    }};
}
#[cfg(not(any(feature = "semihosting", feature = "defmt")))]
pub(crate) use say;
