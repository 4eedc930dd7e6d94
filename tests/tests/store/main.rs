//! Models in flash survive power cuts, one after the other, whatever they leave of the bits.
//!
//! | file | holds |
//! |---|---|
//! | `flash` | a flash that is cut in the middle of any write and any erase |
//! | `device` | a device that saves and loses its power, and what may be found in it |
//! | `cuts` | sequences of cuts: all of them, and any |
//! | `bits` | flips of bits, and any bytes at all |
//! | `image` | a slot as it is described, put together by hand |
//! | `ways` | saves in slices, rollbacks, starts that fail, refusals |

mod bits;
mod cuts;
mod device;
mod flash;
mod image;
mod ways;
