//! What the device answers.

use serde::{Deserialize, Serialize};

use super::frame::{self, Full, Garbled};
use crate::format;
use crate::train::{Refusal, Refusals};

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
    /// Bytes of the stored model, none after its end.
    Model {
        /// Up to [`CHUNK`](super::CHUNK) bytes.
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
    /// What memory is used, and what has happened.
    Figures(Figures),
    /// Not done, and why.
    Refused(Refused),
    /// The session has begun, or had begun already.
    Begun,
}

/// Who a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello<'a> {
    /// [`VERSION`](super::VERSION).
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
    /// The session that has begun; 0 since the device has started, until one has.
    pub session: u32,
    /// How many samples it has learnt from since its model came.
    pub learned: u32,
    /// [`format::checksum`] of its parameters, if it has a model.
    pub checksum: Option<u32>,
    /// How a pixel of its images is sent: 0 as an `f32` in little-endian order, else as one byte, of which
    /// so many stand for 1.
    pub full: u8,
    /// Which tensors it trains, a bit each from the lowest on: layer by layer, weight before bias.
    pub trains: u64,
    /// What its images hold: 0 for inputs, as `full` says; else raw readings, to which it applies the scale of
    /// its model: 1 as `f32`, 2 as `i16`, 3 as `u16`, each in little-endian order.
    pub readings: u8,
}

/// What memory is used, in bytes; and what has happened since the device started, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Figures {
    /// RAM of the parameters.
    pub parameters: u32,
    /// RAM of the workspace, for inference and for training, and of an image.
    pub workspace: u32,
    /// RAM of everything that serves the line: a frame, where it stands.
    pub line: u32,
    /// The deepest the stack has been.
    pub stack: u32,
    /// The room it has.
    pub stack_room: u32,
    /// How often the device's port told of an error of the line: framing, parity, a break, an overrun.
    pub line_errors: u32,
    /// How many frames came damaged.
    pub garbled: u32,
    /// How many questions were refused for another reason, but for samples.
    pub refused: u32,
    /// How many samples were refused, by reason.
    pub samples: Refusals,
    /// What the last step took, in the board's unit; 0 before the first.
    pub step: u32,
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
    /// The bytes are not a model of this net. If they are not from its very beginning there is
    /// none now.
    Model(format::Fault),
    /// The model bytes are not those that come next.
    Place,
    /// The image has more or fewer pixels than the net takes.
    Pixels,
    /// This is not the step that comes next.
    Step,
    /// The sample is not fit to learn from.
    Sample(Refusal),
    /// This is not the session that has begun.
    Session,
    /// The device has learnt from more or fewer samples than the desktop knows of.
    Learned,
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
            Refused::Session => {
                "the device does not know this session: it has restarted since it was begun, or \
                 another program has begun one"
            }
            Refused::Learned => {
                "the device has learnt from more or fewer samples than this program knows of"
            }
        })
    }
}

impl core::error::Error for Refused {}

impl<'a> Reply<'a> {
    /// Writes a frame, its final 0 included; the length of it.
    ///
    /// # Errors
    /// If the buffer is too short; [`frame_bytes`](super::frame_bytes) are enough.
    pub fn emit(&self, number: u8, to: &mut [u8]) -> Result<usize, Full> {
        frame::emit(number, self, to)
    }

    /// Reads a frame, which must come without its final 0. The bytes are decoded in place.
    ///
    /// # Errors
    /// If the bytes are no frame, or none with a reply of this version.
    pub fn parse(frame: &'a mut [u8]) -> Result<(u8, Self), Garbled> {
        frame::parse(frame)
    }

    /// Which version speaks, if this is the frame of an answer to [`Hello`](super::Request::Hello)
    /// of any version. The bytes are decoded in place.
    pub fn version(frame: &mut [u8]) -> Option<u16> {
        let (_, message) = frame::open(frame).ok()?;
        match postcard::take_from_bytes::<(u8, u16)>(message) {
            // The place of the variant, and its first field.
            Ok(((0, version), _)) => Some(version),
            _ => None,
        }
    }
}
