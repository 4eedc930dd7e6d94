//! What a slot says of the two slots.

use embedded_storage::nor_flash::NorFlash;

use super::found::Failed;
use super::header::{paired, unpaired};
use super::layout::{WORD, WORDS};
use super::slot::{Area, is_newer, newer};

/// Whether a word is there.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sure {
    #[default]
    No,
    /// Today.
    Seen,
    /// It was written to its end.
    Solid,
}

/// The words of a slot, by the generation of its model:
///
/// - the one before it says that its model runs well;
/// - its own, that the other slot is in use instead of it;
/// - a newer one, that this generation is written to the other slot, and that whatever is older
///   there may be erased in part.
///
/// Of the last two kinds the last word counts.
#[derive(Clone, Copy, Default)]
pub(super) struct Words {
    own: u32,
    /// The generation that is written to the other slot, if that is the last word; or else its own.
    claim: u32,
    /// The newest one of which that was ever said.
    newest: u32,
    /// And for sure.
    solid: u32,
    /// Whether any was begun.
    pub(super) are_begun: bool,
    is_solid: bool,
    pub(super) well: Sure,
    /// That the other slot is in use, if that is the last word.
    pub(super) left: Sure,
}

impl Words {
    /// The generation that is written to the other slot, if that is the last word.
    pub(super) fn claim(&self) -> Option<u32> {
        (self.claim != self.own).then_some(self.claim)
    }

    /// Whether that was said of this one, for sure.
    pub(super) fn claim_for_sure(&self, generation: u32) -> bool {
        self.claim() == Some(generation) && self.is_solid
    }

    /// The newest generation that was ever said to be written to the other slot.
    pub(super) fn newest(&self) -> Option<u32> {
        (self.newest != self.own).then_some(self.newest)
    }

    /// Whether a slot of this generation may be erased in part.
    pub(super) fn erase(&self, generation: u32) -> bool {
        self.solid != self.own && is_newer(self.solid, generation)
    }

    /// Whether it has said anything that a slot only says when it is in use.
    pub(super) fn are_of_use(&self) -> bool {
        self.well > Sure::No || self.newest != self.own
    }
}

impl<F: NorFlash> Area<'_, F> {
    /// The words of a slot of this generation.
    #[inline(never)]
    pub(super) fn words(&mut self, own: u32) -> Words {
        let mut words = Words { own, claim: own, newest: own, solid: own, ..Words::default() };
        for n in 0..WORDS {
            let is_solid = self.is_marked(Self::LAYOUT.end(n));
            words.are_begun |= is_solid;
            let number = self.record::<WORD>(Self::LAYOUT.word(n)).and_then(unpaired);
            let Some(number) = number else { continue };
            words.are_begun = true;
            let sure = if is_solid { Sure::Solid } else { Sure::Seen };
            if is_newer(number, own) {
                (words.left, words.claim, words.is_solid) = (Sure::No, number, is_solid);
                words.newest = newer(words.newest, number);
                if is_solid {
                    words.solid = newer(words.solid, number);
                }
            } else if number == own {
                (words.left, words.claim) = (sure, own);
            } else {
                words.well = words.well.max(sure);
            }
        }
        words
    }

    /// How many more words there is room for, behind all others.
    pub(super) fn room(&mut self) -> usize {
        let unit = Self::LAYOUT.unit();
        let mut room = 0;
        for n in 0..WORDS {
            let is_free = self.is_blank(Self::LAYOUT.word(n), WORD)
                && self.is_blank(Self::LAYOUT.end(n), unit);
            room = if is_free { room + 1 } else { 0 };
        }
        room
    }

    /// Whether the last place is taken for sure, so that nothing comes behind what is there.
    pub(super) fn is_closed(&mut self) -> bool {
        self.is_marked(Self::LAYOUT.end(WORDS - 1))
    }

    /// Writes a word behind all others, and then the mark of its end.
    ///
    /// # Errors
    /// [`Failed::Full`]; [`Failed::Flash`] where there is room and the flash takes nothing: units
    /// that were torn may look blank.
    #[inline(never)]
    pub(super) fn say(&mut self, number: u32) -> Result<(), Failed> {
        let word = paired(number);
        let mut why = Failed::Full;
        for n in WORDS - self.room().min(WORDS)..WORDS {
            let at = Self::LAYOUT.word(n);
            let is_there = self.write(at, &word).is_ok() && self.record(at) == Some(word);
            if is_there && self.mark(Self::LAYOUT.end(n)).is_ok() {
                return Ok(());
            }
            why = Failed::Flash;
        }
        Err(why)
    }
}
