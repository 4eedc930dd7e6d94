use core::cell::Cell;
use core::task::Poll;

use super::in_place::Rates;
use super::{InPlace, Limit, Refusal, is_answer};
use crate::activation::Identity;
use crate::chain::{Holding, Role};
use crate::choice::{Choice, Flag, No, Slot, There, Yes};
use crate::layer::Input;
use crate::layer::learn::{Measurement, Rule};
use crate::loss::Loss as _;
use crate::net::{Gradient, Image, Net, Parameters, Tape};
use crate::pace::{Pace, Slice};
use crate::pixel::Pixel;
use crate::shape::Zero;
use crate::stage::{Stage, Taped as _};

/// A step in place that goes on a slice at a time, so that a control loop keeps its deadline:
///
/// ```
/// # use cpfo::{shape::Zero, train::{InPlace, initialize}, rng::Rng};
/// # use core::task::Poll;
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 { F1 = FullyConnected(32, Relu); O2 = Output(10, SoftmaxCrossEntropy); } }
/// # fn control() {}
/// # let mut parameters = digits::Parameters::ZERO;
/// # initialize::<digits::Net>(&mut parameters, &mut Rng::new(1));
/// # let mut trainer = InPlace::<digits::Net>::ZERO;
/// # let image: digits::Image = [[[0.5]; 8]; 8];
/// let mut step = trainer.begin(&mut parameters, &image, 3, 0.05, 0.0)?;
/// let loss = loop {
///     control();
///     if let Poll::Ready(done) = step.poll(2_000) {
///         break done?;
///     }
/// };
/// # assert!(loss > 0.0);
/// # Ok::<(), cpfo::train::Refusal>(())
/// ```
///
/// Whatever the slices, the bits are those of [`InPlace::step`].
///
/// A step holds the parameters, so nobody else sees them half moved: that does not compile. Between
/// two slices [`parameters`](Self::parameters) shows them as they were before the step, until the
/// first weight moves. A step that is dropped by then has not been; one that is dropped later is
/// finished at once. Only [`core::mem::forget`] leaves the weights half moved; the trainer's next step
/// is refused then, as [`Refusal::HalfMoved`].
pub struct Step<'a, N: Net, C: Choice, X: Pixel, Within: Flag = No> {
    trainer: &'a mut InPlace<N, C, X>,
    parameters: &'a mut Parameters<N, C>,
    image: &'a Image<N, X>,
    label: usize,
    rates: Rates,
    /// What `begin_within` was asked for.
    within: Within::When<Asked>,
    squares: Cell<f32>,
    loss: f32,
    phase: Phase,
    /// Units of the phase that are done.
    done: u32,
}

/// Where a step is.
#[derive(Clone, Copy)]
enum Phase {
    MeasureForward,
    MeasureLoss,
    MeasureBackward,
    Forward,
    Loss,
    Backward,
    Decay,
    Done(Result<f32, Refusal>),
}

/// What a step within a limit was asked for.
struct Asked(Limit);

impl Zero for Asked {
    const ZERO: Self = Self(Limit::Refuse(0.0));
}

/// Weights that decay in one unit.
const SWEEP: usize = 256;

impl<N: Net, C: Choice, X: Pixel> InPlace<N, C, X> {
    /// Begins a step that goes on with each [`poll`](Step::poll). The sample is checked at once.
    pub fn begin<'a>(
        &'a mut self,
        parameters: &'a mut Parameters<N, C>,
        image: &'a Image<N, X>,
        label: usize,
        rate: f32,
        decay: f32,
    ) -> Result<Step<'a, N, C, X>, Refusal> {
        let rates = Rates::new(rate, decay)?;
        Step::new(self, parameters, image, label, rates, (), Phase::Forward)
    }

    /// As [`begin`](Self::begin), within a limit to the length of the gradient, like
    /// [`step_within`](Self::step_within).
    pub fn begin_within<'a>(
        &'a mut self,
        parameters: &'a mut Parameters<N, C>,
        image: &'a Image<N, X>,
        label: usize,
        rate: f32,
        decay: f32,
        limit: Limit,
    ) -> Result<Step<'a, N, C, X, Yes>, Refusal> {
        let rates = Rates::new(rate, decay)?;
        let asked = There(Asked(limit));
        Step::new(self, parameters, image, label, rates, asked, Phase::MeasureForward)
    }
}

impl<'a, N: Net, C: Choice, X: Pixel, Within: Flag> Step<'a, N, C, X, Within> {
    fn new(
        trainer: &'a mut InPlace<N, C, X>,
        parameters: &'a mut Parameters<N, C>,
        image: &'a Image<N, X>,
        label: usize,
        rates: Rates,
        within: Within::When<Asked>,
        phase: Phase,
    ) -> Result<Self, Refusal> {
        trainer.admit(parameters, image, label)?;
        let (squares, loss, done) = (Cell::new(0.0), 0.0, 0);
        Ok(Self { trainer, parameters, image, label, rates, within, squares, loss, phase, done })
    }

    /// Goes on for about `budget` multiplications, and for one unit at least: a tile of a
    /// convolution, a block of units, an input or a kernel on the way back. Ready with the loss
    /// before the step, or with why the sample was refused; then no weight has moved.
    pub fn poll(&mut self, budget: u32) -> Poll<Result<f32, Refusal>> {
        let mut left = budget.max(1);
        loop {
            if let Phase::Done(outcome) = self.phase {
                return Poll::Ready(outcome);
            }
            if left == 0 {
                return Poll::Pending;
            }
            let mut slice = Slice::new(self.done, left);
            let next = self.go(&mut slice);
            left = slice.left();
            match next {
                Ok(next) if left > 0 => (self.phase, self.done) = (next, 0),
                Ok(_) => self.done = slice.done(),
                Err(why) => self.phase = Phase::Done(Err(why)),
            }
            let moves = self.moving();
            if let Some(moving) = self.trainer.tape.moving() {
                *moving = moves;
            }
        }
    }

    /// The parameters, as long as they are those before the step, or when they are those after it.
    pub fn parameters(&self) -> Option<&Parameters<N, C>> {
        (!self.moving()).then_some(&*self.parameters)
    }

    /// Whether some weights have moved and others not.
    fn moving(&self) -> bool {
        matches!(self.phase, Phase::Backward | Phase::Decay)
    }

    /// A slice of the present phase. Says which phase is next once this one has come to its end.
    fn go(&mut self, slice: &mut Slice) -> Result<Phase, Refusal> {
        match self.phase {
            Phase::MeasureForward if Within::SET => {
                self.forward(slice);
                Ok(Phase::MeasureLoss)
            }
            Phase::MeasureLoss if Within::SET => self.lose(slice).map(|()| Phase::MeasureBackward),
            Phase::MeasureBackward if Within::SET => {
                let held = (&*self.parameters, &self.squares);
                backward::<N, C, X, _>(
                    slice,
                    Measurement,
                    held,
                    self.image,
                    &mut self.trainer.tape,
                );
                if let (Some(Asked(limit)), true) = (self.within.peek(), slice.left() > 0) {
                    self.rates = self.rates.shortened(limit.share(self.squares.get())?);
                }
                Ok(Phase::Forward)
            }
            Phase::MeasureForward
            | Phase::MeasureLoss
            | Phase::MeasureBackward
            | Phase::Forward => {
                self.forward(slice);
                Ok(Phase::Loss)
            }
            Phase::Loss => self.lose(slice).map(|()| Phase::Backward),
            Phase::Backward => {
                let rule = self.rates.descent;
                backward::<N, C, X, _>(
                    slice,
                    rule,
                    self.parameters,
                    self.image,
                    &mut self.trainer.tape,
                );
                Ok(Phase::Decay)
            }
            Phase::Decay => {
                self.sweep(slice);
                Ok(Phase::Done(Ok(self.loss)))
            }
            Phase::Done(outcome) => Ok(Phase::Done(outcome)),
        }
    }

    #[inline(never)]
    fn forward(&mut self, slice: &mut Slice) {
        N::Chain::forward::<C, C, No, Identity, X>(
            slice,
            self.parameters,
            self.image,
            &mut self.trainer.tape,
        );
    }

    /// The loss, and the δ of the output.
    #[inline(never)]
    fn lose(&mut self, slice: &mut Slice) -> Result<(), Refusal> {
        // An exponential costs about as much as so many multiplications.
        if slice.unit(32 * N::CLASSES) {
            let output = N::Chain::output::<C, No>(&mut self.trainer.tape);
            is_answer(output)?;
            self.loss = <N::Chain as Stage>::Loss::delta(output, self.label);
        }
        Ok(())
    }

    /// What weight decay takes.
    #[inline(never)]
    fn sweep(&mut self, slice: &mut Slice) {
        let keep = self.rates.keep;
        if keep == 1.0 {
            return;
        }
        N::Chain::visit_mut::<C>(self.parameters, &mut |role, values| {
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
}

/// A slice of the way back.
#[inline(never)]
fn backward<N: Net, C: Choice, X: Pixel, U: Rule>(
    slice: &mut Slice,
    rule: U,
    held: U::Held<'_, Parameters<N, C>, Gradient<N, C>>,
    image: &Image<N, X>,
    tape: &mut Tape<N, C>,
) {
    N::Chain::backward::<C, No, Identity, X, U>(slice, rule, held, Input::Fixed(image), tape);
}

/// Weights are never left half moved.
impl<N: Net, C: Choice, X: Pixel, Within: Flag> Drop for Step<'_, N, C, X, Within> {
    fn drop(&mut self) {
        while self.moving() && self.poll(u32::MAX).is_pending() {}
    }
}
