//! The application: a net that answers and learns over the serial line.
//!
//! The desktop asks, in the frames of [`cpfo::wire`]; each question is answered before the next one is
//! read. All memory is one [`Server`], placed in a static: parameters, workspaces, one image, one frame.
//! A frame is decoded where it arrived, and its answer is written over it.

use cpfo::budget::assert_fits;
use cpfo::choice::All;
use cpfo::format::{self, Reader};
use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{InPlace, Inference};
use cpfo::wire::{CHUNK, Figures, Hello, Refused, Reply, Request, VERSION, frame_bytes};
use embedded_io::{Read, Write};
use heapless::Vec;
use static_cell::ConstStaticCell;

use crate::nets::digits;
use crate::{Board, Clock, Devices, Failure, stack};

/// Serves net A.
pub fn serve_digits<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    type Digits = Server<digits::Net, { frame_bytes(digits::Net::PIXELS) }>;
    static SERVER: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::ZERO);
    serve(devices, SERVER.try_take().ok_or(Failure::Memory)?)
}

/// All memory of a net that is served: its own, and a frame of up to `FRAME` bytes.
pub struct Server<N: Net, const FRAME: usize> {
    room: Room<N>,
    frame: Vec<u8, FRAME>,
}

impl<N: Net, const FRAME: usize> Zero for Server<N, FRAME> {
    const ZERO: Self = Self { room: Room::ZERO, frame: Vec::new() };
}

/// Answers questions for as long as there is a line.
pub fn serve<B: Board, N: Net, const FRAME: usize>(
    mut devices: Devices<B>,
    server: &mut Server<N, FRAME>,
) -> Result<(), Failure> {
    const {
        assert!(FRAME >= frame_bytes(N::PIXELS), "a frame does not hold an image of this net");
        assert_fits(N::NAME, size_of::<Server<N, FRAME>>(), B::MEMORY.ram);
    }
    stack::paint();
    let Server { room, frame } = server;
    let learner = &mut Learner::new(room);
    loop {
        let whole = receive(&mut devices.serial, frame)?;
        let mut piece = Vec::new();
        let (number, reply) = match Request::parse(frame) {
            Ok((number, request)) if whole => {
                (number, learner.answer::<B>(&devices.clock, request, &mut piece, FRAME))
            }
            _ => (0, Reply::Refused(Refused::Garbled)),
        };
        send(&mut devices.serial, frame, number, &reply)?;
    }
}

/// Waits for a frame that is not empty; false if it was too long.
fn receive<const FRAME: usize>(
    serial: &mut impl Read,
    frame: &mut Vec<u8, FRAME>,
) -> Result<bool, Failure> {
    frame.clear();
    let mut whole = true;
    loop {
        let mut byte = [0];
        if serial.read(&mut byte).map_err(|_| Failure::Serial)? == 0 {
            return Err(Failure::Serial);
        }
        match byte {
            [0] if whole && frame.is_empty() => {}
            [0] => return Ok(whole),
            [byte] => whole &= frame.push(byte).is_ok(),
        }
    }
}

fn send<const FRAME: usize>(
    serial: &mut impl Write,
    frame: &mut Vec<u8, FRAME>,
    number: u8,
    reply: &Reply<'_>,
) -> Result<(), Failure> {
    // The request is done with: the frame's whole room is the answer's. It has enough of it.
    frame.clear();
    let _ = frame.resize_default(FRAME);
    let length = reply.emit(number, frame).unwrap_or(0);
    frame.truncate(length);
    serial.write_all(frame).map_err(|_| Failure::Serial)?;
    serial.flush().map_err(|_| Failure::Serial)
}

/// A net with its workspaces.
struct Room<N: Net> {
    parameters: Parameters<N>,
    image: Image<N>,
    inference: Inference<N>,
    trainer: InPlace<N>,
}

impl<N: Net> Zero for Room<N> {
    const ZERO: Self = Self {
        parameters: N::ZERO,
        image: Image::<N>::ZERO,
        inference: Inference::ZERO,
        trainer: InPlace::ZERO,
    };
}

/// A net, and where it stands.
struct Learner<'r, N: Net> {
    room: &'r mut Room<N>,
    model: Model<N>,
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

/// The model that `cpfo build` put into the firmware, in the device format; empty without one.
static MODEL: &[u8] = include_bytes!(env!("CPFO_MODEL_FILE"));

impl<'r, N: Net> Learner<'r, N> {
    /// Starts with the model in the firmware, if there is a good one.
    fn new(room: &'r mut Room<N>) -> Self {
        let model = match format::parse::<N>(MODEL, &mut room.parameters) {
            Ok(()) => Model::Whole { learned: 0, last: Reply::Taken { next: MODEL.len() as u32 } },
            Err(why) => Model::None(Refused::Model(why)),
        };
        Self { room, model }
    }

    /// Does what is asked. `piece` is for bytes that the answer borrows.
    fn answer<'a, B: Board>(
        &mut self,
        clock: &B::Clock,
        request: Request<'_>,
        piece: &'a mut Vec<u8, CHUNK>,
        frame: usize,
    ) -> Reply<'a> {
        let reply = match request {
            Request::Hello => Ok(hello::<B, N>()),
            Request::Figures => Ok(Reply::Figures(figures::<N>(frame))),
            Request::Down { at, bytes } => self.down(at, bytes),
            Request::Up { at } => self.up(at, piece),
            Request::Checksum => self
                .ready()
                .map(|_| Reply::Checksum(format::checksum::<N, All>(&self.room.parameters))),
            Request::Classify { image } => self.classify(clock, image),
            Request::Learn { step, image, label, rate } => {
                self.learn(clock, step, image, label, rate)
            }
        };
        reply.unwrap_or_else(Reply::Refused)
    }

    fn down(&mut self, at: u32, bytes: &[u8]) -> Result<Reply<'static>, Refused> {
        // The line may say anything; a sum that wraps fits nothing.
        let end = (at as usize).wrapping_add(bytes.len());
        if at == 0 {
            self.model = Model::Coming(Reader::default());
        }
        let reader = match &mut self.model {
            Model::Coming(reader) => reader,
            Model::None(why) => return Err(*why),
            // The answer to the last piece was lost.
            Model::Whole { learned: 0, .. } if end == format::length::<N>() => {
                return Ok(Reply::Taken { next: format::length::<N>() as u32 });
            }
            Model::Whole { .. } => return Err(Refused::Place),
        };
        let next = reader.taken();
        if end == next {
            return Ok(Reply::Taken { next: next as u32 });
        }
        if at as usize != next {
            return Err(Refused::Place);
        }
        if let Err(why) = reader.take(bytes, &mut self.room.parameters) {
            self.model = Model::None(Refused::Model(why));
            return Err(Refused::Model(why));
        }
        let next = reader.taken() as u32;
        if reader.is_whole() {
            self.model = Model::Whole { learned: 0, last: Reply::Taken { next } };
        }
        Ok(Reply::Taken { next })
    }

    fn up<'a>(&mut self, at: u32, piece: &'a mut Vec<u8, CHUNK>) -> Result<Reply<'a>, Refused> {
        self.ready()?;
        let mut before = at as usize;
        // An error is how the walk is told that the piece is full.
        let _ = format::emit::<N, All, ()>(&self.room.parameters, |bytes| {
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
        let class =
            self.room.inference.classify::<All>(&self.room.parameters, &self.room.image) as u16;
        Ok(Reply::Class { class, time: clock.since(start) })
    }

    fn learn(
        &mut self,
        clock: &impl Clock,
        step: u32,
        image: &[u8],
        label: u16,
        rate: f32,
    ) -> Result<Reply<'static>, Refused> {
        let (learned, last) = self.ready()?;
        if step.checked_add(1) == Some(learned) {
            return Ok(last);
        }
        if step != learned {
            return Err(Refused::Step);
        }
        self.see(image)?;
        let start = clock.ticks();
        let loss = self
            .room
            .trainer
            .step(&mut self.room.parameters, &self.room.image, label.into(), rate, 0.0)
            .map_err(Refused::Sample)?;
        let reply = Reply::Learned { loss, time: clock.since(start) };
        self.model = Model::Whole { learned: learned.wrapping_add(1), last: reply };
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
        for (to, &pixel) in self.room.image.flat_mut().iter_mut().zip(pixels) {
            *to = f32::from_le_bytes(pixel);
        }
        Ok(())
    }
}

fn hello<B: Board, N: Net>() -> Reply<'static> {
    Reply::Hello(Hello {
        version: VERSION,
        board: B::NAME,
        net: N::NAME,
        fingerprint: format::fingerprint::<N>(),
        parameters: N::PARAMETERS as u32,
        input: N::INPUT.map(|side| side as u16),
        classes: N::CLASSES as u16,
        unit: <B::Clock as Clock>::SCALE.unit,
    })
}

fn figures<N: Net>(frame: usize) -> Figures {
    Figures {
        parameters: N::PARAMETER_BYTES as u32,
        workspace: (size_of::<Inference<N>>() + size_of::<InPlace<N>>()) as u32,
        line: (size_of::<Image<N>>() + size_of::<Model<N>>() + frame) as u32,
        stack: stack::high_water() as u32,
        stack_room: stack::size() as u32,
    }
}
