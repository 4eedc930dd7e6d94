//! A save: the order of what is written, in one go or in slices.

use core::task::Poll;

use crc::{Digest, Table};
use embedded_storage::nor_flash::NorFlash;

use super::Store;
use super::found::Failed;
use super::header::{Header, Origin, Progress};
use super::keeper::Chosen;
use super::layout::PIECE;
use super::model::Model;
use super::slot::{Refused, Which};
use crate::choice::Choice;
use crate::format::{self, CRC};
use crate::net::Net;

/// The progress of a save. It borrows nothing between two slices.
pub(super) struct Course {
    stage: Stage,
    /// How far the stage has come, in bytes.
    at: usize,
    target: Which,
    header: Header,
    digest: Digest<'static, u32, Table<0>>,
    /// The checksum of the model, once all of it has been written.
    model: u32,
}

/// The stages of a save, in order. Each comes to its end before the next one begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The slot that stays is made sure of.
    Settle,
    Erase,
    /// The slot is read: it has to be erased.
    Blank,
    Body,
    Header,
    /// All of it is read and compared.
    Compare,
    Commit,
    Seal,
}

impl From<Refused> for Failed {
    fn from(_: Refused) -> Self {
        Self::Flash
    }
}

impl<N: Net, F: NorFlash> Store<N, F> {
    /// Saves a model in one go. From its return on, this model is found, or one that is saved
    /// later.
    ///
    /// # Errors
    /// See [`Failed`]; then the model before is found. (If the very last write fails, either of the
    /// two is.)
    pub fn save<C: Choice>(
        &mut self,
        model: &Model<'_, N, C>,
        origin: Origin,
        progress: Progress,
    ) -> Result<(), Failed> {
        self.begin(model, origin, progress)?;
        loop {
            if let Poll::Ready(done) = self.resume(model, u32::MAX) {
                return done;
            }
        }
    }

    /// Begins a save that goes on with each [`resume`](Self::resume). A store that has not looked
    /// for a model yet does so first.
    ///
    /// # Errors
    /// [`Failed::Busy`], [`Failed::Model`].
    pub fn begin<C: Choice>(
        &mut self,
        model: &Model<'_, N, C>,
        origin: Origin,
        progress: Progress,
    ) -> Result<(), Failed> {
        self.is_idle()?;
        let length = model.length().map_err(Failed::Model)? as u32;
        let Chosen { next: generation, target, .. } = self.chosen();
        let fingerprint = const { format::fingerprint::<N>() };
        self.course = Some(Course {
            stage: Stage::Settle,
            at: 0,
            target,
            header: Header { origin, generation, fingerprint, length, progress, sum: 0 },
            digest: CRC.digest(),
            model: 0,
        });
        Ok(())
    }

    /// Goes on for about `budget` bytes, read or written, and for 64 of them at least. Each erase
    /// of a sector takes a separate call, whatever the budget. Ready when the model is saved, or
    /// cannot be.
    ///
    /// The model has to be the same in each call. Before the save counts, it is checked that the
    /// model has not changed.
    ///
    /// # Errors
    /// See [`Failed`]; [`Failed::NoSave`] where none is under way.
    pub fn resume<C: Choice>(
        &mut self,
        model: &Model<'_, N, C>,
        budget: u32,
    ) -> Poll<Result<(), Failed>> {
        let Some(mut course) = self.course.take() else { return Poll::Ready(Err(Failed::NoSave)) };
        let mut left = budget as usize;
        loop {
            let erases = course.stage == Stage::Erase;
            match self.go(&mut course, model) {
                Err(why) => {
                    // What is in the slot now is to be looked at.
                    self.choice = None;
                    return Poll::Ready(Err(why));
                }
                Ok(true) => return Poll::Ready(Ok(())),
                Ok(false) => left = left.saturating_sub(PIECE),
            }
            if left == 0 || erases || course.stage == Stage::Erase {
                self.course = Some(course);
                return Poll::Pending;
            }
        }
    }

    /// Whether a save is under way.
    pub fn is_busy(&self) -> bool {
        self.course.is_some()
    }

    /// Gives up the save that is under way; the model before is found.
    pub fn abandon(&mut self) {
        self.course = None;
    }

    /// Goes on by one piece or one sector; whether that was the last.
    fn go<C: Choice>(
        &mut self,
        course: &mut Course,
        model: &Model<'_, N, C>,
    ) -> Result<bool, Failed> {
        let layout = Self::LAYOUT;
        let length = course.header.length as usize;
        let all = layout.all(length);
        let at = course.at;
        let next = |course: &mut Course, stage: Stage| (course.stage, course.at) = (stage, 0);
        match course.stage {
            Stage::Settle => {
                self.confirm()?;
                self.settle(course.header.generation)?;
                next(course, Stage::Erase);
            }
            Stage::Erase => {
                course.at = self.erase(course.target, at)?;
                if course.at >= all {
                    next(course, Stage::Blank);
                }
            }
            Stage::Blank => {
                let bytes = all.saturating_sub(at).min(PIECE);
                if !self.area(course.target).is_blank(at, bytes) {
                    return Err(Failed::Erase);
                }
                course.at += PIECE;
                if course.at >= all {
                    next(course, Stage::Body);
                }
            }
            Stage::Body => {
                let piece = &mut [0; PIECE];
                let piece = course.piece(model, piece);
                self.area(course.target).write(layout.body() + at, piece)?;
                course.at += PIECE;
                if course.at >= length {
                    course.digest.update(&course.header.fields());
                    course.header.sum = course.digest.clone().finalize();
                    next(course, Stage::Header);
                }
            }
            Stage::Header => {
                let bytes = course.header.bytes();
                self.area(course.target).write(layout.header(), &bytes)?;
                next(course, Stage::Compare);
            }
            Stage::Compare => {
                let bytes = course.header.bytes();
                let mut area = self.area(course.target);
                if at == 0 && area.record(layout.header()) != Some(bytes) {
                    return Err(Failed::Differs);
                }
                let (piece, found) = (&mut [0; PIECE], &mut [0; PIECE]);
                let piece = course.piece(model, piece);
                let whole = layout.whole(piece.len());
                let found = found.get_mut(..whole).ok_or(Failed::Differs)?;
                area.read(layout.body() + at, found)?;
                if found.get(..piece.len()) != Some(piece) {
                    return Err(Failed::Differs);
                }
                course.at += PIECE;
                if course.at >= length {
                    next(course, Stage::Commit);
                }
            }
            Stage::Commit => {
                let commit = course.header.commit();
                let mut area = self.area(course.target);
                area.write(layout.commit(), &commit)?;
                if area.record(layout.commit()) != Some(commit) {
                    return Err(Failed::Differs);
                }
                next(course, Stage::Seal);
            }
            Stage::Seal => {
                self.area(course.target).mark(layout.seal())?;
                self.saved(course.target, &course.header);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Erases a sector, or a slot that is erased at once; the place of the next one.
    fn erase(&mut self, which: Which, at: usize) -> Result<usize, Failed> {
        let slot = *which.of(&self.slots);
        let from = slot.from.saturating_add(at as u32);
        let sector = slot.to.min(from.saturating_add(F::ERASE_SIZE as u32));
        let to = if slot.at_once { slot.to } else { sector };
        self.flash.erase(from, to).map_err(|_| Failed::Flash)?;
        Ok(to.saturating_sub(slot.from) as usize)
    }
}

impl Course {
    /// The piece of the model where the stage stands; a body takes it into the checksum.
    fn piece<'a, N: Net, C: Choice>(
        &mut self,
        model: &Model<'_, N, C>,
        piece: &'a mut [u8; PIECE],
    ) -> &'a [u8] {
        let length = self.header.length as usize;
        model.words_at(self.at / 4, piece.as_chunks_mut::<4>().0);
        let numbers = length.saturating_sub(self.at).saturating_sub(4);
        if self.stage == Stage::Body {
            self.digest.update(piece.get(..numbers).unwrap_or(piece));
            if numbers <= PIECE {
                self.model = self.digest.clone().finalize();
            }
        }
        let sum = self.model.to_le_bytes();
        for (place, to) in (self.at..length).zip(piece.iter_mut()) {
            if let Some(byte) = (place + 4).checked_sub(length).and_then(|place| sum.get(place)) {
                *to = *byte;
            }
        }
        piece.get(..length.saturating_sub(self.at)).unwrap_or(piece)
    }
}
