use cpfo::train::Schedule;

/// A schedule that is counted in epochs, counted in mini-batches.
pub(super) fn in_batches(schedule: Schedule, an_epoch: u32) -> Schedule {
    match schedule {
        Schedule::Constant => Schedule::Constant,
        Schedule::Step { every, factor } => {
            Schedule::Step { every: every.saturating_mul(an_epoch), factor }
        }
        Schedule::Cosine { warm_up } => {
            Schedule::Cosine { warm_up: warm_up.saturating_mul(an_epoch) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_become_batches() {
        let share = |schedule: Schedule, batch| in_batches(schedule, 90).share(batch, 900);
        assert_eq!(share(Schedule::Constant, 899), 1.0);
        let step = Schedule::Step { every: 2, factor: 0.5 };
        assert_eq!([179, 180, 360].map(|batch| share(step, batch)), [1.0, 0.5, 0.25]);
        let cosine = Schedule::Cosine { warm_up: 1 };
        assert!(share(cosine, 44) == 0.5 && share(cosine, 89) == 1.0 && share(cosine, 899) < 1e-4);
    }
}
