//! Data that a program has in memory: what a file would say of itself, it says in one call.

use anyhow::{Result, ensure};

use super::samples::{Places, Raw};
use super::scaling::{self, From};
use super::{Data, Dataset, Split};
use crate::model::scale::Method;

/// Samples as a program has them.
///
/// ```
/// use cpfo_harness::data::{Given, Split};
/// use cpfo_harness::model::scale::Method;
///
/// // Four windows of three readings of one sensor, by two people.
/// let given = Given {
///     shape: [3, 1, 1],
///     readings: vec![0., 9., 0., 5., 5., 5., 1., 8., 0., 5., 4., 5.],
///     labels: vec![1, 0, 1, 0],
///     names: vec!["rest".into(), "tap".into()],
///     groups: ["anna", "anna", "ben", "ben"].map(String::from).to_vec(),
/// };
/// let data = given.divide(Split::Order, Method::Minmax)?;
/// assert_eq!(data.test_part()?.groups, ["ben", "ben"]);
/// assert_eq!(data.train.images[..2], [0.0, 1.0]);
/// # Ok::<_, anyhow::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Rows, columns and maps of a sample; of a series, readings, 1 and channels.
    pub shape: [usize; 3],
    /// All readings: sample after sample, in each row after row, the maps of a place beside each other.
    pub readings: Vec<f32>,
    /// The class of each sample, counted from 0.
    pub labels: Vec<u16>,
    /// The names of the classes, in the order of their numbers; none where they are only numbered.
    pub names: Vec<String>,
    /// The group of each sample, as the person whose it is; none where samples do not belong together.
    pub groups: Vec<String>,
}

impl Given {
    /// The samples as readings, checked.
    ///
    /// # Errors
    /// If they are none, if their numbers do not go together, or if a reading is not finite.
    pub fn dataset(self) -> Result<Dataset> {
        let Self { shape, readings, labels, names, groups } = self;
        let [rows, columns, maps] = shape;
        let size: usize = shape.iter().product();
        ensure!(size > 0, "samples of {rows} x {columns} x {maps} hold nothing");
        ensure!(!labels.is_empty(), "there is no sample: give a label for each, and its readings");
        ensure!(
            Some(readings.len()) == size.checked_mul(labels.len()),
            "there are {} readings, wanted {rows} x {columns} x {maps} for each of {} labels",
            readings.len(),
            labels.len()
        );
        ensure!(
            groups.is_empty() || groups.len() == labels.len(),
            "there are {} groups, wanted one for each of {} labels, or none",
            groups.len(),
            labels.len()
        );
        let raw = Raw { shape, images: readings, labels, names, groups, places: Places::Order };
        if let Some(index) = raw.images.iter().position(|reading| !reading.is_finite()) {
            anyhow::bail!("{}: a reading must be finite: clean the data first", raw.place(index));
        }
        let (white, seen) = (raw.white(), raw.classes());
        let classes = if raw.names.is_empty() { seen } else { raw.names.len() };
        raw.dataset(white, classes)
    }

    /// The samples as inputs of a net, divided into training and test and scaled as suits the training
    /// part: what a [`Run`](crate::learn::run::Run) learns from. Groups stay whole.
    ///
    /// # Errors
    /// As of [`dataset`](Self::dataset), and if they cannot be divided.
    pub fn divide(self, split: Split, method: Method) -> Result<Data> {
        let mut data = split.split(&self.dataset()?)?;
        scaling::scale(&mut data, From::Fit(method, None))?;
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Given {
        Given {
            shape: [1, 1, 2],
            readings: vec![0.0, 1.0, 2.0, 3.0],
            labels: vec![0, 2],
            ..Given::default()
        }
    }

    #[test]
    fn numbers_that_go_together_are_taken() {
        let data = two().dataset().unwrap();
        assert_eq!((data.len(), data.classes, data.maps, data.group_count()), (2, 3, 2, 0));
        assert_eq!(data.image(1), [2.0, 3.0]);
    }

    #[test]
    fn others_are_refused_in_words() {
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        for (given, why) in [
            (Given::default(), "hold nothing"),
            (Given { labels: Vec::new(), ..two() }, "no sample"),
            (
                Given { readings: vec![0.0; 5], ..two() },
                "5 readings, wanted 1 x 1 x 2 for each of 2",
            ),
            (Given { shape: [usize::MAX, 1, 1], ..two() }, "readings, wanted"),
            (Given { groups: names(1), ..two() }, "there are 1 groups"),
            (Given { names: names(2), ..two() }, "label 2, but the net has 2 classes"),
            (Given { readings: vec![0.0, f32::NAN, 0.0, 0.0], ..two() }, "sample 0"),
        ] {
            let said = given.dataset().unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
        }
        let one = Given { groups: vec!["anna".into(); 2], ..two() };
        let said = one.divide(Split::Order, Method::Max).unwrap_err().to_string();
        assert!(said.contains("of one group"), "{said}");
    }
}
