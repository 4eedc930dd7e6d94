//! How long the steps of a course would take on chips: an estimate.

use super::{Sheet, about, time};
use crate::base::label;
use crate::plan::{CHIPS, Count, Fit, Plan};
use crate::show::table::{Align, Cell, Table};

impl Plan {
    /// Milliseconds of a step, and seconds of `steps` of them, on every chip.
    ///
    /// `counted` is an emulated board and how many instructions a step took there: that is the
    /// figure for all chips with the core of that board. Other cores have the plan's.
    pub fn times(&self, counted: Option<(&str, u64)>, steps: u64) -> Sheet {
        let steps_head = format!("{} steps, s", label::count(steps));
        let mut table = Table::new([
            ("chip", Align::Left),
            ("core", Align::Left),
            ("MHz", Align::Right),
            ("a step, ms", Align::Right),
            (&*steps_head, Align::Right),
            ("instructions", Align::Left),
        ]);
        let memory = self.step.unwrap_or(self.inference);
        for chip in &CHIPS {
            let here = counted.filter(|(board, _)| *board == chip.core.board);
            let planned = self.instructions(chip.core);
            let count = match here {
                Some((_, instructions)) => Count { instructions, measured: true },
                None => planned.step.unwrap_or(planned.forward),
            };
            let seconds = chip.core.milliseconds(count.instructions, chip.mhz) * steps as f64 / 1e3;
            let all = match chip.fit(self, memory) {
                Fit::Not(_) => Cell::quiet(label::DASH),
                _ => about(seconds).into(),
            };
            let by = match (here, count.measured) {
                (Some(_), _) => "counted in this run",
                (None, true) => "counted in another run",
                (None, false) => "estimated, see cpfo plan",
            };
            table.row([
                Cell::from(chip.name),
                chip.core.name.into(),
                chip.mhz.to_string().into(),
                time(self, chip, memory, count),
                all,
                Cell::quiet(by),
            ]);
        }
        let note = "All times are estimates: instructions that QEMU counted, by the cycles that an instruction takes on \
                    that core according to cpfo plan, at the chip's highest clock and without waiting for flash. None \
                    was measured on a chip.";
        Sheet { heading: "Milliseconds on common chips", table, note: note.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Training;
    use cpfo_nets::digits;

    #[test]
    fn a_count_holds_for_all_chips_of_its_core_and_for_no_other() {
        let plan = Plan::of::<digits::Net>(Training::All).unwrap();
        let lines = |counted| -> Vec<String> {
            plan.times(counted, 1_000).table.to_string().lines().map(String::from).collect()
        };
        let (without, with) = (lines(None), lines(Some(("m4", 64_000_000))));
        assert_eq!(with.len(), 2 + CHIPS.len());
        assert!(without[0].contains("1,000 steps, s"), "{}", without[0]);
        for (chip, (without, with)) in CHIPS.iter().zip(without.iter().zip(&with).skip(2)) {
            let counted = chip.core.board == "m4";
            assert_eq!(with.contains("counted in this run"), counted, "{with}");
            assert_eq!(without != with, counted, "{with}");
        }
        // 64 million instructions of 2.1 cycles at 64 MHz are 2.1 s, a thousand of them 2,100.
        let line = with.iter().find(|line| line.starts_with("nRF52832")).unwrap();
        assert_eq!(line.matches("~2,100").count(), 2, "{line}");
        assert!(with.iter().any(|line| line.contains("no RAM")));
    }
}
