//! Traits that only this crate implements.

/// A trait that no other crate can name.
pub trait Sealed {}

/// Seals traits for types of this crate.
macro_rules! sealed {
    ($($type:ty),*) => { $(impl $crate::sealed::Sealed for $type {})* };
}
pub(crate) use sealed;
