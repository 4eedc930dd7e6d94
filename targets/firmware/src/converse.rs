//! A server at a line, in a loop that waits: [`cpfo::wire::Server`] with a board's port and clock.

use cpfo::choice::Choice;
use cpfo::net::Net;
use cpfo::pixel::Pixel;
use cpfo::wire::Chip;
use embedded_io::{Read, Write};

use crate::{Clock, Failure};

pub use cpfo::wire::Server;

/// What a server is told of its board.
struct Around<'a, C> {
    board: &'static str,
    clock: &'a C,
    stack: &'a dyn Fn() -> [usize; 2],
}

impl<C: Clock> Chip for Around<'_, C> {
    fn board(&self) -> &'static str {
        self.board
    }
    fn unit(&self) -> &'static str {
        C::SCALE.unit
    }
    fn now(&self) -> u32 {
        self.clock.ticks()
    }
    fn since(&self, start: u32) -> u32 {
        self.clock.since(start)
    }
    fn stack(&self) -> [u32; 2] {
        (self.stack)().map(|bytes| bytes as u32)
    }
}

/// Answers questions for as long as there is a line, by a server that has been
/// [started](Server::start) or [loaded](Server::load). Of the board it needs its name, its clock, and
/// what tells how deep the stack has been, and how deep it can be.
///
/// # Errors
/// If the line ends.
pub fn converse<K: Clock, N: Net, C: Choice, X: Pixel, const FRAME: usize>(
    board: &'static str,
    clock: &K,
    serial: &mut (impl Read + Write),
    server: &mut Server<N, FRAME, C, X>,
    stack: &dyn Fn() -> [usize; 2],
) -> Result<(), Failure> {
    let chip = Around { board, clock, stack };
    loop {
        let mut bytes = [0; 32];
        let come = match serial.read(&mut bytes) {
            Ok(0) => return Err(Failure::Serial),
            Ok(come) => bytes.get(..come).unwrap_or_default(),
            Err(_) => {
                server.line_error();
                continue;
            }
        };
        for &byte in come {
            server.take(byte, &chip);
            server.finish(&chip);
            if !server.answer().is_empty() {
                send(serial, server);
            }
        }
    }
}

/// Sends the answer. What the line does not take is lost, and the desktop asks again.
fn send<N: Net, C: Choice, X: Pixel, const FRAME: usize>(
    serial: &mut impl Write,
    server: &mut Server<N, FRAME, C, X>,
) {
    while !server.answer().is_empty() {
        match serial.write(server.answer()) {
            Ok(sent @ 1..) => server.sent(sent),
            Ok(0) | Err(_) => {
                server.line_error();
                server.sent(usize::MAX);
            }
        }
    }
    if serial.flush().is_err() {
        server.line_error();
    }
}
