//! What there is to do with a net, for what a choice trains and a kind of pixels.

use cpfo::choice::{All, Choice};
use cpfo::format::{self, Reader};
use cpfo::net::{self, Image, Net, Parameters};
use cpfo::parts::chain::Holding;
use cpfo::parts::hold::Numbers;
use cpfo::parts::stage::Taped;
use cpfo::pixel::Pixel;
use cpfo::replay::Replay;
use cpfo::rng::Rng;
use cpfo::scale::Scale;
use cpfo::session::{InRam, Keep, NotKept, Session};
use cpfo::shape::Zero;
use cpfo::store::{self, Model, Pair, Progress, Slot, Store};
use cpfo::train::{Batch, InPlace, Inference, Learner, Limit, Rates, Sgd, Velocity};
use cpfo::wire::{Chip, Server};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

use crate::unknown::{any, owned, seen, somewhere};

/// Training in place, in one go and in slices, and inference.
pub(crate) fn in_place<N: Net, C: Choice, X: Pixel>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let image = somewhere::<Image<N, X>>();
    let trainer = somewhere::<InPlace<N, C, X>>();
    seen(InPlace::step(trainer, parameters, image, any(), somewhere()));
    seen(InPlace::see(trainer, parameters, image, any(), somewhere()));
    seen(InPlace::step_within(trainer, parameters, image, any(), somewhere(), any()));
    learner::<N, C, X>();

    let inference = somewhere::<Inference<N, X>>();
    seen(Inference::outputs::<C>(inference, parameters, image));
    seen(Inference::classify::<C>(inference, parameters, image));
    seen(Inference::look::<C>(inference, parameters, image, any()));
    seen(Inference::hidden(inference, |z| seen(z)));

    seen(net::trains::<N, C>());
    seen(net::in_place_ram::<N, C, X>());
}

/// A learner, wherever its step in slices may stand.
fn learner<N: Net, C: Choice, X: Pixel>() {
    let learner = somewhere::<Learner<N, C, X>>();
    let (rates, limit) = (somewhere::<Rates>(), any::<Limit>);
    seen(Learner::parameters(learner));
    seen(Learner::parameters_mut(learner));
    seen(Learner::image(learner));
    seen(Learner::image_mut(learner));
    seen(Learner::step(learner, any(), rates));
    seen(Learner::step_within(learner, any(), rates, limit()));
    seen(Learner::outputs(learner));
    seen(Learner::look(learner, any()));
    seen(Learner::classify(learner));
    seen(Learner::begin(learner, any(), rates));
    seen(Learner::begin_within(learner, any(), rates, limit()));
    seen(Learner::resume(learner, any()));
    seen(Learner::is_busy(learner));
    seen(Learner::abandon(learner));
}

/// A chip that might say anything.
struct Unknown;

impl Chip for Unknown {
    fn board(&self) -> &'static str {
        somewhere::<str>()
    }
    fn unit(&self) -> &'static str {
        somewhere::<str>()
    }
    fn now(&self) -> u32 {
        any()
    }
}

/// A server, whatever comes over its line.
pub(crate) fn server<N: Net, const FRAME: usize, C: Choice, X: Pixel>() {
    let server = somewhere::<Server<N, FRAME, C, X>>();
    seen(Server::start(server, somewhere()));
    seen(Server::load(server, somewhere()));
    seen(Server::scale(server));
    seen(Server::set_scale(server, Scale::ZERO));
    seen(Server::learner(server));
    seen(Server::learned(server));
    seen(Server::take(server, any(), &Unknown));
    seen(Server::line_error(server));
    seen(Server::work(server, any(), &Unknown));
    seen(Server::finish(server, &Unknown));
    seen(Server::answer(server));
    seen(Server::sent(server, any()));
    seen(Chip::board(&Unknown));
    seen(Chip::unit(&Unknown));
    seen(Chip::now(&Unknown));
    seen(Chip::since(&Unknown, any()));
    seen(Chip::stack(&Unknown));
}

/// Old samples, kept and in pages.
pub(crate) fn replay<N: Net, X: Pixel, const ROOM: usize, const CLASSES: usize>() {
    let replay = somewhere::<Replay<N, X, ROOM, CLASSES>>();
    seen(Replay::len(replay));
    seen(Replay::is_empty(replay));
    seen(Replay::held(replay, any()));
    seen(Replay::seen(replay, any()));
    seen(Replay::get(replay, any()));
    Replay::labels(replay).for_each(seen);
    seen(Replay::offer(replay, somewhere(), any(), somewhere()));
    seen(Replay::<N, X, ROOM, CLASSES>::pages(any()));
    seen(Replay::changed(replay, any()));
    seen(Replay::emit::<u8>(replay, any(), any(), |piece| {
        seen(piece);
        any()
    }));
    seen(Replay::written(replay, any(), any()));
    seen(Replay::take(replay, any(), any(), somewhere()));
}

/// A place that might fail.
struct Anywhere;

impl<N: Net, C: Choice> Keep<N, C> for Anywhere {
    fn keep(&mut self, parameters: &Parameters<N, C>) -> Result<(), NotKept> {
        seen(parameters);
        any()
    }
    fn restore(&mut self, parameters: &mut Parameters<N, C>) -> Result<(), NotKept> {
        seen(parameters);
        any()
    }
}

/// A guarded session, wherever it may stand.
pub(crate) fn session<N: Net, C: Choice, X: Pixel>() {
    let session = somewhere::<Session<30, 20>>();
    let learner = somewhere::<Learner<N, C, X>>();
    let new = somewhere::<Replay<N, X, 30, 10>>();
    let old = somewhere::<Replay<N, X, 20, 10>>();
    let copy = somewhere::<InRam<N, C>>();
    seen(Session::begin(session, somewhere(), new, Rng::new(any()), any()));
    seen(Session::is_busy(session));
    seen(Session::poll(session, learner, new, old, copy, any(), any()));
    seen(Session::poll(session, learner, new, old, &mut Anywhere, any(), any()));
    seen(Session::stop(session, learner, copy, any()));
    seen(Keep::keep(copy, somewhere::<Parameters<N, C>>()));
    seen(Keep::restore(copy, somewhere::<Parameters<N, C>>()));
}

/// A flash that might do anything.
struct Somehow<const WRITE: usize>;

impl<const WRITE: usize> ErrorType for Somehow<WRITE> {
    type Error = NorFlashErrorKind;
}

impl<const WRITE: usize> ReadNorFlash for Somehow<WRITE> {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        seen(offset);
        bytes.fill_with(any);
        any()
    }
    fn capacity(&self) -> usize {
        any()
    }
}

impl<const WRITE: usize> NorFlash for Somehow<WRITE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        seen((from, to));
        any()
    }
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        seen((offset, bytes));
        any()
    }
}

/// A store, whatever is in its flash.
fn keeps<N: Net, C: Choice, F: NorFlash + 'static>() {
    seen(Store::<N, F>::new(owned(), any()).is_ok());
    let store = somewhere::<Store<N, F>>();
    let (parameters, scale) = (somewhere::<Parameters<N, C>>(), somewhere::<Scale<N>>());
    let factory = || somewhere::<[u8]>();
    seen(Store::flash_mut(store).capacity());
    seen(Store::into_flash(owned::<Store<N, F>>()).capacity());
    seen(Store::find(store));
    seen(Store::start(store));
    seen(Store::well(store));
    seen(Store::load(store, parameters, factory()));
    seen(Store::load_scaled(store, parameters, scale, factory()));
    seen(Store::rollback(store));
    let model = somewhere::<Model<'static, N, C>>();
    seen(Store::save(store, model, any(), any::<Progress>()));
    seen(Store::begin(store, model, any(), any::<Progress>()));
    seen(Store::resume(store, model, any()));
    seen(Store::is_busy(store));
    seen(Store::abandon(store));
    seen(store::bytes::<N>(any()));
}

/// Flashes of units small and large, one of them in two parts.
pub(crate) fn stores<N: Net, C: Choice>() {
    keeps::<N, C, Somehow<1>>();
    keeps::<N, C, Somehow<32>>();
    keeps::<N, C, Pair<Somehow<8>>>();
    seen(store::lifetime_saves(any()));
    seen(Slot::new(any()..any()));
    seen(Slot::at_once(any()..any()));
    seen(store::Which::other(any()));
    seen(store::Which::of(any(), somewhere::<[u8; 2]>()));
    seen(store::Which::of_mut(any(), somewhere::<[u8; 2]>()));
}

/// Models, on their way in and out.
fn models<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    seen(Parameters::load(parameters, somewhere()));
    seen(format::checksum(parameters));
    seen(format::emit::<_, _, ()>(parameters, |piece| {
        seen(piece);
        any()
    }));
    let scale = somewhere::<Scale<N>>();
    seen(format::emit_scaled::<_, _, ()>(parameters, scale, |piece| {
        seen(piece);
        any()
    }));
    seen(format::parse(somewhere(), parameters));
    seen(Reader::<N, C>::default());
    let reader = somewhere::<Reader<N, C>>();
    seen(Reader::take(reader, somewhere(), parameters));
    seen(Reader::take_scaled(reader, somewhere(), parameters, scale));
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

    seen(Parameters::decay_term(parameters, any()));
    models::<N, C>();
}

/// What is stored and shown of parameters, gradients and memory.
fn held<N: Net, C: Choice>() {
    let parameters = somewhere::<Parameters<N, C>>();
    let gradient = somewhere::<net::Gradient<N, C>>();
    seen(Parameters::are_loaded(parameters));
    seen(Parameters::are_finite(parameters));
    seen(Parameters::visit(parameters, |role, values| seen((role, values))));
    seen(Parameters::visit_mut(parameters, |role, values| seen((role, values))));
    seen(Parameters::layers(parameters));
    seen(Parameters::tensor(parameters, any()));
    seen(Parameters::tensor_mut(parameters, any()));
    seen(Parameters::<N, C>::of(Zero::ZERO));
    let layers = Parameters::layers_mut(parameters);
    seen(<N::Chain as Holding>::is_loaded::<C>(layers));
    seen(<N::Chain as Holding>::load::<C, All>(layers, somewhere()));
    seen(<N::Chain as Holding>::initialize::<C>(layers, somewhere()));
    let at = &mut |role, values: &[f32]| seen((role, values));
    seen(<N::Chain as Holding>::visit::<C>(layers, at));
    let at = &mut |role, values: &mut [f32]| seen((role, values));
    seen(<N::Chain as Holding>::visit_mut::<C>(layers, at));
    let at = &mut |numbers: Numbers<'_>| seen(numbers);
    seen(<N::Chain as Holding>::visit_held::<C>(layers, at));
    seen(<N::Chain as Holding>::tensor::<C>(layers, any()));
    seen(<N::Chain as Holding>::tensor_mut::<C>(layers, any()));
    seen(<N::Chain as Holding>::gradient_mut::<C>(gradient, any()));
    seen(Parameters::initialize(parameters, somewhere::<Rng>()));
}

fn rooms<T: Taped + 'static>() {
    seen(<T as Taped>::rooms(&mut |room| seen(room)));
    seen(<T as Taped>::hidden(somewhere::<T>(), &mut |z| seen(z)));
}

/// Readings that become an image.
fn scaled<N: Net>() {
    seen(Scale::<N>::new(somewhere(), somewhere()).is_ok());
    let scale = somewhere::<Scale<N>>();
    Scale::maps(scale).for_each(seen);
    let image = somewhere::<Image<N>>();
    seen(Scale::apply::<f32>(scale, somewhere(), image));
    seen(Scale::apply::<i16>(scale, somewhere(), image));
    seen(Scale::apply::<u8>(scale, somewhere(), image));
}

/// All of it, and what knows no choice.
pub(crate) fn everything<N: Net>() {
    in_place::<N, All, f32>();
    batches::<N, All>();
    held::<N, All>();

    seen(format::length::<N>());
    seen(format::scaled_length::<N>());
    seen(format::scale::<N>(somewhere()).is_ok());
    seen(format::fingerprint::<N>());
    seen(format::check::<N>(somewhere()));
    seen(format::is_of::<N>(somewhere()));

    scaled::<N>();
    rooms::<net::Tape<N, All>>();
}
