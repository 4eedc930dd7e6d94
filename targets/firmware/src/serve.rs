//! The application: a net that answers and learns over the serial line of a board.

use cpfo::budget::assert_fits;
use cpfo::format;
use cpfo::net::Net;
use cpfo::pixel::Pixel;
use cpfo::scale::Scale;
use cpfo::wire::NAMES;

use crate::converse::{Server, converse};
use crate::nets::{digits, lenet};
use crate::{Board, Clock, Devices, Failure, stack};

/// The model that `cpfo build` put into the firmware, in the device format; empty without one.
const MODEL: &[u8] = include_bytes!(env!("CPFO_MODEL_FILE"));

/// What [`serve!`](crate::serve!) names.
#[doc(hidden)]
pub use {
    cpfo::choice::All, cpfo::shape::Zero, cpfo::wire::frame_bytes_of, static_cell::ConstStaticCell,
};

/// Serves a net over the serial line of a board's devices, for as long as there is a line:
/// `serve!(devices, digits::Net)`, or `serve!(devices, digits::Net, Bytes<16>)` where its images are of
/// bytes. Its memory is a static, where it stands; so it can be called once.
#[macro_export]
macro_rules! serve {
    ($devices:expr, $net:ty) => {
        $crate::serve!($devices, $net, f32)
    };
    ($devices:expr, $net:ty, $pixel:ty) => {{
        type Server = $crate::converse::Server<
            $net,
            { $crate::serve::frame_bytes_of::<$net, $pixel>() },
            $crate::serve::All,
            $pixel,
        >;
        static SERVER: $crate::serve::ConstStaticCell<Server> =
            $crate::serve::ConstStaticCell::new(<Server as $crate::serve::Zero>::ZERO);
        match SERVER.try_take() {
            Some(server) => $crate::serve::serve($devices, server),
            None => Err($crate::Failure::Memory),
        }
    }};
}

/// How raw readings become images of a net, as the model that the firmware was built with says it.
///
/// # Errors
/// If it was built with none, or the model is damaged.
pub fn scale<N: Net>() -> Result<Scale<N>, Failure> {
    format::scale::<N>(MODEL).map_err(Failure::Model)
}

/// Serves net A.
pub fn serve_digits<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    crate::serve!(devices, digits::Net)
}

/// Serves net B.
pub fn serve_lenet<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    crate::serve!(devices, lenet::Net)
}

/// Answers questions for as long as there is a line.
pub fn serve<B: Board, N: Net, X: Pixel, const FRAME: usize>(
    mut devices: Devices<B>,
    server: &mut Server<N, FRAME, All, X>,
) -> Result<(), Failure> {
    const {
        assert!(
            MODEL.is_empty() || format::is_of::<N>(MODEL),
            "the model in CPFO_MODEL is of another net than this firmware serves"
        );
        assert_fits(N::NAME, size_of::<Server<N, FRAME, All, X>>(), B::MEMORY.ram);
        let names = B::NAME.len() + N::NAME.len() + <B::Clock as Clock>::SCALE.unit.len();
        assert!(names <= NAMES, "board and net have names too long for the answer to `Hello`");
    }
    server.start(MODEL);
    stack::paint();
    let stack = || [stack::high_water(), stack::size()];
    converse(B::NAME, &devices.clock, &mut devices.serial, server, &stack)
}
