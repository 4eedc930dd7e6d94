//! The reservoir of old samples: its balance and its chances against a plain model, and its pages
//! against a flash of bytes.

use cpfo::net::Image;
use cpfo::pixel::Bytes;
use cpfo::replay::{Fault, Replay};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

cpfo::net! {
    /// Few pixels, four classes.
    pub mod small: 2 x 2 x 1 {
        O1 = Output(4, SoftmaxCrossEntropy);
    }
}

const ROOM: usize = 12;
const CLASSES: usize = 4;
type Held = Replay<small::Net, Bytes<255>, ROOM, CLASSES>;

/// The image of the sample of a number.
fn image(number: usize) -> Image<small::Net, Bytes<255>> {
    let [low, high, ..] = number.to_le_bytes();
    [[[low], [high]], [[7], [9]]]
}

fn number(image: &Image<small::Net, Bytes<255>>) -> usize {
    let bytes = image.flat();
    usize::from(bytes[0]) + 256 * usize::from(bytes[1])
}

fn filled(labels: &[usize], seed: u64) -> Held {
    let (mut held, mut rng) = (Held::ZERO, Rng::new(seed));
    for (sample, &label) in labels.iter().enumerate() {
        let place = held.offer(&image(sample), label, &mut rng).unwrap();
        if let Some(place) = place {
            let (kept, of) = held.get(place).unwrap();
            assert_eq!((number(kept), of), (sample, label));
        }
    }
    held
}

/// The paper's algorithm with a list for each class and a set of those that have been full, and its
/// chances replaced by counting: how many samples of each class are held in the end. Which of the
/// largest classes yields is chance, so the figures are the shares of an even choice, in order.
fn shares(labels: &[usize]) -> Vec<usize> {
    let mut offered = [0; CLASSES];
    labels.iter().for_each(|&label| offered[label] += 1);
    // Places go one by one to the class that has the fewest, of those with samples left.
    let mut held = [0; CLASSES];
    for _ in 0..ROOM.min(labels.len()) {
        let open = (0..CLASSES).filter(|&class| held[class] < offered[class]);
        held[open.min_by_key(|&class| held[class]).unwrap()] += 1;
    }
    held.to_vec()
}

proptest! {
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(1), ..Config::default() })]

    /// Whatever comes, in whatever order: the places are shared out as evenly as there are samples.
    #[test]
    fn classes_share_evenly(labels in vec(0..CLASSES, 0..120), seed: u64) {
        let held = filled(&labels, seed);
        let of: Vec<_> = (0..CLASSES).map(|class| held.held(class)).collect();
        let mut sorted = [of.clone(), shares(&labels)];
        sorted.iter_mut().for_each(|counts| counts.sort_unstable());
        prop_assert_eq!(&sorted[0], &sorted[1], "{:?} of {:?}", of, labels);
        for (class, &count) in of.iter().enumerate() {
            let offered = labels.iter().filter(|&&label| label == class).count();
            prop_assert_eq!(held.seen(class) as usize, offered);
            // Who has less than the others has lost none.
            let most = of.iter().copied().max().unwrap();
            prop_assert!(count == offered || count + 1 >= most, "{:?} of {:?}", of, labels);
        }
        // Each of them was offered, with its label, and none is there twice.
        let mut numbers = Vec::new();
        for place in 0..ROOM {
            let Some((image, label)) = held.get(place) else { continue };
            prop_assert_eq!(labels[number(image)], label);
            numbers.push(number(image));
        }
        prop_assert_eq!(numbers.len(), ROOM.min(labels.len()));
        numbers.sort_unstable();
        numbers.dedup();
        prop_assert_eq!(numbers.len(), held.len());
    }

    /// A flash that is written a changed page at a time holds what the reservoir does.
    #[test]
    fn pages_are_what_is_held(
        labels in vec(0..CLASSES, 0..60),
        each in 1..=ROOM + 1,
        slack in 0..Held::RECORD,
        seed: u64,
    ) {
        let bytes = each * Held::RECORD + slack;
        let mut flash = vec![vec![0xff_u8; bytes]; Held::pages(bytes)];
        prop_assert_eq!(flash.len(), ROOM.div_ceil(each));
        let (mut held, mut rng) = (Held::ZERO, Rng::new(seed));
        for (sample, &label) in labels.iter().enumerate() {
            let place = held.offer(&image(sample), label, &mut rng).unwrap();
            prop_assert_eq!(held.changed(bytes), place.map(|place| place / each));
            while let Some(page) = held.changed(bytes) {
                let mut to = Vec::new();
                held.emit::<()>(bytes, page, |piece| {
                    to.extend_from_slice(piece);
                    Ok(())
                }).unwrap();
                flash[page][..to.len()].copy_from_slice(&to);
                held.written(bytes, page);
            }
        }
        let mut again = Held::ZERO;
        for (page, from) in flash.iter().enumerate() {
            again.take(bytes, page, from).unwrap();
        }
        prop_assert_eq!(again.changed(bytes), None);
        for place in 0..ROOM {
            prop_assert_eq!(again.get(place), held.get(place));
        }
        for class in 0..CLASSES {
            prop_assert!(again.seen(class) as usize >= again.held(class));
            prop_assert!(again.seen(class) <= held.seen(class));
        }
    }

    /// No bytes are too bad for it: what is taken is what the bytes say.
    #[test]
    fn any_page(bytes in vec(any::<u8>(), 0..80), size in 0..80_usize, page in 0..4_usize) {
        let mut held = filled(&[0, 1, 2, 3], 1);
        match held.take(size, page, &bytes) {
            Ok(()) => prop_assert!(held.labels().flatten().all(|label| label < CLASSES)),
            Err(fault) => prop_assert!(fault != Fault::Image, "every byte is a pixel"),
        }
        prop_assert!(held.len() <= ROOM);
    }
}

/// Within a class chance is even: of 60 samples for 12 places each stays in a fifth of the runs, be
/// it the first or the last.
#[test]
fn each_sample_has_the_same_chance() {
    const RUNS: u64 = 4000;
    // Class 0 alone, and beside it one that comes in the middle and takes half the places.
    let alone: Vec<usize> = vec![0; 60];
    let mixed: Vec<usize> =
        (0..120).map(|sample| usize::from((30..90).contains(&sample))).collect();
    for (labels, chance) in [(alone, 0.2), (mixed, 0.1)] {
        let mut kept = vec![0; labels.len()];
        for seed in 0..RUNS {
            let held = filled(&labels, seed);
            for place in 0..ROOM {
                kept[number(held.get(place).unwrap().0)] += 1;
            }
        }
        // Five standard deviations of a binomial share.
        let margin = 5.0 * (chance * (1.0 - chance) / RUNS as f64).sqrt();
        for (sample, kept) in kept.iter().enumerate() {
            let share = f64::from(*kept) / RUNS as f64;
            assert!((share - chance).abs() < margin, "sample {sample}: {share}");
        }
    }
}

#[test]
fn what_is_refused() {
    let mut held = Replay::<small::Net, f32, 2, 4>::ZERO;
    let mut rng = Rng::new(1);
    let good = [[[0.5], [-3.0]], [[0.0], [1e30]]];
    let bad = [[[0.5], [f32::NAN]], [[0.0], [0.0]]];
    assert_eq!(held.offer(&good, 4, &mut rng), Err(Fault::Label));
    assert_eq!(held.offer(&bad, 3, &mut rng), Err(Fault::Image));
    assert!(held.is_empty() && held.seen(3) == 0);
    assert_eq!(held.offer(&good, 3, &mut rng), Ok(Some(0)));

    const RECORD: usize = Replay::<small::Net, f32, 2, 4>::RECORD;
    assert_eq!(RECORD, 6 + 4 * 4);
    let mut page = Vec::new();
    held.emit::<()>(2 * RECORD, 0, |piece| {
        page.extend_from_slice(piece);
        Ok(())
    })
    .unwrap();
    assert_eq!(page.len(), 2 * RECORD);
    assert_eq!(page[..6], [3, 0, 1, 0, 0, 0]);
    assert_eq!(page[RECORD..RECORD + 6], [0xff; 6]);
    assert_eq!(held.emit(2 * RECORD, 0, |_| Err(5)), Err(5));
    assert_eq!(held.emit(2 * RECORD, 1, |_| Err(5)), Ok(()));
    assert_eq!(held.emit(RECORD - 1, 0, |_| Err(5)), Ok(()));

    assert_eq!(held.take(2 * RECORD, 1, &page), Err(Fault::Page));
    assert_eq!(held.take(RECORD - 1, 0, &page), Err(Fault::Page));
    assert_eq!(held.take(2 * RECORD, 0, &page[1..]), Err(Fault::Length));
    assert_eq!(held.get(0), Some((&good, 3)), "nothing has changed");
    for (place, byte, fault) in [(0, 4, Fault::Label), (9, 0x7f, Fault::Image)] {
        let mut damaged = page.clone();
        damaged[place] = byte;
        // The highest bits of an exponent of ones.
        damaged[8] = if fault == Fault::Image { 0x80 } else { damaged[8] };
        assert_eq!(held.take(2 * RECORD, 0, &damaged), Err(fault));
        assert!(held.is_empty());
        held.take(2 * RECORD, 0, &page).unwrap();
        assert_eq!((held.get(0), held.seen(3)), (Some((&good, 3)), 1));
    }
}

/// What a reservoir takes of RAM: the pixels, the label, a mark of what has changed, the counts.
#[test]
fn memory() {
    assert_eq!(size_of::<Held>(), (ROOM * (4 + 2 + 1)).next_multiple_of(4) + 4 * CLASSES);
    assert_eq!(Held::RECORD, 10);
}
