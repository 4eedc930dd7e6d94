//! Whose turn it is.

use crate::rng::Rng;

/// Turns of up to `ROOM` samples: each class as often as every other, and within a class each
/// sample; chance decides between equals.
pub(super) struct Turns<const ROOM: usize> {
    samples: [Turn; ROOM],
}

/// Of one sample.
#[derive(Clone, Copy)]
struct Turn {
    /// How often its class has had a turn, with this sample or another.
    of_class: u16,
    own: u16,
    /// Whether it is kept for checks.
    is_held_out: bool,
}

impl Turn {
    const NONE: Self = Self { of_class: 0, own: 0, is_held_out: false };
}

impl<const ROOM: usize> Turns<ROOM> {
    pub(super) const ZERO: Self = Self { samples: [Turn::NONE; ROOM] };

    /// Nobody has had a turn, nobody is held out.
    pub(super) fn reset(&mut self) {
        self.samples.iter_mut().for_each(|turn| *turn = Turn::NONE);
    }

    /// Whether the sample at a place is held out.
    pub(super) fn is_held_out(&self, place: usize) -> bool {
        self.samples.get(place).is_some_and(|turn| turn.is_held_out)
    }

    /// Holds out up to so many samples: of each class an equal share, and never the last that it
    /// has. Says how many.
    pub(super) fn hold_out(
        &mut self,
        count: usize,
        labels: impl Iterator<Item = Option<usize>> + Clone,
        rng: &mut Rng,
    ) -> usize {
        let mut held_out = 0;
        for _ in 0..count {
            let Some((place, class)) = self.draw(labels.clone(), false, rng) else { break };
            let of_class = labels.clone().zip(&self.samples);
            let left = of_class.filter(|(of, turn)| *of == Some(class) && !turn.is_held_out);
            if left.count() > 1
                && let Some(turn) = self.samples.get_mut(place)
            {
                turn.is_held_out = true;
                held_out += 1;
            }
        }
        // These were not turns to learn.
        for turn in &mut self.samples {
            (turn.of_class, turn.own) = (0, 0);
        }
        held_out
    }

    /// The place and the class of the next sample, with `all` of one that is held out, too; none if
    /// there is none.
    pub(super) fn draw(
        &mut self,
        labels: impl Iterator<Item = Option<usize>> + Clone,
        all: bool,
        rng: &mut Rng,
    ) -> Option<(usize, usize)> {
        let samples = &self.samples;
        let open = || {
            let places = (0..).zip(labels.clone().zip(samples));
            places.filter_map(|(place, (label, turn))| {
                let class = label.filter(|_| all || !turn.is_held_out)?;
                Some((place, class, (turn.of_class, turn.own)))
            })
        };
        let least = open().map(|(.., turns)| turns).min()?;
        let equals = || open().filter(|(.., turns)| *turns == least);
        let nth = rng.below(equals().count() as u32) as usize;
        let (place, class, _) = equals().nth(nth)?;
        for (label, turn) in labels.zip(&mut self.samples) {
            if label == Some(class) {
                turn.of_class = turn.of_class.saturating_add(1);
            }
        }
        if let Some(turn) = self.samples.get_mut(place) {
            turn.own = turn.own.saturating_add(1);
        }
        Some((place, class))
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use super::*;

    const LABELS: [Option<usize>; 9] =
        [Some(0), Some(0), None, Some(0), Some(0), Some(1), Some(1), Some(2), None];

    fn new() -> Turns<9> {
        Turns::ZERO
    }

    fn drawn(turns: &mut Turns<9>, draws: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut places, mut classes) = (vec![0; 9], vec![0; 3]);
        let mut rng = Rng::new(1);
        for _ in 0..draws {
            let (place, class) = turns.draw(LABELS.into_iter(), false, &mut rng).unwrap();
            assert_eq!(LABELS[place], Some(class));
            places[place] += 1;
            classes[class] += 1;
        }
        (places, classes)
    }

    #[test]
    fn classes_take_turns_and_so_do_their_samples() {
        let (places, classes) = drawn(&mut new(), 24);
        assert_eq!(classes, [8, 8, 8]);
        assert_eq!(places, [2, 2, 0, 2, 2, 4, 4, 8, 0]);
        // After any number of draws no class is two turns ahead of another.
        for draws in 0..24 {
            let (_, classes) = drawn(&mut new(), draws);
            assert!(classes.iter().max().unwrap() - classes.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn some_are_held_out_and_never_the_last() {
        for seed in 0..50 {
            let mut turns = new();
            let held_out = turns.hold_out(3, LABELS.into_iter(), &mut Rng::new(seed));
            let places: Vec<_> = (0..9).filter(|&place| turns.is_held_out(place)).collect();
            assert_eq!(places.len(), held_out);
            // One of each class that has two.
            let mut classes: Vec<_> = places.iter().map(|&place| LABELS[place].unwrap()).collect();
            classes.sort_unstable();
            assert_eq!(classes, [0, 1]);
            let (drawn, _) = drawn(&mut turns, 30);
            assert!(places.iter().all(|&place| drawn[place] == 0), "{drawn:?}");
        }
        let mut turns = new();
        assert_eq!(turns.hold_out(0, LABELS.into_iter(), &mut Rng::new(1)), 0);
        assert!(turns.draw([None; 9].into_iter(), true, &mut Rng::new(1)).is_none());
    }
}
