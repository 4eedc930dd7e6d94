//! Whether a pass goes through a net in one go, or a slice at a time.
//!
//! A pass is a sequence of units of work: a tile of a convolution, a block of a fully-connected
//! layer, an input in the backward pass. Each leaves everything that the next one needs in memory,
//! so a pass may stop after any of them. The loops around the units are written once, against
//! [`Pace`]: [`Whole`] goes through them all, and compiles to nothing but the loops; [`Slice`] goes
//! straight to the first unit that is not done and stops when its budget is spent.

use core::ops::Range;

/// How a pass goes through its units.
pub trait Pace {
    /// Which of the parts 0..`n`, of `units` units each, to go through now.
    fn range(&mut self, n: usize, units: usize) -> Range<usize>;
    /// Whether the next unit, of about `macs` multiplications, is to be done now.
    fn unit(&mut self, macs: usize) -> bool;
    /// Whether the pass runs in one go, so that its units may be done in any order.
    fn whole(&self) -> bool {
        false
    }
}

/// In one go.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

impl Pace for Whole {
    #[inline(always)]
    fn range(&mut self, n: usize, _: usize) -> Range<usize> {
        0..n
    }
    #[inline(always)]
    fn unit(&mut self, _: usize) -> bool {
        true
    }
    #[inline(always)]
    fn whole(&self) -> bool {
        true
    }
}

/// From the first unit that is not done, for as many as a budget pays for.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Units that are still to be skipped, because they are done.
    behind: u32,
    /// Units done of the whole pass.
    done: u32,
    /// Multiplications that are left in the budget.
    budget: u32,
}

impl Slice {
    /// A slice of about `budget` multiplications of a pass of which `done` units are done.
    pub const fn new(done: u32, budget: u32) -> Self {
        Self { behind: done, done, budget }
    }
    /// Units of the pass that are done by now.
    pub const fn done(&self) -> u32 {
        self.done
    }
    /// What is left of the budget. If anything is, the pass has come to its end.
    pub const fn left(&self) -> u32 {
        self.budget
    }
}

impl Pace for Slice {
    #[inline(always)]
    fn range(&mut self, n: usize, units: usize) -> Range<usize> {
        if self.budget == 0 {
            return n..n;
        }
        let done = self.behind.checked_div(units as u32).unwrap_or(0).min(n as u32);
        self.behind -= done * units as u32;
        done as usize..n
    }
    #[inline(always)]
    fn unit(&mut self, macs: usize) -> bool {
        if self.behind > 0 {
            self.behind -= 1;
            return false;
        }
        if self.budget == 0 {
            return false;
        }
        self.done += 1;
        self.budget = self.budget.saturating_sub(macs as u32);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Two loops, one in the other, with a unit before and after.
    fn pass(pace: &mut impl Pace, log: &mut Vec<usize>) {
        if pace.unit(1) {
            log.push(1000);
        }
        for a in pace.range(3, 4) {
            if pace.unit(2) {
                log.push(100 * a);
            }
            for b in pace.range(3, 1) {
                if !pace.unit(1) {
                    break;
                }
                log.push(100 * a + b + 1);
            }
        }
        if pace.unit(5) {
            log.push(2000);
        }
    }

    #[test]
    fn any_slicing_is_the_whole() {
        let mut whole = Vec::new();
        pass(&mut Whole, &mut whole);
        assert_eq!(whole.len(), 14);
        for budget in 1..30 {
            let (mut log, mut done) = (Vec::new(), 0);
            loop {
                let before = log.len();
                let mut slice = Slice::new(done, budget);
                pass(&mut slice, &mut log);
                done = slice.done();
                if slice.left() > 0 {
                    break;
                }
                // The most expensive unit may come last, when little is left.
                let units = log.len() - before;
                assert!((1..=budget as usize).contains(&units), "budget {budget}: {units} units");
            }
            assert_eq!(log, whole, "budget {budget}");
        }
    }
}
