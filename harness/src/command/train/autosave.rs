//! When a run saves itself while it goes on: soon for the first time, then now and then. A power cut
//! costs no more than what was learnt since. It waits for no end of an epoch, which may be hours
//! away; a save that fails is told, and the run goes on.

use std::time::{Duration, Instant};

/// Until the first save.
const FIRST: Duration = Duration::from_secs(5);
/// Between two of them.
const EVERY: Duration = Duration::from_secs(60);

/// The clock of a run that saves itself.
pub(super) struct Autosave {
    next: Instant,
    failed: bool,
}

impl Autosave {
    /// For a run that begins now.
    pub(super) fn new(now: Instant) -> Self {
        Self { next: now + FIRST, failed: false }
    }

    /// Whether it is time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Notes what came of a save that ended now; gives what is to be said of it. What goes on
    /// failing is told once.
    pub(super) fn done(&mut self, now: Instant, saved: anyhow::Result<()>) -> Option<String> {
        self.next = now + EVERY;
        let failed_before = std::mem::replace(&mut self.failed, saved.is_err());
        let error = saved.err().filter(|_| !failed_before)?;
        Some(format!("warning: the run cannot be saved at the moment, and goes on: {error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn soon_and_then_now_and_then() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut clock = Autosave::new(start);
        assert!(!clock.is_due(at(4)) && clock.is_due(at(5)));
        assert_eq!(clock.done(at(6), Ok(())), None);
        assert!(!clock.is_due(at(65)) && clock.is_due(at(66)));
    }

    #[test]
    fn a_failure_is_told_once() {
        let mut clock = Autosave::new(Instant::now());
        let mut tells = |saved| clock.done(Instant::now(), saved).is_some();
        let full = || Err(anyhow!("no space left"));
        assert_eq!([tells(Ok(())), tells(full()), tells(full())], [false, true, false]);
        assert_eq!([tells(Ok(())), tells(full())], [false, true]);
    }
}
