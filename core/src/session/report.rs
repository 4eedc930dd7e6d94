use crate::train::Refusal;

/// How many of some samples were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Score {
    /// So many,
    pub right: u32,
    /// of so many.
    pub of: u32,
}

impl Score {
    /// The share that is right, from 0 to 1; nothing of nothing.
    pub fn share(&self) -> Option<f32> {
        (self.of > 0).then(|| self.right as f32 / self.of as f32)
    }
}

/// What a net makes of new samples and of old ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Accuracy {
    /// On the new samples that were held out, or on all where none were.
    pub new: Score,
    /// On the old samples, all of which may be learnt from as well.
    pub old: Score,
}

/// Why a session ended, and which parameters the net has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum End {
    /// None has begun.
    None,
    /// It has learnt: the net has the best parameters that were checked.
    Learnt,
    /// Nothing that was checked was better on new samples: the net is as before.
    NotBetter,
    /// What was better on new samples had forgotten too much of the old: the net is as before.
    Forgot,
    /// The parameters grew beyond all bounds: the net is as before.
    Diverged,
    /// Nothing could be learnt from, for this reason: the net is as before.
    Refused(Refusal),
    /// It was [stopped](super::Session::stop): the net has the best that was checked up to then.
    Stopped,
    /// The parameters could not be kept: the net has those that were kept before, or never learnt.
    NotKept,
    /// The parameters that were kept could not be had back: the net has what it learnt last.
    NotRestored,
}

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report {
    /// Why it ended.
    pub end: End,
    /// Before anything was learnt.
    pub before: Accuracy,
    /// Of the parameters that the net has now.
    pub after: Accuracy,
    /// Steps that were learnt from, by new samples and by old.
    pub steps: u32,
    /// Steps that were refused.
    pub refused: u32,
    /// New samples that were learnt from.
    pub samples: u32,
    /// What the caller's clock counted from the beginning to the end.
    pub time: u32,
}

impl Report {
    pub(super) const NONE: Self = Self {
        end: End::None,
        before: Accuracy { new: Score { right: 0, of: 0 }, old: Score { right: 0, of: 0 } },
        after: Accuracy { new: Score { right: 0, of: 0 }, old: Score { right: 0, of: 0 } },
        steps: 0,
        refused: 0,
        samples: 0,
        time: 0,
    };
}
