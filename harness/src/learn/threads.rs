//! Threads that nets are worked with on.

use anyhow::Context as _;
use cpfo::Net;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Stack of each thread that works. A debug build sets up even a large net on its stack before it
/// moves it to the heap; memory that is not touched costs nothing.
const STACK: usize = 256 << 20;

/// So many threads; 0 for one a core.
pub fn pool(threads: usize) -> anyhow::Result<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
    pool.context("cannot start the threads: take fewer --threads")
}

/// Multiplications of forward passes that take about as long as waking a thread a few times.
const WORTH_WAKING: usize = 1 << 20;

/// How many samples a thread takes at least, so that it is worth waking; a sample takes so many
/// passes, each as long as one forward.
pub fn at_least<N: Net>(passes: usize) -> usize {
    let macs: usize = N::LAYERS.iter().map(|(_, layer)| layer.macs).sum();
    (WORTH_WAKING / (passes * macs).max(1)).max(1)
}
