use super::{Refusal, Seen, check};
use crate::activation::Identity;
use crate::choice::{Choice, No, Nothing};
use crate::net::{Image, Net, Parameters, Tape};
use crate::shape::Zero;
use crate::stage::Stage;

/// Room for forward passes.
pub struct Inference<N: Net> {
    tape: Tape<N, Nothing>,
}

impl<N: Net> Zero for Inference<N> {
    const ZERO: Self = Self { tape: Tape::<N, Nothing>::ZERO };
}

impl<N: Net> Inference<N> {
    /// Gives the output for an image, a number for each class.
    #[inline(never)]
    pub fn outputs<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N>,
    ) -> &[f32] {
        N::Chain::forward::<C, Nothing, No, Identity>(parameters, image, &mut self.tape);
        let outputs = N::Chain::output::<Nothing, No>(&mut self.tape);
        N::Chain::activate(outputs);
        outputs
    }

    /// What a trainer would see of a sample: its loss, and the class it is taken for.
    pub fn look<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N>,
        label: usize,
    ) -> Result<Seen, Refusal> {
        check::<N>(image, label)?;
        N::Chain::forward::<C, Nothing, No, Identity>(parameters, image, &mut self.tape);
        let outputs = N::Chain::output::<Nothing, No>(&mut self.tape);
        let class = argmax(outputs);
        let loss = N::Chain::delta(outputs, label);
        if loss.is_finite() { Ok(Seen { loss, class }) } else { Err(Refusal::Diverged) }
    }

    /// The class with the largest output, the first on a tie.
    pub fn classify<C: Choice>(
        &mut self,
        parameters: &Parameters<N, C>,
        image: &Image<N>,
    ) -> usize {
        argmax(self.outputs(parameters, image))
    }
}

/// The place of the largest value, the first on a tie; 0 where there is none.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    let mut largest = f32::NEG_INFINITY;
    for (place, &value) in values.iter().enumerate() {
        if value > largest {
            largest = value;
            best = place;
        }
    }
    best
}
