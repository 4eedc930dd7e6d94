//! Every way to take a step ends where the plain loops do: in place, in slices, by mini-batches; with and
//! without decay; past a limit and within it; for every choice of what trains; from floats and from bytes.
//!
//! Where all of a net trains, every way in place goes through the plain loops' comparison, from floats and
//! from bytes. Where it trains partly, a step in one go within a limit does, and mini-batches do: a limit
//! that is not reached leaves a step as it is. That the other ways end in the same bits, whatever trains,
//! is what the tests `slices` and `bytes` hold.

use cpfo::choice::{
    All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, Nothing, OutputOnly, Train,
};
use cpfo::net::{Image, Net};
use cpfo::pixel::{Bytes, Pixel};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::topology::Kind;
use cpfo_tests::for_each_golden;
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

/// A limit and a mini-batch, for what trains.
fn of_choice<N: Net, C: Choice>(floats: &Case<N, f32>, trains: Trains) {
    in_place::<N, C, f32>(floats, trains, &[], &[within()]);
    in_batches::<N, C>(floats, trains);
}

/// Every way in place.
fn of_pixels<N: Net, X: Pixel>(case: &Case<N, X>) {
    let ways = [within(), sliced_within()];
    in_place::<N, All, X>(case, |_, _| both(true), &plain_ways(), &ways);
}

fn of_net<N: Net>() {
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
    let bytes = Case { from, samples: images.zip(labels).collect() };
    let floats = Case { from, samples: golden.samples };

    of_pixels::<N, f32>(&floats);
    of_pixels::<N, Sixteenths>(&bytes);
    in_batches::<N, All>(&floats, |_, _| both(true));
    of_choice::<N, Nothing>(&floats, |_, _| both(false));
    of_choice::<N, Freeze<All>>(&floats, |stage, _| both(stage > 0));
    of_choice::<N, Freeze<Freeze<All>>>(&floats, |stage, _| both(stage > 1));
    of_choice::<N, OutputOnly>(&floats, |_, kind| both(kind == Kind::Output));
    of_choice::<N, ConvolutionsAndOutput>(&floats, |_, kind| both(kind != Kind::FullyConnected));
    of_choice::<N, BiasesOnly>(&floats, |_, _| BIASES);
    of_choice::<N, Mixture>(&floats, |stage, _| match stage {
        0 => both(true),
        1 => both(false),
        _ => BIASES,
    });
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            of_net::<cpfo_tests::nets::$net::Net>();
        })*
    };
}
for_each_golden!(of_all);
