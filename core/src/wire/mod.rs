//! The protocol between a desktop and a device that learns: what goes over a serial line.
//!
//! The desktop asks, the device answers; it never speaks unasked. A question or an answer is a
//! *frame*, and a frame that was damaged on the way is noticed and asked for again:
//!
//! ```text
//! frame    = COBS( number  message  checksum )  00
//! number   = 1 byte: chosen by the desktop, from 1 on; the answer bears the same
//! message  = a Request or a Reply in postcard's encoding: the place of the variant, then its fields
//! checksum = 4 bytes, little-endian: CRC-32 (ISO-HDLC) of number and message
//! ```
//!
//! COBS takes the zeros out of a row of bytes, so that a zero can only be the end of a frame: each
//! run of bytes up to a zero stands behind its length plus one; a run of 254 bytes without a zero
//! stands behind `ff`, and no zero is meant after it. So whoever has lost the thread drops what
//! comes up to the next `00`, and is in step again. In [postcard](https://postcard.jamesmunns.com)
//! whole numbers of 16 and 32 bits are varints (7 bits a byte, lowest first), a byte string is its
//! length and its bytes, an `f32` its four bytes, little-endian.
//!
//! [`Request::Up`] from byte 300 on, as question 5:
//!
//! ```
//! use cpfo::wire::Request;
//!
//! let mut line = [0; 16];
//! let length = Request::Up { at: 300 }.emit(5, &mut line).unwrap();
//! #[rustfmt::skip]
//! assert_eq!(line[..length], [
//!     0x09,                   // COBS: no zero among the next 8 bytes
//!     0x05,                   // the number
//!     0x02,                   // the third variant of Request
//!     0xac, 0x02,             // 300 = 0x2c + 0x02 · 128
//!     0x89, 0x69, 0xa2, 0xf9, // CRC-32 of 05 02 ac 02
//!     0x00,                   // the end of the frame
//! ]);
//! assert_eq!(Request::parse(&mut line[..length - 1]), Ok((5, Request::Up { at: 300 })));
//! ```
//!
//! # Nothing happens twice
//!
//! An answer may be lost, and then the desktop asks again. Questions that only look may be asked
//! any number of times. Those that change something say where they stand: [`Request::Down`] its
//! place in the model, [`Request::Learn`] how many samples came before it. What the device has done
//! already it does not do again; it repeats its answer.
//!
//! # Versions
//!
//! [`Request::Hello`] and the first field of its answer, the [`VERSION`], stay as they are in every
//! version. Desktop and device work together if they have the same one.

use serde::{Deserialize, Serialize};

use crate::format;
use crate::train::Refusal;

mod frame;

pub use frame::{Full, Garbled};

/// The version of this protocol.
pub const VERSION: u16 = 1;

/// The model bytes that go in one frame at most, in either direction.
pub const CHUNK: usize = 128;

/// The bytes of the longest frame for images of so many pixels: what a buffer must hold.
pub const fn frame_bytes(pixels: usize) -> usize {
    // The image, or a piece of a model; then number, variant, three varints, a rate, the checksum.
    let image = 4 * pixels;
    let longest = if image > CHUNK { image } else { CHUNK };
    let message = longest + 1 + 1 + 3 * 5 + 4 + 4;
    // Names in `Reply::Hello` are short; two of 48 bytes fit in any case.
    let message = if message > 160 { message } else { 160 };
    message + message / 254 + 1 + 1
}

/// What the desktop asks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// Who are you? [`Reply::Hello`].
    Hello,
    /// Bytes of a [stored model](mod@crate::format), from its byte `at` on. From byte 0 on it is a
    /// new model: the old one is gone. [`Reply::Taken`].
    Down {
        /// The place of the first byte.
        at: u32,
        /// Up to [`CHUNK`] bytes.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// Which bytes does the stored model have from `at` on? [`Reply::Model`].
    Up {
        /// The place of the first byte.
        at: u32,
    },
    /// What is in this image? [`Reply::Class`].
    Classify {
        /// Its pixels, each an `f32` in little-endian order.
        #[serde(borrow)]
        image: &'a [u8],
    },
    /// Learn from this image. [`Reply::Learned`].
    Learn {
        /// How many samples were learnt from since the model came.
        step: u32,
        /// Its pixels, each an `f32` in little-endian order.
        #[serde(borrow)]
        image: &'a [u8],
        /// Its class.
        label: u16,
        /// The learning rate η.
        rate: f32,
    },
    /// What is the checksum of your parameters? [`Reply::Checksum`].
    Checksum,
    /// How much memory do you use? [`Reply::Figures`].
    Figures,
}

/// What the device answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply<'a> {
    /// Who it is.
    Hello(#[serde(borrow)] Hello<'a>),
    /// The model bytes are taken. Once `next` is the length of the model, the model is whole,
    /// checked and in use.
    Taken {
        /// The place of the byte that comes next.
        next: u32,
    },
    /// Bytes of the stored model, none behind its end.
    Model {
        /// Up to [`CHUNK`] bytes.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// What the net takes an image for.
    Class {
        /// The class.
        class: u16,
        /// What it took, in the board's unit.
        time: u32,
    },
    /// What an image was like before it was learnt from.
    Learned {
        /// The loss J.
        loss: f32,
        /// What the step took, in the board's unit.
        time: u32,
    },
    /// [`format::checksum`] of the parameters.
    Checksum(u32),
    /// What memory is used.
    Figures(Figures),
    /// Not done, and why.
    Refused(Refused),
}

/// Who a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello<'a> {
    /// [`VERSION`].
    pub version: u16,
    /// The name of the board.
    pub board: &'a str,
    /// The name of the net.
    pub net: &'a str,
    /// [`format::fingerprint`] of the net.
    pub fingerprint: u32,
    /// How many parameters it has.
    pub parameters: u32,
    /// Rows, columns and maps of its input.
    pub input: [u16; 3],
    /// How many classes it tells apart.
    pub classes: u16,
    /// The unit in which time is given: `instructions`, `us`.
    pub unit: &'a str,
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Figures {
    /// RAM of the parameters.
    pub parameters: u32,
    /// RAM of the workspaces, for inference and for training.
    pub workspace: u32,
    /// RAM of everything that serves the line: an image, frames, where it stands.
    pub line: u32,
    /// The deepest the stack has been.
    pub stack: u32,
    /// The room it has.
    pub stack_room: u32,
}

/// Why the device did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Refused {
    /// The frame was damaged, or too long. The answer bears the number 0, for nobody knows whose
    /// it is: ask again.
    Garbled,
    /// There is no model to work with.
    NoModel,
    /// The bytes are not a model of this net. It has none until a good one comes.
    Model(format::Refused),
    /// The model bytes are not those that come next.
    Place,
    /// The image has more or fewer pixels than the net takes.
    Pixels,
    /// This is not the step that comes next.
    Step,
    /// The sample is not fit to learn from.
    Sample(Refusal),
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Refused::Garbled => "the frame was damaged on the way",
            Refused::NoModel => "the device has no model",
            Refused::Model(why) => return why.fmt(f),
            Refused::Place => "these are not the model bytes that come next",
            Refused::Pixels => "the image has more or fewer pixels than the net takes",
            Refused::Step => "this is not the step that comes next",
            Refused::Sample(why) => return why.fmt(f),
        })
    }
}

impl core::error::Error for Refused {}

impl<'a> Request<'a> {
    /// Writes a frame, its final 0 included; the length of it.
    pub fn emit(&self, number: u8, to: &mut [u8]) -> Result<usize, Full> {
        frame::emit(number, self, to)
    }

    /// Reads a frame, which must come without its final 0. The bytes are decoded in place.
    pub fn parse(frame: &'a mut [u8]) -> Result<(u8, Self), Garbled> {
        frame::parse(frame)
    }
}

impl<'a> Reply<'a> {
    /// Writes a frame, its final 0 included; the length of it.
    pub fn emit(&self, number: u8, to: &mut [u8]) -> Result<usize, Full> {
        frame::emit(number, self, to)
    }

    /// Reads a frame, which must come without its final 0. The bytes are decoded in place.
    pub fn parse(frame: &'a mut [u8]) -> Result<(u8, Self), Garbled> {
        frame::parse(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::rng::Rng;

    const LEARN: Request<'_> =
        Request::Learn { step: 7, image: &[0, 1, 0, 0, 255], label: 3, rate: 0.01 };

    fn framed(request: &Request<'_>) -> Vec<u8> {
        let mut line = [0; 300];
        let length = request.emit(9, &mut line).unwrap();
        assert_eq!(line[length - 1], 0);
        line[..length - 1].to_vec()
    }

    #[test]
    fn what_is_written_is_read() {
        let long = [0, 7].repeat(64);
        let plain = [7; CHUNK];
        for request in [
            Request::Hello,
            LEARN,
            Request::Down { at: 0, bytes: &long },
            Request::Down { at: u32::MAX, bytes: &plain },
            Request::Classify { image: &[] },
        ] {
            let mut frame = framed(&request);
            assert!(frame.iter().all(|&byte| byte != 0));
            assert_eq!(Request::parse(&mut frame), Ok((9, request)));
        }
    }

    #[test]
    fn a_run_of_254_bytes_and_more() {
        for length in 240..520 {
            let image: Vec<u8> = (0..length).map(|i| (i % 255) as u8 + 1).collect();
            let request = Request::Classify { image: &image };
            let mut line = [0; 540];
            let end = request.emit(1, &mut line).unwrap();
            assert_eq!(Request::parse(&mut line[..end - 1]), Ok((1, request)), "{length}");
        }
    }

    #[test]
    fn the_longest_frames_fit() {
        for pixels in [1, 64, 784] {
            let image = std::vec![9; 4 * pixels];
            let mut line = std::vec![0; frame_bytes(pixels)];
            let learn =
                Request::Learn { step: u32::MAX, image: &image, label: u16::MAX, rate: -1e-30 };
            assert!(learn.emit(255, &mut line).is_ok());
            assert!(Request::Down { at: u32::MAX, bytes: &[9; CHUNK] }.emit(9, &mut line).is_ok());
            assert!(Reply::Model { bytes: &[9; CHUNK] }.emit(9, &mut line).is_ok());
        }
        assert_eq!(LEARN.emit(1, &mut [0; 19]), Err(Full));
        assert_eq!(LEARN.emit(1, &mut []), Err(Full));
    }

    #[test]
    fn every_damage_is_noticed() {
        let good = framed(&LEARN);
        for bit in 0..8 * good.len() {
            let mut damaged = good.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Request::parse(&mut damaged), Err(Garbled), "bit {bit}");
        }
        for length in 0..good.len() {
            assert_eq!(Request::parse(&mut good.clone()[..length]), Err(Garbled), "{length} bytes");
        }
    }

    #[test]
    fn noise_is_no_frame() {
        let mut rng = Rng::new(1);
        for _ in 0..100_000 {
            let mut noise = [0; 24];
            noise.fill_with(|| rng.next_u32() as u8);
            let length = rng.below(25) as usize;
            let mut again = noise;
            assert_eq!(Request::parse(&mut noise[..length]), Err(Garbled));
            assert_eq!(Reply::parse(&mut again[..length]), Err(Garbled));
        }
    }
}
