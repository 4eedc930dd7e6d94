//! A line that is bad: bytes are changed, lost, doubled or late on it, by a seed.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::thread::sleep;
use std::time::Duration;

use cpfo::rng::Rng;

/// What may happen to a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One of its bits is another.
    Flip,
    /// It does not arrive.
    Drop,
    /// It arrives twice.
    Double,
    /// It, and what comes after it, arrives some milliseconds later.
    Delay,
}

/// All of them.
pub const FAULTS: [Fault; 4] = [Fault::Flip, Fault::Drop, Fault::Double, Fault::Delay];

/// A line on which each of some faults happens to one byte in so many, in both directions.
pub struct Noisy<S> {
    line: S,
    faults: &'static [Fault],
    one_in: u32,
    rng: Rng,
    come: VecDeque<u8>,
}

impl<S> Noisy<S> {
    /// A line that was good.
    pub fn new(line: S, faults: &'static [Fault], one_in: u32, seed: u64) -> Self {
        Self { line, faults, one_in, rng: Rng::new(seed), come: VecDeque::new() }
    }

    /// What arrives of bytes that were sent.
    fn carry(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut arrive = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            arrive.push(byte);
            for fault in self.faults {
                if self.rng.below(self.one_in) != 0 {
                    continue;
                }
                match fault {
                    Fault::Flip => {
                        if let Some(last) = arrive.last_mut() {
                            *last ^= 1 << self.rng.below(8);
                        }
                    }
                    Fault::Drop => drop(arrive.pop()),
                    Fault::Double => arrive.push(byte),
                    Fault::Delay => sleep(Duration::from_millis(3)),
                }
            }
        }
        arrive
    }
}

impl<S: Read> Read for Noisy<S> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.come.is_empty() {
            let mut bytes = [0; 256];
            match self.line.read(&mut bytes)? {
                0 => return Ok(0),
                count => {
                    let arrived = self.carry(&bytes[..count]);
                    self.come.extend(arrived);
                }
            }
        }
        match self.come.read(to)? {
            0 => Err(ErrorKind::TimedOut.into()),
            count => Ok(count),
        }
    }
}

impl<S: Write> Write for Noisy<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let arrive = self.carry(bytes);
        self.line.write_all(&arrive)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}
