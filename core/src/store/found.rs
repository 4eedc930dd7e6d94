//! What is in a store, and why it cannot do what is asked.

use super::header::{Origin, Progress};
use super::slot::Which;
use crate::format::Fault;

/// What a store goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Found {
    /// The slot with the model, or none: then it is that of the firmware.
    pub slot: Option<Which>,
    /// What is in both, and so why it is this one.
    pub states: [State; 2],
    /// The number of the save; the next one has a higher. 0 without a slot.
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
    /// Nothing was saved in it.
    Empty,
    /// A save did not come to its end, or what was there is damaged: it has no commit word.
    Torn,
    /// A save was cut at the very end. Its model is used if there is no other.
    Unsealed,
    /// It has a commit word, and its model is none, or not one of this net.
    Refused(Fault),
    /// It was started as often as a model is, and nobody said that it runs well.
    Failed,
    /// It is whole, and what is used instead was preferred to it by a
    /// [rollback](super::Store::rollback).
    RolledBack,
    /// It is whole or seems to be, and older than what is used.
    Older,
    /// It is used.
    Used,
}

/// Why a flash cannot be a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Unfit {
    /// A slot does not begin and end with a sector.
    Sector,
    /// A slot reaches over the end of the flash.
    End,
    /// A slot is too small for a model of the net: it takes [`bytes`](super::bytes).
    Small,
    /// Both slots have flash in common.
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

/// Why nothing was saved, noted or rolled back. What a store had it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Failed {
    /// The flash refused to read, to write or to erase.
    Flash,
    /// It has not erased what it was told to: it is worn out.
    Erase,
    /// It has other bytes than the model: it is worn out, or the model has moved while it was
    /// saved.
    Differs,
    /// The model would be refused when it is read.
    Model(Fault),
    /// A save is under way: go on with it, or give it up.
    Busy,
    /// No save is under way.
    NoSave,
    /// There is no other model to go back to.
    NoOther,
    /// The other model has been gone back to as often as its slot has room to note it.
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
            Self::Full => "there is no room to note another rollback: save first",
        })
    }
}

impl core::error::Error for Failed {}
