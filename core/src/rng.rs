//! One seeded generator for everything that is drawn at random: initial weights, the order of the
//! samples, augmentation. The same seed gives the same numbers on every machine.

/// PCG-XSH-RR 64/32: 64 bits of state, 32 bits out.
///
/// Source: M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation", 2014.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rng {
    state: u64,
    increment: u64,
}

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

impl Rng {
    /// A generator on the first stream.
    pub const fn new(seed: u64) -> Self {
        Self::with_stream(seed, 0)
    }

    /// A generator on one of 2^63 independent streams.
    pub const fn with_stream(seed: u64, stream: u64) -> Self {
        let increment = (stream << 1) | 1;
        let state = increment.wrapping_add(seed).wrapping_mul(MULTIPLIER).wrapping_add(increment);
        Self { state, increment }
    }

    /// The state as two words, to be stored and given to [`Rng::from_state`].
    pub const fn state(&self) -> [u64; 2] {
        [self.state, self.increment]
    }

    /// A generator that goes on where [`Rng::state`] was taken.
    pub const fn from_state([state, increment]: [u64; 2]) -> Self {
        Self { state, increment: increment | 1 }
    }

    /// The next 32 bits.
    pub const fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
        let shifted = (((old >> 18) ^ old) >> 27) as u32;
        shifted.rotate_right((old >> 59) as u32)
    }

    /// A number below `bound`; 0 if the bound is 0. The bias is below `bound` / 2^32.
    pub const fn below(&mut self, bound: u32) -> u32 {
        ((self.next_u32() as u64 * bound as u64) >> 32) as u32
    }

    /// A number in [0, 1), in steps of 2^-24.
    pub const fn uniform(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// A random order, in place (Fisher and Yates, from the back).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut rest = items;
        while let Some((last, others)) = rest.split_last_mut() {
            // No draw for the last item alone; an item that draws itself stays where it is.
            if !others.is_empty() {
                let other = self.below((others.len() as u32).saturating_add(1)) as usize;
                if let Some(other) = others.get_mut(other) {
                    core::mem::swap(last, other);
                }
            }
            rest = others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_reference_implementation() {
        // The first outputs of `pcg32-demo` of the reference implementation, seed 42, stream 54.
        let mut rng = Rng::with_stream(42, 54);
        let expected = [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b];
        assert_eq!(expected.map(|_| rng.next_u32()), expected);
    }

    #[test]
    fn a_stored_state_goes_on() {
        let mut rng = Rng::new(7);
        rng.next_u32();
        let mut again = Rng::from_state(rng.state());
        assert_eq!(rng.next_u32(), again.next_u32());
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut order: [u8; 10] = core::array::from_fn(|i| i as u8);
        Rng::new(1).shuffle(&mut order);
        assert_ne!(order, core::array::from_fn(|i| i as u8));
        order.sort_unstable();
        assert_eq!(order, core::array::from_fn(|i| i as u8));
    }
}
