//! A gradient past its limit moves no weight, or is shortened; both trainers, by the same length.

use cpfo::choice::All;
use cpfo::net::{Image, Net, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{Batch, InPlace, Limit, Refusal, Refusals, Sgd, Velocity};
use cpfo_suite::goldens::{relu_mean, three_convolutions, two_max_stages};
use cpfo_tests::rounding::agree;
use cpfo_tests::{calls, copy, gradients, tensors};

const RATE: f32 = 0.5;
const SGD: Sgd = Sgd { rate: RATE, momentum: 0.0, decay: 0.0 };

/// A net, an image, and the length of the gradient there, from the sums of a mini-batch of one.
struct Case<N: Net> {
    parameters: Box<Parameters<N>>,
    image: Box<Image<N>>,
    length: f64,
}

fn case<N: Net>() -> Case<N> {
    let mut rng = Rng::new(7);
    let (mut parameters, mut image) = (Box::new(N::ZERO), Box::new(Image::<N>::ZERO));
    parameters.initialize(&mut rng);
    image.flat_mut().iter_mut().for_each(|x| *x = rng.uniform());
    let mut batch = Box::new(Batch::<N>::ZERO);
    calls::add(&mut batch, &parameters, &image, 1).expect("a good sample");
    let squares: f64 =
        gradients(&mut batch).iter().flatten().map(|g| f64::from(*g) * f64::from(*g)).sum();
    Case { parameters, image, length: squares.sqrt() }
}

impl<N: Net> Case<N> {
    /// The parameters after a step in place, and what became of it.
    fn in_place(&self, limit: Limit) -> (Vec<Vec<f32>>, Result<f32, Refusal>) {
        let mut moved = copy::<N>(&self.parameters);
        let mut trainer = Box::new(InPlace::<N, All>::ZERO);
        let loss = calls::step_within(&mut trainer, &mut moved, &self.image, 1, RATE, 0.0, limit);
        (tensors::<N>(&moved), loss)
    }

    /// The same by a mini-batch of two equal samples, whose mean gradient is that of one.
    fn batch(&self, limit: Limit) -> (Vec<Vec<f32>>, Result<(), Refusal>) {
        let mut moved = copy::<N>(&self.parameters);
        let mut batch = Box::new(Batch::<N>::ZERO);
        let mut velocity = Box::new(Velocity::<N>::ZERO);
        for _ in 0..2 {
            calls::add(&mut batch, &moved, &self.image, 1).expect("a good sample");
        }
        let done = batch.update_within(&mut moved, &mut velocity, &SGD, limit);
        assert!(
            gradients(&mut batch).iter().flatten().all(|g| *g == 0.0),
            "nothing is left for the next batch"
        );
        (tensors::<N>(&moved), done)
    }

    /// How far parameters have moved.
    fn way(&self, to: &[Vec<f32>]) -> f64 {
        let from = tensors::<N>(&self.parameters);
        let pairs = from.iter().flatten().zip(to.iter().flatten());
        pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
    }
}

fn holds<N: Net>() {
    let case = case::<N>();
    let before = tensors::<N>(&case.parameters);
    // The sum of a few hundred squares in 32 bits is off by far less than a thousandth.
    let (above, below) = ((case.length * 1.001) as f32, (case.length * 0.999) as f32);

    let mut plain = copy::<N>(&case.parameters);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let loss = calls::step(&mut trainer, &mut plain, &case.image, 1, RATE, 0.0);
    for limit in [Limit::Refuse(above), Limit::Clip(above)] {
        assert_eq!(case.in_place(limit), (tensors::<N>(&plain), loss), "{limit:?}: as without one");
        assert_eq!(case.batch(limit).1, Ok(()), "{limit:?}");
    }
    for bound in [below, 0.0, -1.0, f32::NAN] {
        let refused = Limit::Refuse(bound);
        assert_eq!(case.in_place(refused), (before.clone(), Err(Refusal::Gradient)), "{bound}");
        assert_eq!(case.batch(refused), (before.clone(), Err(Refusal::Gradient)), "{bound}");
    }
    // W moves by η times the bound.
    let bound = case.length / 3.0;
    let way = f64::from(RATE) * bound;
    let (in_place, done) = case.in_place(Limit::Clip(bound as f32));
    assert_eq!(done, loss);
    agree("in place", &[case.way(&in_place) as f32], &[way]);
    let (batch, done) = case.batch(Limit::Clip(bound as f32));
    assert_eq!(done, Ok(()));
    agree("a mini-batch", &[case.way(&batch) as f32], &[way]);
}

#[test]
fn of_pooled_maxima() {
    holds::<two_max_stages::Net>();
}

#[test]
fn of_means_and_squared_error() {
    holds::<relu_mean::Net>();
}

#[test]
fn of_a_chain_of_convolutions() {
    holds::<three_convolutions::Net>();
}

/// Weights so large that the loss is finite and the gradient is not.
#[test]
fn a_gradient_that_is_not_finite() {
    type N = two_max_stages::Net;
    let mut case = case::<N>();
    let mut huge = tensors::<N>(&case.parameters);
    huge[0].iter_mut().for_each(|w| *w = 1e20);
    huge[2].iter_mut().for_each(|w| *w = 1e-20);
    let mut values = huge.clone().into_iter();
    case.parameters.visit_mut(|_, to| {
        to.copy_from_slice(&values.next().expect("as many tensors"));
    });
    for limit in [Limit::Refuse(f32::INFINITY), Limit::Clip(1.0)] {
        assert_eq!(case.in_place(limit), (huge.clone(), Err(Refusal::Gradient)), "{limit:?}");
        assert_eq!(case.batch(limit), (huge.clone(), Err(Refusal::Gradient)), "{limit:?}");
    }
}

/// A rate that is no number moves no weight of a mini-batch, and nothing is left for the next.
#[test]
fn a_rate_that_is_not_finite() {
    type N = relu_mean::Net;
    let case = case::<N>();
    let (mut moved, mut velocity) = (copy::<N>(&case.parameters), Box::new(Velocity::<N>::ZERO));
    let mut batch = Box::new(Batch::<N>::ZERO);
    for rate in [f32::NAN, f32::INFINITY] {
        calls::add(&mut batch, &moved, &case.image, 1).expect("a good sample");
        let limit = Limit::Refuse(f32::INFINITY);
        let done = batch.update_within(&mut moved, &mut velocity, &Sgd { rate, ..SGD }, limit);
        assert_eq!(done, Err(Refusal::Rate));
        assert_eq!(tensors::<N>(&moved), tensors::<N>(&case.parameters));
        assert!(gradients(&mut batch).iter().flatten().all(|g| *g == 0.0));
    }
}

#[test]
fn refusals_are_counted() {
    type N = relu_mean::Net;
    let case = case::<N>();
    let mut moved = copy::<N>(&case.parameters);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut refusals = Refusals::ZERO;
    let mut broken = case.image.clone();
    broken.flat_mut()[3] = f32::NAN;
    let mut step = |image: &Image<N>, label, rate, bound| {
        let done = calls::step_within(
            &mut trainer,
            &mut moved,
            image,
            label,
            rate,
            0.0,
            Limit::Refuse(bound),
        );
        done.map_err(|why| refusals.count(why)).is_ok()
    };
    assert!(step(&case.image, 1, RATE, f32::MAX));
    assert!(!step(&case.image, 4, RATE, f32::MAX));
    assert!(!step(&broken, 1, RATE, f32::MAX));
    assert!(!step(&broken, 1, RATE, f32::MAX));
    assert!(!step(&case.image, 1, f32::NAN, f32::MAX));
    assert!(!step(&case.image, 1, RATE, 0.0));
    assert_eq!(refusals, Refusals { label: 1, image: 2, rate: 1, gradient: 1, ..Refusals::ZERO });
}
