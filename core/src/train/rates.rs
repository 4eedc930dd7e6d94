use super::Refusal;
use crate::layer::learn::Descent;

/// How far a step in place goes: W ← W − η (∂J/∂W + λW), b ← b − η ∂J/∂b.
///
/// ```
/// use cpfo::train::Rates;
/// let plain = Rates::new(0.05);
/// assert_eq!(plain.with_decay(1e-4), Rates { rate: 0.05, decay: 1e-4 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rates {
    /// The learning rate η.
    pub rate: f32,
    /// The weight decay λ.
    pub decay: f32,
}

impl Rates {
    /// A learning rate, without weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, decay: 0.0 }
    }

    /// The same with weight decay.
    pub const fn with_decay(self, decay: f32) -> Self {
        Self { decay, ..self }
    }

    /// Refuses rates that would ruin a net. Legal are η from 0 to [`LARGEST_RATE`], λ from 0 on,
    /// and ηλ below 1, at which decay would leave nothing of a weight.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let Self { rate, decay } = *self;
        let legal = (0.0..=LARGEST_RATE).contains(&rate) && decay >= 0.0 && rate * decay < 1.0;
        if legal { Ok(()) } else { Err(Refusal::Rate) }
    }
}

/// The largest learning rate that is accepted. Weights begin below 1, and a sample with pixels of
/// about 1 moves them by about η: moved by a thousand, nothing is left of a net.
pub const LARGEST_RATE: f32 = 1000.0;

/// Rates as a step uses them.
#[derive(Clone, Copy)]
pub(super) struct Stride {
    /// The rates of the backward pass.
    pub(super) descent: Descent,
    /// The share 1 − ηλ that decay leaves of a weight.
    pub(super) keep: f32,
}

impl Stride {
    /// Decay is a separate sweep after the gradient, by the factor 1 − ηλ. The rate of the weights
    /// is divided by the same factor, which makes the step W (1 − ηλ) − η ∂J/∂W.
    pub(super) fn new(rates: &Rates) -> Result<Self, Refusal> {
        rates.check()?;
        let Rates { rate, decay } = *rates;
        let keep = 1.0 - rate * decay;
        let of_weights = if decay == 0.0 { rate } else { rate / keep };
        Ok(Self { descent: Descent { rate: of_weights, of_biases: rate }, keep })
    }

    /// The same for a gradient that is shortened to a share of itself; decay stays as it is.
    pub(super) fn shortened(self, share: f32) -> Self {
        let Descent { rate, of_biases } = self.descent;
        let descent = Descent { rate: rate * share, of_biases: of_biases * share };
        Self { descent, ..self }
    }
}
