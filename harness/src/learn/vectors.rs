//! Vectors, chosen at run time.
//!
//! One program runs on every processor of an architecture, so it is compiled for what the oldest
//! has: on x86-64 that is SSE2, four floats at once. Most have AVX2 with eight, some AVX-512 with
//! sixteen. [`Work`] that is handed to [`Vectors::run`] is there once for each of them, and the one
//! that fits this processor is taken. (64-bit ARM has its vectors, NEON, in every processor: there
//! is nothing to choose.)
//!
//! **The bits are the same.** Vectors lie across independent sums; every sum keeps its one written
//! order, and a product and a sum are rounded one after the other, since Rust never fuses them.

use std::fmt::{self, Display};
use std::sync::OnceLock;

use anyhow::ensure;
use clap::ValueEnum;

/// Vectors that a processor may have, the narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Width {
    /// What every processor of the architecture has
    Baseline,
    /// Eight floats at once, on x86-64
    Avx2,
    /// Sixteen floats at once and twice the registers, on x86-64
    Avx512,
}

/// Vectors that this processor does have: there is no other way to one than to ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vectors(Width);

/// What is done with vectors.
pub trait Work {
    /// What comes of it.
    type Output;
    /// Does it. To be compiled for vectors, this and what it calls must be `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// What was [asked for](Vectors::choose).
static CHOSEN: OnceLock<Vectors> = OnceLock::new();

impl Vectors {
    /// Those of a width, if this processor has them.
    pub fn new(width: Width) -> Option<Self> {
        has(width).then_some(Self(width))
    }

    /// All that this processor has, the narrowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        Width::value_variants().iter().filter_map(|&width| Self::new(width))
    }

    /// Those that were chosen, else the widest.
    pub fn get() -> Self {
        *CHOSEN.get_or_init(|| Self::all().last().unwrap_or(Self(Width::Baseline)))
    }

    /// Chooses for the whole process, before anybody has worked.
    pub fn choose(width: Width) -> anyhow::Result<()> {
        let Some(vectors) = Self::new(width) else {
            anyhow::bail!(
                "this processor has no vectors of the kind `{}`: leave --vectors out, and the widest \
                 it has are taken",
                Self(width)
            );
        };
        ensure!(*CHOSEN.get_or_init(|| vectors) == vectors, "vectors are chosen once");
        Ok(())
    }

    /// Does the work with these vectors.
    #[inline]
    pub fn run<W: Work>(self, work: W) -> W::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `new` has found the feature, and nothing else makes such a value.
            Width::Avx512 => unsafe { avx512(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Width::Avx2 => unsafe { avx2(work) },
            _ => baseline(work),
        }
    }
}

impl Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.to_possible_value();
        f.write_str(name.as_ref().map_or("", |value| value.get_name()))
    }
}

#[cfg(target_arch = "x86_64")]
fn has(width: Width) -> bool {
    match width {
        Width::Baseline => true,
        Width::Avx2 => is_x86_feature_detected!("avx2"),
        Width::Avx512 => {
            is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn has(width: Width) -> bool {
    width == Width::Baseline
}

#[inline(never)]
fn baseline<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn avx512<W: Work>(work: W) -> W::Output {
    work.run()
}
