//! What a store has found, and why it cannot do what is asked of it.

use super::header::{Origin, Progress};
use super::slot::Which;
use crate::format::Fault;

/// The model that a store uses, and what is in its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Found {
    /// The slot with the model; none if the firmware's own model is used.
    pub slot: Option<Which>,
    /// What is in each of the two slots, and so why this one is used.
    pub states: [State; 2],
    /// The number of the save, higher for each later one; 0 without a slot.
    pub generation: u32,
    /// Where the model came from.
    pub origin: Origin,
    /// How far learning had come.
    pub progress: Progress,
}

/// What is in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum State {
    /// Nothing has been saved in it.
    Empty,
    /// It has no commit word: a save did not come to its end, or the content is damaged. Or it
    /// looks whole, and may have been erased in part.
    Torn,
    /// A save was cut at the very end: its model may be gone tomorrow, and is not used.
    Unsealed,
    /// It has a commit word, but its model is damaged, or not one of this net.
    Refused(Fault),
    /// It was started as often as is allowed without a [confirmation](super::Store::well) that it
    /// runs well.
    Failed,
    /// It is whole, but a [rollback](super::Store::rollback) preferred the model that is used
    /// instead.
    RolledBack,
    /// It is whole or seems to be, but older than the model that is used.
    Older,
    /// Its model is used.
    Used,
}

/// Why two slots of a flash cannot be a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Unfit {
    /// A slot does not begin and end at the borders of sectors.
    Sector,
    /// A slot reaches over the end of the flash.
    End,
    /// A slot is too small for a model of the net, which needs [`bytes`](super::bytes).
    Small,
    /// The two slots overlap.
    Common,
}

impl core::fmt::Display for Unfit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Sector => "a slot begins and ends with a sector of the flash",
            Self::End => "a slot reaches over the end of the flash",
            Self::Small => "a slot is too small for a model of the net",
            Self::Common => "the two slots have flash in common",
        })
    }
}

impl core::error::Error for Unfit {}

/// Why nothing was saved, noted or rolled back. The store has what it had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Failed {
    /// The flash refused to read, to write or to erase.
    Flash,
    /// The flash is not blank after an erase: it is worn out.
    Erase,
    /// The flash has other bytes than the model: it is worn out, or the model changed while it was
    /// saved.
    Differs,
    /// The model would be refused when it is loaded.
    Model(Fault),
    /// A save is under way: go on with it, or give it up.
    Busy,
    /// No save is under way.
    NoSave,
    /// There is no other model to go back to.
    NoOther,
    /// A slot has no room left to note what is about to be done. After a rollback was refused, a
    /// save makes room. If a save is refused, after many cuts or failed starts in a row, the way
    /// out is to erase both slots, by [`Store::flash_mut`](super::Store::flash_mut), and to save.
    Full,
}

impl core::fmt::Display for Failed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Flash => "the flash refused to read, to write or to erase",
            Self::Erase => "the flash is not erased after it was told to: it is worn out",
            Self::Differs => {
                "the flash has other bytes than the model: it is worn, or the model moved meanwhile"
            }
            Self::Model(why) => return why.fmt(f),
            Self::Busy => "a save is under way: go on with it, or give it up",
            Self::NoSave => "no save is under way",
            Self::NoOther => "there is no other model to go back to",
            Self::Full => {
                "no room is left to note it: save before a rollback; erase both slots before a save"
            }
        })
    }
}

impl core::error::Error for Failed {}
