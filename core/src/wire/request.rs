//! What the desktop asks.

use serde::{Deserialize, Serialize};

use super::frame::{self, Full, Garbled};

/// What the desktop asks.
///
/// What is asked of a model, and what changes one, names the session that it is meant for; another
/// is refused, so that nobody talks to a device that has restarted meanwhile, or that another
/// program has taken over, as if it were still his.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// Who are you, and where do you stand? [`Reply::Hello`](super::Reply::Hello).
    Hello,
    /// A piece of a [stored model](mod@crate::format), from its byte `at` on. Each has
    /// [`CHUNK`](super::CHUNK) bytes, but for the last. [`Reply::Taken`](super::Reply::Taken).
    ///
    /// The first one is checked before anything changes. After it the model that was there is
    /// gone, and there is none until the last has come.
    Down {
        /// The session.
        session: u32,
        /// How many samples the model has learnt from that is given up for the new one: what the
        /// device has learnt is lost to nobody who does not know of it.
        over: u32,
        /// The place of the first byte.
        at: u32,
        /// The piece.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// Which bytes does the stored model have from `at` on? [`Reply::Model`](super::Reply::Model).
    Up {
        /// The session.
        session: u32,
        /// The place of the first byte.
        at: u32,
    },
    /// What is in this image? [`Reply::Class`](super::Reply::Class).
    Classify {
        /// The session.
        session: u32,
        /// Its pixels, row after row, those of one place beside each other, each as
        /// [`Hello::full`](super::Hello::full) and `readings` say.
        #[serde(borrow)]
        image: &'a [u8],
    },
    /// Learn from this image. [`Reply::Learned`](super::Reply::Learned).
    Learn {
        /// The session, which must have been begun.
        session: u32,
        /// The sample's number: how many were learnt from before it, since the model came.
        step: u32,
        /// Its pixels, row after row, those of one place beside each other, each as
        /// [`Hello::full`](super::Hello::full) and `readings` say.
        #[serde(borrow)]
        image: &'a [u8],
        /// Its class.
        label: u16,
        /// The learning rate η.
        rate: f32,
    },
    /// What is the checksum of your parameters? [`Reply::Checksum`](super::Reply::Checksum).
    Checksum {
        /// The session.
        session: u32,
    },
    /// How much memory do you use, and what has happened? [`Reply::Figures`](super::Reply::Figures).
    Figures,
    /// Begin a session with what is there. [`Reply::Begun`](super::Reply::Begun).
    Begin {
        /// A number that no other session is likely to have, and not 0.
        session: u32,
        /// How many samples the device has learnt from, as the desktop knows it.
        learned: u32,
    },
}

impl<'a> Request<'a> {
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
    /// If the bytes are no frame, or none with a request of this version.
    pub fn parse(frame: &'a mut [u8]) -> Result<(u8, Self), Garbled> {
        frame::parse(frame)
    }
}
