//! Labels as files have them: whole numbers, or names.
//!
//! Names are numbered in the order of the alphabet, so that the same names get the same numbers
//! whichever comes first. Numbers and names in one set are refused: is `7` the class 7, or a name?

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

/// Labels that are still being read.
#[derive(Default)]
pub(super) struct Labels {
    labels: Vec<u16>,
    /// The names, each with the number that it got when it came.
    names: BTreeMap<String, u16>,
}

impl Labels {
    /// Takes the label of the next sample.
    pub(super) fn push(&mut self, text: &str) -> Result<()> {
        ensure!(!text.is_empty(), "the label is missing");
        let label = match text.parse::<f32>() {
            // `3.0` is a whole number, too: some programs write all numbers so.
            Ok(value) => {
                ensure!(
                    value.fract() == 0.0 && (0.0..=f32::from(u16::MAX)).contains(&value),
                    "a label must be a whole number from 0 to {}, or a name",
                    u16::MAX
                );
                ensure!(
                    self.names.is_empty(),
                    "the labels before it are names: write all as names, or all as numbers"
                );
                value as u16
            }
            Err(_) => {
                ensure!(
                    self.labels.is_empty() || !self.names.is_empty(),
                    "the labels before it are numbers: write all as numbers, or all as names"
                );
                self.number_of(text)?
            }
        };
        self.labels.push(label);
        Ok(())
    }

    fn number_of(&mut self, name: &str) -> Result<u16> {
        if let Some(&number) = self.names.get(name) {
            return Ok(number);
        }
        let number = u16::try_from(self.names.len()).context("there are too many names")?;
        self.names.insert(name.to_owned(), number);
        Ok(number)
    }

    /// The labels, and the names of the classes if they have any.
    pub(super) fn finish(self) -> (Vec<u16>, Vec<String>) {
        let mut places = vec![0; self.names.len()];
        for (place, &number) in self.names.values().enumerate() {
            places[usize::from(number)] = place as u16;
        }
        let named = |&label: &u16| places.get(usize::from(label)).copied().unwrap_or(label);
        let labels =
            if places.is_empty() { self.labels } else { self.labels.iter().map(named).collect() };
        (labels, self.names.into_keys().collect())
    }
}

/// Gives labels the numbers that their names have in another list.
pub(super) fn renumber(labels: &mut [u16], names: &[String], to: &[String]) -> Result<()> {
    let place = |name: &String| {
        let place = to.iter().position(|other| other == name);
        let place = place.with_context(|| {
            format!(
                "there is a class '{name}', which the model does not know: it knows {}",
                to.join(", ")
            )
        })?;
        Ok(u16::try_from(place)?)
    };
    let places = names.iter().map(place).collect::<Result<Vec<_>>>()?;
    for label in labels {
        *label = places[usize::from(*label)];
    }
    Ok(())
}
