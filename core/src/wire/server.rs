//! The device's end of a conversation, without a line of its own: bytes in, bytes out.

mod model;
mod served;

use core::task::Poll;

use heapless::Vec;

use super::{Refused, Reply, Request, frame_bytes_of};
use crate::choice::{All, Choice};
use crate::format;
use crate::net::{Net, Parameters};
use crate::pixel::Pixel;
use crate::scale::Scale;
use crate::shape::Zero;
use crate::train::{Learner, Rates, Refusal};
use model::{Model, NO_SAMPLE};
use served::{Outcome, Served, Tally};

/// What a server knows of the chip around it.
pub trait Chip {
    /// The name of the board.
    fn board(&self) -> &'static str;
    /// The unit in which time is given: `us`, `instructions`. With the names of board and net it has
    /// up to [`NAMES`](super::NAMES) bytes.
    fn unit(&self) -> &'static str;
    /// A counter that only goes up, and wraps.
    fn now(&self) -> u32;
    /// What has passed since the counter stood at `start`, in the unit.
    fn since(&self, start: u32) -> u32 {
        self.now().wrapping_sub(start)
    }
    /// The deepest the stack has been and the room it has, in bytes; 0 where nobody knows.
    fn stack(&self) -> [u32; 2] {
        [0, 0]
    }
}

/// A net that is asked and taught over a line: all memory that this takes, with a frame of up to
/// `FRAME` bytes. It is meant for a static. Images come as `X` has them: of
/// [bytes](crate::pixel::Bytes) they take a quarter of the memory, and of the time on the line.
///
/// It does no input and output, so it goes into a blocking loop, a task or an interrupt alike:
///
/// ```
/// # use cpfo::{shape::Zero, wire::{Chip, Request, Server, frame_bytes_of}};
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
/// # struct Board;
/// # impl Chip for Board {
/// #     fn board(&self) -> &'static str { "mine" }
/// #     fn unit(&self) -> &'static str { "us" }
/// #     fn now(&self) -> u32 { 0 }
/// # }
/// # let mut question = [0; 64];
/// # let length = Request::Hello.emit(1, &mut question).unwrap();
/// # let mut line = question[..length].iter().copied();
/// # let mut said = Vec::new();
/// type Served = Server<digits::Net, { frame_bytes_of::<digits::Net, f32>() }>;
/// let mut server = Served::ZERO;
/// server.start(&[]); // the model in flash, if there is one
/// # let mut read = || line.next();
/// # let mut write = |bytes: &[u8]| { said.extend_from_slice(bytes); bytes.len() };
/// # for _ in 0..length + 2 {
/// // Again and again:
/// if let Some(byte) = read() {
///     server.take(byte, &Board);
/// }
/// server.work(2_000, &Board); // a slice of a step, where one is under way
/// if !server.answer().is_empty() {
///     let sent = write(server.answer());
///     server.sent(sent);
/// }
/// # }
/// # assert!(!said.is_empty());
/// ```
///
/// While a step is under way, the sensor loop goes on with an [`Inference`](crate::train::Inference)
/// of its own by [`Learner::parameters`]; bytes that come meanwhile are dropped, and the desktop asks
/// again.
///
/// **Nothing is learnt twice and nothing is lost in silence.** Samples have numbers, and a number that
/// has been is answered as it was before. What changes the model or asks it must name the session
/// that has begun: after a restart none has, and whoever goes on as before is refused. And another
/// model comes in the place of one that has learnt only by a desktop that knows how much.
pub struct Server<N: Net, const FRAME: usize, C: Choice = All, X: Pixel = f32> {
    served: Served<N, C, X>,
    frame: Vec<u8, FRAME>,
    turn: Turn,
}

/// Whose turn it is. (By `repr` the first has the tag 0: a server that has not begun is all zeros, and a
/// static with it takes no flash.)
#[derive(Clone, Copy)]
#[repr(u8)]
enum Turn {
    /// The desktop's: a frame comes, which is whole as far as it has come, or is spoilt.
    Desktop { spoilt: bool },
    /// A step has to be taken.
    Step(Lesson),
    /// The answer lies in the frame; so many of its bytes are sent.
    Device { sent: usize },
}

/// What is asked of a step.
#[derive(Clone, Copy)]
struct Lesson {
    number: u8,
    label: usize,
    rates: Rates,
    /// Whether it has begun, and what it has taken so far.
    begun: Option<u32>,
}

impl<N: Net, const FRAME: usize, C: Choice, X: Pixel> Zero for Server<N, FRAME, C, X> {
    const ZERO: Self = Self {
        served: Served {
            learner: Learner::ZERO,
            model: Model::Nothing,
            scale: Scale::ZERO,
            session: 0,
            tally: Tally::ZERO,
        },
        frame: Vec::new(),
        turn: Turn::Desktop { spoilt: false },
    };
}

impl<N: Net, const FRAME: usize, C: Choice, X: Pixel> Server<N, FRAME, C, X> {
    /// Starts with a stored model and its scale, if it is a good one; without bytes there is none. What is
    /// frozen must have been [loaded](Self::load) before.
    pub fn start(&mut self, model: &[u8]) {
        self.served.learner.abandon();
        let parameters = self.served.learner.parameters_mut().map_err(Refused::Sample);
        let read = parameters.and_then(|to| format::parse(model, to).map_err(Refused::Model));
        self.served.scale = format::scale(model).unwrap_or(Scale::ZERO);
        self.served.model = match read {
            Ok(()) => Model::Whole { learned: 0, last: NO_SAMPLE },
            Err(_) if model.is_empty() => Model::Nothing,
            Err(why) => Model::None(why),
        };
        self.served.session = 0;
        self.listen();
    }

    /// Starts with parameters in flash: copies what trains, and remembers where the rest lies. They come without
    /// a scale, which is the identity until [`set_scale`](Self::set_scale) says another.
    pub fn load(&mut self, from: &'static Parameters<N>) {
        self.served.learner.abandon();
        if let Ok(parameters) = self.served.learner.parameters_mut() {
            parameters.load(from);
        }
        self.served.model = Model::Whole { learned: 0, last: NO_SAMPLE };
        self.served.scale = Scale::ZERO;
        self.served.session = 0;
        self.listen();
    }

    /// How raw readings become its model's inputs: for a sensor of the board's own, and for images that come
    /// as [`Readings`](crate::pixel::Readings). A model that comes over the line brings its own.
    pub fn scale(&self) -> &Scale<N> {
        &self.served.scale
    }

    /// Says the scale of a model that came without one.
    pub fn set_scale(&mut self, scale: Scale<N>) {
        self.served.scale = scale;
    }

    /// The net. While a step is under way its parameters show as
    /// [`Learner::parameters`] says.
    pub fn learner(&self) -> &Learner<N, C, X> {
        &self.served.learner
    }

    /// How many samples its model has learnt from; none if there is no model.
    pub fn learned(&self) -> u32 {
        self.served.model.learned()
    }

    /// Takes a byte of the line, and does what is asked once the frame is whole, but for a step: that
    /// is [`work`](Self::work)'s. A byte that comes out of turn is dropped.
    pub fn take(&mut self, byte: u8, chip: &impl Chip) {
        const {
            assert!(FRAME >= frame_bytes_of::<N, X>(), "a frame does not hold an image of this net")
        };
        let Turn::Desktop { spoilt } = self.turn else { return };
        match byte {
            0 if !spoilt && self.frame.is_empty() => {}
            0 => self.asked(!spoilt, chip),
            byte => {
                let spoilt = spoilt || self.frame.push(byte).is_err();
                self.turn = Turn::Desktop { spoilt };
            }
        }
    }

    /// Counts an error that the port tells of. What has been learnt is worth more than a byte: an error
    /// is noise, the frame it fell into is answered as garbled, and the desktop asks again.
    pub fn line_error(&mut self) {
        let errors = &mut self.served.tally.line_errors;
        *errors = errors.saturating_add(1);
        // Between two frames there is nothing to spoil.
        if !self.frame.is_empty()
            && let Turn::Desktop { spoilt } = &mut self.turn
        {
            *spoilt = true;
        }
    }

    /// Goes on with a step by about `budget` multiplications, if one is under way. Says whether there
    /// is more of it.
    pub fn work(&mut self, budget: u32, chip: &impl Chip) -> bool {
        let Turn::Step(lesson) = &mut self.turn else { return false };
        let start = chip.now();
        let done = match lesson.begun {
            Some(_) => self.served.learner.resume(budget),
            None => match self.served.learner.begin(lesson.label, &lesson.rates) {
                Ok(()) => Poll::Pending,
                Err(why) => Poll::Ready(Err(why)),
            },
        };
        let took = lesson.begun.unwrap_or(0).saturating_add(chip.since(start));
        lesson.begun = Some(took);
        let lesson = *lesson;
        match done {
            Poll::Pending => true,
            Poll::Ready(done) => {
                self.learnt(lesson.number, done, took);
                false
            }
        }
    }

    /// Takes the step that is asked for in one go, if there is one: faster than in slices, with the
    /// same bits.
    pub fn finish(&mut self, chip: &impl Chip) {
        match self.turn {
            Turn::Step(Lesson { number, label, rates, begun: None }) => {
                let start = chip.now();
                let done = self.served.learner.step(label, &rates);
                self.learnt(number, done, chip.since(start));
            }
            _ => while self.work(u32::MAX, chip) {},
        }
    }

    /// The bytes that wait to be sent.
    pub fn answer(&self) -> &[u8] {
        match self.turn {
            Turn::Device { sent } => self.frame.get(sent..).unwrap_or_default(),
            Turn::Desktop { .. } | Turn::Step(_) => &[],
        }
    }

    /// Says that so many of them have been sent. After the last it is the desktop's turn.
    pub fn sent(&mut self, bytes: usize) {
        if let Turn::Device { sent } = &mut self.turn {
            *sent = sent.saturating_add(bytes);
            if *sent >= self.frame.len() {
                self.listen();
            }
        }
    }

    fn listen(&mut self) {
        self.frame.clear();
        self.turn = Turn::Desktop { spoilt: false };
    }

    /// A frame has come to its end.
    fn asked(&mut self, whole: bool, chip: &impl Chip) {
        let (bytes, mut piece) = (size_of::<Self>(), Vec::new());
        let (number, reply) = match Request::parse(&mut self.frame) {
            Ok((number, request)) if whole => {
                match self.served.asked(&request, (chip, bytes), &mut piece) {
                    Ok(Outcome::Said(reply)) => (number, reply),
                    Ok(Outcome::Step(label, rates)) => {
                        self.turn = Turn::Step(Lesson { number, label, rates, begun: None });
                        return;
                    }
                    Err(why) => (number, Reply::Refused(self.served.tally.refuse(why))),
                }
            }
            _ => (0, Reply::Refused(self.served.tally.refuse(Refused::Garbled))),
        };
        self.say(number, &reply);
    }

    fn say(&mut self, number: u8, reply: &Reply<'_>) {
        self.frame.clear();
        // The frame has room enough, of which `take` makes sure.
        let _ = self.frame.resize_default(FRAME);
        let length = reply.emit(number, &mut self.frame).unwrap_or(0);
        self.frame.truncate(length);
        self.turn = Turn::Device { sent: 0 };
    }

    fn learnt(&mut self, number: u8, done: Result<f32, Refusal>, time: u32) {
        self.served.tally.step = time;
        let reply = match (done, self.served.model.ready()) {
            (Ok(loss), Ok((learned, _))) => {
                let last = Reply::Learned { loss, time };
                self.served.model = Model::Whole { learned: learned.saturating_add(1), last };
                last
            }
            (Err(why), _) => Reply::Refused(self.served.tally.refuse(Refused::Sample(why))),
            (_, Err(why)) => Reply::Refused(self.served.tally.refuse(why)),
        };
        self.say(number, &reply);
    }
}
