//! Instructions on each core: counted by QEMU where they were, estimated where not.
//!
//! What was counted stands in `targets/boards/*/figures.out`, which a test on the emulated chip
//! compares with what it finds. It holds a forward pass and a step of the nets that come with cpfo,
//! all layers trained. For other nets, and for other choices of what trains, the figures of the
//! measured net nearest in size are scaled by multiplications.

use cpfo::Net;
use cpfo::choice::All;

use super::stage::{self, Stage};
use crate::figures::Figure;
use crate::nets::{digits, lenet};

/// A core, with what was measured on it.
#[derive(Debug)]
pub struct Core {
    /// Its name.
    pub name: &'static str,
    /// The emulated board that stands for it.
    pub board: &'static str,
    /// Cycles an instruction, from memory that does not make it wait.
    pub cycles: f64,
    figures: &'static str,
    sizes: &'static str,
}

macro_rules! core {
    ($name:literal, $board:literal, $cycles:literal) => {
        Core {
            name: $name,
            board: $board,
            cycles: $cycles,
            figures: include_str!(concat!("../../../targets/boards/qemu-", $board, "/figures.out")),
            sizes: include_str!(concat!("../../../targets/boards/qemu-", $board, "/figures.size")),
        }
    };
}

/// The cores of the [chips](super::CHIPS).
///
/// Cycles an instruction: 2.0 with a floating-point unit and 1.5 without one are what a model of
/// the Cortex-M4's documented timings gives for the instructions that the two nets run: 1.8 to 2.3
/// on the M4F, 1.5 in code for the M3 and in code for the M0. The M0 and M0+ differ a little from
/// the M4 in those timings; RV32IMC is taken to be like them, the M33F like the M4F, and the M7F,
/// which starts two instructions at a time, to finish one each cycle. None was measured on a chip.
pub static CORES: [Core; 7] = [
    core!("Cortex-M0", "m0", 1.5),
    core!("Cortex-M0+", "m0", 1.5),
    core!("Cortex-M3", "m3", 1.5),
    core!("Cortex-M4F", "m4", 2.0),
    core!("Cortex-M7F", "m7", 1.0),
    core!("Cortex-M33F", "m33", 2.0),
    core!("RV32IMC", "rv32", 1.5),
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

/// Bytes of flash that a program takes beside the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Code and constants.
    pub bytes: u64,
    /// How many nets the measured program holds, among which it was divided.
    pub nets: u64,
}

/// What `figures.out` says of one net.
struct Measured {
    net: &'static str,
    parameters: usize,
    work: Work,
    forward: u64,
    step: u64,
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

    /// Flash that a program for one net takes beside the parameters: a share of the program that
    /// counted the instructions. It can infer and train, and say what it found.
    pub fn code(&self) -> Code {
        let sections = ["text ", "rodata ", "data "];
        let of = |line: &str| {
            sections.iter().find_map(|name| line.strip_prefix(name)?.parse::<u64>().ok())
        };
        let bytes = self.sizes.lines().filter_map(of).sum::<u64>();
        let nets = self.measured().len() as u64;
        Code { bytes: bytes / nets.max(1), nets }
    }

    /// Instructions of the net of this name and so many parameters, which multiplies as `work`
    /// says, and as `whole` if everything trains.
    pub(super) fn instructions(
        &self,
        net: &str,
        parameters: usize,
        work: Work,
        whole: Work,
    ) -> Instructions {
        let known = self.measured();
        let distance = |known: &Measured| {
            let times = known.work.forward as f64 / work.forward as f64;
            times.max(1.0 / times)
        };
        let nearest = known.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let nearest = nearest.expect("every board has figures of a net; a test holds it");
        let is_known = (nearest.net, nearest.parameters) == (net, parameters);
        let back = nearest.step.saturating_sub(nearest.forward);
        let forward = scaled(nearest.forward, work.forward, nearest.work.forward);
        let step = forward + scaled(back, work.back, nearest.work.back);
        let count = |instructions, measured| Count { instructions, measured };
        Instructions {
            forward: count(forward, is_known),
            step: (work.back > 0).then(|| count(step, is_known && work == whole)),
        }
    }

    /// All that was measured on it.
    fn measured(&self) -> Vec<Measured> {
        [of::<digits::Net>(self), of::<lenet::Net>(self)].into_iter().flatten().collect()
    }
}

/// What was measured of a net, if it was.
fn of<N: Net>(core: &Core) -> Option<Measured> {
    let instructions = |pass| {
        let mut figures = Figure::all(core.figures).filter(|figure| figure.net == N::NAME);
        Some(figures.find(|figure| figure.pass == pass)?.instructions)
    };
    Some(Measured {
        net: N::NAME,
        parameters: N::PARAMETERS,
        work: Work::of(&stage::of::<N, All>()),
        forward: instructions("forward")?,
        step: instructions("step")?,
    })
}

fn scaled(instructions: u64, work: usize, of: usize) -> u64 {
    (instructions as f64 * work as f64 / of as f64).round() as u64
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
            let nets: Vec<_> = core.measured().iter().map(|measured| measured.net).collect();
            let expected = if core.board == "m0" { &["digits"][..] } else { &["digits", "lenet"] };
            assert_eq!(nets, expected, "{}", core.name);
            assert!((10_000..80_000).contains(&core.code().bytes), "{:?}", core.code());
        }
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

        // The M0 has no room for net B; about fifty times the work of net A takes fifty times as long.
        let small = core("m0").instructions("lenet", 25_010, counted.work, counted.work);
        let a = core("m0").measured().pop().unwrap();
        assert!(!small.forward.measured && !small.step.unwrap().measured);
        let times = small.forward.instructions as f64 / a.forward as f64;
        assert!((times - 262_344.0 / 5_216.0).abs() < 1e-3, "{times}");
    }

    /// A net of the same name is not the net that was measured.
    #[test]
    fn a_name_alone_does_not_make_a_measurement() {
        let work = Work { forward: 5_216, back: 5_896 };
        let other = core("m4").instructions("digits", 2_745, work, work);
        assert!(!other.forward.measured);
    }

    #[test]
    fn time_is_cycles_by_clock() {
        assert!((core("m4").milliseconds(64_000, 64) - 2.0).abs() < 1e-12);
    }
}
