//! What somebody gets who does not look at the images, but knows how often each class occurs: the
//! yardstick of a net that has learnt nothing.
//!
//! With the share p_k of class k, the constant answer y = p has the least mean loss there is
//! without looking:
//!
//! | loss | of the constant answer |
//! |---|---|
//! | softmax, cross-entropy | −Σ p_k ln p_k; ln K where K classes are equally frequent |
//! | sigmoid, squared error | ½ Σ p_k (1 − p_k) |
//!
//! And who always names the commonest class is right of m = max p_k. k of n answers are *no better than
//! chance* if such a guesser, right with probability m, would get as many in more than one of twenty
//! such tests: P(X ≥ k) > [`LUCK`], X binomial. A net that always says the same never passes, for
//! then k ≤ n m. Where n is so small that even n of n would not pass, k above n m is left undecided.

use cpfo::loss::{Loss as _, SoftmaxCrossEntropy};
use cpfo::net::Net;
use serde::Serialize;

use crate::learn::sums::Sums;

/// How often luck may be taken for skill.
const LUCK: f64 = 0.05;

/// The best that can be had without looking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Guess {
    /// The mean loss.
    pub(super) loss: f64,
    /// The share that is right.
    pub(super) share: f64,
}

impl Guess {
    /// At samples with these labels.
    pub(super) fn at<N: Net>(labels: impl Iterator<Item = u16>) -> Self {
        let mut counts = vec![0_u64; N::CLASSES];
        for label in labels {
            if let Some(count) = counts.get_mut(usize::from(label)) {
                *count += 1;
            }
        }
        let all = counts.iter().sum::<u64>().max(1) as f64;
        let shares = counts.iter().map(|&count| count as f64 / all).filter(|&share| share > 0.0);
        let softmax =
            N::LAYERS.last().is_none_or(|(_, output)| output.function == SoftmaxCrossEntropy::NAME);
        let loss = |p: f64| if softmax { -p * p.ln() } else { 0.5 * p * (1.0 - p) };
        Self { loss: shares.clone().map(loss).sum(), share: shares.fold(0.0, f64::max) }
    }
}

/// A number of right answers beside that of a guesser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Odds {
    /// Test images that are called what they are.
    pub correct: u64,
    /// All of them.
    pub samples: u64,
    /// Those of the commonest class: what always naming it gets.
    pub commonest: u64,
    /// How probably a guesser gets as many, or more.
    pub probability: f64,
    /// What follows.
    pub result: Luck,
}

/// Whether a result can be told from that of a guesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Luck {
    /// It is better.
    Better,
    /// It is more than the commonest class would give, but there are too few images to tell.
    Undecided,
    /// It is no better.
    NoBetter,
}

impl Odds {
    /// Of samples of which so many are of the commonest class.
    pub(super) fn of(seen: Sums, commonest: u64) -> Self {
        let Sums { correct, samples, .. } = seen;
        let share = commonest as f64 / samples.max(1) as f64;
        let probability = at_least(correct, samples, share);
        let all_would_do = share.powf(samples as f64) <= LUCK;
        let result = if probability <= LUCK {
            Luck::Better
        } else if !all_would_do && (correct > commonest || correct == samples) {
            Luck::Undecided
        } else {
            Luck::NoBetter
        };
        Self { correct, samples, commonest, probability, result }
    }
}

/// P(X ≥ k) of a binomial X: n tries, each successful with probability p. A few lines here save a
/// library of distributions.
fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 || p >= 1.0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    // P(X = k) by logarithms, which do not underflow; each further one by its quotient.
    let choose: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
    let first = (choose + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp();
    let odds = p / (1.0 - p);
    let mut term = first;
    let mut sum = 0.0;
    for i in k..=n {
        sum += term;
        term *= (n - i) as f64 / (i + 1) as f64 * odds;
    }
    f64::min(sum, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpfo_nets::digits;

    #[test]
    fn tails_of_the_binomial() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.max(1e-3), "{a} {b}");
        close(at_least(2, 2, 0.5), 0.25);
        close(at_least(1, 3, 0.5), 0.875);
        close(at_least(0, 9, 0.1), 1.0);
        close(at_least(3, 4, 0.1), 4.0 * 0.001 * 0.9 + 0.0001);
        // Too improbable for a product, too many to choose: still a number from 0 to 1.
        assert_eq!(at_least(10_000, 10_000, 0.1), 0.0);
        let half = at_least(5_000, 10_000, 0.5);
        assert!((half - 0.504).abs() < 1e-3, "{half}");
    }

    fn luck(correct: u64, samples: u64, commonest: u64) -> Luck {
        Odds::of(Sums { loss: 0.0, correct, samples }, commonest).result
    }

    #[test]
    fn what_cannot_be_told_from_guessing() {
        // 360 digits, at most 37 of a class. 10 % and 12 % are luck, 15 % is not.
        assert_eq!([36, 37, 43, 54].map(|k| luck(k, 360, 37)), {
            use Luck::{Better, NoBetter};
            [NoBetter, NoBetter, NoBetter, Better]
        });
        // Two of three classes' commonest: who always says the same is right of all of them.
        assert_eq!(luck(80, 100, 80), Luck::NoBetter);
        assert_eq!(luck(90, 100, 80), Luck::Better);
        // Few images: one of two may be luck, two of two too, but nobody can know.
        assert_eq!([0, 1, 2].map(|k| luck(k, 2, 1)), {
            use Luck::{NoBetter, Undecided};
            [NoBetter, NoBetter, Undecided]
        });
        // One class only.
        assert_eq!([6, 7].map(|k| luck(k, 7, 7)), [Luck::NoBetter, Luck::Undecided]);
        assert_eq!(luck(0, 1, 1), Luck::NoBetter);
    }

    #[test]
    fn equal_shares_cost_ln_k() {
        let guess = Guess::at::<digits::Net>((0..50).map(|i| i % 10));
        assert!((guess.loss - 10_f64.ln()).abs() < 1e-12 && guess.share == 0.1);
        assert_eq!(Guess::at::<digits::Net>([3, 3].into_iter()), Guess { loss: 0.0, share: 1.0 });
    }
}
