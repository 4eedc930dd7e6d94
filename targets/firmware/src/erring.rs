//! A serial port that errs, as those of real boards do and emulated ones never.
//!
//! A UART tells of a byte that was framed wrongly or had the wrong parity, of a break, and of a byte
//! that came before the one before it was read. The HALs of the real boards hand that on as an error of
//! `read`. Here such errors are drawn by chance, the same ones for the same seed, so that a test can
//! see what the application makes of them.

use core::marker::PhantomData;
use core::slice::from_mut;

use cpfo::rng::Rng;
use embedded_io::{Error, ErrorKind, ErrorType, Read, ReadReady, Write};

use crate::{Board, Devices, Memory};

/// A port that errs once in so many bytes that come, and in so many writes.
#[derive(Debug)]
pub struct Erring<S> {
    serial: S,
    one_in: u32,
    chance: Rng,
}

impl<S> Erring<S> {
    /// Lets `serial` err once in `one_in`.
    pub const fn new(serial: S, one_in: u32, seed: u64) -> Self {
        Self { serial, one_in, chance: Rng::new(seed) }
    }
}

/// What went wrong on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// A byte without its stop bit is lost.
    Framing,
    /// A byte of the wrong parity is lost.
    Parity,
    /// The line was held low for longer than a byte takes.
    Break,
    /// A byte is lost because the one before was not read in time.
    Overrun,
    /// What the port itself told of.
    Port(ErrorKind),
}

impl core::fmt::Display for Noise {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Framing => "a byte without its stop bit",
            Self::Parity => "a byte of the wrong parity",
            Self::Break => "a break",
            Self::Overrun => "a byte that came too early",
            Self::Port(kind) => return kind.fmt(f),
        })
    }
}

impl core::error::Error for Noise {}

impl Error for Noise {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Framing | Self::Parity => ErrorKind::InvalidData,
            Self::Break => ErrorKind::Other,
            Self::Overrun => ErrorKind::OutOfMemory,
            Self::Port(kind) => *kind,
        }
    }
}

fn port(error: impl Error) -> Noise {
    Noise::Port(error.kind())
}

impl<S: ErrorType> ErrorType for Erring<S> {
    type Error = Noise;
}

impl<S: Read> Read for Erring<S> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, Noise> {
        let Some(byte) = to.first_mut() else { return Ok(0) };
        if self.chance.below(self.one_in) > 0 {
            return self.serial.read(from_mut(byte)).map_err(port);
        }
        let noise = match self.chance.below(4) {
            0 => return Err(Noise::Break),
            1 => Noise::Framing,
            2 => Noise::Parity,
            _ => Noise::Overrun,
        };
        match self.serial.read(&mut [0]).map_err(port)? {
            0 => Ok(0),
            _ => Err(noise),
        }
    }
}

impl<S: ReadReady> ReadReady for Erring<S> {
    fn read_ready(&mut self) -> Result<bool, Noise> {
        self.serial.read_ready().map_err(port)
    }
}

impl<S: Write> Write for Erring<S> {
    /// Where it errs, the first byte is lost.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Noise> {
        match bytes.split_first() {
            Some((_, rest)) if self.chance.below(self.one_in) == 0 => {
                self.serial.write_all(rest).map_err(port)?;
                Err(Noise::Framing)
            }
            _ => self.serial.write(bytes).map_err(port),
        }
    }

    fn flush(&mut self) -> Result<(), Noise> {
        self.serial.flush().map_err(port)
    }
}

/// A board whose port errs, once in a thousand.
pub struct ErringBoard<B>(PhantomData<B>);

impl<B: Board> Board for ErringBoard<B> {
    const NAME: &'static str = B::NAME;
    const MEMORY: Memory = B::MEMORY;

    type Serial = Erring<B::Serial>;
    type Flash = B::Flash;
    type Clock = B::Clock;
}

/// Takes the devices of a board as those of one whose port errs.
pub fn erring<B: Board>(devices: Devices<B>) -> Devices<ErringBoard<B>> {
    let Devices { serial, flash, clock } = devices;
    Devices { serial: Erring::new(serial, 1000, 2014), flash, clock }
}
