//! The two trainers behind one door: learn from these samples, say what was seen.

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{
    Batch, InPlace, Inference, Limit, Rates, Refusal, Refusals, Seen, Sgd, Velocity,
};
use rayon::prelude::*;

use super::still::Still;
use super::{Chance, Trainer};
use crate::data::{Augment, Dataset};
use crate::learn::passes::{Add, Look, Step};
use crate::learn::sums::Sums;
use crate::learn::threads;
use crate::learn::vectors::Vectors;

/// How many samples of a mini-batch are summed in a row. It is part of the result: other groups
/// round otherwise.
pub const GROUP: usize = 16;

/// Samples as they are seen in one epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lesson<'a> {
    pub(super) data: &'a Dataset,
    pub(super) augment: Option<Augment>,
    pub(super) chance: Chance,
    pub(super) epoch: u32,
}

impl Lesson<'_> {
    /// Puts a sample's image where the net can see it, and gives its label.
    fn show(&self, sample: u32, image: &mut [f32]) -> usize {
        let data = self.data;
        let plain = data.image(sample as usize);
        match self.augment {
            None => image.copy_from_slice(plain),
            Some(augment) => {
                let mut rng = self.chance.bend(self.epoch, sample);
                let random = &mut || rng.next_u32();
                augment.apply(plain, data.rows, data.columns, data.maps, random, image);
            }
        }
        usize::from(data.label(sample as usize))
    }
}

/// What watches over the length of gradients.
pub(super) struct Guard<'a> {
    pub(super) limit: Option<Limit>,
    pub(super) refusals: &'a mut Refusals,
}

impl Guard<'_> {
    /// A gradient past a limit that was asked for is counted; anything else ends the run.
    fn forgive(&mut self, done: Result<(), Refusal>) -> Result<(), Refusal> {
        match (self.limit, done) {
            (Some(_), Err(Refusal::Gradient)) => {
                self.refusals.count(Refusal::Gradient);
                Ok(())
            }
            _ => done,
        }
    }
}

/// Every gradient that is finite.
const FINITE: Limit = Limit::Refuse(f32::INFINITY);

/// A trainer with its memory.
pub(super) enum Learner<N: Net> {
    Batch(Vec<Worker<N>>),
    InPlace(Box<Single<N>>),
}

/// One group's share of a mini-batch.
pub(super) struct Worker<N: Net> {
    batch: Box<Batch<N>>,
    image: Box<Image<N>>,
}

/// One sample at a time.
pub(super) struct Single<N: Net> {
    trainer: InPlace<N>,
    inference: Inference<N>,
    image: Image<N>,
}

impl<N: Net> Learner<N> {
    /// A trainer for mini-batches of so many samples.
    pub(super) fn new(trainer: Trainer, batch: usize) -> Self {
        let worker = || Worker { batch: Box::new(Zero::ZERO), image: Box::new(Zero::ZERO) };
        match trainer {
            Trainer::Batch => {
                let workers = batch.div_ceil(GROUP).min(rayon::current_num_threads() + 1);
                Learner::Batch((0..workers).map(|_| worker()).collect())
            }
            Trainer::InPlace => Learner::InPlace(Box::new(Single {
                trainer: Zero::ZERO,
                inference: Zero::ZERO,
                image: Zero::ZERO,
            })),
        }
    }

    /// Learns from some samples and says what they were like before.
    pub(super) fn learn(
        &mut self,
        (parameters, velocity): (&mut Parameters<N>, &mut Velocity<N>),
        lesson: &Lesson<'_>,
        samples: &[u32],
        sgd: &Sgd,
        (mut guard, still): (Guard<'_>, &Still<N>),
    ) -> Result<Sums, Refusal> {
        match self {
            Learner::Batch(workers) => {
                let sums = collect(workers, parameters, lesson, samples)?;
                if let Some(first) = workers.first_mut() {
                    let limit = guard.limit.unwrap_or(FINITE);
                    still.take_out(&mut first.batch);
                    guard.forgive(first.batch.update_within(parameters, velocity, sgd, limit))?;
                    still.put_back(parameters);
                }
                Ok(sums)
            }
            Learner::InPlace(single) => {
                samples.iter().try_fold(Sums::default(), |sums, &sample| {
                    let seen = single.step(parameters, lesson, sample, sgd, &mut guard)?;
                    still.put_back(parameters);
                    Ok(sums.plus(seen))
                })
            }
        }
    }
}

/// Each group of a mini-batch is summed by a worker, and goes to the first of them in order.
///
/// There is a worker for each group, or for each thread and one more, whatever is less: a gradient
/// for every group of a large mini-batch would not stay in the cache.
fn collect<N: Net>(
    workers: &mut [Worker<N>],
    parameters: &Parameters<N>,
    lesson: &Lesson<'_>,
    samples: &[u32],
) -> Result<Sums, Refusal> {
    // Learning from a sample takes about as long as four looks at it.
    let at_least = threads::at_least::<N>(4).div_ceil(GROUP);
    let all = samples.len() <= workers.len() * GROUP;
    let at_once = if all { workers.len() } else { workers.len() - 1 };
    let mut sums = Sums::default();
    for (round, samples) in samples.chunks(at_once * GROUP).enumerate() {
        let first_round = round == 0;
        let free = if first_round { &mut workers[..at_once] } else { &mut workers[1..] };
        let groups = free.par_iter_mut().zip(samples.par_chunks(GROUP)).with_min_len(at_least);
        let seen: Result<Vec<Sums>, Refusal> =
            groups.map(|(worker, group)| worker.sum(parameters, lesson, group)).collect();
        let seen = seen?;
        if let Some((first, others)) = workers.split_first_mut() {
            for other in others.iter_mut().take(seen.len() - usize::from(first_round)) {
                first.batch.merge(&mut other.batch);
            }
        }
        sums = seen.into_iter().fold(sums, Sums::plus);
    }
    Ok(sums)
}

impl<N: Net> Worker<N> {
    fn sum(
        &mut self,
        parameters: &Parameters<N>,
        lesson: &Lesson<'_>,
        samples: &[u32],
    ) -> Result<Sums, Refusal> {
        let vectors = Vectors::get();
        let mut sums = Sums::default();
        for &sample in samples {
            let label = lesson.show(sample, self.image.flat_mut());
            let sample = (&*self.image, label);
            let seen = vectors.run(Add { batch: &mut *self.batch, parameters, sample })?;
            sums = sums.plus(one(seen, label));
        }
        Ok(sums)
    }
}

impl<N: Net> Single<N> {
    fn step(
        &mut self,
        parameters: &mut Parameters<N>,
        lesson: &Lesson<'_>,
        sample: u32,
        sgd: &Sgd,
        guard: &mut Guard<'_>,
    ) -> Result<Sums, Refusal> {
        let label = lesson.show(sample, self.image.flat_mut());
        let (trainer, parameters, image) = (&mut self.trainer, &mut *parameters, &self.image);
        let vectors = Vectors::get();
        let seen = match guard.limit {
            None => vectors.run(Step { trainer, parameters, sample: (image, label), sgd })?,
            // A sample that is refused was seen all the same.
            Some(limit) => {
                let (inference, sample) = (&mut self.inference, (image, label));
                let seen = vectors.run(Look { inference, parameters: &*parameters, sample })?;
                let Sgd { rate, decay, .. } = *sgd;
                let done =
                    trainer.step_within(parameters, image, label, &Rates { rate, decay }, limit);
                guard.forgive(done.map(drop))?;
                seen
            }
        };
        Ok(one(seen, label))
    }
}

fn one(seen: Seen, label: usize) -> Sums {
    Sums { loss: seen.loss.into(), correct: (seen.class == label).into(), samples: 1 }
}
