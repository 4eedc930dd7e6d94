//! Layers that stay frozen: before they are loaded everything is refused, and after that a model goes out
//! and comes in whole, whatever trains.

use cpfo::choice::{
    All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, Nothing, OutputOnly, Train,
};
use cpfo::format::{self, Fault, Reader, Stopped};
use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Batch, InPlace, Inference, Learner, Limit, Rates, Refusal};
use cpfo_suite::goldens::{pooling_first, two_fully_connected};
use cpfo_tests::calls;

fn emitted<N: Net, C: Choice>(parameters: &Parameters<N, C>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let put = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Ok::<(), ()>(())
    };
    format::emit::<_, _, ()>(parameters, put).expect("it is loaded");
    assert_eq!(bytes.len(), format::length::<N>());
    bytes
}

fn fresh<N: Net>(seed: u64) -> &'static Parameters<N> {
    let mut parameters = Box::new(N::ZERO);
    parameters.initialize(&mut Rng::new(seed));
    Box::leak(parameters)
}

fn loaded<N: Net, C: Choice>(from: &'static Parameters<N>) -> Box<Parameters<N, C>> {
    let mut parameters = Box::new(Parameters::<N, C>::ZERO);
    parameters.load(from);
    parameters
}

/// A model by the reader, in pieces.
fn read<N: Net, C: Choice>(bytes: &[u8], parameters: &mut Parameters<N, C>) -> Result<bool, Fault> {
    let mut reader = Reader::<N, C>::default();
    bytes.chunks(7).try_for_each(|piece| reader.take(piece, parameters))?;
    Ok(reader.is_whole())
}

fn not_loaded<N: Net, C: Choice>(image: &Image<N>, model: &[u8]) {
    let mut bare = Box::new(Parameters::<N, C>::ZERO);
    let mut trainer = Box::new(InPlace::<N, C>::ZERO);
    let mut inference = Box::new(Inference::<N>::ZERO);
    let mut batch = Box::new(Batch::<N, C>::ZERO);
    let limit = Limit::Clip(1.0);
    let no = Err(Refusal::NotLoaded);
    assert_eq!(calls::step(&mut trainer, &mut bare, image, 1, 0.1, 0.1), no);
    assert_eq!(calls::see(&mut trainer, &mut bare, image, 1, 0.1, 0.1).map(|seen| seen.loss), no);
    assert_eq!(calls::step_within(&mut trainer, &mut bare, image, 1, 0.1, 0.1, limit), no);
    let mut learner = Box::new(Learner::<N, C>::ZERO);
    let rates = Rates { rate: 0.1, decay: 0.1 };
    assert_eq!(calls::learn(&mut learner, 1, 0.1, 0.1), no);
    assert_eq!(learner.step_within(1, &rates, limit), no);
    assert_eq!(learner.begin(1, &rates).map(|()| 0.0), no);
    assert_eq!(learner.begin_within(1, &rates, limit).map(|()| 0.0), no);
    assert_eq!(learner.classify().map(|_| 0.0), no);
    assert_eq!(learner.outputs().map(|_| 0.0), no);
    assert_eq!(learner.look(1).map(|seen| seen.loss), no);
    assert_eq!(calls::add(&mut batch, &bare, image, 1).map(|seen| seen.loss), no);
    assert_eq!(inference.classify(&bare, image).map(|_| 0.0), no);
    assert_eq!(inference.outputs(&bare, image).map(|_| 0.0), no);
    assert_eq!(inference.look(&bare, image, 1).map(|seen| seen.loss), no);
    let mut pieces = 0;
    let taken = format::emit::<_, _, ()>(&bare, |_| {
        pieces += 1;
        Ok(())
    });
    assert_eq!((taken, pieces), (Err(Stopped::NotLoaded), 0));
    assert_eq!(format::parse(model, &mut bare), Err(Fault::NotLoaded));
    assert_eq!(read::<N, C>(model, &mut bare), Err(Fault::NotLoaded));
}

/// Out and in again, before and after a step; `trains` says whether that changes anything.
fn of_choice<N: Net, C: Choice>(trains: bool) {
    let (from, other) = (fresh::<N>(1), fresh::<N>(2));
    let mut image = Box::new(Image::<N>::ZERO);
    let mut rng = Rng::new(3);
    image.flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    let model = emitted::<N, All>(from);
    not_loaded::<N, C>(&image, &model);

    let mut parameters = loaded::<N, C>(from);
    assert_eq!(emitted::<N, C>(&parameters), model);
    let mut trainer = Box::new(InPlace::<N, C>::ZERO);
    calls::step(&mut trainer, &mut parameters, &image, 1, 0.1, 0.01).expect("a good sample");
    let learnt = emitted::<N, C>(&parameters);
    assert_eq!(learnt != model, trains);
    // Any net takes it whole; one that trains partly, where its frozen layers are the same.
    assert_eq!(format::parse(&learnt, &mut loaded::<N, All>(other)), Ok(()));
    let mut again = loaded::<N, C>(from);
    assert_eq!(format::parse(&learnt, &mut again), Ok(()));
    assert_eq!(emitted::<N, C>(&again), learnt);
    let mut again = loaded::<N, C>(from);
    assert_eq!(read::<N, C>(&learnt, &mut again), Ok(true));
    assert_eq!(emitted::<N, C>(&again), learnt);

    let mut foreign = loaded::<N, C>(other);
    let before = emitted::<N, C>(&foreign);
    assert_eq!(format::parse(&learnt, &mut foreign), Err(Fault::OtherFrozen));
    assert_eq!(emitted::<N, C>(&foreign), before, "nothing has moved");
    assert_eq!(read::<N, C>(&learnt, &mut foreign), Err(Fault::OtherFrozen));
}

fn of_net<N: Net>() {
    of_choice::<N, Nothing>(false);
    of_choice::<N, Freeze<All>>(true);
    of_choice::<N, OutputOnly>(true);
    of_choice::<N, ConvolutionsAndOutput>(true);
    of_choice::<N, BiasesOnly>(true);
    of_choice::<N, Train<Freeze<BiasesOnly>>>(true);
}

#[test]
fn with_a_pooling_layer_first() {
    of_net::<pooling_first::Net>();
}

#[test]
fn with_two_convolutions_and_three_connected_layers() {
    of_net::<two_fully_connected::Net>();
}
