//! What goes wrong while a net learns: signs that it will come to nothing, each told once, when it
//! shows, with what to try.
//!
//! | trouble | its sign |
//! |---|---|
//! | dead | the loss is about that of guessing, and no unit of some hidden layer has a slope |
//! | guessing | for [`LONG`] epochs in a row the loss was that of guessing |
//! | above its start | the loss is above the untrained net's |
//! | fallen | of what the best epoch was better than guessing, less than half is left |
//!
//! All are read off the training data: what the test part says is for people alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Recipe;
use super::guess::Guess;
use crate::base::label;
use crate::learn::sums::Judgement;

/// So many epochs without learning are no slow start any more.
const LONG: usize = 10;
/// From this share of the loss of guessing on, units are looked at.
const NEAR: f64 = 0.9;
/// A loss from this share of that of guessing on is the same.
const SAME: f64 = 0.98;

/// A sign that a run will come to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Trouble {
    /// A layer passes nothing on, neither forward nor back.
    Dead {
        /// The layer's name.
        layer: String,
        /// `dead` or `saturated`.
        word: String,
    },
    /// The net might as well not look.
    Guessing {
        /// The loss of guessing.
        guess: f64,
    },
    /// It would have been better not to learn.
    AboveStart {
        /// The mean loss of the training samples.
        loss: f64,
        /// That of the untrained net.
        start: f64,
    },
    /// It was good, and is no longer.
    Fallen {
        /// The share of the training samples that was right in the best epoch.
        from: f64,
        /// That epoch, counted from 1.
        best: u32,
        /// The share now.
        to: f64,
    },
}

/// A trouble, and when it showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noticed {
    /// The epoch at whose end it was noticed, counted from 1.
    pub epoch: u32,
    /// What it is.
    #[serde(flatten)]
    pub trouble: Trouble,
}

/// What there is to compare with.
pub(super) struct Yardstick<'a> {
    pub(super) guess: Guess,
    /// The untrained net's loss, where it is a number.
    pub(super) start: Option<f64>,
    /// What the training samples were like, epoch by epoch.
    pub(super) history: &'a [Judgement],
}

impl Yardstick<'_> {
    /// The signs in what the training samples are like now. `dead` names a layer of which nothing has
    /// a slope, and is asked only if the loss is as high as such a net's.
    pub(super) fn signs(
        &self,
        now: Judgement,
        dead: impl FnOnce() -> Option<(String, String)>,
    ) -> Vec<Trouble> {
        let Guess { loss: guess, share } = self.guess;
        let mut signs = Vec::new();
        // Of a single class there is nothing to learn but its name.
        let classes = share < 1.0;
        if classes && now.loss >= NEAR * guess {
            signs.extend(dead().map(|(layer, word)| Trouble::Dead { layer, word }));
        }
        let same = |seen: &Judgement| seen.loss >= SAME * guess;
        let long = self.history.len() >= LONG && self.history.iter().rev().take(LONG).all(same);
        if classes && long && same(&now) && signs.is_empty() {
            signs.push(Trouble::Guessing { guess });
        }
        if let Some(start) = self.start.filter(|&start| now.loss > start) {
            signs.push(Trouble::AboveStart { loss: now.loss, start });
        }
        let best = self.history.iter().zip(1..).max_by(|(a, m), (b, n)| {
            a.accuracy.total_cmp(&b.accuracy).then_with(|| u32::cmp(n, m))
        });
        if let Some((best, epoch)) = best {
            let (was, is) = (best.accuracy - share, now.accuracy - share);
            if was > 0.1 * (1.0 - share) && is < 0.5 * was {
                signs.push(Trouble::Fallen { from: best.accuracy, best: epoch, to: now.accuracy });
            }
        }
        signs
    }
}

impl Trouble {
    /// Whether both are of one kind.
    pub fn is_like(&self, other: &Trouble) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// What may help a run by this recipe.
    pub fn advice(&self, recipe: &Recipe) -> String {
        let [rate, lower] =
            [recipe.rate, recipe.rate / 10.0].map(|rate| label::figure(rate.into()));
        let lower = format!("a lower --rate (it is {rate}; try {lower})");
        let clip = if recipe.limit.is_none() { ", --clip 1" } else { "" };
        match self {
            Trouble::Dead { .. } => format!("try {lower}{clip}, or another --seed"),
            Trouble::Guessing { .. } => {
                format!(
                    "try another --rate (it is {rate}), another --seed, and whether labels fit samples"
                )
            }
            Trouble::AboveStart { .. } => format!("try {lower}{clip}"),
            Trouble::Fallen { .. } if recipe.validate > 0.0 => format!("try {lower}{clip}"),
            Trouble::Fallen { .. } => {
                format!(
                    "try --validate 0.1, which keeps the best epoch's weights, and {lower}{clip}"
                )
            }
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = |x: f64| if x.is_finite() { label::figure(x) } else { "infinite".into() };
        match self {
            Trouble::Dead { layer, word } => write!(
                f,
                "the net has died: every unit of {layer} is {word} on every training sample, so that \
                 nothing can be learnt before it or from it"
            ),
            Trouble::Guessing { guess } => write!(
                f,
                "the net has learnt nothing for {LONG} epochs: its loss is that of guessing, {}",
                figure(*guess)
            ),
            Trouble::AboveStart { loss, start } => write!(
                f,
                "the loss, {}, is above the untrained net's, {}",
                figure(*loss),
                figure(*start)
            ),
            Trouble::Fallen { from, best, to } => write!(
                f,
                "the net has forgotten: {} of the training samples were right in epoch {best}, now {}",
                label::percent(*from),
                label::percent(*to)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUESS: Guess = Guess { loss: std::f64::consts::LN_10, share: 0.1 };

    fn signs(history: &[(f64, f64)], now: (f64, f64), dead: bool) -> Vec<Trouble> {
        let seen = |&(loss, accuracy): &(f64, f64)| Judgement { loss, accuracy };
        let history: Vec<_> = history.iter().map(seen).collect();
        let yardstick = Yardstick { guess: GUESS, start: Some(2.5), history: &history };
        yardstick.signs(seen(&now), || dead.then(|| ("F5".into(), "dead".into())))
    }

    #[test]
    fn a_dead_net() {
        let dead = Trouble::Dead { layer: "F5".into(), word: "dead".into() };
        assert_eq!(signs(&[], (2.303, 0.1), true), [dead]);
        // A layer that is dead does not matter to a net that learns all the same.
        assert!(signs(&[], (0.4, 0.9), true).is_empty());
    }

    #[test]
    fn a_slow_start_is_not_yet_guessing() {
        let slow = [(2.31, 0.1); 10];
        assert!(signs(&slow[..9], slow[0], false).is_empty());
        assert_eq!(signs(&slow, slow[0], false), [Trouble::Guessing { guess: GUESS.loss }]);
        assert!(signs(&slow, (2.0, 0.3), false).is_empty());
    }

    #[test]
    fn a_loss_above_the_start() {
        let loss = 14_959.0;
        assert_eq!(signs(&[], (loss, 0.1), false), [Trouble::AboveStart { loss, start: 2.5 }]);
        assert!(signs(&[], (2.5, 0.1), false).is_empty());
    }

    #[test]
    fn a_fall() {
        let good = [(0.1, 0.9), (0.1, 0.98), (0.1, 0.98)];
        let fallen = Trouble::Fallen { from: 0.98, best: 2, to: 0.24 };
        assert_eq!(signs(&good, (2.0, 0.24), false), [fallen]);
        assert!(signs(&good, (0.9, 0.7), false).is_empty());
        // Guessing varies too.
        assert!(signs(&[(2.3, 0.12)], (2.3, 0.08), false).is_empty());
    }
}
