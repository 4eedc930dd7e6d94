//! Models to be saved.

use crate::choice::{All, Choice};
use crate::format::{self, Fault};
use crate::net::{Net, Parameters};
use crate::scale::Scale;

/// A model to be saved.
pub enum Model<'a, N: Net, C: Choice = All> {
    /// Parameters, for a net that is given images.
    Plain(&'a Parameters<N, C>),
    /// Parameters, for a net that is given readings of this scale.
    Scaled(&'a Parameters<N, C>, &'a Scale<N>),
    /// A model in the device format.
    Bytes(&'a [u8]),
}

impl<N: Net, C: Choice> Model<'_, N, C> {
    /// The length in bytes of the model in the device format, if it will not be refused when it is
    /// loaded.
    pub(super) fn length(&self) -> Result<usize, Fault> {
        let parameters = match *self {
            Self::Plain(parameters) | Self::Scaled(parameters, _) => parameters,
            Self::Bytes(bytes) => return format::check::<N>(bytes).map(|_| bytes.len()),
        };
        if !parameters.are_loaded() {
            return Err(Fault::NotLoaded);
        }
        if !parameters.are_finite() {
            return Err(Fault::NotFinite);
        }
        Ok(match self {
            Self::Scaled(..) => format::scaled_length::<N>(),
            _ => format::length::<N>(),
        })
    }

    /// The words of four bytes of the model from one on, but for its checksum. Room behind them stays
    /// as it is.
    pub(super) fn words_at(&self, at: usize, to: &mut [[u8; 4]]) {
        match *self {
            Self::Plain(parameters) => format::words_at(parameters, None, at, to),
            Self::Scaled(parameters, scale) => format::words_at(parameters, Some(scale), at, to),
            Self::Bytes(bytes) => {
                let words = bytes.as_chunks::<4>().0;
                let body = words.split_last().map_or(words, |(_, body)| body);
                to.iter_mut().zip(body.iter().skip(at)).for_each(|(to, word)| *to = *word);
            }
        }
    }
}
