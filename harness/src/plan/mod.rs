//! What a net would take of a chip, before there is one: bytes, work, time, and which chips have
//! enough of them.
//!
//! - [`Training`]: what trains, named at run time; core knows it as a type.
//! - [`Memory`]: bytes, all of them sizes of the types that a firmware places in its statics.
//! - [`Stage`]: layer by layer, what is held, what is kept, how much is multiplied.
//! - [`Course`]: which of the memory is in use at each moment of a step.
//! - [`Core`]: instructions, as QEMU counted them on that core, or an estimate from those.
//! - [`Chip`]: what chips have, each with the document that says so.
//!
//! [`Plan`] is all of it for one net. Its figures of RAM and of parameters are exact; those of
//! instructions say whether they were measured; those of code and of time are estimates.

mod chip;
mod cores;
mod cost;
mod course;
mod memory;
mod stage;

pub use crate::model::training::{MOST_FROZEN, Training};
pub use chip::{CHIPS, Chip, Fit, Part};
pub use cores::{CORES, Code, Core, Count, Instructions, Work, code_of_training};
use cost::Cost;
pub use course::{Course, Moment, Use};
pub use memory::{Memory, STACK};
pub use stage::Stage;

use cpfo::Net;
use cpfo::choice::{self, Choice, Freeze};
use cpfo::store;

/// What most flashes are written in. Those of 8, 16 or 32 bytes take some hundred bytes more of a slot.
pub const FLASH_WORD: usize = 4;

/// How often the sectors of most chips' own flash may be erased, by their datasheets.
pub const ENDURANCE: u32 = 10_000;

/// What one net takes, if a choice of its layers trains.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The net's name.
    pub net: &'static str,
    /// Rows, columns and maps of its input.
    pub input: [usize; 3],
    /// What a pixel of the input is stored as: `floats` or `bytes`.
    pub pixels: &'static str,
    /// How many classes it tells apart.
    pub classes: usize,
    /// What trains.
    pub training: Training,
    /// Its stages, from the first to the last.
    pub stages: Vec<Stage>,
    /// Bytes of all parameters, which lie in flash: frozen ones for good, trained ones to start with.
    pub parameters: usize,
    /// Bytes of each of the two slots of flash that keep what was learnt, before they are made whole
    /// sectors: for a flash that is written in words of [`FLASH_WORD`] bytes.
    pub slot: usize,
    /// RAM of inference with all parameters in flash.
    pub inference: Memory,
    /// RAM of training in place; nothing if nothing trains.
    pub step: Option<Memory>,
    whole: (Work, Cost),
}

impl Plan {
    /// The plan for a net; nothing if the net has too few layers for `training`, or too many that
    /// would be frozen ([`MOST_FROZEN`]).
    pub fn of<N: Net>(training: Training) -> Option<Self> {
        Some(match training {
            Training::All => Self::choosing::<N, choice::All>(training),
            Training::Tail(layers) => match stage::learnt(N::LAYERS).checked_sub(layers)? {
                0 => Self::choosing::<N, choice::All>(training),
                1 => Self::choosing::<N, Freeze<choice::All>>(training),
                2 => Self::choosing::<N, Freeze<Freeze<choice::All>>>(training),
                3 => Self::choosing::<N, Freeze<Freeze<Freeze<choice::All>>>>(training),
                4 => Self::choosing::<N, Freeze<Freeze<Freeze<Freeze<choice::All>>>>>(training),
                5 => Self::choosing::<N, Freeze<Freeze<Freeze<Freeze<Freeze<choice::All>>>>>>(
                    training,
                ),
                _ => return None,
            },
            Training::ConvolutionsAndOutput => {
                Self::choosing::<N, choice::ConvolutionsAndOutput>(training)
            }
            Training::OutputOnly => Self::choosing::<N, choice::OutputOnly>(training),
            Training::BiasesOnly => Self::choosing::<N, choice::BiasesOnly>(training),
            Training::Nothing => Self::choosing::<N, choice::Nothing>(training),
        })
    }

    fn choosing<N: Net, C: Choice>(training: Training) -> Self {
        Self {
            net: N::NAME,
            input: N::INPUT,
            pixels: "floats",
            classes: N::CLASSES,
            training,
            stages: stage::of::<N, C>(),
            parameters: N::PARAMETER_BYTES,
            slot: store::bytes::<N>(FLASH_WORD),
            inference: Memory::of_inference::<N>(),
            step: cpfo::net::trains::<N, C>().then(|| Memory::of_training::<N, C>()),
            whole: weigh(&stage::of::<N, choice::All>()),
        }
    }

    /// The same with the input in bytes ([`Bytes`](cpfo::pixel::Bytes)) instead of floats.
    pub fn of_bytes(mut self) -> Self {
        let bytes = self.input.iter().product();
        self.inference.input = bytes;
        if let Some(memory) = &mut self.step {
            memory.input = bytes;
        }
        self.pixels = "bytes";
        self
    }

    /// Multiplications: of a forward pass, and of the way back at most.
    pub fn work(&self) -> Work {
        Work::of(&self.stages)
    }

    /// Instructions on a core.
    pub fn instructions(&self, core: &Core) -> Instructions {
        let parameters = self.parameters / size_of::<f32>();
        core.instructions(self.net, parameters, weigh(&self.stages), self.whole)
    }

    /// Instructions of a step at worst, on a core with floating-point hardware: an estimate, with no dead
    /// ReLU and no pixel of 0.
    pub fn worst(&self) -> u64 {
        let cost = Cost::of(&self.stages);
        (cost.forward + cost.back).round() as u64
    }

    /// What of the memory is in use from moment to moment: of a step, or of a forward pass if
    /// nothing trains.
    pub fn course(&self) -> Course {
        Course::of(&self.stages, self.step.unwrap_or(self.inference))
    }
}
/// What stages multiply, and what their loops take.
fn weigh(stages: &[Stage]) -> (Work, Cost) {
    (Work::of(stages), Cost::of(stages))
}
