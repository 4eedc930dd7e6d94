//! How far a step in slices has come, and how it goes on.

use core::cell::Cell;
use core::task::Poll;

use super::rates::Stride;
use super::{Limit, Rates, Refusal, pass};
use crate::chain::{Holding, Role};
use crate::choice::Choice;
use crate::hold::Yes;
use crate::layer::learn::{Descent, Measurement, Rule};
use crate::net::{Gradient, Image, Layers, Net, Tape};
use crate::pace::{Pace as _, Slice};
use crate::pixel::Pixel;

/// The progress of a step in slices. It borrows nothing, so its owner can store it.
pub(super) struct Course {
    label: usize,
    stride: Stride,
    limit: Limit,
    /// Set while the gradient is measured; after that the same phases run once more.
    measures: bool,
    squares: f32,
    loss: f32,
    phase: Phase,
    /// Units of the phase that are done.
    done: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No step is under way.
    None,
    Forward,
    Loss,
    Backward,
    Decay,
}

/// Weights that decay in one unit.
const SWEEP: usize = 256;

impl Course {
    /// No step. All of its bits are 0, so that a static with it takes no flash.
    pub(super) const NONE: Self = Self {
        label: 0,
        stride: Stride { descent: Descent { rate: 0.0, of_biases: 0.0 }, keep: 0.0 },
        limit: Limit::Refuse(0.0),
        measures: false,
        squares: 0.0,
        loss: 0.0,
        phase: Phase::None,
        done: 0,
    };

    /// The beginning of a step.
    pub(super) fn new(label: usize, rates: &Rates, limit: Option<Limit>) -> Result<Self, Refusal> {
        let stride = Stride::new(rates)?;
        let measures = limit.is_some();
        let limit = limit.unwrap_or(Limit::Refuse(0.0));
        Ok(Self { label, stride, limit, measures, phase: Phase::Forward, ..Self::NONE })
    }

    /// Refuses if a step is under way.
    pub(super) fn is_none(&self) -> Result<(), Refusal> {
        if self.phase == Phase::None { Ok(()) } else { Err(Refusal::Busy) }
    }

    /// Whether some weights have moved and others not.
    pub(super) fn is_moving(&self) -> bool {
        match self.phase {
            Phase::Backward => !self.measures && self.done > 0,
            Phase::Decay => true,
            Phase::None | Phase::Forward | Phase::Loss => false,
        }
    }

    /// Goes on for about `budget` multiplications.
    pub(super) fn go<N: Net, C: Choice, X: Pixel>(
        &mut self,
        parameters: &mut Layers<N, C>,
        image: &Image<N, X>,
        tape: &mut Tape<N, C>,
        budget: u32,
    ) -> Poll<Result<f32, Refusal>> {
        let mut left = budget.max(1);
        while left > 0 {
            let mut slice = Slice::new(self.done, left);
            let next = self.slice::<N, C, X>(&mut slice, parameters, image, tape);
            left = slice.left();
            match next {
                Err(why) => {
                    *self = Self::NONE;
                    return Poll::Ready(Err(why));
                }
                // The phase has come to its end.
                Ok(next) if left > 0 => {
                    (self.phase, self.done) = (next, 0);
                    if next == Phase::None {
                        return Poll::Ready(Ok(self.loss));
                    }
                }
                Ok(_) => self.done = slice.done(),
            }
        }
        Poll::Pending
    }

    /// Runs a slice of the current phase. Returns the phase that follows once this one has ended.
    fn slice<N: Net, C: Choice, X: Pixel>(
        &mut self,
        slice: &mut Slice,
        parameters: &mut Layers<N, C>,
        image: &Image<N, X>,
        tape: &mut Tape<N, C>,
    ) -> Result<Phase, Refusal> {
        match (self.phase, self.measures) {
            (Phase::None, _) => Err(Refusal::NoStep),
            (Phase::Forward, _) => {
                forward::<N, C, X>(slice, parameters, image, tape);
                Ok(Phase::Loss)
            }
            (Phase::Loss, _) => {
                // An exponential costs about as much as 32 multiplications.
                if slice.unit(32 * N::CLASSES) {
                    (self.loss, ()) = pass::lose::<N, C, _>(tape, self.label, |_| ())?;
                }
                Ok(Phase::Backward)
            }
            (Phase::Backward, true) => {
                let squares = Cell::new(self.squares);
                let held = (&*parameters, &squares);
                backward::<N, C, X, _>(slice, Measurement, held, image, tape);
                self.squares = squares.get();
                if slice.left() > 0 {
                    self.stride = self.stride.shortened(self.limit.share(self.squares)?);
                    self.measures = false;
                }
                Ok(Phase::Forward)
            }
            (Phase::Backward, false) => {
                backward::<N, C, X, _>(slice, self.stride.descent, parameters, image, tape);
                Ok(Phase::Decay)
            }
            (Phase::Decay, _) => {
                decay::<N, C>(slice, parameters, self.stride.keep);
                Ok(Phase::None)
            }
        }
    }
}

#[inline(never)]
fn forward<N: Net, C: Choice, X: Pixel>(
    slice: &mut Slice,
    parameters: &Layers<N, C>,
    image: &Image<N, X>,
    tape: &mut Tape<N, C>,
) {
    pass::forward::<N, C, C, Yes, X>(slice, parameters, image, tape);
}

#[inline(never)]
fn backward<N: Net, C: Choice, X: Pixel, U: Rule>(
    slice: &mut Slice,
    rule: U,
    held: U::Held<'_, Layers<N, C>, Gradient<N, C>>,
    image: &Image<N, X>,
    tape: &mut Tape<N, C>,
) {
    pass::backward::<N, C, X, U>(slice, rule, held, image, tape);
}

/// Weight decay: every weight times `keep`.
#[inline(never)]
fn decay<N: Net, C: Choice>(slice: &mut Slice, parameters: &mut Layers<N, C>, keep: f32) {
    if keep == 1.0 {
        return;
    }
    N::Chain::visit_mut::<C>(parameters, &mut |role, values| {
        if role != Role::Weight {
            return;
        }
        for k in slice.range(values.len().div_ceil(SWEEP), 1) {
            if !slice.unit(SWEEP) {
                break;
            }
            if let Some(values) = values.chunks_mut(SWEEP).nth(k) {
                for w in values {
                    *w *= keep;
                }
            }
        }
    });
}
