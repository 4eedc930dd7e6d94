//! A short fine-tuning: by the desktop alone, and by a device at the end of a line.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::ensure;
use cpfo::format;
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Rates};
use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;

const SAMPLES: usize = 60;
const RATE: f32 = 0.02;

/// What it ends with: the bits of all losses, and the parameters' checksum.
pub type End = (Vec<u32>, u32);

/// The desktop by itself.
pub fn alone() -> End {
    let data = Dataset::digits();
    let mut parameters = start();
    let mut trainer = InPlace::<Net>::ZERO;
    let mut image = Image::<Net>::ZERO;
    let losses = (0..SAMPLES).map(|n| {
        image.flat_mut().copy_from_slice(data.image(n));
        trainer
            .step(&mut parameters, &image, data.label(n).into(), &Rates::new(RATE))
            .unwrap()
            .to_bits()
    });
    (losses.collect(), format::checksum(&parameters))
}

/// A device at the end of a line. Its model comes back over the line, too.
///
/// # Errors
/// If the line is too bad.
pub fn over(line: impl Read + Write, patience: Duration) -> anyhow::Result<End> {
    tune(&mut Device::meet(Link::new(line).with_patience(patience))?)
}

/// A device that has been met.
///
/// # Errors
/// If its line is too bad.
pub fn tune(device: &mut Device<Net, impl Read + Write>) -> anyhow::Result<End> {
    let data = Dataset::digits();
    device.deploy(&start())?;
    let mut losses = Vec::new();
    for n in 0..SAMPLES {
        losses.push(device.learn(data.image(n), data.label(n), RATE)?.loss.to_bits());
    }
    ensure!(device.settle()? == SAMPLES as u32, "not every sample was learnt from once");
    let mut parameters = Box::new(Net::ZERO);
    device.fetch(&mut parameters)?;
    Ok((losses, format::checksum(&parameters)))
}

fn start() -> Box<Parameters<Net>> {
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(8));
    parameters
}
