//! Frames: a checksum after the message, and no zero but the last.

use crc::{Digest, Table};
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::format::CRC;
use crate::net::Net;
use crate::pixel::Pixel;

/// The model bytes that go in one frame at most, in either direction.
pub const CHUNK: usize = 128;

/// The bytes of the longest frame for a net's images, as `X` has their pixels: what a buffer must hold.
pub const fn frame_bytes_of<N: Net, X: Pixel>() -> usize {
    frame_bytes(N::PIXELS * X::LINE)
}

/// The bytes of the longest frame for images of so many bytes: what a buffer must hold.
pub const fn frame_bytes(image: usize) -> usize {
    // The image, or a piece of a model; then number, variant, four varints, a rate, the checksum.
    let longest = if image > CHUNK { image } else { CHUNK };
    let message = longest + 1 + 1 + 4 * 5 + 4 + 4;
    // Numbers and names in `Reply::Hello`.
    let message = if message > HELLO { message } else { HELLO };
    message + message / 254 + 1 + 1
}

/// The bytes of the longest [`Reply::Hello`](super::Reply::Hello), before they are framed.
const HELLO: usize = 80 + NAMES;

/// The bytes that the three names in [`Hello`](super::Hello) may have in all: board, net and unit.
pub const NAMES: usize = 112;

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
    let (number, message) = open(frame)?;
    match postcard::take_from_bytes(message) {
        Ok((message, [])) => Ok((number, message)),
        _ => Err(Garbled),
    }
}

/// Takes the message out of a frame, and its number, if both came as they were sent.
pub(super) fn open(frame: &mut [u8]) -> Result<(u8, &[u8]), Garbled> {
    let length = take_out(frame).ok_or(Garbled)?;
    let frame: &[u8] = frame.get(..length).ok_or(Garbled)?;
    let (content, sum) = frame.split_last_chunk::<4>().ok_or(Garbled)?;
    if CRC.checksum(content) != u32::from_le_bytes(*sum) {
        return Err(Garbled);
    }
    let (&number, message) = content.split_first().ok_or(Garbled)?;
    Ok((number, message))
}

/// Where postcard's bytes go: summed up, freed of zeros, into a buffer.
struct Writer<'a> {
    to: &'a mut [u8],
    /// The place that waits for the length of the run after it.
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
