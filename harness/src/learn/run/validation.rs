//! What judges while a net learns: a part of the training data that it does not learn from.
//!
//! The test part must not choose a model, or it no longer tells how the model does on what is new.
//! So each class of the training data gives up a share, drawn by the recipe's seed: the training
//! samples are lined up class by class, shuffled within each class, and taken from the line at equal
//! distances. A class gives its share, give or take one sample. Where samples belong to groups, whole groups
//! judge, which together come nearest to that.

use anyhow::{Context as _, ensure};

use super::{Chance, Keep, Recipe};
use crate::data::{Dataset, groups};

/// The most that may be set aside: a run learns from the larger part.
const MOST: f32 = 0.5;

/// The training samples by what they are there for, each part in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    pub(super) learnt: Vec<u32>,
    pub(super) judging: Vec<u32>,
}

impl Parts {
    /// Divides training data as a recipe says.
    pub(super) fn of(recipe: &Recipe, data: &Dataset) -> anyhow::Result<Self> {
        let all = 0..data.len() as u32;
        let share = recipe.validate;
        if share == 0.0 {
            ensure!(
                recipe.keep == Keep::Last && recipe.patience.is_none(),
                "nothing can say which epoch is best without a validation part: name its share of \
                 the training data, for instance `--validate 0.1`"
            );
            return Ok(Self { learnt: all.collect(), judging: Vec::new() });
        }
        ensure!(
            share > 0.0 && share <= MOST,
            "the validation part cannot be a share of {share}: --validate must be above 0, at most \
             {MOST}"
        );
        if !data.groups.is_empty() {
            let shuffle =
                |groups: &mut [Vec<usize>]| Chance::new(recipe.seed).judges().shuffle(groups);
            let judging = groups::of_each_class(data, share.into(), shuffle)
                .context("there is no part for --validate")?;
            let judging: Vec<u32> = judging.into_iter().map(|sample| sample as u32).collect();
            let learnt = all.filter(|sample| judging.binary_search(sample).is_err()).collect();
            return Ok(Self { learnt, judging });
        }
        let mut line: Vec<u32> = all.collect();
        line.sort_by_key(|&sample| data.label(sample as usize));
        let mut random = Chance::new(recipe.seed).judges();
        let label = |sample: u32| data.label(sample as usize);
        for class in line.chunk_by_mut(|&a, &b| label(a) == label(b)) {
            random.shuffle(class);
        }
        let taken = |samples: usize| (samples as f64 * f64::from(share)).floor();
        let (mut learnt, mut judging) = (Vec::new(), Vec::new());
        for (place, &sample) in line.iter().enumerate() {
            let part = if taken(place + 1) > taken(place) { &mut judging } else { &mut learnt };
            part.push(sample);
        }
        ensure!(
            !judging.is_empty(),
            "a share of {share} of {} training samples is not one: take a larger --validate",
            data.len()
        );
        learnt.sort_unstable();
        judging.sort_unstable();
        Ok(Self { learnt, judging })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(validate: f32, seed: u64) -> Parts {
        Parts::of(&Recipe { validate, seed, ..Recipe::BATCH }, &Dataset::digits()).unwrap()
    }

    #[test]
    fn each_class_gives_its_share() {
        let digits = Dataset::digits();
        for share in [0.01, 0.1, 0.25, 1.0 / 3.0, 0.5] {
            let Parts { learnt, judging } = parts(share, 1);
            let mut all = [&learnt[..], &judging[..]].concat();
            all.sort_unstable();
            assert!(all.iter().copied().eq(0..1797), "each sample is in one part");
            for class in 0..10 {
                let count = |of: &[u32]| {
                    of.iter().filter(|&&s| digits.label(s as usize) == class).count() as f64
                };
                let fair = f64::from(share) * (count(&learnt) + count(&judging));
                assert!((count(&judging) - fair).abs() < 1.0, "{share} of class {class}");
            }
        }
    }

    #[test]
    fn groups_judge_as_a_whole() {
        let groups = (0..1797).map(|sample| (sample / 60).to_string()).collect();
        let data = Dataset { groups, ..Dataset::digits() };
        let parts = |seed| Parts::of(&Recipe { validate: 0.2, seed, ..Recipe::BATCH }, &data);
        let Parts { learnt, judging } = parts(1).unwrap();
        assert_eq!(learnt.len() + judging.len(), 1797);
        assert!((250..=450).contains(&judging.len()), "{}", judging.len());
        let of = |sample: &u32| &data.groups[*sample as usize];
        assert!(judging.iter().all(|a| learnt.iter().all(|b| of(a) != of(b))));
        assert_ne!(judging, parts(2).unwrap().judging, "the seed decides");
        let one = Dataset { groups: vec!["anna".into(); 1797], ..Dataset::digits() };
        let recipe = Recipe { validate: 0.2, ..Recipe::BATCH };
        let said = format!("{:#}", Parts::of(&recipe, &one).unwrap_err());
        assert!(said.contains("--validate") && said.contains("'anna'"), "{said}");
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(parts(0.2, 7), parts(0.2, 7));
        assert_ne!(parts(0.2, 7), parts(0.2, 8));
        assert!(parts(0.0, 1).judging.is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let digits = Dataset::digits();
        for validate in [-0.1, 0.6, 1.0, f32::NAN, f32::INFINITY, 1e-9] {
            let recipe = Recipe { validate, ..Recipe::BATCH };
            assert!(Parts::of(&recipe, &digits).is_err(), "{validate}");
        }
        for recipe in [
            Recipe { keep: Keep::Best, ..Recipe::BATCH },
            Recipe { patience: Some(3), ..Recipe::BATCH },
        ] {
            let why = Parts::of(&recipe, &digits).unwrap_err().to_string();
            assert!(why.contains("--validate"), "{why}");
        }
    }
}
