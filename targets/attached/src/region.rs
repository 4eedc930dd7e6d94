//! The part of a flash that is the model's.
//!
//! The HALs hand out the whole flash, program and all. This shows the part between two addresses and
//! refuses everything outside.

use core::ops::Range;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError as _, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};

/// A part of the flash `F`; offset 0 is its first byte.
pub struct Region<F> {
    flash: F,
    /// Where the part begins, counted as `F` counts.
    start: u32,
    bytes: usize,
}

impl<F> Region<F> {
    /// The part of `flash` at the addresses `part`; the flash itself begins at the address `base`.
    pub(crate) fn new(flash: F, base: usize, part: Range<usize>) -> Self {
        Self { flash, start: (part.start - base) as u32, bytes: part.len() }
    }
}

impl<F> ErrorType for Region<F> {
    type Error = NorFlashErrorKind;
}

impl<F: ReadNorFlash> ReadNorFlash for Region<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        self.flash.read(self.start + offset, bytes).map_err(|error| error.kind())
    }

    fn capacity(&self) -> usize {
        self.bytes
    }
}

impl<F: NorFlash> NorFlash for Region<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.flash.erase(self.start + from, self.start + to).map_err(|error| error.kind())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.flash.write(self.start + offset, bytes).map_err(|error| error.kind())
    }
}
