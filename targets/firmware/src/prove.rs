//! The programs that say what the chip did. Tests compare their lines: with those of the desktop, and
//! with committed ones.

use core::hint::black_box;
use core::task::Poll;

use cpfo::choice::All;
use cpfo::net::{Image, Net};
use cpfo::pixel::Pixel;
use cpfo::rng::Rng;
use cpfo::shape::Zero;
use cpfo::train::{Learner, Rates, Refusal};
use static_cell::ConstStaticCell;

use crate::bits::{self, Line, OfBytes, Rooms, SAMPLES};
use crate::console::say;
use crate::nets::{digits, lenet};
use crate::{Board, Clock, Devices, Failure, goldens, stack};

fn line((name, bits): Line) {
    say!("{}: {:08x} {:08x}", name, bits.parameters, bits.course);
}

/// Trains in several ways and runs the goldens; says where each run ended.
pub fn bits() -> Result<(), Failure> {
    static ROOMS: ConstStaticCell<Rooms> = ConstStaticCell::new(Rooms::ZERO);
    static GOLDENS: ConstStaticCell<goldens::Rooms> = ConstStaticCell::new(goldens::Rooms::ZERO);
    bits::all(ROOMS.try_take().ok_or(Failure::Memory)?, line).map_err(Failure::Sample)?;
    goldens::all(GOLDENS.try_take().ok_or(Failure::Memory)?, line).map_err(Failure::Model)
}

/// The run of [`bits`] that fits into 16 KB.
pub fn bits_small() -> Result<(), Failure> {
    static ROOM: ConstStaticCell<Learner<digits::Net>> = ConstStaticCell::new(Learner::ZERO);
    line(bits::small(ROOM.try_take().ok_or(Failure::Memory)?).map_err(Failure::Sample)?);
    Ok(())
}

/// What net A takes.
pub fn figures_of_digits<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
    static ROOM: ConstStaticCell<Learner<digits::Net>> = ConstStaticCell::new(Learner::ZERO);
    figures(devices, ROOM.try_take().ok_or(Failure::Memory)?)
}

/// What net B takes.
pub fn figures_of_lenet<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
    static ROOM: ConstStaticCell<Learner<lenet::Net>> = ConstStaticCell::new(Learner::ZERO);
    figures(devices, ROOM.try_take().ok_or(Failure::Memory)?)
}

/// The unit of a board's clock.
fn unit<B: Board>(_: &Devices<B>) -> &'static str {
    <B::Clock as Clock>::SCALE.unit
}

/// A few steps from fresh weights, and the sample to go on with; its label.
fn warm_up<N: Net, X: Pixel>(
    learner: &mut Learner<N, All, X>,
    draw: impl Fn(usize, &mut Image<N, X>) -> usize,
) -> Result<usize, Refusal> {
    learner.parameters_mut()?.initialize(&mut Rng::new(2014));
    for n in 0..20 {
        let label = draw(n, learner.image_mut()?);
        learner.step(label, &Rates::new(0.03))?;
    }
    Ok(draw(20, learner.image_mut()?))
}

/// Instructions and stack of one forward pass and one step.
fn figures<B: Board, N: Net>(
    devices: &Devices<B>,
    learner: &mut Learner<N>,
) -> Result<(), Failure> {
    say!("{}: {} parameters, {} bytes", N::NAME, N::PARAMETERS, N::PARAMETER_BYTES);
    say!(
        "{}: inference {} bytes beside them, in place {}",
        N::NAME,
        N::INFERENCE_BYTES,
        N::IN_PLACE_BYTES
    );
    let draw = |n, image: &mut _| SAMPLES.draw::<N>(n, image);
    let label = warm_up(learner, draw).map_err(Failure::Sample)?;
    let mut class = Ok(0);
    let (took, stack) = measure(&devices.clock, || {
        class = black_box(black_box(&mut *learner).classify());
    });
    let class = class.map_err(Failure::Sample)?;
    say!("{}: a {} is taken for a {}", N::NAME, label, class);
    say!("{}: forward {} {}, stack {}", N::NAME, took, unit(devices), stack);
    let (took, stack) = measure(&devices.clock, || {
        let _ = black_box(black_box(&mut *learner).step(label, &Rates::new(0.03)));
    });
    say!("{}: step {} {}, stack {}", N::NAME, took, unit(devices), stack);
    Ok(())
}

/// What a step takes in slices, and from bytes, of both nets.
pub fn slices<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
    static DIGITS: ConstStaticCell<Learner<digits::Net>> = ConstStaticCell::new(Learner::ZERO);
    static LENET: ConstStaticCell<Learner<lenet::Net>> = ConstStaticCell::new(Learner::ZERO);
    static DIGITS_BYTES: ConstStaticCell<OfBytes<digits::Net>> =
        ConstStaticCell::new(Learner::ZERO);
    static LENET_BYTES: ConstStaticCell<OfBytes<lenet::Net>> = ConstStaticCell::new(Learner::ZERO);
    let bytes = DIGITS_BYTES.try_take().ok_or(Failure::Memory)?;
    slices_of(devices, DIGITS.try_take().ok_or(Failure::Memory)?, bytes)?;
    let bytes = LENET_BYTES.try_take().ok_or(Failure::Memory)?;
    slices_of(devices, LENET.try_take().ok_or(Failure::Memory)?, bytes)
}

fn slices_of<B: Board, N: Net>(
    devices: &Devices<B>,
    learner: &mut Learner<N>,
    bytes: &mut OfBytes<N>,
) -> Result<(), Failure> {
    let of_bytes = |n, image: &mut _| SAMPLES.draw_bytes::<N>(n, image);
    let label = warm_up(bytes, of_bytes).map_err(Failure::Sample)?;
    let (took, stack) = measure(&devices.clock, || {
        let _ = black_box(black_box(&mut *bytes).step(label, &Rates::new(0.03)));
    });
    say!("{}: step from bytes {} {}, stack {}", N::NAME, took, unit(devices), stack);
    warm_up(learner, |n, image| SAMPLES.draw::<N>(n, image)).map_err(Failure::Sample)?;
    for budget in [1, 10_000] {
        longest_slice(devices, learner, label, budget)?;
    }
    Ok(())
}

/// The longest slice of a step, from its begin on.
fn longest_slice<B: Board, N: Net>(
    devices: &Devices<B>,
    learner: &mut Learner<N>,
    label: usize,
    budget: u32,
) -> Result<(), Failure> {
    let clock = &devices.clock;
    let start = clock.ticks();
    let rates = Rates { rate: 0.03, decay: 1e-4 };
    black_box(&mut *learner).begin(label, &rates).map_err(Failure::Sample)?;
    let took = clock.since(start);
    let (mut slices, mut longest, mut all) = (1, took, took);
    loop {
        let start = clock.ticks();
        let done = black_box(learner.resume(black_box(budget)));
        let took = clock.since(start);
        (slices, longest, all) = (slices + 1, took.max(longest), all + took);
        if let Poll::Ready(loss) = done {
            loss.map_err(Failure::Sample)?;
            break;
        }
    }
    say!(
        "{}: step in {} slices of {}, the longest {} {}, all {}",
        N::NAME,
        slices,
        budget,
        longest,
        unit(devices),
        all
    );
    Ok(())
}

/// Time and stack of something, counted from here.
pub(crate) fn measure<C: Clock>(clock: &C, mut what: impl FnMut()) -> (u32, usize) {
    stack::paint();
    let floor = stack::depth();
    cycles_begin();
    let start = clock.ticks();
    what();
    let end = clock.ticks();
    cycles_end();
    let took = C::SCALE.convert(end.wrapping_sub(start));
    (took, stack::high_water().saturating_sub(floor))
}

/// Who counts from outside, as the emulator's plugin does, begins here.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn cycles_begin() {
    black_box(0);
}

/// And ends here. It does something else: the linker would make one of two equal functions.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn cycles_end() {
    black_box(1);
}
