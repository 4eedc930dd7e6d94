//! A guarded run of fine-tuning: collect, learn, check, then keep or go back.
//!
//! New samples are collected in a [`Replay`], old ones lie in another. A [`Session`] learns from
//! the new with the old in between, and checks what has become of both. Parameters that are better
//! on the new samples, and have not forgotten too much of the old, are [kept](Keep); in the end the
//! net has the best of them, or those from before. From some number on a part of the new samples is
//! held out of learning to judge by; once the best weights are found, what was held out is learnt
//! as well. What it did and why it ended stands in its [`Report`].
//!
//! ```
//! # cpfo::net! { pub mod digits: 8 x 8 x 1 { F1 = FullyConnected(16, Relu); O2 = Output(10, SoftmaxCrossEntropy); } }
//! use core::task::Poll;
//! use cpfo::pixel::Bytes;
//! use cpfo::replay::Replay;
//! use cpfo::rng::Rng;
//! use cpfo::session::{End, InRam, Recipe, Session};
//! use cpfo::shape::Zero;
//! use cpfo::train::Learner;
//!
//! type Pixels = Bytes<16>;
//! type Samples = Replay<digits::Net, Pixels, 50, 10>;
//! # fn sensor(sample: usize) -> [[[u8; 1]; 8]; 8] { [[[(sample % 10) as u8]; 8]; 8] }
//! # fn control() {}
//! # fn clock() -> u32 { 0 }
//!
//! // On a chip all of these lie in statics.
//! let mut learner = Learner::<digits::Net, cpfo::choice::All, Pixels>::ZERO;
//! let (mut new, mut old) = (Samples::ZERO, Samples::ZERO);
//! let mut kept = InRam::<digits::Net>::ZERO;
//! let mut session = Session::<50, 50>::ZERO;
//!
//! # learner.parameters_mut()?.initialize(&mut Rng::new(1));
//! // Collect. (Old samples come with the model, or from flash.)
//! let mut rng = Rng::new(7);
//! for sample in 0..50 {
//!     new.offer(&sensor(sample), sample % 10, &mut rng)?;
//! }
//!
//! // Learn beside a control loop: some 2,000 multiplications at a time.
//! session.begin(&Recipe::DEFAULT, &new, rng, clock())?;
//! let report = loop {
//!     control();
//!     let polled = session.poll(&mut learner, &new, &old, &mut kept, 2_000, clock());
//!     if let Poll::Ready(report) = polled {
//!         break report;
//!     }
//! };
//! assert_eq!(report.end, End::Learnt);
//! assert!(report.after.new.share() > report.before.new.share());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Memory
//!
//! Beside a learner: both reservoirs, 6 bytes a sample for their turns, and what is kept. An
//! [`InRam`] takes as much as what trains; a chip with its model in flash need not have one, for
//! the model before lies there, and [`Keep`] can be a slot of its store.

mod keep;
mod recipe;
mod report;
mod turns;

use core::task::Poll;

pub use keep::{InRam, Keep, NotKept};
pub use recipe::Recipe;
pub use report::{Accuracy, End, Report, Score};

use crate::choice::Choice;
use crate::net::{Image, Net};
use crate::pixel::Pixel;
use crate::replay::Replay;
use crate::rng::Rng;
use crate::shape::{Tensor as _, Zero};
use crate::train::{Learner, Refusal};
use turns::Turns;

/// Why no session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Unready {
    /// One is under way: [stop](Session::stop) it, or go on to its end.
    Busy,
    /// There is no new sample.
    NoSample,
}

impl core::fmt::Display for Unready {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Unready::Busy => "a session is under way and has to end first",
            Unready::NoSample => "there is no new sample to learn from",
        })
    }
}

impl core::error::Error for Unready {}

/// A guarded run of fine-tuning, on up to `NEW` new samples and `OLD` old ones. Numbers alone:
/// samples, net and what is kept are somebody else's.
pub struct Session<const NEW: usize, const OLD: usize> {
    recipe: Recipe,
    rng: Rng,
    new: Turns<NEW>,
    old: Turns<OLD>,
    phase: Phase,
    /// Whether the best weights have been chosen, and all samples are learnt from.
    is_closing: bool,
    /// New samples that are learnt from, and held out.
    samples: usize,
    held_out: usize,
    /// Epochs that are left, steps by new samples in this one, and steps by old ones after the
    /// last.
    epochs: u32,
    left: usize,
    due: u32,
    /// The next sample to be checked, and what was seen of those before.
    place: usize,
    seen: Seen,
    /// Of the parameters that are kept.
    best: Seen,
    is_kept: bool,
    /// Whether the net has moved since it was kept.
    has_moved: bool,
    has_learnt: bool,
    has_forgotten: bool,
    start: u32,
    report: Report,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    CheckNew,
    CheckOld,
    Learn,
}

/// What a check has seen.
#[derive(Clone, Copy)]
struct Seen {
    accuracy: Accuracy,
    /// The sum over the new samples.
    loss: f32,
}

impl Seen {
    const NOTHING: Self = Self { accuracy: Report::NONE.before, loss: 0.0 };

    /// More are right, or as many with less loss.
    fn is_better(&self, than: &Self) -> bool {
        let (here, there) = (self.accuracy.new.right, than.accuracy.new.right);
        here > there || here == there && self.loss < than.loss
    }

    /// Whether a larger share of the old samples has become wrong.
    fn has_lost(&self, before: &Accuracy, share: f32) -> bool {
        let lost = before.old.right.saturating_sub(self.accuracy.old.right);
        // A share of 0.02 is just below a fiftieth.
        lost as f32 > share * before.old.of as f32 + 1e-3
    }
}

impl<const NEW: usize, const OLD: usize> Zero for Session<NEW, OLD> {
    const ZERO: Self = Self {
        recipe: Recipe::DEFAULT,
        rng: Rng::new(0),
        new: Turns::ZERO,
        old: Turns::ZERO,
        phase: Phase::Idle,
        is_closing: false,
        samples: 0,
        held_out: 0,
        epochs: 0,
        left: 0,
        due: 0,
        place: 0,
        seen: Seen::NOTHING,
        best: Seen::NOTHING,
        is_kept: false,
        has_moved: false,
        has_learnt: false,
        has_forgotten: false,
        start: 0,
        report: Report::NONE,
    };
}

impl<const NEW: usize, const OLD: usize> Session<NEW, OLD> {
    /// Begins a session with the new samples that are there. The order of samples is drawn from
    /// `rng`; `now` is what a clock of the caller's tells, which may wrap around once.
    ///
    /// # Errors
    /// [`Unready`].
    pub fn begin<N: Net, X: Pixel, const CLASSES: usize>(
        &mut self,
        recipe: &Recipe,
        new: &Replay<N, X, NEW, CLASSES>,
        rng: Rng,
        now: u32,
    ) -> Result<(), Unready> {
        if self.phase != Phase::Idle {
            return Err(Unready::Busy);
        }
        if new.is_empty() {
            return Err(Unready::NoSample);
        }
        (self.recipe, self.rng, self.start) = (*recipe, rng, now);
        self.new.reset();
        self.old.reset();
        let all = new.len();
        self.held_out = self.new.hold_out(recipe.held_out(all), new.labels(), &mut self.rng);
        self.samples = all.saturating_sub(self.held_out);
        self.epochs = recipe.epochs(self.samples).max(1);
        (self.left, self.due) = (self.samples, 0);
        self.is_closing = false;
        (self.is_kept, self.has_moved) = (false, false);
        (self.has_learnt, self.has_forgotten) = (false, false);
        self.best = Seen::NOTHING;
        self.report = Report { samples: self.samples as u32, ..Report::NONE };
        self.check();
        Ok(())
    }

    /// Whether a session is under way.
    pub fn is_busy(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Goes on for about `budget` multiplications of a step, or for one look at a sample to be
    /// checked, which is a whole pass forward. Ready with the report when the session has ended,
    /// and from then on.
    ///
    /// The learner is the session's as long as it lasts: it holds the parameters, and samples are
    /// put into its image. New samples may be offered meanwhile.
    pub fn poll<N: Net, C: Choice, X: Pixel, const CLASSES: usize>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        new: &Replay<N, X, NEW, CLASSES>,
        old: &Replay<N, X, OLD, CLASSES>,
        kept: &mut impl Keep<N, C>,
        budget: u32,
        now: u32,
    ) -> Poll<Report> {
        let next = match self.phase {
            Phase::Idle => return Poll::Ready(self.report),
            Phase::CheckNew => self.check_new(learner, new),
            Phase::CheckOld => self.check_old(learner, old, kept),
            Phase::Learn if learner.is_busy() => self.go_on(learner, budget),
            Phase::Learn => self.step(learner, new, old),
        };
        match next {
            Ok(()) => Poll::Pending,
            Err(end) => Poll::Ready(self.end(end, learner, kept, now)),
        }
    }

    /// Ends the session that is under way.
    pub fn stop<N: Net, C: Choice, X: Pixel>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        kept: &mut impl Keep<N, C>,
        now: u32,
    ) -> Report {
        if self.phase == Phase::Idle {
            return self.report;
        }
        if self.phase == Phase::Learn {
            learner.abandon();
        }
        self.end(End::Stopped, learner, kept, now)
    }

    fn check(&mut self) {
        (self.phase, self.place, self.seen) = (Phase::CheckNew, 0, Seen::NOTHING);
    }

    fn check_new<N: Net, C: Choice, X: Pixel, const CLASSES: usize>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        new: &Replay<N, X, NEW, CLASSES>,
    ) -> Result<(), End> {
        let is_checked = |place: &usize| self.held_out == 0 || self.new.is_held_out(*place);
        let mut places = (self.place..NEW).filter(is_checked);
        let Some((place, (image, label))) = places.find_map(|at| Some((at, new.get(at)?))) else {
            (self.phase, self.place) = (Phase::CheckOld, 0);
            return Ok(());
        };
        self.place = place.saturating_add(1);
        self.seen.loss += look(learner, image, label, &mut self.seen.accuracy.new)?;
        Ok(())
    }

    fn check_old<N: Net, C: Choice, X: Pixel, const CLASSES: usize>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        old: &Replay<N, X, OLD, CLASSES>,
        kept: &mut impl Keep<N, C>,
    ) -> Result<(), End> {
        let mut places = self.place..OLD;
        let Some((place, (image, label))) = places.find_map(|at| Some((at, old.get(at)?))) else {
            return self.judge(learner, kept);
        };
        self.place = place.saturating_add(1);
        look(learner, image, label, &mut self.seen.accuracy.old).map(drop)
    }

    /// What a check means: what was seen is kept or not, and the session goes on or ends.
    fn judge<N: Net, C: Choice, X: Pixel>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        kept: &mut impl Keep<N, C>,
    ) -> Result<(), End> {
        let is_first = !self.is_kept;
        let is_better = self.is_better();
        let has_lost = self.seen.has_lost(&self.report.before, self.recipe.most_lost);
        if is_first || is_better && !has_lost {
            let parameters = learner.parameters().ok_or(End::Refused(Refusal::Busy))?;
            kept.keep(parameters).map_err(|_| End::NotKept)?;
            (self.best, self.is_kept, self.has_moved) = (self.seen, true, false);
            self.has_learnt = !is_first;
        }
        if is_first {
            self.report.before = self.seen.accuracy;
        } else if is_better && has_lost {
            self.has_forgotten = true;
        }
        if self.epochs == 0 && self.has_learnt && self.held_out > 0 && !self.is_closing {
            self.restore(learner, kept)?;
            self.is_closing = true;
            self.samples = self.samples.saturating_add(self.held_out);
            (self.epochs, self.left) = (self.recipe.closing_epochs, self.samples);
        }
        if self.epochs > 0 {
            self.phase = Phase::Learn;
            return Ok(());
        }
        Err(match self.report {
            _ if self.has_learnt => End::Learnt,
            Report { steps: 0, .. } => End::Refused(Refusal::Gradient),
            _ if self.has_forgotten => End::Forgot,
            _ => End::NotBetter,
        })
    }

    /// Whether what was seen last is better than what is kept.
    fn is_better(&self) -> bool {
        if self.is_closing {
            // These samples have been learnt from: that they are better says little.
            self.seen.accuracy.new.right >= self.best.accuracy.new.right
        } else {
            self.seen.is_better(&self.best)
        }
    }

    /// Begins the next step.
    fn step<N: Net, C: Choice, X: Pixel, const CLASSES: usize>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        new: &Replay<N, X, NEW, CLASSES>,
        old: &Replay<N, X, OLD, CLASSES>,
    ) -> Result<(), End> {
        let sample = if let Some(due) = self.due.checked_sub(1) {
            self.due = due;
            self.old.draw(old.labels(), false, &mut self.rng).and_then(|(place, _)| old.get(place))
        } else if let Some(left) = self.left.checked_sub(1) {
            (self.left, self.due) = (left, self.recipe.replays);
            self.new
                .draw(new.labels(), self.is_closing, &mut self.rng)
                .and_then(|(place, _)| new.get(place))
        } else {
            self.epochs = self.epochs.saturating_sub(1);
            self.left = self.samples;
            let is_check = self.epochs.checked_rem(self.recipe.epochs_a_check) == Some(0);
            if self.epochs == 0 || self.held_out > 0 && !self.is_closing && is_check {
                self.check();
            }
            return Ok(());
        };
        // A reservoir without samples has none to learn from.
        let Some((image, label)) = sample else { return Ok(()) };
        put(learner, image)?;
        let rates = &self.recipe.rates;
        match self.recipe.limit {
            None => learner.begin(label, rates),
            Some(limit) => learner.begin_within(label, rates, limit),
        }
        .map_err(refused)
    }

    /// Goes on with the step that is under way.
    fn go_on<N: Net, C: Choice, X: Pixel>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        budget: u32,
    ) -> Result<(), End> {
        match learner.resume(budget) {
            Poll::Pending => self.has_moved = true,
            Poll::Ready(Ok(_)) => {
                self.has_moved = true;
                self.report.steps = self.report.steps.saturating_add(1);
            }
            Poll::Ready(Err(why)) => {
                self.report.refused = self.report.refused.saturating_add(1);
                // A gradient that is too long is one sample's; all else is everyone's.
                if why != Refusal::Gradient {
                    return Err(refused(why));
                }
            }
        }
        Ok(())
    }

    /// Gives the net the parameters that were kept, if it has others.
    fn restore<N: Net, C: Choice, X: Pixel>(
        &mut self,
        learner: &mut Learner<N, C, X>,
        kept: &mut impl Keep<N, C>,
    ) -> Result<(), End> {
        if self.is_kept && self.has_moved {
            let parameters = learner.parameters_mut().map_err(|_| End::NotRestored)?;
            kept.restore(parameters).map_err(|_| End::NotRestored)?;
            self.has_moved = false;
        }
        Ok(())
    }

    fn end<N: Net, C: Choice, X: Pixel>(
        &mut self,
        mut end: End,
        learner: &mut Learner<N, C, X>,
        kept: &mut impl Keep<N, C>,
        now: u32,
    ) -> Report {
        let mut after = self.best.accuracy;
        if let Err(why) = self.restore(learner, kept) {
            (end, after) = (why, Accuracy::default());
        }
        self.phase = Phase::Idle;
        self.report = Report { end, after, time: now.wrapping_sub(self.start), ..self.report };
        self.report
    }
}

/// What a refusal means for a session.
fn refused(why: Refusal) -> End {
    if why == Refusal::Diverged { End::Diverged } else { End::Refused(why) }
}

/// Puts a sample before a net.
fn put<N: Net, C: Choice, X: Pixel>(
    learner: &mut Learner<N, C, X>,
    image: &Image<N, X>,
) -> Result<(), End> {
    let to = learner.image_mut().map_err(refused)?;
    to.flat_mut().copy_from_slice(image.flat());
    Ok(())
}

/// Counts whether a sample is taken for what it is; its loss.
fn look<N: Net, C: Choice, X: Pixel>(
    learner: &mut Learner<N, C, X>,
    image: &Image<N, X>,
    label: usize,
    score: &mut Score,
) -> Result<f32, End> {
    put(learner, image)?;
    let seen = learner.look(label).map_err(refused)?;
    score.of = score.of.saturating_add(1);
    score.right = score.right.saturating_add(u32::from(seen.class == label));
    Ok(seen.loss)
}
