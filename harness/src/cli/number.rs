//! Numbers that a flag accepts, those of a recipe within the same [`Bounds`] as everywhere; and how
//! large they may be.

use std::thread::available_parallelism;

use crate::base::bounds::Bounds;
use crate::base::label;

/// A finite number above 0.
pub(super) fn positive(text: &str) -> Result<f32, String> {
    within(text, Bounds::POSITIVE)
}

/// A learning rate.
pub(super) fn rate(text: &str) -> Result<f32, String> {
    within(text, Bounds::RATE)
}

/// A finite number that is not below 0.
pub(super) fn not_negative(text: &str) -> Result<f32, String> {
    within(text, Bounds::NOT_NEGATIVE)
}

/// A number from 0 on below 1.
pub(super) fn share(text: &str) -> Result<f32, String> {
    within(text, Bounds::SHARE)
}

/// A number above 0 that is at most one half.
pub(super) fn part(text: &str) -> Result<f32, String> {
    within(text, Bounds::PART)
}

/// A whole number above 0. Above `MOST` it is a slip of the hand, or asks for more than any machine has.
pub(super) fn count<const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    number.ok_or_else(|| {
        format!("it must be a whole number above 0, at most {}", label::count(MOST as u64))
    })
}

/// A number of threads: more than the cores, many times over, only wait for each other.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    let most = available_parallelism().map_or(1, usize::from).max(THREADS);
    match text.parse() {
        Ok(threads) if (1..=most).contains(&threads) => Ok(threads),
        _ => Err(format!("it must be a whole number above 0, at most {most}")),
    }
}

/// Threads that may be asked for on any machine; where there are more cores, as many as those.
const THREADS: usize = 256;
/// Epochs: an hour's run of the fastest net has fewer.
pub(super) const EPOCHS: usize = 1_000_000;
/// Samples of a mini-batch: more than data sets for nets of this size have.
pub(super) const BATCH: usize = 1_000_000;
/// Seeds of one run: the mean of so many has no chance left in it.
pub(super) const SEEDS: usize = 10_000;

fn within(text: &str, bounds: Bounds) -> Result<f32, String> {
    number(text, bounds.words, |x| bounds.fit(x))
}

/// A finite number that fits.
pub(super) fn number(text: &str, wanted: &str, fits: impl Fn(f32) -> bool) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|x| x.is_finite() && fits(*x));
    number.ok_or_else(|| format!("it must be {wanted}"))
}

/// Rows, columns and maps: `100x1x6`.
pub(super) fn shape(text: &str) -> Result<[usize; 3], String> {
    let sides: Option<Vec<usize>> = text.split('x').map(|side| side.parse().ok()).collect();
    let shape = sides.and_then(|sides| <[usize; 3]>::try_from(sides).ok());
    let fits = |side: &usize| (1..=usize::from(u16::MAX)).contains(side);
    shape.filter(|shape| shape.iter().all(fits)).ok_or_else(|| {
        "it must be rows, columns and maps, each from 1 to 65,535, such as 100x1x6, or 28x28x1"
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits() {
        assert_eq!(
            (positive("0.03"), not_negative("0"), share("0.9")),
            (Ok(0.03), Ok(0.0), Ok(0.9))
        );
        for text in ["0", "-1", "nan", "inf", "1e99", "x", ""] {
            assert!(positive(text).is_err(), "{text}");
        }
        assert!(rate("1000") == Ok(1000.0) && rate("1000.1").is_err() && rate("0").is_err());
        assert!(not_negative("-0.1").is_err() && share("1").is_err());
        assert!(
            count::<20>("0").is_err() && count::<20>("-1").is_err() && count::<20>("21").is_err()
        );
        assert!(count::<20>("16") == Ok(16) && count::<20>("20") == Ok(20));
        assert!(threads("256") == Ok(256) && threads("5000").is_err() && threads("0").is_err());
    }
}
