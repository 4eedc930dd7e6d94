//! The chip and the desktop, side by side: the same updates, compared at every step.

use std::io::{Read, Write};

use anyhow::Context as _;
use cpfo::choice::All;
use cpfo::format::{self, Checksum};
use cpfo::net::{Image, Net, Parameters};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{InPlace, Rates, Refusal};
use cpfo::wire::Figures;
use indicatif::{ProgressBar, ProgressStyle};

use super::lesson::Lesson;
use crate::base::interrupt;
use crate::base::terminal::note;
use crate::board::device::Device;
use crate::data::Dataset;
use crate::learn::confusion::Confusion;
use crate::learn::evaluation;
use crate::learn::run::{Chance, Still};
use crate::model::snapshot;
use crate::show::report::{Reading, Run};

/// What happened. It may have ended before its time; then it is what came before that.
pub struct Course {
    pub(super) chip: Run,
    pub(super) desktop: Run,
    /// Why it ended early.
    pub(super) ended: Option<anyhow::Error>,
    /// Whether `end` came from the chip. If it could not be fetched `end` is the desktop's, which
    /// made the same updates.
    pub(super) fetched: bool,
    /// After how many samples the two first differed.
    pub(super) parted: Option<u64>,
    /// How many predictions of the chip were compared.
    pub(super) predictions: usize,
    /// What the chip took the new world's images for, before it learnt and after.
    pub(super) taken: Vec<Confusion>,
    /// What each step took the chip.
    pub(super) times: Vec<u32>,
    pub(super) board: String,
    pub(super) unit: String,
    pub(super) figures: Option<Figures>,
    /// All parameters that the chip ends with.
    pub(super) end: snapshot::Snapshot,
}

/// The two at work.
struct Pair<'a, N: Net, S: Read + Write> {
    lesson: &'a Lesson,
    device: Device<N, S>,
    parameters: Box<Parameters<N>>,
    /// What the device does not train stays here, too.
    still: Still<N>,
    trainer: Box<InPlace<N>>,
    image: Box<Image<N>>,
    /// The chip's, and the desktop's.
    losses: [Checksum; 2],
    each_loss: [Vec<f32>; 2],
    courses: [Vec<Reading>; 2],
    taken: Vec<Confusion>,
    times: Vec<u32>,
    parted: Option<u64>,
    predictions: usize,
    /// How much was right when it was tested last.
    right: String,
    /// The sample that the chip was given last.
    last: usize,
    bar: ProgressBar,
}

impl Course {
    /// Lets both learn, the device in the session that has begun and from the parameters that it has. A
    /// course of which nothing would remain is an error; any other ends with what
    /// there is.
    pub fn run<N: Net, S: Read + Write>(
        lesson: &Lesson,
        device: Device<N, S>,
        parameters: Box<Parameters<N>>,
    ) -> anyhow::Result<Self> {
        let old = if lesson.changes() { lesson.old.len() } else { 0 };
        let tests = 2 * (lesson.new.len() + old) as u64;
        let mut pair = Pair {
            lesson,
            still: Still::where_not(&device.trains(), &parameters),
            device,
            parameters,
            trainer: Box::new(Zero::ZERO),
            image: Box::new(Zero::ZERO),
            losses: [Checksum::new(), Checksum::new()],
            each_loss: Default::default(),
            courses: Default::default(),
            taken: Vec::new(),
            times: Vec::new(),
            parted: None,
            predictions: 0,
            right: String::new(),
            last: 0,
            bar: bar(lesson.steps() + tests),
        };
        match pair.learn() {
            Err(early) if pair.times.is_empty() => Err(early),
            result => pair.end(result.err()),
        }
    }
}

impl<N: Net, S: Read + Write> Pair<'_, N, S> {
    fn learn(&mut self) -> anyhow::Result<()> {
        self.test_on_the_chip()?;
        note!("the chip is tested, and learns now");
        for epoch in 0..self.lesson.epochs {
            self.epoch(epoch)?;
            if epoch + 1 < self.lesson.epochs {
                self.test_on_the_desktop()?;
            }
        }
        self.test_on_the_chip()
    }

    fn epoch(&mut self, epoch: u32) -> anyhow::Result<()> {
        let Lesson { samples, rate, seed, .. } = self.lesson;
        for sample in Chance::new(*seed).order(epoch, samples.len() as u32) {
            interrupt::check()?;
            self.last = sample as usize;
            let (image, label) = (samples.image(self.last), samples.label(self.last));
            let there = self.device.learn(image, label, *rate)?;
            let here = self.step()?;
            self.times.push(there.time);
            for (machine, loss) in [there.loss, here].into_iter().enumerate() {
                self.losses[machine].add(&[loss]);
                self.each_loss[machine].push(loss);
            }
            self.compare(there.loss.to_bits() == here.to_bits());
            self.bar.inc(1);
            self.tell();
        }
        Ok(())
    }

    /// The desktop's update by the last sample.
    fn step(&mut self) -> anyhow::Result<f32> {
        let Lesson { samples, rate, .. } = self.lesson;
        self.image.flat_mut().copy_from_slice(samples.image(self.last));
        let label = samples.label(self.last).into();
        let loss = self.trainer.step(&mut self.parameters, &self.image, label, &Rates::new(*rate));
        self.still.put_back(&mut self.parameters);
        Ok(loss?)
    }

    /// Equal parameters give equal answers, so the desktop tests both; unequal ones it fetches.
    fn test_on_the_desktop(&mut self) -> anyhow::Result<()> {
        let here = self.reading(&self.parameters)?;
        let there = if self.equal()? {
            here
        } else {
            let parameters = self.fetch()?;
            self.reading(&parameters)?
        };
        self.note(there, here);
        Ok(())
    }

    /// Every image is put before the chip itself.
    fn test_on_the_chip(&mut self) -> anyhow::Result<()> {
        let Lesson { new, old, .. } = self.lesson;
        self.equal()?;
        let here = self.reading(&self.parameters)?;
        let samples = self.times.len();
        let new = self.taken_there(new)?;
        let there = new.accuracy();
        let old = if self.lesson.changes() { self.taken_there(old)?.accuracy() } else { there };
        self.note(Reading { samples, new: there, old }, here);
        self.taken.push(new);
        Ok(())
    }

    fn taken_there(&mut self, data: &Dataset) -> anyhow::Result<Confusion> {
        let here = evaluation::verdicts::<N>(&self.parameters, &data.images)?;
        let mut pairs = Vec::with_capacity(data.len());
        for (index, here) in here.iter().enumerate() {
            interrupt::check()?;
            let class = self.device.classify(data.image(index))?;
            self.compare(class == here.class);
            pairs.push((usize::from(data.label(index)), class));
            self.predictions += 1;
            self.bar.inc(1);
        }
        Ok(Confusion::from_pairs(evaluation::classes::<N>(data), pairs)?)
    }

    fn reading(&self, parameters: &Parameters<N>) -> Result<Reading, Refusal> {
        Ok(Reading {
            samples: self.times.len(),
            new: evaluation::accuracy::<N>(parameters, &self.lesson.new)?,
            old: evaluation::accuracy::<N>(parameters, &self.lesson.old)?,
        })
    }

    fn note(&mut self, there: Reading, here: Reading) {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let [new, old] = [there.new, there.old].map(percent);
        self.right = if self.lesson.changes() {
            format!("new {new}  old {old}")
        } else {
            format!("{new} right")
        };
        self.tell();
        self.courses[0].push(there);
        self.courses[1].push(here);
    }

    /// Whether both have the same parameters now.
    fn equal(&mut self) -> anyhow::Result<bool> {
        let equal = self.device.checksum()? == format::checksum(&self.parameters);
        self.compare(equal);
        Ok(equal)
    }

    /// Says beside the bar how it goes: the mean loss of the last round, and what was right.
    fn tell(&self) {
        let losses = &self.each_loss[0];
        let round = &losses[losses.len().saturating_sub(self.lesson.samples.len())..];
        let loss = match round.len() {
            0 => String::new(),
            some => format!("loss {:.3}  ", round.iter().sum::<f32>() / some as f32),
        };
        self.bar.set_message(loss + &self.right);
    }

    fn compare(&mut self, equal: bool) {
        if !equal && self.parted.is_none() {
            self.parted = Some(self.times.len() as u64);
        }
    }

    fn fetch(&mut self) -> anyhow::Result<Box<Parameters<N>>> {
        let mut there = Box::new(N::ZERO);
        self.device.fetch(&mut there).context("the device's model cannot be fetched")?;
        Ok(there)
    }

    /// What the chip ends with, after an early end as far as it can still be asked.
    fn end(mut self, mut ended: Option<anyhow::Error>) -> anyhow::Result<Course> {
        let there = match self.last_word(ended.is_some()) {
            Ok(there) => Some(there),
            Err(silent) => {
                ended.get_or_insert(silent);
                None
            }
        };
        let fetched = there.is_some();
        let figures = if fetched { self.device.figures().ok() } else { None };
        let sum = format::checksum::<N, All>;
        let sums = [there.as_deref().map(sum), Some(sum(&self.parameters))];
        self.compare(sums[0].is_none_or(|chip| sums[1] == Some(chip)));
        let end = there.as_deref().unwrap_or(&self.parameters);
        let read = self.courses[0].last().map(|reading| reading.samples);
        // Parameters that a run has ruined give no answers to count.
        if read != Some(self.times.len())
            && let [Ok(there), Ok(here)] = [self.reading(end), self.reading(&self.parameters)]
        {
            self.courses[0].push(there);
            self.courses[1].push(here);
        }
        self.bar.finish_and_clear();
        let [chip, desktop] = self.courses;
        let [chip_losses, losses] = self.losses.map(Checksum::end);
        let [chip_each, each] = self.each_loss;
        Ok(Course {
            chip: Run {
                course: chip,
                parameters: sums[0],
                losses: chip_losses,
                each_loss: chip_each,
            },
            desktop: Run { course: desktop, parameters: sums[1], losses, each_loss: each },
            ended,
            fetched,
            parted: self.parted,
            predictions: self.predictions,
            taken: self.taken,
            times: self.times,
            figures,
            board: self.device.board,
            unit: self.device.unit,
            end: snapshot::take::<N>(end),
        })
    }

    /// The chip's parameters at the end. An answer may have been lost just before an early one, and
    /// with it the news that a sample was learnt from: then the desktop learns from it as well.
    fn last_word(&mut self, early: bool) -> anyhow::Result<Box<Parameters<N>>> {
        if early {
            self.bar.set_message("stopping: fetching what the chip has learnt");
            let learned = self.device.settle()? as usize;
            if learned == self.times.len() + 1 {
                self.step()?;
            }
        }
        self.fetch()
    }
}

fn bar(length: u64) -> ProgressBar {
    let style = "{bar:30} {pos} of {len} questions  {msg}  {eta} left";
    ProgressBar::new(length)
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"))
}
