//! A step in slices ends in the bits of a step in one go, whatever the slices; nobody sees weights
//! half moved.

use std::task::Poll;

use cpfo::activation::Identity;
use cpfo::choice::{All, BiasesOnly, Choice, ConvolutionsAndOutput, Freeze, OutputOnly};
use cpfo::net::{Image, Net, Parameters, Tape};
use cpfo::parts::hold::{No, Yes};
use cpfo::parts::learn::Descent;
use cpfo::parts::pace::Slice;
use cpfo::parts::stage::Stage as _;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Inference, Learner, Limit, Rates, Refusal};
use cpfo_suite::for_each_golden;
use cpfo_tests::calls;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

const RATES: Rates = Rates { rate: 0.1, decay: 0.01 };

/// A learner of a choice with an image, and its label.
fn case<N: Net, C: Choice>(seed: u64) -> (Box<Learner<N, C>>, usize) {
    let mut rng = Rng::new(seed);
    let (mut all, mut learner) = (Box::new(N::ZERO), Box::new(Learner::<N, C>::ZERO));
    all.initialize(&mut rng);
    image_of(&mut learner).flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    let label = rng.next_u32() as usize % N::CLASSES;
    // What stays frozen is borrowed for good, as from flash.
    learner.parameters_mut().expect("no step is under way").load(Box::leak(all));
    (learner, label)
}

fn image_of<N: Net, C: Choice>(learner: &mut Learner<N, C>) -> &mut Image<N> {
    learner.image_mut().expect("no step is under way")
}

/// Every number of parameters that are held as a choice says.
fn bits<N: Net, C: Choice>(parameters: &Parameters<N, C>) -> Vec<u32> {
    let mut bits = Vec::new();
    parameters.visit(|_, values| {
        bits.extend(values.iter().map(|value| value.to_bits()));
    });
    bits
}

/// The same, of a learner whose weights are not on the move.
fn seen<N: Net, C: Choice>(learner: &Learner<N, C>) -> Option<Vec<u32>> {
    learner.parameters().map(bits)
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
        let (mut whole, label) = case::<N, C>(seed);
        let expected = match limit {
            None => calls::learn(&mut whole, label, RATES.rate, RATES.decay),
            Some(limit) => whole.step_within(label, &RATES, limit),
        };

        let (mut sliced, label) = case::<N, C>(seed);
        let before = seen(&sliced);
        let mut budgets = budgets.into_iter().cycle();
        let begun = match limit {
            None => sliced.begin(label, &RATES),
            Some(limit) => sliced.begin_within(label, &RATES, limit),
        };
        prop_assert_eq!(begun, Ok(()));
        let loss = loop {
            if let Some(seen) = seen(&sliced) {
                prop_assert_eq!(Some(seen), before.clone(), "seen between two slices");
            }
            if let Poll::Ready(loss) = sliced.resume(budgets.next().unwrap_or(1)) {
                break loss;
            }
        };
        prop_assert_eq!(loss.map(f32::to_bits), expected.map(f32::to_bits));
        prop_assert_eq!(seen(&sliced), seen(&whole));
        Ok(())
    };
    runner.run(&(0_u64..1000, budgets, limits), property).expect("the same bits");
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            same_bits::<cpfo_suite::goldens::$net::Net, All>();
        })*
    };
}
for_each_golden!(of_all);

#[test]
fn of_what_trains_partly() {
    use cpfo_suite::goldens::{two_max_stages, two_mean_stages};
    same_bits::<two_max_stages::Net, ConvolutionsAndOutput>();
    same_bits::<two_max_stages::Net, OutputOnly>();
    same_bits::<two_mean_stages::Net, BiasesOnly>();
    same_bits::<two_mean_stages::Net, Freeze<All>>();
}

/// What a budget pays for: the multiplications of a pass forward, and of the way back.
fn charged<N: Net>() -> [usize; 2] {
    let (mut learner, _) = case::<N, All>(7);
    let mut image = Box::new(Image::<N>::ZERO);
    image.flat_mut().copy_from_slice(learner.image().flat());
    let parameters = learner.parameters_mut().expect("no step is under way").layers_mut();
    let mut tape = Box::new(Tape::<N, All>::ZERO);
    let charged = |slice: Slice| (u32::MAX - slice.left()) as usize;
    let mut forward = Slice::new(0, u32::MAX);
    N::Chain::forward::<All, All, No, Yes, Identity, f32>(
        &mut forward,
        parameters,
        &image,
        &mut tape,
    );
    let (mut back, rule) = (Slice::new(0, u32::MAX), Descent { rate: 0.0, of_biases: 0.0 });
    N::Chain::backward::<All, No, Identity, f32, _>(
        &mut back,
        rule,
        parameters,
        cpfo::layer::Input::Fixed(&*image),
        &mut tape,
    );
    [charged(forward), charged(back)]
}

/// A budget counts what is multiplied, so that a slice is as long as it was meant to be.
#[test]
fn a_budget_pays_for_what_is_done() {
    use cpfo_suite::goldens::{relu_mean, three_convolutions, two_max_stages};
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

type N = cpfo_suite::goldens::two_max_stages::Net;

/// A learner whose step has gone on by so many units.
fn after(units: usize) -> Box<Learner<N>> {
    let (mut learner, label) = case::<N, All>(7);
    learner.begin(label, &RATES).expect("a good sample");
    for _ in 0..units {
        let _ = learner.resume(1);
    }
    learner
}

/// A step that is abandoned has not been, or is finished: there is nothing between.
#[test]
fn an_abandoned_step_leaves_no_mixture() {
    let (mut whole, label) = case::<N, All>(7);
    let before = seen(&whole);
    calls::learn(&mut whole, label, RATES.rate, RATES.decay).expect("a good sample");
    let whole = seen(&whole);

    let (mut before_it, mut within_it, mut after_it) = (0, 0, 0);
    for units in 0..400 {
        let mut learner = after(units);
        let moving = learner.parameters().is_none();
        learner.abandon();
        assert!(!learner.is_busy());
        let now = seen(&learner);
        match (moving, now == before) {
            (true, _) => {
                assert_eq!(now, whole, "after {units} units");
                within_it += 1;
            }
            (false, true) => before_it += 1,
            (false, false) => {
                assert_eq!(now, whole, "after {units} units");
                after_it += 1;
            }
        }
    }
    assert!(before_it > 10 && within_it > 10 && after_it > 10);
}

/// While a step is under way nothing else is done, and the step ends as if nothing had been asked.
#[test]
fn a_busy_learner_does_nothing_else() {
    let (mut whole, label) = case::<N, All>(7);
    calls::learn(&mut whole, label, RATES.rate, RATES.decay).expect("a good sample");
    let limit = Limit::Clip(0.01);
    let mut busy = 0;
    for units in 0..400 {
        let mut learner = after(units);
        if !learner.is_busy() {
            assert_eq!(learner.resume(1), Poll::Ready(Err(Refusal::NoStep)));
            continue;
        }
        busy += 1;
        let said = match units % 9 {
            0 => learner.parameters_mut().map(drop),
            1 => learner.image_mut().map(drop),
            2 => calls::learn(&mut learner, label, 0.1, 0.0).map(drop),
            3 => learner.step_within(label, &RATES, limit).map(drop),
            4 => learner.outputs().map(drop),
            5 => learner.look(label).map(drop),
            6 => learner.classify().map(drop),
            7 => learner.begin(label, &RATES),
            _ => learner.begin_within(label, &RATES, limit),
        };
        assert_eq!(said, Err(Refusal::Busy), "after {units} units");
        while learner.resume(100).is_pending() {}
        assert_eq!(seen(&learner), seen(&whole), "after {units} units");
    }
    assert!(busy > 100, "{busy}");
}

/// Between two slices inference sees the weights before the step: those of the learner, and a copy of
/// them as long as they move.
#[test]
fn inference_between_two_slices() {
    let (mut learner, label) = case::<N, All>(7);
    let (copy, image) = (Box::new(*learner.parameters().expect("no step")), *learner.image());
    let mut inference = Box::new(Inference::<N>::ZERO);
    let before = inference.outputs(&copy, &image).expect("an answer").to_vec();
    learner.begin(label, &RATES).expect("a good sample");
    let (mut of_learner, mut of_copy) = (0, 0);
    while learner.resume(50).is_pending() {
        let moving = learner.parameters().is_none();
        let parameters = learner.parameters().unwrap_or(&copy);
        assert_eq!(inference.outputs(parameters, &image), Ok(&before[..]));
        of_learner += usize::from(!moving);
        of_copy += usize::from(moving);
    }
    assert!(of_learner > 2 && of_copy > 2, "{of_learner} {of_copy}");
    let parameters = learner.parameters().expect("it is done");
    assert_ne!(inference.outputs(parameters, &image), Ok(&before[..]));
}

/// What a step in one go refuses, one in slices refuses too, and no weight has moved.
#[test]
fn refusals() {
    let (mut learner, label) = case::<N, All>(7);
    let before = seen(&learner);
    let go = |learner: &mut Learner<N>, label, rate, limit| {
        learner.begin_within(label, &Rates { rate, ..RATES }, limit)?;
        loop {
            if let Poll::Ready(outcome) = learner.resume(100) {
                assert_eq!(learner.resume(100), Poll::Ready(Err(Refusal::NoStep)));
                break outcome;
            }
        }
    };
    let (refuse, rate) = (Limit::Refuse(1e-9), RATES.rate);
    assert_eq!(go(&mut learner, N::CLASSES, rate, refuse), Err(Refusal::Label));
    assert_eq!(go(&mut learner, label, f32::NAN, refuse), Err(Refusal::Rate));
    assert_eq!(go(&mut learner, label, rate, refuse), Err(Refusal::Gradient));
    image_of(&mut learner).flat_mut()[5] = f32::INFINITY;
    assert_eq!(go(&mut learner, label, rate, refuse), Err(Refusal::Image));
    image_of(&mut learner).flat_mut().fill(f32::MAX);
    assert_eq!(go(&mut learner, label, rate, refuse), Err(Refusal::Diverged));
    assert_eq!(seen(&learner), before);
}
