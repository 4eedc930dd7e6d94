//! A server in a program that has other things to do: a step goes on in slices between the readings of
//! a sensor, and inference goes on with it.

use cpfo::choice::{All, Choice, OutputOnly};
use cpfo::format;
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Inference, Rates};
use cpfo::wire::{Chip, Refused, Reply, Request, Server, frame_bytes_of};
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;

const FRAME: usize = frame_bytes_of::<Net, f32>();
const SESSION: u32 = 7;
const RATE: f32 = 0.02;

struct Host;

impl Chip for Host {
    fn board(&self) -> &'static str {
        "host"
    }
    fn unit(&self) -> &'static str {
        "calls"
    }
    fn now(&self) -> u32 {
        0
    }
}

/// How the device's program treats a step.
#[derive(Clone, Copy)]
enum Program {
    /// It waits for it.
    Blocking,
    /// It goes on by so many multiplications, reads its sensor, and so on.
    Sensor(u32),
}

/// A device, and what its program saw of the sensor meanwhile.
struct Device<C: Choice> {
    server: Box<Server<Net, FRAME, C>>,
    program: Program,
    inference: Box<Inference<Net>>,
    readings: usize,
}

impl<C: Choice> Device<C> {
    fn new(program: Program) -> Self {
        let (server, inference) = (Box::new(Server::ZERO), Box::new(Inference::ZERO));
        Self { server, program, inference, readings: 0 }
    }

    /// Sends a question, and gives the frames that come back.
    fn ask(&mut self, number: u8, request: &Request<'_>) -> Vec<u8> {
        let mut frame = vec![0; FRAME];
        let length = request.emit(number, &mut frame).expect("room for a question");
        for &byte in &frame[..length] {
            self.server.take(byte, &Host);
        }
        match self.program {
            Program::Blocking => self.server.finish(&Host),
            Program::Sensor(budget) => {
                while self.server.work(budget, &Host) {
                    self.sense();
                    // Somebody is in a hurry: it is not this one's turn.
                    for byte in [9, 0, 0, 255] {
                        self.server.take(byte, &Host);
                    }
                }
            }
        }
        // A line that takes a few bytes at a time.
        let mut said = Vec::new();
        while !self.server.answer().is_empty() {
            let part = self.server.answer().len().min(5);
            said.extend_from_slice(&self.server.answer()[..part]);
            self.server.sent(part);
        }
        said
    }

    /// What the sensor shows is the image at hand: the class by the weights before the step.
    fn sense(&mut self) {
        let learner = self.server.learner();
        if let Some(parameters) = learner.parameters() {
            self.inference.classify(parameters, learner.image()).expect("an answer");
            self.readings += 1;
        }
    }

    fn learn(&mut self, samples: u32) {
        let data = Dataset::digits();
        let begin = Request::Begin { session: SESSION, learned: 0 };
        assert_eq!(reply(&mut self.ask(1, &begin)), Reply::Begun);
        for step in 0..samples {
            let image: Vec<u8> =
                data.image(step as usize).iter().flat_map(|x| x.to_le_bytes()).collect();
            let label = data.label(step as usize);
            let learn = Request::Learn { session: SESSION, step, image: &image, label, rate: RATE };
            let (mut said, mut again) = (self.ask(2, &learn), self.ask(3, &learn));
            let (said, again) = (reply(&mut said), reply(&mut again));
            assert!(matches!(said, Reply::Learned { .. }), "{said:?}");
            assert_eq!(said, again, "a retry is answered, not learnt");
        }
    }

    fn checksum(&self) -> u32 {
        format::checksum(self.server.learner().parameters().expect("no step is under way"))
    }
}

fn reply(said: &mut [u8]) -> Reply<'_> {
    let (last, frame) = said.split_last_mut().expect("an answer");
    assert_eq!(*last, 0);
    Reply::parse(frame).expect("a whole frame").1
}

fn model() -> &'static Parameters<Net> {
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(3));
    Box::leak(parameters)
}

/// What the desktop has after as many samples.
fn twin<C: Choice>(samples: usize) -> u32 {
    let (data, mut image) = (Dataset::digits(), Image::<Net>::ZERO);
    let mut parameters = Box::new(Parameters::<Net, C>::ZERO);
    parameters.load(model());
    let mut trainer = Box::new(InPlace::<Net, C>::ZERO);
    for n in 0..samples {
        image.flat_mut().copy_from_slice(data.image(n));
        let (label, rates) = (data.label(n).into(), Rates::new(RATE));
        trainer.step(&mut parameters, &image, label, &rates).expect("a good sample");
    }
    format::checksum(&parameters)
}

fn ends_where_the_desktop_ends<C: Choice>() {
    let expected = twin::<C>(20);
    for program in [Program::Blocking, Program::Sensor(1), Program::Sensor(2_000)] {
        let mut device = Device::<C>::new(program);
        device.server.load(model());
        device.learn(20);
        assert_eq!(device.checksum(), expected);
        assert_eq!(device.server.learned(), 20);
        assert!(matches!(program, Program::Blocking) || device.readings >= 20);
    }
}

#[test]
fn between_two_readings_it_learns_all_the_same() {
    ends_where_the_desktop_ends::<All>();
}

/// The frozen layers stay where they are, in flash.
#[test]
fn what_learns_in_part_is_served_too() {
    ends_where_the_desktop_ends::<OutputOnly>();
}

/// A sample that is refused is told of, moves nothing, and the server goes on.
#[test]
fn a_bad_sample_is_refused_in_slices_too() {
    for program in [Program::Blocking, Program::Sensor(100)] {
        let mut device = Device::<All>::new(program);
        device.server.load(model());
        device.learn(1);
        let before = device.checksum();
        let image = f32::NAN.to_le_bytes().repeat(Net::PIXELS);
        let learn =
            Request::Learn { session: SESSION, step: 1, image: &image, label: 3, rate: RATE };
        let mut said = device.ask(4, &learn);
        assert!(matches!(reply(&mut said), Reply::Refused(Refused::Sample(_))));
        assert_eq!((device.checksum(), device.server.learned()), (before, 1));
    }
}

/// Noise of any kind leaves a server that answers.
#[test]
fn noise_is_answered_and_forgotten() {
    let mut rng = Rng::new(5);
    let mut device = Device::<All>::new(Program::Sensor(50));
    device.server.start(&[]);
    for _ in 0..50_000 {
        let drawn = rng.next_u32();
        let byte = if drawn.is_multiple_of(9) { 0 } else { (drawn >> 24) as u8 };
        device.server.take(byte, &Host);
        if drawn.is_multiple_of(101) {
            device.server.line_error();
        }
        device.server.sent((drawn >> 16) as usize % 8);
    }
    device.server.sent(usize::MAX);
    device.server.take(0, &Host);
    device.server.sent(usize::MAX);
    let mut said = device.ask(9, &Request::Hello);
    assert!(matches!(reply(&mut said), Reply::Hello(hello) if hello.checksum.is_none()));
}
