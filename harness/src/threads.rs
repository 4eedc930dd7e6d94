//! Threads that nets are worked with on.

use anyhow::Context as _;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Stack of each thread that works. A debug build sets up even a large net on its stack before it
/// moves it to the heap; memory that is not touched costs nothing.
const STACK: usize = 256 << 20;

/// So many threads; 0 for one a core.
pub fn pool(threads: usize) -> anyhow::Result<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
    pool.context("cannot start the threads")
}
