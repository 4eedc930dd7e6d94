//! A range of flash that keeps one model, and how it is read and marked.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use super::header::{COMMIT, FIELDS, HEADER, Header, commit_of};
use super::layout::{Layout, PIECE, STARTS};
use super::words::{Sure, Words};
use crate::format::{CRC, Fault};

/// A range of flash that keeps one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Slot {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) at_once: bool,
}

impl Slot {
    /// The flash from `range.start` to `range.end`, in whole sectors. They are erased one after the
    /// other, in steps of the flash's `ERASE_SIZE`, and only as many as the model needs.
    pub const fn new(range: Range<u32>) -> Self {
        Self { from: range.start, to: range.end, at_once: false }
    }

    /// The same, erased as a whole by one call: for a flash whose sectors differ in size, with a
    /// driver whose `ERASE_SIZE` is that of the smallest.
    pub const fn at_once(range: Range<u32>) -> Self {
        Self { from: range.start, to: range.end, at_once: true }
    }
}

/// One of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Which {
    /// The slot that was named first.
    First,
    /// The other one.
    Second,
}

impl Which {
    pub(super) const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// The first or second of two things, by this slot.
    pub const fn of<T>(self, [first, second]: &[T; 2]) -> &T {
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }

    /// The first or second of two things, by this slot, to be changed.
    pub const fn of_mut<T>(self, [first, second]: &mut [T; 2]) -> &mut T {
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }
}

/// A slot and its flash.
pub(super) struct Area<'a, F> {
    pub(super) flash: &'a mut F,
    pub(super) from: u32,
}

/// The flash refused.
pub(super) struct Refused;

impl<F: NorFlash> Area<'_, F> {
    pub(super) const LAYOUT: Layout = Layout::of::<F>();

    /// Reads from a place that is a multiple of a unit, into whole units.
    pub(super) fn read(&mut self, at: usize, to: &mut [u8]) -> Result<(), Refused> {
        let place = self.from.checked_add(at as u32).ok_or(Refused)?;
        self.flash.read(place, to).map_err(|_| Refused)
    }

    /// Writes whole units: those of the bytes, and ones behind them.
    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), Refused> {
        let mut piece = [0xFF; PIECE];
        for (to, &byte) in piece.iter_mut().zip(bytes) {
            *to = byte;
        }
        let piece = piece.get(..Self::LAYOUT.whole(bytes.len())).ok_or(Refused)?;
        let place = self.from.checked_add(at as u32).ok_or(Refused)?;
        self.flash.write(place, piece).map_err(|_| Refused)
    }

    /// A record of fewer than [`PIECE`] bytes.
    #[inline(never)]
    pub(super) fn record<const BYTES: usize>(&mut self, at: usize) -> Option<[u8; BYTES]> {
        let mut piece = [0; PIECE];
        self.read(at, piece.get_mut(..Self::LAYOUT.whole(BYTES))?).ok()?;
        piece.first_chunk().copied()
    }

    /// Whether nothing has been written into `bytes` bytes since they were erased: what cannot be
    /// read has.
    #[inline(never)]
    pub(super) fn is_blank(&mut self, at: usize, bytes: usize) -> bool {
        let mut piece = [0; PIECE];
        let Some(piece) = piece.get_mut(..Self::LAYOUT.whole(bytes)) else { return false };
        self.read(at, piece).is_ok() && piece.iter().all(|&byte| byte == 0xFF)
    }

    /// Whether a unit has been written, be it in part. One that cannot be read may have been
    /// erased in part instead.
    #[inline(never)]
    pub(super) fn is_marked(&mut self, at: usize) -> bool {
        let mut piece = [0xFF; PIECE];
        let Some(unit) = piece.get_mut(..Self::LAYOUT.unit()) else { return false };
        self.read(at, unit).is_ok() && unit.iter().any(|&byte| byte != 0xFF)
    }

    /// Writes a mark of one unit where there is none yet.
    pub(super) fn mark(&mut self, at: usize) -> Result<(), Refused> {
        let unit = Self::LAYOUT.unit();
        self.write(at, [0; PIECE].get(..unit).ok_or(Refused)?)?;
        if self.is_marked(at) { Ok(()) } else { Err(Refused) }
    }

    /// Notes a start by a mark that is still blank; whether there was one. (A unit that was torn may
    /// look so, and refuses.)
    pub(super) fn note_start(&mut self) -> bool {
        let mut places = (0..STARTS).map(|n| Self::LAYOUT.start(n));
        places.any(|at| self.is_blank(at, Self::LAYOUT.unit()) && self.mark(at).is_ok())
    }

    /// What a slot says, but for its model.
    #[inline(never)]
    pub(super) fn look(&mut self) -> Look {
        let layout = Self::LAYOUT;
        let header = self.record::<HEADER>(layout.header());
        let commit = self.record::<COMMIT>(layout.commit());
        let header = header.filter(|bytes| commit == Some(commit_of(bytes)));
        let header = header.and_then(|bytes| Header::parse(&bytes));
        let is_blank = self.is_blank(layout.commit(), COMMIT);
        let unit = layout.unit();
        let starts = (0..STARTS).filter(|&n| !self.is_blank(layout.start(n), unit)).count();
        let own = header.map_or(0, |header| header.generation);
        let words = self.words(own);
        let is_sealed = (0..=STARTS).any(|n| self.is_marked(layout.seal() + unit * n));
        let is_sealed = is_sealed || words.are_begun;
        Look { header, is_blank, is_sealed, is_void: false, starts, words }
    }

    /// Gives a model of so many bytes, a piece at a time.
    ///
    /// # Errors
    /// Those of `to`; [`Fault::Checksum`] where the flash cannot be read.
    pub(super) fn pieces(
        &mut self,
        length: usize,
        mut to: impl FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut at = 0;
        while at < length {
            let mut piece = [0; PIECE];
            let bytes = (length - at).min(PIECE);
            let units = piece.get_mut(..Self::LAYOUT.whole(bytes)).ok_or(Fault::Length)?;
            self.read(Self::LAYOUT.body() + at, units).map_err(|_| Fault::Checksum)?;
            to(piece.get(..bytes).ok_or(Fault::Length)?)?;
            at += bytes;
        }
        Ok(())
    }

    /// Whether the model is the one that the header speaks of.
    ///
    /// # Errors
    /// [`Fault::Length`], [`Fault::Checksum`].
    #[inline(never)]
    pub(super) fn check(&mut self, header: &Header) -> Result<(), Fault> {
        let length = header.length as usize;
        let (mut digest, mut sum, mut at) = (CRC.digest(), [0; 4], 0_usize);
        self.pieces(length, |piece| {
            for &byte in piece {
                match (at + 4).checked_sub(length).and_then(|place| sum.get_mut(place)) {
                    Some(to) => *to = byte,
                    None => digest.update(&[byte]),
                }
                at += 1;
            }
            Ok(())
        })?;
        let model = digest.clone().finalize();
        digest.update(&header.fields());
        let is_whole = u32::from_le_bytes(sum) == model && digest.finalize() == header.sum;
        if is_whole { Ok(()) } else { Err(Fault::Checksum) }
    }
}

/// What a slot says of itself.
#[derive(Clone, Copy, Default)]
pub(super) struct Look {
    /// The header, where it has its commit word.
    pub(super) header: Option<Header>,
    /// Whether there is no commit word, not even a part of one.
    pub(super) is_blank: bool,
    /// Whether something was written after the commit word: then that was written to its end.
    pub(super) is_sealed: bool,
    /// Whether the other slot says that this one may be erased in part.
    pub(super) is_void: bool,
    /// Starts that were noted.
    pub(super) starts: usize,
    pub(super) words: Words,
}

impl Look {
    /// The header of a slot whose model counts.
    pub(super) fn counted(&self) -> Option<&Header> {
        self.header.as_ref().filter(|_| self.is_sealed && !self.is_void)
    }

    /// Whether it has been started as often as a model is without a word that it runs.
    pub(super) fn has_failed(&self) -> bool {
        self.starts >= STARTS && self.words.well == Sure::No
    }
}

/// Whether a generation is newer than another. They wrap.
pub(super) fn is_newer(one: u32, other: u32) -> bool {
    (one.wrapping_sub(other) as i32) > 0
}

/// The newer of two generations.
pub(super) fn newer(one: u32, other: u32) -> u32 {
    if is_newer(one, other) { one } else { other }
}

const _: () = assert!(FIELDS < PIECE && HEADER < PIECE);
