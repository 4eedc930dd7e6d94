//! Core's doors, called at one place: on the desktop core has the compiler write a whole pass out at each
//! call, and the suites call for hundreds of nets and choices.

use cpfo::choice::Choice;
use cpfo::net::{Image, Net, Parameters};
use cpfo::pixel::Pixel;
use cpfo::train::{Batch, InPlace, Learner, Limit, Rates, Refusal, Seen};

/// [`InPlace::step`].
///
/// # Errors
/// As there.
pub fn step<N: Net, C: Choice, X: Pixel>(
    trainer: &mut InPlace<N, C, X>,
    parameters: &mut Parameters<N, C>,
    image: &Image<N, X>,
    label: usize,
    rate: f32,
    decay: f32,
) -> Result<f32, Refusal> {
    trainer.step(parameters, image, label, &Rates { rate, decay })
}

/// [`Learner::step`].
///
/// # Errors
/// As there.
pub fn learn<N: Net, C: Choice, X: Pixel>(
    learner: &mut Learner<N, C, X>,
    label: usize,
    rate: f32,
    decay: f32,
) -> Result<f32, Refusal> {
    learner.step(label, &Rates { rate, decay })
}

/// [`InPlace::see`].
///
/// # Errors
/// As there.
pub fn see<N: Net, C: Choice, X: Pixel>(
    trainer: &mut InPlace<N, C, X>,
    parameters: &mut Parameters<N, C>,
    image: &Image<N, X>,
    label: usize,
    rate: f32,
    decay: f32,
) -> Result<Seen, Refusal> {
    trainer.see(parameters, image, label, &Rates { rate, decay })
}

/// [`InPlace::step_within`].
///
/// # Errors
/// As there.
pub fn step_within<N: Net, C: Choice, X: Pixel>(
    trainer: &mut InPlace<N, C, X>,
    parameters: &mut Parameters<N, C>,
    image: &Image<N, X>,
    label: usize,
    rate: f32,
    decay: f32,
    limit: Limit,
) -> Result<f32, Refusal> {
    trainer.step_within(parameters, image, label, &Rates { rate, decay }, limit)
}

/// [`Batch::add`].
///
/// # Errors
/// As there.
pub fn add<N: Net, C: Choice>(
    batch: &mut Batch<N, C>,
    parameters: &Parameters<N, C>,
    image: &Image<N>,
    label: usize,
) -> Result<Seen, Refusal> {
    batch.add(parameters, image, label)
}
