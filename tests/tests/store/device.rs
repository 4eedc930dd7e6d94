//! A device that learns, saves and loses its power, and what may be found in it then.

use cpfo::choice::All;
use cpfo::format;
use cpfo::net::{Net as _, Parameters};
use embedded_storage::nor_flash::ReadNorFlash as _;

use cpfo::store::{Failed, Model, Origin, Progress, STARTS, Slot, Store, Which};

use crate::flash::Flash;

cpfo::net! {
    /// Ten parameters.
    pub(crate) mod small: 2 x 2 x 1 { O1 = Output(2, SoftmaxCrossEntropy); }
}

pub(crate) use small::Net;

/// The model of a save: its number is in every parameter.
pub(crate) fn model(number: u32) -> Parameters<Net> {
    let mut parameters = Net::ZERO;
    let mut place = 0.0;
    parameters.visit_mut(|_, values| {
        for value in values {
            *value = number as f32 + place;
            place += 1.0 / 64.0;
        }
    });
    parameters
}

/// The model of the firmware.
pub(crate) fn factory() -> Vec<u8> {
    bytes_of(&model(0))
}

/// A model in the device format.
pub(crate) fn bytes_of(model: &Parameters<Net>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let put = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Ok::<(), ()>(())
    };
    format::emit(model, put).expect("it is whole");
    bytes
}

/// Two slots, each half of a flash.
pub(crate) fn slots(capacity: usize) -> [Slot; 2] {
    let (half, all) = (capacity as u32 / 2, capacity as u32);
    [Slot::new(0..half), Slot::new(half..all)]
}

/// What a session does after its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Save,
    /// Says nothing of how it goes: its starts are not noted.
    SaveUntried,
    /// Comes as far as its start.
    Fall,
    Rollback,
    Factory,
}

/// What was acknowledged, and what may be found instead of it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The model of the last save or rollback that returned; where bits are steady, the last that
    /// was found.
    acknowledged: u32,
    /// Those that were begun since, or that were gone back to.
    begun: Vec<u32>,
    /// Those of before that, which a model that does not run gives way to.
    before: Vec<u32>,
    /// Those that gave way so since the last save: they may come back, when they are started
    /// otherwise.
    passed_over: Vec<u32>,
    /// Starts in a row without a word that all is well.
    starts: usize,
    next: u32,
    /// Returns to a model before, of any kind.
    returns: u32,
    /// Cuts and returns before the last save to each of the slots.
    since: [u32; 2],
    /// Whether bits are as they are. Otherwise what is found without being acknowledged may be gone
    /// again.
    is_steady: bool,
}

impl Known {
    pub(crate) fn new(is_steady: bool) -> Self {
        let (begun, before, passed_over) = (vec![], vec![0], vec![]);
        Self {
            acknowledged: 0,
            begun,
            before,
            passed_over,
            starts: 0,
            next: 1,
            returns: 0,
            since: [0; 2],
            is_steady,
        }
    }

    /// A number for the next save.
    fn begin(&mut self) -> u32 {
        self.next += 1;
        self.begun.push(self.next - 1);
        self.next - 1
    }

    fn acknowledge(&mut self, number: u32) {
        self.before.push(self.acknowledged);
        self.before.append(&mut self.begun);
        self.acknowledged = number;
    }

    /// Looks at what was found.
    fn found(&mut self, number: u32) {
        let has_failed = self.starts >= STARTS;
        let is_known = number == self.acknowledged
            || self.begun.contains(&number)
            || self.passed_over.contains(&number)
            || has_failed && self.before.contains(&number);
        assert!(is_known, "{number} was found: {self:?}");
        // A start whose mark the flash refuses passes a model over, and a look without a start does
        // not.
        if has_failed || self.passed_over.contains(&number) {
            self.passed_over.push(self.acknowledged);
            self.returns += 1;
        }
        if self.is_steady {
            self.acknowledge(number);
        } else if has_failed {
            self.begun.push(number);
        }
    }
}

pub(crate) type Kept<'a, const WRITE: usize, const ERASE: usize> =
    Store<Net, &'a mut Flash<WRITE, ERASE>>;

pub(crate) fn keep<const WRITE: usize, const ERASE: usize>(
    flash: &mut Flash<WRITE, ERASE>,
) -> Kept<'_, WRITE, ERASE> {
    let slots = slots(flash.capacity());
    Store::new(flash, slots).expect("they fit")
}

/// From a start to its end, or to the cut.
pub(crate) fn session<const WRITE: usize, const ERASE: usize>(
    flash: &mut Flash<WRITE, ERASE>,
    known: &mut Known,
    deeds: &[Deed],
) {
    let is_tried = !deeds.contains(&Deed::SaveUntried);
    let mut store = keep(flash);
    let found = if is_tried { store.start() } else { store.find() };
    let mut parameters = Net::ZERO;
    let loaded = store.load(&mut parameters, &factory());
    let is_dead = store.flash_mut().is_dead();
    if !is_dead {
        assert_eq!(loaded, Ok(found));
        let number = found.progress.learned;
        assert_eq!(parameters, model(number), "{found:?}");
        known.found(number);
    }
    known.starts += usize::from(is_tried);
    if is_dead || deeds == [Deed::Fall] {
        return;
    }
    if is_tried && store.well().is_ok() {
        known.starts = 0;
    }
    for deed in deeds {
        if store.flash_mut().is_dead() {
            return;
        }
        match deed {
            Deed::Save | Deed::SaveUntried => {
                let learned = known.begin();
                let progress = Progress { learned, note: [learned as u8; 16] };
                let saved = store.save(&Model::Plain(&model(learned)), Origin::Learned, progress);
                acknowledged(&mut store, known, saved, learned);
            }
            Deed::Factory => {
                known.begun.push(0);
                let factory = factory();
                let model = Model::<Net, All>::Bytes(&factory);
                let saved = store.save(&model, Origin::Factory, Progress::default());
                acknowledged(&mut store, known, saved, 0);
            }
            Deed::Rollback => rollback(&mut store, known),
            Deed::Fall => {}
        }
    }
}

fn acknowledged<const WRITE: usize, const ERASE: usize>(
    store: &mut Kept<'_, WRITE, ERASE>,
    known: &mut Known,
    saved: Result<(), Failed>,
    number: u32,
) {
    let events = store.flash_mut().cuts + known.returns;
    if let Err(why) = saved {
        // There is an end to what can be noted in a slot (and torn units, that look blank, refuse).
        let is_full = matches!(why, Failed::Full | Failed::Flash)
            && known.since.iter().any(|since| events >= since + 2);
        assert!(is_full || store.flash_mut().is_dead(), "{why:?} without a cut");
        return;
    }
    known.acknowledge(number);
    known.passed_over.clear();
    known.starts = 0;
    let found = store.find();
    assert_eq!(found.progress.learned, number, "{found:?}");
    *found.slot.expect("a model").of_mut(&mut known.since) = events;
}

fn rollback<const WRITE: usize, const ERASE: usize>(
    store: &mut Kept<'_, WRITE, ERASE>,
    known: &mut Known,
) {
    let now = store.find();
    // Cut, it may have been done or not.
    let mut uncut = store.flash_mut().clone();
    uncut.never_cut();
    if let Ok(back) = keep(&mut uncut).rollback() {
        known.begun.push(back.progress.learned);
    }
    match store.rollback() {
        Ok(found) => {
            known.returns += 1;
            assert_eq!(found.slot, now.slot.map(Which::other));
            known.acknowledge(found.progress.learned);
            known.passed_over.clear();
            // It has those starts that are left to it from then.
            known.starts = STARTS;
        }
        // It may have been done, and the model has those starts that are left to it.
        Err(_) if store.flash_mut().is_dead() => known.starts = STARTS,
        // Torn units look blank and refuse.
        Err(Failed::NoOther | Failed::Full | Failed::Flash) => {}
        Err(why) => panic!("{why:?} without a cut"),
    }
}
