//! A model of flash that is cut from its power at any write and any erase.

use cpfo::rng::Rng;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// A kind of flash. Sizes that are types are parameters of [`Flash`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) capacity: usize,
    /// A unit that was written in part gives an error when it is read, as on a flash with ECC.
    pub(crate) faults: bool,
    /// Bits whose change was cut, and faults, may be otherwise after each restart.
    pub(crate) flaky: bool,
}

/// What becomes of the bits that an operation under way was to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tear {
    /// None has changed.
    None,
    /// All have, and nobody was told.
    All,
    /// Any of them.
    Some,
    /// Units in their order, the last in part.
    Prefix,
    /// Nobody knows: any bits at all in the range.
    Garbage,
}

impl Tear {
    pub(crate) const ALL: [Self; 5] =
        [Self::None, Self::All, Self::Some, Self::Prefix, Self::Garbage];
}

/// What was last done to a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Erased,
    Written,
    /// A write was cut.
    Torn,
    /// An erase was cut.
    Half,
}

/// A flash in units of `WRITE` bytes and sectors of `ERASE`. A unit is written once between two
/// erases; who does otherwise is stopped, as is who writes what was never erased to the end.
#[derive(Clone)]
pub(crate) struct Flash<const WRITE: usize, const ERASE: usize> {
    kind: Kind,
    cells: Vec<u8>,
    /// Bits that are not sure, what they were to become, and by which of the cut operations.
    marginal: Vec<u8>,
    aims: Vec<(u8, u32)>,
    units: Vec<Done>,
    unreadable: Vec<bool>,
    rng: Rng,
    /// Operations until the power is cut, and what it leaves.
    cut: Option<(u32, Tear)>,
    is_dead: bool,
    /// Writes and erases so far.
    pub(crate) operations: u32,
    /// Sectors erased.
    pub(crate) erased: u32,
    /// How often the power was cut in the middle of one.
    pub(crate) cuts: u32,
}

impl<const WRITE: usize, const ERASE: usize> Flash<WRITE, ERASE> {
    /// A flash with anything in it.
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let cells = (0..kind.capacity).map(|_| rng.next_u32() as u8).collect();
        let units = kind.capacity / WRITE;
        Self {
            kind,
            cells,
            marginal: vec![0; kind.capacity],
            aims: vec![(0, 0); kind.capacity],
            units: vec![Done::Half; units],
            unreadable: vec![false; units],
            rng,
            cut: None,
            is_dead: false,
            operations: 0,
            erased: 0,
            cuts: 0,
        }
    }

    /// All of its bytes, to be damaged.
    pub(crate) fn cells(&mut self) -> &mut [u8] {
        &mut self.cells
    }

    /// Erases a sector, and writes what is not blank of these bytes.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.erase(at as u32, (at + ERASE) as u32).expect("nothing is cut");
        for (n, unit) in bytes.chunks(WRITE).enumerate() {
            if unit.iter().any(|&byte| byte != 0xFF) {
                self.write((at + n * WRITE) as u32, unit).expect("nothing is cut");
            }
        }
    }

    /// Cuts the power in the middle of an operation, after so many more.
    pub(crate) fn cut_after(&mut self, operations: u32, tear: Tear) {
        self.cut = Some((operations, tear));
    }

    /// Does not cut it after all.
    pub(crate) fn never_cut(&mut self) {
        self.cut = None;
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Another course of chance from here.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.rng = Rng::with_stream(seed, 1);
    }

    /// Power again.
    pub(crate) fn restart(&mut self) {
        (self.is_dead, self.cut, self.operations) = (false, None, 0);
        if !self.kind.flaky {
            return;
        }
        // Cells that are alike drift alike: those of one operation read as if it had been done, or
        // as if it had not, or each as it likes.
        let ways: Vec<_> = (0..=self.cuts).map(|_| self.rng.below(3)).collect();
        for ((cell, &mask), &(aim, cut)) in
            self.cells.iter_mut().zip(&self.marginal).zip(&self.aims)
        {
            if mask != 0 {
                let any = [aim, !aim, self.rng.next_u32() as u8][ways[cut as usize] as usize];
                *cell = *cell & !mask | any & mask;
            }
        }
        for (unreadable, &unit) in self.unreadable.iter_mut().zip(&self.units) {
            if matches!(unit, Done::Torn | Done::Half) {
                *unreadable &= self.rng.below(2) == 0;
                *unreadable |= self.kind.faults && self.rng.below(4) == 0;
            }
        }
    }

    /// Counts an operation; what is left of it if this is the one.
    fn count(&mut self) -> Result<Option<Tear>, NorFlashErrorKind> {
        if self.is_dead {
            return Err(NorFlashErrorKind::Other);
        }
        self.operations += 1;
        match &mut self.cut {
            Some((0, tear)) => {
                self.is_dead = true;
                self.cuts += 1;
                Ok(Some(*tear))
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Changes some of the bits from `at` on towards `to`.
    fn tear(&mut self, at: usize, to: &[u8], tear: Tear, done: Done) {
        let reached = at + self.rng.below(to.len() as u32) as usize;
        for (place, &to) in (at..).zip(to) {
            let old = self.cells[place];
            let unit = place / WRITE;
            let any = self.rng.next_u32();
            let mask = match tear {
                Tear::None => 0,
                Tear::All => 0xFF,
                Tear::Some => any as u8,
                Tear::Prefix if place / WRITE < reached / WRITE => 0xFF,
                Tear::Prefix if place / WRITE == reached / WRITE => any as u8,
                Tear::Prefix => 0,
                Tear::Garbage => 0xFF,
            };
            let to = if tear == Tear::Garbage { (any >> 8) as u8 } else { to };
            self.cells[place] = old & !mask | to & mask;
            self.marginal[place] |= if tear == Tear::Garbage { 0xFF } else { old ^ to };
            self.aims[place] = (to, self.cuts);
            self.units[unit] = done;
            if self.kind.faults && tear != Tear::None && place % WRITE == 0 {
                self.unreadable[unit] |= self.rng.below(2) == 0;
            }
        }
    }
}

impl<const WRITE: usize, const ERASE: usize> ErrorType for Flash<WRITE, ERASE> {
    type Error = NorFlashErrorKind;
}

impl<const WRITE: usize, const ERASE: usize> ReadNorFlash for Flash<WRITE, ERASE> {
    const READ_SIZE: usize = if WRITE > 4 { 4 } else { 1 };

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len()).expect("aligned and within bounds");
        let range = offset as usize..offset as usize + bytes.len();
        let mut units = range.start / WRITE..range.end.div_ceil(WRITE);
        if self.is_dead || units.any(|unit| self.unreadable[unit]) {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.copy_from_slice(&self.cells[range]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.cells.len()
    }
}

impl<const WRITE: usize, const ERASE: usize> NorFlash for Flash<WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to).expect("aligned and within bounds");
        let (from, to) = (from as usize, to as usize);
        if let Some(tear) = self.count()? {
            self.tear(from, &vec![0xFF; to - from], tear, Done::Half);
            return Err(NorFlashErrorKind::Other);
        }
        self.cells[from..to].fill(0xFF);
        self.marginal[from..to].fill(0);
        self.units[from / WRITE..to / WRITE].fill(Done::Erased);
        self.unreadable[from / WRITE..to / WRITE].fill(false);
        self.erased += ((to - from) / ERASE) as u32;
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len()).expect("aligned and within bounds");
        let at = offset as usize;
        let torn = self.count()?;
        for unit in at / WRITE..(at + bytes.len()) / WRITE {
            match self.units[unit] {
                Done::Erased => {}
                // It looked blank, and the controller knows better.
                Done::Torn => return Err(NorFlashErrorKind::Other),
                Done::Written => panic!("unit {unit} is written a second time"),
                Done::Half => panic!("unit {unit} was not erased to the end"),
            }
        }
        let ones: Vec<u8> = bytes.iter().zip(&self.cells[at..]).map(|(to, old)| to & old).collect();
        if let Some(tear) = torn {
            self.tear(at, &ones, tear, Done::Torn);
            return Err(NorFlashErrorKind::Other);
        }
        self.cells[at..at + bytes.len()].copy_from_slice(&ones);
        self.units[at / WRITE..(at + bytes.len()) / WRITE].fill(Done::Written);
        Ok(())
    }
}
