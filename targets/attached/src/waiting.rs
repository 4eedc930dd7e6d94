//! An asynchronous serial port, used by waiting.
//!
//! The HALs buffer their ports by interrupts, so that no byte is lost while the net learns, and offer
//! them as futures. The application does one thing at a time: it polls the future until it is ready.

use embassy_futures::block_on;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use static_cell::ConstStaticCell;

/// Bits a second on every board, with 8 data bits, no parity and 1 stop bit.
pub const BAUD: u32 = 115_200;

/// Bytes that may wait, in either direction.
const WAITING: usize = 512;

/// Where a port keeps the bytes that have come, and those that are to go. Asked for once: the chip has
/// one port that is ours, and who makes it owns it.
pub(crate) fn buffers() -> (&'static mut [u8], &'static mut [u8]) {
    static RECEIVED: ConstStaticCell<[u8; WAITING]> = ConstStaticCell::new([0; WAITING]);
    static TO_SEND: ConstStaticCell<[u8; WAITING]> = ConstStaticCell::new([0; WAITING]);
    (RECEIVED.take(), TO_SEND.take())
}

/// A port with the traits of `embedded-io` in place of those of `embedded-io-async`.
pub struct Waiting<P>(pub(crate) P);

impl<P: ErrorType> ErrorType for Waiting<P> {
    type Error = P::Error;
}

impl<P: embedded_io_async::Read> Read for Waiting<P> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, P::Error> {
        block_on(self.0.read(buffer))
    }
}

impl<P: ReadReady> ReadReady for Waiting<P> {
    fn read_ready(&mut self) -> Result<bool, P::Error> {
        self.0.read_ready()
    }
}

impl<P: embedded_io_async::Write> Write for Waiting<P> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, P::Error> {
        // The STM32's HAL refuses what its buffer would not hold at once.
        let fitting = bytes.get(..WAITING).unwrap_or(bytes);
        block_on(self.0.write(fitting))
    }

    fn flush(&mut self) -> Result<(), P::Error> {
        block_on(self.0.flush())
    }
}
