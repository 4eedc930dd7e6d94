//! A guarded session, driven into each of its ends: whatever happens, the net has the parameters
//! that the end says, bit for bit, and the figures of the report are those that an inference of its
//! own gives.

use core::task::Poll;
use std::sync::LazyLock;

use cpfo::choice::{All, Choice, ConvolutionsAndOutput, OutputOnly};
use cpfo::net::{Image, Net, Parameters};
use cpfo::pixel::Bytes;
use cpfo::replay::Replay;
use cpfo::rng::Rng;
use cpfo::session::{End, InRam, Keep, NotKept, Recipe, Report, Session, Unready};
use cpfo::shape::Zero;
use cpfo::train::{Inference, Learner, Limit, Rates, Refusal};
use cpfo_harness::nets::{digits, lenet};

cpfo::net! {
    /// Stripes.
    pub mod stripes: 4 x 4 x 1 {
        F1 = FullyConnected(12, Relu);
        O2 = Output(4, SoftmaxCrossEntropy);
    }
}

type Stripes = stripes::Net;
type Samples<const ROOM: usize> = Replay<Stripes, f32, ROOM, 4>;

const NEW: usize = 60;
const OLD: usize = 20;

/// A bright row or column, in some noise.
fn image(class: usize, is_row: bool, rng: &mut Rng) -> Image<Stripes> {
    let mut image = Image::<Stripes>::ZERO;
    for (r, row) in image.iter_mut().enumerate() {
        for (c, pixel) in row.iter_mut().enumerate() {
            let is_bright = if is_row { r == class } else { c == class };
            pixel[0] = if is_bright { 1.0 } else { 0.0 } + 0.3 * rng.uniform();
        }
    }
    image
}

/// So many samples, whose labels are turned on by `turn`.
fn samples<const ROOM: usize>(count: usize, is_row: bool, turn: usize) -> Samples<ROOM> {
    let (mut samples, mut rng) = (Samples::ZERO, Rng::new(7));
    for sample in 0..count {
        let class = sample % 4;
        let image = image(class, is_row, &mut rng);
        samples.offer(&image, (class + turn) % 4, &mut rng).unwrap();
    }
    samples
}

/// A net that knows rows.
fn learner() -> Box<Learner<Stripes>> {
    static LEARNT: LazyLock<Parameters<Stripes>> = LazyLock::new(|| learnt(4));
    let mut learner = Box::new(Learner::<Stripes>::ZERO);
    *learner.parameters_mut().unwrap() = *LEARNT;
    learner
}

/// What there is to know of the rows of so many classes.
fn learnt(classes: usize) -> Parameters<Stripes> {
    let mut learner = Learner::<Stripes>::ZERO;
    learner.parameters_mut().unwrap().initialize(&mut Rng::new(1));
    let mut rng = Rng::new(2);
    for step in 0..2000 {
        *learner.image_mut().unwrap() = image(step % classes, true, &mut rng);
        learner.step(step % classes, &Rates::new(0.05)).unwrap();
    }
    *learner.parameters().unwrap()
}

fn bits<C: Choice>(parameters: &Parameters<Stripes, C>) -> Vec<u32> {
    let mut bits = Vec::new();
    parameters.visit(|_, values| bits.extend(values.iter().map(|w| w.to_bits())));
    bits
}

fn now(learner: &Learner<Stripes>) -> Vec<u32> {
    bits(learner.parameters().expect("no step is under way"))
}

/// How many samples are right, by an inference that the session knows nothing of.
fn right<const ROOM: usize>(learner: &Learner<Stripes>, samples: &Samples<ROOM>) -> u32 {
    let (mut inference, mut right) = (Inference::<Stripes>::ZERO, 0);
    for (image, label) in (0..ROOM).filter_map(|place| samples.get(place)) {
        let class = inference.classify(learner.parameters().unwrap(), image).unwrap();
        right += u32::from(class == label);
    }
    right
}

/// Keeps a copy, and notes all that were kept; it can be told to fail.
struct Spy {
    copy: InRam<Stripes>,
    kept: Vec<Vec<u32>>,
    keeps: usize,
    restores: bool,
}

impl Spy {
    fn new() -> Self {
        Self { copy: InRam::ZERO, kept: Vec::new(), keeps: usize::MAX, restores: true }
    }
}

impl Keep<Stripes, All> for Spy {
    fn keep(&mut self, parameters: &Parameters<Stripes>) -> Result<(), NotKept> {
        if self.kept.len() == self.keeps {
            return Err(NotKept);
        }
        self.kept.push(bits(parameters));
        self.copy.keep(parameters)
    }
    fn restore(&mut self, parameters: &mut Parameters<Stripes>) -> Result<(), NotKept> {
        if self.restores { self.copy.restore(parameters) } else { Err(NotKept) }
    }
}

/// All that takes part.
struct Hands {
    learner: Box<Learner<Stripes>>,
    new: Samples<NEW>,
    old: Samples<OLD>,
    spy: Spy,
    session: Session<NEW, OLD>,
    before: Vec<u32>,
}

impl Hands {
    fn new(new: Samples<NEW>) -> Self {
        let learner = learner();
        let before = now(&learner);
        let (old, spy, session) = (samples(OLD, true, 0), Spy::new(), Session::ZERO);
        Self { learner, new, old, spy, session, before }
    }

    fn begin(&mut self, recipe: &Recipe) {
        self.session.begin(recipe, &self.new, Rng::new(3), 100).unwrap();
        assert!(self.session.is_busy());
    }

    fn poll(&mut self, budget: u32) -> Poll<Report> {
        let Self { learner, new, old, spy, session, .. } = self;
        session.poll(learner, new, old, spy, budget, 142)
    }

    fn run(&mut self, recipe: &Recipe, budget: u32) -> Report {
        self.begin(recipe);
        let report = loop {
            if let Poll::Ready(report) = self.poll(budget) {
                break report;
            }
        };
        assert!(!self.session.is_busy());
        assert_eq!((self.poll(budget), report.time), (Poll::Ready(report), 42));
        if let (Some(kept), false) = (self.spy.kept.last(), report.end == End::NotRestored) {
            assert_eq!(
                &now(&self.learner),
                kept,
                "{:?}: the net has what was kept last",
                report.end
            );
            // What it says of the old samples is so.
            assert_eq!(report.after.old.right, right(&self.learner, &self.old));
        }
        report
    }
}

/// Few enough that none is held out.
fn few() -> Samples<NEW> {
    samples(40, false, 0)
}

fn many() -> Samples<NEW> {
    samples(60, false, 0)
}

#[test]
fn it_learns() {
    let mut hands = Hands::new(few());
    let report = hands.run(&Recipe::DEFAULT, u32::MAX);
    assert_eq!(report.end, End::Learnt);
    assert_eq!((report.before.new.of, report.before.old.of), (40, 20));
    assert_eq!(report.after.new.right, right(&hands.learner, &hands.new));
    assert!(report.after.new.right >= 38 && report.before.new.right < 20, "{report:?}");
    assert!(report.after.old.share() >= Some(0.95), "{report:?}");
    // 2000 / 40 epochs of 40 new samples, and two old ones after each.
    assert_eq!((report.steps, report.refused, report.samples), (3 * 2000, 0, 40));
    // The parameters before, and those at the end.
    assert_eq!(hands.spy.kept.len(), 2);
    assert_eq!(hands.spy.kept[0], hands.before);
}

#[test]
fn the_best_is_kept_by_what_is_held_out() {
    let mut hands = Hands::new(many());
    let report = hands.run(&Recipe::DEFAULT, u32::MAX);
    assert_eq!(report.end, End::Learnt);
    assert_eq!((report.before.new.of, report.after.new.of, report.samples), (12, 12, 48));
    assert!(report.after.new.right >= 11 && report.before.new.right < 6, "{report:?}");
    // 41 epochs of 48, and 20 of all 60.
    assert_eq!(report.steps, 3 * (41 * 48 + 20 * 60));
    assert!(hands.spy.kept.len() > 3);
    // Without what comes after, the net is the best of the checks: of those that come every epoch,
    // at least as good as of those that come every tenth.
    let right = [1, 10].map(|epochs_a_check| {
        let recipe = Recipe { closing_epochs: 0, epochs_a_check, ..Recipe::DEFAULT };
        let report = Hands::new(many()).run(&recipe, u32::MAX);
        assert_eq!(report.steps, 3 * 41 * 48);
        report.after.new.right
    });
    assert!(right[0] >= right[1], "{right:?}");
}

#[test]
fn slices_give_the_same_bits() {
    let recipe = Recipe { steps: 600, least_epochs: 3, closing_epochs: 2, ..Recipe::DEFAULT };
    let mut whole = Hands::new(many());
    let report = whole.run(&recipe, u32::MAX);
    for budget in [1, 37, 400] {
        let mut slices = Hands::new(many());
        assert_eq!(slices.run(&recipe, budget), report);
        assert_eq!(now(&slices.learner), now(&whole.learner), "budget {budget}");
    }
}

#[test]
fn it_goes_back_when_nothing_is_better() {
    for new in [few(), many()] {
        let mut hands = Hands::new(new);
        let recipe = Recipe { rates: Rates::new(0.0), ..Recipe::DEFAULT };
        let report = hands.run(&recipe, u32::MAX);
        assert_eq!((report.end, report.after), (End::NotBetter, report.before));
        assert_eq!(now(&hands.learner), hands.before);
    }
}

#[test]
fn it_goes_back_when_too_much_is_forgotten() {
    // The same rows with other labels: who learns them forgets the old.
    for count in [40, 60] {
        let recipe = Recipe { replays: 0, ..Recipe::DEFAULT };
        let mut hands = Hands::new(samples(count, true, 1));
        let report = hands.run(&recipe, u32::MAX);
        assert_eq!((report.end, report.after), (End::Forgot, report.before), "{count}");
        assert_eq!(now(&hands.learner), hands.before);
        // Who may forget everything learns them.
        let recipe = Recipe { most_lost: 1.0, ..recipe };
        let report = Hands::new(samples(count, true, 1)).run(&recipe, u32::MAX);
        assert_eq!((report.end, report.after.old.right), (End::Learnt, 0));
    }
    // Where there are no old samples, nothing is forgotten.
    let mut hands = Hands::new(samples(40, true, 1));
    hands.old = Samples::ZERO;
    let report = hands.run(&Recipe::DEFAULT, u32::MAX);
    assert_eq!((report.end, report.after.old.share()), (End::Learnt, None));
    assert_eq!(report.steps, 2000);
}

#[test]
fn two_points_are_one_of_fifty() {
    for (most_lost, end) in [(0.049, End::Forgot), (0.05, End::Learnt)] {
        let mut hands = Hands::new(few());
        // One of twenty cannot be kept: it is a row, and is said to be another.
        hands.old = samples(19, true, 0);
        let wrong = Rates::new(0.1);
        let odd = image(0, true, &mut Rng::new(99));
        hands.old.offer(&odd, 2, &mut Rng::new(1)).unwrap();
        *hands.learner.image_mut().unwrap() = odd;
        while hands.learner.classify().unwrap() != 2 || right(&hands.learner, &hands.old) < 20 {
            for place in (0..OLD).chain([OLD - 1; 3]) {
                let (image, label) = hands.old.get(place).unwrap();
                *hands.learner.image_mut().unwrap() = *image;
                hands.learner.step(label, &wrong).unwrap();
            }
            *hands.learner.image_mut().unwrap() = odd;
        }
        // It is forgotten at once where only the nineteen are learnt.
        hands.before = now(&hands.learner);
        hands.new = Samples::ZERO;
        let mut rng = Rng::new(5);
        for sample in 0..40 {
            let image = image(sample % 4, true, &mut rng);
            hands.new.offer(&image, sample % 4, &mut rng).unwrap();
        }
        let recipe = Recipe { replays: 0, most_lost, rates: Rates::new(0.05), ..Recipe::DEFAULT };
        let report = hands.run(&recipe, u32::MAX);
        assert_eq!((report.end, report.before.old.right), (end, 20), "{report:?}");
        assert_eq!(now(&hands.learner) == hands.before, end == End::Forgot);
    }
}

#[test]
fn it_goes_back_when_the_net_diverges() {
    // So bright that its gradient leaves nothing of the weights.
    let mut hands = Hands::new(few());
    hands.new.offer(&[[[1e25]; 4]; 4], 0, &mut Rng::new(1)).unwrap();
    let report = hands.run(&Recipe::DEFAULT, u32::MAX);
    assert_eq!((report.end, report.after), (End::Diverged, report.before));
    assert_eq!(now(&hands.learner), hands.before);
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let recipes = [
        (Recipe { rates: Rates::new(f32::NAN), ..Recipe::DEFAULT }, Refusal::Rate, 0),
        (Recipe { limit: Some(Limit::Refuse(0.0)), ..Recipe::DEFAULT }, Refusal::Gradient, 6000),
    ];
    for (recipe, why, refused) in recipes {
        let mut hands = Hands::new(few());
        let report = hands.run(&recipe, u32::MAX);
        assert_eq!((report.end, report.refused, report.steps), (End::Refused(why), refused, 0));
        assert_eq!(now(&hands.learner), hands.before);
    }
    // Somebody else's step is not the session's to finish.
    let mut hands = Hands::new(few());
    hands.learner.begin(0, &Rates::new(0.01)).unwrap();
    assert_eq!(hands.run(&Recipe::DEFAULT, 1).end, End::Refused(Refusal::Busy));
    assert!(hands.learner.is_busy() && hands.spy.kept.is_empty());

    let mut learner = Learner::<Stripes, OutputOnly>::ZERO;
    let (mut session, mut copy) = (Session::<NEW, OLD>::ZERO, InRam::ZERO);
    session.begin(&Recipe::DEFAULT, &few(), Rng::new(1), 0).unwrap();
    let end = session.poll(&mut learner, &few(), &Samples::ZERO, &mut copy, 1, 0);
    let Poll::Ready(report) = end else { panic!("{end:?}") };
    assert_eq!(report.end, End::Refused(Refusal::NotLoaded));
}

#[test]
fn it_stops_at_any_point() {
    let recipe = Recipe { steps: 60, least_epochs: 1, closing_epochs: 1, ..Recipe::DEFAULT };
    let mut polls = 0;
    loop {
        let mut hands = Hands::new(many());
        hands.begin(&recipe);
        let ended = (0..polls).any(|_| hands.poll(90).is_ready());
        let report = hands.session.stop(&mut hands.learner, &mut hands.spy, 142);
        assert_eq!((report.end == End::Stopped, hands.session.is_busy()), (!ended, false));
        let kept = hands.spy.kept.last().unwrap_or(&hands.before);
        assert_eq!(&now(&hands.learner), kept, "after {polls} slices");
        if ended {
            break;
        }
        polls += 7;
    }
    assert!(polls > 500, "{polls}");
}

#[test]
fn what_cannot_be_kept_is_told() {
    // At the beginning nothing is learnt; later the net has what was kept before.
    for keeps in [0, 1, 2] {
        let mut hands = Hands::new(many());
        hands.spy.keeps = keeps;
        let report = hands.run(&Recipe::DEFAULT, u32::MAX);
        assert_eq!((report.end, report.steps == 0), (End::NotKept, keeps == 0));
        assert!(keeps > 1 || now(&hands.learner) == hands.before);
    }
    let mut hands = Hands::new(few());
    hands.spy.restores = false;
    let report = hands.run(&Recipe { rates: Rates::new(1000.0), ..Recipe::DEFAULT }, u32::MAX);
    assert_eq!((report.end, report.after), (End::NotRestored, Default::default()));
}

#[test]
fn what_begins_no_session() {
    let mut hands = Hands::new(Samples::ZERO);
    assert_eq!(
        hands.poll(1),
        Poll::Ready(hands.session.stop(&mut hands.learner, &mut hands.spy, 0))
    );
    let begun = hands.session.begin(&Recipe::DEFAULT, &hands.new, Rng::new(1), 0);
    assert_eq!(begun, Err(Unready::NoSample));
    hands.new = few();
    hands.begin(&Recipe::DEFAULT);
    let begun = hands.session.begin(&Recipe::DEFAULT, &hands.new, Rng::new(1), 0);
    assert_eq!(begun, Err(Unready::Busy));
}

/// A class that it has never seen comes to a spare output, and the others stay.
#[test]
fn a_new_class() {
    let mut hands = Hands::new(Samples::ZERO);
    let mut rng = Rng::new(8);
    *hands.learner.parameters_mut().unwrap() = learnt(3);
    hands.old = Samples::ZERO;
    for sample in 0..20 {
        let image = image(sample % 3, true, &mut rng);
        hands.old.offer(&image, sample % 3, &mut rng).unwrap();
    }
    for _ in 0..10 {
        hands.new.offer(&image(3, true, &mut rng), 3, &mut rng).unwrap();
    }
    let report = hands.run(&Recipe::DEFAULT, u32::MAX);
    assert_eq!((report.end, report.before.new.right), (End::Learnt, 0));
    assert_eq!((report.after.new.right, report.after.old.right), (10, 20), "{report:?}");
}

/// RAM of a guarded session, with the parameters that it goes back to in flash.
#[test]
fn memory() {
    fn bytes<N: Net, C: Choice, const NEW: usize, const OLD: usize, const FULL: u8>() -> usize {
        size_of::<Learner<N, C, Bytes<FULL>>>()
            + size_of::<Replay<N, Bytes<FULL>, NEW, 10>>()
            + size_of::<Replay<N, Bytes<FULL>, OLD, 10>>()
            + size_of::<Session<NEW, OLD>>()
    }
    let digits = bytes::<digits::Net, All, 50, 50, 16>();
    assert!(digits <= 20_000, "{digits}");
    let lenet = bytes::<lenet::Net, ConvolutionsAndOutput, 10, 10, 255>();
    assert!(lenet <= 40_000, "{lenet}");
    assert_eq!(size_of::<InRam<digits::Net>>(), digits::Net::PARAMETER_BYTES);
}
