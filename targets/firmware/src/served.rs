//! A net that learns, and where it stands: what is asked of it, and what it answers.
//!
//! It has no line of its own, so it is the same on a chip and in a test on the desktop.
//!
//! **Nothing is learnt twice and nothing is lost in silence.** Samples have numbers, and a number that
//! has been is answered as it was before. What changes the model or asks it must name the session that
//! has begun: after a restart none has, and whoever goes on as before is refused. And another model
//! comes in the place of one that has learnt only by a desktop that knows how much it has learnt.

use cpfo::format::{self, Reader};
use cpfo::net::{Net, Parameters};
use cpfo::shape::Tensor as _;
use cpfo::train::{Learner, Rates, Refusal};
use cpfo::wire::{CHUNK, Figures, Hello, Refused, Reply, Request, VERSION};
use heapless::Vec;

use crate::Clock;

/// The model that `cpfo build` put into the firmware, in the device format; empty without one.
static MODEL: &[u8] = include_bytes!(env!("CPFO_MODEL_FILE"));

/// The chip around a net.
pub(crate) struct Chip<'c, C> {
    /// The name of its board.
    pub(crate) board: &'static str,
    /// What time is measured with.
    pub(crate) clock: &'c C,
    /// What memory is used.
    pub(crate) figures: &'c dyn Fn() -> Figures,
}

/// A net, and where it stands.
pub(crate) struct Served<'r, N: Net> {
    learner: &'r mut Learner<N>,
    model: Model<N>,
    /// The session that has begun; 0 if none has.
    session: u32,
}

/// What is in the parameters.
enum Model<N> {
    /// None, and why.
    None(Refused),
    /// The beginning of one.
    Coming(Reader<N>),
    /// One that has learnt from so many samples, and what was said of the last.
    Whole { learned: u32, last: Reply<'static> },
}

/// Says of the last sample that there was none in this session.
const NO_SAMPLE: Reply<'static> = Reply::Refused(Refused::Step);

impl<'r, N: Net> Served<'r, N> {
    /// Bytes that are taken to know where it stands.
    pub(crate) const BYTES: usize = size_of::<Self>();

    /// Starts with the model in the firmware, if there is a good one.
    pub(crate) fn new(learner: &'r mut Learner<N>) -> Self {
        let parameters = learner.parameters_mut().map_err(Refused::Sample);
        let model = match parameters
            .and_then(|parameters| format::parse(MODEL, parameters).map_err(Refused::Model))
        {
            Ok(()) => Model::Whole { learned: 0, last: NO_SAMPLE },
            Err(_) if MODEL.is_empty() => Model::None(Refused::NoModel),
            Err(why) => Model::None(why),
        };
        Self { learner, model, session: 0 }
    }

    /// Does what is asked. `piece` is for bytes that the answer borrows.
    pub(crate) fn answer<'a, C: Clock>(
        &mut self,
        chip: &Chip<'_, C>,
        request: Request<'_>,
        piece: &'a mut Vec<u8, CHUNK>,
    ) -> Reply<'a> {
        let reply = match request {
            Request::Hello => Ok(self.hello(chip)),
            Request::Figures => Ok(Reply::Figures((chip.figures)())),
            Request::Begin { session, learned } => self.begin(session, learned),
            Request::Down { session, over, at, bytes } => {
                self.begun(session).and_then(|()| self.down(over, at, bytes))
            }
            Request::Up { session, at } => self.is(session).and_then(|()| self.up(at, piece)),
            Request::Checksum { session } => {
                self.is(session).and_then(|()| self.checksum()).map(Reply::Checksum)
            }
            Request::Classify { session, image } => {
                self.is(session).and_then(|()| self.classify(chip.clock, image))
            }
            Request::Learn { session, step, image, label, rate } => self
                .begun(session)
                .and_then(|()| self.learn(chip.clock, step, image, (label, rate))),
        };
        reply.unwrap_or_else(Reply::Refused)
    }

    fn hello<C: Clock>(&self, chip: &Chip<'_, C>) -> Reply<'static> {
        Reply::Hello(Hello {
            version: VERSION,
            board: chip.board,
            net: N::NAME,
            fingerprint: format::fingerprint::<N>(),
            parameters: N::PARAMETERS as u32,
            input: N::INPUT.map(|side| side as u16),
            classes: N::CLASSES as u16,
            unit: C::SCALE.unit,
            session: self.session,
            learned: self.learned(),
            checksum: self.checksum().ok(),
        })
    }

    /// Begins a session with what is there, if the desktop knows what that is.
    fn begin(&mut self, session: u32, learned: u32) -> Result<Reply<'static>, Refused> {
        if session == 0 {
            return Err(Refused::Session);
        }
        if session != self.session {
            if learned != self.learned() {
                return Err(Refused::Learned);
            }
            match &mut self.model {
                Model::Whole { last, .. } => *last = NO_SAMPLE,
                // The session that was to bring the rest is over.
                coming @ Model::Coming(_) => *coming = Model::None(Refused::NoModel),
                Model::None(_) => {}
            }
            self.session = session;
        }
        Ok(Reply::Begun)
    }

    /// Whether this is the session now, be it that none has begun.
    fn is(&self, session: u32) -> Result<(), Refused> {
        if session == self.session { Ok(()) } else { Err(Refused::Session) }
    }

    /// Whether this session has begun.
    fn begun(&self, session: u32) -> Result<(), Refused> {
        if session != 0 { self.is(session) } else { Err(Refused::Session) }
    }

    fn down(&mut self, over: u32, at: u32, bytes: &[u8]) -> Result<Reply<'static>, Refused> {
        let length = format::length::<N>();
        let at = at as usize;
        if length.checked_sub(at).map(|rest| rest.min(CHUNK)) != Some(bytes.len()) {
            return Err(Refused::Place);
        }
        let end = at + bytes.len();
        let learned = self.learned();
        let parameters = self.learner.parameters_mut().map_err(Refused::Sample)?;
        if at == 0 {
            // With nothing learnt there is nothing to lose, and so it is if this piece comes twice.
            if learned != 0 && learned != over {
                return Err(Refused::Learned);
            }
            // The header, which tells nets apart, is read before a parameter moves.
            let mut reader = Reader::default();
            reader.take(bytes, parameters).map_err(Refused::Model)?;
            self.model = Model::Coming(reader);
        } else {
            let reader = match &mut self.model {
                Model::Coming(reader) => reader,
                Model::None(why) => return Err(*why),
                // The answer to the last piece was lost.
                Model::Whole { learned: 0, .. } if end == length => {
                    return Ok(Reply::Taken { next: length as u32 });
                }
                Model::Whole { .. } => return Err(Refused::Place),
            };
            let next = reader.taken();
            if end == next {
                return Ok(Reply::Taken { next: next as u32 });
            }
            if at != next {
                return Err(Refused::Place);
            }
            if let Err(why) = reader.take(bytes, parameters) {
                self.model = Model::None(Refused::Model(why));
                return Err(Refused::Model(why));
            }
        }
        if matches!(&self.model, Model::Coming(reader) if reader.is_whole()) {
            self.model = Model::Whole { learned: 0, last: NO_SAMPLE };
        }
        Ok(Reply::Taken { next: end as u32 })
    }

    fn checksum(&self) -> Result<u32, Refused> {
        self.ready()?;
        self.parameters().map(format::checksum)
    }

    fn parameters(&self) -> Result<&Parameters<N>, Refused> {
        self.learner.parameters().ok_or(Refused::Sample(Refusal::Busy))
    }

    /// How many samples its model has learnt from; none if there is no model.
    fn learned(&self) -> u32 {
        self.ready().map_or(0, |(learned, _)| learned)
    }

    fn up<'a>(&mut self, at: u32, piece: &'a mut Vec<u8, CHUNK>) -> Result<Reply<'a>, Refused> {
        self.ready()?;
        let (parameters, mut before) = (self.parameters()?, at as usize);
        // An error is how the walk is told that the piece is full.
        let _ = format::emit::<_, _, ()>(parameters, |bytes| {
            for &byte in bytes {
                match before.checked_sub(1) {
                    Some(less) => before = less,
                    None => piece.push(byte).map_err(drop)?,
                }
            }
            Ok(())
        });
        Ok(Reply::Model { bytes: piece })
    }

    fn classify(&mut self, clock: &impl Clock, image: &[u8]) -> Result<Reply<'static>, Refused> {
        self.ready()?;
        self.see(image)?;
        let start = clock.ticks();
        let class = self.learner.classify().map_err(Refused::Sample)? as u16;
        Ok(Reply::Class { class, time: clock.since(start) })
    }

    fn learn(
        &mut self,
        clock: &impl Clock,
        step: u32,
        image: &[u8],
        (label, rate): (u16, f32),
    ) -> Result<Reply<'static>, Refused> {
        let (learned, last) = self.ready()?;
        if step.checked_add(1) == Some(learned) {
            return Ok(last);
        }
        if step != learned {
            return Err(Refused::Step);
        }
        let learned = step.checked_add(1).ok_or(Refused::Step)?;
        self.see(image)?;
        let start = clock.ticks();
        let loss = self.learner.step(label.into(), &Rates::new(rate)).map_err(Refused::Sample)?;
        let reply = Reply::Learned { loss, time: clock.since(start) };
        self.model = Model::Whole { learned, last: reply };
        Ok(reply)
    }

    /// How many samples the model has learnt from, and what was said of the last.
    fn ready(&self) -> Result<(u32, Reply<'static>), Refused> {
        match self.model {
            Model::Whole { learned, last } => Ok((learned, last)),
            Model::None(why) => Err(why),
            Model::Coming(_) => Err(Refused::NoModel),
        }
    }

    fn see(&mut self, image: &[u8]) -> Result<(), Refused> {
        let (pixels, rest) = image.as_chunks::<4>();
        if pixels.len() != N::PIXELS || !rest.is_empty() {
            return Err(Refused::Pixels);
        }
        let image = self.learner.image_mut().map_err(Refused::Sample)?;
        for (to, &pixel) in image.flat_mut().iter_mut().zip(pixels) {
            *to = f32::from_le_bytes(pixel);
        }
        Ok(())
    }
}
