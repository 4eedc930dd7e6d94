//! Two flashes as one.

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

/// Two flashes of a kind as one, the second behind the first: two partitions, each with a slot.
///
/// An access that reaches over the end of the first goes to the first, which refuses it.
#[derive(Clone, Copy, Debug)]
pub struct Pair<F> {
    /// The flash that begins at 0.
    pub first: F,
    /// The flash that begins where the first ends.
    pub second: F,
}

impl<F: ReadNorFlash> Pair<F> {
    /// The flash that a place lies in, and where.
    fn at(&mut self, place: u32) -> (&mut F, u32) {
        match place.checked_sub(self.first.capacity() as u32) {
            Some(place) => (&mut self.second, place),
            None => (&mut self.first, place),
        }
    }
}

impl<F: ErrorType> ErrorType for Pair<F> {
    type Error = F::Error;
}

impl<F: ReadNorFlash> ReadNorFlash for Pair<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), F::Error> {
        let (flash, place) = self.at(offset);
        flash.read(place, bytes)
    }

    fn capacity(&self) -> usize {
        self.first.capacity().saturating_add(self.second.capacity())
    }
}

impl<F: NorFlash> NorFlash for Pair<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        let (flash, place) = self.at(from);
        flash.erase(place, place.saturating_add(to.saturating_sub(from)))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        let (flash, place) = self.at(offset);
        flash.write(place, bytes)
    }
}
