//! The application's heap, for those who have one anyway.
//!
//! cpfo needs no heap. An application that has one can lend it the training workspace while it trains;
//! this one counts, so that the loan can be seen, and its return.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};

use embedded_alloc::LlffHeap;

/// A first-fit heap that remembers how full it has been. Make it the `#[global_allocator]`.
pub struct Heap {
    blocks: LlffHeap,
    high_water: AtomicUsize,
}

impl Heap {
    /// A heap without memory, for a static.
    #[expect(
        clippy::new_without_default,
        reason = "a heap is a static, and `default` is not const"
    )]
    pub const fn new() -> Self {
        Self { blocks: LlffHeap::empty(), high_water: AtomicUsize::new(0) }
    }

    /// Gives the heap its memory, for good.
    ///
    /// # Panics
    /// If it has some already, or if `memory` is empty.
    pub fn give(&self, memory: &'static mut [u8]) {
        // SAFETY: the memory is borrowed for ever and by nobody else.
        unsafe { self.blocks.init(memory.as_mut_ptr().addr(), memory.len()) }
    }

    /// Bytes lent out now.
    pub fn used(&self) -> usize {
        self.blocks.used()
    }

    /// The most bytes that were lent out at one time.
    pub fn high_water(&self) -> usize {
        self.high_water.load(Ordering::Relaxed)
    }
}

// SAFETY: allocation is the inner heap's; counting does not touch the blocks.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, passed on.
        let block = unsafe { self.blocks.alloc(layout) };
        // Cores without compare-and-swap have no `fetch_max`; one core without interrupts needs none.
        self.high_water.store(self.high_water().max(self.used()), Ordering::Relaxed);
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.blocks.dealloc(block, layout) }
    }
}
