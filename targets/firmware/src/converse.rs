//! Questions and answers: frames of [`cpfo::wire`] over any line, on any machine.
//!
//! The desktop asks; each question is answered before the next one is read. All memory is one
//! [`Server`]: parameters, workspaces, one image, one frame. A frame is decoded where it arrived, and
//! its answer is written over it.

use core::cell::Cell;

use cpfo::net::Net;
use cpfo::shape::Zero;
use cpfo::train::Learner;
use cpfo::wire::{Figures, Refused, Reply, Request, frame_bytes};
use embedded_io::{Read, Write};
use heapless::Vec;

use crate::served::{Chip, Served};
use crate::{Clock, Failure};

/// All memory of a net that is served: its own, and a frame of up to `FRAME` bytes.
pub struct Server<N: Net, const FRAME: usize> {
    learner: Learner<N>,
    frame: Vec<u8, FRAME>,
}

impl<N: Net, const FRAME: usize> Zero for Server<N, FRAME> {
    const ZERO: Self = Self { learner: Learner::ZERO, frame: Vec::new() };
}

/// Answers questions for as long as there is a line. Of the board it needs its name, its clock, and
/// what tells how deep the stack has been, and how deep it can be.
///
/// What has been learnt is worth more than a byte: an error of the line is noise. It is counted, the
/// frame it fell into is answered as garbled, and the desktop asks again.
///
/// # Errors
/// If the line ends.
pub fn converse<C: Clock, N: Net, const FRAME: usize>(
    board: &'static str,
    clock: &C,
    serial: &mut (impl Read + Write),
    server: &mut Server<N, FRAME>,
    stack: &dyn Fn() -> [usize; 2],
) -> Result<(), Failure> {
    const {
        assert!(FRAME >= frame_bytes(N::PIXELS), "a frame does not hold an image of this net");
    }
    let Server { learner, frame } = server;
    let served = &mut Served::new(learner);
    let errors = Cell::new(0);
    let figures = || figures::<N, FRAME>(stack(), errors.get());
    let chip = Chip { board, clock, figures: &figures };
    loop {
        let whole = receive(serial, frame, &errors)?;
        let mut piece = Vec::new();
        let (number, reply) = match Request::parse(frame) {
            Ok((number, request)) if whole => (number, served.answer(&chip, request, &mut piece)),
            _ => (0, Reply::Refused(Refused::Garbled)),
        };
        send(serial, frame, number, &reply, &errors);
    }
}

/// Counts an error; the counter stays at its largest number.
fn count(errors: &Cell<u32>) {
    errors.set(errors.get().saturating_add(1));
}

/// Waits for a frame that is not empty; false if it was too long, or an error fell into it.
fn receive<const FRAME: usize>(
    serial: &mut impl Read,
    frame: &mut Vec<u8, FRAME>,
    errors: &Cell<u32>,
) -> Result<bool, Failure> {
    frame.clear();
    let mut whole = true;
    loop {
        let mut byte = [0];
        match (serial.read(&mut byte), byte) {
            (Ok(0), _) => return Err(Failure::Serial),
            // Between two frames there is nothing to spoil.
            (Err(_), _) => {
                count(errors);
                whole &= frame.is_empty();
            }
            (_, [0]) if whole && frame.is_empty() => {}
            (_, [0]) => return Ok(whole),
            (_, [byte]) => whole &= frame.push(byte).is_ok(),
        }
    }
}

fn send<const FRAME: usize>(
    serial: &mut impl Write,
    frame: &mut Vec<u8, FRAME>,
    number: u8,
    reply: &Reply<'_>,
    errors: &Cell<u32>,
) {
    // The request is done with: the frame's whole room is the answer's. It has enough of it.
    frame.clear();
    let _ = frame.resize_default(FRAME);
    let length = reply.emit(number, frame).unwrap_or(0);
    frame.truncate(length);
    if serial.write_all(frame).and_then(|()| serial.flush()).is_err() {
        count(errors);
    }
}

fn figures<N: Net, const FRAME: usize>(
    [stack, stack_room]: [usize; 2],
    line_errors: u32,
) -> Figures {
    Figures {
        parameters: N::PARAMETER_BYTES as u32,
        workspace: (size_of::<Learner<N>>() - N::PARAMETER_BYTES) as u32,
        line: (Served::<N>::BYTES + FRAME) as u32,
        stack: stack as u32,
        stack_room: stack_room as u32,
        line_errors,
    }
}
