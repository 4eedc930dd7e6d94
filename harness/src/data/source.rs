//! Where the samples of a command come from: the digits that ship, or the user's own files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use cpfo::Net;
use serde::{Deserialize, Serialize};

use crate::base::bounds::Bounds;
use crate::base::label;
use crate::base::terminal::note;
use crate::data::inputs::Inputs;
use crate::data::{
    Column, Data, Dataset, Frame, Loaded, Options, Sketch, Split, Summary, digits, plausible,
    scaling,
};
use crate::model::scale::Method;
use crate::model::{Metadata, Scale};

/// Samples for a net, divided into training and test.
#[derive(Clone, Debug)]
pub struct Source {
    /// The samples. There always is a test part.
    pub data: Data,
    /// What a model or a checkpoint remembers of it.
    pub origin: Origin,
    /// How many pictures could not be read though the rest could.
    pub unread: usize,
}

/// Where samples came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The user's folder or file; none for the digits that ship.
    #[serde(default, with = "place")]
    pub path: Option<PathBuf>,
    /// How the test part was set aside; `own` if the data came with one.
    pub division: Division,
    /// How the readings of its files became inputs. Files from before have `white` alone, which
    /// [`Origin::of`] reads.
    #[serde(default = "unknown")]
    pub scale: Scale,
    /// A number that follows from all samples: other samples, other number.
    pub fingerprint: u64,
    /// The names of the classes; none where they are only numbered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Where drawings stand in the training images, if they are drawings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
    /// Enough of the training images to know them again.
    #[serde(default, skip_serializing_if = "Sketch::is_empty")]
    pub sketch: Sketch,
    /// What had to be said so that the files were read rightly.
    #[serde(default, skip_serializing_if = "Reading::is_plain")]
    pub reading: Reading,
    /// How many groups there are to learn from and to test with, if the samples belong to groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<[usize; 2]>,
    /// What is odd about the samples or could not be read, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A path as files have it: as text, or as the system has it where it is none.
mod place {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(String),
        Other(OsString),
    }

    pub(super) fn serialize<S: Serializer>(
        path: &Option<PathBuf>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let stored = path.as_ref().map(|path| match path.to_str() {
            Some(text) => Stored::Text(text.to_owned()),
            None => Stored::Other(path.as_os_str().to_owned()),
        });
        stored.serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::deserialize(from)?.map(|stored| match stored {
            Stored::Text(text) => text.into(),
            Stored::Other(name) => name.into(),
        }))
    }
}

impl Origin {
    /// How the test part was set aside, in words.
    pub fn divided(&self) -> String {
        match self.groups {
            None => self.division.to_string(),
            Some([train, test]) => {
                format!("{}; groups: {train} to learn from, {test} to test with", self.division)
            }
        }
    }

    /// Where a drawing is to be set that a model of these data shall look at. What was fitted when
    /// the model was trained is fitted in the same way.
    pub fn frame_to_fit(&self) -> Option<Frame> {
        if self.reading.fit { None } else { self.frame }
    }

    /// What a file says of its data, if it says anything.
    ///
    /// # Errors
    /// If that cannot be.
    pub fn of(about: &Metadata) -> anyhow::Result<Option<Self>> {
        let Some(text) = about.get("origin") else { return Ok(None) };
        let broken = "what it says of its data is broken";
        let mut origin: Origin = serde_json::from_str(text).context(broken)?;
        origin.scale = Scale::of(about)?.unwrap_or_else(unknown);
        if let Some(Frame { paper, middle: [row, column], side }) = origin.frame {
            let places = [paper, row, column].into_iter().all(f32::is_finite);
            ensure!(
                places && Bounds::POSITIVE.fit(side),
                "{broken}: drawings have a side of {side}"
            );
        }
        Ok(Some(origin))
    }
}

/// The scale of a file that does not tell it as such.
fn unknown() -> Scale {
    Scale::max(1.0)
}

/// What has to be said of files so that they are read rightly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Where the label of a table stands.
    pub label: Option<Column>,
    /// Where the group stands that a line of a table belongs to, if there are groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Column>,
    /// Whether rows and columns are exchanged.
    pub transpose: bool,
    /// Whether dark and light are to be exchanged.
    pub invert: bool,
    /// Whether pictures are cut out and scaled.
    pub fit: bool,
}

impl Reading {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Which samples a command asks for.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The user's folder or file; none for the digits that ship.
    pub path: Option<&'a Path>,
    /// How they are read.
    pub reading: Reading,
    /// How a test part is set aside, if somebody said.
    pub split: Option<Split>,
    /// How it is set aside otherwise; where nobody knows, as suits the data.
    pub usual: Option<Split>,
    /// How readings are scaled, where no model says it.
    pub scale: Method,
    /// Rows, columns and maps, where no net says them.
    pub shape: Option<[usize; 3]>,
    /// What a model has learnt from: the samples are scaled alike, and the classes named alike.
    pub learnt: Option<&'a Origin>,
}

impl<'a> Request<'a> {
    /// Samples that are read, divided and scaled as those were that a model has learnt from.
    pub fn as_learnt(path: Option<&'a Path>, learnt: Option<&'a Origin>) -> Self {
        Self {
            path,
            // The digits that ship are read in one way only.
            reading: path.and(learnt).map(|origin| origin.reading.clone()).unwrap_or_default(),
            usual: learnt.and_then(|origin| origin.division.split()),
            learnt,
            ..Self::default()
        }
    }
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
            Some(path) => write!(f, "{}", label::path(&path)),
            None => f.write_str("the digits that ship with the program"),
        }
    }
}

/// Reads all samples for a net: from the user's files, or the digits that ship. They are scaled as the
/// model's are, or else as suits the training part.
pub fn read<N: Net>(request: &Request<'_>) -> anyhow::Result<Loaded> {
    let mut loaded = readings::<N>(request)?;
    let notes = scale(request, &mut loaded.data, loaded.by_class)?;
    loaded.notes.extend(notes);
    Ok(loaded)
}

/// Makes inputs of readings.
fn scale(request: &Request<'_>, data: &mut Data, by_class: bool) -> anyhow::Result<Vec<String>> {
    // What is inverted was measured from white.
    let inverted = request.reading.invert && !by_class;
    let white = inverted.then_some(data.train.scale.white);
    let fit = scaling::From::Fit(request.scale, white);
    scaling::scale(data, request.learnt.map_or(fit, |learnt| scaling::From::Model(&learnt.scale)))
}

/// All samples as the files have them.
fn readings<N: Net>(request: &Request<'_>) -> anyhow::Result<Loaded> {
    let white = request.learnt.map(|learnt| learnt.scale.white);
    let Some(path) = request.path else {
        let data = Data { train: shipped::<N>(white)?, test: None };
        return Ok(Loaded { data, by_class: false, notes: Vec::new(), unread: Vec::new() });
    };
    super::load(path, &options(request, Some((N::INPUT, N::CLASSES))))
}

/// How the files of a request are read, for a net's input and classes or as they are.
fn options(request: &Request<'_>, net: Option<([usize; 3], usize)>) -> Options {
    let Reading { label, group, transpose, invert, fit } = request.reading.clone();
    Options {
        white: request.learnt.map(|learnt| learnt.scale.white),
        classes: net.map(|(_, classes)| classes),
        shape: net.map(|(input, _)| input).or(request.shape),
        names: request.learnt.map(|learnt| learnt.names.clone()),
        label,
        group,
        transpose,
        invert,
        fit,
        frame: request.learnt.and_then(Origin::frame_to_fit),
    }
}

/// Reads samples as [`read`] does and sees to a test part: the data's own, or else a split.
pub fn load<N: Net>(request: &Request<'_>) -> anyhow::Result<Source> {
    Ok(divided(readings::<N>(request)?, request, |_| ())?.0)
}

/// The same with what the readings are like, before they are scaled.
pub fn look<N: Net>(request: &Request<'_>) -> anyhow::Result<(Source, Summary)> {
    divided(readings::<N>(request)?, request, |data| summary(data, request))
}

/// Reads the user's files as [`look`] does, for no net: they or the request say what shape an input has.
pub fn look_as_it_is(path: &Path, request: &Request<'_>) -> anyhow::Result<(Source, Summary)> {
    divided(super::load(path, &options(request, None))?, request, |data| summary(data, request))
}

fn summary(data: &Data, request: &Request<'_>) -> Summary {
    Summary::of(data, request.reading.invert)
}

/// Sees to a test part; `see` sees the readings of both.
fn divided<T>(
    loaded: Loaded,
    request: &Request<'_>,
    see: impl FnOnce(&Data) -> T,
) -> anyhow::Result<(Source, T)> {
    let Loaded { data, by_class, mut notes, unread } = loaded;
    let suited = if by_class { Split::Stratified } else { Split::Order };
    let (mut data, division) = match (&data.test, request.split) {
        (None, split) => {
            let split = split.or(request.usual).unwrap_or(suited);
            (split.split(&data.train)?, split.into())
        }
        (Some(_), None) => (data, Division::Own),
        (Some(_), Some(_)) => bail!(
            "the data in {} comes with a test part, so there is nothing to split: leave --split out",
            label::path(&request.path.unwrap_or(Path::new("")))
        ),
    };
    let seen = see(&data);
    notes.extend(scale(request, &mut data, by_class)?);
    let train = &data.train;
    if request.path.is_some() && request.learnt.is_none() {
        notes.extend(plausible::of_training(&data));
    }
    let origin = Origin {
        path: request.path.map(Path::to_owned),
        division,
        scale: train.scale.clone(),
        fingerprint: fingerprint(&data),
        names: train.names.clone(),
        frame: Frame::of(train),
        sketch: Sketch::of(train),
        groups: (!train.groups.is_empty())
            .then(|| [train.group_count(), data.test.as_ref().map_or(0, Dataset::group_count)]),
        reading: request.reading.clone(),
        warnings: notes.into_iter().chain(unread.iter().cloned()).collect(),
    };
    Ok((Source { data, origin, unread: unread.len() }, seen))
}

/// Reads inputs for a net that a model shall look at, and scales them as its own.
pub fn inputs<N: Net>(path: &Path, request: &Request<'_>) -> anyhow::Result<Inputs> {
    let net = Some((N::INPUT, N::CLASSES));
    let Inputs { samples, places, labels } = super::inputs::read(path, &options(request, net))?;
    let mut data = Data { train: samples, test: None };
    scale(request, &mut data, false)?;
    Ok(Inputs { samples: data.train, places, labels })
}

/// Which of the samples a model has learnt from, by their place in both parts: nothing if these are
/// not the data that it was trained with.
pub fn learnt(data: &Data, origin: &Origin) -> Option<[Vec<bool>; 2]> {
    let Some(split) = origin.division.split() else {
        let same = fingerprint(data) == origin.fingerprint;
        let test = data.test.as_ref().map_or(0, Dataset::len);
        return same.then(|| [vec![true; data.train.len()], vec![false; test]]);
    };
    if data.test.is_some() || data.train.len() < 2 {
        return None;
    }
    if fingerprint(&split.split(&data.train).ok()?) != origin.fingerprint {
        return None;
    }
    let mut learnt = vec![true; data.train.len()];
    split.test_indices(&data.train).ok()?.into_iter().for_each(|index| learnt[index] = false);
    Some([learnt, Vec::new()])
}

/// Says what is odd, before anything is done with the samples.
pub fn warn(warnings: &[String]) {
    warnings.iter().for_each(|warning| note!("warning: {warning}"));
}

/// How a command ends that could not read everything: it did what it could, and failed.
pub fn ended(code: ExitCode, unread: usize) -> ExitCode {
    if code == ExitCode::SUCCESS && unread > 0 { ExitCode::FAILURE } else { code }
}

/// The digits, if a net takes their size, as readings. A model of other pictures gets them with its white.
fn shipped<N: Net>(white: Option<f32>) -> anyhow::Result<Dataset> {
    if ships::<N>() {
        return Ok(Dataset::digits_as_read(white.unwrap_or(digits::WHITE)));
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
Put them into one folder and say `--data FOLDER`. Fashion-MNIST and EMNIST's digits fit too; \
EMNIST's images lie transposed, and `--transpose` turns them upright.";

const OWN: &str = "\
Say `--data FOLDER`, with MNIST-style IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, \
plain or as .gz), with train.csv (a line for each image, its label first, then its pixels, row after \
row), or with a folder of pictures for each class.";

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
