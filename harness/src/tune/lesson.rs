//! What the chip is to learn, and what it is tested with.

use std::fmt;

use anyhow::ensure;
use cpfo::rng::Rng;

use crate::cli::LessonFlags;
use crate::data::{Data, Dataset, World};

/// Numbers for the noise of the new world, and for the choice of samples, to learn from and to test with. Orders of epochs have
/// the streams that [`Chance`](crate::learn::run::Chance) gives them.
const NOISE: u64 = u64::MAX;
const CHOICE: u64 = u64::MAX - 1;
const TESTS: u64 = u64::MAX - 2;

/// What is other about the world that a chip learns of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// The samples that are known, bent.
    Bent(World),
    /// Samples that were collected there.
    Collected,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Bent(world) => world.fmt(f),
            Change::Collected => f.write_str("data of its own"),
        }
    }
}

/// A run of fine-tuning, planned.
pub struct Lesson {
    /// What the chip learns from: samples of the new world, as many of each class.
    pub(super) samples: Dataset,
    /// The test part, as it looks in the new world.
    pub(super) new: Dataset,
    /// The test part, as it was.
    pub(super) old: Dataset,
    /// What is other about the new world.
    pub(super) change: Change,
    /// Samples of each class.
    pub(super) each: usize,
    pub(super) rate: f32,
    pub(super) epochs: u32,
    pub(super) seed: u64,
}

impl Lesson {
    /// From these data, as they look in a world.
    pub fn new(flags: &LessonFlags, data: &Data, world: World) -> anyhow::Result<Self> {
        world.fits(&data.train)?;
        let mut noise = Rng::with_stream(flags.seed, NOISE);
        let mut seen = |data: &Dataset| world.apply(data, &mut || noise.next_u32());
        let old = data.test_part()?.clone();
        let parts = [seen(&data.train), seen(&old)];
        Self::of(flags, Change::Bent(world), old, parts)
    }

    /// From the samples of one world to those of another, which were collected there.
    pub fn between(flags: &LessonFlags, data: &Data, there: &Data) -> anyhow::Result<Self> {
        let parts = [there.train.clone(), there.test_part()?.clone()];
        Self::of(flags, Change::Collected, data.test_part()?.clone(), parts)
    }

    fn of(
        flags: &LessonFlags,
        change: Change,
        old: Dataset,
        [all, new]: [Dataset; 2],
    ) -> anyhow::Result<Self> {
        let each = flags.samples.unwrap_or_else(|| fewest(&all).clamp(1, SAMPLES));
        let samples = all.subset(&balanced(&all, each, flags.seed)?);
        let rate = flags.rate.unwrap_or(if samples.len() < 20 { 0.003 } else { 0.01 });
        let usual = (2000 / samples.len()).clamp(10, 60);
        let epochs = u32::try_from(flags.epochs.unwrap_or(usual))?;
        Ok(Self { samples, new, old, change, each, rate, epochs, seed: flags.seed })
    }

    /// With a test by so many samples at most, drawn by the seed: each costs its time on the line.
    pub fn with_tests(mut self, most: usize) -> Self {
        for part in [&mut self.new, &mut self.old] {
            let mut places: Vec<usize> = (0..part.len()).collect();
            Rng::with_stream(self.seed, TESTS).shuffle(&mut places);
            places.truncate(most);
            places.sort_unstable();
            *part = part.subset(&places);
        }
        self
    }

    /// Whether there is another world than that of the data.
    pub(super) fn changes(&self) -> bool {
        self.change != Change::Bent(World::Same)
    }

    /// How many updates there will be.
    pub(super) fn steps(&self) -> u64 {
        self.samples.len() as u64 * u64::from(self.epochs)
    }
}

/// Samples of each class, where there are so many and nobody says how many.
const SAMPLES: usize = 20;

/// How many samples the smallest class has.
fn fewest(data: &Dataset) -> usize {
    let mut counts = vec![0; data.classes];
    (0..data.len()).for_each(|sample| counts[usize::from(data.label(sample))] += 1);
    counts.into_iter().min().unwrap_or(0)
}

/// The places of `each` samples of every class, drawn by a seed.
fn balanced(data: &Dataset, each: usize, seed: u64) -> anyhow::Result<Vec<usize>> {
    let mut places: Vec<usize> = (0..data.len()).collect();
    Rng::with_stream(seed, CHOICE).shuffle(&mut places);
    let mut wanted = vec![each; data.classes];
    places.retain(|&place| {
        let wanted = &mut wanted[usize::from(data.label(place))];
        let taken = *wanted > 0;
        *wanted -= usize::from(taken);
        taken
    });
    if let Some(class) = wanted.iter().position(|&wanted| wanted > 0) {
        let there = each - wanted[class];
        ensure!(
            false,
            "there are only {there} samples of class {}: take --samples {there} or less",
            data.class_name(class)
        );
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;

    #[test]
    fn as_many_of_each_class() {
        let digits = Dataset::digits();
        let places = balanced(&digits, 5, 1).unwrap();
        let chosen = digits.subset(&places);
        for class in 0..10 {
            assert_eq!(chosen.labels.iter().filter(|&&label| label == class).count(), 5);
        }
        assert_ne!(places, balanced(&digits, 5, 2).unwrap());
        let error = balanced(&digits, 1000, 1).unwrap_err().to_string();
        assert!(error.contains("there are only 178 samples of class 0"), "{error}");
    }

    #[test]
    fn from_one_world_to_samples_of_another() {
        let flags = LessonFlags { samples: Some(3), rate: None, epochs: None, seed: 1 };
        let here = Split::Order.split(&Dataset::digits()).unwrap();
        let mirror = |data: &Dataset| World::Mirror.apply(data, &mut || 0);
        let there = Data {
            train: mirror(&here.train),
            test: here.test.as_ref().map(|test| mirror(&test.subset(&[0, 1, 2, 3]))),
        };
        let bent = Lesson::new(&flags, &here, World::Mirror).unwrap();
        let collected = Lesson::between(&flags, &here, &there).unwrap();
        assert_eq!(bent.samples.images, collected.samples.images);
        assert_eq!(bent.old.images, collected.old.images);
        assert_eq!((bent.new.len(), collected.new.len()), (360, 4));
        assert!(bent.changes() && collected.changes());
        assert!(!Lesson::new(&flags, &here, World::Same).unwrap().changes());
        let few = collected.with_tests(3);
        assert_eq!((few.new.len(), few.old.len()), (3, 3));
    }
}
