//! NumPy's formats: one array a file (`.npy`), samples in `x.npy` and their labels in `y.npy`; or both in
//! one archive (`.npz`), as `x` and `y`, or as `x_train` and `y_train` with `x_test` and `y_test`.
//!
//! Samples are N x R x C x M, N x R x C or N x C, of `u8`, `i16`, `f32` or `f64`. A net's series of R
//! readings of M maps is R x 1 x M, which lies in memory as R x M does: both are taken. Labels are N whole
//! numbers of any kind, or N names.
//!
//! The crates that read these formats bring a parser of Python's literals and more; what a header may
//! hold is one page.

mod array;
mod header;
mod zip;

use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::labels::Labels;
use super::samples::{Places, Raw};
use crate::base::{file, label};
use array::Array;
use zip::Zip;

/// Reads the samples of one file and their labels of another.
pub(super) fn read(samples: &Path, labels: &Path, wanted: Option<[usize; 3]>) -> Result<Raw> {
    let [x, y] = [samples, labels].map(|path| bytes(path).with_context(|| cannot(path)));
    let (x, y) = (x?, y?);
    let raw = inputs_of(&x, wanted).with_context(|| label::path(samples).to_string())?;
    labelled(raw, &y)
        .with_context(|| format!("{} and {}", label::path(samples), label::path(labels)))
}

/// Reads both parts of an archive's training part, or of its test part.
pub(super) fn read_archive(path: &Path, test: bool, wanted: Option<[usize; 3]>) -> Result<Raw> {
    let read = || {
        let mut zip = open(path)?;
        let name = pair(&zip, test)?;
        let [x, y] = ['x', 'y'].map(|letter| letter.to_string() + &name);
        let raw = inputs_of(&zip.entry(&x)?, wanted).with_context(|| format!("its array '{x}'"))?;
        labelled(raw, &zip.entry(&y)?).with_context(|| format!("its arrays '{x}' and '{y}'"))
    };
    read().with_context(|| cannot(path))
}

/// Reads samples of which the class is to be found: all are of class 0.
pub(super) fn inputs(path: &Path, wanted: Option<[usize; 3]>) -> Result<Raw> {
    let read = || {
        if !is_archive(path) {
            return inputs_of(&bytes(path)?, wanted);
        }
        let mut zip = open(path)?;
        let names = ["x.npy", "x_test.npy"];
        let Some(name) = names.into_iter().find(|name| zip.has(name)) else {
            bail!("there is no array 'x' or 'x_test' in it: it holds {}", zip.list())
        };
        inputs_of(&zip.entry(name.trim_end_matches(".npy"))?, wanted)
    };
    read().with_context(|| cannot(path))
}

/// Whether a file is an archive of arrays, by its name.
pub(super) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npz"))
}

/// Whether a file is an array, by its name.
pub(super) fn is_array(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy"))
}

/// Whether an archive has a test part of its own.
pub(super) fn has_test(path: &Path) -> bool {
    open(path).is_ok_and(|zip| zip.has("x_test.npy"))
}

/// What follows `x` and `y` in the names of the arrays of a part.
fn pair(zip: &Zip, test: bool) -> Result<String> {
    let endings: &[&str] = if test { &["_test"] } else { &["", "_train"] };
    let there =
        |ending: &&&str| ["x", "y"].iter().all(|letter| zip.has(&format!("{letter}{ending}.npy")));
    let found = endings.iter().find(there).map(ToString::to_string);
    found.with_context(|| {
        format!(
            "there are no arrays 'x' and 'y', or 'x_train' and 'y_train', in it: it holds {}. Write it \
             with numpy.savez(FILE, x=…, y=…)",
            zip.list()
        )
    })
}

fn open(path: &Path) -> Result<Zip> {
    let (file, length) = file::open(path)?;
    Zip::open(file, length)
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let (file, _) = file::open(path)?;
    let mut bytes = Vec::new();
    BufReader::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn cannot(path: &Path) -> String {
    format!("cannot read {}", label::path(path))
}

/// Samples without labels.
fn inputs_of(bytes: &[u8], wanted: Option<[usize; 3]>) -> Result<Raw> {
    let array = Array::parse(bytes)?;
    let (count, shape) = shape_of(&array.shape, wanted)?;
    let images = array.samples()?;
    let labels = vec![0; count];
    let (names, groups) = (Vec::new(), Vec::new());
    Ok(Raw { shape, images, labels, names, groups, places: Places::Order })
}

fn labelled(raw: Raw, bytes: &[u8]) -> Result<Raw> {
    let array = Array::parse(bytes).context("the labels")?;
    let count = raw.labels.len();
    ensure!(
        matches!(array.shape[..], [_] | [_, 1]),
        "the labels are {}, wanted one for each sample: of one-hot labels take argmax(axis=1)",
        header::product(&array.shape)
    );
    ensure!(
        array.shape[0] == count,
        "there are {count} samples, but {} labels: the arrays do not belong together",
        array.shape[0]
    );
    let mut labels = Labels::default();
    array.labels(|place, text| {
        labels
            .push(text)
            .with_context(|| format!("label {place} (counted from 0): '{}'", text.escape_debug()))
    })?;
    let (labels, names) = labels.finish();
    Ok(Raw { labels, names, ..raw })
}

/// How many samples there are, and their rows, columns and maps: those of the net, if they lie in
/// memory as the array does.
fn shape_of(sizes: &[usize], wanted: Option<[usize; 3]>) -> Result<(usize, [usize; 3])> {
    let shapes = match *sizes {
        // As in a table, the net says what a row is.
        [_, columns] => vec![
            wanted.filter(|w| w.iter().product::<usize>() == columns).unwrap_or([columns, 1, 1]),
        ],
        [_, rows, columns] => vec![[rows, columns, 1], [rows, 1, columns], [1, rows, columns]],
        [_, rows, columns, maps] => vec![[rows, columns, maps]],
        _ => bail!(
            "the samples are {}, wanted 2 to 4 sizes: samples x rows x columns x maps, samples x rows x \
             columns, or samples x values: reshape it",
            header::product(sizes)
        ),
    };
    let found =
        wanted.map_or(Some(shapes[0]), |wanted| shapes.iter().copied().find(|&s| s == wanted));
    let found = found.with_context(|| {
        let [rows, columns, maps] = wanted.unwrap_or_default();
        format!(
            "the array is {} (samples first), which are no samples of {rows} x {columns} x {maps} (rows x \
             columns x maps): reshape it, or take a net for this size (--net)",
            header::product(sizes)
        )
    })?;
    Ok((sizes[0], found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_the_net() {
        let shape = |sizes: &[usize], wanted| shape_of(sizes, wanted).map(|(_, shape)| shape);
        assert_eq!(shape(&[9, 8, 8], None).unwrap(), [8, 8, 1]);
        assert_eq!(shape(&[9, 8, 8, 3], None).unwrap(), [8, 8, 3]);
        assert_eq!(shape(&[9, 6], None).unwrap(), [6, 1, 1]);
        assert_eq!(shape(&[9, 64], Some([8, 8, 1])).unwrap(), [8, 8, 1]);
        assert_eq!(shape(&[9, 100, 6], Some([100, 1, 6])).unwrap(), [100, 1, 6]);
        assert_eq!(shape(&[9, 100, 6], Some([1, 100, 6])).unwrap(), [1, 100, 6]);
        let error = |sizes: &[usize]| shape(sizes, Some([8, 8, 1])).unwrap_err().to_string();
        assert!(error(&[9, 6, 100]).contains("9 x 6 x 100 (samples first)"));
        assert!(error(&[9]).contains("wanted 2 to 4 sizes"));
        assert!(error(&[9, 63]).contains("no samples of 8 x 8 x 1"));
    }
}
