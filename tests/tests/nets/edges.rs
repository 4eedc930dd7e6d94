//! A legal net at each edge runs, forward and back, and ends where the plain loops do.

use cpfo::choice::All;
use cpfo::net::{Image, Net};
use cpfo::pixel::{Bytes, Pixel};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::Inference;
use cpfo_suite::for_each_edge;
use cpfo_tests::moves::{Case, in_batches, in_place, of_output, plain_ways, sliced_within, within};

/// Random parameters that leave no unit dead, and two random images.
fn case<N: Net, X: Pixel>(
    seed: u64,
    draw: impl Fn(&mut Rng) -> X::Stored,
    value: fn(X::Stored) -> f64,
) -> Case<N, X> {
    use cpfo::net::Role;
    let mut rng = Rng::new(seed);
    let mut from = Box::new(N::ZERO);
    from.initialize(&mut rng);
    from.visit_mut(|role, values| {
        if role == Role::Bias {
            values.iter_mut().for_each(|b| *b = 0.3 + 0.2 * rng.uniform());
        }
    });
    let samples = [0, N::CLASSES - 1].map(|label| {
        let mut image = Box::new(Image::<N, X>::ZERO);
        image.flat_mut().iter_mut().for_each(|x| *x = draw(&mut rng));
        (image, label)
    });
    Case { from: Box::leak(from), samples: samples.into(), value }
}

fn agrees<N: Net>() {
    let floats = case::<N, f32>(7, |rng| 2.0 * rng.uniform() - 1.0, f64::from);
    let mut inference = Box::new(Inference::<N>::ZERO);
    for (image, _) in &floats.samples {
        let ours = inference.outputs(floats.from, image).expect("an answer");
        of_output::<N>(floats.from, image, ours);
    }
    of_pixels::<N, f32>(&floats);
    let share = |q| f64::from(q) / 255.0;
    of_pixels::<N, Bytes<255>>(&case(8, |rng| rng.below(256) as u8, share));
    in_batches::<N, All>(&floats, |_, _| [true; 2]);
}

fn of_pixels<N: Net, X: Pixel>(case: &Case<N, X>) {
    let ways = [within(), sliced_within()];
    in_place::<N, All, X>(case, |_, _| [true; 2], &plain_ways(), &ways);
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            agrees::<cpfo_suite::edges::$net::Net>();
        })*
    };
}
for_each_edge!(of_all);
