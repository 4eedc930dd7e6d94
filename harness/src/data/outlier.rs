//! A value that is no measurement: a hundred times as large as the rest, and as good as alone.
//!
//! The largest value becomes 1, so beside one of these all others become nearly 0. A slip of the hand is
//! told with its place; what no net could learn beside is refused, before anything is learnt.

use anyhow::{Result, bail};

use super::samples::Raw;
use crate::base::label;

/// So many times the rest is told, and so many refused.
const TOLD: f32 = 100.0;
const REFUSED: f32 = 1e4;
/// What occurs more often is no slip.
const RARE: f64 = 0.001;
/// Nor is there a rest where fewer values are not 0.
const ENOUGH: usize = 100;

/// Looks for one.
pub(super) fn check(raw: &Raw) -> Result<Option<String>> {
    let sizes = || raw.images.iter().map(|value| value.abs());
    let largest = sizes().fold(0.0, f32::max);
    let (mut count, mut beyond, mut rest) = (0_usize, 0_usize, 0_f32);
    for size in sizes().filter(|&size| size > 0.0) {
        count += 1;
        if size > largest / TOLD {
            beyond += 1;
        } else {
            rest = rest.max(size);
        }
    }
    let rare = beyond <= 1 || (beyond as f64) < RARE * count as f64;
    if count < ENOUGH || rest == 0.0 || !rare {
        return Ok(None);
    }
    let index = sizes().position(|size| size == largest).unwrap_or(0);
    let shown = |x: f32| label::figure(x.into());
    let told = format!(
        "{}: {} is {} times as large as nearly all other values, which reach {}",
        raw.place(index),
        shown(raw.images[index]),
        shown(largest / rest),
        shown(rest)
    );
    if largest / REFUSED > rest {
        bail!("{told}: correct or remove it");
    }
    Ok(Some(format!("{told}: is it a mistake? Beside it all others become nearly 0")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::samples::Places;

    fn check_with(values: &[f32]) -> Result<Option<String>> {
        let mut images = vec![8.0; 400];
        images[..values.len()].copy_from_slice(values);
        let labels = vec![0; 100];
        let (names, groups) = (Vec::new(), Vec::new());
        check(&Raw { shape: [2, 2, 1], images, labels, names, groups, places: Places::Order })
    }

    #[test]
    fn one_value_far_from_the_rest_is_told_with_its_place() {
        assert_eq!(check_with(&[]).unwrap(), None);
        assert_eq!(check_with(&[799.0]).unwrap(), None);
        for value in [801.0, -801.0] {
            let told = check_with(&[8.0, 8.0, 8.0, 8.0, 8.0, 8.0, value]).unwrap().unwrap();
            assert!(told.contains("sample 1 (counted from 0), row 1, column 0"), "{told}");
        }
        assert!(check_with(&[-1e30]).unwrap_err().to_string().contains("correct or remove it"));
        // Many of them are a scale, not a slip.
        assert_eq!(check_with(&[1000.0; 40]).unwrap(), None);
    }
}
