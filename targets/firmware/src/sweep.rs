//! What shapes cost: nets around one shape, each with one thing changed, forward and in training.
//!
//! The cost of a net must not fall off a cliff because a number of maps or the side of a kernel is not
//! the one that the kernels were written for. So each line says how many instructions a pass took and
//! how many multiplications it had to do, and a test compares their quotients within a kind. Every
//! ReLU is kept alive, and no δ is 0: what is due is done.

use core::hint::black_box;

use cpfo::layer::Description;
use cpfo::net::Net;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::topology::Kind;
use cpfo::train::{Learner, Rates};
use static_cell::ConstStaticCell;

use crate::console::say;
use crate::{Board, Clock as _, Devices, Failure};

macro_rules! sweep {
    ($($kind:ident { $($name:ident)* })*) => {
        /// Measures nets of every shape, one after the other.
        pub fn sweep<B: Board>(devices: &Devices<B>) -> Result<(), Failure> {
            $($(
                {
                    static LEARNER: ConstStaticCell<Learner<cpfo_suite::shapes::$kind::$name::Net>> =
                        ConstStaticCell::new(Learner::ZERO);
                    let learner = LEARNER.try_take().ok_or(Failure::Memory)?;
                    measure(devices, stringify!($kind), learner)?;
                }
            )*)*
            Ok(())
        }
    };
}

cpfo_suite::for_each_shape!(sweep);

/// Says what one net takes.
fn measure<B: Board, N: Net>(
    devices: &Devices<B>,
    kind: &str,
    learner: &mut Learner<N>,
) -> Result<(), Failure> {
    let parameters = learner.parameters_mut().map_err(Failure::Sample)?;
    parameters.initialize(&mut Rng::new(2014));
    // All positive, so that no ReLU is dead, and small, so that the output is not sure of itself.
    parameters.visit_mut(|_, values| {
        for value in values {
            *value = 0.1 * value.abs();
        }
    });
    let mut rng = Rng::new(2014);
    for x in learner.image_mut().map_err(Failure::Sample)?.flat_mut() {
        *x = rng.uniform();
    }
    let clock = &devices.clock;
    let start = clock.ticks();
    let class = black_box(&mut *learner).classify();
    let forward = clock.since(start);
    black_box(class).map_err(Failure::Sample)?;
    let start = clock.ticks();
    let step = black_box(&mut *learner).step(0, &Rates::new(0.001));
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
