//! What is in the parameters of a server, and how a model comes into them.

use crate::choice::Choice;
use crate::format::{self, Reader};
use crate::net::Net;
use crate::pixel::Pixel;
use crate::scale::Scale;
use crate::shape::Zero as _;
use crate::train::Learner;
use crate::wire::{CHUNK, Refused, Reply};

/// What is in the parameters. (By `repr` the first has the tag 0: a static with it takes no flash.)
#[repr(u8)]
pub(super) enum Model<N, C> {
    /// None has come yet.
    Nothing,
    /// None, and why.
    None(Refused),
    /// The beginning of one.
    Coming(Reader<N, C>),
    /// One that has learnt from so many samples, and what was said of the last.
    Whole { learned: u32, last: Reply<'static> },
}

/// Says of the last sample that there was none in this session.
pub(super) const NO_SAMPLE: Reply<'static> = Reply::Refused(Refused::Step);

impl<N: Net, C: Choice> Model<N, C> {
    /// How many samples the model has learnt from, and what was said of the last.
    pub(super) fn ready(&self) -> Result<(u32, Reply<'static>), Refused> {
        match *self {
            Self::Whole { learned, last } => Ok((learned, last)),
            Self::None(why) => Err(why),
            Self::Nothing | Self::Coming(_) => Err(Refused::NoModel),
        }
    }

    /// How many samples the model has learnt from; none if there is no model.
    pub(super) fn learned(&self) -> u32 {
        self.ready().map_or(0, |(learned, _)| learned)
    }

    /// The session before is over.
    pub(super) fn new_session(&mut self) {
        match self {
            Self::Whole { last, .. } => *last = NO_SAMPLE,
            // It was to bring the rest.
            coming @ Self::Coming(_) => *coming = Self::Nothing,
            Self::Nothing | Self::None(_) => {}
        }
    }

    /// Whether the sample of this number comes next; if it was the last, what was said of it.
    pub(super) fn next(&self, step: u32) -> Result<Option<Reply<'static>>, Refused> {
        let (learned, last) = self.ready()?;
        match step.checked_add(1) {
            Some(next) if next == learned => Ok(Some(last)),
            Some(_) if step == learned => Ok(None),
            _ => Err(Refused::Step),
        }
    }

    /// Takes a piece of a model that begins at byte `at`, with its scale or without; the place of the next
    /// one.
    pub(super) fn down<X: Pixel>(
        &mut self,
        (learner, scale): (&mut Learner<N, C, X>, &mut Scale<N>),
        over: u32,
        at: usize,
        bytes: &[u8],
    ) -> Result<usize, Refused> {
        let length = match self {
            _ if at == 0 => format::length_of::<N>(bytes),
            Self::Coming(reader) => reader.length(),
            // It is whole: what came with it tells which it was.
            _ if scale.is_given() => format::scaled_length::<N>(),
            _ => format::length::<N>(),
        };
        if length.checked_sub(at).map(|rest| rest.min(CHUNK)) != Some(bytes.len()) {
            return Err(Refused::Place);
        }
        let end = at + bytes.len();
        let parameters = learner.parameters_mut().map_err(Refused::Sample)?;
        if at == 0 {
            // With nothing learnt there is nothing to lose, and so it is if this piece comes twice.
            let learned = self.learned();
            if learned != 0 && learned != over {
                return Err(Refused::Learned);
            }
            // The header, which tells nets apart, is read before a parameter moves.
            let mut reader = Reader::default();
            let mut coming = Scale::ZERO;
            reader.take_scaled(bytes, parameters, &mut coming).map_err(Refused::Model)?;
            *scale = coming;
            *self = Self::Coming(reader);
        } else {
            let reader = match self {
                Self::Coming(reader) => reader,
                Self::Nothing => return Err(Refused::NoModel),
                Self::None(why) => return Err(*why),
                // The answer to the last piece was lost.
                Self::Whole { learned: 0, .. } if end == length => return Ok(length),
                Self::Whole { .. } => return Err(Refused::Place),
            };
            let next = reader.taken();
            if end == next {
                return Ok(next);
            }
            if at != next {
                return Err(Refused::Place);
            }
            if let Err(why) = reader.take_scaled(bytes, parameters, scale) {
                *self = Self::None(Refused::Model(why));
                return Err(Refused::Model(why));
            }
        }
        if matches!(self, Self::Coming(reader) if reader.is_whole()) {
            *self = Self::Whole { learned: 0, last: NO_SAMPLE };
        }
        Ok(end)
    }
}
