//! Sequences of cuts.

use std::time::{Duration, Instant};

use cpfo::rng::Rng;

use crate::device::{Deed, Known, session};
use crate::flash::{Flash, Kind, Tear};

/// Calls a function for each geometry: units to write, and sectors; a slot has one to five of them.
macro_rules! for_each_geometry {
    ($function:ident($($argument:expr),*)) => {
        $function::<1, 64>($($argument),*);
        $function::<2, 256>($($argument),*);
        $function::<4, 128>($($argument),*);
        $function::<8, 512>($($argument),*);
        $function::<16, 128>($($argument),*);
        $function::<32, 1024>($($argument),*);
    };
}

/// Of each kind of flash a slot is as large as it has to be.
fn kinds<const WRITE: usize, const ERASE: usize>() -> [Kind; 3] {
    let slot = cpfo::store::bytes::<crate::device::Net>(WRITE.max(4)).next_multiple_of(ERASE);
    let kind = Kind { capacity: 2 * slot, faults: false, flaky: false };
    [kind, Kind { faults: WRITE > 2, ..kind }, Kind { faults: WRITE > 2, flaky: true, ..kind }]
}

/// Cuts each session at each of its operations, and goes on from there by the next one, cut at each
/// of its operations; at last one that is not cut. How many cuts that were.
fn explore<const WRITE: usize, const ERASE: usize>(
    flash: &Flash<WRITE, ERASE>,
    known: &Known,
    deeds: &[&[Deed]],
    tears: &[Tear],
) -> u64 {
    let [now, rest @ ..] = deeds else { return 0 };
    let mut cuts = 0;
    for at in 0.. {
        for (n, &tear) in tears.iter().enumerate() {
            let (mut flash, mut known) = (flash.clone(), known.clone());
            flash.reseed(u64::from(at) * 16 + n as u64);
            flash.cut_after(at, tear);
            session(&mut flash, &mut known, now);
            let is_cut = flash.is_dead();
            flash.restart();
            if rest.is_empty() {
                session(&mut flash, &mut known, &[Deed::Save]);
                flash.restart();
                session(&mut flash, &mut known, &[]);
            }
            cuts += u64::from(is_cut) + explore(&flash, &known, rest, tears);
            if !is_cut {
                return cuts;
            }
        }
    }
    unreachable!("a session comes to its end")
}

fn all_sequences<const WRITE: usize, const ERASE: usize>(depth: usize, tears: &[Tear]) -> u64 {
    let mut cuts = 0;
    for kind in kinds::<WRITE, ERASE>() {
        // With nothing in it that was ever saved, and with two models.
        for saved in [0, 2] {
            let mut flash = Flash::<WRITE, ERASE>::new(kind, 1);
            let mut known = Known::new(!kind.flaky);
            for _ in 0..saved {
                session(&mut flash, &mut known, &[Deed::Save]);
                flash.restart();
            }
            let sequence = [&[Deed::Save][..]; 4];
            cuts += explore(&flash, &known, &sequence[..depth], tears);
        }
    }
    cuts
}

#[test]
fn every_cut_of_every_tear() {
    fn all<const WRITE: usize, const ERASE: usize>(cuts: &mut u64) {
        *cuts += all_sequences::<WRITE, ERASE>(2, &Tear::ALL);
    }
    let mut cuts = 0;
    for_each_geometry!(all(&mut cuts));
    assert!(cuts > 10_000, "{cuts}");
}

/// The sequence in which a store that looked for its place by what reads as blank lost an
/// acknowledged model (sequential-storage, issue 136), and all others of its length.
#[test]
fn every_sequence_of_four_cuts() {
    let cuts = all_sequences::<8, 512>(4, &[Tear::Some]);
    assert!(cuts > 10_000, "{cuts}");
}

#[test]
fn every_cut_of_every_deed() {
    let deeds: &[&[Deed]] = &[
        &[Deed::Save, Deed::Save],
        &[Deed::SaveUntried],
        &[Deed::Rollback, Deed::Save],
        &[Deed::Factory, Deed::Rollback],
        &[Deed::Fall],
    ];
    for kind in kinds::<4, 128>() {
        let mut flash = Flash::<4, 128>::new(kind, 2);
        let mut known = Known::new(!kind.flaky);
        session(&mut flash, &mut known, &[Deed::Save, Deed::Save]);
        flash.restart();
        for &one in deeds {
            for &other in deeds {
                for tear in [Tear::Some, Tear::All] {
                    explore(&flash, &known, &[one, other], &[tear]);
                }
            }
        }
    }
}

/// A life: sessions of any deeds, most of them cut.
fn life<const WRITE: usize, const ERASE: usize>(seed: u64) -> u64 {
    let mut rng = Rng::with_stream(seed, WRITE as u64);
    let kind = kinds::<WRITE, ERASE>()[rng.below(3) as usize];
    let mut flash = Flash::<WRITE, ERASE>::new(kind, seed);
    let mut known = Known::new(!kind.flaky);
    let mut cuts = 0;
    for _ in 0..40 {
        let deeds: &[Deed] = match rng.below(16) {
            0 => &[Deed::Rollback],
            1 => &[Deed::Factory],
            2 => &[Deed::Save, Deed::Rollback],
            3 => &[Deed::Fall],
            4 | 5 => &[Deed::SaveUntried],
            6 => &[],
            7 => &[Deed::Save, Deed::Save, Deed::Save],
            _ => &[Deed::Save],
        };
        if rng.below(4) > 0 {
            let tear = Tear::ALL[rng.below(5) as usize];
            flash.cut_after(rng.below(20), tear);
        }
        session(&mut flash, &mut known, deeds);
        cuts += u64::from(flash.is_dead());
        flash.restart();
    }
    cuts
}

/// Lives of any kind, for as long as `CPFO_CUTS_SECONDS` says, and at least ten thousand cuts.
#[test]
fn any_sequence_of_cuts() {
    fn add<const WRITE: usize, const ERASE: usize>(seed: u64, cuts: &mut u64) {
        let lived = std::panic::catch_unwind(|| life::<WRITE, ERASE>(seed));
        *cuts += lived.unwrap_or_else(|_| panic!("life::<{WRITE}, {ERASE}>({seed})"));
    }
    let seconds = std::env::var("CPFO_CUTS_SECONDS").ok().and_then(|text| text.parse().ok());
    let (start, least) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let (mut cuts, mut seed) = (0, 0);
    while cuts < 10_000 || start.elapsed() < least {
        for_each_geometry!(add(seed, &mut cuts));
        seed += 1;
    }
    println!("{cuts} cuts in {} lives, {:?}", 6 * seed, start.elapsed());
}
