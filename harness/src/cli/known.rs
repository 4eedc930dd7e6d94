use std::ffi::OsStr;
use std::fmt::Display;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads what [`FromStr`] reads, and knows some of it by heart: what a shell completes, where there is
/// more than can be listed.
#[derive(Clone)]
pub(super) struct Known<T> {
    words: &'static [&'static str],
    read: fn(&str) -> Result<T, String>,
}

impl<T: FromStr<Err: Display>> Known<T> {
    /// With these words, among others.
    pub(super) fn of(words: &'static [&'static str]) -> Self {
        Self { words, read: |text| text.parse().map_err(|error: T::Err| error.to_string()) }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Known<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, flag: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        self.read.parse_ref(command, flag, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}
