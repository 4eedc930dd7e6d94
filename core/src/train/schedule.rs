use core::f32::consts::PI;

use crate::math;

/// How the learning rate changes over a run.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase", tag = "kind"))]
pub enum Schedule {
    /// The rate stays the same.
    #[default]
    Constant,
    /// It is multiplied by `factor` after each `every` steps.
    Step {
        /// Steps between two changes.
        every: u32,
        /// The factor of the rate at each change.
        factor: f32,
    },
    /// It rises over `warm_up` steps, then falls to 0 along half a cosine.
    Cosine {
        /// Steps of the rise; 0 for none.
        warm_up: u32,
    },
}

impl Schedule {
    /// The share of the full rate at step `step` (from 0 on) of `steps`.
    pub fn share(&self, step: u32, steps: u32) -> f32 {
        match *self {
            Schedule::Constant => 1.0,
            Schedule::Step { every, factor } => power(factor, step.checked_div(every).unwrap_or(0)),
            Schedule::Cosine { warm_up } if step < warm_up => (step + 1) as f32 / warm_up as f32,
            Schedule::Cosine { warm_up } => {
                let done = (step - warm_up) as f32 / steps.saturating_sub(warm_up).max(1) as f32;
                0.5 * (1.0 + math::cos(PI * done.min(1.0)))
            }
        }
    }
}

/// x to the power n, in at most twice as many products as n has bits.
fn power(mut x: f32, mut n: u32) -> f32 {
    let mut power = 1.0;
    while n > 0 {
        if n % 2 == 1 {
            power *= x;
        }
        x *= x;
        n /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(Schedule::Constant.share(7, 10), 1.0);
        let step = Schedule::Step { every: 10, factor: 0.5 };
        assert_eq!([0, 9, 10, 20].map(|s| step.share(s, 30)), [1.0, 1.0, 0.5, 0.25]);
        let cosine = Schedule::Cosine { warm_up: 4 };
        assert_eq!([0, 3, 4].map(|s| cosine.share(s, 104)), [0.25, 1.0, 1.0]);
        assert!((cosine.share(54, 104) - 0.5).abs() < 1e-6);
        assert!(cosine.share(104, 104) < 1e-6 && cosine.share(9999, 104) < 1e-6);
        assert_eq!(Schedule::Step { every: 0, factor: 0.0 }.share(3, 3), 1.0);
        assert_eq!(Schedule::Step { every: 1, factor: 0.5 }.share(u32::MAX, u32::MAX), 0.0);
        assert_eq!(Schedule::Step { every: 1, factor: 1.0 }.share(u32::MAX, u32::MAX), 1.0);
    }
}
