//! Inputs of which the class is to be found: the rows of a table, the images of an IDX file, the samples of
//! an array of NumPy. They are read as those were that a model has learnt from; labels they need none.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Result;

use super::load::{Options, fits};
use super::samples::{Places, Raw};
use super::{Dataset, csv, idx, numpy};

/// What tables are called.
const TABLES: [&str; 5] = ["csv", "tsv", "txt", "dat", "data"];

/// Inputs in the order of their file.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// The inputs. That they are of class 0 means nothing.
    pub samples: Dataset,
    /// Where each is.
    pub places: Vec<Place>,
    /// What the file says of the class of each, if anything.
    pub labels: Vec<Option<String>>,
}

/// Where an input is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this line of a table.
    Line(u64),
    /// At this place of an array, counted from 0.
    Sample(usize),
}

/// A file of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    Idx,
    Numpy,
}

/// Whether a file holds inputs in numbers. Pictures and folders do not.
pub fn are_in(path: &Path) -> bool {
    kind(path).is_some()
}

/// Reads a file for which [`are_in`] holds.
///
/// # Errors
/// If it is damaged, or holds inputs of another shape.
pub fn read(path: &Path, options: &Options) -> Result<Inputs> {
    let turned = |[rows, columns, maps]: [usize; 3]| match options.transpose {
        true => [columns, rows, maps],
        false => [rows, columns, maps],
    };
    let (mut raw, labels) = match kind(path) {
        Some(Kind::Idx) => {
            let raw = idx::images(path, |found| fits(path, turned(found), options.shape))?;
            let labels = vec![None; raw.labels.len()];
            (raw, labels)
        }
        Some(Kind::Numpy) => {
            let raw = numpy::inputs(path, options.shape.map(turned))?;
            let labels = vec![None; raw.labels.len()];
            (raw, labels)
        }
        _ => {
            let shape = options.shape.map(turned);
            let (label, group) = (options.label.as_ref(), options.group.as_ref());
            csv::inputs(path, csv::Wanted { shape, classes: options.classes, label, group })?
        }
    };
    if options.transpose {
        raw.transpose();
    }
    let places = places(&raw);
    Ok(Inputs { samples: checked(raw, options)?, places, labels })
}

/// The readings as they are, but for light and dark.
fn checked(raw: Raw, options: &Options) -> Result<Dataset> {
    let white = options.white.unwrap_or_else(|| raw.white());
    let mut samples = raw.dataset(white, options.classes.unwrap_or(1))?;
    if options.invert {
        samples.invert();
    }
    Ok(samples)
}

fn places(raw: &Raw) -> Vec<Place> {
    match &raw.places {
        Places::Lines { lines, .. } => lines.iter().copied().map(Place::Line).collect(),
        _ => (0..raw.labels.len()).map(Place::Sample).collect(),
    }
}

fn kind(path: &Path) -> Option<Kind> {
    if !path.is_file() {
        return None;
    }
    let name = path.file_name()?.to_str().unwrap_or_default().to_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    if TABLES.contains(&end) {
        return Some(Kind::Table);
    }
    if numpy::is_array(path) || numpy::is_archive(path) {
        return Some(Kind::Numpy);
    }
    let named = name.contains("idx3-ubyte") || name.contains("idx4-ubyte");
    (named || is_idx(path)).then_some(Kind::Idx)
}

/// Whether a file begins as one of bytes in several sizes.
fn is_idx(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && matches!(magic, [0, 0, 8, 3 | 4])
}
