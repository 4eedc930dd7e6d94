//! Traits that only this crate implements.

/// What no other crate can name.
pub trait Sealed {}

/// Says that types are of this crate.
macro_rules! sealed {
    ($($type:ty),*) => { $(impl $crate::sealed::Sealed for $type {})* };
}
pub(crate) use sealed;
