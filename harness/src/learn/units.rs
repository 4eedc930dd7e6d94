//! Which units no longer learn.
//!
//! What a unit learns is a multiple of its activation's slope. Where that is near 0 for every image
//! there is, nothing moves the unit any more:
//!
//! | activation | its largest slope | a unit is without slope | people say |
//! |---|---|---|---|
//! | ReLU | 1 | where it gives 0 | dead |
//! | tanh | 1 | within 0.005 of −1 or 1 | saturated |
//! | sigmoid | 1/4 | within 0.0025 of 0 or 1 | saturated |
//!
//! These places are where the slope is below `LEAST` of the largest. A map of a convolution counts as
//! one unit, all of whose places are looked at; after a pooling layer, all of the pooled ones, which
//! is the same but for the mean of a map that is −1 in one place and 1 in the other.

use cpfo::activation::{Activation as _, Relu, Sigmoid, Tanh};
use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::topology::Kind;
use cpfo::train::Inference;
use rayon::prelude::*;
use serde::Serialize;

use crate::data::Dataset;
use crate::learn::passes::Classify;
use crate::learn::threads;
use crate::learn::vectors::Vectors;

/// A slope below this share of the largest one is none.
const LEAST: f32 = 0.01;

/// The units of a hidden layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// The layer's name.
    pub layer: &'static str,
    /// Its activation.
    pub activation: &'static str,
    /// How many units it has; a convolution, how many maps.
    pub units: usize,
    /// How many of them had no slope on any image.
    pub dead: usize,
}

impl Layer {
    /// What such a unit is called.
    pub fn word(&self) -> &'static str {
        if self.activation == Relu::NAME { "dead" } else { "saturated" }
    }

    /// Whether nothing of the layer learns any more, nor any layer before it.
    pub fn all_dead(&self) -> bool {
        self.dead == self.units
    }
}

/// The slope of an activation at a value, as a share of its largest one.
fn slope(activation: &str) -> Option<fn(f32) -> f32> {
    match activation {
        name if name == Relu::NAME => Some(Relu::slope),
        name if name == Tanh::NAME => Some(Tanh::slope),
        name if name == Sigmoid::NAME => Some(|z| 4.0 * Sigmoid::slope(z)),
        _ => None,
    }
}

/// A stage before the output, as [`Inference::hidden`] shows them.
struct Stage {
    layer: Layer,
    /// None for pooling, which has no activation.
    slope: Option<fn(f32) -> f32>,
}

fn stages<N: Net>() -> Vec<Stage> {
    let mut stages = Vec::new();
    let mut convolved = false;
    for (name, description) in N::LAYERS {
        // The pooling after a convolution is of the same stage.
        let within = convolved && description.kind == Kind::Pooling;
        convolved = description.kind == Kind::Convolution;
        if within || description.kind == Kind::Output {
            continue;
        }
        let (layer, activation) = (*name, description.function);
        let layer = Layer { layer, activation, units: description.output[2], dead: 0 };
        stages.push(Stage { layer, slope: slope(activation) });
    }
    stages
}

/// How many units of each hidden layer have no slope on any image.
pub fn of<N: Net>(parameters: &Parameters<N>, data: &Dataset) -> Vec<Layer> {
    let stages = stages::<N>();
    let vectors = Vectors::get();
    // The steepest slope of each unit on any image so far. It does not depend on who saw it first.
    let none = || stages.iter().map(|stage| vec![0.0; stage.layer.units]).collect::<Vec<_>>();
    let memory = || (Box::new(Inference::<N>::ZERO), Box::new(Image::<N>::ZERO), none());
    let steepest = (0..data.len())
        .into_par_iter()
        .with_min_len(threads::at_least::<N>(1))
        .fold(memory, |(mut inference, mut image, mut steepest), index| {
            image.flat_mut().copy_from_slice(data.image(index));
            let seen =
                vectors.run(Classify { inference: &mut inference, parameters, image: &image });
            if seen.is_err() {
                // What is no answer has no slopes.
                return (inference, image, steepest);
            }
            let mut stages = stages.iter().zip(&mut steepest);
            inference.hidden(|values| {
                if let Some((Stage { layer, slope: Some(slope) }, steepest)) = stages.next() {
                    for place in values.chunks_exact(layer.units) {
                        merge(steepest, place.iter().map(|&z| slope(z)));
                    }
                }
            });
            (inference, image, steepest)
        })
        .map(|(_, _, steepest)| steepest)
        .reduce(none, |mut one, other| {
            for (one, other) in one.iter_mut().zip(other) {
                merge(one, other);
            }
            one
        });
    let layers = stages.into_iter().zip(steepest).filter(|(stage, _)| stage.slope.is_some());
    let count = |steepest: Vec<f32>| steepest.iter().filter(|&&slope| slope < LEAST).count();
    layers.map(|(stage, steepest)| Layer { dead: count(steepest), ..stage.layer }).collect()
}

fn merge(steepest: &mut [f32], slopes: impl IntoIterator<Item = f32>) {
    for (steepest, slope) in steepest.iter_mut().zip(slopes) {
        *steepest = steepest.max(slope);
    }
}

#[cfg(test)]
mod tests {

    use cpfo::net::Role;

    use super::*;

    cpfo::net! {
        /// Every kind of stage: convolutions with and without pooling, pooling alone, units.
        pub mod every: 8 x 8 x 1 {
            P1 = Pooling(Mean, 1 x 2);
            C2 = Convolution(3, 3 x 1, Relu);
            P3 = Pooling(Max, 2 x 2);
            C4 = Convolution(4, 2 x 1, Tanh);
            F5 = FullyConnected(5, Sigmoid);
            F6 = FullyConnected(6, Relu);
            O7 = Output(10, SoftmaxCrossEntropy);
        }
    }

    /// Weights of 0, and these biases, tensor by tensor.
    fn dead(biases: &[&[f32]]) -> Vec<(&'static str, usize)> {
        let mut parameters = Box::new(every::Net::ZERO);
        let mut biases = biases.iter();
        parameters.visit_mut(|role, values| {
            if role == Role::Bias
                && let Some(biases) = biases.next()
            {
                values.copy_from_slice(biases);
            }
        });
        let layers = of::<every::Net>(&parameters, &Dataset::digits().subset(&[1, 2, 3]));
        layers.iter().map(|layer| (layer.layer, layer.dead)).collect()
    }

    #[test]
    fn units_without_slope_are_counted_by_layer() {
        let counted = dead(&[
            &[-1.0, 0.5, -2.0],
            &[9.0, -9.0, 0.0, 2.0],
            &[-20.0, 20.0, 0.0, 1.0, -1.0],
            &[-1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
        ]);
        assert_eq!(counted, [("C2", 2), ("C4", 2), ("F5", 2), ("F6", 6)]);
    }

    #[test]
    fn one_image_with_a_slope_is_enough() {
        let digits = Dataset::digits();
        let mut parameters = Box::new(every::Net::ZERO);
        // The first map of C2 sees a pixel above its bias on some images, not on all.
        let mut first = true;
        parameters.visit_mut(|role, values| {
            if std::mem::take(&mut first) {
                values[0] = 1.0;
            } else if role == Role::Bias && values.len() == 3 {
                values.copy_from_slice(&[-0.99, -1.0, -1.0]);
            }
        });
        let dead =
            |indices: &[usize]| of::<every::Net>(&parameters, &digits.subset(indices))[0].dead;
        let each: Vec<_> = (0..200).map(|index| dead(&[index])).collect();
        assert!(each.contains(&3) && each.contains(&2));
        assert_eq!(dead(&(0..200).collect::<Vec<_>>()), 2);
    }
}
