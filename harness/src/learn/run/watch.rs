//! A run watches itself: what an epoch was like, beside an untrained net, beside guessing, and beside
//! the epochs before.

use cpfo::net::{Net, Parameters};

use super::trouble::Yardstick;
use super::{Chance, Epoch, Noticed, Run, Trouble};
use crate::learn::sums::Judgement;
use crate::learn::units::Layer;
use crate::learn::{evaluation, units};

impl<N: Net> Run<'_, N> {
    /// Remembers what goes wrong for the first time.
    pub(super) fn notice(&mut self) {
        let Some(&Epoch { loss, train_accuracy: accuracy, .. }) = self.progress().history.last()
        else {
            return;
        };
        let told = |trouble: &Trouble| {
            self.progress().troubles.iter().any(|noticed| noticed.trouble.is_like(trouble))
        };
        let unknown = ("some layer".to_owned(), "dead".to_owned());
        let dead = || {
            // A net that has died stays dead: it is looked at once.
            let (layer, word) = unknown.clone();
            match told(&Trouble::Dead { layer, word }) {
                true => Some(unknown),
                false => dead(&units::of::<N>(self.parameters(), &self.data.train)),
            }
        };
        let signs = self.signs(Judgement { loss, accuracy }, dead);
        let new: Vec<_> = signs.into_iter().filter(|trouble| !told(trouble)).collect();
        let progress = &mut self.state.progress;
        let epoch = progress.epoch;
        progress.troubles.extend(new.into_iter().map(|trouble| Noticed { epoch, trouble }));
    }

    /// What is wrong with a net that the training samples are like so to.
    pub(super) fn signs(
        &self,
        now: Judgement,
        dead: impl FnOnce() -> Option<(String, String)>,
    ) -> Vec<Trouble> {
        let history = self.progress().history.iter();
        let history: Vec<_> = history
            .map(|epoch| Judgement { loss: epoch.loss, accuracy: epoch.train_accuracy })
            .collect();
        Yardstick { guess: self.guess, start: self.start(), history: &history }.signs(now, dead)
    }

    /// The untrained net's loss on the samples that are learnt from, as they are; none if it is no
    /// number.
    pub(super) fn start(&self) -> Option<f64> {
        *self.start.get_or_init(|| {
            let mut parameters = Box::new(N::ZERO);
            parameters.initialize(&mut Chance::new(self.recipe.seed).weights());
            Some(self.trained(&parameters).loss).filter(|loss| loss.is_finite())
        })
    }

    /// What the samples that are learnt from are like to some weights, as they are.
    pub(super) fn trained(&self, parameters: &Parameters<N>) -> Judgement {
        let seen = evaluation::seen_of::<N>(parameters, &self.data.train, &self.parts.learnt);
        // A loss that is no number is above every other.
        seen.map_or(Judgement { loss: f64::INFINITY, accuracy: 0.0 }, |seen| seen.judgement())
    }
}

/// The first layer that nothing goes through, and what its units are called.
pub(super) fn dead(layers: &[Layer]) -> Option<(String, String)> {
    let dead = layers.iter().find(|layer| layer.all_dead())?;
    Some((dead.layer.to_owned(), dead.word().to_owned()))
}
