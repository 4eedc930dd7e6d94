//! Timing work that comes in equal portions.

use std::time::Instant;

/// How often the same work is measured. The best is the one that was disturbed least.
const REPEATS: u32 = 5;

/// The seconds that a portion takes, in the best of some repeats that share the time given. Each
/// begins with `fresh` and does the same number of portions, so that all do the same work.
pub(super) fn seconds<S>(
    time: f64,
    fresh: impl Fn() -> anyhow::Result<S>,
    portion: impl Fn(&mut S) -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    let repeat = |portions: u32| -> anyhow::Result<f64> {
        let mut state = fresh()?;
        let start = Instant::now();
        for _ in 0..portions {
            portion(&mut state)?;
        }
        Ok(start.elapsed().as_secs_f64())
    };
    // Too short a repeat is not a figure yet, only a guess at how many portions fit.
    let share = time / f64::from(REPEATS);
    let mut portions = 1;
    let mut best = repeat(portions)?;
    while best < 0.5 * share && portions < u32::MAX / 2 {
        portions *= 2;
        best = repeat(portions)?;
    }
    for _ in 1..REPEATS {
        best = best.min(repeat(portions)?);
    }
    Ok(best / f64::from(portions))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    #[test]
    fn repeats_are_fresh_and_alike() {
        let repeats = RefCell::new(Vec::new());
        let nap = Duration::from_millis(1);
        let fresh = || {
            repeats.borrow_mut().push(0);
            Ok(())
        };
        let portion = |(): &mut ()| {
            *repeats.borrow_mut().last_mut().unwrap() += 1;
            sleep(nap);
            Ok(())
        };
        assert!(seconds(0.04, fresh, portion).unwrap() >= nap.as_secs_f64());
        let repeats = repeats.into_inner();
        assert_eq!(repeats[..2], [1, 2], "the guess doubles");
        let last = &repeats[repeats.len() - REPEATS as usize..];
        assert!(last.iter().all(|portions| *portions == last[0]), "{repeats:?}");
    }

    #[test]
    fn an_error_ends_it() {
        assert!(seconds(1.0, || Ok(()), |()| anyhow::bail!("no")).is_err());
    }
}
