//! What is asked of a net, and what it answers.

use heapless::Vec;

use super::Chip;
use super::model::Model;
use crate::choice::Choice;
use crate::format;
use crate::net::{Net, Parameters};
use crate::pixel::Pixel;
use crate::scale::Scale;
use crate::shape::Tensor as _;
use crate::train::{Learner, Rates, Refusal, Refusals};
use crate::wire::{CHUNK, Figures, Hello, Refused, Reply, Request, VERSION};

/// A net, and where it stands.
pub(super) struct Served<N: Net, C: Choice, X: Pixel> {
    pub(super) learner: Learner<N, C, X>,
    pub(super) model: Model<N, C>,
    /// That of the model: the identity if it has none, or if nobody has said it.
    pub(super) scale: Scale<N>,
    /// The session that has begun; 0 if none has.
    pub(super) session: u32,
    pub(super) tally: Tally,
}

/// What has happened since the start.
pub(super) struct Tally {
    pub(super) line_errors: u32,
    garbled: u32,
    refused: u32,
    samples: Refusals,
    /// What the last step took.
    pub(super) step: u32,
}

impl Tally {
    pub(super) const ZERO: Self =
        Self { line_errors: 0, garbled: 0, refused: 0, samples: Refusals::ZERO, step: 0 };

    /// Counts a refusal and hands it on.
    pub(super) fn refuse(&mut self, why: Refused) -> Refused {
        let counter = match why {
            Refused::Sample(why) => return Refused::Sample(self.samples.count(why)),
            Refused::Garbled => &mut self.garbled,
            _ => &mut self.refused,
        };
        *counter = counter.saturating_add(1);
        why
    }
}

/// What becomes of a question.
pub(super) enum Outcome<'a> {
    /// It is answered at once.
    Said(Reply<'a>),
    /// A step has to be taken first, with this label.
    Step(usize, Rates),
}

impl<N: Net, C: Choice, X: Pixel> Served<N, C, X> {
    /// Does what is asked, but for a step. A server has so many `bytes`; `piece` is for bytes that the
    /// answer borrows.
    pub(super) fn asked<'a>(
        &mut self,
        request: &Request<'_>,
        (chip, bytes): (&impl Chip, usize),
        piece: &'a mut Vec<u8, CHUNK>,
    ) -> Result<Outcome<'a>, Refused> {
        let reply = match *request {
            Request::Hello => self.hello(chip),
            Request::Figures => Reply::Figures(self.figures(chip, bytes)),
            Request::Begin { session, learned } => {
                self.begin(session, learned)?;
                Reply::Begun
            }
            Request::Down { session, over, at, bytes } => {
                self.begun(session)?;
                let to = (&mut self.learner, &mut self.scale);
                let next = self.model.down(to, over, at as usize, bytes)?;
                Reply::Taken { next: next as u32 }
            }
            Request::Up { session, at } => {
                self.is(session)?;
                self.up(at as usize, piece)?;
                Reply::Model { bytes: piece }
            }
            Request::Checksum { session } => {
                self.is(session)?;
                Reply::Checksum(self.checksum()?)
            }
            Request::Classify { session, image } => {
                self.is(session)?;
                self.classify(chip, image)?
            }
            Request::Learn { session, step, image, label, rate } => {
                self.begun(session)?;
                match self.model.next(step)? {
                    Some(last) => last,
                    None => {
                        self.see(image)?;
                        return Ok(Outcome::Step(label.into(), Rates::new(rate)));
                    }
                }
            }
        };
        Ok(Outcome::Said(reply))
    }

    /// A bit for each tensor that trains.
    fn trains(&mut self) -> u64 {
        let Ok(parameters) = self.learner.parameters_mut() else { return 0 };
        (0..u64::BITS).fold(0, |trains, place| {
            trains | u64::from(parameters.tensor_mut(place as usize).is_some()) << place
        })
    }

    fn hello(&mut self, chip: &impl Chip) -> Reply<'static> {
        Reply::Hello(Hello {
            version: VERSION,
            board: chip.board(),
            net: N::NAME,
            fingerprint: format::fingerprint::<N>(),
            parameters: N::PARAMETERS as u32,
            input: N::INPUT.map(|side| side as u16),
            classes: N::CLASSES as u16,
            unit: chip.unit(),
            session: self.session,
            learned: self.model.learned(),
            checksum: self.checksum().ok(),
            full: X::FULL,
            trains: self.trains(),
            readings: X::READINGS,
        })
    }

    fn figures(&self, chip: &impl Chip, bytes: usize) -> Figures {
        let [stack, stack_room] = chip.stack();
        let (parameters, learner) = (size_of::<Parameters<N, C>>(), size_of::<Learner<N, C, X>>());
        Figures {
            parameters: parameters as u32,
            workspace: (learner - parameters) as u32,
            line: (bytes - learner) as u32,
            stack,
            stack_room,
            line_errors: self.tally.line_errors,
            garbled: self.tally.garbled,
            refused: self.tally.refused,
            samples: self.tally.samples,
            step: self.tally.step,
        }
    }

    /// Begins a session with what is there, if the desktop knows what that is.
    fn begin(&mut self, session: u32, learned: u32) -> Result<(), Refused> {
        if session == 0 {
            return Err(Refused::Session);
        }
        if session != self.session {
            if learned != self.model.learned() {
                return Err(Refused::Learned);
            }
            self.model.new_session();
            self.session = session;
        }
        Ok(())
    }

    /// Whether this is the session now, be it that none has begun.
    fn is(&self, session: u32) -> Result<(), Refused> {
        if session == self.session { Ok(()) } else { Err(Refused::Session) }
    }

    /// Whether this session has begun.
    fn begun(&self, session: u32) -> Result<(), Refused> {
        if session != 0 { self.is(session) } else { Err(Refused::Session) }
    }

    /// The parameters of a model that is whole. Between two frames no step is under way.
    fn whole(&self) -> Result<&Parameters<N, C>, Refused> {
        self.model.ready()?;
        self.learner.parameters().ok_or(Refused::Sample(Refusal::Busy))
    }

    fn checksum(&self) -> Result<u32, Refused> {
        self.whole().map(format::checksum)
    }

    fn up(&self, at: usize, piece: &mut Vec<u8, CHUNK>) -> Result<(), Refused> {
        let mut before = at;
        // An error is how the walk is told that the piece is full.
        let _ = format::emit::<_, _, ()>(self.whole()?, |bytes| {
            for &byte in bytes {
                match before.checked_sub(1) {
                    Some(less) => before = less,
                    None => piece.push(byte).map_err(drop)?,
                }
            }
            Ok(())
        });
        Ok(())
    }

    fn classify(&mut self, chip: &impl Chip, image: &[u8]) -> Result<Reply<'static>, Refused> {
        self.model.ready()?;
        self.see(image)?;
        let start = chip.now();
        let class = self.learner.classify().map_err(Refused::Sample)? as u16;
        Ok(Reply::Class { class, time: chip.since(start) })
    }

    fn see(&mut self, image: &[u8]) -> Result<(), Refused> {
        if image.len() != N::PIXELS * X::LINE {
            return Err(Refused::Pixels);
        }
        let to = self.learner.image_mut().map_err(Refused::Sample)?;
        if !X::hear(image, to.flat_mut()) {
            return Err(Refused::Pixels);
        }
        if X::READINGS != 0 {
            self.scale.apply_in_place::<X>(to);
        }
        Ok(())
    }
}
