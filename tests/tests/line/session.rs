//! Devices that are not where they were left: restarted, taken over, or with something learnt that
//! another model would wipe out.

use std::net::TcpStream;

use cpfo::format;
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Rates, Refusal};
use cpfo::wire::{CHUNK, Refused, Reply, Request};
use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;
use cpfo_harness::nets::lenet;

use crate::host::Host;

const RATE: f32 = 0.02;

fn model(seed: u64) -> Box<Parameters<Net>> {
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(seed));
    parameters
}

fn bytes_of<N: cpfo::Net>(parameters: &Parameters<N>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = format::emit::<_, _, ()>(parameters, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    bytes
}

fn meet(line: &TcpStream) -> Device<Net, TcpStream> {
    Device::meet(Link::new(line.try_clone().unwrap())).unwrap()
}

fn learn(device: &mut Device<Net, TcpStream>, samples: std::ops::Range<usize>) {
    let data = Dataset::digits();
    for n in samples {
        device.learn(data.image(n), data.label(n), RATE).unwrap();
    }
}

/// What the desktop would have after so many samples.
fn twin(seed: u64, samples: usize) -> u32 {
    let data = Dataset::digits();
    let (mut parameters, mut trainer) = (model(seed), InPlace::<Net>::ZERO);
    let mut image = Image::<Net>::ZERO;
    for n in 0..samples {
        image.flat_mut().copy_from_slice(data.image(n));
        trainer.step(&mut parameters, &image, data.label(n).into(), &Rates::new(RATE)).unwrap();
    }
    format::checksum(&parameters)
}

fn says(result: anyhow::Result<impl Sized>, why: &str) {
    let said = format!("{:#}", result.err().expect("it should be refused"));
    assert!(said.contains(why), "{said}");
}

#[test]
fn a_restart_is_noticed() {
    let data = Dataset::digits();
    let (host, line) = Host::start();
    let mut device = meet(&line);
    device.deploy(&model(1)).unwrap();
    learn(&mut device, 0..3);
    host.restart();
    let why = "it has restarted since";
    says(device.learn(data.image(3), data.label(3), RATE), why);
    says(device.classify(data.image(3)), why);
    says(device.checksum(), why);
    says(device.settle(), why);
    says(device.fetch(&mut model(2)), why);
    // Met again it stands at its beginning, and a model can come.
    let mut device = meet(&line);
    assert_eq!(device.learned(), 0);
    device.deploy(&model(1)).unwrap();
    learn(&mut device, 0..3);
    assert_eq!(device.checksum().unwrap(), twin(1, 3));
}

#[test]
fn what_was_learnt_before_is_not_wiped_out() {
    let data = Dataset::digits();
    let (_host, line) = Host::start();
    let mut first = meet(&line);
    first.deploy(&model(1)).unwrap();
    learn(&mut first, 0..4);

    let mut second = meet(&line);
    assert_eq!(second.learned(), 4);
    says(second.learn(data.image(0), data.label(0), RATE), "no session has begun");
    says(second.deploy(&model(2)), "has learnt from 4 samples since its model came");
    let mut there = model(2);
    second.fetch(&mut there).unwrap();
    assert_eq!(format::checksum(&there), twin(1, 4));
    // The first knows nothing of the second yet, and goes on.
    learn(&mut first, 4..5);
    says(second.deploy(&model(2)), "more or fewer samples than this program knows of");

    // Met again, it goes on where the first was, and the first notices.
    let mut third = meet(&line);
    third.go_on(&mut there).unwrap();
    learn(&mut third, 5..7);
    assert_eq!(third.checksum().unwrap(), twin(1, 7));
    says(first.learn(data.image(7), data.label(7), RATE), "another program has begun one");
    // What has been fetched may go.
    says(third.deploy(&model(2)), "has learnt from 7 samples");
    third.fetch(&mut there).unwrap();
    third.deploy(&model(2)).unwrap();
    assert_eq!((third.learned(), third.checksum().unwrap()), (0, twin(2, 0)));
}

/// What comes of a request that a device may get from anybody.
fn ask(line: &TcpStream, request: &Request<'_>) -> Result<String, Refused> {
    let mut link = Link::new(line.try_clone().unwrap());
    let answered = link.ask(request, |reply| Some(format!("{reply:?}")));
    answered.map_err(|error| *error.downcast_ref().unwrap_or_else(|| panic!("{error:#}")))
}

/// Where a device stands: what it says of session, samples and parameters.
fn standing(line: &TcpStream) -> (u32, u32, Option<u32>) {
    let mut link = Link::new(line.try_clone().unwrap());
    let said = link.ask(&Request::Hello, |reply| match reply {
        Reply::Hello(hello) => Some((hello.session, hello.learned, hello.checksum)),
        _ => None,
    });
    said.unwrap()
}

#[test]
fn a_download_that_is_none_does_no_harm() {
    let whole = bytes_of::<Net>(&model(2));
    let other = bytes_of::<lenet::Net>(&Box::new(lenet::Net::ZERO));
    let first = &whole[..CHUNK];
    let with = |place: usize| {
        let mut bytes = first.to_vec();
        bytes[place] ^= 1;
        bytes
    };
    let (_host, line) = Host::start();
    // No session, no download; and none by the number that stands for no session.
    for session in [0, 1] {
        let down = Request::Down { session, over: 0, at: 0, bytes: first };
        assert_eq!(ask(&line, &down), Err(Refused::Session));
    }
    assert_eq!(ask(&line, &Request::Begin { session: 0, learned: 0 }), Err(Refused::Session));

    let mut device = meet(&line);
    device.deploy(&model(1)).unwrap();
    learn(&mut device, 0..3);
    let before = standing(&line);
    assert_eq!((before.1, before.2), (3, Some(twin(1, 3))));
    let pieces: [(u32, &[u8]); 12] = [
        (0, &[]),
        (0, &first[..1]),
        (0, &first[..16]),
        (0, &first[..CHUNK - 1]),
        (0, &whole[..CHUNK + 1]),
        (0, &with(0)),
        (0, &with(4)),
        (0, &with(8)),
        (0, &with(12)),
        (0, &other[..CHUNK]),
        (CHUNK as u32, &whole[CHUNK..2 * CHUNK]),
        (u32::MAX, first),
    ];
    for (at, bytes) in pieces {
        for session in [before.0, before.0.wrapping_add(1), 0] {
            for over in [0, 2, 3, 4, u32::MAX] {
                let down = Request::Down { session, over, at, bytes };
                assert!(ask(&line, &down).is_err(), "{down:?}");
                assert_eq!(standing(&line), before, "{down:?}");
            }
        }
    }
    // A good beginning, by one who does not know what there is to lose.
    for over in [0, 2, 4, u32::MAX] {
        let down = Request::Down { session: before.0, over, at: 0, bytes: first };
        assert_eq!(ask(&line, &down), Err(Refused::Learned));
    }
    for learned in [0, 2, 4] {
        let begin = Request::Begin { session: 77, learned };
        assert_eq!(ask(&line, &begin), Err(Refused::Learned));
    }
    assert_eq!(standing(&line), before);
}

#[test]
fn nothing_is_learnt_twice() {
    let data = Dataset::digits();
    let (_host, line) = Host::start();
    let mut device = meet(&line);
    device.deploy(&model(1)).unwrap();
    let (session, ..) = standing(&line);
    let image: Vec<u8> = data.image(0).iter().flat_map(|x| x.to_le_bytes()).collect();
    let sample = |step, label, rate| {
        let learn = Request::Learn { session, step, image: &image, label, rate };
        ask(&line, &learn)
    };
    let label = data.label(0);
    let said = sample(0, label, RATE);
    assert!(said.is_ok());
    for _ in 0..3 {
        assert_eq!(sample(0, label, RATE), said);
    }
    sample(1, label, RATE).unwrap();
    assert_eq!(sample(0, label, RATE), Err(Refused::Step));
    assert_eq!(sample(3, label, RATE), Err(Refused::Step));
    assert_eq!(sample(u32::MAX, label, RATE), Err(Refused::Step));

    // A refusal teaches nothing, and the next sample is the next.
    let before = standing(&line);
    assert_eq!(before.1, 2);
    assert_eq!(sample(2, 10, RATE), Err(Refused::Sample(Refusal::Label)));
    // No rate that ruins a net comes past the device's door.
    let nan = [f32::NAN, f32::INFINITY, -f32::INFINITY];
    for rate in [-1.0, -1e-30, 1001.0, 1e30, f32::MAX].into_iter().chain(nan) {
        assert_eq!(sample(2, label, rate), Err(Refused::Sample(Refusal::Rate)), "rate {rate}");
    }
    assert_eq!(standing(&line), before);
    // In another session the last answer of this one is none.
    ask(&line, &Request::Begin { session: 9, learned: 2 }).unwrap();
    let again = Request::Learn { session: 9, step: 1, image: &image, label, rate: RATE };
    assert_eq!(ask(&line, &again), Err(Refused::Step));
}
