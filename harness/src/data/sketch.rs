//! What a model remembers of the images it has learnt from: enough to know them again, too little
//! to tell what they were.
//!
//! Every image has a number that follows from its pixels and is as good as random. The smallest of
//! these numbers are kept. An image whose number is no larger than they are is one of those learnt
//! or is not, for certain; and since chance decided which are small, a few stand for all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Dataset;

/// So many numbers are kept: a kilobyte of a model's file.
const KEPT: usize = 64;
/// So many images of a test have to be comparable, to say anything.
const ENOUGH: usize = 5;

/// The smallest numbers of the images of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch(Vec<u64>);

impl Sketch {
    /// What is kept of a data set.
    pub fn of(data: &Dataset) -> Self {
        let numbers: BTreeSet<_> = numbers(data).collect();
        Self(numbers.into_iter().take(KEPT).collect())
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many images of another set are among those that were learnt, of how many that can be
    /// compared.
    pub fn known(&self, data: &Dataset) -> Option<[usize; 2]> {
        // Of a set that is kept whole, every image can be compared.
        let largest = if self.0.len() < KEPT { u64::MAX } else { *self.0.last()? };
        let compared = numbers(data).filter(|&number| number <= largest);
        let known = |number: &u64| self.0.binary_search(number).is_ok();
        let [known, compared] = compared
            .fold([0, 0], |[sum, all], number| [sum + usize::from(known(&number)), all + 1]);
        (compared >= ENOUGH).then_some([known, compared])
    }
}

/// The numbers of all images.
fn numbers(data: &Dataset) -> impl Iterator<Item = u64> {
    (0..data.len()).map(|index| number(data.image(index)))
}

/// FNV-1a over the pixels, a word at a time, and SplitMix64's end to scatter it.
pub(super) fn number(image: &[f32]) -> u64 {
    let hash = image.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, pixel| {
        (hash ^ u64::from(pixel.to_bits())).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;

    #[test]
    fn what_was_learnt_is_known_again() {
        let data = Split::Order.split(&Dataset::digits()).unwrap();
        let (train, test) = (data.train, data.test.unwrap());
        let sketch = Sketch::of(&train);
        assert_eq!(sketch.known(&train), Some([KEPT, KEPT]));
        let [known, compared] = sketch.known(&test).unwrap();
        assert!(known == 0 && (8..40).contains(&compared), "{known} of {compared}");
        // In another order, and half of them.
        let half = train.subset(&(0..train.len()).rev().step_by(2).collect::<Vec<_>>());
        let [known, compared] = sketch.known(&half).unwrap();
        assert!(known == compared && (20..45).contains(&known), "{known} of {compared}");
        assert_eq!(sketch.known(&test.subset(&[0, 1, 2])), None);
        // A small set is known whole.
        let few = test.subset(&(0..10).collect::<Vec<_>>());
        assert_eq!(Sketch::of(&few).known(&test), Some([10, test.len()]));
    }
}
