//! A flash that is none: RAM that behaves like NOR flash.
//!
//! Neither the MPS2 machines nor QEMU's `virt` have a flash controller. This keeps the rules of one, so
//! that the same store runs there: blocks are erased to ones, a write only clears bits, sizes and
//! alignment are checked. It keeps its contents over a reset of the core, not over the end of the
//! emulator; at first it is all zeros, which is not the erased state.

use core::ops::Range;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// RAM with the manners of NOR flash: blocks of 4 KB, words of 4 bytes.
#[derive(Debug)]
pub struct RamFlash {
    /// Only RAM, and only ours: `new` was promised that.
    store: Range<usize>,
}

impl RamFlash {
    /// A flash in the RAM at `store`.
    ///
    /// # Safety
    /// `store` must be RAM that the linker gives to nothing else.
    pub const unsafe fn new(store: Range<usize>) -> Self {
        Self { store }
    }

    /// The byte at `offset`.
    fn byte(&self, offset: usize) -> *mut u8 {
        debug_assert!(offset < self.store.len());
        (self.store.start + offset) as *mut u8
    }
}

impl ErrorType for RamFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for RamFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        for (place, byte) in (offset as usize..).zip(bytes) {
            // SAFETY: checked to lie inside the range that is ours.
            *byte = unsafe { self.byte(place).read_volatile() };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.store.len()
    }
}

impl NorFlash for RamFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for place in from as usize..to as usize {
            // SAFETY: checked to lie inside the range that is ours.
            unsafe { self.byte(place).write_volatile(0xFF) };
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        for (place, byte) in (offset as usize..).zip(bytes) {
            let kept = self.byte(place);
            // SAFETY: checked to lie inside the range that is ours.
            unsafe { kept.write_volatile(kept.read_volatile() & byte) };
        }
        Ok(())
    }
}
