//! What shapes cost: nets around one shape, each with one thing changed, forward and in training.
//!
//! The cost of a net must not fall off a cliff because a number of maps or the side of a kernel is not
//! the one that the kernels were written for. So each line says how many instructions a pass took and
//! how many multiplications it had to do, and a test compares their quotients within a kind. Every
//! ReLU is kept alive, and no δ is 0: what is due is done.

use core::hint::black_box;

use cpfo::chain::Holding as _;
use cpfo::choice::All;
use cpfo::layer::Description;
use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero};
use cpfo::topology::Kind;
use cpfo::train::{InPlace, Inference, initialize};
use static_cell::ConstStaticCell;

use crate::console::say;
use crate::{Board, Clock as _, Devices, Failure};

/// Declares nets of several kinds, each with an output of two classes after what is written, and a
/// function that measures them all.
macro_rules! sweep {
    ($($kind:ident { $($name:ident: $r:literal x $c:literal x $s:literal $layers:tt)* })*) => {
        $(
            mod $kind {
                $(sweep!(@net $name: $r x $c x $s $layers);)*
            }
        )*

        /// Measures the nets, one after the other.
        pub fn sweep<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
            $($(
                {
                    static ROOM: ConstStaticCell<Room<$kind::$name::Net>> =
                        ConstStaticCell::new(Room::ZERO);
                    let room = ROOM.try_take().ok_or(Failure::Memory)?;
                    measure(devices, stringify!($kind), room)?;
                }
            )*)*
            Ok(())
        }
    };
    (@net $name:ident: $r:literal x $c:literal x $s:literal { $($layers:tt)* }) => {
        cpfo::net! {
            pub mod $name: $r x $c x $s { $($layers)* O = Output(2, SoftmaxCrossEntropy); }
        }
    };
}

sweep! {
    max {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 4 { C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 4 { C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 4 { C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        k3x5: 10 x 12 x 4 { C = Convolution(8, 3 x 5, Relu); P = Pooling(Max, 2 x 2); }
        i2: 10 x 10 x 2 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i3: 10 x 10 x 3 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i5: 10 x 10 x 5 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i6: 10 x 10 x 6 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i8: 10 x 10 x 8 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i10: 10 x 10 x 10 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i12: 10 x 10 x 12 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i16: 10 x 10 x 16 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i24: 10 x 10 x 24 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i32: 10 x 10 x 32 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o2: 10 x 10 x 4 { C = Convolution(2, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o4: 10 x 10 x 4 { C = Convolution(4, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o6: 10 x 10 x 4 { C = Convolution(6, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o10: 10 x 10 x 4 { C = Convolution(10, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o12: 10 x 10 x 4 { C = Convolution(12, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o24: 10 x 10 x 4 { C = Convolution(24, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o32: 10 x 10 x 4 { C = Convolution(32, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        p1x2: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 1 x 2); }
        p3x3: 11 x 11 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 3 x 3); }
        p4x4: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 4 x 4); }
    }
    // One map in: its taps are unrolled.
    grey {
        k1: 8 x 8 x 1 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 1 { C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 1 { C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 1 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 1 { C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 1 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 1 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 1 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o6: 10 x 10 x 1 { C = Convolution(6, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 1 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
    }
    mean {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); P = Pooling(Mean, 2 x 2); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); P = Pooling(Mean, 2 x 2); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); P = Pooling(Mean, 2 x 2); }
        i1: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        i3: 10 x 10 x 3 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        i16: 10 x 10 x 16 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        p3x3: 11 x 11 x 4 { C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 3 x 3); }
    }
    // No pooling after, but the output.
    whole {
        k1: 8 x 8 x 4 { C = Convolution(8, 1 x 1, Relu); }
        k2: 9 x 9 x 4 { C = Convolution(8, 2 x 2, Relu); }
        k3: 10 x 10 x 4 { C = Convolution(8, 3 x 3, Relu); }
        k5: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Relu); }
        k7: 14 x 14 x 4 { C = Convolution(8, 7 x 7, Relu); }
        i1: 10 x 10 x 1 { C = Convolution(8, 3 x 3, Relu); }
        o1: 10 x 10 x 4 { C = Convolution(1, 3 x 3, Relu); }
        o3: 10 x 10 x 4 { C = Convolution(3, 3 x 3, Relu); }
        o5: 10 x 10 x 4 { C = Convolution(5, 3 x 3, Relu); }
        o16: 10 x 10 x 4 { C = Convolution(16, 3 x 3, Relu); }
        c5: 7 x 7 x 4 { C = Convolution(8, 3 x 3, Relu); }
        c7: 9 x 9 x 4 { C = Convolution(8, 3 x 3, Relu); }
    }
    // A convolution after another: δ goes through it.
    behind {
        k1: 8 x 8 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 1 x 1, Relu); P = Pooling(Max, 2 x 2); }
        k2: 9 x 9 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 2 x 2, Relu); P = Pooling(Max, 2 x 2); }
        k3: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        k4: 11 x 11 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 4 x 4, Relu); P = Pooling(Max, 2 x 2); }
        k5: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 5 x 5, Relu); P = Pooling(Max, 2 x 2); }
        k6: 13 x 13 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 6 x 6, Relu); P = Pooling(Max, 2 x 2); }
        k7: 14 x 14 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 7 x 7, Relu); P = Pooling(Max, 2 x 2); }
        i1: 10 x 10 x 1 { B = Convolution(1, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i3: 10 x 10 x 1 { B = Convolution(3, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i16: 10 x 10 x 1 { B = Convolution(16, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o1: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(1, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        i32: 10 x 10 x 1 { B = Convolution(32, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o3: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(3, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o16: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(16, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        o32: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(32, 3 x 3, Relu); P = Pooling(Max, 2 x 2); }
        mean: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); P = Pooling(Mean, 2 x 2); }
        whole: 10 x 10 x 1 { B = Convolution(4, 1 x 1, Relu); C = Convolution(8, 3 x 3, Relu); }
    }
    // A fully-connected layer after a convolution.
    units {
        u1: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(1, Relu); }
        u2: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(2, Relu); }
        u3: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(3, Relu); }
        u5: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(5, Relu); }
        u6: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(6, Relu); }
        u8: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(8, Relu); }
        u10: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(10, Relu); }
        u12: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(12, Relu); }
        u16: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(16, Relu); }
        u24: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(24, Relu); }
        u32: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(32, Relu); }
        u84: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Relu); F = FullyConnected(84, Relu); }
    }
    tanh {
        max: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); P = Pooling(Max, 2 x 2); }
        mean: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); P = Pooling(Mean, 2 x 2); }
        whole: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Tanh); }
        behind: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Tanh); C = Convolution(8, 5 x 5, Tanh); P = Pooling(Max, 2 x 2); }
        units: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Tanh); F = FullyConnected(32, Tanh); }
    }
    sigmoid {
        max: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Max, 2 x 2); }
        mean: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Mean, 2 x 2); }
        whole: 12 x 12 x 4 { C = Convolution(8, 5 x 5, Sigmoid); }
        behind: 12 x 12 x 1 { B = Convolution(4, 1 x 1, Sigmoid); C = Convolution(8, 5 x 5, Sigmoid); P = Pooling(Max, 2 x 2); }
        units: 10 x 10 x 1 { C = Convolution(4, 3 x 3, Sigmoid); F = FullyConnected(32, Sigmoid); }
    }
}

/// Memory for inference and training of one net.
struct Room<N: Net> {
    parameters: Parameters<N>,
    image: Image<N>,
    inference: Inference<N>,
    trainer: InPlace<N>,
}

impl<N: Net> Zero for Room<N> {
    const ZERO: Self = Self {
        parameters: N::ZERO,
        image: Image::<N>::ZERO,
        inference: Inference::ZERO,
        trainer: InPlace::ZERO,
    };
}

/// Says what one net takes.
fn measure<B: Board, N: Net>(
    devices: &Devices<B>,
    kind: &str,
    room: &mut Room<N>,
) -> Result<(), Failure> {
    initialize::<N>(&mut room.parameters, &mut Rng::new(2014));
    // All positive, so that no ReLU is dead, and small, so that the output is not sure of itself.
    N::Chain::visit_mut::<All>(&mut room.parameters, &mut |_, values| {
        for value in values {
            *value = 0.1 * value.abs();
        }
    });
    let mut rng = Rng::new(2014);
    for x in room.image.flat_mut() {
        *x = rng.uniform();
    }
    let clock = &devices.clock;
    let start = clock.ticks();
    let class = room.inference.classify::<All>(&room.parameters, black_box(&room.image));
    let forward = clock.since(start);
    black_box(class).map_err(Failure::Sample)?;
    let start = clock.ticks();
    let step = room.trainer.step(&mut room.parameters, black_box(&room.image), 0, 0.001, 0.0);
    let took = clock.since(start);
    step.map_err(Failure::Sample)?;
    say!(
        "{} {}: forward {} instructions for {} MACs, step {} for {}",
        kind,
        N::NAME,
        forward,
        N::LAYERS.iter().map(|(_, layer)| layer.macs).sum::<usize>(),
        took,
        due(N::LAYERS)
    );
    Ok(())
}

/// Multiplications that a step has to do: forward, for the gradient, and for δ of a layer that has
/// learning ones before it. Of a convolution with a maximum after it only the winners have a δ.
fn due(layers: &[(&str, Description)]) -> usize {
    let mut due = 0;
    let mut learning = false;
    for (place, (_, layer)) in layers.iter().enumerate() {
        let sparse = match layers.get(place + 1) {
            Some((_, next)) if next.kind == Kind::Pooling && next.function == "max" => {
                next.window[0] * next.window[1]
            }
            _ => 1,
        };
        let back = layer.macs / sparse;
        due += layer.macs + back + if learning { back } else { 0 };
        learning |= layer.weights > 0;
    }
    due
}
