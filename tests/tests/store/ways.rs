//! Saves in slices, ways back, and what is refused.

use core::task::Poll;

use cpfo::choice::OutputOnly;
use cpfo::format::Fault;
use cpfo::net::{Net as _, Parameters};
use cpfo::scale::Scale;
use cpfo::shape::Zero as _;
use cpfo::store::{
    self, Failed, Found, Model, Origin, Pair, Progress, SAVES_PER_ERASE_CYCLE, Slot, State, Store,
    Unfit, Which,
};

use crate::device::{Net, factory, keep, model, slots};
use crate::flash::{Flash, Kind, Tear};

type Plain = Flash<4, 256>;

const KIND: Kind = Kind { capacity: 1024, faults: false, flaky: false };

fn progress(learned: u32) -> Progress {
    Progress { learned, note: [learned as u8; 16] }
}

fn save(flash: &mut Plain, number: u32) -> Result<(), Failed> {
    keep(flash).save(&Model::Plain(&model(number)), Origin::Learned, progress(number))
}

fn found(flash: &mut Plain) -> Found {
    keep(flash).find()
}

#[test]
fn any_slices_are_the_whole() {
    let mut whole = Plain::new(KIND, 1);
    save(&mut whole, 1).unwrap();
    save(&mut whole, 2).unwrap();
    for budget in [0, 1, 64, 100, 1000, u32::MAX] {
        let mut flash = Plain::new(KIND, 1);
        save(&mut flash, 1).unwrap();
        let model = model(2);
        let model = Model::Plain(&model);
        let mut store = keep(&mut flash);
        store.begin(&model, Origin::Learned, progress(2)).unwrap();
        assert_eq!(store.begin(&model, Origin::Learned, progress(2)), Err(Failed::Busy));
        assert_eq!(store.well(), Err(Failed::Busy));
        assert_eq!(store.rollback(), Err(Failed::Busy));
        let mut slices = 0;
        loop {
            let (operations, erased) = (store.flash_mut().operations, store.flash_mut().erased);
            let done = store.resume(&model, budget);
            slices += 1;
            let operations = store.flash_mut().operations - operations;
            match store.flash_mut().erased - erased {
                // Marks come first.
                0 if budget <= 64 => assert!(operations <= 1 || slices == 1 && operations <= 4),
                0 => {}
                erased => assert_eq!((erased, operations), (1, 1), "by itself"),
            }
            if let Poll::Ready(done) = done {
                break done.unwrap();
            }
            assert!(store.is_busy());
        }
        assert!(!store.is_busy() && slices > 2);
        assert_eq!(store.resume(&model, 1), Poll::Ready(Err(Failed::NoSave)));
        assert_eq!(flash.cells(), whole.cells(), "budget {budget}");
    }
}

#[test]
fn a_model_that_moves_is_not_saved() {
    for moment in 0..30 {
        let mut flash = Plain::new(KIND, 2);
        save(&mut flash, 1).unwrap();
        let mut moving = model(2);
        let mut store = keep(&mut flash);
        store.begin(&Model::Plain(&moving), Origin::Learned, progress(2)).unwrap();
        let mut slices = 0;
        let done = loop {
            if let Poll::Ready(done) = store.resume(&Model::Plain(&moving), 1) {
                break done;
            }
            slices += 1;
            if slices == moment {
                moving = model(3);
            }
        };
        let found = store.find().progress.learned;
        match done {
            Ok(()) => {
                let mut parameters = Net::ZERO;
                store.load(&mut parameters, &[]).unwrap();
                assert!(parameters == model(2) || parameters == model(3), "{moment}");
                assert_eq!(found, 2);
            }
            Err(why) => assert_eq!((why, found), (Failed::Differs, 1), "{moment}"),
        }
    }
}

#[test]
fn a_save_that_is_given_up_leaves_the_model_before() {
    let mut flash = Plain::new(KIND, 3);
    save(&mut flash, 1).unwrap();
    let two = model(2);
    let mut store = keep(&mut flash);
    store.begin(&Model::Plain(&two), Origin::Learned, progress(2)).unwrap();
    for _ in 0..6 {
        assert!(store.resume(&Model::Plain(&two), 64).is_pending());
    }
    store.abandon();
    assert_eq!(store.find().progress.learned, 1);
    store.save(&Model::Plain(&model(3)), Origin::Learned, progress(3)).unwrap();
    assert_eq!(store.find().progress.learned, 3);
}

#[test]
fn back_to_the_one_before() {
    let mut flash = Plain::new(KIND, 4);
    assert_eq!(keep(&mut flash).rollback(), Err(Failed::NoOther));
    save(&mut flash, 1).unwrap();
    assert_eq!(keep(&mut flash).rollback(), Err(Failed::NoOther));
    save(&mut flash, 2).unwrap();
    let back = keep(&mut flash).rollback().unwrap();
    assert_eq!((back.progress.learned, back.slot), (1, Some(Which::First)));
    assert_eq!(back.states, [State::Used, State::RolledBack]);
    assert_eq!(found(&mut flash), back);
    // What was gone back from is not gone back to.
    assert_eq!(keep(&mut flash).rollback(), Err(Failed::NoOther));
    save(&mut flash, 3).unwrap();
    assert_eq!(found(&mut flash).progress.learned, 3);
    for n in 4..8 {
        assert_eq!(keep(&mut flash).rollback().unwrap().progress.learned, 1);
        save(&mut flash, n).unwrap();
    }
    assert_eq!(keep(&mut flash).rollback(), Err(Failed::Full));
    assert_eq!(found(&mut flash).progress.learned, 7);
    save(&mut flash, 8).unwrap();
    assert_eq!(keep(&mut flash).rollback().unwrap().progress.learned, 7);
}

#[test]
fn a_model_that_does_not_start_gives_way() {
    let mut flash = Plain::new(KIND, 5);
    let start = |flash: &mut Plain| keep(flash).start().progress.learned;
    let well = |flash: &mut Plain| {
        let mut store = keep(flash);
        store.start();
        store.well().unwrap();
    };
    save(&mut flash, 1).unwrap();
    well(&mut flash);
    save(&mut flash, 2).unwrap();
    assert_eq!([2, 2, 1, 1, 1], [(); 5].map(|()| start(&mut flash)));
    assert_eq!(found(&mut flash).states, [State::Used, State::Failed]);
    // One that once ran well goes on to be started.
    save(&mut flash, 3).unwrap();
    assert_eq!(start(&mut flash), 3);
    well(&mut flash);
    assert_eq!([3, 3, 3], [(); 3].map(|()| start(&mut flash)));
    // If none ran, it is the firmware's own.
    let mut flash = Plain::new(KIND, 6);
    for n in 1..3 {
        save(&mut flash, n).unwrap();
        // Saving says that the one before was well.
    }
    assert_eq!([2, 2, 1], [(); 3].map(|()| start(&mut flash)));
    let mut fresh = Plain::new(KIND, 7);
    save(&mut fresh, 1).unwrap();
    assert_eq!([1, 1, 0, 0], [(); 4].map(|()| start(&mut fresh)));
    let mut parameters = Net::ZERO;
    let mut store = keep(&mut fresh);
    store.start();
    assert_eq!(store.load(&mut parameters, &factory()).unwrap().slot, None);
    assert_eq!(parameters, model(0));
    assert_eq!(store.load(&mut parameters, &[]), Err(Fault::NoModel));
}

#[test]
fn what_would_not_be_read_is_not_saved() {
    let mut flash = Plain::new(KIND, 8);
    let mut infinite = model(1);
    infinite.layers_mut().layer.bias[0] = f32::INFINITY;
    let mut store = keep(&mut flash);
    let mut refused = |model: &Model<'_, Net>| store.save(model, Origin::Pushed, progress(1));
    assert_eq!(refused(&Model::Plain(&infinite)), Err(Failed::Model(Fault::NotFinite)));
    assert_eq!(refused(&Model::Bytes(b"CPFO")), Err(Failed::Model(Fault::NoModel)));
    let frozen = Parameters::<Net, cpfo::choice::Freeze<cpfo::choice::All>>::ZERO;
    let saved = store.save(&Model::Plain(&frozen), Origin::Learned, progress(1));
    assert_eq!(saved, Err(Failed::Model(Fault::NotLoaded)));
    assert_eq!(store.flash_mut().operations, 0);
}

#[test]
fn a_scale_is_kept_with_its_model() {
    let mut flash = Plain::new(KIND, 9);
    let scale = Scale::<Net>::new(&[-3.5], &[0.25]).unwrap();
    let mut store = keep(&mut flash);
    store.save(&Model::Scaled(&model(5), &scale), Origin::Pushed, progress(5)).unwrap();
    let (mut parameters, mut read) = (Net::ZERO, Scale::<Net>::ZERO);
    let found = store.load_scaled(&mut parameters, &mut read, &factory()).unwrap();
    assert_eq!((found.origin, found.progress), (Origin::Pushed, progress(5)));
    assert!(parameters == model(5) && read.maps().eq([[-3.5, 0.25]]));
    // One without is the identity, be it from the other slot or the firmware.
    store.save(&Model::Plain(&model(6)), Origin::Learned, progress(6)).unwrap();
    store.load_scaled(&mut parameters, &mut read, &factory()).unwrap();
    assert!(parameters == model(6) && read.maps().eq([[0.0, 1.0]]));
}

cpfo::net! {
    pub(crate) mod other: 2 x 2 x 1 { O1 = Output(2, SigmoidSquaredError); }
}

#[test]
fn a_model_of_another_net_is_none() {
    let mut flash = Plain::new(KIND, 10);
    save(&mut flash, 1).unwrap();
    let mut store = Store::<other::Net, _>::new(&mut flash, slots(1024)).unwrap();
    let found = store.find();
    assert_eq!(found.slot, None);
    assert_eq!(found.states[0], State::Refused(Fault::OtherNet));
    let theirs = other::Net::ZERO;
    store.save(&Model::Plain(&theirs), Origin::Learned, progress(9)).unwrap();
    assert_eq!(store.find().progress.learned, 9);
}

#[test]
fn a_store_of_a_net_that_trains_in_part() {
    let mut flash = Plain::new(KIND, 11);
    let mut parameters = Parameters::<Net, OutputOnly>::ZERO;
    let mut store = keep(&mut flash);
    store.save(&Model::Plain(&model(4)), Origin::Learned, progress(4)).unwrap();
    store.load(&mut parameters, &factory()).unwrap();
    store.save(&Model::Plain(&parameters), Origin::Learned, progress(5)).unwrap();
    let mut read = Net::ZERO;
    store.load(&mut read, &factory()).unwrap();
    assert_eq!(read, model(4));
}

#[test]
fn slots_have_to_fit() {
    let unfit = |one: Slot, other: Slot| {
        let store = Store::<Net, _>::new(Plain::new(KIND, 12), [one, other]);
        store.err()
    };
    assert_eq!(unfit(Slot::new(0..512), Slot::new(512..1024)), None);
    assert_eq!(unfit(Slot::new(512..1024), Slot::new(0..512)), None);
    assert_eq!(unfit(Slot::new(0..500), Slot::new(512..1024)), Some(Unfit::Sector));
    assert_eq!(unfit(Slot::new(0..512), Slot::new(512..1280)), Some(Unfit::End));
    assert_eq!(unfit(Slot::new(0..512), Slot::new(768..1024)), Some(Unfit::Small));
    assert_eq!(unfit(Slot::new(512..512), Slot::new(512..1024)), Some(Unfit::Small));
    assert_eq!(unfit(Slot::new(0..768), Slot::new(512..1024)), Some(Unfit::Common));
}

/// Two partitions, and sectors that are erased at once.
#[test]
fn two_flashes_are_one() {
    let half = Kind { capacity: 512, ..KIND };
    let pair = Pair { first: Plain::new(half, 13), second: Plain::new(half, 14) };
    let slots = [Slot::at_once(0..512), Slot::at_once(512..1024)];
    let mut store = Store::<Net, _>::new(pair, slots).unwrap();
    for n in 1..6 {
        store.save(&Model::Plain(&model(n)), Origin::Learned, progress(n)).unwrap();
        let found = store.find();
        assert_eq!((found.progress.learned, found.generation), (n, n));
    }
    let Pair { first, second } = store.flash_mut();
    assert_eq!([first.erased, second.erased], [2 * 3, 2 * 2]);
}

#[test]
fn wear_is_what_is_promised() {
    let mut flash = Plain::new(KIND, 15);
    let before = flash.erased;
    for n in 0..40 {
        save(&mut flash, n).unwrap();
    }
    // A model fits into one sector, and that of each slot was erased by every other save.
    let each = (flash.erased - before) / 2;
    assert_eq!(each * SAVES_PER_ERASE_CYCLE, 40);
    assert_eq!(store::lifetime_saves(10_000), 20_000);
    assert_eq!(store::lifetime_saves(u32::MAX), u32::MAX);
    // What is not needed of a slot is not erased.
    let large = Kind { capacity: 4096, ..KIND };
    let mut flash = Plain::new(large, 16);
    save(&mut flash, 1).unwrap();
    assert_eq!(flash.erased, 1);
}

/// A flash that is worn: what it is told to write does not stay.
#[test]
fn a_worn_flash_is_noticed() {
    let mut flash = Plain::new(KIND, 17);
    save(&mut flash, 1).unwrap();
    for at in 0..20 {
        let mut worn = flash.clone();
        worn.cut_after(at, Tear::None);
        let Err(why) = save(&mut worn, 2) else { break };
        assert!(matches!(why, Failed::Flash | Failed::Erase | Failed::Differs), "{why:?}");
        worn.restart();
        assert_eq!(found(&mut worn).progress.learned, 1, "{at}");
    }
}
