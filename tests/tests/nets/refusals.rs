//! Bad rates are refused at every door, and what is not finite is no answer, wherever it comes from.

use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{
    Batch, InPlace, Inference, LARGEST_RATE, Limit, Rates, Refusal, Schedule, Sgd, Velocity, argmax,
};
use cpfo_suite::goldens::{pooling_first, relu_mean, two_max_stages};
use cpfo_tests::{calls, copy, gradients, learner, tensors};

fn case<N: Net>() -> (Box<Parameters<N>>, Box<Image<N>>) {
    let mut rng = Rng::new(7);
    let (mut parameters, mut image) = (Box::new(N::ZERO), Box::new(Image::<N>::ZERO));
    parameters.initialize(&mut rng);
    image.flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    (parameters, image)
}

/// What each door says to rates; a refused one has moved nothing.
fn doors<N: Net>(sgd: &Sgd, in_place: bool) -> Vec<Result<(), Refusal>> {
    let (before, image) = case::<N>();
    let mut parameters = copy::<N>(&before);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut batch = Box::new(Batch::<N>::ZERO);
    let mut velocity = Box::new(Velocity::<N>::ZERO);
    let limit = Limit::Clip(1e9);
    let Sgd { rate, decay, .. } = *sgd;
    let mut said = Vec::new();
    let mut learner = learner::<N>(&before, &image);
    let rates = Rates { rate, decay };
    for door in if in_place { 0..7 } else { 7..9 } {
        let p = &mut *parameters;
        let done = match door {
            0 => calls::step(&mut trainer, p, &image, 1, rate, decay).map(drop),
            1 => calls::see(&mut trainer, p, &image, 1, rate, decay).map(drop),
            2 => calls::step_within(&mut trainer, p, &image, 1, rate, decay, limit).map(drop),
            3 => learner.begin(1, &rates),
            4 => learner.begin_within(1, &rates, limit),
            5 => calls::learn(&mut learner, 1, rate, decay).map(drop),
            6 => learner.step_within(1, &rates, limit).map(drop),
            _ => {
                calls::add(&mut batch, p, &image, 1).expect("a good sample");
                let done = match door {
                    7 => batch.update(p, &mut velocity, sgd),
                    _ => batch.update_within(p, &mut velocity, sgd, limit),
                };
                let left = gradients(&mut batch);
                assert!(left.iter().flatten().all(|g| *g == 0.0), "nothing is left for the next");
                done
            }
        };
        if done.is_err() {
            assert_eq!(tensors::<N>(&parameters), tensors::<N>(&before), "door {door}");
            let kept = learner.parameters().expect("no step is under way");
            assert_eq!(tensors::<N>(kept), tensors::<N>(&before), "door {door}");
        }
        learner.abandon();
        said.push(done);
    }
    said
}

#[test]
fn bad_rates_are_refused_at_every_door() {
    let good = Sgd { rate: 0.01, momentum: 0.0, decay: 0.01 };
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let rates = [nan, inf, -inf, -1e-30, -0.1, LARGEST_RATE * 1.001, 1e30, f32::MAX];
    let decays = [nan, inf, -inf, -1e-30, -0.1, 100.0, 101.0, f32::MAX];
    let bad = rates.map(|rate| Sgd { rate, ..good });
    for sgd in bad.into_iter().chain(decays.map(|decay| Sgd { decay, ..good })) {
        for in_place in [true, false] {
            for (door, said) in doors::<relu_mean::Net>(&sgd, in_place).iter().enumerate() {
                assert_eq!(*said, Err(Refusal::Rate), "{sgd:?}, door {door}");
            }
        }
    }
    for momentum in [nan, inf, -0.1, 1.0, 5.0] {
        let said = doors::<relu_mean::Net>(&Sgd { momentum, ..good }, false);
        assert_eq!(said, [Err(Refusal::Rate); 2], "{momentum}");
    }
    let kind = [0.0, -0.0, LARGEST_RATE].map(|rate| Sgd { rate, decay: 0.0, ..good });
    for sgd in kind.into_iter().chain([Sgd { decay: 99.0, ..good }]) {
        for in_place in [true, false] {
            let said = doors::<relu_mean::Net>(&sgd, in_place);
            assert!(said.iter().all(|said| said.is_ok()), "{sgd:?}: {said:?}");
        }
    }
}

/// A schedule may make anything of a good rate; who takes it, refuses it.
#[test]
fn what_a_schedule_makes_of_a_rate_is_refused_too() {
    for factor in [-1.0, 1e30, f32::NAN] {
        let share = Schedule::Step { every: 1, factor }.share(1, 10);
        let sgd = Sgd { rate: 0.01 * share, momentum: 0.0, decay: 0.0 };
        assert_eq!(doors::<relu_mean::Net>(&sgd, true), [Err(Refusal::Rate); 7], "{factor}");
    }
}

/// What inference and trainers say of an image.
fn answers<N: Net>(parameters: &Parameters<N>, image: &Image<N>) -> [Result<usize, Refusal>; 8] {
    let mut inference = Box::new(Inference::<N>::ZERO);
    let mut batch = Box::new(Batch::<N>::ZERO);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut moved = copy::<N>(parameters);
    let mut learner = learner::<N>(parameters, image);
    let largest = |outputs: &[f32]| argmax(outputs).expect("they are finite");
    [
        inference.outputs(parameters, image).map(largest),
        learner.outputs().map(largest),
        learner.classify(),
        learner.look(1).map(|seen| seen.class),
        inference.classify(parameters, image),
        inference.look(parameters, image, 1).map(|seen| seen.class),
        calls::add(&mut batch, parameters, image, 1).map(|seen| seen.class),
        calls::see(&mut trainer, &mut moved, image, 1, 0.0, 0.0).map(|seen| seen.class),
    ]
}

fn no_answers<N: Net>() {
    let (parameters, mut image) = case::<N>();
    let good = answers::<N>(&parameters, &image);
    assert!(good[0].is_ok() && good.iter().all(|answer| *answer == good[0]), "{good:?}");
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for pixel in 0..N::PIXELS {
            let kept = std::mem::replace(&mut image.flat_mut()[pixel], bad);
            let said = answers::<N>(&parameters, &image);
            image.flat_mut()[pixel] = kept;
            assert_eq!(said, [Err(Refusal::Image); 8], "{} pixel {pixel}: {bad}", N::NAME);
        }
        // The last tensor is the output's bias: what is bad there nothing can hide.
        let mut broken = copy::<N>(&parameters);
        let (mut next, last) = (0, tensors::<N>(&parameters).len() - 1);
        broken.visit_mut(|_, values| {
            if next == last {
                values[0] = bad;
            }
            next += 1;
        });
        let said = answers::<N>(&broken, &image);
        assert_eq!(said, [Err(Refusal::Diverged); 8], "{}: {bad}", N::NAME);
    }
}

#[test]
fn what_is_not_finite_is_no_answer() {
    no_answers::<pooling_first::Net>();
    no_answers::<two_max_stages::Net>();
    no_answers::<relu_mean::Net>();
}

#[test]
fn the_largest_of_numbers() {
    assert_eq!(argmax(&[1.0, 3.0, 3.0]), Some(1));
    assert_eq!(argmax(&[f32::MIN]), Some(0));
    for values in [&[][..], &[f32::NAN, 1.0], &[1.0, f32::INFINITY], &[f32::NEG_INFINITY, 1.0]] {
        assert_eq!(argmax(values), None, "{values:?}");
    }
}
