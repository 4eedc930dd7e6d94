//! Where the samples of a command come from: the digits that ship, or the user's own files.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cpfo::Net;
use serde::{Deserialize, Serialize};

use crate::dataset::{self, Data, Dataset, Options, Split};

/// Samples for a net, divided into training and test.
#[derive(Clone, Debug)]
pub struct Source {
    /// The samples. There always is a test part.
    pub data: Data,
    /// What a model or a checkpoint remembers of it.
    pub origin: Origin,
}

/// Where samples came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The user's folder or file; none for the digits that ship.
    pub path: Option<PathBuf>,
    /// How the test part was set aside; `own` if the data came with one.
    pub division: Division,
    /// The pixel value that became 1.
    pub white: f32,
    /// A number that follows from all samples: other samples, other number.
    pub fingerprint: u64,
}

/// How a test part came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Division {
    /// The last fifth.
    Order,
    /// A fifth of each class.
    Stratified,
    /// The data came with it.
    Own,
}

impl From<Split> for Division {
    fn from(split: Split) -> Self {
        match split {
            Split::Order => Division::Order,
            Split::Stratified => Division::Stratified,
        }
    }
}

impl Division {
    /// The split that divides so, if one does.
    pub fn split(self) -> Option<Split> {
        match self {
            Division::Order => Some(Split::Order),
            Division::Stratified => Some(Split::Stratified),
            Division::Own => None,
        }
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Division::Order => "split by order: the last fifth",
            Division::Stratified => "stratified split: a fifth of each class",
            Division::Own => "the data's own test part",
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}", path.display()),
            None => f.write_str("the digits that ship with the program"),
        }
    }
}

/// Reads all samples for a net: from `path`, or the digits that ship. `white` is the pixel value
/// that becomes 1, if a model knows it already.
pub fn read<N: Net>(path: Option<&Path>, white: Option<f32>) -> anyhow::Result<Data> {
    match path {
        Some(path) => {
            let options = Options { white, classes: Some(N::CLASSES), shape: Some(N::INPUT) };
            dataset::load(path, options)
        }
        None => Ok(Data { train: shipped::<N>()?, test: None }),
    }
}

/// Reads samples as [`read`] does and sees to a test part: the data's own, or else a `split`;
/// where none is asked for, the `usual` one.
pub fn load<N: Net>(
    path: Option<&Path>,
    white: Option<f32>,
    split: Option<Split>,
    usual: Split,
) -> anyhow::Result<Source> {
    let data = read::<N>(path, white)?;
    let (data, division) = match (&data.test, split) {
        (None, split) => {
            let split = split.unwrap_or(usual);
            (split.split(&data.train)?, split.into())
        }
        (Some(_), None) => (data, Division::Own),
        (Some(_), Some(_)) => bail!(
            "the data in {} comes with a test part, so there is nothing to split: leave --split out",
            path.unwrap_or(Path::new("")).display()
        ),
    };
    let (white, fingerprint) = (data.train.white, fingerprint(&data));
    let origin = Origin { path: path.map(Path::to_owned), division, white, fingerprint };
    Ok(Source { data, origin })
}

/// The digits, if a net takes their size.
fn shipped<N: Net>() -> anyhow::Result<Dataset> {
    if ships::<N>() {
        return Ok(Dataset::digits());
    }
    let [rows, columns, maps] = N::INPUT;
    bail!(
        "the net `{}` takes {rows} x {columns} x {maps} pixels and tells {} classes apart; no such \
         data ships with the program, and nothing is ever downloaded.\n{}",
        N::NAME,
        N::CLASSES,
        if (N::INPUT, N::CLASSES) == ([28, 28, 1], 10) { MNIST } else { OWN }
    )
}

/// Whether data for a net ships with the program.
pub fn ships<N: Net>() -> bool {
    (N::INPUT, N::CLASSES) == ([8, 8, 1], 10)
}

const MNIST: &str = "\
MNIST fits. Fetch its four files, plain or as .gz, for instance from \
https://storage.googleapis.com/cvdf-datasets/mnist/ or as a part of PyTorch's torchvision:
    train-images-idx3-ubyte  train-labels-idx1-ubyte  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte
Put them into one folder and say `--data FOLDER`. Fashion-MNIST and EMNIST's digits fit too.";

const OWN: &str = "\
Say `--data FOLDER`, with MNIST-style IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, \
plain or as .gz) or with train.csv: a line for each image, its label first, then its pixels.";

impl Data {
    /// The test part, which every [`Source`] has.
    pub fn test_part(&self) -> anyhow::Result<&Dataset> {
        self.test.as_ref().context("there is no test part: split the data first")
    }
}

/// FNV-1a over all pixels and labels, word by word.
fn fingerprint(data: &Data) -> u64 {
    let parts = [Some(&data.train), data.test.as_ref()];
    let words = parts.into_iter().flatten().flat_map(|part| {
        let pixels = part.images.iter().map(|pixel| pixel.to_bits());
        pixels.chain(part.labels.iter().map(|&label| label.into()))
    });
    words.fold(0xcbf2_9ce4_8422_2325, |hash: u64, word| {
        (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3)
    })
}
