//! What a slot says of its model.

use crate::format::CRC;

/// Bytes of a header.
pub(super) const HEADER: usize = 44;
/// Of these before the checksum.
pub(super) const FIELDS: usize = HEADER - 4;
/// Bytes of a commit word.
pub(super) const COMMIT: usize = 8;

const MAGIC: [u8; 4] = *b"CPFS";
const VERSION: u16 = 1;

/// How far learning had come when a model was saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Progress {
    /// How many samples the model has learnt from on the device.
    pub learned: u32,
    /// What the application needs to go on from here: the state of a
    /// [generator](crate::rng::Rng::state), a place in a row of samples.
    pub note: [u8; 16],
}

/// Where a model came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Origin {
    /// It came with the firmware.
    Factory,
    /// It has learnt on the device.
    Learned,
    /// It was sent to the device.
    Pushed,
}

/// The header of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) origin: Origin,
    pub(super) generation: u32,
    pub(super) fingerprint: u32,
    /// Bytes of the model.
    pub(super) length: u32,
    pub(super) progress: Progress,
    /// The CRC-32 of the model without its own checksum, and of the fields above. (Over a message
    /// and its CRC a CRC says nothing of the message.)
    pub(super) sum: u32,
}

impl Header {
    /// The fields before the checksum.
    pub(super) fn fields(&self) -> [u8; FIELDS] {
        let Self { origin, generation, fingerprint, length, progress, .. } = self;
        let [low, high] = VERSION.to_le_bytes();
        let note = progress.note.as_chunks::<4>().0.iter().copied();
        let fields = [
            MAGIC,
            [low, high, *origin as u8, 0],
            generation.to_le_bytes(),
            fingerprint.to_le_bytes(),
            length.to_le_bytes(),
            progress.learned.to_le_bytes(),
        ];
        let mut bytes = [0; FIELDS];
        for (to, field) in
            bytes.as_chunks_mut::<4>().0.iter_mut().zip(fields.into_iter().chain(note))
        {
            *to = field;
        }
        bytes
    }

    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        for (to, byte) in
            bytes.iter_mut().zip(self.fields().into_iter().chain(self.sum.to_le_bytes()))
        {
            *to = byte;
        }
        bytes
    }

    /// The header in these bytes, if they are one of this version.
    pub(super) fn parse(bytes: &[u8; HEADER]) -> Option<Self> {
        let (words, _) = bytes.as_chunks::<4>();
        let word = |place: usize| words.get(place).copied().unwrap_or_default();
        let number = |place: usize| u32::from_le_bytes(word(place));
        let mut note = [0; 16];
        for (to, from) in note.as_chunks_mut::<4>().0.iter_mut().zip(words.iter().skip(6)) {
            *to = *from;
        }
        let [low, high, origin, zero] = word(1);
        let origin = match origin {
            0 => Origin::Factory,
            1 => Origin::Learned,
            2 => Origin::Pushed,
            _ => return None,
        };
        if word(0) != MAGIC || u16::from_le_bytes([low, high]) != VERSION || zero != 0 {
            return None;
        }
        Some(Self {
            origin,
            generation: number(2),
            fingerprint: number(3),
            length: number(4),
            progress: Progress { learned: number(5), note },
            sum: number(10),
        })
    }

    /// The commit word that belongs to a header.
    pub(super) fn commit(&self) -> [u8; COMMIT] {
        commit_of(&self.bytes())
    }
}

/// The commit word that belongs to the bytes of a header.
pub(super) fn commit_of(header: &[u8; HEADER]) -> [u8; COMMIT] {
    paired(CRC.checksum(header))
}

/// A number and its complement. Half of the bits are programmed, and of each pair one: where only
/// some of them were, a pair has two ones, and the word is none.
pub(super) fn paired(number: u32) -> [u8; 8] {
    (u64::from(number) | u64::from(!number) << 32).to_le_bytes()
}

/// The number in such a word.
pub(super) fn unpaired(word: [u8; 8]) -> Option<u32> {
    let number = u64::from_le_bytes(word) as u32;
    (paired(number) == word).then_some(number)
}
