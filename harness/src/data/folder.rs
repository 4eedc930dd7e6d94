//! Finding out what a path holds: which files are images, which are labels, which folders are
//! classes, and which of the two parts, training and test, they belong to.
//!
//! People unpack what they download and leave it as it is: a folder in a folder, a README beside
//! it, the packed file beside the unpacked one, what a Mac or Windows adds. None of that does harm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::{numpy, picture};
use crate::base::{file, label};

/// Folders are searched so deep.
const DEPTH: usize = 4;
/// What lies in folders and is nobody's data, beside what is hidden.
const ALIEN: [&str; 4] = ["__macosx", "thumbs.db", "desktop.ini", "$recycle.bin"];
/// The names of a training part, and of a test part, at their end.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 3] = ["test", "t10k", "testing"];
/// What is tested with where nothing is called a test.
const VALIDATION: [&str; 3] = ["val", "valid", "validation"];

/// Where the samples of one part are.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    /// Two files of bytes.
    Idx { images: PathBuf, labels: PathBuf },
    /// One table.
    Csv(PathBuf),
    /// Two arrays of NumPy.
    Npy { samples: PathBuf, labels: PathBuf },
    /// An archive of such: its training part, or its test part.
    Npz { path: PathBuf, test: bool },
    /// A folder of pictures for each class, by the name of the class.
    Pictures(BTreeMap<String, PathBuf>),
}

/// What was found.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) train: Source,
    pub(super) test: Option<Source>,
    /// What was passed over though it could be data.
    pub(super) passed_over: Vec<String>,
}

/// The training part and, if there is one, the test part.
pub(super) fn find(path: &Path) -> Result<Found> {
    let kind = std::fs::metadata(path)
        .with_context(|| format!("no data at {}: is the path right?", label::path(&path)))?;
    if kind.is_file() {
        return of_file(path);
    }
    ensure!(
        kind.is_dir(),
        "no data at {}: it is {}, not a file or a folder",
        label::path(&path),
        file::kind(kind.file_type())
    );
    let found =
        search(path, DEPTH).with_context(|| format!("the folder {}", label::path(&path)))?;
    Ok(found.with_inner_test())
}

/// What a path was taken for, a line for each part and for what was passed over.
///
/// # Errors
/// If there is no data.
pub fn files(path: &Path) -> Result<Vec<String>> {
    let Found { train, test, passed_over } = find(path)?;
    let alone = if test.is_none() { "all" } else { "training" };
    let parts = [(alone, Some(train)), ("test", test)];
    let parts = parts.into_iter().filter_map(|(part, source)| Some((part, source?.words())));
    let passed_over = passed_over.into_iter().map(|name| ("passed over", name));
    Ok(parts.chain(passed_over).map(|(part, what)| format!("{part}: {what}")).collect())
}

/// A table; or the images of an IDX pair, with its labels and its test part beside it.
fn of_file(path: &Path) -> Result<Found> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name.to_lowercase();
    if numpy::is_archive(path) {
        let train = Source::Npz { path: path.to_owned(), test: false };
        let found = Found { train, test: None, passed_over: Vec::new() };
        return Ok(found.with_inner_test());
    }
    if numpy::is_array(path) {
        return of_array(path);
    }
    let Some(prefix) = prefix_of(&name).map(stem) else {
        return Ok(Found {
            train: Source::Csv(path.to_owned()),
            test: None,
            passed_over: Vec::new(),
        });
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut names =
        Listing::of(if folder == Path::new("") { Path::new(".") } else { folder })?.files;
    // Of several sets in one folder, this one.
    names.retain(|name| {
        let name = name.to_lowercase();
        prefix_of(&name).is_none_or(|other| stem(other) == prefix)
    });
    choose(&names).map(|found| found.within(folder))
}

/// The samples in `x.npy`, or a name that begins so, with their labels and their test part beside them.
fn of_array(path: &Path) -> Result<Found> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let names = Listing::of(if folder == Path::new("") { Path::new(".") } else { folder })?.files;
    let sources = arrays(names.iter().filter(|name| numpy::is_array(Path::new(name))), &names)?;
    let is_named = |source: &Source| match source {
        Source::Npy { samples, labels } => [samples, labels].iter().any(|p| folder.join(p) == path),
        _ => false,
    };
    ensure!(
        sources.values().any(is_named),
        "{} is no array of samples by its name: call the samples x.npy, and their labels y.npy",
        label::path(path)
    );
    assign(sources).map(|found| found.within(folder))
}

/// Looks into a folder, and into those in it where it has nothing itself.
fn search(folder: &Path, depth: usize) -> Result<Found> {
    let Listing { files, folders, nameless } = Listing::of(folder)?;
    let error = match choose(&files) {
        Ok(found) => return Ok(found.within(folder)),
        Err(error) if !is_nothing(&error) => return Err(error),
        Err(nothing) => nothing,
    };
    if depth == 0 {
        return Err(error);
    }
    let mut classes = BTreeMap::new();
    for name in &folders {
        if picture::within(&folder.join(name)).is_ok_and(|pictures| !pictures.is_empty()) {
            classes.insert(name.clone(), folder.join(name));
        }
    }
    let part = |names: &[&str]| folders.iter().find(|name| ends(name, names));
    let [train, test] = [part(&TRAIN), part(&TEST).or(part(&VALIDATION))];
    // With pictures right in it, `train` is a class, as `car` and `plane` are.
    let is_part = |name: &String| Some(name) == train || Some(name) == test;
    if classes.len() > 1 && !classes.keys().all(is_part) {
        for folder in nameless {
            ensure!(
                !picture::within(&folder).is_ok_and(|pictures| !pictures.is_empty()),
                "the folder {} has pictures in it, and a name that is not UTF-8, so that it cannot \
                 name a class: rename it",
                label::path(&folder)
            );
        }
        return Ok(Found { train: Source::Pictures(classes), test: None, passed_over: Vec::new() });
    }
    if let Some(train) = train
        && classes.is_empty()
    {
        let one = |name: &String| {
            let found = search(&folder.join(name), depth - 1)
                .with_context(|| format!("the folder {name} in it"))?;
            ensure!(found.test.is_none(), "the folder {name} in it has a test part of its own");
            Ok(found.train)
        };
        let passed_over = folders.iter().filter(|name| !is_part(name)).cloned().collect();
        return Ok(Found { train: one(train)?, test: test.map(one).transpose()?, passed_over });
    }
    // What cannot be listed, or is half a set, does no harm beside a whole one.
    let (mut found, mut trouble) = (Vec::new(), None);
    for name in &folders {
        match search(&folder.join(name), depth - 1) {
            Ok(inside) => found.push((name, inside)),
            Err(error) if is_nothing(&error) => {}
            Err(error) => {
                trouble.get_or_insert(error.context(format!("the folder {name} in it")));
            }
        }
    }
    match (found.len(), trouble) {
        (1, _) => Ok(found.remove(0).1),
        (0, Some(trouble)) => Err(trouble),
        (0, None) if !picture::within(folder)?.is_empty() || !classes.is_empty() => bail!(
            "there are pictures in it, but not in a folder for each class: put those of each class \
             into a folder with its name, and these folders into one"
        ),
        (0, None) => Err(error),
        _ => {
            let names: Vec<_> = found.into_iter().map(|(name, _)| name.as_str()).collect();
            bail!(
                "there is data in several folders, {}: name one of them with --data",
                names.join(", ")
            )
        }
    }
}

/// The names in a folder, sorted, but for what is hidden and what is nobody's.
struct Listing {
    files: Vec<String>,
    folders: Vec<String>,
    /// Folders whose names are no text.
    nameless: Vec<PathBuf>,
}

impl Listing {
    fn of(folder: &Path) -> Result<Self> {
        let context = || format!("cannot list {}", label::path(&folder));
        let mut listing = Self { files: Vec::new(), folders: Vec::new(), nameless: Vec::new() };
        for entry in std::fs::read_dir(folder).with_context(context)? {
            let entry = entry.with_context(context)?;
            let Ok(name) = entry.file_name().into_string() else {
                // A file of such a name is none of those looked for.
                listing.nameless.extend(Some(entry.path()).filter(|path| path.is_dir()));
                continue;
            };
            if name.starts_with('.') || ALIEN.contains(&&*name.to_lowercase()) {
                continue;
            }
            if folder.join(&name).is_dir() {
                listing.folders.push(name);
            } else {
                listing.files.push(name);
            }
        }
        listing.files.sort();
        listing.folders.sort();
        Ok(listing)
    }
}

impl Found {
    /// An archive may hold both parts.
    fn with_inner_test(self) -> Self {
        match (&self.train, &self.test) {
            (Source::Npz { path, .. }, None) if numpy::has_test(path) => {
                let test = Some(Source::Npz { path: path.clone(), test: true });
                Self { test, ..self }
            }
            _ => self,
        }
    }

    fn within(mut self, folder: &Path) -> Self {
        self.train = self.train.within(folder);
        self.test = self.test.map(|test| test.within(folder));
        self
    }
}

impl Source {
    /// What it is, and where.
    fn words(&self) -> String {
        match self {
            Source::Idx { images, labels } => {
                format!("IDX, {} with {}", label::path(images), label::path(labels))
            }
            Source::Csv(table) => format!("a table, {}", label::path(table)),
            Source::Npy { samples, labels } => {
                format!("arrays, {} with {}", label::path(samples), label::path(labels))
            }
            Source::Npz { path, .. } => format!("arrays in {}", label::path(path)),
            Source::Pictures(classes) => {
                let names: Vec<_> = classes.keys().map(String::as_str).collect();
                format!(
                    "pictures in a folder for each class, {}",
                    label::name(&names.join(", "), 200)
                )
            }
        }
    }

    fn within(self, folder: &Path) -> Source {
        match self {
            Source::Idx { images, labels } => {
                Source::Idx { images: folder.join(images), labels: folder.join(labels) }
            }
            Source::Csv(name) => Source::Csv(folder.join(name)),
            Source::Npy { samples, labels } => {
                Source::Npy { samples: folder.join(samples), labels: folder.join(labels) }
            }
            Source::Npz { path, test } => Source::Npz { path: folder.join(path), test },
            pictures @ Source::Pictures(_) => pictures,
        }
    }
}

/// Chooses among the names of the files in a folder: IDX before tables.
fn choose(names: &[String]) -> Result<Found> {
    let mut parts = BTreeMap::new();
    // Of a plain file and a packed one, the plain one is kept.
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_by_key(|name| (name.to_lowercase().ends_with(".gz"), *name));
    for images in &sorted {
        if let Some(prefix) = prefix_of(&images.to_lowercase()) {
            parts.entry(prefix.to_owned()).or_insert(*images);
        }
    }
    let mut sources = BTreeMap::new();
    for (prefix, images) in parts {
        let labels = labels_of(&prefix, &sorted)?;
        sources.insert(prefix, Source::Idx { images: images.into(), labels: labels.into() });
    }
    if sources.is_empty() {
        for name in names {
            let lower = name.to_lowercase();
            if let Some(prefix) = [".csv", ".tsv"].iter().find_map(|end| lower.strip_suffix(end)) {
                sources.insert(name[..prefix.len()].to_owned(), Source::Csv(name.into()));
            }
        }
    }
    if sources.is_empty() {
        sources = arrays(names.iter(), names)?;
    }
    assign(sources)
}

/// Arrays of NumPy: archives, and samples `x` with labels `y`.
fn arrays<'a>(
    some: impl Iterator<Item = &'a String>,
    names: &[String],
) -> Result<BTreeMap<String, Source>> {
    let mut sources = BTreeMap::new();
    for name in some {
        let lower = name.to_lowercase();
        if let Some(part) = lower.strip_suffix(".npz") {
            sources.insert(part.to_owned(), Source::Npz { path: name.into(), test: false });
        }
        let part = lower.strip_suffix(".npy").and_then(|part| part.strip_prefix('x'));
        let Some(part) = part.filter(|part| !part.starts_with(char::is_alphanumeric)) else {
            continue;
        };
        let wanted = format!("y{part}.npy");
        let labels = names.iter().find(|name| name.to_lowercase() == wanted);
        let labels = labels.with_context(|| {
            format!(
                "there are samples in {}, but no labels: looked for {wanted}",
                name.escape_debug()
            )
        })?;
        let part = if part.is_empty() { "train" } else { part };
        let source = Source::Npy { samples: name.into(), labels: labels.into() };
        sources.insert(part.to_owned(), source);
    }
    Ok(sources)
}

/// `train` of `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, and the same with `.gz`, all in
/// lower case.
fn prefix_of(images: &str) -> Option<&str> {
    let name = images.strip_suffix(".gz").unwrap_or(images);
    ["-idx3-ubyte", ".idx3-ubyte", "-idx4-ubyte", ".idx4-ubyte"]
        .iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix("-images"))
}

/// What two parts of one set have in common: `emnist-digits-` of `emnist-digits-train`.
fn stem(prefix: &str) -> &str {
    let part = TRAIN.iter().chain(&TEST).find_map(|part| prefix.strip_suffix(part));
    part.unwrap_or(prefix)
}

fn labels_of<'a>(prefix: &str, names: &[&'a String]) -> Result<&'a String> {
    let wanted = ["-", "."].map(|dot| format!("{prefix}-labels{dot}idx1-ubyte"));
    let is_labels = |name: &&&String| {
        let name = name.to_lowercase();
        wanted.iter().any(|wanted| name.strip_suffix(".gz").unwrap_or(&name) == wanted)
    };
    names.iter().find(is_labels).copied().with_context(|| {
        format!(
            "there are images '{prefix}', but no labels: looked for {} and {}, plain or .gz",
            wanted[0], wanted[1]
        )
    })
}

fn ends(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.to_lowercase().ends_with(end))
}

/// That nothing was found, which a folder further down may change.
#[derive(Debug)]
struct Nothing;

impl std::fmt::Display for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "there is no data in it: looked for train-images-idx3-ubyte with \
             train-labels-idx1-ubyte, t10k-images-idx3-ubyte with t10k-labels-idx1-ubyte (plain or \
             .gz), *-images-idx3-ubyte with *-labels-idx1-ubyte, train.csv, test.csv, *.csv, x.npy with \
             y.npy (x_test.npy with y_test.npy), *.npz, and \
             folders of pictures, one for each class",
        )
    }
}

impl std::error::Error for Nothing {}

fn is_nothing(error: &anyhow::Error) -> bool {
    error.is::<Nothing>()
}

/// Tells training and test apart by the names, from MNIST's (`t10k` is its test) to EMNIST's
/// (`emnist-digits-test`).
fn assign(mut sources: BTreeMap<String, Source>) -> Result<Found> {
    let all = sources.keys().cloned().collect::<Vec<_>>();
    let fitting = |names: &[&str]| {
        let mut fitting = all.iter().filter(|name| ends(name, names));
        (fitting.next(), fitting.next())
    };
    let (train, test) = (fitting(&TRAIN), fitting(&TEST));
    if let ((Some(_), Some(_)), _) | (_, (Some(_), Some(_))) = (train, test) {
        bail!(
            "there are several sets in it: {}; name one of them with --data, by the file of its \
             training images or by its table",
            all.join(", ")
        );
    }
    let mut take = |name: Option<&String>| name.and_then(|name| sources.remove(name));
    let both = train.0.is_some() && test.0.is_some();
    let (train, test) = (take(train.0), take(test.0));
    let other = sources.pop_first();
    let passed_over = Vec::new();
    match (train, test, other) {
        // Beside the two, as a sample of what is to be handed in somewhere, it is neither.
        (Some(train), test, Some((name, _))) if both => {
            let passed_over = [name].into_iter().chain(sources.into_keys()).collect();
            return Ok(Found { train, test, passed_over });
        }
        _ if !sources.is_empty() => {}
        (Some(train), test, None) => return Ok(Found { train, test, passed_over }),
        (None, Some(only), None) | (None, None, Some((_, only))) => {
            return Ok(Found { train: only, test: None, passed_over });
        }
        (None, None, None) => return Err(Nothing.into()),
        _ => {}
    }
    bail!(
        "cannot tell training from test: found {}; keep one called 'train' and at most one called \
         'test', or give a folder with only one",
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Result<(Source, Option<Source>)> {
        choose(&names.iter().map(|name| name.to_string()).collect::<Vec<_>>())
            .map(|found| (found.train, found.test))
    }

    fn pair(images: &str, labels: &str) -> Source {
        Source::Idx { images: images.into(), labels: labels.into() }
    }

    #[test]
    fn mnist_as_it_is_downloaded() {
        let found = chosen(&[
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
        ]);
        let train = pair("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz");
        let test = pair("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz");
        assert_eq!(found.unwrap(), (train, Some(test)));
    }

    #[test]
    fn dots_and_other_names() {
        let found = chosen(&["README", "train-images.idx3-ubyte", "train-labels.idx1-ubyte"]);
        let train = pair("train-images.idx3-ubyte", "train-labels.idx1-ubyte");
        assert_eq!(found.unwrap(), (train, None));
        let found = chosen(&["digits-images-idx3-ubyte", "digits-labels-idx1-ubyte"]);
        let digits = pair("digits-images-idx3-ubyte", "digits-labels-idx1-ubyte");
        assert_eq!(found.unwrap(), (digits, None));
        // Windows does not mind the case, and a packed file may lie beside the other.
        let found = chosen(&[
            "TRAIN-IMAGES.IDX3-UBYTE.GZ",
            "Train-Labels.idx1-ubyte",
            "train-images.idx3-ubyte",
        ]);
        let train = pair("train-images.idx3-ubyte", "Train-Labels.idx1-ubyte");
        assert_eq!(found.unwrap(), (train, None));
    }

    #[test]
    fn tables() {
        let found = chosen(&["test.csv", "train.csv"]).unwrap();
        assert_eq!(found, (Source::Csv("train.csv".into()), Some(Source::Csv("test.csv".into()))));
        assert_eq!(chosen(&["Mine.CSV"]).unwrap(), (Source::Csv("Mine.CSV".into()), None));
        // What lies beside both parts is neither of them.
        let beside = ["sample_submission.csv", "test.csv", "train.csv"].map(String::from);
        assert_eq!(choose(&beside).unwrap().passed_over, ["sample_submission"]);
    }

    #[test]
    fn arrays_of_numpy() {
        let pair = |samples: &str, labels: &str| Source::Npy {
            samples: samples.into(),
            labels: labels.into(),
        };
        assert_eq!(chosen(&["X.npy", "y.npy", "z.npy"]).unwrap(), (pair("X.npy", "y.npy"), None));
        let both = ["x_test.npy", "x_train.npy", "y_test.npy", "y_train.npy"];
        let test = Some(pair("x_test.npy", "y_test.npy"));
        assert_eq!(chosen(&both).unwrap(), (pair("x_train.npy", "y_train.npy"), test));
        let npz = |path: &str| Source::Npz { path: path.into(), test: false };
        let found = chosen(&["test.npz", "train.npz"]).unwrap();
        assert_eq!(found, (npz("train.npz"), Some(npz("test.npz"))));
        let error = chosen(&["x.npy", "labels.npy"]).unwrap_err().to_string();
        assert!(error.contains("looked for y.npy"), "{error}");
    }

    #[test]
    fn what_cannot_be_told_apart() {
        let error = |names| chosen(names).unwrap_err().to_string();
        assert!(error(&["a.csv", "b.csv"]).contains("found a, b"));
        assert!(error(&["a.csv", "train.csv"]).contains("found a, train"));
        assert!(error(&["notes.txt"]).contains("looked for train-images-idx3-ubyte"));
        assert!(error(&["a-train.csv", "b-train.csv"]).contains("several sets in it: a-train"));
        let error = error(&["train-images-idx3-ubyte"]);
        assert!(error.contains("looked for train-labels-idx1-ubyte"), "{error}");
    }
}
