//! What of a net stays as it is while the rest learns.
//!
//! Core knows what trains as a type. Here it is said at run time, and a run of its own for each type would
//! be compiled six times; so everything is learnt, and what is to stay is put back after each update. The
//! way back reads each weight before it moves, so the bits are those of the type: a test holds that.

use anyhow::ensure;
use cpfo::net::{Net, Parameters};
use cpfo::train::Batch;

use crate::model::training::Training;

/// The tensors that stay, where any does.
pub struct Still<N> {
    tensors: Vec<Option<Vec<f32>>>,
    net: std::marker::PhantomData<N>,
}

impl<N: Net> Still<N> {
    pub(super) fn of(training: Training, parameters: &Parameters<N>) -> anyhow::Result<Self> {
        let trains = training.of_tensors::<N>();
        ensure!(
            trains.contains(&true),
            "nothing of the net `{}` trains with --train {training}",
            N::NAME
        );
        Ok(Self::where_not(&trains, parameters))
    }

    /// All tensors of which it is not said that they train.
    pub fn where_not(trains: &[bool], parameters: &Parameters<N>) -> Self {
        let (mut tensors, mut of) = (Vec::new(), trains.iter());
        if trains.contains(&false) {
            parameters.visit(|_, values| {
                let trains = of.next().copied().unwrap_or(true);
                tensors.push((!trains).then(|| values.to_vec()));
            });
        }
        Self { tensors, net: std::marker::PhantomData }
    }

    /// Takes what stays out of a gradient, so that its length is that of what trains.
    pub(super) fn take_out(&self, batch: &mut Batch<N>) {
        if self.tensors.is_empty() {
            return;
        }
        let mut still = self.tensors.iter();
        batch.visit_mut(|sums| {
            if let Some(Some(_)) = still.next() {
                sums.fill(0.0);
            }
        });
    }

    /// Puts it back where it was.
    pub fn put_back(&self, parameters: &mut Parameters<N>) {
        if self.tensors.is_empty() {
            return;
        }
        let mut still = self.tensors.iter();
        parameters.visit_mut(|_, values| {
            if let Some(Some(kept)) = still.next() {
                values.copy_from_slice(kept);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use cpfo::choice::{BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, OutputOnly};
    use cpfo::net::Image;
    use cpfo::shape::{Tensor as _, Zero as _};
    use cpfo::train::{InPlace, Rates, Sgd, Velocity};
    use cpfo_nets::digits::Net as Digits;

    use super::*;
    use crate::data::{Dataset, Split};
    use crate::learn::run::{Chance, Recipe, Run, Trainer};
    use crate::model::snapshot;

    fn start() -> Box<Parameters<Digits>> {
        let mut parameters = Box::new(Digits::ZERO);
        parameters.initialize(&mut Chance::new(7).weights());
        parameters
    }

    /// By the type: the samples of the first mini-batches, in the order of the run.
    fn by_type<C: Choice>(recipe: Recipe, data: &Dataset, updates: usize) -> Vec<f32> {
        let mut parameters = Box::new(Parameters::<Digits, C>::ZERO);
        parameters.load(Box::leak(start()));
        let order = Chance::new(recipe.seed).order(0, data.len() as u32);
        let (mut trainer, mut batch) = (InPlace::<Digits, C>::ZERO, Batch::<Digits, C>::ZERO);
        let (mut velocity, mut image) = (Velocity::ZERO, Image::<Digits>::ZERO);
        for samples in order.chunks(recipe.batch).take(updates) {
            for &sample in samples {
                image.flat_mut().copy_from_slice(data.image(sample as usize));
                let label = data.label(sample as usize).into();
                if recipe.trainer == Trainer::InPlace {
                    let rates = Rates { rate: recipe.rate, decay: recipe.decay };
                    trainer.step(&mut parameters, &image, label, &rates).unwrap();
                } else {
                    batch.add(&parameters, &image, label).unwrap();
                }
            }
            let Recipe { rate, momentum, decay, .. } = recipe;
            batch.update(&mut parameters, &mut velocity, &Sgd { rate, momentum, decay }).unwrap();
        }
        let mut numbers = Vec::new();
        parameters.visit(|_, values| numbers.extend_from_slice(values));
        numbers
    }

    #[test]
    fn what_stays_is_what_the_type_leaves() {
        let data = Split::Order.split(&Dataset::digits()).unwrap();
        let constant = cpfo::train::Schedule::Constant;
        let batch = Recipe { schedule: constant, decay: 0.01, ..Recipe::BATCH };
        for recipe in [batch, Recipe { decay: 0.01, ..batch.in_place() }] {
            let updates = 6;
            let here = |trains| {
                let mut run = Run::from_model(Recipe { trains, ..recipe }, &data, start()).unwrap();
                for _ in 0..updates {
                    run.advance().unwrap();
                }
                snapshot::take::<Digits>(run.parameters())
            };
            let all = &data.train;
            let [output, tail, both, biases] = [
                by_type::<OutputOnly>(recipe, all, updates),
                by_type::<Freeze<cpfo::choice::All>>(recipe, all, updates),
                by_type::<ConvolutionsAndOutput>(recipe, all, updates),
                by_type::<BiasesOnly>(recipe, all, updates),
            ];
            assert_eq!(here(Training::OutputOnly), output);
            assert_eq!(here(Training::Tail(2)), tail);
            assert_eq!(here(Training::ConvolutionsAndOutput), both);
            assert_eq!(here(Training::BiasesOnly), biases);
            assert_ne!(output, tail);
        }
    }
}
