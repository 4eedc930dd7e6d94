//! Learns, saves what it has learnt, and is reset in the middle of it, over and over.
//!
//! What was acknowledged is kept in RAM, which a reset of the core leaves as it is, and compared with what
//! the store has. In the end all that was learnt must be what a run without a reset learns.

use core::hint::black_box;
use core::mem::MaybeUninit;

use cpfo::choice::All;
use cpfo::format::{self, Fault};
use cpfo::net::Net;
use cpfo::rng::Rng;
use cpfo::shape::Zero as _;
use cpfo::store::{Model, Origin, Progress, Slot, Store};
use cpfo::train::{Learner, Rates};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use static_cell::ConstStaticCell;

use crate::bits::SAMPLES;
use crate::console::say;
use crate::nets::{digits, lenet};
use crate::prove::measure;
use crate::{Board, Clock, Devices, Failure};

/// How often the chip is reset.
const RESETS: u32 = 200;
/// Samples between two saves.
const STEPS: u32 = 2;

/// What is known of what was learnt: how many samples, and the checksum of the parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
struct Learnt {
    samples: u32,
    checksum: u32,
}

/// What a reset leaves. All of it are numbers, so whatever is there at first is a value.
#[derive(Clone, Copy)]
#[repr(C)]
struct Kept {
    magic: u32,
    resets: u32,
    saves: u32,
    /// Writes and erases of a save that is not cut.
    operations: u32,
    acknowledged: Learnt,
    /// What was to be saved next.
    begun: Learnt,
}

#[unsafe(link_section = ".uninit.kept")]
static mut KEPT: MaybeUninit<Kept> = MaybeUninit::uninit();

impl Kept {
    const MAGIC: u32 = 0x4B45_4550;

    /// What the last reset left, or nothing if it was no reset.
    fn read() -> Option<Self> {
        // SAFETY: a word of RAM has some value, and any value is a number. Nothing runs beside this.
        let kept = unsafe { (&raw const KEPT).cast::<Self>().read_volatile() };
        (kept.magic == Self::MAGIC).then_some(kept)
    }

    fn write(self) {
        // SAFETY: nothing runs beside this.
        unsafe { (&raw mut KEPT).cast::<Self>().write_volatile(self) };
    }
}

/// A flash with a chip that is reset in the middle of a word or of an erase.
struct Cut<F> {
    flash: F,
    /// Words and sectors until then.
    left: Option<u32>,
    done: u32,
    rng: Rng,
    reset: fn() -> !,
}

impl<F: NorFlash> Cut<F> {
    fn is_now(&mut self) -> bool {
        self.done += 1;
        match &mut self.left {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    /// Some of the bits of a word.
    fn part(&mut self, at: u32, word: &[u8]) -> Result<(), F::Error> {
        let mut part = [0xFF; 8];
        for (to, byte) in part.iter_mut().zip(word) {
            *to = byte | self.rng.next_u32() as u8;
        }
        match part.get(..word.len()) {
            Some(part) => self.flash.write(at, part),
            None => Ok(()),
        }
    }
}

impl<F: NorFlash> ErrorType for Cut<F> {
    type Error = F::Error;
}

impl<F: NorFlash> ReadNorFlash for Cut<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), F::Error> {
        self.flash.read(offset, bytes)
    }
    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl<F: NorFlash> NorFlash for Cut<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        if !self.is_now() {
            return self.flash.erase(from, to);
        }
        let kind = self.rng.below(3);
        if kind > 0 {
            self.flash.erase(from, to)?;
        }
        if kind > 1 {
            // As if some of it had come to nothing.
            for at in (from..to).step_by(F::WRITE_SIZE) {
                self.part(at, [0; 8].get(..F::WRITE_SIZE).unwrap_or_default())?;
            }
        }
        (self.reset)()
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        for (at, word) in (offset..).step_by(F::WRITE_SIZE).zip(bytes.chunks(F::WRITE_SIZE)) {
            if self.is_now() {
                self.part(at, word)?;
                (self.reset)()
            }
            self.flash.write(at, word)?;
        }
        Ok(())
    }
}

/// Two slots, each half of a flash.
fn store<N: Net, F: NorFlash>(flash: F) -> Result<Store<N, F>, Failure> {
    let all = flash.capacity() as u32;
    let slots = [Slot::new(0..all / 2), Slot::new(all / 2..all)];
    Store::new(flash, slots).map_err(|_| Failure::Flash)
}

fn learn<N: Net>(learner: &mut Learner<N>, sample: u32) -> Result<(), Failure> {
    let image = learner.image_mut().map_err(Failure::Sample)?;
    let label = SAMPLES.draw::<N>(sample as usize, image);
    learner.step(label, &Rates::new(0.03)).map(drop).map_err(Failure::Sample)
}

fn learnt<N: Net>(learner: &Learner<N>, samples: u32) -> Learnt {
    Learnt { samples, checksum: learner.parameters().map_or(0, format::checksum) }
}

/// Fresh parameters, as in every run.
fn begin<N: Net>(learner: &mut Learner<N>) -> Result<(), Failure> {
    learner.parameters_mut().map_err(Failure::Sample)?.initialize(&mut Rng::new(2014));
    Ok(())
}

fn save<N: Net, F: NorFlash>(
    store: &mut Store<N, F>,
    learner: &Learner<N>,
    learned: u32,
) -> Result<(), Failure> {
    let parameters = learner.parameters().ok_or(Failure::Memory)?;
    let progress = Progress { learned, ..Progress::default() };
    store.save(&Model::Plain(parameters), Origin::Learned, progress).map_err(|_| Failure::Flash)
}

/// Learns and saves net A until the chip has been reset often enough; then says what a save takes.
///
/// # Errors
/// If what is found is not what was acknowledged, nor what was to be saved next.
pub fn keep<B: Board>(devices: Devices<B>, reset: fn() -> !) -> Result<Devices<B>, Failure> {
    static ROOM: ConstStaticCell<Learner<digits::Net>> = ConstStaticCell::new(Learner::ZERO);
    let learner = ROOM.try_take().ok_or(Failure::Memory)?;
    let devices = until_the_last_reset(devices, learner, reset)?;
    figures(devices, learner)
}

#[inline(never)]
fn until_the_last_reset<B: Board, N: Net>(
    devices: Devices<B>,
    learner: &mut Learner<N>,
    reset: fn() -> !,
) -> Result<Devices<B>, Failure> {
    let Devices { serial, flash, clock } = devices;
    begin(learner)?;
    let nothing = learnt(learner, 0);
    let mut kept = Kept::read().unwrap_or(Kept {
        magic: Kept::MAGIC,
        resets: 0,
        saves: 0,
        operations: 0,
        acknowledged: nothing,
        begun: nothing,
    });
    let rng = Rng::new(u64::from(kept.resets));
    let mut store = store(Cut { flash, left: None, done: 0, rng, reset })?;
    store.start();
    let parameters = learner.parameters_mut().map_err(Failure::Sample)?;
    let mut samples = match store.load::<All>(parameters, &[]) {
        Ok(found) => found.progress.learned,
        Err(Fault::NoModel) => 0,
        Err(why) => return Err(Failure::Model(why)),
    };
    let found = learnt(learner, samples);
    if found != kept.acknowledged && found != kept.begun {
        say!("{} samples were found, {} acknowledged", samples, kept.acknowledged.samples);
        return Err(Failure::FlashContents);
    }
    store.well().map_err(|_| Failure::Flash)?;
    kept.acknowledged = found;

    while kept.resets < RESETS {
        for _ in 0..STEPS {
            learn(learner, samples)?;
            samples += 1;
        }
        kept.begun = learnt(learner, samples);
        kept.resets += 1;
        kept.write();
        if kept.operations > 0 && store.flash_mut().left.is_none() {
            let cut = store.flash_mut();
            // Anywhere, or where it matters most: at the first marks, and around the commit word.
            cut.left = Some(match cut.rng.below(4) {
                0 => cut.rng.below(8),
                1 => kept.operations.saturating_sub(4) + cut.rng.below(8),
                _ => cut.rng.below(2 * kept.operations),
            });
        }
        let before = store.flash_mut().done;
        save(&mut store, learner, samples)?;
        kept.operations = store.flash_mut().done - before;
        kept.resets -= 1;
        kept.saves += 1;
        kept.acknowledged = kept.begun;
        kept.write();
    }

    say!(
        "{} resets, {} saves, {} samples: {:08x}",
        kept.resets,
        kept.saves,
        samples,
        found.checksum
    );
    begin(learner)?;
    for sample in 0..samples {
        learn(learner, sample)?;
    }
    if learnt(learner, samples) != found {
        return Err(Failure::FlashContents);
    }
    say!("a run without a reset learns the same");
    let Cut { flash, .. } = store.into_flash();
    Ok(Devices { serial, flash, clock })
}

/// What a save takes of the core, and how deep the stack is; what the flash takes is the chip's.
#[inline(never)]
fn figures<B: Board, N: Net>(
    mut devices: Devices<B>,
    learner: &Learner<N>,
) -> Result<Devices<B>, Failure> {
    let mut store = store::<N, _>(&mut devices.flash)?;
    store.find();
    let mut saved = Ok(());
    let (took, stack) = measure(&devices.clock, || saved = save(&mut store, learner, 0));
    saved?;
    say!("{}: save {} {}, stack {}", N::NAME, took, <B::Clock as Clock>::SCALE.unit, stack);
    let mut store = self::store::<N, _>(&mut devices.flash)?;
    let (took, stack) = measure(&devices.clock, || {
        black_box(store.find());
    });
    say!("{}: find {} {}, stack {}", N::NAME, took, <B::Clock as Clock>::SCALE.unit, stack);
    Ok(devices)
}

/// What saving net B takes.
///
/// # Errors
/// If the flash refuses.
pub fn keep_large<B: Board>(devices: Devices<B>) -> Result<(), Failure> {
    static ROOM: ConstStaticCell<Learner<lenet::Net>> = ConstStaticCell::new(Learner::ZERO);
    let learner = ROOM.try_take().ok_or(Failure::Memory)?;
    begin(learner)?;
    figures(devices, learner).map(drop)
}
