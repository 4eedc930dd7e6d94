//! Setting a fifth of the samples aside for the test.
//!
//! - By order: the first four fifths are learnt, the rest is the test. Where the order means
//!   something (the digits are sorted by writer), this asks how the net does on what is *new*.
//! - Stratified: every class gives its fifth. The samples are lined up class by class, shuffled
//!   within each class by a generator with a fixed seed, and every fifth of the line is taken,
//!   starting with the first. So a class gives a fifth of its samples, give or take one.
//!
//! Both put ⌈n/5⌉ samples into the test. Where samples name their groups, each stays whole: by order
//! the last groups are the test, as many as are nearest to a fifth; stratified, groups that together
//! come nearest to a fifth of each class. For the digits the second list is also a file,
//! `harness/data/digits-stratified-test.txt`, for programs that are not ours; a test below holds
//! the file to the procedure.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail, ensure};

use super::{Data, Dataset, groups};

/// The share of the samples that is the test.
const SHARE: f64 = 0.2;

/// How samples are set aside for the test, where the data has no test part of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// The first four fifths against the rest.
    #[default]
    Order,
    /// A fifth of each class.
    Stratified,
}

impl Split {
    /// The training part and the test part.
    ///
    /// # Errors
    /// If there are fewer than two samples, or if all belong to one group.
    pub fn split(self, all: &Dataset) -> Result<Data> {
        ensure!(
            all.len() >= 2,
            "{} sample(s) cannot be split into training and test: at least 2 are needed",
            all.len()
        );
        let test = self.test_indices(all)?;
        let mut is_test = vec![false; all.len()];
        for &index in &test {
            is_test[index] = true;
        }
        let train = (0..all.len()).filter(|&index| !is_test[index]).collect::<Vec<_>>();
        Ok(Data { train: all.subset(&train), test: Some(all.subset(&test)) })
    }

    /// Which samples are the test, in ascending order.
    ///
    /// # Errors
    /// If all belong to one group.
    pub fn test_indices(self, all: &Dataset) -> Result<Vec<usize>> {
        Ok(match (self, all.groups.is_empty()) {
            (Split::Order, true) => (all.len() - all.len().div_ceil(5)..all.len()).collect(),
            (Split::Stratified, true) => stratified(&all.labels),
            (Split::Order, false) => groups::last(all, SHARE)?,
            (Split::Stratified, false) => groups::of_each_class(all, SHARE, |groups| {
                shuffle(groups, &mut generator());
            })?,
        })
    }
}

/// Fisher and Yates: each place, from the last, changes with one at or before it.
fn shuffle<T>(items: &mut [T], random: &mut impl FnMut(usize) -> usize) {
    for last in (1..items.len()).rev() {
        items.swap(last, random(last + 1));
    }
}

fn stratified(labels: &[u16]) -> Vec<usize> {
    let mut random = generator();
    let mut line = (0..labels.len()).collect::<Vec<_>>();
    line.sort_by_key(|&index| labels[index]);
    for class in line.chunk_by_mut(|&a, &b| labels[a] == labels[b]) {
        shuffle(class, &mut random);
    }
    let mut test = line.into_iter().step_by(5).collect::<Vec<_>>();
    test.sort_unstable();
    test
}

/// Numbers below a bound, always the same: SplitMix64 from 0, scaled by the high half of a product.
/// It is not the generator of the training: a list of indices must outlive any change of that.
fn generator() -> impl FnMut(usize) -> usize {
    let mut state = 0_u64;
    move |bound| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * bound as u128) >> 64) as usize
    }
}

impl FromStr for Split {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Split> {
        match text {
            "order" => Ok(Split::Order),
            "stratified" => Ok(Split::Stratified),
            _ => bail!("'{text}' is no split: there are 'order' and 'stratified'"),
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Split::Order => "order",
            Split::Stratified => "stratified",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits-stratified-test.txt");

    #[test]
    fn order_takes_the_first_four_fifths() {
        let Data { train, test } = Split::Order.split(&Dataset::digits()).unwrap();
        assert_eq!((train.len(), test.unwrap().len()), (1437, 360));
    }

    #[test]
    fn stratified_takes_a_fifth_of_each_class() {
        let digits = Dataset::digits();
        let Data { train, test: Some(test) } = Split::Stratified.split(&digits).unwrap() else {
            panic!("no test part")
        };
        assert_eq!((train.len(), test.len()), (1437, 360));
        for class in 0..10 {
            let count = |data: &Dataset| data.labels.iter().filter(|&&l| l == class).count();
            let fifth = count(&digits) / 5;
            assert!((fifth..=fifth + 1).contains(&count(&test)), "class {class}");
        }
    }

    /// `CPFO_BLESS=1 cargo test -p cpfo-harness the_list` writes the file anew.
    #[test]
    fn the_list_of_the_digits_is_what_the_procedure_gives() {
        let test = Split::Stratified.test_indices(&Dataset::digits()).unwrap();
        let mut list = String::from(
            "# The digits that the stratified split holds out: indices counted from 0.\n\
             # Made by harness/src/data/split.rs, where the procedure is described.\n",
        );
        for index in test {
            list += &format!("{index}\n");
        }
        if std::env::var_os("CPFO_BLESS").is_some() {
            std::fs::write(LIST, &list).unwrap();
        }
        let committed = std::fs::read_to_string(LIST).unwrap();
        assert!(committed.lines().eq(list.lines()), "{LIST} is not what the procedure gives");
    }

    #[test]
    fn too_few() {
        let one = Dataset::digits().subset(&[0]);
        assert!(Split::Order.split(&one).is_err());
        let two = Dataset::digits().subset(&[0, 1]);
        for split in [Split::Order, Split::Stratified] {
            let data = split.split(&two).unwrap();
            assert_eq!((data.train.len(), data.test.unwrap().len()), (1, 1));
            assert_eq!(split.to_string().parse::<Split>().unwrap(), split);
        }
    }
}
