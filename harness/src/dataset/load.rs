//! From a path to a [`Data`]: the parts are found, read, checked against each other and against
//! the net, and scaled alike.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::folder::{Source, find};
use super::samples::{Data, Raw};
use super::{csv, idx};

/// What the reader cannot know from the files. Empty by default: then the files decide.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// The pixel value that becomes 1. Otherwise the largest of the training images, or 1 if
    /// none is above 1. A trained model hands in the one that it was trained with.
    pub white: Option<f32>,
    /// The number of classes; a label beyond is an error. Otherwise the largest label decides.
    pub classes: Option<usize>,
    /// Rows, columns and maps that the net takes; images of another size are an error. Otherwise
    /// the files decide, and images in CSV are taken for squares.
    pub shape: Option<[usize; 3]>,
}

/// Reads a data set: a folder with IDX files (as MNIST's are called, plain or gzipped) or with CSV
/// files, or one CSV file. If only one part is there it is `train`, whatever it is called.
pub fn load(path: &Path, options: Options) -> Result<Data> {
    let (train, test) = find(path)?;
    let train = read(&train, options.shape)?;
    let test =
        test.map(|source| read(&source, Some(train.shape)).context("the test part")).transpose()?;

    let white = options.white.unwrap_or_else(|| train.white());
    let seen = test.iter().map(Raw::classes).fold(train.classes(), usize::max);
    let classes = options.classes.unwrap_or(seen);
    let place = || format!("the data in {}", path.display());
    Ok(Data {
        train: train.scale(white, classes).with_context(place)?,
        test: test.map(|raw| raw.scale(white, classes).with_context(place)).transpose()?,
    })
}

/// Reads the samples of one part, which must have the `shape` if one is given.
fn read(source: &Source, shape: Option<[usize; 3]>) -> Result<Raw> {
    match source {
        Source::Idx { images, labels } => {
            idx::read(images, labels, |found| fits(images, found, shape))
        }
        Source::Csv(path) => csv::read(path, shape),
    }
}

/// Whether images have the size that is wanted.
fn fits(path: &Path, found: [usize; 3], wanted: Option<[usize; 3]>) -> Result<()> {
    let text = |[rows, columns, maps]: [usize; 3]| format!("{rows} x {columns} x {maps}");
    let wanted = wanted.unwrap_or(found);
    ensure!(
        found == wanted,
        "the images in {} are {} (rows x columns x maps), wanted {}: resize them, or take a net \
         for this size",
        path.display(),
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
        let data = load(&folder, options);
        std::fs::remove_dir_all(&folder).unwrap();
        data
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
    fn both_parts_are_scaled_by_the_white_of_the_first() {
        let data = loaded("tables", &TABLES, Options::default()).unwrap();
        let test = data.test.unwrap();
        assert_eq!((data.train.len(), data.train.white, data.train.classes), (2, 8.0, 3));
        assert_eq!((test.white, test.classes), (8.0, 3));
        assert_eq!(test.image(0), [0.0, 0.0, 0.0, 2.0]);
    }

    #[test]
    fn a_white_handed_in_is_kept() {
        let options = Options { white: Some(16.0), ..Options::default() };
        let data = loaded("white", &TABLES, options).unwrap();
        assert_eq!(data.train.image(0), [0.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn one_part_alone_is_the_data() {
        let data = loaded("arrays", &ARRAYS, Options::default()).unwrap();
        assert_eq!(data.train.image(0), [0.2, 1.0]);
        assert_eq!((data.train.label(0), data.train.classes, data.test), (3, 4, None));
    }

    #[test]
    fn the_net_is_held_to() {
        let narrow = Options { classes: Some(2), ..Options::default() };
        assert!(error("narrow", &TABLES, narrow).contains("label 2, but the net has 2 classes"));
        let digits = Options { shape: Some([8, 8, 1]), ..Options::default() };
        assert!(error("few", &TABLES, digits).contains("4 pixels, wanted 8 x 8 x 1"));
        assert!(error("small", &ARRAYS, digits).contains("are 1 x 2 x 1"));
    }

    #[test]
    fn nothing_there() {
        let message = error("empty", &[], Options::default());
        assert!(message.contains("looked for train-images-idx3-ubyte"), "{message}");
        let message = load(Path::new("no/such"), Options::default()).unwrap_err().to_string();
        assert!(message.contains("no data at no/such"), "{message}");
    }
}
