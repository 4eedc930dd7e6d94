//! What there is to do with a net, for what a choice trains and a kind of pixels.

use cpfo::chain::Holding;
use cpfo::choice::{All, Choice, Numbers};
use cpfo::format::{self, Reader};
use cpfo::net::{self, Image, Net, Parameters};
use cpfo::pixel::Pixel;
use cpfo::rng::Rng;
use cpfo::stage::Taped;
use cpfo::train::{self, Batch, InPlace, Inference, Sgd, Step, Velocity};

use crate::unknown::{any, seen, somewhere};

/// Training in place, in one go and in slices, and inference.
pub(crate) fn in_place<N: Net, C: Choice, X: Pixel>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let image = somewhere::<Image<N, X>>();
    let trainer = somewhere::<InPlace<N, C, X>>();
    seen(<N::Chain as Holding>::load::<C, All>(parameters, somewhere()));
    seen(InPlace::step(trainer, parameters, image, any(), any(), any()));
    seen(InPlace::see(trainer, parameters, image, any(), any(), any()));
    seen(InPlace::step_within(trainer, parameters, image, any(), any(), any(), any()));
    // Dropped half way, a step has to come to its end.
    if let Ok(mut step) = InPlace::begin(trainer, parameters, image, any(), any(), any()) {
        seen(Step::poll(&mut step, any()));
        seen(Step::parameters(&step));
    }
    let begun = InPlace::begin_within(trainer, parameters, image, any(), any(), any(), any());
    if let Ok(mut step) = begun {
        seen(Step::poll(&mut step, any()));
        seen(Step::parameters(&step));
    }

    let parameters = somewhere::<Parameters<N, C>>();
    let inference = somewhere::<Inference<N, X>>();
    seen(Inference::outputs::<C>(inference, parameters, image));
    seen(Inference::classify::<C>(inference, parameters, image));
    seen(Inference::look::<C>(inference, parameters, image, any()));
    seen(Inference::hidden(inference, |z| seen(z)));

    seen(net::trains::<N, C>());
    seen(net::in_place_ram::<N, C, X>());
}

/// Models, on their way in and out.
fn models<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    seen(train::load::<N, C>(parameters, somewhere()));
    seen(format::checksum::<N, C>(parameters));
    seen(format::emit::<N, C, ()>(parameters, |piece| {
        seen(piece);
        any()
    }));
    seen(format::parse::<N, C>(somewhere(), parameters));
    seen(Reader::<N, C>::default());
    let reader = somewhere::<Reader<N, C>>();
    seen(Reader::take(reader, somewhere(), parameters));
    seen(Reader::taken(reader));
    seen(Reader::is_whole(reader));
}

/// Mini-batches, and models.
pub(crate) fn batches<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let batch = somewhere::<Batch<N, C>>();
    let velocity = somewhere::<Velocity<N, C>>();
    let sgd = somewhere::<Sgd>();
    seen(Batch::add(batch, parameters, somewhere(), any()));
    seen(Batch::merge(batch, somewhere()));
    seen(Batch::update(batch, parameters, velocity, sgd));
    seen(Batch::update_within(batch, parameters, velocity, sgd, any()));
    seen(Batch::visit_mut(batch, |sums| seen(sums)));
    seen(Velocity::visit_mut(velocity, |speeds| seen(speeds)));

    seen(train::decay_term::<N, C>(parameters, any()));
    models::<N, C>();
}

/// What is stored and shown of parameters, gradients and memory.
fn held<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let gradient = somewhere::<net::Gradient<N, C>>();
    seen(<N::Chain as Holding>::is_loaded::<C>(parameters));
    let at = &mut |role, values: &[f32]| seen((role, values));
    seen(<N::Chain as Holding>::visit::<C>(parameters, at));
    let at = &mut |role, values: &mut [f32]| seen((role, values));
    seen(<N::Chain as Holding>::visit_mut::<C>(parameters, at));
    let at = &mut |numbers: Numbers<'_>| seen(numbers);
    seen(<N::Chain as Holding>::visit_held::<C>(parameters, at));
    seen(<N::Chain as Holding>::tensor::<C>(parameters, any()));
    seen(<N::Chain as Holding>::tensor_mut::<C>(parameters, any()));
    seen(<N::Chain as Holding>::gradient_mut::<C>(gradient, any()));
}

fn rooms<T: Taped + 'static>() {
    seen(<T as Taped>::rooms(&mut |room| seen(room)));
    seen(<T as Taped>::hidden(somewhere::<T>(), &mut |z| seen(z)));
    seen(<T as Taped>::moving(somewhere::<T>()));
}

/// All of it, and what knows no choice.
pub(crate) fn everything<N: Net>() {
    in_place::<N, All, f32>();
    batches::<N, All>();
    held::<N, All>();

    let parameters = somewhere::<Parameters<N>>();
    seen(train::initialize::<N>(parameters, somewhere::<Rng>()));
    seen(<N::Chain as Holding>::initialize(parameters, somewhere::<Rng>()));
    seen(train::all_finite::<N>(parameters));

    seen(format::length::<N>());
    seen(format::fingerprint::<N>());
    seen(format::check::<N>(somewhere()));

    rooms::<net::Tape<N, All>>();
}
