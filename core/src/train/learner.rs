use core::task::Poll;

use super::course::Course;
use super::inference::{classify, look, outputs};
use super::{InPlace, Limit, Rates, Refusal, Seen, check};
use crate::choice::{All, Choice};
use crate::net::{Image, Net, Parameters};
use crate::pixel::Pixel;
use crate::shape::Zero;

/// A net that learns and answers: its parameters, one image, and one workspace for both.
///
/// ```
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 {
/// #     F1 = FullyConnected(32, Relu); O2 = Output(10, SoftmaxCrossEntropy); } }
/// use cpfo::{rng::Rng, shape::Zero, train::{Learner, Rates}};
///
/// // On a chip it lies in a static.
/// let mut learner = Learner::<digits::Net>::ZERO;
/// learner.parameters_mut()?.initialize(&mut Rng::new(1));
/// *learner.image_mut()? = [[[0.5]; 8]; 8];
/// let before = learner.step(3, &Rates::new(0.05))?;
/// assert!(learner.look(3)?.loss < before);
/// # Ok::<(), cpfo::train::Refusal>(())
/// ```
///
/// # In slices
///
/// A step can run a slice at a time, so that a control loop or an interrupt keeps its deadline. How
/// far it has come is part of the learner, so nothing is borrowed between two slices:
///
/// ```
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 {
/// #     F1 = FullyConnected(32, Relu); O2 = Output(10, SoftmaxCrossEntropy); } }
/// # use cpfo::{rng::Rng, shape::Zero, train::{Learner, Rates}};
/// # use core::task::Poll;
/// # fn control() {}
/// # let mut learner = Learner::<digits::Net>::ZERO;
/// # learner.parameters_mut()?.initialize(&mut Rng::new(1));
/// # *learner.image_mut()? = [[[0.5]; 8]; 8];
/// learner.begin(3, &Rates::new(0.05))?;
/// let loss = loop {
///     control();
///     if let Poll::Ready(done) = learner.resume(2_000) {
///         break done?;
///     }
/// };
/// # assert!(loss > 0.0);
/// # Ok::<(), cpfo::train::Refusal>(())
/// ```
///
/// Whatever the slices, the bits are those of [`step`](Self::step). While a step is under way,
/// everything else that is asked of the learner is refused as [`Refusal::Busy`]. A program that has
/// to answer in the meantime takes a separate [`Inference`](super::Inference), with
/// [`parameters`](Self::parameters) as long as none has moved, and with a copy of them, if it keeps
/// one, after that: `learner.parameters().unwrap_or(&copy)`.
pub struct Learner<N: Net, C: Choice = All, X: Pixel = f32> {
    pub(super) parameters: Parameters<N, C>,
    pub(super) image: Image<N, X>,
    pub(super) trainer: InPlace<N, C, X>,
    pub(super) course: Course,
}

impl<N: Net, C: Choice, X: Pixel> Zero for Learner<N, C, X> {
    const ZERO: Self = Self {
        parameters: Zero::ZERO,
        image: Zero::ZERO,
        trainer: Zero::ZERO,
        course: Course::NONE,
    };
}

impl<N: Net, C: Choice, X: Pixel> Learner<N, C, X> {
    /// The parameters; nothing while a step has moved some of them and not yet the others.
    pub fn parameters(&self) -> Option<&Parameters<N, C>> {
        (!self.course.is_moving()).then_some(&self.parameters)
    }

    /// The parameters, to be set, drawn or loaded.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub fn parameters_mut(&mut self) -> Result<&mut Parameters<N, C>, Refusal> {
        self.course.is_none()?;
        Ok(&mut self.parameters)
    }

    /// The image that it learns from and classifies.
    pub fn image(&self) -> &Image<N, X> {
        &self.image
    }

    /// Room for the next image.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub fn image_mut(&mut self) -> Result<&mut Image<N, X>, Refusal> {
        self.course.is_none()?;
        Ok(&mut self.image)
    }

    /// Learns from the image: W ← W − η (∂J/∂W + λW), b ← b − η ∂J/∂b. Returns the loss J before
    /// the step.
    ///
    /// # Errors
    /// See [`InPlace::step`]; [`Refusal::Busy`].
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn step(&mut self, label: usize, rates: &Rates) -> Result<f32, Refusal> {
        self.course.is_none()?;
        self.trainer.step(&mut self.parameters, &self.image, label, rates)
    }

    /// As [`step`](Self::step), with a limit on the length of the gradient.
    ///
    /// # Errors
    /// See [`InPlace::step_within`]; [`Refusal::Busy`].
    pub fn step_within(
        &mut self,
        label: usize,
        rates: &Rates,
        limit: Limit,
    ) -> Result<f32, Refusal> {
        self.course.is_none()?;
        self.trainer.step_within(&mut self.parameters, &self.image, label, rates, limit)
    }

    /// Computes the output y for the image, a number for each class.
    ///
    /// # Errors
    /// See [`Inference::outputs`](super::Inference::outputs); [`Refusal::Busy`].
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn outputs(&mut self) -> Result<&[f32], Refusal> {
        self.course.is_none()?;
        outputs::<_, _, _, X>(&self.parameters, &self.image, &mut self.trainer.tape)
    }

    /// What [`step`](Self::step) would see of the image: its loss, and the class it is taken for.
    ///
    /// # Errors
    /// See [`Inference::look`](super::Inference::look); [`Refusal::Busy`].
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn look(&mut self, label: usize) -> Result<Seen, Refusal> {
        self.course.is_none()?;
        look::<_, _, _, X>(&self.parameters, &self.image, label, &mut self.trainer.tape)
    }

    /// The class of the image: that with the largest output, the first on a tie.
    ///
    /// # Errors
    /// See [`Inference::classify`](super::Inference::classify); [`Refusal::Busy`].
    #[cfg_attr(target_arch = "x86_64", inline(always))]
    pub fn classify(&mut self) -> Result<usize, Refusal> {
        self.course.is_none()?;
        classify::<_, _, _, X>(&self.parameters, &self.image, &mut self.trainer.tape)
    }

    /// Begins a step that goes on with each [`resume`](Self::resume). The sample is checked at
    /// once.
    ///
    /// # Errors
    /// [`Refusal::Label`], [`Refusal::Image`], [`Refusal::NotLoaded`], [`Refusal::Rate`];
    /// [`Refusal::Busy`].
    pub fn begin(&mut self, label: usize, rates: &Rates) -> Result<(), Refusal> {
        self.start(label, rates, None)
    }

    /// As [`begin`](Self::begin), with a limit on the length of the gradient.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn begin_within(
        &mut self,
        label: usize,
        rates: &Rates,
        limit: Limit,
    ) -> Result<(), Refusal> {
        self.start(label, rates, Some(limit))
    }

    fn start(&mut self, label: usize, rates: &Rates, limit: Option<Limit>) -> Result<(), Refusal> {
        self.course.is_none()?;
        check::<N, C, X>(&self.parameters, &self.image, label)?;
        self.course = Course::new(label, rates, limit)?;
        Ok(())
    }

    /// Goes on for about `budget` multiplications, and for one unit of work at least: a tile of a
    /// convolution, a block of a fully-connected layer, an input or a kernel in the backward pass.
    /// Ready with the loss before the step, or with why the sample was refused; then no weight has
    /// moved.
    ///
    /// # Errors
    /// [`Refusal::Diverged`], [`Refusal::Gradient`]; [`Refusal::NoStep`] where none is under way.
    pub fn resume(&mut self, budget: u32) -> Poll<Result<f32, Refusal>> {
        let Self { parameters, image, trainer, course } = self;
        course.go::<N, C, X>(&mut parameters.0, image, &mut trainer.tape, budget)
    }

    /// Whether a step is under way.
    pub fn is_busy(&self) -> bool {
        self.course.is_none().is_err()
    }

    /// Gives up the step that is under way, as if it had not been begun; one that has already moved
    /// weights is finished at once instead.
    pub fn abandon(&mut self) {
        while self.course.is_moving() && self.resume(u32::MAX).is_pending() {}
        self.course = Course::NONE;
    }
}
