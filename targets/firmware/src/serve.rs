//! The application: a net that answers and learns over the serial line of a board.

use cpfo::budget::assert_fits;
use cpfo::net::Net;
use cpfo::shape::Zero as _;
use cpfo::wire::{NAMES, frame_bytes};
use static_cell::ConstStaticCell;

use crate::converse::{Server, converse};
use crate::nets::{digits, lenet};
use crate::{Board, Clock, Devices, Failure, stack};

/// Serves net A.
pub fn serve_digits<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    type Digits = Server<digits::Net, { frame_bytes(digits::Net::PIXELS) }>;
    static SERVER: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::ZERO);
    serve(devices, SERVER.try_take().ok_or(Failure::Memory)?)
}

/// Serves net B.
pub fn serve_lenet<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    type Lenet = Server<lenet::Net, { frame_bytes(lenet::Net::PIXELS) }>;
    static SERVER: ConstStaticCell<Lenet> = ConstStaticCell::new(Lenet::ZERO);
    serve(devices, SERVER.try_take().ok_or(Failure::Memory)?)
}

/// Answers questions for as long as there is a line.
pub fn serve<B: Board, N: Net, const FRAME: usize>(
    mut devices: Devices<B>,
    server: &mut Server<N, FRAME>,
) -> Result<(), Failure> {
    const {
        assert_fits(N::NAME, size_of::<Server<N, FRAME>>(), B::MEMORY.ram);
        let names = B::NAME.len() + N::NAME.len() + <B::Clock as Clock>::SCALE.unit.len();
        assert!(names <= NAMES, "board and net have names too long for the answer to `Hello`");
    }
    stack::paint();
    let stack = || [stack::high_water(), stack::size()];
    converse(B::NAME, &devices.clock, &mut devices.serial, server, &stack)
}
