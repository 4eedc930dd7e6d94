//! Which class was taken for which: one count n(t, p) for each true class t and predicted class p.
//!
//! | figure | formula |
//! |---|---|
//! | support of k | Σ_p n(k, p): how many samples are of class k |
//! | calls of k | Σ_t n(t, k): how many samples were called k |
//! | accuracy | Σ_k n(k, k) / Σ n |
//! | precision of k | n(k, k) / calls of k |
//! | recall of k | n(k, k) / support of k |
//! | F1 of k | 2 n(k, k) / (calls + support) |
//!
//! A quotient of nothing by nothing is 0 here, and a dash where people read it.

use core::fmt;

/// The counts of all pairs of true and predicted class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    classes: Vec<String>,
    /// True class by true class; in each, predicted class by predicted class.
    counts: Vec<u64>,
}

/// How one class fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Samples of this class that were called so.
    pub correct: u64,
    /// Samples that were called this class.
    pub calls: u64,
    /// Samples of this class.
    pub support: u64,
}

/// One kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mixup {
    /// The true class.
    pub label: usize,
    /// The class it was taken for.
    pub predicted: usize,
    /// How often.
    pub count: u64,
}

/// A label or a prediction that is none of the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownClass {
    /// Which pair it stands in.
    pub pair: usize,
    /// The class it names.
    pub class: usize,
    /// How many classes there are.
    pub classes: usize,
}

impl fmt::Display for UnknownClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pair, class, classes } = self;
        write!(
            f,
            "sample {pair} names class {class}, but there are {classes} classes (counted from 0)"
        )
    }
}

impl core::error::Error for UnknownClass {}

impl Confusion {
    /// Counts pairs (true class, predicted class).
    pub fn from_pairs(
        classes: Vec<String>,
        pairs: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, UnknownClass> {
        let k = classes.len();
        let mut counts = vec![0; k * k];
        for (pair, (label, predicted)) in pairs.into_iter().enumerate() {
            if let Some(&class) = [label, predicted].iter().find(|&&class| class >= k) {
                return Err(UnknownClass { pair, class, classes: k });
            }
            counts[label * k + predicted] += 1;
        }
        Ok(Self { classes, counts })
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How many samples of class `label` were called `predicted`.
    ///
    /// # Panics
    /// When one of them is none of the classes.
    pub fn count(&self, label: usize, predicted: usize) -> u64 {
        self.row(label)[predicted]
    }

    /// How often class `label` was called each of the classes.
    ///
    /// # Panics
    /// When `label` is none of the classes.
    pub fn row(&self, label: usize) -> &[u64] {
        let k = self.classes.len();
        &self.counts[label * k..][..k]
    }

    /// All samples.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The samples that were called what they are.
    pub fn correct(&self) -> u64 {
        (0..self.classes.len()).map(|class| self.count(class, class)).sum()
    }

    /// The share of the samples that were called what they are.
    pub fn accuracy(&self) -> f64 {
        share(self.correct(), self.total())
    }

    /// How one class fared.
    ///
    /// # Panics
    /// When it is none of the classes.
    pub fn score(&self, class: usize) -> Score {
        let k = self.classes.len();
        Score {
            correct: self.count(class, class),
            calls: (0..k).map(|label| self.count(label, class)).sum(),
            support: self.row(class).iter().sum(),
        }
    }

    /// The mistakes, the most frequent kind first.
    pub fn mixups(&self) -> Vec<Mixup> {
        let k = self.classes.len();
        let mut mixups: Vec<_> = (0..k * k)
            .map(|pair| Mixup { label: pair / k, predicted: pair % k, count: self.counts[pair] })
            .filter(|mixup| mixup.label != mixup.predicted && mixup.count > 0)
            .collect();
        mixups.sort_by_key(|mixup| core::cmp::Reverse(mixup.count));
        mixups
    }
}

impl Score {
    /// Of the samples called this class, the share that are; 0 where none was called so.
    pub fn precision(&self) -> f64 {
        share(self.correct, self.calls)
    }

    /// Of the samples of this class, the share called so; 0 where there is none.
    pub fn recall(&self) -> f64 {
        share(self.correct, self.support)
    }

    /// The harmonic mean of precision and recall; 0 where both are of nothing.
    pub fn f1(&self) -> f64 {
        share(2 * self.correct, self.calls + self.support)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(k: usize) -> Vec<String> {
        (0..k).map(|class| class.to_string()).collect()
    }

    #[test]
    fn figures_by_hand() {
        //           called   0  1  2
        // true 0             3  1  0
        // true 1             0  2  0
        // true 2             2  0  0
        let pairs = [(0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (2, 0), (2, 0)];
        let confusion = Confusion::from_pairs(names(3), pairs).unwrap();
        assert_eq!((confusion.total(), confusion.correct()), (8, 5));
        assert_eq!(confusion.accuracy(), 0.625);
        let zero = confusion.score(0);
        assert_eq!((zero.precision(), zero.recall(), zero.support), (0.6, 0.75, 4));
        assert_eq!(zero.f1(), 6.0 / 9.0);
        let two = confusion.score(2);
        assert_eq!((two.precision(), two.recall(), two.f1()), (0.0, 0.0, 0.0));
        let mixups = confusion.mixups();
        assert_eq!(mixups[0], Mixup { label: 2, predicted: 0, count: 2 });
        assert_eq!(mixups.len(), 2);
    }

    #[test]
    fn nothing_divides_to_zero() {
        for k in [0, 1, 4] {
            let empty = Confusion::from_pairs(names(k), []).unwrap();
            assert_eq!(empty.accuracy(), 0.0);
            assert!((0..k).all(|class| empty.score(class).f1() == 0.0));
            assert!(empty.mixups().is_empty());
        }
    }

    #[test]
    fn unknown_classes_are_refused() {
        let error = Confusion::from_pairs(names(2), [(0, 1), (1, 2)]).unwrap_err();
        assert_eq!(error, UnknownClass { pair: 1, class: 2, classes: 2 });
        assert!(error.to_string().contains("sample 1 names class 2"));
    }
}
