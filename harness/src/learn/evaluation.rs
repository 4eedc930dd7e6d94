//! How a net does on labelled images: what it takes each for, and how sure it is.

use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Inference, Refusal, argmax};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::data::Dataset;
use crate::learn::confusion::Confusion;
use crate::learn::passes::{Classify, Look, Outputs};
use crate::learn::sums::Sums;
use crate::learn::threads;
use crate::learn::vectors::Vectors;

/// What a net makes of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class it takes it for.
    pub class: usize,
    /// Its outputs, a number for each class.
    pub outputs: Vec<f32>,
}

impl Verdict {
    /// The output of the class that was taken.
    pub fn confidence(&self) -> f32 {
        self.outputs[self.class]
    }
}

/// What a net makes of some images, in their order.
///
/// # Errors
/// Outputs that are not finite are no answer, and neither is what comes of an image that is not.
pub fn verdicts<N: Net>(
    parameters: &Parameters<N>,
    images: &[f32],
) -> Result<Vec<Verdict>, Refusal> {
    let vectors = Vectors::get();
    each::<N, _>(images, |inference, image| {
        let outputs = vectors.run(Outputs { inference, parameters, image })?.to_vec();
        let class = argmax(&outputs).ok_or(Refusal::Diverged)?;
        Ok(Verdict { class, outputs })
    })
}

/// The share of samples that a net calls what they are; 0 of no sample.
///
/// # Errors
/// As [`verdicts`].
pub fn accuracy<N: Net>(parameters: &Parameters<N>, data: &Dataset) -> Result<f64, Refusal> {
    let vectors = Vectors::get();
    let classes = each::<N, _>(&data.images, |inference, image| {
        vectors.run(Classify { inference, parameters, image })
    })?;
    let labels = data.labels.iter().map(|&label| usize::from(label));
    let right = classes.into_iter().zip(labels).filter(|(class, label)| class == label);
    Ok(right.count() as f64 / data.len().max(1) as f64)
}

/// What a trainer would see of all samples, without learning from them.
pub fn seen<N: Net>(parameters: &Parameters<N>, data: &Dataset) -> Result<Sums, Refusal> {
    seen_at::<N>(parameters, data, (0..data.len()).into_par_iter())
}

/// What a trainer would see of some samples, without learning from them.
pub fn seen_of<N: Net>(
    parameters: &Parameters<N>,
    data: &Dataset,
    samples: &[u32],
) -> Result<Sums, Refusal> {
    seen_at::<N>(parameters, data, samples.par_iter().map(|&sample| sample as usize))
}

fn seen_at<N: Net>(
    parameters: &Parameters<N>,
    data: &Dataset,
    samples: impl IndexedParallelIterator<Item = usize>,
) -> Result<Sums, Refusal> {
    let vectors = Vectors::get();
    let memory = || (Box::new(Inference::<N>::ZERO), Box::new(Image::<N>::ZERO));
    let each: Vec<_> = samples
        .with_min_len(threads::at_least::<N>(1))
        .map_init(memory, |(inference, image), index| {
            image.flat_mut().copy_from_slice(data.image(index));
            let label = usize::from(data.label(index));
            let sample = (&**image, label);
            Ok((vectors.run(Look { inference, parameters, sample })?, label))
        })
        .collect::<Result<_, Refusal>>()?;
    // Summed in the order of the samples, whatever thread looked at them.
    let sums = each.into_iter().map(|(seen, label)| Sums {
        loss: seen.loss.into(),
        correct: u64::from(seen.class == label),
        samples: 1,
    });
    Ok(sums.fold(Sums::default(), Sums::plus))
}

fn each<N: Net, T: Send>(
    images: &[f32],
    of_image: impl Fn(&mut Inference<N>, &Image<N>) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let memory = || (Box::new(Inference::<N>::ZERO), Box::new(Image::<N>::ZERO));
    images
        .par_chunks_exact(N::PIXELS)
        .with_min_len(threads::at_least::<N>(1))
        .map_init(memory, |(inference, image), pixels| {
            image.flat_mut().copy_from_slice(pixels);
            of_image(inference, image)
        })
        .collect()
}

/// The names of a net's classes, as a data set has them.
pub fn classes<N: Net>(data: &Dataset) -> Vec<String> {
    (0..N::CLASSES).map(|class| data.class_name(class)).collect()
}

/// How a net does on a data set.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Which class was taken for which.
    pub confusion: Confusion,
    /// What the net made of each sample, in their order.
    pub verdicts: Vec<Verdict>,
}

impl Evaluation {
    /// Puts every sample before a net.
    pub fn new<N: Net>(parameters: &Parameters<N>, data: &Dataset) -> anyhow::Result<Self> {
        let verdicts = verdicts::<N>(parameters, &data.images)?;
        let labels = data.labels.iter().map(|&label| usize::from(label));
        let pairs = labels.zip(verdicts.iter().map(|verdict| verdict.class));
        Ok(Self { confusion: Confusion::from_pairs(classes::<N>(data), pairs)?, verdicts })
    }

    /// What came of it, for programs.
    pub fn json(&self) -> Value {
        let confusion = &self.confusion;
        let classes = (0..confusion.classes().len()).map(|class| {
            let score = confusion.score(class);
            json!({
                "class": class,
                "name": confusion.classes()[class],
                "precision": score.precision(),
                "recall": score.recall(),
                "f1": score.f1(),
                "support": score.support,
            })
        });
        let rows = (0..confusion.classes().len()).map(|class| confusion.row(class));
        json!({
            "samples": confusion.total(),
            "correct": confusion.correct(),
            "accuracy": confusion.accuracy(),
            "classes": classes.collect::<Vec<_>>(),
            "confusion": rows.collect::<Vec<_>>(),
        })
    }
}
