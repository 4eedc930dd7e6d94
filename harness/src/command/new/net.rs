//! A net for an input and a memory: a first draft, as a person would make it who knows the sizes and
//! nothing of the data.

use std::fmt::Write as _;

use cpfo::wire::frame_bytes;

/// A layer of the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// Maps, kernel.
    Convolution(usize, [usize; 2]),
    /// Window, of the maximum.
    Pooling([usize; 2]),
    /// Units.
    FullyConnected(usize),
    /// Classes.
    Output(usize),
}

/// A net, drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) input: [usize; 3],
    pub(super) layers: Vec<Layer>,
}

/// Maps of the first convolution, from the usual number down; the rest of a net follows it.
const WIDTHS: [usize; 7] = [8, 7, 6, 5, 4, 3, 2];

/// So few places of a map are left to the fully-connected layer, of a picture and of a series.
const PLACES: [usize; 2] = [36, 12];

impl Draft {
    /// The widest draft that trains within so many bytes of RAM, if there is one.
    pub(super) fn within(input: [usize; 3], classes: usize, ram: usize) -> Option<Self> {
        let mut drafts: Vec<_> = WIDTHS.map(|width| Self::of(input, classes, width, true)).into();
        drafts.extend(WIDTHS.map(|width| Self::of(input, classes, width, false)));
        drafts.into_iter().find(|draft| draft.ram() <= ram)
    }

    fn of(input: [usize; 3], classes: usize, width: usize, hidden: bool) -> Self {
        let ([mut rows, mut columns, _], mut layers) = (input, Vec::new());
        while layers.is_empty() || rows * columns > PLACES[usize::from(rows == 1 || columns == 1)] {
            let sides = [side(rows, columns), side(columns, rows)];
            let [(kr, wr), (kc, wc)] = sides;
            if wr * wc == 1 {
                break;
            }
            let maps = if layers.is_empty() { width } else { 2 * width };
            layers.push(Layer::Convolution(maps, [kr, kc]));
            layers.push(Layer::Pooling([wr, wc]));
            [rows, columns] = [(rows - kr + 1) / wr, (columns - kc + 1) / wc];
        }
        if hidden {
            layers.push(Layer::FullyConnected(4 * width));
        }
        layers.push(Layer::Output(classes));
        Self { input, layers }
    }

    /// RAM where the net is served and learns: parameters, the image, all that a pass leaves behind, and
    /// a frame of the line. No type is there to be asked yet, so it is reckoned, and a little too high;
    /// the firmware's build is exact. The sums are those of [`Memory`](crate::plan::Memory).
    pub(super) fn ram(&self) -> usize {
        let [mut rows, mut columns, mut maps] = self.input;
        let image = 4 * rows * columns * maps;
        let (mut parameters, mut workspace) = (0, 0);
        for (place, layer) in self.layers.iter().enumerate() {
            let pooled = matches!(self.layers.get(place + 1), Some(Layer::Pooling(_)));
            match *layer {
                Layer::Convolution(to, [kr, kc]) => {
                    parameters += kr * kc * maps * to + to;
                    // One map of the input on the way back, where something trains before.
                    workspace += if place > 0 { 4 * rows * columns } else { 0 };
                    [rows, columns, maps] = [rows - kr + 1, columns - kc + 1, to];
                    workspace += if pooled { 0 } else { 4 * rows * columns * maps };
                }
                Layer::Pooling([wr, wc]) => {
                    [rows, columns] = [rows / wr, columns / wc];
                    // The values, and which of a window each was.
                    workspace += 5 * rows * columns * maps;
                }
                Layer::FullyConnected(units) | Layer::Output(units) => {
                    parameters += rows * columns * maps * units + units;
                    workspace += 4 * units;
                    [rows, columns, maps] = [1, 1, units];
                }
            }
        }
        4 * parameters + workspace + image + frame_bytes(image) + STATE
    }

    /// The lines of its declaration.
    pub(super) fn lines(&self) -> String {
        let mut lines = String::new();
        for (place, layer) in self.layers.iter().enumerate() {
            let number = place + 1;
            let _ = match layer {
                Layer::Convolution(maps, [r, c]) => {
                    writeln!(lines, "        C{number} = Convolution({maps}, {r} x {c}, Relu);")
                }
                Layer::Pooling([r, c]) => {
                    writeln!(lines, "        P{number} = Pooling(Max, {r} x {c});")
                }
                Layer::FullyConnected(units) => {
                    writeln!(lines, "        F{number} = FullyConnected({units}, Relu);")
                }
                Layer::Output(classes) => {
                    writeln!(lines, "        O{number} = Output({classes}, SoftmaxCrossEntropy);")
                }
            };
        }
        lines
    }
}

/// Where a step stands, the length of the frame, gaps between them.
const STATE: usize = 176;

/// Kernel and window along one side, windows that tile. A series, long and narrow, is pooled by fours,
/// a picture by twos; a side of a few places is taken as a whole.
fn side(length: usize, other: usize) -> (usize, usize) {
    let tiles = |kernels: &[usize], window: usize| {
        let fits =
            |kernel: &&usize| length > **kernel && (length - **kernel + 1).is_multiple_of(window);
        kernels.iter().find(fits).map(|&kernel| (kernel, window))
    };
    let series = length >= 4 * other;
    match length {
        0..5 => (length, 1),
        16.. if series => tiles(&[5, 4, 6, 7], 4).unwrap_or((1, 1)),
        20.. => tiles(&[5, 4], 2).unwrap_or((1, 1)),
        _ => tiles(&[3, 4], 2).unwrap_or((1, 1)),
    }
}

#[cfg(test)]
mod tests {
    use cpfo::Net;
    use cpfo::train::Learner;
    use cpfo_nets::{digits, lenet};

    use super::*;

    /// What a net of ours is, as a draft.
    fn draft<N: Net>() -> Draft {
        let layers = N::LAYERS.iter().map(|(name, layer)| match name.as_bytes()[0] {
            b'C' => Layer::Convolution(layer.output[2], layer.window),
            b'P' => Layer::Pooling(layer.window),
            b'F' => Layer::FullyConnected(layer.output[2]),
            _ => Layer::Output(layer.output[2]),
        });
        Draft { input: N::INPUT, layers: layers.collect() }
    }

    #[test]
    fn the_ram_that_is_reckoned_is_that_of_the_types() {
        fn near<N: Net>() {
            let exact = size_of::<Learner<N>>() + frame_bytes(4 * N::PIXELS);
            let reckoned = draft::<N>().ram();
            assert!(
                exact <= reckoned && reckoned < exact + exact / 20 + STATE,
                "{exact} {reckoned}"
            );
        }
        near::<digits::Net>();
        near::<lenet::Net>();
    }

    #[test]
    fn a_net_that_suits_its_input() {
        let lines = |input, classes| Draft::within(input, classes, 1 << 20).unwrap().lines();
        let gesture = lines([100, 1, 6], 4);
        assert!(gesture.starts_with(
            "        C1 = Convolution(8, 5 x 1, Relu);\n        P2 = Pooling(Max, 4 x 1);\n"
        ));
        assert!(gesture.ends_with("Output(4, SoftmaxCrossEntropy);\n"), "{gesture}");
        assert!(lines([1, 100, 6], 4).contains("Convolution(8, 1 x 5, Relu)"));
        assert!(lines([28, 28, 1], 10).contains("5 x 5"));
        // Three axes beside each other are taken as a whole, and what is left is a series.
        let axes = lines([100, 3, 1], 4);
        assert!(axes.contains("5 x 3") && axes.contains("C3 = Convolution(16, 5 x 1"), "{axes}");
        assert!(!lines([1, 1, 6], 2).contains("Convolution"));
    }

    /// Whatever is asked for is a net that compiles: kernels within their maps, windows that tile.
    #[test]
    fn every_draft_is_legal() {
        for rows in (1..70).chain([100, 128, 1000]) {
            for columns in [1, 2, 3, 5, 6, 8, 13, 28, 64, 100] {
                let draft = Draft::within([rows, columns, 2], 5, usize::MAX).unwrap();
                let [mut r, mut c] = [rows, columns];
                for layer in &draft.layers {
                    match layer {
                        Layer::Convolution(_, [kr, kc]) => {
                            assert!(*kr <= r && *kc <= c, "{draft:?}");
                            [r, c] = [r - kr + 1, c - kc + 1];
                        }
                        Layer::Pooling([wr, wc]) => {
                            assert!(r.is_multiple_of(*wr) && c.is_multiple_of(*wc), "{draft:?}");
                            [r, c] = [r / wr, c / wc];
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    #[test]
    fn it_shrinks_until_it_fits() {
        let small = Draft::within([100, 1, 6], 4, 12_000).unwrap();
        assert!(small.ram() <= 12_000 && small != Draft::within([100, 1, 6], 4, 1 << 20).unwrap());
        assert_eq!(Draft::within([100, 1, 6], 4, 4_000), None);
    }
}
