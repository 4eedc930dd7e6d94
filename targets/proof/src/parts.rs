//! What knows no net: numbers, chance, messages, reasons.

use core::error::Error;
use core::fmt::{Debug, Display, Formatter};

use cpfo::activation::{Activation, Identity, Relu, Sigmoid, Tanh};
use cpfo::format::{self, Checksum, Stopped};
use cpfo::layer::pooling::{self, Max, Mean};
use cpfo::loss::{Loss, SigmoidSquaredError, SoftmaxCrossEntropy};
use cpfo::math;
use cpfo::net::Role;
use cpfo::parts::pace::{Pace, Slice, Whole};
use cpfo::parts::reduce;
use cpfo::pixel::{Bytes, Pixel, Readings};
use cpfo::replay;
use cpfo::rng::Rng;
use cpfo::scale::{self, Reading, Unfit};
use cpfo::session::{NotKept, Recipe, Score, Unready};
use cpfo::shape::{self, Grid, Maps, Shape, Tensor, Units};
use cpfo::store::{self, Failed};
use cpfo::topology;
use cpfo::train::{self, Rates, Refusal, Refusals, Schedule};
use cpfo::wire::{self, Full, Garbled, Refused, Reply, Request};

use crate::unknown::{any, seen, somewhere};

pub(crate) fn all() {
    chance();
    numbers();
    sizes();
    images();
    readings();
    messages();
    reasons();
}

fn chance() {
    let rng = somewhere::<Rng>();
    seen(Rng::new(any()));
    seen(Rng::with_stream(any(), any()));
    seen(Rng::from_state(any()));
    seen(Rng::state(rng));
    seen(Rng::next_u32(rng));
    seen(Rng::below(rng, any()));
    seen(Rng::uniform(rng));
    seen(Rng::shuffle::<u8>(rng, somewhere()));
    seen(Rng::shuffle::<usize>(rng, somewhere()));
    seen(Rng::shuffle::<[f32; 7]>(rng, somewhere()));
}

fn numbers() {
    seen(math::sqrt(any()));
    seen(math::cos(any()));
    seen(math::exp(any()));
    seen(math::ln(any()));
    seen(math::tanh(any()));
    activation::<Identity>();
    activation::<Relu>();
    activation::<Tanh>();
    activation::<Sigmoid>();
    loss::<SoftmaxCrossEntropy>();
    loss::<SigmoidSquaredError>();

    seen(Schedule::share(somewhere(), any(), any()));
    seen(train::argmax(somewhere()));
    seen(Recipe::default());
    let recipe = somewhere::<Recipe>();
    seen(Recipe::epochs(recipe, any()));
    seen(Recipe::held_out(recipe, any()));
    seen(Score::share(somewhere()));
    seen(Refusals::count(somewhere(), any()));
    seen(Checksum::new());
    let mut checksum = Checksum::new();
    seen(Checksum::add(&mut checksum, somewhere()));
    seen(Checksum::end(checksum));
}

fn activation<A: Activation>() {
    seen(<A as Activation>::value(any()));
    seen(<A as Activation>::slope(any()));
    seen(<A as Activation>::delta(any(), any()));
    seen(<A as Activation>::alive(any()));
}

fn loss<L: Loss>() {
    seen(<L as Loss>::activate(somewhere()));
    seen(<L as Loss>::delta(somewhere(), any()));
}

fn sizes() {
    seen(Role::of(any()));
    seen(topology::may_follow(any(), any()));
    seen(shape::valid(any(), any()));
    seen(shape::tiles(any(), any()));
    seen(shape::winner_bits(any()));
    seen(shape::winner_bytes(any(), any()));
    seen(reduce::units(any(), any(), any()));
    seen(pooling::bytes::<Max>(any(), any()));
    seen(pooling::bytes::<Mean>(any(), any()));
    pace(&mut Whole);
    pace(&mut Slice::new(any(), any()));
    seen(Slice::done(somewhere()));
    seen(Slice::left(somewhere()));
}

fn pace(pace: &mut impl Pace) {
    seen(Pace::range(pace, any(), any()));
    seen(Pace::unit(pace, any()));
    seen(Pace::whole(pace));
}

fn images() {
    pixel::<f32>();
    pixel::<Bytes<16>>();
    pixel::<Bytes<255>>();
    pixel::<Readings<f32>>();
    pixel::<Readings<i16>>();
    pixel::<Readings<u16>>();
    tensor::<f32>();
    tensor::<u8>();
    tensor::<[[f32; 5]; 3]>();
    tensor::<[[u8; 5]; 0]>();
    shape::<Maps<5, 3, 2>>();
    shape::<Grid<5, 3>>();
    shape::<Units<7>>();
}

fn pixel<X: Pixel>() {
    seen(<X as Pixel>::value(any()));
    seen(<X as Pixel>::is_zero(any()));
    seen(<X as Pixel>::replace(somewhere(), any()));
    seen(<X as Pixel>::are_finite(somewhere()));
    seen(<X as Pixel>::take(somewhere(), somewhere()));
    seen(<X as Pixel>::hear(somewhere(), somewhere()));
    seen(<X as Pixel>::give::<u8>(somewhere(), &mut |bytes| {
        seen(bytes);
        any()
    }));
}

fn tensor<T: Tensor>() {
    seen(<T as Tensor>::flatten(somewhere()));
    seen(<T as Tensor>::flatten_mut(somewhere()));
    seen(<T as Tensor>::flat(somewhere()));
    seen(<T as Tensor>::flat_mut(somewhere()));
}

fn shape<S: Shape>() {
    seen(<S as Shape>::cells::<f32>(somewhere()));
    seen(<S as Shape>::cells_mut::<f32>(somewhere()));
    seen(<S as Shape>::pixels::<f32>(somewhere()));
    seen(<S as Shape>::run::<f32>(somewhere::<[S::Of<f32>; 3]>()));
    seen(<S as Shape>::run_mut::<f32>(somewhere::<[S::Of<f32>; 3]>()));
}

fn readings() {
    reading::<f32>();
    reading::<u8>();
    reading::<i16>();
    reading::<u16>();
}

fn reading<R: Reading + 'static>() {
    seen(<R as Reading>::float(any()));
    seen(scale::inputs::<R>(somewhere(), somewhere(), somewhere(), somewhere()));
}

fn messages() {
    seen(wire::frame_bytes(any()));
    seen(Rates::new(any()));
    seen(Rates::with_decay(any(), any()));
    seen(Request::emit(somewhere(), any(), somewhere()));
    seen(Request::parse(somewhere()));
    seen(Reply::emit(somewhere(), any(), somewhere()));
    seen(Reply::parse(somewhere()));
    seen(Reply::version(somewhere()));
}

fn reasons() {
    reason::<Refusal>();
    reason::<format::Fault>();
    reason::<Unfit>();
    reason::<Failed>();
    reason::<store::Unfit>();
    reason::<Refused>();
    reason::<Stopped<Refused>>();
    reason::<Full>();
    reason::<Garbled>();
    reason::<replay::Fault>();
    reason::<Unready>();
    reason::<NotKept>();
}

fn reason<E: Error + Display + Debug + 'static>() {
    let reason = somewhere::<E>();
    let to = somewhere::<Formatter<'static>>();
    seen(<E as Display>::fmt(reason, to));
    seen(Error::source(reason).is_some());
}
