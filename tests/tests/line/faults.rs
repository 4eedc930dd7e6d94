//! A line that goes away and comes back, and a device that restarts: at every kind of question, before it,
//! in the middle of it, after it, in the middle of its answer, and after that. Whatever happens, nothing
//! wrong is taken for right, nothing is learnt twice, and nothing is lost without a word.
//!
//! The line is a value: the server answers within the writing of the question, so that every place in
//! every frame can be met, and a seed says the same each time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpfo::format;
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Inference, Rates};
use cpfo::wire::{Chip, Request, Server, frame_bytes_of};
use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;

const PATIENCE: Duration = Duration::from_millis(400);
const RATE: f32 = 0.02;
/// So many samples are learnt from, each one once.
const SAMPLES: usize = 5;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The line carries nothing until something is asked again.
    Gap,
    /// The port is gone. It can be opened anew; what was on its way is lost.
    Cut,
    /// The same, but what the device had said already comes through the port that is opened anew.
    Late,
    /// The device restarts, with another model in its flash: that in RAM, and its session, are gone.
    Reset,
    /// Nothing comes through any more.
    Silence,
}

/// Where it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BeforeRequest,
    InRequest,
    AfterRequest,
    InReply,
    AfterReply,
}

const PLACES: [Place; 5] = [
    Place::BeforeRequest,
    Place::InRequest,
    Place::AfterRequest,
    Place::InReply,
    Place::AfterReply,
];

/// Every kind of question.
const KINDS: [&str; 8] =
    ["Hello", "Down", "Up", "Classify", "Learn", "Checksum", "Figures", "Begin"];

fn kind(request: &Request<'_>) -> usize {
    let name = match request {
        Request::Hello => "Hello",
        Request::Down { .. } => "Down",
        Request::Up { .. } => "Up",
        Request::Classify { .. } => "Classify",
        Request::Learn { .. } => "Learn",
        Request::Checksum { .. } => "Checksum",
        Request::Figures => "Figures",
        Request::Begin { .. } => "Begin",
    };
    KINDS.iter().position(|kind| *kind == name).expect("all of them are named")
}

/// Which of the questions of a kind, counted from 0, meets which fault.
type Plan = (usize, usize, Place, Fault);

type Served = Server<Net, { frame_bytes_of::<Net, f32>() }>;

/// A device and what happens to it.
struct Bench {
    server: Box<Served>,
    /// What it has said that has not arrived.
    coming: VecDeque<u8>,
    plans: Vec<Plan>,
    asked: [usize; KINDS.len()],
    /// The line that is open, of those that were.
    open: usize,
    broken: bool,
    silent: bool,
    /// Whether the next question does not arrive.
    gap: bool,
    happened: usize,
    /// Whether nothing was asked since it restarted.
    fresh: bool,
    rng: Rng,
}

struct Board;

impl Chip for Board {
    fn board(&self) -> &'static str {
        "bench"
    }
    fn unit(&self) -> &'static str {
        "nothing"
    }
    fn now(&self) -> u32 {
        0
    }
}

impl Bench {
    fn new(plans: Vec<Plan>, seed: u64) -> Rc<RefCell<Self>> {
        let mut bench = Self {
            server: Box::new(Server::ZERO),
            coming: VecDeque::new(),
            plans,
            asked: [0; KINDS.len()],
            open: 0,
            broken: false,
            silent: false,
            gap: false,
            happened: 0,
            fresh: false,
            rng: Rng::new(seed),
        };
        bench.restart();
        Rc::new(RefCell::new(bench))
    }

    /// It begins anew with the model in its flash, which is none that anybody here knows.
    fn restart(&mut self) {
        *self.server = Server::ZERO;
        self.server.start(&stored(&model(99)));
    }

    /// What the device says to these bytes.
    fn told(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        for &byte in bytes {
            self.server.take(byte, &Board);
            self.server.finish(&Board);
            let answer = self.server.answer().to_vec();
            self.server.sent(answer.len());
            said.extend(answer);
        }
        said
    }

    fn within(&mut self, bytes: usize) -> usize {
        1 + self.rng.below(bytes.max(2) as u32 - 1) as usize
    }

    /// Bytes of a question go into the line.
    fn ask(&mut self, bytes: &[u8]) {
        let frame = &mut bytes[1..bytes.len() - 1].to_vec();
        let (_, request) = Request::parse(frame).expect("the desktop writes whole frames");
        let kind = kind(&request);
        let number = self.asked[kind];
        self.asked[kind] += 1;
        self.fresh = false;
        if self.silent || std::mem::take(&mut self.gap) {
            return;
        }
        let met = self.plans.iter().position(|&(k, n, ..)| (k, n) == (kind, number));
        let Some((_, _, place, fault)) = met.map(|at| self.plans.remove(at)) else {
            let said = self.told(bytes);
            self.coming.extend(said);
            return;
        };
        self.happened += 1;
        let arrive = match place {
            Place::BeforeRequest => 0,
            Place::InRequest => self.within(bytes.len()),
            _ => bytes.len(),
        };
        let (first, rest) = bytes.split_at(arrive);
        let said = self.told(first);
        let come = match place {
            Place::InReply => self.within(said.len()),
            Place::AfterReply => said.len(),
            _ => 0,
        };
        self.coming.extend(&said[..come]);
        match fault {
            Fault::Gap => self.gap = place == Place::AfterReply,
            Fault::Silence => self.silent = true,
            Fault::Cut => self.broken = true,
            Fault::Late => {
                self.coming.extend(&said[come..]);
                self.broken = true;
            }
            Fault::Reset => {
                self.restart();
                self.fresh = place == Place::AfterReply;
                let said = self.told(rest);
                self.coming.extend(said);
            }
        }
    }
}

/// The desktop's end of the line.
struct Line {
    bench: Rc<RefCell<Bench>>,
    number: usize,
    late: bool,
}

impl Line {
    /// Opens it, as often as it was broken.
    fn open(bench: &Rc<RefCell<Bench>>, late: bool) -> Self {
        let mut there = bench.borrow_mut();
        there.open += 1;
        if std::mem::take(&mut there.broken) && !late {
            there.coming.clear();
        }
        Self { bench: bench.clone(), number: there.open, late }
    }
}

impl Read for Line {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut bench = self.bench.borrow_mut();
        assert_eq!(bench.open, self.number, "nobody uses a line that is broken");
        // What had come before the port was gone is read, unless it comes later.
        let here = !(bench.broken && self.late);
        match if here { bench.coming.read(to)? } else { 0 } {
            0 if bench.broken => Err(ErrorKind::BrokenPipe.into()),
            0 => {
                sleep(Duration::from_millis(1));
                Err(ErrorKind::TimedOut.into())
            }
            count => Ok(count),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut bench = self.bench.borrow_mut();
        if bench.broken {
            return Err(ErrorKind::BrokenPipe.into());
        }
        bench.ask(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn model(seed: u64) -> Box<Parameters<Net>> {
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(seed));
    parameters
}

fn stored(parameters: &Parameters<Net>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = format::emit::<_, _, ()>(parameters, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    bytes
}

/// What the desktop has by itself: the loss of each step, the checksum before each and after the last, and
/// what the net that has learnt takes the first image for.
struct Twin {
    losses: Vec<u32>,
    sums: Vec<u32>,
    class: usize,
}

impl Twin {
    fn new() -> Self {
        let data = Dataset::digits();
        let (mut parameters, mut trainer) = (model(1), InPlace::<Net>::ZERO);
        let mut image = Image::<Net>::ZERO;
        let mut twin = Self { losses: Vec::new(), sums: Vec::new(), class: 0 };
        twin.sums.push(format::checksum(&parameters));
        for n in 0..SAMPLES {
            image.flat_mut().copy_from_slice(data.image(n));
            let label = data.label(n).into();
            let loss = trainer.step(&mut parameters, &image, label, &Rates::new(RATE)).unwrap();
            twin.losses.push(loss.to_bits());
            twin.sums.push(format::checksum(&parameters));
        }
        image.flat_mut().copy_from_slice(data.image(0));
        let mut inference = Inference::<Net>::ZERO;
        twin.class = inference.classify(&parameters, &image).unwrap();
        twin
    }

    /// Teaches a device from where it stands. An error is what a user reads; what is wrong and not said
    /// is a panic.
    fn teach(&self, line: Line) -> anyhow::Result<()> {
        let data = Dataset::digits();
        let mut device = Device::<Net, _>::meet(Link::new(line).with_patience(PATIENCE))?;
        let mut there = Box::new(Net::ZERO);
        if device.learned() > 0 {
            device.go_on(&mut there)?;
            let wanted = self.sums[device.learned() as usize];
            assert_eq!(format::checksum(&there), wanted, "it goes on from what it has learnt");
        } else {
            device.deploy(&model(1))?;
        }
        for n in device.learned() as usize..SAMPLES {
            let loss = device.learn(data.image(n), data.label(n), RATE)?.loss;
            assert_eq!(loss.to_bits(), self.losses[n], "the loss of sample {n}");
            assert_eq!(device.checksum()?, self.sums[n + 1], "the checksum after sample {n}");
        }
        device.figures()?;
        assert_eq!(device.classify(data.image(0))?, self.class);
        device.fetch(&mut there)?;
        assert_eq!(format::checksum(&there), self.sums[SAMPLES]);
        assert_eq!(device.settle()?, SAMPLES as u32);
        Ok(())
    }

    /// Teaches a device until it has learnt everything; what was said of failures meanwhile.
    fn over(&self, plans: Vec<Plan>, seed: u64) -> (Vec<String>, Rc<RefCell<Bench>>) {
        let late = plans.iter().any(|&(.., fault)| fault == Fault::Late);
        let bench = Bench::new(plans, seed);
        let mut told = Vec::new();
        while let Err(error) = self.teach(Line::open(&bench, late)) {
            told.push(format!("{error:#}"));
            assert!(told.len() < 100, "it never comes to an end: {told:?}");
        }
        // After the last question it may restart as it likes.
        let there = bench.borrow();
        let learned = there.server.learned();
        assert!(learned == SAMPLES as u32 || there.fresh, "{learned} samples are learnt from");
        drop(there);
        (told, bench)
    }
}

/// How often each kind is asked where nothing goes wrong.
fn questions(twin: &Twin) -> [usize; KINDS.len()] {
    let (told, bench) = twin.over(Vec::new(), 1);
    assert_eq!(told, Vec::<String>::new());
    let asked = bench.borrow().asked;
    assert!(asked.iter().all(|&times| times > 0), "{asked:?}");
    asked
}

/// At the first and the last question of every kind, at every place.
fn everywhere(twin: &Twin, fault: Fault, judge: impl Fn(Place, usize, &[String])) {
    for (kind, asked) in questions(twin).into_iter().enumerate() {
        let mut numbers = vec![0, asked - 1];
        numbers.dedup();
        for number in numbers {
            for (seed, place) in PLACES.into_iter().enumerate() {
                let (told, bench) = twin.over(vec![(kind, number, place, fault)], seed as u64);
                assert_eq!(bench.borrow().happened, 1, "{} {place:?}", KINDS[kind]);
                judge(place, kind, &told);
            }
        }
    }
}

#[test]
fn a_gap_costs_time_and_no_word() {
    everywhere(&Twin::new(), Fault::Gap, |place, kind, told| {
        assert!(told.is_empty(), "{} {place:?}: {told:?}", KINDS[kind]);
    });
}

#[test]
fn a_line_that_is_cut_is_told_of_and_goes_on() {
    for fault in [Fault::Cut, Fault::Late] {
        everywhere(&Twin::new(), fault, |place, kind, told| {
            // After the last answer there is nobody to be told.
            let last = place == Place::AfterReply && KINDS[kind] == "Hello" && told.is_empty();
            let once = matches!(told, [one] if one.contains("the line to the device is broken"));
            assert!(once || last, "{} {place:?} {fault:?}: {told:?}", KINDS[kind]);
        });
    }
}

#[test]
fn a_restart_is_told_of_unless_nothing_is_lost_by_it() {
    everywhere(&Twin::new(), Fault::Reset, |place, kind, told| {
        let once = matches!(told, [one] if one.contains("it has restarted since"));
        // Before a model has come nothing is lost, nor after all has been fetched.
        let nothing = ["Hello", "Begin"].contains(&KINDS[kind]) && told.is_empty();
        assert!(once || nothing, "{} {place:?}: {told:?}", KINDS[kind]);
    });
}

#[test]
fn who_stays_away_is_told_of_with_the_time_that_was_waited() {
    let twin = Twin::new();
    for (kind, asked) in questions(&twin).into_iter().enumerate() {
        for place in [Place::InRequest, Place::InReply] {
            let plan = (kind, asked - 1, place, Fault::Silence);
            let bench = Bench::new(vec![plan], 7);
            let start = Instant::now();
            let said = twin.teach(Line::open(&bench, false)).expect_err("nobody is there");
            let (said, time) = (format!("{said:#}"), start.elapsed());
            assert!(said.contains("times in 400ms"), "{} {place:?}: {said}", KINDS[kind]);
            // Other tests take the machine at the same time; without a deadline it would never end.
            assert!(time < 20 * PATIENCE, "it took {time:?}");
        }
    }
}

#[test]
fn whatever_comes_together_nothing_wrong_is_taken() {
    let twin = Twin::new();
    let mut happened = 0;
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let faults = [Fault::Gap, Fault::Cut, Fault::Reset, Fault::Late];
        let plans = (0..8).map(|_| {
            let (kind, number) = (rng.below(KINDS.len() as u32), rng.below(12));
            let place = PLACES[rng.below(PLACES.len() as u32) as usize];
            let fault = faults[rng.below(if seed % 2 == 0 { 3 } else { 4 }) as usize];
            (kind as usize, number as usize, place, fault)
        });
        let (told, bench) = twin.over(plans.collect(), seed);
        happened += bench.borrow().happened;
        for said in told {
            let known =
                ["the line to the device is broken", "it has restarted since", "more or fewer"];
            assert!(known.iter().any(|known| said.contains(known)), "seed {seed}: {said}");
        }
    }
    assert!(happened > 100, "{happened}");
}

/// Between its model and its session a device restarts, with another model in its flash, and says that it
/// has learnt as much as before: nothing.
#[test]
fn nobody_goes_on_with_another_model_than_he_fetched() {
    let begin = KINDS.iter().position(|kind| *kind == "Begin").unwrap();
    let up = KINDS.iter().position(|kind| *kind == "Up").unwrap();
    for (kind, place) in [
        (begin, Place::BeforeRequest),
        (begin, Place::InRequest),
        (begin, Place::AfterRequest),
        (begin, Place::InReply),
        (begin, Place::AfterReply),
        (up, Place::AfterReply),
    ] {
        let bench = Bench::new(Vec::new(), 3);
        let mut first = Device::<Net, _>::meet(Link::new(Line::open(&bench, false))).unwrap();
        first.deploy(&model(1)).unwrap();
        let ups = format::length::<Net>().div_ceil(cpfo::wire::CHUNK);
        let number = if kind == begin { bench.borrow().asked[begin] } else { ups - 1 };
        bench.borrow_mut().plans = vec![(kind, number, place, Fault::Reset)];
        let link = Link::new(Line::open(&bench, false)).with_patience(PATIENCE);
        let mut device = Device::<Net, _>::meet(link).unwrap();
        let mut there = Box::new(Net::ZERO);
        let data = Dataset::digits();
        let learnt = device.go_on(&mut there).and_then(|()| {
            assert_eq!(format::checksum(&there), format::checksum(&model(1)));
            device.learn(data.image(0), data.label(0), RATE)
        });
        let said = format!("{:#}", learnt.expect_err("the model is gone"));
        assert!(said.contains("meet it again"), "{place:?}: {said}");
    }
}
