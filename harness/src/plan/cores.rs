//! Instructions on each core: counted by QEMU where they were, estimated where not.
//!
//! What was counted stands in `targets/boards/*/figures.out`, which a test on the emulated chip
//! compares with what it finds. It holds a forward pass and a step of the nets that come with cpfo,
//! all layers trained. For other nets, and for other choices of what trains, a core with
//! floating-point hardware has the [cost](super::cost) of its loops; on one without, the figures of
//! the measured net nearest in size are scaled by multiplications. The board of the M0 has no room for
//! net B; there it takes as much more than net A as it does on the M3, which computes the same way.

use cpfo::Net;
use cpfo::choice::All;

use super::cost::Cost;
use super::stage::{self, Stage};
use crate::board::figures::Figure;
use cpfo_nets::{digits, lenet};

/// A core, with what was measured on it.
#[derive(Debug)]
pub struct Core {
    /// Its name.
    pub name: &'static str,
    /// The emulated board that stands for it.
    pub board: &'static str,
    /// Cycles an instruction, from memory that does not make it wait.
    pub cycles: f64,
    /// What that rests on.
    pub cycles_by: &'static str,
    figures: &'static str,
    /// Figures of the core that is most like it, for nets that its own board has no room for.
    kin: &'static str,
    sizes: &'static str,
}

macro_rules! committed {
    ($board:literal, $file:literal) => {
        include_str!(concat!("../../../targets/boards/qemu-", $board, "/", $file))
    };
}

macro_rules! core {
    ($name:literal, $board:literal, $cycles:literal $by:literal) => {
        core!($name, $board, $cycles $by, $board)
    };
    ($name:literal, $board:literal, $cycles:literal $by:literal, $kin:literal) => {
        Core {
            name: $name,
            board: $board,
            cycles: $cycles,
            cycles_by: $by,
            figures: committed!($board, "figures.out"),
            kin: committed!($kin, "figures.out"),
            sizes: committed!($board, "figures.size"),
        }
    };
}

/// The cores of the [chips](super::CHIPS).
///
/// Cycles an instruction were counted by a model, not on a chip. It goes through the instructions
/// that the two nets run, with the timings of the Cortex-M4 in Arm's manual of it (DDI 0439, the
/// tables of instructions in the chapters on the programmer's model and on the floating-point unit).
/// That gives 1.9 to 2.3 for the M4F, and 1.4 to 1.5 for code of the M3 and of the M0; the
/// M0's own timings differ a little. The other cores were not modelled: the M0+ is taken to be
/// like the M0, RV32IMC like the M3, the M33F like the M4F, and the M7F, which starts two
/// instructions at a time, to finish one each cycle.
pub static CORES: [Core; 7] = [
    core!("Cortex-M0", "m0", 1.5 "M4's timings", "m3"),
    core!("Cortex-M0+", "m0", 1.5 "as M0", "m3"),
    core!("Cortex-M3", "m3", 1.5 "M4's timings"),
    core!("Cortex-M4F", "m4", 2.1 "M4's timings"),
    core!("Cortex-M7F", "m7", 1.0 "assumed"),
    core!("Cortex-M33F", "m33", 2.1 "as M4F"),
    core!("RV32IMC", "rv32", 1.5 "as M3"),
];

/// How much is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// In a forward pass.
    pub forward: usize,
    /// On the way back, at most.
    pub back: usize,
}

/// How many instructions something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// So many.
    pub instructions: u64,
    /// Whether QEMU counted them; if not, they are an estimate.
    pub measured: bool,
}

/// Instructions of one net on one core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// Of a forward pass.
    pub forward: Count,
    /// Of a step: forward, back, and all updates. Nothing if nothing trains.
    pub step: Option<Count>,
}

/// Bytes of flash that a program takes beside the parameters: an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Code and constants.
    pub bytes: u64,
    /// Those of the whole program that was measured.
    pub program: u64,
    /// How many nets that program holds, among which it was divided.
    pub nets: u64,
}

/// What the code of training weighs.
const TRAINING: &str = include_str!("../../../targets/proof/training.size");

/// Bytes of code and constants that train net A on a Cortex-M4F, with nothing of a board or of an
/// application: no firmware has less.
pub fn code_of_training() -> u64 {
    let line = TRAINING.lines().find_map(|line| line.strip_prefix("release: "));
    let sections = line.into_iter().flat_map(|line| line.split(", "));
    sections.filter_map(|section| section.split(' ').nth(1)?.parse::<u64>().ok()).sum()
}

/// What `figures.out` says of one net.
struct Measured {
    net: &'static str,
    parameters: usize,
    work: Work,
    forward: u64,
    step: u64,
    /// Whether it was measured on this core.
    counted: bool,
}

impl Work {
    pub(super) fn of(stages: &[Stage]) -> Self {
        Self {
            forward: stages.iter().map(Stage::forward).sum(),
            back: stages.iter().map(Stage::back).sum(),
        }
    }
}

impl Core {
    /// Milliseconds that so many instructions take at a clock, about.
    pub fn milliseconds(&self, instructions: u64, mhz: u32) -> f64 {
        self.cycles * instructions as f64 / f64::from(mhz) / 1_000.0
    }

    /// Flash that a program for one net takes beside the parameters, about: a share of the program
    /// that counted the instructions, which can infer and train, and say what it found. What its
    /// nets have in common is in the share once for each, and other nets have other loops.
    pub fn code(&self) -> Code {
        let sections = ["text ", "rodata ", "data "];
        let of = |line: &str| {
            sections.iter().find_map(|name| line.strip_prefix(name)?.parse::<u64>().ok())
        };
        let program = self.sizes.lines().filter_map(of).sum::<u64>();
        let nets = self.measured().iter().filter(|net| net.counted).count() as u64;
        Code { bytes: program / nets.max(1), program, nets }
    }

    /// Whether it computes with floats by instructions, as the M4F does.
    fn has_floats(&self) -> bool {
        matches!(self.board, "m4" | "m7" | "m33")
    }

    /// Instructions of the net of this name and so many parameters, which multiplies and costs as
    /// is said, and multiplies as `whole` if everything trains.
    pub(super) fn instructions(
        &self,
        net: &str,
        parameters: usize,
        (work, cost): (Work, Cost),
        whole: (Work, Cost),
    ) -> Instructions {
        let known = self.measured();
        let distance = |known: &Measured| {
            let times = known.work.forward as f64 / work.forward as f64;
            times.max(1.0 / times)
        };
        let nearest = known.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let nearest = nearest.expect("every board has figures of a net; a test holds it");
        let is_known = nearest.counted && (nearest.net, nearest.parameters) == (net, parameters);
        let [here, there] =
            [work, nearest.work].map(|work| [work.forward, work.back].map(|macs| macs as f64));
        let forward = match self.has_floats() && !is_known {
            true => cost.forward.round() as u64,
            false => scaled(nearest.forward, here[0], there[0]),
        };
        let there_back = nearest.step.saturating_sub(nearest.forward);
        let back = match (self.has_floats(), is_known) {
            (true, false) => cost.back.round() as u64,
            // What was counted holds for its weights and its image, and a part of it in proportion.
            (true, true) => scaled(there_back, cost.back, whole.1.back),
            (false, _) => scaled(there_back, here[1], there[1]),
        };
        let step = forward + back;
        let count = |instructions, measured| Count { instructions, measured };
        Instructions {
            forward: count(forward, is_known),
            step: (work.back > 0).then(|| count(step, is_known && work == whole.0)),
        }
    }

    /// All that was measured on it, or on its kin.
    fn measured(&self) -> Vec<Measured> {
        [self.of::<digits::Net>(), self.of::<lenet::Net>()].into_iter().flatten().collect()
    }

    /// What was measured of a net, if it was.
    fn of<N: Net>(&self) -> Option<Measured> {
        let read = |pass| {
            let own = counted(self.figures, N::NAME, pass);
            let by_kin = || {
                let kin = counted(self.kin, N::NAME, pass)?;
                let [here, there] =
                    [self.figures, self.kin].map(|said| counted(said, digits::Net::NAME, pass));
                Some(scaled(kin, here? as f64, there? as f64))
            };
            own.or_else(by_kin)
        };
        Some(Measured {
            net: N::NAME,
            parameters: N::PARAMETERS,
            work: Work::of(&stage::of::<N, All>()),
            forward: read("forward")?,
            step: read("step")?,
            counted: counted(self.figures, N::NAME, "step").is_some(),
        })
    }
}

/// The instructions of a pass through a net, in what a chip said.
fn counted(said: &str, net: &str, pass: &str) -> Option<u64> {
    let mut figures = Figure::all(said);
    Some(figures.find(|figure| (figure.net, figure.pass) == (net, pass))?.instructions)
}

fn scaled(instructions: u64, by: f64, of: f64) -> u64 {
    (instructions as f64 * by / of).round() as u64
}

#[cfg(test)]
mod tests {
    use super::super::{Plan, STACK, Training};
    use super::*;

    fn core(board: &str) -> &'static Core {
        CORES.iter().find(|core| core.board == board).unwrap()
    }

    #[test]
    fn every_board_has_figures() {
        for core in &CORES {
            let nets = core.measured();
            let nets: Vec<_> = nets.iter().map(|net| (net.net, net.counted)).collect();
            let expected = [("digits", true), ("lenet", core.board != "m0")];
            assert_eq!(nets, expected, "{}", core.name);
            let code = core.code();
            assert!((code_of_training() + 1..80_000).contains(&code.bytes), "{code:?}");
        }
    }

    #[test]
    fn the_code_of_training_is_read() {
        assert!((2_000..12_000).contains(&code_of_training()), "{}", code_of_training());
    }

    #[test]
    fn no_measured_stack_is_above_what_is_set_aside() {
        let figures = CORES.iter().flat_map(|core| Figure::all(core.figures));
        let stacks: Vec<_> = figures.map(|figure| figure.stack).collect();
        assert!(stacks.len() >= 2 * CORES.len());
        assert!(stacks.iter().all(|&stack| stack <= STACK as u64), "{stacks:?}");
    }

    #[test]
    fn what_was_measured_is_said_and_what_was_not_is_scaled() {
        let m4 = core("m4");
        let all = Plan::of::<lenet::Net>(Training::All).unwrap().instructions(m4);
        let counted = m4.measured().pop().unwrap();
        assert_eq!(all.forward, Count { instructions: counted.forward, measured: true });
        assert_eq!(all.step, Some(Count { instructions: counted.step, measured: true }));

        let output = Plan::of::<lenet::Net>(Training::OutputOnly).unwrap().instructions(m4);
        assert_eq!(output.forward, all.forward);
        let step = output.step.unwrap();
        assert!(!step.measured);
        assert!((counted.forward + 1..counted.step).contains(&step.instructions));

        let none = Plan::of::<lenet::Net>(Training::Nothing).unwrap().instructions(m4);
        assert_eq!((none.forward, none.step), (all.forward, None));
    }

    #[test]
    fn net_b_takes_as_much_more_on_the_m0_as_on_the_m3() {
        let forward = |board| {
            let [a, b] = [Plan::of::<digits::Net>, Plan::of::<lenet::Net>]
                .map(|plan| plan(Training::All).unwrap().instructions(core(board)).forward);
            assert_eq!(b.measured, board == "m3");
            b.instructions as f64 / a.instructions as f64
        };
        assert!((forward("m0") - forward("m3")).abs() < 1e-3);
    }

    /// Without floating-point hardware, a net nobody has measured is taken to cost as much a
    /// multiplication as the nearest one.
    #[test]
    fn other_nets_are_scaled() {
        let m3 = core("m3");
        let work = Work { forward: 2 * 5_216, back: 5_896 };
        let other = m3.instructions("other", 99, (work, Cost::of(&[])), (work, Cost::of(&[])));
        let a = &m3.measured()[0];
        assert_eq!(other.forward, Count { instructions: 2 * a.forward, measured: false });
        let step = 2 * a.forward + (a.step - a.forward);
        assert_eq!(other.step, Some(Count { instructions: step, measured: false }));
    }

    /// A net of the same name is not the net that was measured.
    #[test]
    fn a_name_alone_does_not_make_a_measurement() {
        let work = Work { forward: 5_216, back: 5_896 };
        let other =
            core("m4").instructions("digits", 2_745, (work, Cost::of(&[])), (work, Cost::of(&[])));
        assert!(!other.forward.measured);
    }

    #[test]
    fn time_is_cycles_by_clock() {
        let cycles = 1e6 * core("m4").cycles;
        assert!((core("m4").milliseconds(1_000_000, 64) - cycles / 64e3).abs() < 1e-9);
    }
}
