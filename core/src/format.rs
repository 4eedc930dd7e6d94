//! The stored model: how parameters lie in flash, in a file, and on a line.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | the letters `CPFO` |
//! | 2 | version of this format, little-endian: 1 or 2 |
//! | 2 | 0 |
//! | 4 | [`fingerprint`] of the net |
//! | 4 | how many parameters follow |
//! | 8 each | of each map of the input the offset and the factor of the [scale](crate::scale), as IEEE 754 numbers, little-endian; version 1 has none, which is the identity |
//! | 4 each | the parameters as IEEE 754 numbers, little-endian: layer by layer, weight before bias, in the order of the [symbols](crate::layer) |
//! | 4 | CRC-32 (ISO-HDLC) of everything before |
//!
//! [`emit_scaled`] writes version 2, for a model that is stored beside a sensor: the firmware reads
//! its [`scale()`]. [`emit`] writes version 1, for a line that carries inputs, not readings. Both
//! versions are read.
//!
//! A model is taken whole or not at all: with [`parse`] nothing moves before the last check has
//! passed. A device without room for a second copy takes it by a [`Reader`], piece by piece, and
//! has no model if the last check fails.
//!
//! A net that trains [in part](crate::choice) has the same model: its frozen layers are written
//! with the rest. A model that is read into it must have the very same frozen layers.

mod reader;

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};

use crate::choice::Choice;
use crate::hold::Numbers;
use crate::net::{Net, Parameters};
use crate::scale::Scale;
use crate::shape::Zero as _;

pub use reader::Reader;

/// The newest version: the one that [`emit_scaled`] writes. [`parse`] reads it and those before.
pub const VERSION: u16 = 2;

/// The version without a scale.
const UNSCALED: u16 = 1;

const MAGIC: [u8; 4] = *b"CPFO";
const HEADER: usize = 16;
/// The place of the byte that tells versions apart.
const VERSION_AT: usize = 4;

/// Without a table it is slower, and takes a kilobyte less of flash.
pub(crate) static CRC: Crc<u32, Table<0>> = Crc::<u32, Table<0>>::new(&CRC_32_ISO_HDLC);

/// Why bytes are not a model of this net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub enum Fault {
    /// They do not begin like a model.
    NoModel,
    /// They are of another version of this format.
    Version,
    /// The model is of another net.
    OtherNet,
    /// There are fewer bytes than the model has, or more.
    Length,
    /// A bit has changed: the checksum does not fit.
    Checksum,
    /// A parameter is NaN or infinite.
    NotFinite,
    /// A layer that stays frozen has not been [loaded](crate::net::Parameters::load), so it cannot
    /// be compared with the model's.
    NotLoaded,
    /// The model has other numbers in a layer that stays frozen.
    OtherFrozen,
    /// An offset is not finite, or a factor is not above 0 and finite.
    Scale,
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Fault::NoModel => "these bytes do not begin like a model",
            Fault::Version => "this model is of another version of the format",
            Fault::OtherNet => "this model is of another net",
            Fault::Length => "this model is shorter or longer than its net's",
            Fault::Checksum => "this model is damaged: its checksum does not fit",
            Fault::NotFinite => "this model holds a NaN or an infinite number",
            Fault::NotLoaded => "a frozen layer has not been loaded",
            Fault::OtherFrozen => "this model has another layer where one stays frozen",
            Fault::Scale => "this model's offsets and factors are no scale",
        })
    }
}

impl core::error::Error for Fault {}

/// The length in bytes of a stored model of a net, without a scale.
pub const fn length<N: Net>() -> usize {
    HEADER + 4 * N::PARAMETERS + 4
}

/// The length in bytes of a stored model of a net, with its scale.
pub const fn scaled_length<N: Net>() -> usize {
    length::<N>() + scale_bytes::<N>()
}

/// The length in bytes of the stored model that begins with these, as far as they tell.
#[cfg(feature = "wire")]
pub(crate) fn length_of<N: Net>(beginning: &[u8]) -> usize {
    match beginning.first_chunk::<HEADER>() {
        Some(header) if is_scaled(header) => scaled_length::<N>(),
        _ => length::<N>(),
    }
}

/// The bytes of a scale: an offset and a factor for each map.
const fn scale_bytes<N: Net>() -> usize {
    let [_, _, maps] = N::INPUT;
    8 * maps
}

/// A number that tells nets apart: the CRC-32 of kinds, shapes, windows and functions of all
/// layers. Names are not part of it. As a constant it lets a firmware check its model when it is
/// compiled ([`is_of`]).
pub const fn fingerprint<N: Net>() -> u32 {
    let (mut digest, mut at) = (CRC.digest(), 0);
    while at < N::LAYERS.len() {
        let layer = &N::LAYERS[at].1;
        digest.update(&[layer.kind as u8]);
        let (sizes, mut place) = ([layer.input, layer.output], 0);
        while place < 6 {
            digest.update(&(sizes[place / 3][place % 3] as u32).to_le_bytes());
            place += 1;
        }
        digest.update(&(layer.window[0] as u32).to_le_bytes());
        digest.update(&(layer.window[1] as u32).to_le_bytes());
        digest.update(layer.function.as_bytes());
        at += 1;
    }
    digest.finalize()
}

/// Whether the fingerprint in a stored model is this net's: a constant where a firmware is compiled
/// with its model. Whether the model is whole and sound is checked by [`parse`].
pub const fn is_of<N: Net>(model: &[u8]) -> bool {
    let fingerprint = fingerprint::<N>().to_le_bytes();
    let mut at = 0;
    while at < 4 {
        if model.len() <= at + 8 || model[at + 8] != fingerprint[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The CRC-32 of all parameters: equal where every bit of every parameter is. Frozen layers that
/// have not been [loaded](crate::net::Parameters::load) are left out.
pub fn checksum<N: Net, C: Choice>(parameters: &Parameters<N, C>) -> u32 {
    let mut checksum = Checksum::new();
    parameters.visit(|_, values| checksum.add(values));
    checksum.end()
}

/// A CRC-32 of numbers that come one after the other, to compare the course of two runs.
pub struct Checksum(Digest<'static, u32, Table<0>>);

impl Checksum {
    /// Of no numbers yet.
    #[expect(clippy::new_without_default, reason = "a checksum of nothing is no useful default")]
    pub fn new() -> Self {
        Self(CRC.digest())
    }

    /// Adds the bits of more numbers.
    pub fn add(&mut self, values: &[f32]) {
        for value in values {
            self.0.update(&value.to_le_bytes());
        }
    }

    /// The checksum.
    pub fn end(self) -> u32 {
        self.0.finalize()
    }
}

/// Why a model was not written to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stopped<E> {
    /// A layer that stays frozen has not been [loaded](crate::net::Parameters::load). No byte was
    /// written.
    NotLoaded,
    /// The function that takes the bytes failed.
    Taker(E),
}

impl<E: core::fmt::Display> core::fmt::Display for Stopped<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Stopped::NotLoaded => Fault::NotLoaded.fmt(f),
            Stopped::Taker(why) => why.fmt(f),
        }
    }
}

impl<E: core::fmt::Debug + core::fmt::Display> core::error::Error for Stopped<E> {}

/// Writes a model without a scale: passes its bytes to `to` in pieces of up to 16.
///
/// # Errors
/// See [`Stopped`].
pub fn emit<N: Net, C: Choice, E>(
    parameters: &Parameters<N, C>,
    to: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    emit_all(parameters, None, to)
}

/// Writes a model with its scale: passes its bytes to `to` in pieces of up to 16.
///
/// # Errors
/// See [`Stopped`].
pub fn emit_scaled<N: Net, C: Choice, E>(
    parameters: &Parameters<N, C>,
    scale: &Scale<N>,
    to: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    emit_all(parameters, Some(scale), to)
}

fn emit_all<N: Net, C: Choice, E>(
    parameters: &Parameters<N, C>,
    scale: Option<&Scale<N>>,
    mut to: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    if !parameters.are_loaded() {
        return Err(Stopped::NotLoaded);
    }
    let mut digest = CRC.digest();
    let mut result = Ok(());
    let mut put = |bytes: &[u8]| {
        digest.update(bytes);
        if result.is_ok() {
            result = to(bytes);
        }
    };
    put(&header::<N>(if scale.is_some() { VERSION } else { UNSCALED }));
    for pair in scale.into_iter().flat_map(Scale::maps) {
        pair.iter().for_each(|number| put(&number.to_le_bytes()));
    }
    parameters.visit(|_, values| {
        for value in values {
            put(&value.to_le_bytes());
        }
    });
    result.and_then(|()| to(&digest.finalize().to_le_bytes())).map_err(Stopped::Taker)
}

/// The words of four bytes of a model from the word `at` on, as many as there is room for, but for
/// its checksum: what it takes to give a model a piece at a time. Room behind them stays as it is.
#[cfg(feature = "store")]
pub(crate) fn words_at<N: Net, C: Choice>(
    parameters: &Parameters<N, C>,
    scale: Option<&Scale<N>>,
    at: usize,
    to: &mut [[u8; 4]],
) {
    let version = if scale.is_some() { VERSION } else { UNSCALED };
    let header = header::<N>(version);
    let header = header.as_chunks::<4>().0.iter().copied();
    let scale = scale.into_iter().flat_map(Scale::maps).flatten().map(f32::to_le_bytes);
    // The place of the next word of the model, and the room that is left.
    let (mut place, mut room) = (0, to.iter_mut());
    for word in header.chain(scale) {
        if place >= at
            && let Some(room) = room.next()
        {
            *room = word;
        }
        place += 1;
    }
    parameters.visit(|_, values| {
        let passed = at.saturating_sub(place).min(values.len());
        // The values are asked first: where they end, no room is lost.
        for (value, room) in values.iter().skip(passed).zip(&mut room) {
            *room = value.to_le_bytes();
        }
        place += values.len();
    });
}

/// Reads a stored model into the trained parameters.
///
/// # Errors
/// See [`Fault`]; then nothing has moved.
pub fn parse<N: Net, C: Choice>(
    bytes: &[u8],
    parameters: &mut Parameters<N, C>,
) -> Result<(), Fault> {
    let (_, values) = checked::<N>(bytes)?;
    if !parameters.are_loaded() {
        return Err(Fault::NotLoaded);
    }
    let (mut rest, mut same) = (values.iter(), true);
    parameters.visit_held(|numbers| match numbers {
        Numbers::Trained(to) => to.iter().zip(&mut rest).for_each(drop),
        Numbers::Frozen(ours) => {
            for (ours, theirs) in ours.iter().zip(&mut rest) {
                same &= ours.to_le_bytes() == *theirs;
            }
        }
    });
    if !same {
        return Err(Fault::OtherFrozen);
    }
    let mut rest = values.iter();
    parameters.visit_held(|numbers| match numbers {
        Numbers::Trained(to) => {
            for (to, &value) in to.iter_mut().zip(&mut rest) {
                *to = f32::from_le_bytes(value);
            }
        }
        Numbers::Frozen(ours) => ours.iter().zip(&mut rest).for_each(drop),
    });
    Ok(())
}

/// Checks a stored model, and returns its parameters as bytes.
///
/// # Errors
/// See [`Fault`].
pub fn check<N: Net>(bytes: &[u8]) -> Result<&[u8], Fault> {
    let (_, values) = checked::<N>(bytes)?;
    Ok(values.as_flattened())
}

/// The scale of a stored model, which is checked as a whole: it turns the readings of a sensor into
/// images of the net. A model of version 1 has the identity.
///
/// # Errors
/// See [`Fault`].
pub fn scale<N: Net>(bytes: &[u8]) -> Result<Scale<N>, Fault> {
    let (scale, _) = checked::<N>(bytes)?;
    Ok(scale)
}

/// Scale and parameters of a stored model, if it is whole and sound.
fn checked<N: Net>(bytes: &[u8]) -> Result<(Scale<N>, &[[u8; 4]]), Fault> {
    let (found, rest) = bytes.split_first_chunk::<HEADER>().ok_or(Fault::NoModel)?;
    let scaled = is_scaled(found);
    let expected = header::<N>(if scaled { VERSION } else { UNSCALED });
    if let Some(place) = found.iter().zip(&expected).position(|(found, expected)| found != expected)
    {
        return Err(fault(place));
    }
    let (body, sum) = rest.split_last_chunk::<4>().ok_or(Fault::Length)?;
    let of_scale = if scaled { scale_bytes::<N>() } else { 0 };
    let (numbers, values) = body.split_at_checked(of_scale).ok_or(Fault::Length)?;
    if values.len() != 4 * N::PARAMETERS {
        return Err(Fault::Length);
    }
    let mut digest = CRC.digest();
    digest.update(found);
    digest.update(body);
    if digest.finalize() != u32::from_le_bytes(*sum) {
        return Err(Fault::Checksum);
    }
    let mut scale = if scaled { Scale::coming() } else { Scale::ZERO };
    let numbers = numbers.as_chunks::<4>().0.iter().enumerate();
    let sound = |(place, number): (usize, &[u8; 4])| scale.set(place, f32::from_le_bytes(*number));
    if !{ numbers }.all(sound) {
        return Err(Fault::Scale);
    }
    let values = values.as_chunks::<4>().0;
    let finite = |value: &[u8; 4]| f32::from_le_bytes(*value).is_finite();
    if !values.iter().all(finite) {
        return Err(Fault::NotFinite);
    }
    Ok((scale, values))
}

/// Whether a model with this header has a scale.
fn is_scaled(header: &[u8]) -> bool {
    header.get(VERSION_AT) == Some(&(VERSION as u8))
}

/// The fault of a model whose header has a wrong byte at this place.
fn fault(place: usize) -> Fault {
    match place {
        0..4 => Fault::NoModel,
        4..8 => Fault::Version,
        _ => Fault::OtherNet,
    }
}

fn header<N: Net>(version: u16) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let fields = [
        MAGIC,
        // The two bytes after the version are 0.
        u32::from(version).to_le_bytes(),
        // A constant: each piece of a model asks for the header.
        const { fingerprint::<N>() }.to_le_bytes(),
        (N::PARAMETERS as u32).to_le_bytes(),
    ];
    for (to, field) in header.as_chunks_mut::<4>().0.iter_mut().zip(fields) {
        *to = field;
    }
    header
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::rng::Rng;

    crate::net! {
        pub(in crate::format) mod one: 2 x 2 x 1 { O1 = Output(2, SoftmaxCrossEntropy); }
    }
    crate::net! {
        pub(in crate::format) mod other: 2 x 2 x 1 { O1 = Output(2, SigmoidSquaredError); }
    }

    pub(super) fn model() -> (one::Parameters, Vec<u8>) {
        let mut parameters = one::Net::ZERO;
        parameters.initialize(&mut Rng::new(1));
        let mut bytes = Vec::new();
        let mut put = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        emit(&parameters, &mut put).unwrap();
        (parameters, bytes)
    }

    crate::net! {
        pub(in crate::format) mod two: 2 x 1 x 2 { O1 = Output(2, SoftmaxCrossEntropy); }
    }

    pub(super) const OFFSET: [f32; 2] = [-3.5, 0.1];
    pub(super) const FACTOR: [f32; 2] = [0.25, 7.0];

    /// A model of two maps, with a scale.
    pub(super) fn scaled_model() -> (two::Parameters, Vec<u8>) {
        let mut parameters = two::Net::ZERO;
        parameters.initialize(&mut Rng::new(2));
        let scale = Scale::<two::Net>::new(&OFFSET, &FACTOR).unwrap();
        let mut bytes = Vec::new();
        let mut put = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        emit_scaled(&parameters, &scale, &mut put).unwrap();
        (parameters, bytes)
    }

    /// The same bytes with the checksum that belongs to them.
    pub(super) fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let end = bytes.len() - 4;
        let sum = CRC.checksum(&bytes[..end]).to_le_bytes();
        bytes[end..].copy_from_slice(&sum);
        bytes
    }

    #[test]
    fn a_scale_is_read_with_its_model() {
        let (parameters, bytes) = scaled_model();
        assert_eq!(bytes.len(), scaled_length::<two::Net>());
        assert_eq!(bytes[..8], *b"CPFO\x02\0\0\0");
        let numbers = [-3.5_f32, 0.25, 0.1, 7.0].map(f32::to_le_bytes);
        assert_eq!(bytes[16..32], *numbers.as_flattened());
        assert!(is_of::<two::Net>(&bytes));
        let mut read = two::Net::ZERO;
        assert_eq!(parse(&bytes, &mut read), Ok(()));
        assert_eq!(read, parameters);
        let found = scale::<two::Net>(&bytes).ok().unwrap();
        assert!(found.maps().eq([[-3.5, 0.25], [0.1, 7.0]]));
    }

    #[test]
    fn a_model_of_version_1_has_the_identity() {
        let (_, bytes) = model();
        assert!(scale::<one::Net>(&bytes).ok().unwrap().maps().eq([[0.0, 1.0]]));
        assert_eq!(scale::<one::Net>(&bytes[..20]).err(), Some(Fault::Length));
    }

    #[test]
    fn damage_to_a_scale_is_noticed() {
        let (_, bytes) = scaled_model();
        for bit in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..4 => Fault::NoModel,
                4..8 => Fault::Version,
                8..16 => Fault::OtherNet,
                _ => Fault::Checksum,
            };
            assert_eq!(check::<two::Net>(&damaged), Err(expected), "bit {bit}");
        }
        for length in HEADER..bytes.len() {
            assert_eq!(check::<two::Net>(&bytes[..length]), Err(Fault::Length));
        }
        for (place, number) in [(0, f32::NAN), (1, 0.0), (3, -7.0), (3, f32::INFINITY)] {
            let mut wrong = bytes.clone();
            wrong[16 + 4 * place..][..4].copy_from_slice(&number.to_le_bytes());
            assert_eq!(check::<two::Net>(&resealed(wrong)), Err(Fault::Scale), "{number}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let (parameters, bytes) = model();
        assert_eq!(bytes.len(), length::<one::Net>());
        assert_eq!(bytes[..8], *b"CPFO\x01\0\0\0");
        assert!(is_of::<one::Net>(&bytes) && !is_of::<other::Net>(&bytes));
        assert!(!is_of::<one::Net>(&bytes[..11]));
        let mut read = one::Net::ZERO;
        assert_eq!(parse(&bytes, &mut read), Ok(()));
        assert_eq!(read, parameters);
    }

    #[test]
    fn each_damage_has_its_error() {
        let (_, bytes) = model();
        let mut untouched = one::Net::ZERO;
        let mut refused = |bytes: &[u8]| {
            let error = parse(bytes, &mut untouched).unwrap_err();
            assert_eq!(untouched, one::Net::ZERO, "nothing moves");
            error
        };
        for bit in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..4 => Fault::NoModel,
                4..8 => Fault::Version,
                8..16 => Fault::OtherNet,
                _ => Fault::Checksum,
            };
            assert_eq!(refused(&damaged), expected, "bit {bit}");
        }
        for length in 0..bytes.len() {
            let expected = if length < HEADER { Fault::NoModel } else { Fault::Length };
            assert_eq!(refused(&bytes[..length]), expected, "{length} bytes");
        }
        assert_eq!(refused(&[bytes.as_slice(), &[0]].concat()), Fault::Length);
        assert_eq!(check::<other::Net>(&bytes), Err(Fault::OtherNet));
    }

    #[test]
    fn a_nan_with_a_good_checksum_is_refused() {
        let mut parameters = one::Net::ZERO;
        parameters.layers_mut().layer.bias[1] = f32::NAN;
        let mut bytes = Vec::new();
        let mut put = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        emit(&parameters, &mut put).unwrap();
        assert_eq!(check::<one::Net>(&bytes), Err(Fault::NotFinite));
    }
}
