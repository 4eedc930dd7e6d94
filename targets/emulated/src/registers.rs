//! A device's registers: the one place that reads and writes addresses.

use core::marker::PhantomData;

/// One page of memory-mapped registers, each as wide as `T`.
#[derive(Debug)]
pub struct Registers<T> {
    base: usize,
    width: PhantomData<T>,
}

impl<T: Copy> Registers<T> {
    /// The page of registers at `base`.
    ///
    /// # Safety
    /// At `base` there must be the registers of a device, in a page (4 KB) that holds no memory, and
    /// `T` must be an unsigned integer.
    pub const unsafe fn at(base: usize) -> Self {
        Self { base, width: PhantomData }
    }

    /// Reads the register at `offset`.
    #[inline(always)]
    pub(crate) fn read(&self, offset: usize) -> T {
        debug_assert!(offset < 0x1000);
        // SAFETY: inside the page that `at` was promised.
        unsafe { ((self.base + offset) as *const T).read_volatile() }
    }

    /// Writes the register at `offset`.
    #[inline(always)]
    pub(crate) fn write(&self, offset: usize, value: T) {
        debug_assert!(offset < 0x1000);
        // SAFETY: inside the page that `at` was promised.
        unsafe { ((self.base + offset) as *mut T).write_volatile(value) }
    }
}
