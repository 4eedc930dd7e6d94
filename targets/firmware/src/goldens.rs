//! The nets of the goldens, run forward on the chip.
//!
//! `goldens.bin` holds for each net, in this order, its model in the device format, the number of
//! images and the images. A test on the desktop writes it from the fixtures that PyTorch made, and
//! holds the outputs there against PyTorch's; here they end in a checksum, which has to be the same.

use cpfo::format::{self, Fault};
use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::Inference;

use crate::bits::{Bits, Line};

/// Models and images.
pub static DATA: &[u8] = include_bytes!("../../../tests/golden/goldens.bin");

/// Memory for one net.
struct Room<N: Net> {
    parameters: Parameters<N>,
    image: Image<N>,
    inference: Inference<N>,
}

impl<N: Net> Zero for Room<N> {
    const ZERO: Self =
        Self { parameters: N::ZERO, image: Image::<N>::ZERO, inference: Inference::ZERO };
}

/// Takes a model and images off `data`, and the checksum of all outputs.
fn outputs<N: Net>(room: &mut Room<N>, data: &mut &[u8]) -> Result<Bits, Fault> {
    let mut take = |length| data.split_off(..length).ok_or(Fault::Length);
    format::parse(take(format::length::<N>())?, &mut room.parameters)?;
    let count = take(4)?.first_chunk().map_or(0, |count| u32::from_le_bytes(*count));
    let mut course = format::Checksum::new();
    for _ in 0..count {
        let pixels = take(4 * N::PIXELS)?.as_chunks::<4>().0;
        for (x, pixel) in room.image.flat_mut().iter_mut().zip(pixels) {
            *x = f32::from_le_bytes(*pixel);
        }
        let outputs = room.inference.outputs(&room.parameters, &room.image);
        course.add(outputs.map_err(|_| Fault::NotFinite)?);
    }
    Ok(Bits { parameters: format::checksum(&room.parameters), course: course.end() })
}

macro_rules! goldens {
    ($($net:ident)*) => {
        /// Memory for all nets.
        pub struct Rooms {
            $($net: Room<cpfo_suite::goldens::$net::Net>,)*
        }

        impl Zero for Rooms {
            const ZERO: Self = Self { $($net: Room::ZERO,)* };
        }

        /// Runs each net on its images, and hands on where it ended.
        pub fn all(rooms: &mut Rooms, mut line: impl FnMut(Line)) -> Result<(), Fault> {
            let mut data = DATA;
            $(line((stringify!($net), outputs(&mut rooms.$net, &mut data)?));)*
            if data.is_empty() { Ok(()) } else { Err(Fault::Length) }
        }
    };
}

cpfo_suite::for_each_golden!(goldens);
