//! A device with a net on it, on the other end of a line.

use std::io::{Read, Write};
use std::marker::PhantomData;

use anyhow::ensure;
use cpfo::choice::All;
use cpfo::format;
use cpfo::net::{Net, Parameters};
use cpfo::wire::{CHUNK, Figures, Reply, Request, VERSION};

use crate::link::Link;

/// A device that runs a net.
pub struct Device<N, S: Read + Write> {
    link: Link<S>,
    /// The name of its board.
    pub board: String,
    /// The unit in which it measures time.
    pub unit: String,
    /// How many samples it has learnt from.
    steps: u32,
    net: PhantomData<N>,
}

/// What came of learning from one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// The loss before.
    pub loss: f32,
    /// What the step took.
    pub time: u32,
}

impl<N: Net, S: Read + Write> Device<N, S> {
    /// Gets to know a device: it must speak this version, and run this net.
    pub fn meet(mut link: Link<S>) -> anyhow::Result<Self> {
        let (version, net, fingerprint, board, unit) =
            link.ask(&Request::Hello, |reply| match reply {
                Reply::Hello(hello) => Some((
                    hello.version,
                    hello.net.to_owned(),
                    hello.fingerprint,
                    hello.board.to_owned(),
                    hello.unit.to_owned(),
                )),
                _ => None,
            })?;
        ensure!(
            version == VERSION,
            "the firmware on {board} speaks version {version} of the protocol, this program version \
             {VERSION}: build both from the same source"
        );
        ensure!(
            fingerprint == format::fingerprint::<N>(),
            "the firmware on {board} runs a net `{net}` that is not the `{}` of this program: declare \
             it in targets/firmware/src/nets.rs, with the same layers",
            N::NAME
        );
        Ok(Self { link, board, unit, steps: 0, net: PhantomData })
    }

    /// Gives it a model.
    pub fn deploy(&mut self, parameters: &Parameters<N>) -> anyhow::Result<()> {
        let mut model = Vec::with_capacity(format::length::<N>());
        let Ok(()) = format::emit::<N, All, std::convert::Infallible>(parameters, |bytes| {
            model.extend_from_slice(bytes);
            Ok(())
        });
        for (place, bytes) in model.chunks(CHUNK).enumerate() {
            let at = (place * CHUNK) as u32;
            let next = self.link.ask(&Request::Down { at, bytes }, |reply| match reply {
                Reply::Taken { next } => Some(next),
                _ => None,
            })?;
            ensure!(
                next == at + bytes.len() as u32,
                "the device wants the model from byte {next} on, after it was given those from {at} on"
            );
        }
        self.steps = 0;
        Ok(())
    }

    /// Fetches its model.
    pub fn fetch(&mut self, parameters: &mut Parameters<N>) -> anyhow::Result<()> {
        let mut model = Vec::with_capacity(format::length::<N>());
        while model.len() < format::length::<N>() {
            let at = model.len() as u32;
            let bytes = self.link.ask(&Request::Up { at }, |reply| match reply {
                Reply::Model { bytes } => Some(bytes.to_vec()),
                _ => None,
            })?;
            ensure!(!bytes.is_empty(), "the device's model ends after {at} bytes");
            model.extend(bytes);
        }
        Ok(format::parse::<N>(&model, parameters)?)
    }

    /// What it takes an image for.
    pub fn classify(&mut self, image: &[f32]) -> anyhow::Result<usize> {
        self.link.ask(&Request::Classify { image: &bytes(image) }, |reply| match reply {
            Reply::Class { class, .. } => Some(class.into()),
            _ => None,
        })
    }

    /// Lets it learn from a sample.
    pub fn learn(&mut self, image: &[f32], label: u16, rate: f32) -> anyhow::Result<Learned> {
        let request = Request::Learn { step: self.steps, image: &bytes(image), label, rate };
        let learned = self.link.ask(&request, |reply| match reply {
            Reply::Learned { loss, time } => Some(Learned { loss, time }),
            _ => None,
        })?;
        self.steps += 1;
        Ok(learned)
    }

    /// The checksum of its parameters.
    pub fn checksum(&mut self) -> anyhow::Result<u32> {
        self.link.ask(&Request::Checksum, |reply| match reply {
            Reply::Checksum(sum) => Some(sum),
            _ => None,
        })
    }

    /// What memory it uses.
    pub fn figures(&mut self) -> anyhow::Result<Figures> {
        self.link.ask(&Request::Figures, |reply| match reply {
            Reply::Figures(figures) => Some(figures),
            _ => None,
        })
    }
}

fn bytes(image: &[f32]) -> Vec<u8> {
    image.iter().flat_map(|pixel| pixel.to_le_bytes()).collect()
}
