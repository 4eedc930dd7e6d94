//! A device with a net on it, on the other end of a line.
//!
//! A device goes on where it stands: it may have learnt from another program's samples, it may
//! restart. So the desktop looks at it first ([`Device::meet`]) and begins a session of its own, by
//! [deploying](Device::deploy) a model or by [going on](Device::go_on) with the one that is there.
//! What the device has learnt is given up for another model only when it has been fetched.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Read, Write};
use std::marker::PhantomData;

use anyhow::{Context as _, ensure};
use cpfo::format;
use cpfo::net::{Net, Parameters};
use cpfo::wire::{CHUNK, Figures, Refused, Reply, Request, VERSION};

use crate::base::label;
use crate::board::link::{Link, other_version};
use crate::model::training::Training;
use crate::model::{Scale, export};

/// A device that runs a net.
pub struct Device<N, S: Read + Write> {
    link: Link<S>,
    /// The name of its board.
    pub board: String,
    /// The unit in which it measures time.
    pub unit: String,
    /// How a pixel of its images is sent: 0 as a float, else as a byte of which so many stand for 1.
    full: u8,
    /// A bit for each tensor that it trains.
    trains: u64,
    /// Whether raw readings are sent in place of inputs, and how: see [`Said::readings`].
    readings: u8,
    /// How readings became the inputs that are given here. A device of readings applies it.
    scale: Scale,
    /// Whether it has a model: as it was met, or since one was deployed.
    pub has_model: bool,
    /// The session that has begun on it; 0 if none has.
    session: u32,
    /// Whether that is ours.
    ours: bool,
    /// How many samples it has learnt from since its model came.
    learned: u32,
    /// Whether what it has learnt has been fetched.
    fetched: bool,
    /// Whether it was given a sample and nobody knows if it has learnt from it.
    in_doubt: bool,
    net: PhantomData<N>,
}

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The version of the protocol.
    pub version: u16,
    /// The name of its net.
    pub net: String,
    /// The net's fingerprint.
    pub fingerprint: u32,
    /// How many parameters the net has.
    pub parameters: u32,
    /// Rows, columns and maps of its input.
    pub input: [u16; 3],
    /// How many classes it tells apart.
    pub classes: u16,
    /// The name of its board.
    pub board: String,
    /// The unit in which it measures time.
    pub unit: String,
    /// The session that has begun on it; 0 if none has.
    pub session: u32,
    /// How many samples it has learnt from since its model came.
    pub learned: u32,
    /// The checksum of its parameters, if it has a model.
    pub checksum: Option<u32>,
    /// How a pixel of its images is sent: 0 as a float, else as a byte of which so many stand for 1.
    pub full: u8,
    /// Of each tensor a bit, from the lowest on, whether it trains: layer by layer, weight before bias.
    pub trains: u64,
    /// Whether raw readings are sent in place of inputs: 0 if not, 1 as `f32`, 2 as `i16`, 3 as `u16`.
    pub readings: u8,
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
    ///
    /// # Errors
    /// If it does not, or does not answer.
    pub fn meet(mut link: Link<S>) -> anyhow::Result<Self> {
        let Said {
            net,
            fingerprint,
            board,
            unit,
            session,
            learned,
            checksum,
            full,
            trains,
            readings,
            ..
        } = hello(&mut link)?;
        ensure!(
            fingerprint == format::fingerprint::<N>(),
            "the firmware on {} runs a net `{}` that is not the `{}` of this program: build it from \
             the same source, with the same layers",
            label::escaped(&board),
            label::escaped(&net),
            N::NAME
        );
        let (ours, fetched, in_doubt) = (false, false, false);
        let has_model = checksum.is_some();
        Ok(Self {
            link,
            board,
            unit,
            full,
            trains,
            readings,
            scale: Scale::none(1.0),
            has_model,
            session,
            ours,
            learned,
            fetched,
            in_doubt,
            net: PhantomData,
        })
    }

    /// How many samples the device has learnt from since its model came, as far as is known here.
    pub fn learned(&self) -> u32 {
        self.learned
    }

    /// Says how readings became the inputs that are given here: that of the model, which a device of raw
    /// readings must have, too.
    pub fn set_scale(&mut self, scale: Scale) {
        self.scale = scale;
    }

    /// How a pixel of its images is sent: 0 as a float, else as a byte of which so many stand for 1.
    pub fn full(&self) -> u8 {
        self.full
    }

    /// Of each tensor of the net whether the device trains it: layer by layer, weight before bias.
    pub fn trains(&self) -> Vec<bool> {
        let tensors = Training::All.of_tensors::<N>().len();
        (0..tensors).map(|place| place >= 64 || self.trains >> place & 1 == 1).collect()
    }

    /// Gives it a model, and begins a session with it.
    ///
    /// # Errors
    /// If the device has learnt something that has not been [fetched](Self::fetch), if it refuses,
    /// or if the line fails.
    pub fn deploy(&mut self, parameters: &Parameters<N>) -> anyhow::Result<()> {
        ensure!(
            self.learned == 0 || self.fetched,
            "{} has learnt from {} samples since its model came, and a new model would wipe that out: \
             fetch its model first, go on with it, or restart the board",
            self.board,
            self.learned
        );
        let model = match self.readings {
            0 => export::device::bytes::<N>(parameters),
            _ => export::device::scaled_bytes::<N>(parameters, &self.scale.of_net()?),
        };
        self.begin()?;
        let (session, over) = (self.session, self.learned);
        for (place, bytes) in model.chunks(CHUNK).enumerate() {
            let at = (place * CHUNK) as u32;
            let next =
                self.ask(&Request::Down { session, over, at, bytes }, |reply| match reply {
                    Reply::Taken { next } => Some(next),
                    _ => None,
                })?;
            ensure!(
                next == at + bytes.len() as u32,
                "the device wants the model from byte {next} on, after it was given those from {at} on"
            );
        }
        (self.learned, self.in_doubt, self.has_model) = (0, false, true);
        Ok(())
    }

    /// Goes on with the model that it has, in a session of one's own.
    ///
    /// # Errors
    /// If it has no model, if it has restarted meanwhile, or if the line fails.
    pub fn go_on(&mut self, parameters: &mut Parameters<N>) -> anyhow::Result<()> {
        self.settle()?;
        self.fetch(parameters)?;
        self.begin()?;
        // Before the session began it may have restarted, with another model that has learnt as much: nothing.
        if self.checksum()? != format::checksum(parameters) {
            return Err(advise(Refused::Session.into()));
        }
        Ok(())
    }

    /// Begins a session, if the device still stands where it did.
    fn begin(&mut self) -> anyhow::Result<()> {
        // Seeded by the system; a crate for random numbers would bring no others.
        let session = (RandomState::new().build_hasher().finish() as u32).max(1);
        let request = Request::Begin { session, learned: self.learned };
        self.ask(&request, |reply| (reply == Reply::Begun).then_some(()))?;
        (self.session, self.ours) = (session, true);
        Ok(())
    }

    /// Asks the device how many samples it has learnt from. After a failure of the line this tells
    /// whether the last one is among them.
    ///
    /// # Errors
    /// If the device has restarted, or if the line fails.
    pub fn settle(&mut self) -> anyhow::Result<u32> {
        let now = hello(&mut self.link)?;
        if now.session != self.session {
            return Err(advise(Refused::Session.into()));
        }
        self.fetched &= now.learned == self.learned;
        (self.learned, self.in_doubt) = (now.learned, false);
        Ok(self.learned)
    }

    /// Fetches its model.
    ///
    /// # Errors
    /// If it has none, if it has restarted, or if the line fails.
    pub fn fetch(&mut self, parameters: &mut Parameters<N>) -> anyhow::Result<()> {
        let session = self.session;
        let mut model = Vec::with_capacity(format::length::<N>());
        while model.len() < format::length::<N>() {
            let at = model.len() as u32;
            let bytes = self.ask(&Request::Up { session, at }, |reply| match reply {
                Reply::Model { bytes } => Some(bytes.to_vec()),
                _ => None,
            })?;
            ensure!(!bytes.is_empty(), "the device's model ends after {at} bytes");
            model.extend(bytes);
        }
        format::parse(&model, parameters)?;
        self.fetched = true;
        Ok(())
    }

    /// What it takes an image for.
    ///
    /// # Errors
    /// If it has no model, if it has restarted, or if the line fails.
    pub fn classify(&mut self, image: &[f32]) -> anyhow::Result<usize> {
        let image = &self.image(image)?;
        let request = Request::Classify { session: self.session, image };
        self.ask(&request, |reply| match reply {
            Reply::Class { class, .. } => Some(class.into()),
            _ => None,
        })
    }

    /// Lets it learn from a sample.
    ///
    /// # Errors
    /// If no session has begun, if the device refuses the sample, or if the line fails. Then it is
    /// not known whether it has learnt from it, and [`settle`](Self::settle) tells.
    pub fn learn(&mut self, image: &[f32], label: u16, rate: f32) -> anyhow::Result<Learned> {
        ensure!(
            self.ours,
            "no session has begun with {}, which has learnt from {} samples: deploy a model, or go on \
             with its own",
            self.board,
            self.learned
        );
        ensure!(
            !self.in_doubt,
            "nobody knows whether {} has learnt from the last sample: settle that first",
            self.board
        );
        let (session, step) = (self.session, self.learned);
        let image = &self.image(image)?;
        let request = Request::Learn { session, step, image, label, rate };
        let learned = self.ask(&request, |reply| match reply {
            Reply::Learned { loss, time } => Some(Learned { loss, time }),
            _ => None,
        });
        match &learned {
            Ok(_) => (self.learned, self.fetched) = (self.learned + 1, false),
            Err(error) => self.in_doubt = error.downcast_ref::<Refused>().is_none(),
        }
        learned
    }

    /// An image as the device takes it.
    fn image(&self, image: &[f32]) -> anyhow::Result<Vec<u8>> {
        match self.readings {
            0 => bytes(image, self.full),
            kind => readings(image, kind, &self.scale),
        }
    }

    /// The checksum of its parameters.
    ///
    /// # Errors
    /// If it has no model, if it has restarted, or if the line fails.
    pub fn checksum(&mut self) -> anyhow::Result<u32> {
        self.ask(&Request::Checksum { session: self.session }, |reply| match reply {
            Reply::Checksum(sum) => Some(sum),
            _ => None,
        })
    }

    /// What memory it uses.
    ///
    /// # Errors
    /// If the line fails.
    pub fn figures(&mut self) -> anyhow::Result<Figures> {
        figures(&mut self.link)
    }

    fn ask<T>(
        &mut self,
        request: &Request<'_>,
        understand: impl FnMut(Reply<'_>) -> Option<T>,
    ) -> anyhow::Result<T> {
        self.link.ask(request, understand).map_err(advise)
    }
}

/// Who is there, whatever net it runs.
///
/// # Errors
/// If it does not answer, or speaks another version.
pub fn hello<S: Read + Write>(link: &mut Link<S>) -> anyhow::Result<Said> {
    let said = link.ask(&Request::Hello, |reply| match reply {
        Reply::Hello(hello) => Some(Said {
            version: hello.version,
            net: hello.net.to_owned(),
            fingerprint: hello.fingerprint,
            parameters: hello.parameters,
            input: hello.input,
            classes: hello.classes,
            board: hello.board.to_owned(),
            unit: hello.unit.to_owned(),
            session: hello.session,
            learned: hello.learned,
            checksum: hello.checksum,
            full: hello.full,
            trains: hello.trains,
            readings: hello.readings,
        }),
        _ => None,
    })?;
    ensure!(said.version == VERSION, other_version(said.version));
    Ok(said)
}

/// What memory a device uses, whatever net it runs.
///
/// # Errors
/// If the line fails.
pub fn figures<S: Read + Write>(link: &mut Link<S>) -> anyhow::Result<Figures> {
    link.ask(&Request::Figures, |reply| match reply {
        Reply::Figures(figures) => Some(figures),
        _ => None,
    })
}

/// Says what to do where the device is not where it was left.
fn advise(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(Refused::Session | Refused::Learned) => error.context(
            "the device is not where it was left: meet it again to see where it stands, then deploy \
             a model, or go on with its own",
        ),
        _ => error,
    }
}

/// An image as the device takes it. What is sent as bytes must be bytes: nothing is rounded in silence.
fn bytes(image: &[f32], full: u8) -> anyhow::Result<Vec<u8>> {
    if full == 0 {
        return Ok(image.iter().flat_map(|pixel| pixel.to_le_bytes()).collect());
    }
    let (whole, scale) = (f32::from(full), 1.0 / f32::from(full));
    let byte = |&x: &f32| {
        let byte = (x * whole).round() as u8;
        ensure!(
            f32::from(byte) * scale == x,
            "the device takes images of bytes, of which {full} stand for 1, and {x} is none of them: its firmware \
             must be of the data's own scale, or take floats"
        );
        Ok(byte)
    };
    image.iter().map(byte).collect()
}

/// An image as the readings that it came from, found back: what they are scaled to must be these bits.
fn readings(image: &[f32], kind: u8, scale: &Scale) -> anyhow::Result<Vec<u8>> {
    let range = match kind {
        2 => Some(f32::from(i16::MIN)..=f32::from(i16::MAX)),
        3 => Some(0.0..=f32::from(u16::MAX)),
        _ => None,
    };
    let maps = scale.maps();
    let mut all = Vec::with_capacity(4 * image.len());
    for (place, &x) in image.iter().enumerate() {
        let near = scale.reading(place % maps, x);
        let becomes = |reading: f32| {
            let mut input = [reading];
            scale.of_one(place % maps).apply(&mut input).is_ok_and(|()| input[0] == x)
        };
        let candidates = [near.round(), near, near.next_up(), near.next_down()];
        let fits = |reading: &f32| match &range {
            Some(range) => reading.fract() == 0.0 && range.contains(reading) && becomes(*reading),
            None => becomes(*reading),
        };
        let reading = candidates.into_iter().find(fits).with_context(|| {
            let what = ["floats", "i16", "u16"][usize::from(kind).clamp(1, 3) - 1];
            format!(
                "the device takes raw readings of {what}, and {x} is the input of none: its model and this one \
                 must be of the same scale (--model), and samples as the sensor reads them"
            )
        })?;
        match kind {
            2 => all.extend((reading as i16).to_le_bytes()),
            3 => all.extend((reading as u16).to_le_bytes()),
            _ => all.extend(reading.to_le_bytes()),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scale::Method;

    #[test]
    fn readings_are_found_back_or_an_error() {
        let scale = Scale {
            method: Method::Standard,
            white: 1.0,
            offset: vec![12.3, -100.7],
            factor: vec![0.071, 1.0 / 333.0],
        };
        let given: Vec<f32> = (0..2000).map(|n| ((n * 37) % 30_000) as f32).collect();
        let mut inputs = given.clone();
        scale.apply(&mut inputs).unwrap();
        let i16s: Vec<u8> = given.iter().flat_map(|&x| (x as i16).to_le_bytes()).collect();
        let u16s: Vec<u8> = given.iter().flat_map(|&x| (x as u16).to_le_bytes()).collect();
        assert_eq!(readings(&inputs, 2, &scale).unwrap(), i16s);
        assert_eq!(readings(&inputs, 3, &scale).unwrap(), u16s);
        assert_eq!(readings(&inputs, 1, &scale).unwrap().len(), 4 * given.len());
        for (x, kind) in [(0.5, 2), (f32::NAN, 1), (1e9, 2), (-5.0, 3)] {
            let said = readings(&[x], kind, &Scale::none(1.0)).unwrap_err().to_string();
            assert!(said.contains("takes raw readings of"), "{said}");
        }
    }

    #[test]
    fn bytes_are_bytes_or_an_error() {
        assert_eq!(bytes(&[0.0, 1.0, 0.5], 16).unwrap(), [0, 16, 8]);
        assert_eq!(bytes(&[1.0, 7.0 * (1.0 / 255.0)], 255).unwrap(), [255, 7]);
        assert_eq!(bytes(&[1.0], 0).unwrap(), 1.0_f32.to_le_bytes());
        for x in [-0.5, 0.51, 16.1, f32::NAN, f32::INFINITY] {
            let said = bytes(&[x], 16).unwrap_err().to_string();
            assert!(said.contains("takes images of bytes, of which 16 stand for 1"), "{said}");
        }
        // Above 1, while a byte has room for it.
        assert_eq!(bytes(&[2.0], 16).unwrap(), [32]);
    }
}
