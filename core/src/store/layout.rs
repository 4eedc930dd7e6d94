//! Where everything lies in a slot.

use embedded_storage::nor_flash::NorFlash;

use crate::format::scaled_length;
use crate::net::Net;

use super::header::{COMMIT, HEADER};

/// How many bytes are moved at a time; a multiple of the flash's unit.
pub(super) const PIECE: usize = 64;

/// How often a model is started without a confirmation that it runs well.
pub const STARTS: usize = 2;
/// Words that a slot has room for. A model that is saved and gives way to the next takes three;
/// each save that is cut takes one, a cut in the writing of a word another, and a return to the slot
/// two.
pub(super) const WORDS: usize = 10;
/// Of these as many are not taken by saves that are cut, nor by the returns themselves: what comes
/// after them needs some.
pub(super) const SPARE: usize = 4;
/// Bytes of such a word: a number and its complement.
pub(super) const WORD: usize = 8;

/// The places in a slot of a flash whose smallest piece to write, and to read, has `unit` bytes.
///
/// Nothing shares its unit with anything, so nothing is written twice and a torn write takes
/// nothing else along.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    unit: usize,
}

impl Layout {
    pub(super) const fn of<F: NorFlash>() -> Self {
        const {
            assert!(
                F::WRITE_SIZE > 0 && PIECE.is_multiple_of(F::WRITE_SIZE),
                "the store knows flashes that are written in units of 1, 2, 4 … 64 bytes"
            );
            assert!(
                F::READ_SIZE > 0 && PIECE.is_multiple_of(F::READ_SIZE),
                "the store knows flashes that are read in units of 1, 2, 4 … 64 bytes"
            );
        }
        Self::new(if F::WRITE_SIZE > F::READ_SIZE { F::WRITE_SIZE } else { F::READ_SIZE })
    }

    pub(super) const fn new(unit: usize) -> Self {
        Self { unit }
    }

    pub(super) const fn unit(self) -> usize {
        self.unit
    }

    /// Bytes, in whole units.
    pub(super) const fn whole(self, bytes: usize) -> usize {
        match bytes.checked_next_multiple_of(self.unit) {
            Some(whole) => whole,
            None => bytes,
        }
    }

    /// The commit word.
    pub(super) const fn commit(self) -> usize {
        0
    }

    /// The mark behind it, that says that the commit word was written to its end.
    pub(super) const fn seal(self) -> usize {
        self.commit() + self.whole(COMMIT)
    }

    /// The mark of a start.
    pub(super) const fn start(self, n: usize) -> usize {
        self.seal() + self.unit * (1 + n)
    }

    /// A word on the two slots; the unit behind it says that it was written to its end.
    pub(super) const fn word(self, n: usize) -> usize {
        self.start(STARTS) + (self.whole(WORD) + self.unit) * n
    }

    /// This unit.
    pub(super) const fn end(self, n: usize) -> usize {
        self.word(n) + self.whole(WORD)
    }

    pub(super) const fn header(self) -> usize {
        self.word(WORDS)
    }

    /// The model.
    pub(super) const fn body(self) -> usize {
        (self.header() + self.whole(HEADER)).div_ceil(PIECE) * PIECE
    }

    /// All that a model of `length` bytes takes.
    pub(super) const fn all(self, length: usize) -> usize {
        self.body() + self.whole(length)
    }
}

/// The bytes of a slot for a net's model with its scale, in a flash that is written (and read) in
/// units of `unit` bytes. In whole sectors it takes up to a sector more.
///
/// ```
/// # cpfo::net! { pub mod digits: 8 x 8 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
/// # use cpfo::store;
/// const _: () = assert!(store::bytes::<digits::Net>(4) <= 4096);
/// ```
pub const fn bytes<N: Net>(unit: usize) -> usize {
    Layout::new(unit).all(scaled_length::<N>())
}
