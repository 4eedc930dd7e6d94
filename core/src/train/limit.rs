use super::Refusal;

/// What is done with a gradient whose length ‖∂J/∂(W, b)‖, over everything that trains, is above a
/// bound. Weight decay does not count. A length that is not finite is always refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase", tag = "kind", content = "length"))]
pub enum Limit {
    /// The sample or the update is refused.
    Refuse(f32),
    /// The gradient is shortened to the bound.
    Clip(f32),
}

impl Limit {
    /// The factor that brings a gradient within the limit, given the sum of its squares.
    pub(super) fn share(self, squares: f32) -> Result<f32, Refusal> {
        let (Self::Refuse(bound) | Self::Clip(bound)) = self;
        let length = libm::sqrtf(squares);
        if !length.is_finite() {
            return Err(Refusal::Gradient);
        }
        match self {
            _ if length <= bound => Ok(1.0),
            Self::Clip(_) if bound > 0.0 => Ok(bound / length),
            _ => Err(Refusal::Gradient),
        }
    }
}

/// How often samples and updates were refused, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub struct Refusals {
    /// [`Refusal::Label`]
    pub label: u32,
    /// [`Refusal::Image`]
    pub image: u32,
    /// [`Refusal::Diverged`]
    pub diverged: u32,
    /// [`Refusal::Rate`]
    pub rate: u32,
    /// [`Refusal::Gradient`]
    pub gradient: u32,
    /// [`Refusal::NotLoaded`]
    #[cfg_attr(feature = "wire", serde(default))]
    pub not_loaded: u32,
    /// [`Refusal::Busy`]
    #[cfg_attr(feature = "wire", serde(default))]
    pub busy: u32,
    /// [`Refusal::NoStep`]
    #[cfg_attr(feature = "wire", serde(default))]
    pub no_step: u32,
}

impl Refusals {
    /// No refusal yet.
    pub const ZERO: Self = Self {
        label: 0,
        image: 0,
        diverged: 0,
        rate: 0,
        gradient: 0,
        not_loaded: 0,
        busy: 0,
        no_step: 0,
    };

    /// Counts a refusal and hands it on: `step(…).map_err(|why| refusals.count(why))`. Counters
    /// saturate.
    pub fn count(&mut self, why: Refusal) -> Refusal {
        let counter = match why {
            Refusal::Label => &mut self.label,
            Refusal::Image => &mut self.image,
            Refusal::Diverged => &mut self.diverged,
            Refusal::Rate => &mut self.rate,
            Refusal::Gradient => &mut self.gradient,
            Refusal::NotLoaded => &mut self.not_loaded,
            Refusal::Busy => &mut self.busy,
            Refusal::NoStep => &mut self.no_step,
        };
        *counter = counter.saturating_add(1);
        why
    }
}
