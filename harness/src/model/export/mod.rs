//! Models for a chip, one format a file: [`rust`], a constant that a firmware includes, and
//! [`device`], the bytes of core's own format.

pub mod device;
pub mod rust;
