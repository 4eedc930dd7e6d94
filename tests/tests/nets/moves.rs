//! Every way to take a step ends where the plain loops do: in place in one go, seen, in slices, by
//! mini-batches; with and without decay; past a limit and within it; for every choice of what trains; from
//! floats and from bytes; for every net of the goldens. No part of the product is left to another test.

use cpfo::choice::{
    All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, Nothing, OutputOnly, Train,
};
use cpfo::net::{Image, Net};
use cpfo::pixel::{Bytes, Pixel};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::topology::Kind;
use cpfo_suite::for_each_golden;
use cpfo_tests::golden::Golden;
use cpfo_tests::moves::{Case, Trains, in_batches, in_place, plain_ways, sliced_within, within};

/// The first stage trains, the second stays, of the others the biases train.
type Mixture = Train<Freeze<BiasesOnly>>;

/// Sixteenths: so the sums of the net `ties`, whose parameters are quarters, are exact.
type Sixteenths = Bytes<16>;

const BIASES: [bool; 2] = [false, true];

fn both(trains: bool) -> [bool; 2] {
    [trains; 2]
}

/// A net's images as floats and as bytes.
struct Cases<N: Net> {
    floats: Case<N, f32>,
    bytes: Case<N, Sixteenths>,
}

fn of_pixels<N: Net, C: Choice, X: Pixel>(case: &Case<N, X>, trains: Trains) {
    in_place::<N, C, X>(case, trains, &plain_ways(), &[within(), sliced_within()]);
}

fn of_choice<N: Net, C: Choice>(cases: &Cases<N>, trains: Trains) {
    of_pixels::<N, C, f32>(&cases.floats, trains);
    of_pixels::<N, C, Sixteenths>(&cases.bytes, trains);
    in_batches::<N, C>(&cases.floats, trains);
}

fn cases<N: Net>() -> Cases<N> {
    let golden = Golden::<N>::read();
    let from = &*Box::leak(golden.parameters);
    let mut rng = Rng::new(16);
    let byte_image = |_| {
        let mut image = Box::new(Image::<N, Sixteenths>::ZERO);
        image.flat_mut().iter_mut().for_each(|x| *x = rng.below(17) as u8);
        image
    };
    let images = golden.samples.iter().map(byte_image);
    let labels = golden.samples.iter().map(|(_, label)| *label);
    let sixteenth = |q| f64::from(q) / 16.0;
    let bytes = Case { from, samples: images.zip(labels).collect(), value: sixteenth };
    Cases { floats: Case { from, samples: golden.samples, value: f64::from }, bytes }
}

fn of_net<N: Net>() {
    let cases = cases::<N>();
    of_choice::<N, All>(&cases, |_, _| both(true));
    of_choice::<N, Nothing>(&cases, |_, _| both(false));
    of_choice::<N, Freeze<All>>(&cases, |stage, _| both(stage > 0));
    of_choice::<N, Freeze<Freeze<All>>>(&cases, |stage, _| both(stage > 1));
    of_choice::<N, OutputOnly>(&cases, |_, kind| both(kind == Kind::Output));
    of_choice::<N, ConvolutionsAndOutput>(&cases, |_, kind| both(kind != Kind::FullyConnected));
    of_choice::<N, BiasesOnly>(&cases, |_, _| BIASES);
    of_choice::<N, Mixture>(&cases, |stage, _| match stage {
        0 => both(true),
        1 => both(false),
        _ => BIASES,
    });
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            of_net::<cpfo_suite::goldens::$net::Net>();
        })*
    };
}
for_each_golden!(of_all);
