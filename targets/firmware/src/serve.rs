//! The application: a net that answers and learns over the serial line of a board.

use cpfo::budget::assert_fits;
use cpfo::choice::Choice;
use cpfo::format;
use cpfo::net::Net;
use cpfo::pixel::Pixel;
use cpfo::scale::Scale;
use cpfo::wire::NAMES;

use crate::converse::{Server, converse};
use crate::{Board, Clock, Devices, Failure, stack};

/// The model that `cpfo build` put into the firmware, in the device format; empty without one.
const MODEL: &[u8] = include_bytes!(env!("CPFO_MODEL_FILE"));

include!(concat!(env!("OUT_DIR"), "/trains.rs"));

/// What [`serve!`](crate::serve!) names.
#[doc(hidden)]
pub use {
    cpfo, cpfo::net::Parameters, cpfo::shape::Zero, cpfo::wire::frame_bytes_of,
    static_cell::ConstStaticCell,
};

/// Serves a net over the serial line of a board's devices, for as long as there is a line:
/// `serve!(devices, digits::Net)`; `serve!(devices, digits::Net, Bytes<16>)` where its images are of bytes;
/// `serve!(devices, gesture::Net, Readings<i16>)` where raw readings come, to which the scale of the
/// model is applied. Its memory is a static, where it stands; so it can be called once.
#[macro_export]
macro_rules! serve {
    ($devices:expr, $net:ty) => {
        $crate::serve!($devices, $net, f32)
    };
    ($devices:expr, $net:ty, $pixel:ty) => {{
        type Server = $crate::converse::Server<
            $net,
            { $crate::serve::frame_bytes_of::<$net, $pixel>() },
            $crate::serve::Trains,
            $pixel,
        >;
        static SERVER: $crate::serve::ConstStaticCell<Server> =
            $crate::serve::ConstStaticCell::new(<Server as $crate::serve::Zero>::ZERO);
        match SERVER.try_take() {
            Some(server) => $crate::serve::serve($devices, server, $crate::frozen!($net)),
            None => Err($crate::Failure::Memory),
        }
    }};
}

/// The model whose frozen layers are read in flash, if a part of it is frozen.
#[cfg(cpfo_frozen)]
#[doc(hidden)]
#[macro_export]
macro_rules! frozen {
    ($net:ty) => {{
        // What the expression names.
        use $crate::serve::cpfo;
        static FROZEN: $crate::serve::Parameters<$net> = include!(env!("CPFO_FROZEN"));
        Some(&FROZEN)
    }};
}
#[cfg(not(cpfo_frozen))]
#[doc(hidden)]
#[macro_export]
macro_rules! frozen {
    ($net:ty) => {
        None
    };
}

/// How raw readings become images of a net, as the model that the firmware was built with says it. That of a
/// model which came over the line is the server's.
///
/// # Errors
/// If it was built with none, or the model is damaged.
pub fn scale<N: Net>() -> Result<Scale<N>, Failure> {
    format::scale::<N>(MODEL).map_err(Failure::Model)
}

/// Answers questions for as long as there is a line. Where a part of the net is frozen, `frozen` is the
/// model that it is read from.
pub fn serve<B: Board, N: Net, C: Choice, X: Pixel, const FRAME: usize>(
    mut devices: Devices<B>,
    server: &mut Server<N, FRAME, C, X>,
    frozen: Option<&'static Parameters<N>>,
) -> Result<(), Failure> {
    const {
        assert!(
            MODEL.is_empty() || format::is_of::<N>(MODEL),
            "the model in CPFO_MODEL is of another net than this firmware serves"
        );
        assert_fits(N::NAME, size_of::<Server<N, FRAME, C, X>>(), B::MEMORY.ram);
        let names = B::NAME.len() + N::NAME.len() + <B::Clock as Clock>::SCALE.unit.len();
        assert!(names <= NAMES, "board and net have names too long for the answer to `Hello`");
    }
    match frozen {
        Some(model) => server.load(model),
        // Known when it is compiled: of two copies of a model one would lie in flash for nothing.
        None if cfg!(cpfo_frozen) => {}
        None => server.start(MODEL),
    }
    stack::paint();
    let stack = || [stack::high_water(), stack::size()];
    converse(B::NAME, &devices.clock, &mut devices.serial, server, &stack)
}
