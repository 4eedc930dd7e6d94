use clap::Args;

use super::number::{EPOCHS, count, rate};

/// Samples of each class: more than ship.
const SAMPLES: usize = 10_000;

/// How a device is to learn.
#[derive(Args, Clone, Debug)]
pub struct LessonFlags {
    /// Labelled samples of each class that the device gets [default: 20, or as many as there are]
    #[arg(long, value_name = "K", value_parser = count::<SAMPLES>)]
    pub samples: Option<usize>,
    /// The learning rate [default: 0.01; 0.003 below 20 samples in all]
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub rate: Option<f32>,
    /// How often it sees each sample [default: 2000 steps in all, but 10 to 60 times]
    #[arg(long, value_name = "N", value_parser = count::<EPOCHS>)]
    pub epochs: Option<usize>,
    /// Which samples, and in which order
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
}
