//! Bytes of RAM on a chip, as sizes of the types that core uses there.

use cpfo::Net;
use cpfo::choice::{Choice, Nothing};
use cpfo::net::{Gradient, Image};
use cpfo::train::{InPlace, Inference};

use super::stage;

/// Bytes of stack to set aside for a forward pass or a step. Every figure in `figures.out` is
/// below it, and a test on the chip holds it there.
pub const STACK: usize = 600;

/// An address on a chip; on this machine one takes twice as much.
const ADDRESS: usize = 4;

/// RAM in bytes. All of it is static: its size is known when a firmware is compiled, and nothing
/// is added while it runs, except on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Parameters that train.
    pub parameters: usize,
    /// Where those lie that stay in flash: an address for each of their tensors.
    pub addresses: usize,
    /// All that a pass leaves behind.
    pub workspace: usize,
    /// One input.
    pub input: usize,
}

impl Memory {
    /// RAM of training in place, where `C` says what trains.
    pub fn of_training<N: Net, C: Choice>() -> Self {
        Self::holding::<N, C>(size_of::<InPlace<N, C>>())
    }

    /// RAM of inference with all parameters in flash.
    pub fn of_inference<N: Net>() -> Self {
        Self::holding::<N, Nothing>(size_of::<Inference<N>>())
    }

    fn holding<N: Net, C: Choice>(workspace: usize) -> Self {
        let frozen: usize = stage::of::<N, C>().iter().map(stage::Stage::frozen_tensors).sum();
        Self {
            // Of the shape of the trained parameters, and without addresses.
            parameters: size_of::<Gradient<N, C>>(),
            addresses: ADDRESS * frozen,
            workspace,
            input: size_of::<Image<N>>(),
        }
    }

    /// All of it.
    pub fn total(&self) -> usize {
        self.parameters + self.addresses + self.workspace + self.input
    }
}

#[cfg(test)]
mod tests {
    use cpfo::choice::{All, BiasesOnly, ConvolutionsAndOutput, Freeze, OutputOnly};
    use cpfo::net::Parameters;

    use super::*;
    use cpfo_nets::{digits, lenet};

    #[test]
    fn all_is_what_the_net_promises() {
        let memory = Memory::of_training::<lenet::Net, All>();
        assert_eq!(memory.total(), lenet::Net::IN_PLACE_RAM);
        assert_eq!((memory.parameters, memory.addresses), (lenet::Net::PARAMETER_BYTES, 0));
        assert_eq!(Memory::of_inference::<lenet::Net>().workspace, lenet::Net::INFERENCE_BYTES);
    }

    /// The very type that a firmware places holds as much as is said here, on a machine whose
    /// addresses take eight bytes and are placed at multiples of eight.
    #[test]
    fn addresses_and_trained_parameters_are_all_there_is() {
        fn holds<N: Net, C: Choice>() {
            let memory = Memory::of_training::<N, C>();
            let here = memory.parameters + memory.addresses / ADDRESS * size_of::<usize>();
            let placed = size_of::<Parameters<N, C>>();
            let gaps = N::LAYERS.len() * size_of::<usize>();
            assert!((here..=here + gaps).contains(&placed), "{}: {here} {placed}", N::NAME);
        }
        holds::<lenet::Net, ConvolutionsAndOutput>();
        holds::<lenet::Net, OutputOnly>();
        holds::<lenet::Net, BiasesOnly>();
        holds::<lenet::Net, Nothing>();
        holds::<digits::Net, Freeze<All>>();
    }
}
