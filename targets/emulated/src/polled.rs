//! A serial port that is asked, not awaited.
//!
//! Every emulated port can say whether a byte has come and whether one can go; from these two questions
//! and two moves follow the traits of `embedded-io`, the same for all. Waiting is a busy loop: time in
//! the emulator costs nothing but the host's, and no interrupt disturbs a measurement.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};

/// What a port must be able to do.
pub trait Port {
    /// Whether a byte has arrived.
    fn has_byte(&self) -> bool;
    /// Takes the byte that has arrived.
    fn take_byte(&mut self) -> u8;
    /// Whether there is room for a byte.
    fn has_room(&self) -> bool;
    /// Sends a byte, into the room there is.
    fn put_byte(&mut self, byte: u8);
}

/// A [`Port`] with the traits of `embedded-io`.
#[derive(Debug)]
pub struct Polled<P>(pub(crate) P);

impl<P> ErrorType for Polled<P> {
    type Error = Infallible;
}

impl<P: Port> Read for Polled<P> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while !self.0.has_byte() {}
        let mut count = 0;
        for place in buffer {
            if !self.0.has_byte() {
                break;
            }
            *place = self.0.take_byte();
            count += 1;
        }
        Ok(count)
    }
}

impl<P: Port> ReadReady for Polled<P> {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.has_byte())
    }
}

impl<P: Port> Write for Polled<P> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            while !self.0.has_room() {}
            self.0.put_byte(byte);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while !self.0.has_room() {}
        Ok(())
    }
}
