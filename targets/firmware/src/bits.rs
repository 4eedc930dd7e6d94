//! The same bits: training runs that end in checksums, to be compared between machines.
//!
//! Nothing here asks for a board, so the desktop runs this very code and a test compares the lines.

use core::fmt::{self, Display};
use core::task::Poll;

use cpfo::choice::All;
use cpfo::format;
use cpfo::net::{Image, Net, Parameters};
use cpfo::pixel::Bytes;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Batch, Inference, Learner, Rates, Refusal, Sgd, Velocity};

use crate::nets::{digits, lenet};

/// Images of 8 × 8 pixels from 0 to 16, the first `COUNT` of the digits, with their labels.
pub struct Samples<const COUNT: usize> {
    /// Pixels, row by row.
    pub pixels: [[u8; 64]; COUNT],
    /// Classes.
    pub labels: [u8; COUNT],
}

impl<const COUNT: usize> Samples<COUNT> {
    /// Cut from the two IDX files of the digits, whose headers have 16 and 8 bytes.
    pub(crate) const fn cut(images: &[u8], labels: &[u8]) -> Self {
        let mut samples = Self { pixels: [[0; 64]; COUNT], labels: [0; COUNT] };
        let mut n = 0;
        while n < COUNT {
            samples.labels[n] = labels[8 + n];
            let mut p = 0;
            while p < 64 {
                samples.pixels[n][p] = images[16 + 64 * n + p];
                p += 1;
            }
            n += 1;
        }
        samples
    }

    /// Sample `n` of an endless repetition, drawn into `image`: each pixel as a square of the size
    /// that fits, in the middle.
    pub fn draw<N: Net>(&self, n: usize, image: &mut Image<N>) -> usize {
        self.store::<N, f32>(n, image.flat_mut(), |pixel| f32::from(pixel) / 16.0)
    }

    /// The same as bytes, of which 16 is white.
    pub fn draw_bytes<N: Net>(&self, n: usize, image: &mut Image<N, Bytes<16>>) -> usize {
        self.store::<N, u8>(n, image.flat_mut(), |pixel| pixel)
    }

    fn store<N: Net, T>(&self, n: usize, image: &mut [T], value: fn(u8) -> T) -> usize {
        let [rows, columns, maps] = N::INPUT;
        let side = (rows / 8).max(1);
        let (top, left) = ((rows - 8 * side) / 2, (columns - 8 * side) / 2);
        let pixels = &self.pixels[n % COUNT];
        for (cell, x) in image.iter_mut().enumerate() {
            let (r, c) = (cell / maps / columns, cell / maps % columns);
            let inside = |at: usize, first: usize| at.checked_sub(first).map(|at| at / side);
            *x = value(match (inside(r, top), inside(c, left)) {
                (Some(r @ 0..8), Some(c @ 0..8)) => pixels[8 * r + c],
                _ => 0,
            });
        }
        usize::from(self.labels[n % COUNT])
    }
}

/// The first digits.
pub static SAMPLES: Samples<32> = Samples::cut(
    include_bytes!("../../../harness/data/digits-images-idx3-ubyte"),
    include_bytes!("../../../harness/data/digits-labels-idx1-ubyte"),
);

/// Memory for a run of mini-batches.
pub struct BatchRoom<N: Net> {
    parameters: Parameters<N>,
    image: Image<N>,
    trainer: Batch<N>,
    velocity: Velocity<N>,
    inference: Inference<N>,
}

impl<N: Net> Zero for BatchRoom<N> {
    const ZERO: Self = Self {
        parameters: N::ZERO,
        image: Image::<N>::ZERO,
        trainer: Batch::ZERO,
        velocity: Velocity::ZERO,
        inference: Inference::ZERO,
    };
}

/// Where a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// CRC-32 of all parameters.
    pub parameters: u32,
    /// CRC-32 of all losses, or outputs, on the way.
    pub course: u32,
}

impl Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x} {:08x}", self.parameters, self.course)
    }
}

/// With a little decay, so that its sweep is part of the comparison.
const RATES: Rates = Rates::new(0.03).with_decay(1e-4);

/// Learns from `updates` samples in place, from fresh weights.
pub fn in_place<N: Net>(learner: &mut Learner<N>, updates: usize) -> Result<Bits, Refusal> {
    learner.parameters_mut()?.initialize(&mut Rng::new(2014));
    let mut course = format::Checksum::new();
    for n in 0..updates {
        let label = SAMPLES.draw::<N>(n, learner.image_mut()?);
        let loss = learner.step(label, &RATES)?;
        course.add(&[loss]);
    }
    Ok(Bits { parameters: format::checksum(learner.parameters_mut()?), course: course.end() })
}

/// As [`in_place`], each step in slices: their budgets are drawn, from one unit to a whole pass.
pub fn in_slices<N: Net>(learner: &mut Learner<N>, updates: usize) -> Result<Bits, Refusal> {
    learner.parameters_mut()?.initialize(&mut Rng::new(2014));
    let (mut course, mut budgets) = (format::Checksum::new(), Rng::new(4102));
    for n in 0..updates {
        let label = SAMPLES.draw::<N>(n, learner.image_mut()?);
        learner.begin(label, &RATES)?;
        let loss = loop {
            let budget = budgets.next_u32() >> (16 + budgets.next_u32() % 16);
            if let Poll::Ready(loss) = learner.resume(budget) {
                break loss?;
            }
        };
        course.add(&[loss]);
    }
    Ok(Bits { parameters: format::checksum(learner.parameters_mut()?), course: course.end() })
}

/// One that learns from images of bytes.
pub type OfBytes<N> = Learner<N, All, Bytes<16>>;

/// As [`in_place`], from images of bytes.
pub fn of_bytes<N: Net>(learner: &mut OfBytes<N>, updates: usize) -> Result<Bits, Refusal> {
    learner.parameters_mut()?.initialize(&mut Rng::new(2014));
    let mut course = format::Checksum::new();
    for n in 0..updates {
        let label = SAMPLES.draw_bytes::<N>(n, learner.image_mut()?);
        let loss = learner.step(label, &RATES)?;
        course.add(&[loss]);
    }
    Ok(Bits { parameters: format::checksum(learner.parameters_mut()?), course: course.end() })
}

/// Learns from `updates` mini-batches of 16 with momentum and decay, from fresh weights.
pub fn batches<N: Net>(room: &mut BatchRoom<N>, updates: usize) -> Result<Bits, Refusal> {
    room.parameters.initialize(&mut Rng::new(2014));
    let mut course = format::Checksum::new();
    let sgd = Sgd { rate: 0.03, momentum: 0.9, decay: 1e-4 };
    for update in 0..updates {
        for n in 16 * update..16 * (update + 1) {
            let label = SAMPLES.draw::<N>(n, &mut room.image);
            let seen = room.trainer.add(&room.parameters, &room.image, label)?;
            course.add(&[seen.loss]);
        }
        room.trainer.update(&mut room.parameters, &mut room.velocity, &sgd)?;
    }
    course.add(room.inference.outputs(&room.parameters, &room.image)?);
    Ok(Bits { parameters: format::checksum(&room.parameters), course: course.end() })
}

/// Memory for [`all`].
pub struct Rooms {
    digits: Learner<digits::Net>,
    digits_bytes: OfBytes<digits::Net>,
    digits_batches: BatchRoom<digits::Net>,
    lenet: Learner<lenet::Net>,
}

impl Zero for Rooms {
    const ZERO: Self = Self {
        digits: Learner::ZERO,
        digits_bytes: Learner::ZERO,
        digits_batches: BatchRoom::ZERO,
        lenet: Learner::ZERO,
    };
}

/// A run by name, and where it ended.
pub type Line = (&'static str, Bits);

/// What a machine with enough memory runs.
pub fn all(rooms: &mut Rooms, mut line: impl FnMut(Line)) -> Result<(), Refusal> {
    line(small(&mut rooms.digits)?);
    line(("digits, the same in slices", in_slices(&mut rooms.digits, 200)?));
    line(("digits, the same from bytes", of_bytes(&mut rooms.digits_bytes, 200)?));
    line(("digits, 20 mini-batches", batches(&mut rooms.digits_batches, 20)?));
    line(("lenet, 20 updates in place", in_place(&mut rooms.lenet, 20)?));
    line(("lenet, the same in slices", in_slices(&mut rooms.lenet, 20)?));
    Ok(())
}

/// The run of [`all`] that fits into 16 KB.
pub fn small(room: &mut Learner<digits::Net>) -> Result<Line, Refusal> {
    Ok(("digits, 200 updates in place", in_place(room, 200)?))
}
