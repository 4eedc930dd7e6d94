//! A device that is sent raw readings, as its sensor delivers them: its model brings the scale over the line, and
//! what it learns are the desktop's bits.

use std::net::TcpStream;

use cpfo::format::{self, Fault};
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::pixel::{Pixel, Readings};
use cpfo::rng::Rng;
use cpfo::scale::Scale;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Inference, Rates};
use cpfo::wire::{CHUNK, Refused, Reply, Request};
use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_harness::data::Dataset;
use cpfo_harness::model;
use cpfo_harness::model::scale::Method;
use cpfo_harness::nets::digits::Net;

use crate::host::Host;

const SESSION: u32 = 7;
const RATE: f32 = 0.02;
const SAMPLES: usize = 12;
/// Neither of them is a float that divides well.
const OFFSET: f32 = 312.7;
const FACTOR: f32 = 0.0037;

fn start() -> Box<Parameters<Net>> {
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(1));
    parameters
}

/// The readings of a sample: whole numbers.
fn readings(data: &Dataset, sample: usize) -> Vec<i16> {
    data.image(sample).iter().map(|x| (1600.0 * x) as i16).collect()
}

fn stored(scale: &Scale<Net>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = format::emit_scaled::<_, _, ()>(&start(), scale, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    bytes
}

/// What the desktop makes of the readings: the loss of each step, the checksum, and a class.
fn alone() -> (Vec<u32>, u32, usize) {
    let data = Dataset::digits();
    let (mut parameters, mut trainer) = (start(), InPlace::<Net>::ZERO);
    let mut image = Image::<Net>::ZERO;
    let mut losses = Vec::new();
    for n in 0..SAMPLES {
        for (x, reading) in image.flat_mut().iter_mut().zip(readings(&data, n)) {
            *x = (f32::from(reading) - OFFSET) * FACTOR;
        }
        let label = data.label(n).into();
        let loss = trainer.step(&mut parameters, &image, label, &Rates::new(RATE)).unwrap();
        losses.push(loss.to_bits());
    }
    let class = Inference::<Net>::ZERO;
    let class = { class }.classify(&parameters, &image).unwrap();
    (losses, format::checksum(&parameters), class)
}

fn ask<T>(
    link: &mut Link<TcpStream>,
    request: &Request<'_>,
    understand: impl FnMut(Reply<'_>) -> Option<T>,
) -> Result<T, Refused> {
    link.ask(request, understand).map_err(|error| {
        *error.downcast_ref().unwrap_or_else(|| panic!("it is no refusal: {error:#}"))
    })
}

/// Sends a model, piece by piece.
fn push(link: &mut Link<TcpStream>, model: &[u8]) -> Result<(), Refused> {
    for (place, bytes) in model.chunks(CHUNK).enumerate() {
        let at = (place * CHUNK) as u32;
        let down = Request::Down { session: SESSION, over: 0, at, bytes };
        let taken = |reply: Reply<'_>| match reply {
            Reply::Taken { next } => Some(next),
            _ => None,
        };
        // What is asked twice happens once, be it the last piece.
        for _ in 0..2 {
            assert_eq!(ask(link, &down, taken)?, at + bytes.len() as u32);
        }
    }
    Ok(())
}

fn taught<X: Pixel, const BYTES: usize>(kind: u8, bytes: fn(i16) -> [u8; BYTES]) {
    let data = Dataset::digits();
    let (_host, line) = Host::of_readings::<X>();
    let mut link = Link::new(line);
    let hello = |reply: Reply<'_>| match reply {
        Reply::Hello(hello) => Some((hello.full, hello.readings)),
        _ => None,
    };
    assert_eq!(ask(&mut link, &Request::Hello, hello), Ok((0, kind)));
    let begin = Request::Begin { session: SESSION, learned: 0 };
    ask(&mut link, &begin, |reply| (reply == Reply::Begun).then_some(())).unwrap();
    push(&mut link, &stored(&Scale::new(&[OFFSET], &[FACTOR]).unwrap())).unwrap();
    let (losses, sum, wanted) = alone();
    for (step, wanted) in losses.into_iter().enumerate() {
        let image: Vec<u8> = readings(&data, step).into_iter().flat_map(bytes).collect();
        let (label, rate) = (data.label(step), RATE);
        let (session, step) = (SESSION, step as u32);
        let learn = Request::Learn { session, step, image: &image, label, rate };
        let loss = ask(&mut link, &learn, |reply| match reply {
            Reply::Learned { loss, .. } => Some(loss.to_bits()),
            _ => None,
        });
        assert_eq!(loss, Ok(wanted), "step {step}");
    }
    let image: Vec<u8> = readings(&data, SAMPLES - 1).into_iter().flat_map(bytes).collect();
    let class = |reply: Reply<'_>| match reply {
        Reply::Class { class, .. } => Some(usize::from(class)),
        _ => None,
    };
    let classify = Request::Classify { session: SESSION, image: &image };
    assert_eq!(ask(&mut link, &classify, class), Ok(wanted));
    for image in [&image[1..], &[image.clone(), vec![0]].concat()] {
        let classify = Request::Classify { session: SESSION, image };
        assert_eq!(ask(&mut link, &classify, class), Err(Refused::Pixels));
    }
    let checksum = Request::Checksum { session: SESSION };
    let there = ask(&mut link, &checksum, |reply| match reply {
        Reply::Checksum(sum) => Some(sum),
        _ => None,
    });
    assert_eq!(there, Ok(sum));
}

#[test]
fn raw_readings_teach_the_desktop_s_bits() {
    taught::<Readings<i16>, 2>(2, i16::to_le_bytes);
    taught::<Readings<u16>, 2>(3, |reading| (reading as u16).to_le_bytes());
    taught::<Readings<f32>, 4>(1, |reading| f32::from(reading).to_le_bytes());
}

/// `cpfo device` gives it what its samples were read from.
#[test]
fn the_desktop_finds_the_readings_back() {
    let data = Dataset::digits();
    let (_host, line) = Host::of_readings::<Readings<i16>>();
    let mut device = Device::<Net, _>::meet(Link::new(line)).unwrap();
    device.set_scale(model::Scale {
        method: Method::Standard,
        white: 1600.0,
        offset: vec![OFFSET],
        factor: vec![FACTOR],
    });
    device.deploy(&start()).unwrap();
    let (losses, sum, _) = alone();
    for (n, wanted) in losses.into_iter().enumerate() {
        let readings = readings(&data, n).into_iter();
        let image: Vec<f32> = readings.map(|r| (f32::from(r) - OFFSET) * FACTOR).collect();
        assert_eq!(device.learn(&image, data.label(n), RATE).unwrap().loss.to_bits(), wanted);
    }
    assert_eq!(device.checksum().unwrap(), sum);
    let said = device.classify(&[0.123; 64]).unwrap_err().to_string();
    assert!(said.contains("raw readings of i16"), "{said}");
    // What comes home is the model, which its scale is not a part of.
    let mut there = Box::new(Net::ZERO);
    device.fetch(&mut there).unwrap();
    assert_eq!(format::checksum(&there), sum);
}

/// A model of either version goes to a device of either kind; a scale that is none is refused.
#[test]
fn a_scale_comes_with_a_model_or_is_the_identity() {
    let (_host, line) = Host::of_readings::<Readings<f32>>();
    let mut link = Link::new(line);
    let begin = Request::Begin { session: SESSION, learned: 0 };
    ask(&mut link, &begin, |reply| (reply == Reply::Begun).then_some(())).unwrap();
    let good = stored(&Scale::new(&[1.0], &[0.5]).unwrap());
    push(&mut link, &good).unwrap();
    let mut bad = good.clone();
    // The factor stands behind header and offset.
    bad[20..24].copy_from_slice(&0.0_f32.to_le_bytes());
    let end = bad.len() - 4;
    let mut sum = flate2::Crc::new();
    sum.update(&bad[..end]);
    bad[end..].copy_from_slice(&sum.sum().to_le_bytes());
    assert_eq!(push(&mut link, &bad), Err(Refused::Model(Fault::Scale)));
    let mut plain = Vec::new();
    let _ = format::emit::<_, _, ()>(&start(), |piece| {
        plain.extend_from_slice(piece);
        Ok(())
    });
    push(&mut link, &plain).unwrap();
    // One piece too many is refused, whichever came.
    let more = Request::Down { session: SESSION, over: 0, at: plain.len() as u32, bytes: &[0; 8] };
    let taken = |reply: Reply<'_>| matches!(reply, Reply::Taken { .. }).then_some(());
    assert_eq!(ask(&mut link, &more, taken), Err(Refused::Place));
}
