//! What a pass takes of a core with floating-point hardware, by the loops that its layers are made of.
//!
//! A multiplication takes the fewer instructions, the more of them share what is loaded: so not
//! multiplications alone are counted, but tiles, taps, windows and spans, as the kernels go through
//! them. What each takes was fitted to the counts of some hundred and twenty nets
//! (`targets/programs/sweep.out`, by `tests/sweep/fit.py`), whose ReLUs are all alive and whose pixels
//! are none of them 0. A test holds the estimate within a fifth of every one of them.

use cpfo::layer::Description;
use cpfo::parts::reduce;
use cpfo::topology::Kind;

use super::stage::Stage;

/// Instructions of a pass, about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// Forward.
    pub(super) forward: f64,
    /// Back, with all updates.
    pub(super) back: f64,
}

/// Forward: a product and its sum; in a convolution and in a layer whose units see all.
const PRODUCT: f64 = 1.03;
const UNIT_PRODUCT: f64 = 2.04;
/// A weight or a pixel that a tile loads; a weight where pixels are shared between taps.
const LOAD: f64 = 1.15;
const SHARED_LOAD: f64 = 1.84;
/// A tap of a tile, a row of its kernel.
const TAP: f64 = 2.0;
const ROW: f64 = 5.78;
/// A window, to its largest; an input, in each block of units.
const WINDOW: f64 = 17.4;
const INPUT: f64 = 6.12;
/// A pixel that is looked at for what is not finite.
const PIXEL: f64 = 3.12;

/// Back: a place of δ that a map is asked for, by its winner or as it is.
const WINNER: f64 = 8.93;
const PLACE: f64 = 2.1;
/// A place whose bit is asked.
const BIT: f64 = 3.5;
/// A product of a convolution's gradient, and what it takes more where the sums of a kernel are too many
/// for registers. Of δ it takes twice as much: the sums lie in memory.
const GRADIENT: f64 = 2.25;
const SPILL: f64 = 1.7;
const REGISTERS: usize = 25;
/// A weight of a convolution that is moved, a slope.
const WEIGHT: f64 = 13.0;
const SLOPE: f64 = 6.32;
/// A weight that is moved and taken into δ, of a layer whose units see all; eight of them; one of a rest.
const UNIT_WEIGHT: f64 = 5.35;
const SPAN: f64 = 7.56;
const REST: f64 = 1.6;
/// The loss, and what begins and ends a step.
const STEP: f64 = 142.0;

impl Cost {
    pub(super) fn of(stages: &[Stage]) -> Self {
        let pixels = stages.first().and_then(|stage| stage.layers.first());
        let pixels = pixels.map_or(0, |(_, layer)| layer.input.iter().product());
        let forward = PIXEL * pixels as f64 + stages.iter().map(forward).sum::<f64>();
        let trained = stages.iter().filter(|stage| stage.is_on_the_way_back());
        Self { forward, back: STEP + trained.map(back).sum::<f64>() }
    }
}

/// Rows times columns.
fn area([rows, columns]: [usize; 2]) -> usize {
    rows * columns
}

/// A convolution or pooling layer with what is asked of its map: windows, or places.
struct Maps<'a> {
    layer: &'a Description,
    pooling: Option<&'a Description>,
}

impl<'a> Maps<'a> {
    fn of(stage: &'a Stage) -> Option<Self> {
        match stage.layers {
            [(_, layer), (_, pooling)] => Some(Self { layer, pooling: Some(pooling) }),
            [(_, layer)] if layer.kind == Kind::Convolution => Some(Self { layer, pooling: None }),
            // At the head of a net: its pixels are tiles of one tap.
            [(_, layer)] if layer.kind == Kind::Pooling => {
                Some(Self { layer, pooling: Some(layer) })
            }
            _ => None,
        }
    }

    /// How many windows there are, if each has a winner.
    fn winners(&self) -> Option<usize> {
        let pooling = self.pooling.filter(|pooling| pooling.function == "max")?;
        Some(pooling.output.iter().product())
    }

    /// How many values there are.
    fn values(&self) -> usize {
        self.winners().unwrap_or(self.layer.output.iter().product())
    }
}

fn forward(stage: &Stage) -> f64 {
    let Some(maps) = Maps::of(stage) else {
        return stage.layers.iter().map(|(_, layer)| see_all(layer)).sum();
    };
    let convolves = maps.layer.kind == Kind::Convolution;
    let [_, _, inputs] = if convolves { maps.layer.input } else { [1; 3] };
    let [_, _, outputs] = maps.layer.output;
    let kernel = if convolves { maps.layer.window } else { [1; 2] };
    let taps = area(kernel) * inputs;
    // As core does it: pixels of a single map are shared between the taps of a row.
    let shared = inputs == 1;
    let sums = if shared && kernel[1] > 3 { 12 } else { 16 };
    let tiles = match maps.pooling {
        Some(pooling) => {
            [(area(pooling.window), area([pooling.output[0], pooling.output[1]])), (1, 0)]
        }
        None => {
            let [rows, columns, _] = maps.layer.output;
            [(4, rows * (columns / 4)), (1, rows * (columns % 4))]
        }
    };
    let of_tiles = tiles.map(|(places, count)| {
        let units = (count * reduce::units(outputs, places, sums)) as f64;
        let products = if convolves { count * places * outputs * taps } else { 0 };
        let weights = (count * outputs * taps) as f64;
        let loads = if shared {
            SHARED_LOAD * weights
        } else {
            LOAD * (weights + units * (taps * places) as f64) + TAP * units * taps as f64
        };
        PRODUCT * products as f64 + loads + ROW * units * kernel[0] as f64
    });
    of_tiles.iter().sum::<f64>()
        + WINDOW * maps.winners().unwrap_or(0) as f64
        + value(maps.layer) * maps.values() as f64
}

/// A layer whose units see all, forward.
fn see_all(layer: &Description) -> f64 {
    let (inputs, units) = (layer.input.iter().product::<usize>(), layer.biases);
    let blocks = units / 16 + (units % 16).count_ones() as usize;
    UNIT_PRODUCT * (inputs * units) as f64
        + INPUT * (inputs * blocks) as f64
        + value(layer) * units as f64
}

/// Instructions of an activation.
fn value(layer: &Description) -> f64 {
    match layer.function {
        "relu" => 6.18,
        "tanh" => 53.3,
        "sigmoid" => 34.0,
        _ => 0.0,
    }
}

fn back(stage: &Stage) -> f64 {
    let [weights, biases, below] =
        [stage.weights, stage.biases, stage.below].map(|is| if is { 1.0 } else { 0.0 });
    let Some((_, layer)) = stage.layers.first() else { return 0.0 };
    let inputs = layer.input.iter().product::<usize>() as f64;
    let Some(maps) = Maps::of(stage) else {
        let units = layer.biases;
        let row = UNIT_WEIGHT * units as f64
            + SPAN * units.div_ceil(8) as f64
            + REST * (units % 8) as f64;
        return inputs * (row * (weights + below) / 2.0 + SLOPE * below);
    };
    let (places, each) = match maps.winners() {
        Some(winners) => (winners as f64, WINNER),
        None => (maps.values() as f64, PLACE),
    };
    let taps = area(layer.window) as f64;
    let spill = if area(layer.window) > REGISTERS { SPILL } else { 0.0 };
    let from = layer.input[2] as f64;
    // A mean turns the map before it into δ; to put down a bit for each place takes as long.
    let mean = maps.pooling.filter(|pooling| pooling.function == "mean");
    let turned = mean.map_or(0.0, |_| maps.values() as f64);
    let each = if mean.is_some() && layer.function == "relu" { BIT } else { each };
    each * places * (biases + from * (weights + below))
        + places * from * taps * ((GRADIENT + spill) * weights + 2.0 * GRADIENT * below)
        + WEIGHT * layer.weights as f64 * weights
        + SLOPE * (inputs * below + turned)
}
