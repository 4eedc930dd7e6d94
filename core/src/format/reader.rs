//! A model that comes in pieces.

use core::marker::PhantomData;

use crc::{Digest, Table};

use super::{
    CRC, Fault, HEADER, UNSCALED, VERSION, VERSION_AT, fault, header, length, scale_bytes,
    scaled_length,
};
use crate::choice::{All, Choice};
use crate::hold::Numbers;
use crate::net::{Net, Parameters};
use crate::scale::Scale;
use crate::shape::Zero as _;

/// Reads a model piece by piece, straight into the parameters, which are held as the choice `C`
/// says.
///
/// The header is checked before a parameter moves; the rest is known to be sound only when the last
/// byte has come. A model that is refused leaves parameters that are no model.
pub struct Reader<N, C = All> {
    taken: usize,
    digest: Digest<'static, u32, Table<0>>,
    /// The last four bytes, the newest at the top: a number comes in pieces.
    word: u32,
    finite: bool,
    /// Whether the model has a scale, and whether its numbers so far are legal ones.
    scaled: bool,
    sound: bool,
    /// Whether the model's frozen layers so far equal the borrowed ones.
    same: bool,
    net: PhantomData<(N, C)>,
}

impl<N: Net, C: Choice> Default for Reader<N, C> {
    fn default() -> Self {
        Self {
            taken: 0,
            digest: CRC.digest(),
            word: 0,
            finite: true,
            scaled: false,
            sound: true,
            same: true,
            net: PhantomData,
        }
    }
}

impl<N: Net, C: Choice> Reader<N, C> {
    /// How many bytes have come so far: the place of the next one.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Whether the model is whole and sound.
    pub fn is_whole(&self) -> bool {
        self.taken == self.length() && self.finite && self.sound && self.same
    }

    /// Reads the next bytes of the model, any number of them. A scale is skipped.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn take(&mut self, bytes: &[u8], parameters: &mut Parameters<N, C>) -> Result<(), Fault> {
        self.take_all(bytes, parameters, None)
    }

    /// As [`take`](Self::take), and reads the scale into `scale`: the identity if the model has
    /// none.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn take_scaled(
        &mut self,
        bytes: &[u8],
        parameters: &mut Parameters<N, C>,
        scale: &mut Scale<N>,
    ) -> Result<(), Fault> {
        self.take_all(bytes, parameters, Some(scale))
    }

    /// The bytes of the whole model.
    pub(crate) fn length(&self) -> usize {
        if self.scaled { scaled_length::<N>() } else { length::<N>() }
    }

    /// The place of the first parameter.
    fn body(&self) -> usize {
        if self.scaled { HEADER + scale_bytes::<N>() } else { HEADER }
    }

    fn take_all(
        &mut self,
        bytes: &[u8],
        parameters: &mut Parameters<N, C>,
        mut scale: Option<&mut Scale<N>>,
    ) -> Result<(), Fault> {
        if !parameters.are_loaded() {
            return Err(Fault::NotLoaded);
        }
        if let Some(ahead) = VERSION_AT.checked_sub(self.taken) {
            self.scaled = bytes.get(ahead) == Some(&(VERSION as u8));
            if let Some(scale) = &mut scale {
                **scale = if self.scaled { Scale::coming() } else { Scale::ZERO };
            }
        }
        let mut bytes = bytes.iter();
        let header = header::<N>(if self.scaled { VERSION } else { UNSCALED });
        while let Some(&expected) = header.get(self.taken) {
            let Some(&byte) = bytes.next() else { return Ok(()) };
            if byte != expected {
                return Err(fault(self.taken));
            }
            self.digest.update(&[byte]);
            self.taken += 1;
        }
        if bytes.len() > self.length() - self.taken {
            return Err(Fault::Length);
        }
        self.take_scale(&mut bytes, scale);
        if self.taken < self.body() {
            return Ok(());
        }
        self.take_parameters(&mut bytes, parameters);
        if !self.same {
            return Err(Fault::OtherFrozen);
        }
        let sum = self.digest.clone().finalize().to_le_bytes();
        for &byte in bytes {
            let place = self.taken.saturating_sub(self.body() + 4 * N::PARAMETERS);
            if sum.get(place) != Some(&byte) {
                return Err(Fault::Checksum);
            }
            self.taken += 1;
        }
        match self.taken == self.length() {
            true if !self.sound => Err(Fault::Scale),
            true if !self.finite => Err(Fault::NotFinite),
            _ => Ok(()),
        }
    }

    fn take_scale(&mut self, bytes: &mut core::slice::Iter<'_, u8>, scale: Option<&mut Scale<N>>) {
        let mut passed_over = Scale::ZERO;
        let scale = scale.unwrap_or(&mut passed_over);
        while self.taken < self.body() {
            let place = (self.taken - HEADER) / 4;
            let Some(number) = self.take_number(bytes) else { return };
            self.sound &= scale.set(place, number);
        }
    }

    fn take_parameters(
        &mut self,
        bytes: &mut core::slice::Iter<'_, u8>,
        parameters: &mut Parameters<N, C>,
    ) {
        // The place of the first number of each tensor.
        let mut first = 0;
        parameters.visit_held(|numbers| {
            let come = ((self.taken - self.body()) / 4).saturating_sub(first);
            match numbers {
                Numbers::Trained(to) => {
                    first += to.len();
                    for to in to.iter_mut().skip(come) {
                        let Some(number) = self.take_number(bytes) else { return };
                        self.finite &= number.is_finite();
                        *to = number;
                    }
                }
                Numbers::Frozen(ours) => {
                    first += ours.len();
                    for ours in ours.iter().skip(come) {
                        let Some(number) = self.take_number(bytes) else { return };
                        self.finite &= number.is_finite();
                        self.same &= number.to_bits() == ours.to_bits();
                    }
                }
            }
        });
    }

    /// The next number, once its last byte has come.
    fn take_number(&mut self, bytes: &mut core::slice::Iter<'_, u8>) -> Option<f32> {
        for &byte in bytes {
            self.digest.update(&[byte]);
            self.word = self.word >> 8 | u32::from(byte) << 24;
            self.taken += 1;
            if self.taken.is_multiple_of(4) {
                return Some(f32::from_bits(self.word));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::super::tests::{model, one, other, resealed, scaled_model, two};
    use super::super::{check, emit};
    use super::*;

    /// What comes of reading a model in pieces of `size` bytes: whether it is whole, and the
    /// parameters, in any case.
    fn in_pieces<N: Net>(bytes: &[u8], size: usize) -> (Result<bool, Fault>, Parameters<N>) {
        let mut parameters = N::ZERO;
        let mut reader = Reader::<N>::default();
        let mut pieces = bytes.chunks(size);
        let result = pieces.try_for_each(|piece| reader.take(piece, &mut parameters));
        (result.map(|()| reader.is_whole()), parameters)
    }

    #[test]
    fn pieces_make_the_same_model() {
        let (parameters, bytes) = model();
        for size in 1..=bytes.len() {
            assert_eq!(in_pieces::<one::Net>(&bytes, size), (Ok(true), parameters));
            for length in 0..bytes.len() {
                let (part, _) = in_pieces::<one::Net>(&bytes[..length], size);
                assert_eq!(part, Ok(false), "{length} bytes");
            }
        }
    }

    #[test]
    fn damaged_pieces_are_refused_like_a_damaged_whole() {
        let (_, bytes) = model();
        for bit in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let whole = check::<one::Net>(&damaged).map(|_| true);
            for size in [1, 3, 16, 50, damaged.len()] {
                let (result, read) = in_pieces::<one::Net>(&damaged, size);
                assert_eq!(result, whole, "bit {bit}");
                assert!(bit / 8 >= HEADER || read == one::Net::ZERO, "the header comes first");
            }
        }
        let long = [bytes.as_slice(), &[0]].concat();
        assert_eq!(in_pieces::<one::Net>(&long, 7).0, Err(Fault::Length));
        assert_eq!(in_pieces::<other::Net>(&bytes, 7).0, Err(Fault::OtherNet));
    }

    #[test]
    fn pieces_bring_the_scale() {
        let (parameters, bytes) = scaled_model();
        for size in 1..=bytes.len() {
            let (mut read, mut scale) = (two::Net::ZERO, Scale::<two::Net>::ZERO);
            let mut reader = Reader::<two::Net>::default();
            for piece in bytes.chunks(size) {
                assert!(!reader.is_whole());
                assert_eq!(reader.take_scaled(piece, &mut read, &mut scale), Ok(()), "by {size}");
            }
            assert!(reader.is_whole() && reader.taken() == bytes.len());
            assert_eq!(read, parameters);
            assert!(scale.maps().eq([[-3.5, 0.25], [0.1, 7.0]]));
            // Without a place for the scale it is skipped.
            assert_eq!(in_pieces::<two::Net>(&bytes, size), (Ok(true), parameters));
        }
        let (_, plain) = model();
        let mut scale = Scale::<one::Net>::new(&[1.0], &[2.0]).unwrap();
        let mut reader = Reader::<one::Net>::default();
        for piece in plain.chunks(3) {
            reader.take_scaled(piece, &mut { one::Net::ZERO }, &mut scale).unwrap();
        }
        assert!(reader.is_whole() && scale.maps().eq([[0.0, 1.0]]));
    }

    #[test]
    fn damaged_pieces_of_a_scale_are_refused_like_a_damaged_whole() {
        let (_, bytes) = scaled_model();
        let mut wrong = bytes.clone();
        wrong[20..24].copy_from_slice(&(-1_f32).to_le_bytes());
        let long = [bytes.as_slice(), &[0]].concat();
        let flipped = (0..8 * bytes.len()).map(|bit| {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            damaged
        });
        for damaged in flipped.chain([resealed(wrong), long]) {
            let whole = check::<two::Net>(&damaged).map(|_| true);
            for size in [1, 3, 16, 50, damaged.len()] {
                assert_eq!(in_pieces::<two::Net>(&damaged, size).0, whole, "by {size}");
            }
        }
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
        assert_eq!(in_pieces::<one::Net>(&bytes, 9).0, Err(Fault::NotFinite));
    }
}
