//! Frames: a checksum behind the message, and no zero but the last.

use crc::{Digest, Table};
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::format::CRC;

/// The frame does not fit the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Full;

impl core::fmt::Display for Full {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the frame does not fit the buffer")
    }
}

impl core::error::Error for Full {}

/// The bytes are not a frame, or not as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Garbled;

impl core::fmt::Display for Garbled {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the bytes are not a frame, or not as they were sent")
    }
}

impl core::error::Error for Garbled {}

/// Writes a frame, its final 0 included; the length of it.
pub(super) fn emit<T: Serialize>(number: u8, message: &T, to: &mut [u8]) -> Result<usize, Full> {
    let mut writer = Writer { to, run: 0, next: 1, digest: CRC.digest() };
    writer
        .try_push(number)
        .and_then(|()| postcard::serialize_with_flavor(message, writer))
        .map_err(|_| Full)
}

/// Reads a frame without its final 0.
pub(super) fn parse<'a, T: Deserialize<'a>>(frame: &'a mut [u8]) -> Result<(u8, T), Garbled> {
    let length = take_out(frame).ok_or(Garbled)?;
    let frame: &[u8] = frame.get(..length).ok_or(Garbled)?;
    let (content, sum) = frame.split_last_chunk::<4>().ok_or(Garbled)?;
    if CRC.checksum(content) != u32::from_le_bytes(*sum) {
        return Err(Garbled);
    }
    let (&number, message) = content.split_first().ok_or(Garbled)?;
    match postcard::take_from_bytes(message) {
        Ok((message, [])) => Ok((number, message)),
        _ => Err(Garbled),
    }
}

/// Where postcard's bytes go: summed up, freed of zeros, into a buffer.
struct Writer<'a> {
    to: &'a mut [u8],
    /// The place that waits for the length of the run behind it.
    run: usize,
    /// The place of the next byte.
    next: usize,
    digest: Digest<'static, u32, Table<0>>,
}

impl Writer<'_> {
    fn put(&mut self, byte: u8) -> postcard::Result<()> {
        if byte != 0 {
            self.set(self.next, byte)?;
            self.next += 1;
        }
        if byte == 0 || self.next - self.run == 0xFF {
            self.end_run()?;
        }
        Ok(())
    }

    fn end_run(&mut self) -> postcard::Result<()> {
        self.set(self.run, (self.next - self.run) as u8)?;
        self.run = self.next;
        self.next += 1;
        Ok(())
    }

    fn set(&mut self, place: usize, byte: u8) -> postcard::Result<()> {
        *self.to.get_mut(place).ok_or(postcard::Error::SerializeBufferFull)? = byte;
        Ok(())
    }
}

impl Flavor for Writer<'_> {
    type Output = usize;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.digest.update(&[byte]);
        self.put(byte)
    }

    fn finalize(mut self) -> postcard::Result<usize> {
        for byte in self.digest.clone().finalize().to_le_bytes() {
            self.put(byte)?;
        }
        self.end_run()?;
        // The place that `end_run` kept free for another run is that of the final 0.
        self.set(self.run, 0)?;
        Ok(self.next)
    }
}

/// Undoes COBS in place; how many bytes remain.
fn take_out(frame: &mut [u8]) -> Option<usize> {
    let (mut from, mut to) = (0, 0);
    loop {
        let run = *frame.get(from)?;
        if run == 0 {
            return None;
        }
        from += 1;
        for _ in 1..run {
            let byte = *frame.get(from)?;
            if byte == 0 {
                return None;
            }
            *frame.get_mut(to)? = byte;
            from += 1;
            to += 1;
        }
        if from == frame.len() {
            return Some(to);
        }
        if run < 0xFF {
            *frame.get_mut(to)? = 0;
            to += 1;
        }
    }
}
