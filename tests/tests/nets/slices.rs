//! A step in slices ends in the bits of a step in one go, whatever the slices; nobody sees weights
//! half moved.

use std::task::Poll;

use cpfo::activation::Identity;
use cpfo::chain::Holding as _;
use cpfo::choice::{All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, No, OutputOnly};
use cpfo::layer::learn::Descent;
use cpfo::net::{Image, Net, Parameters, Tape};
use cpfo::pace::Slice;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::stage::Stage as _;
use cpfo::train::{InPlace, Inference, Limit, Refusal, initialize};
use cpfo_tests::calls;
use cpfo_tests::for_each_golden;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

const RATE: f32 = 0.1;
const DECAY: f32 = 0.01;

/// Parameters of a choice, an image and a label.
struct Case<N: Net, C: Choice> {
    parameters: Box<Parameters<N, C>>,
    image: Box<Image<N>>,
    label: usize,
}

fn case<N: Net, C: Choice>(seed: u64) -> Case<N, C> {
    let mut rng = Rng::new(seed);
    let (mut all, mut image) = (Box::new(N::ZERO), Box::new(Image::<N>::ZERO));
    initialize::<N>(&mut all, &mut rng);
    image.flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    let label = rng.next_u32() as usize % N::CLASSES;
    let mut parameters = Box::new(Parameters::<N, C>::ZERO);
    // What stays frozen is borrowed for good, as from flash.
    N::Chain::load::<C, All>(&mut parameters, Box::leak(all));
    Case { parameters, image, label }
}

/// Every number of parameters that are held as a choice says.
fn bits<N: Net, C: Choice>(parameters: &Parameters<N, C>) -> Vec<u32> {
    let mut bits = Vec::new();
    N::Chain::visit::<C>(parameters, &mut |_, values| {
        bits.extend(values.iter().map(|value| value.to_bits()));
    });
    bits
}

fn same_bits<N: Net, C: Choice>() {
    let budgets = vec(1_u32..3000, 1..12);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2014),
        ..Config::with_cases(48)
    });
    let limits =
        prop_oneof![Just(None), Just(Some(Limit::Clip(0.01))), Just(Some(Limit::Clip(1e9)))];
    let property = |(seed, budgets, limit): (u64, Vec<u32>, Option<Limit>)| {
        let mut whole = case::<N, C>(seed);
        let mut trainer = Box::new(InPlace::<N, C>::ZERO);
        let (parameters, image, label) = (&mut *whole.parameters, &*whole.image, whole.label);
        let expected = match limit {
            None => calls::step(&mut trainer, parameters, image, label, RATE, DECAY),
            Some(limit) => {
                calls::step_within(&mut trainer, parameters, image, label, RATE, DECAY, limit)
            }
        };

        let mut sliced = case::<N, C>(seed);
        let before = bits::<N, C>(&sliced.parameters);
        let mut budgets = budgets.into_iter().cycle();
        // Both kinds of steps, which are two types.
        macro_rules! go {
            ($step:expr) => {{
                let mut step = $step.expect("a good sample");
                loop {
                    if let Some(seen) = step.parameters() {
                        prop_assert_eq!(&bits::<N, C>(seen), &before, "seen between two slices");
                    }
                    if let Poll::Ready(loss) = step.poll(budgets.next().unwrap_or(1)) {
                        let after = step.parameters().map(|seen| bits::<N, C>(seen));
                        prop_assert_eq!(after, Some(bits::<N, C>(&whole.parameters)));
                        break loss;
                    }
                }
            }};
        }
        let (parameters, image, label) = (&mut *sliced.parameters, &*sliced.image, sliced.label);
        let loss = match limit {
            None => go!(trainer.begin(parameters, image, label, RATE, DECAY)),
            Some(limit) => {
                go!(trainer.begin_within(parameters, image, label, RATE, DECAY, limit))
            }
        };
        prop_assert_eq!(loss.map(f32::to_bits), expected.map(f32::to_bits));
        prop_assert_eq!(bits::<N, C>(&sliced.parameters), bits::<N, C>(&whole.parameters));
        Ok(())
    };
    runner.run(&(0_u64..1000, budgets, limits), property).expect("the same bits");
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            same_bits::<cpfo_tests::nets::$net::Net, All>();
        })*
    };
}
for_each_golden!(of_all);

#[test]
fn of_what_trains_partly() {
    use cpfo_tests::nets::{two_max_stages, two_mean_stages};
    same_bits::<two_max_stages::Net, ConvolutionsAndOutput>();
    same_bits::<two_max_stages::Net, OutputOnly>();
    same_bits::<two_mean_stages::Net, BiasesOnly>();
    same_bits::<two_mean_stages::Net, Freeze<All>>();
}

/// What a budget pays for: the multiplications of a pass forward, and of the way back.
fn charged<N: Net>() -> [usize; 2] {
    let Case { mut parameters, image, .. } = case::<N, All>(7);
    let mut tape = Box::new(Tape::<N, All>::ZERO);
    let charged = |slice: Slice| (u32::MAX - slice.left()) as usize;
    let mut forward = Slice::new(0, u32::MAX);
    N::Chain::forward::<All, All, No, Identity, f32>(&mut forward, &parameters, &image, &mut tape);
    let (mut back, rule) = (Slice::new(0, u32::MAX), Descent { rate: 0.0, of_biases: 0.0 });
    N::Chain::backward::<All, No, Identity, f32, _>(
        &mut back,
        rule,
        &mut parameters,
        cpfo::layer::Input::Fixed(&*image),
        &mut tape,
    );
    [charged(forward), charged(back)]
}

/// A budget counts what is multiplied, so that a slice is as long as it was meant to be.
#[test]
fn a_budget_pays_for_what_is_done() {
    use cpfo_tests::nets::{relu_mean, three_convolutions, two_max_stages};
    fn macs<N: Net>(layer: usize) -> usize {
        N::LAYERS[layer].1.macs
    }
    fn all<N: Net>() -> usize {
        (0..N::LAYERS.len()).map(macs::<N>).sum()
    }
    let [relu_mean, two_max, three] = [
        charged::<relu_mean::Net>(),
        charged::<two_max_stages::Net>(),
        charged::<three_convolutions::Net>(),
    ];
    assert_eq!(relu_mean[0], all::<relu_mean::Net>());
    assert_eq!(two_max[0], all::<two_max_stages::Net>());
    assert_eq!(three[0], all::<three_convolutions::Net>());
    // After a mean every place of the map has a δ; biases and slopes come on top.
    type Mean = relu_mean::Net;
    let due = macs::<Mean>(0) + 2 * (macs::<Mean>(2) + macs::<Mean>(3));
    assert!((due..due + due / 4).contains(&relu_mean[1]), "{due} {}", relu_mean[1]);
    // After a maximum one place of each window has.
    type Max = two_max_stages::Net;
    let due = macs::<Max>(0) / 4 + 2 * (macs::<Max>(2) / 3 + macs::<Max>(4) + macs::<Max>(5));
    assert!((due..due + due / 2).contains(&two_max[1]), "{due} {}", two_max[1]);
}

type N = cpfo_tests::nets::two_max_stages::Net;

/// Where a step stands after so many units.
fn after(units: usize) -> (Case<N, All>, Vec<u32>, bool) {
    let mut case = case::<N, All>(7);
    let before = bits::<N, All>(&case.parameters);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let step = trainer.begin(&mut case.parameters, &case.image, case.label, RATE, DECAY);
    let mut step = step.expect("a good sample");
    for _ in 0..units {
        let _ = step.poll(1);
    }
    let moving = step.parameters().is_none();
    drop(step);
    (case, before, moving)
}

/// A step that is dropped has not been, or is finished: there is nothing between.
#[test]
fn a_dropped_step_leaves_no_mixture() {
    let mut whole = case::<N, All>(7);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let step =
        calls::step(&mut trainer, &mut whole.parameters, &whole.image, whole.label, RATE, DECAY);
    step.expect("a good sample");
    let whole = bits::<N, All>(&whole.parameters);

    let (mut before_it, mut within_it, mut behind_it) = (0, 0, 0);
    for units in 0..400 {
        let (case, before, moving) = after(units);
        let now = bits::<N, All>(&case.parameters);
        assert!(now == before || now == whole, "after {units} units");
        match (moving, now == before) {
            (true, _) => {
                assert_eq!(now, whole, "after {units} units");
                within_it += 1;
            }
            (false, true) => before_it += 1,
            (false, false) => behind_it += 1,
        }
    }
    assert!(before_it > 10 && within_it > 10 && behind_it > 10);
}

/// A step that is forgotten while weights move is noticed by whatever the trainer does next, once.
#[test]
fn a_forgotten_step_is_noticed() {
    let limit = Limit::Clip(0.01);
    let (mut half_moved, mut whole) = (0, 0);
    for units in 0..400 {
        let mut case = case::<N, All>(7);
        let (image, label) = (&*case.image, case.label);
        let mut trainer = Box::new(InPlace::<N>::ZERO);
        let step = trainer.begin(&mut case.parameters, image, label, RATE, DECAY);
        let mut step = step.expect("a good sample");
        for _ in 0..units {
            let _ = step.poll(1);
        }
        let moving = step.parameters().is_none();
        std::mem::forget(step);
        let mut next = || {
            let parameters = &mut *case.parameters;
            match units % 5 {
                0 => calls::step(&mut trainer, parameters, image, label, RATE, DECAY).map(drop),
                1 => calls::see(&mut trainer, parameters, image, label, RATE, DECAY).map(drop),
                2 => calls::step_within(&mut trainer, parameters, image, label, RATE, DECAY, limit)
                    .map(drop),
                3 => trainer.begin(parameters, image, label, RATE, DECAY).map(drop),
                _ => trainer.begin_within(parameters, image, label, RATE, DECAY, limit).map(drop),
            }
        };
        let said = if moving { Err(Refusal::HalfMoved) } else { Ok(()) };
        assert_eq!(next(), said, "after {units} units");
        assert_eq!(next(), Ok(()), "it is said once");
        half_moved += usize::from(moving);
        whole += usize::from(!moving);
    }
    assert!(half_moved > 50 && whole > 50, "{half_moved} {whole}");
}

/// Between two slices inference sees the weights before the step.
#[test]
fn inference_between_two_slices() {
    let mut case = case::<N, All>(7);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut inference = Box::new(Inference::<N>::ZERO);
    let before = inference.outputs::<All>(&case.parameters, &case.image);
    let before = before.expect("an answer").to_vec();
    let step = trainer.begin(&mut case.parameters, &case.image, case.label, RATE, DECAY);
    let mut step = step.expect("a good sample");
    let mut looks = 0;
    while step.poll(50).is_pending() {
        if let Some(parameters) = step.parameters() {
            assert_eq!(inference.outputs::<All>(parameters, &case.image), Ok(&before[..]));
            looks += 1;
        }
    }
    assert!(looks > 2);
    let parameters = step.parameters().expect("it is done");
    assert_ne!(inference.outputs::<All>(parameters, &case.image), Ok(&before[..]));
}

/// What a step in one go refuses, one in slices refuses too, and no weight has moved.
#[test]
fn refusals() {
    let Case { mut parameters, mut image, label } = case::<N, All>(7);
    let before = bits::<N, All>(&parameters);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut begin = |image: &Image<N>, label, rate, limit| {
        let mut step = trainer.begin_within(&mut parameters, image, label, rate, DECAY, limit)?;
        loop {
            if let Poll::Ready(outcome) = step.poll(100) {
                assert_eq!(step.poll(100), Poll::Ready(outcome), "the outcome stays");
                break outcome;
            }
        }
    };
    let refuse = Limit::Refuse(1e-9);
    assert_eq!(begin(&image, N::CLASSES, RATE, refuse), Err(Refusal::Label));
    assert_eq!(begin(&image, label, f32::NAN, refuse), Err(Refusal::Rate));
    assert_eq!(begin(&image, label, RATE, refuse), Err(Refusal::Gradient));
    image.flat_mut()[5] = f32::INFINITY;
    assert_eq!(begin(&image, label, RATE, refuse), Err(Refusal::Image));
    image.flat_mut().fill(f32::MAX);
    assert_eq!(begin(&image, label, RATE, refuse), Err(Refusal::Diverged));
    assert_eq!(bits::<N, All>(&parameters), before);
}
