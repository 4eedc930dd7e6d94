//! Where chance comes from: one seed, and a stream of numbers for each thing that is drawn.
//!
//! | stream | what is drawn from it |
//! |---|---|
//! | 0 | the initial weights |
//! | 1 + e | the order of the samples in epoch e |
//! | 2^32 (1 + e) + i | how sample i is bent in epoch e |
//! | 2^63 − 1 | which samples judge |
//!
//! No stream depends on how much was drawn from another, so nothing has to be stored of them.

use cpfo::rng::Rng;

/// The source of all chance in a run.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    seed: u64,
}

impl Chance {
    /// All chance that follows from a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// For the initial weights.
    pub fn weights(self) -> Rng {
        Rng::new(self.seed)
    }

    /// For the choice of the samples that judge.
    pub fn judges(self) -> Rng {
        Rng::with_stream(self.seed, u64::MAX >> 1)
    }

    /// The samples in the order of an epoch.
    pub fn order(self, epoch: u32, samples: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..samples).collect();
        Rng::with_stream(self.seed, 1 + u64::from(epoch)).shuffle(&mut order);
        order
    }

    /// For the way a sample is bent in an epoch.
    pub fn bend(self, epoch: u32, sample: u32) -> Rng {
        Rng::with_stream(self.seed, ((1 + u64::from(epoch)) << 32) + u64::from(sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_and_samples_differ_and_repeat() {
        let chance = Chance::new(5);
        assert_eq!(chance.order(3, 100), chance.order(3, 100));
        assert_ne!(chance.order(3, 100), chance.order(4, 100));
        let first = |epoch, sample| chance.bend(epoch, sample).next_u32();
        assert_eq!(first(2, 7), first(2, 7));
        assert!(first(2, 7) != first(2, 8) && first(2, 7) != first(3, 7));
    }
}
