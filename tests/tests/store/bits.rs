//! Bits that flip where they lie, and flashes with anything in them.

use cpfo::net::Net as _;
use cpfo::rng::Rng;
use proptest::prelude::*;

use crate::device::{Deed, Known, Net, factory, keep, model, session};
use crate::flash::{Flash, Kind};

const KIND: Kind = Kind { capacity: 1024, faults: false, flaky: false };

/// A flash with one model, that runs well.
fn saved() -> Flash<4, 256> {
    let mut flash = Flash::new(KIND, 6);
    let mut known = Known::new(true);
    session(&mut flash, &mut known, &[Deed::Save]);
    flash.restart();
    session(&mut flash, &mut known, &[]);
    flash.restart();
    flash
}

/// What is found when these bits are flipped: the model, whole, or that of the firmware.
fn is_found(flash: &mut Flash<4, 256>, flips: &[usize]) -> bool {
    let flip = |flash: &mut Flash<4, 256>| {
        for bit in flips {
            flash.cells()[bit / 8] ^= 1 << (bit % 8);
        }
    };
    flip(flash);
    let mut store = keep(flash);
    let found = store.find().slot.is_some();
    if found {
        let mut parameters = Net::ZERO;
        store.load(&mut parameters, &factory()).unwrap();
        assert_eq!(parameters, model(1), "{flips:?}");
    }
    flip(flash);
    found
}

/// The bits that say something: the commit word, the header and the model.
fn said() -> Vec<usize> {
    let bytes = (0..8).chain(140..140 + 44).chain(192..192 + 60);
    bytes.flat_map(|byte| (0..8).map(move |bit| 8 * byte + bit)).collect()
}

#[test]
fn one_flip_is_noticed() {
    let (mut flash, said) = (saved(), said());
    for bit in 0..8 * 512 {
        assert_eq!(is_found(&mut flash, &[bit]), !said.contains(&bit), "bit {bit}");
    }
}

#[test]
fn two_flips_are_noticed() {
    let (mut flash, said) = (saved(), said());
    for (place, &one) in said.iter().enumerate() {
        for &other in &said[..place] {
            assert!(!is_found(&mut flash, &[one, other]), "bits {one} and {other}");
        }
    }
}

#[test]
fn any_flips_leave_a_whole_model() {
    let (mut flash, mut rng) = (saved(), Rng::new(7));
    for _ in 0..20_000 {
        let flips: Vec<_> = (0..2 + rng.below(7)).map(|_| rng.below(8 * 256) as usize).collect();
        is_found(&mut flash, &flips);
    }
}

proptest! {
    /// Anything is refused or is a model; none of it stops a device.
    #[test]
    fn any_bytes(
        seed: u64,
        noise in prop::collection::vec((0..1024_usize, any::<u8>()), 0..64),
        keeps in 0..1024_usize,
    ) {
        let mut flash = saved();
        let mut rng = Rng::new(seed);
        for cell in &mut flash.cells()[keeps..] {
            *cell = rng.next_u32() as u8;
        }
        for (place, byte) in noise {
            flash.cells()[place] = byte;
        }
        let mut parameters = Net::ZERO;
        let mut store = keep(&mut flash);
        let found = store.load(&mut parameters, &factory()).unwrap();
        prop_assert_eq!(parameters, model(found.progress.learned));
        prop_assert!(store.load(&mut parameters, &[]).is_ok() == found.slot.is_some());
    }
}
