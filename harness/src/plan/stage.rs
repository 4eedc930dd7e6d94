//! Layer by layer: what trains, what a pass leaves behind, how much is multiplied.
//!
//! A stage is a layer with parameters, or a pooling layer at the head of a net; a convolution and
//! the pooling layer after it are one stage, and the map between them never exists.

use cpfo::Net;
use cpfo::choice::Choice;
use cpfo::layer::Description;
use cpfo::net::Tape;
use cpfo::parts::hold::{Flag, Hold};
use cpfo::parts::stage::{Room, Taped};
use cpfo::topology::Kind;

/// A layer with its name.
pub(super) type Named = (&'static str, Description);

/// One stage of a net.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its layer, or a convolution and the pooling layer after it.
    pub layers: &'static [Named],
    /// Whether its weights train.
    pub weights: bool,
    /// Whether its biases train.
    pub biases: bool,
    /// Whether anything trains in a stage before it.
    pub below: bool,
    /// Bytes that it has in the workspace.
    pub room: Room,
}

impl Stage {
    /// Its layers by name: `C1 + P2`.
    pub fn name(&self) -> String {
        let names: Vec<_> = self.layers.iter().map(|(name, _)| *name).collect();
        names.join(" + ")
    }

    /// Whether anything in it trains.
    pub fn trains(&self) -> bool {
        self.weights || self.biases
    }

    /// What of it trains, in a word.
    pub fn what_trains(&self) -> &'static str {
        match (self.learns(), self.weights, self.biases) {
            (false, ..) => "",
            (_, true, _) => "all",
            (_, _, true) => "biases",
            _ => "–",
        }
    }

    /// Whether the way back passes through it.
    pub fn is_on_the_way_back(&self) -> bool {
        self.learns() && (self.trains() || self.below)
    }

    /// How many of its tensors stay in flash.
    pub fn frozen_tensors(&self) -> usize {
        if self.learns() {
            [self.weights, self.biases].iter().filter(|trains| !**trains).count()
        } else {
            0
        }
    }

    /// Multiplications of a forward pass.
    pub fn forward(&self) -> usize {
        self.layers.iter().map(|(_, layer)| layer.macs).sum()
    }

    /// Multiplications of the way back, at most: units that ReLU has switched off are passed over,
    /// and so is what is multiplied with them.
    pub fn back(&self) -> usize {
        let of_each = match self.layers {
            // δ is not 0 at one place in each window.
            [(_, convolution), (_, pooling)] if pooling.function == "max" => {
                let windows = pooling.window[0] * pooling.window[1];
                convolution.macs / windows
            }
            _ => self.forward(),
        };
        of_each * (usize::from(self.weights) + usize::from(self.below && self.learns()))
    }

    fn learns(&self) -> bool {
        self.layers.iter().any(|(_, layer)| learns(layer))
    }
}

fn learns(layer: &Description) -> bool {
    layer.kind != Kind::Pooling
}

/// How many layers have parameters.
pub(super) fn learnt(layers: &[Named]) -> usize {
    layers.iter().filter(|(_, layer)| learns(layer)).count()
}

/// The stages of a net, where `C` says what trains.
pub(super) fn of<N: Net, C: Choice>() -> Vec<Stage> {
    let mut rooms = Vec::new();
    Tape::<N, C>::rooms(&mut |room| rooms.push(room));
    let mut stages = Vec::new();
    walk::<C>(N::LAYERS, &rooms, false, &mut stages);
    stages
}

/// Goes through layers and choice side by side, as core does.
fn walk<C: Choice>(layers: &'static [Named], rooms: &[Room], below: bool, into: &mut Vec<Stage>) {
    let (Some((_, first)), Some((&room, rooms))) = (layers.first(), rooms.split_first()) else {
        return;
    };
    let pooled = matches!(layers, [(_, first), (_, second), ..]
        if learns(first) && second.kind == Kind::Pooling);
    let (layers, rest) = layers.split_at(1 + usize::from(pooled));
    let (weights, biases) = match first.kind {
        Kind::Convolution => trains::<C::Convolution>(),
        Kind::FullyConnected => trains::<C::FullyConnected>(),
        Kind::Output => trains::<C::Output>(),
        // At the head of a net: it has no parameters, and the choice is for what comes after it.
        Kind::Pooling => (false, false),
    };
    into.push(Stage { layers, weights, biases, below, room });
    let below = below || biases;
    match first.kind {
        Kind::Pooling => walk::<C>(rest, rooms, below, into),
        _ => walk::<C::Rest>(rest, rooms, below, into),
    }
}

fn trains<H: Hold>() -> (bool, bool) {
    (H::Weights::SET, H::Biases::SET)
}

#[cfg(test)]
mod tests {
    use cpfo::choice::{All, BiasesOnly, ConvolutionsAndOutput, Freeze, Nothing, OutputOnly};
    use cpfo::net::Gradient;

    use super::*;
    use cpfo_nets::{digits, lenet};

    cpfo::net! {
        mod pooled_first: 8 x 8 x 1 {
            P1 = Pooling(Mean, 2 x 2);
            C2 = Convolution(3, 2 x 2, Tanh);
            P3 = Pooling(Mean, 3 x 3);
            O4 = Output(3, SoftmaxCrossEntropy);
        }
    }

    fn agrees<N: Net, C: Choice>() {
        let stages = of::<N, C>();
        let layers: usize = stages.iter().map(|stage| stage.layers.len()).sum();
        assert_eq!(layers, N::LAYERS.len());
        let bytes = stages.iter().flat_map(|stage| {
            stage.layers.iter().map(|(_, layer)| {
                let weights = if stage.weights { layer.weights } else { 0 };
                4 * (weights + if stage.biases { layer.biases } else { 0 })
            })
        });
        assert_eq!(bytes.sum::<usize>(), size_of::<Gradient<N, C>>(), "{}", N::NAME);
        let rooms = stages.iter().map(|stage| stage.room);
        let rooms: usize = rooms.map(|room| room.z + room.record + room.plane).sum();
        let tape = size_of::<Tape<N, C>>();
        // After a record of single bytes there may be a gap.
        assert!((rooms..rooms + 4 * stages.len()).contains(&tape), "{}: {rooms} {tape}", N::NAME);
    }

    #[test]
    fn the_stages_are_those_of_the_types() {
        agrees::<digits::Net, All>();
        agrees::<lenet::Net, All>();
        agrees::<lenet::Net, Nothing>();
        agrees::<lenet::Net, ConvolutionsAndOutput>();
        agrees::<lenet::Net, OutputOnly>();
        agrees::<lenet::Net, BiasesOnly>();
        agrees::<lenet::Net, Freeze<Freeze<All>>>();
        agrees::<pooled_first::Net, All>();
        agrees::<pooled_first::Net, Freeze<All>>();
    }

    /// 405,432 is what the formulas come to by hand.
    #[test]
    fn max_pooling_makes_the_way_back_short() {
        let macs = |stages: Vec<Stage>| -> [usize; 2] {
            [stages.iter().map(Stage::forward).sum(), stages.iter().map(Stage::back).sum()]
        };
        assert_eq!(macs(of::<lenet::Net, All>()), [262_344, 405_432 - 262_344]);
        assert_eq!(macs(of::<lenet::Net, OutputOnly>()), [262_344, 840]);
        // No weight trains, but every δ is needed except the first layer's at its input.
        assert_eq!(macs(of::<lenet::Net, BiasesOnly>())[1], 38_400 + 21_504 + 840);
        assert_eq!(macs(of::<lenet::Net, Nothing>())[1], 0);
        // Mean pooling spreads δ over the map.
        let [forward, back] = macs(of::<pooled_first::Net, All>());
        assert_eq!((forward, back), (3 * 3 * 12 + 9, 3 * 3 * 12 + 2 * 9));
    }

    #[test]
    fn names_and_flags() {
        let stages = of::<lenet::Net, ConvolutionsAndOutput>();
        let names: Vec<_> = stages.iter().map(Stage::name).collect();
        assert_eq!(names, ["C1 + P2", "C3 + P4", "F5", "O6"]);
        let words: Vec<_> = stages.iter().map(Stage::what_trains).collect();
        assert_eq!(words, ["all", "all", "–", "all"]);
        let back: Vec<_> =
            of::<lenet::Net, OutputOnly>().iter().map(Stage::is_on_the_way_back).collect();
        assert_eq!(back, [false, false, false, true]);
        assert_eq!(stages.iter().map(Stage::frozen_tensors).sum::<usize>(), 2);
    }
}
