//! From a path to a [`Data`]: the parts are found, read, and checked against each other and against
//! the net. They hold readings as the files have them; `scaling` makes inputs of them.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::csv::{self, Column};
use super::folder::{Source, find};
use super::frame::Frame;
use super::labels::renumber;
use super::samples::{Data, Raw};
use super::{gallery, idx, numpy, outlier, picture};
use crate::base::label;

/// What the reader cannot know from the files. Empty by default: then the files decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The reading that is white, where dark and light are to be exchanged. Otherwise the largest of the
    /// training images, or 1 if none is above 1. A trained model hands in the one that it was trained with.
    pub white: Option<f32>,
    /// The number of classes; a label beyond is an error. Otherwise the largest label decides.
    pub classes: Option<usize>,
    /// Rows, columns and maps that the net takes; images of another size are an error. Otherwise
    /// the files decide, and what is no square in CSV is taken for a series.
    pub shape: Option<[usize; 3]>,
    /// The names of the classes, in the order of a model's outputs. Otherwise the names that are
    /// found, in the order of the alphabet.
    pub names: Option<Vec<String>>,
    /// Where the label of a table stands. Otherwise the header says it, or it comes first.
    pub label: Option<Column>,
    /// Where the group of a table's line stands, if its samples belong to groups.
    pub group: Option<Column>,
    /// Whether rows and columns are exchanged, as in EMNIST's files.
    pub transpose: bool,
    /// Whether dark and light are to be exchanged.
    pub invert: bool,
    /// Whether pictures are cut out and scaled to the net's size.
    pub fit: bool,
    /// Where drawings stand in the images that a model has learnt from.
    pub frame: Option<Frame>,
}

/// What was read, and what there is to say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The samples.
    pub data: Data,
    /// Whether the samples stand class by class, so that the last fifth is no fair test.
    pub by_class: bool,
    /// What is odd, a line each.
    pub notes: Vec<String>,
    /// What could not be read though the rest could, a line each.
    pub unread: Vec<String>,
}

/// Reads a data set: a folder with IDX files (as MNIST's are called, plain or gzipped), with tables,
/// or with a folder of pictures for each class; or one table, or one IDX file of several sets. If
/// only one part is there it is `train`, whatever it is called.
///
/// # Errors
/// If there is no data, if it is damaged or does not fit, or if a value in it is absurd.
pub fn load(path: &Path, options: &Options) -> Result<Loaded> {
    let found = find(path)?;
    let by_class = matches!(found.train, Source::Pictures(_));
    let mut notes = Vec::new();
    if !found.passed_over.is_empty() {
        notes.push(format!(
            "passed over, beside a training and a test part: {}",
            found.passed_over.join(", ")
        ));
    }
    if let Source::Idx { images, .. } = &found.train
        && images.to_string_lossy().to_lowercase().contains("emnist")
        && !options.transpose
    {
        notes.push(
            "EMNIST's files hold images with rows and columns exchanged: --transpose turns them \
             upright"
                .to_owned(),
        );
    }
    // Of a model's flags it is no wonder that some have nothing to do with other data.
    if options.white.is_none() {
        if options.fit && !by_class {
            notes
                .push("only pictures in folders are fitted, so --fit does nothing here".to_owned());
        }
        if options.label.is_some() && !matches!(found.train, Source::Csv(_)) {
            notes.push("only tables have a --label-column, so it does nothing here".to_owned());
        }
        if options.group.is_some() && !matches!(found.train, Source::Csv(_)) {
            notes.push(
                "only tables have a --group-column, so a split may put samples of one group on both \
                 sides"
                    .to_owned(),
            );
        }
    }
    let mut unread = Vec::new();
    let mut train = read(&found.train, options, options.shape, &mut notes, &mut unread)?;
    let test = found.test.map(|source| {
        read(&source, options, Some(train.shape), &mut notes, &mut unread).context("the test part")
    });
    let mut test = test.transpose()?;

    let place = || format!("the data in {}", label::path(&path));
    name(&mut train, test.as_mut(), options).with_context(place)?;
    let white = options.white.unwrap_or_else(|| train.white());
    let seen = test.iter().map(Raw::classes).fold(train.classes(), usize::max);
    let classes = options.classes.unwrap_or(seen.max(train.names.len()));
    // A picture is inverted when it is read, since what is around a drawing is not.
    let invert = options.invert && !by_class;
    let checked = |raw: Raw| {
        let mut data = raw.dataset(white, classes).with_context(place)?;
        if invert {
            data.invert();
        }
        Ok::<_, anyhow::Error>(data)
    };
    let data = Data { train: checked(train)?, test: test.map(checked).transpose()? };
    Ok(Loaded { data, by_class, notes, unread })
}

/// Sees to it that equal names have equal numbers, in both parts and in the model.
fn name(train: &mut Raw, test: Option<&mut Raw>, options: &Options) -> Result<()> {
    let known = options.names.clone().filter(|names| !names.is_empty());
    let mut parts: Vec<&mut Raw> = [train].into_iter().chain(test).collect();
    let named = parts.iter().filter(|part| !part.names.is_empty()).count();
    if named == 0 {
        // Numbers are those of the outputs, whatever these are called.
        for part in parts {
            part.names = known.clone().unwrap_or_default();
        }
        return Ok(());
    }
    ensure!(
        named == parts.len(),
        "the classes of one part are named, those of the other numbered: make them alike"
    );
    let all = match known {
        Some(names) => names,
        None => {
            ensure!(
                options.names.is_none(),
                "its classes are named ({}), those of the model only numbered: write numbers, as \
                 in what it was trained with",
                parts[0].names.join(", ")
            );
            let names: std::collections::BTreeSet<_> =
                parts.iter().flat_map(|part| part.names.iter().cloned()).collect();
            names.into_iter().collect::<Vec<_>>()
        }
    };
    if let Some(classes) = options.classes {
        ensure!(
            all.len() <= classes,
            "there are {} classes ({}), but the net tells {classes} apart: take a net with more \
             classes (--net), or other data (--data)",
            all.len(),
            all.join(", ")
        );
    }
    for part in &mut parts {
        let names = std::mem::take(&mut part.names);
        renumber(&mut part.labels, &names, &all)?;
        part.names = all.clone();
    }
    Ok(())
}

/// Reads the samples of one part, which must have the `shape` if one is given.
fn read(
    source: &Source,
    options: &Options,
    shape: Option<[usize; 3]>,
    notes: &mut Vec<String>,
    unread: &mut Vec<String>,
) -> Result<Raw> {
    let turned = |[rows, columns, maps]: [usize; 3]| match options.transpose {
        true => [columns, rows, maps],
        false => [rows, columns, maps],
    };
    // What a file must have, before it is turned.
    let there = shape.map(turned);
    let (mut raw, path) = match source {
        Source::Idx { images, labels } => {
            let raw = idx::read(images, labels, |found| fits(images, turned(found), shape))?;
            (raw, Some(images))
        }
        Source::Csv(path) => {
            let label = options.label.as_ref();
            let group = options.group.as_ref();
            let wanted = csv::Wanted { shape: there, classes: options.classes, label, group };
            (csv::read(path, wanted)?, Some(path))
        }
        Source::Npy { samples, labels } => (numpy::read(samples, labels, there)?, Some(samples)),
        Source::Npz { path, test } => (numpy::read_archive(path, *test, there)?, Some(path)),
        Source::Pictures(classes) => {
            let frame = options.frame.or_else(|| shape.map(|[r, c, _]| Frame::usual([r, c])));
            let invert = options.invert;
            let options =
                picture::Options { fit: options.fit, invert: invert.then_some(true), frame };
            (gallery::read(classes, there, options, unread)?, None)
        }
    };
    let place = || path.map_or(String::new(), |path| label::path(path).to_string());
    let odd = outlier::check(&raw).with_context(place)?;
    notes.extend(odd.map(|odd| match path {
        Some(path) => format!("{}: {odd}", label::path(&path)),
        None => odd,
    }));
    if options.transpose {
        raw.transpose();
    }
    Ok(raw)
}

/// Whether images have the size that is wanted.
pub(super) fn fits(path: &Path, found: [usize; 3], wanted: Option<[usize; 3]>) -> Result<()> {
    let text = |[rows, columns, maps]: [usize; 3]| format!("{rows} x {columns} x {maps}");
    let wanted = wanted.unwrap_or(found);
    ensure!(
        found == wanted,
        "the images in {} are {} (rows x columns x maps), wanted {}: resize them, or take a net \
         for this size (--net)",
        label::path(&path),
        text(found),
        text(wanted)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lays the files out in a folder of their own, loads that, and takes it away.
    fn loaded(name: &str, files: &[(&str, &[u8])], options: Options) -> Result<Data> {
        let folder = std::env::temp_dir().join(format!("cpfo-load-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, bytes) in files {
            std::fs::write(folder.join(file), bytes).unwrap();
        }
        let loaded = load(&folder, &options);
        std::fs::remove_dir_all(&folder).unwrap();
        loaded.map(|loaded| loaded.data)
    }

    const TABLES: [(&str, &[u8]); 2] =
        [("train.csv", b"0,0,8,0,0\n1,2,0,0,0\n"), ("test.csv", b"2,0,0,0,16\n")];
    /// One image of 1 x 2 pixels, 51 and 255, labelled 3.
    const ARRAYS: [(&str, &[u8]); 2] = [
        ("t10k-images.idx3-ubyte", &[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 51, 255]),
        ("t10k-labels.idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 3]),
    ];

    fn error(name: &str, files: &[(&str, &[u8])], options: Options) -> String {
        format!("{:#}", loaded(name, files, options).unwrap_err())
    }

    #[test]
    fn both_parts_have_the_white_of_the_first() {
        let data = loaded("tables", &TABLES, Options::default()).unwrap();
        let test = data.test.unwrap();
        assert_eq!((data.train.len(), data.train.scale.white, data.train.classes), (2, 8.0, 3));
        assert_eq!((test.scale.white, test.classes), (8.0, 3));
        assert_eq!(test.image(0), [0.0, 0.0, 0.0, 16.0]);
        let inverted = Options { invert: true, ..Options::default() };
        let data = loaded("inverted", &TABLES, inverted).unwrap();
        assert_eq!(data.train.image(0), [8.0, 0.0, 8.0, 8.0]);
        assert_eq!(data.test.unwrap().image(0), [8.0, 8.0, 8.0, -8.0]);
    }

    #[test]
    fn a_white_handed_in_is_kept() {
        let options = Options { white: Some(16.0), invert: true, ..Options::default() };
        let data = loaded("white", &TABLES, options).unwrap();
        assert_eq!(data.train.image(0), [16.0, 8.0, 16.0, 16.0]);
    }

    #[test]
    fn one_part_alone_is_the_data() {
        let data = loaded("arrays", &ARRAYS, Options::default()).unwrap();
        assert_eq!(data.train.image(0), [51.0, 255.0]);
        assert_eq!((data.train.label(0), data.train.classes, data.test), (3, 4, None));
    }

    #[test]
    fn the_net_is_held_to() {
        let narrow = Options { classes: Some(2), ..Options::default() };
        assert!(error("narrow", &TABLES, narrow).contains("label 2, but the net has 2 classes"));
        let digits = Options { shape: Some([8, 8, 1]), ..Options::default() };
        assert!(error("few", &TABLES, digits.clone()).contains("4 values, wanted 8 x 8 x 1"));
        assert!(error("small", &ARRAYS, digits).contains("are 1 x 2 x 1"));
    }

    #[test]
    fn nothing_there() {
        let message = error("empty", &[], Options::default());
        assert!(message.contains("looked for train-images-idx3-ubyte"), "{message}");
        let message = load(Path::new("no/such"), &Options::default()).unwrap_err().to_string();
        assert!(message.contains("no data at no/such"), "{message}");
    }
}
