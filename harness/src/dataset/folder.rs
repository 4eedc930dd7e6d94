//! Finding out what a path holds: which files are images, which are labels, and which of the two
//! parts, training and test, they belong to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::file;

/// Where the samples of one part are.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    /// Two files of bytes.
    Idx { images: PathBuf, labels: PathBuf },
    /// One table.
    Csv(PathBuf),
}

/// The training part and, if there is one, the test part.
pub(super) fn find(path: &Path) -> Result<(Source, Option<Source>)> {
    let kind = std::fs::metadata(path)
        .with_context(|| format!("no data at {}: is the path right?", path.display()))?;
    if kind.is_file() {
        ensure!(
            path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")),
            "{} is a file, but no .csv: for IDX files give the folder they are in",
            path.display()
        );
        return Ok((Source::Csv(path.to_owned()), None));
    }
    ensure!(
        kind.is_dir(),
        "no data at {}: it is {}, neither a file nor a folder",
        path.display(),
        file::kind(kind.file_type())
    );
    let context = || format!("cannot list {}", path.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).with_context(context)? {
        // A name that is not UTF-8 is none of those looked for.
        names.extend(entry.with_context(context)?.file_name().into_string());
    }
    names.sort();
    choose(&names)
        .map(|(train, test)| (train.within(path), test.map(|test| test.within(path))))
        .with_context(|| format!("the folder {}", path.display()))
}

impl Source {
    fn within(self, folder: &Path) -> Source {
        match self {
            Source::Idx { images, labels } => {
                Source::Idx { images: folder.join(images), labels: folder.join(labels) }
            }
            Source::Csv(name) => Source::Csv(folder.join(name)),
        }
    }
}

/// Chooses among the names of the files in a folder: IDX before CSV.
fn choose(names: &[String]) -> Result<(Source, Option<Source>)> {
    let mut parts = BTreeMap::new();
    // Sorted names put `x` before `x.gz`: of the two, the plain one is kept.
    for images in names {
        if let Some(prefix) = prefix_of(images) {
            parts.entry(prefix.to_owned()).or_insert(images);
        }
    }
    let mut sources = BTreeMap::new();
    for (prefix, images) in parts {
        let labels = labels_of(&prefix, names)?;
        sources.insert(prefix, Source::Idx { images: images.into(), labels: labels.into() });
    }
    if sources.is_empty() {
        for name in names {
            let end = name.len().saturating_sub(".csv".len());
            if name.get(end..).is_some_and(|end| end.eq_ignore_ascii_case(".csv")) {
                sources.insert(name[..end].to_owned(), Source::Csv(name.into()));
            }
        }
    }
    assign(sources)
}

/// `train` of `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, and the same with `.gz`.
fn prefix_of(images: &str) -> Option<&str> {
    let name = images.strip_suffix(".gz").unwrap_or(images);
    ["-idx3-ubyte", ".idx3-ubyte", "-idx4-ubyte", ".idx4-ubyte"]
        .iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix("-images"))
}

fn labels_of<'a>(prefix: &str, names: &'a [String]) -> Result<&'a String> {
    let wanted = ["-", "."].map(|dot| format!("{prefix}-labels{dot}idx1-ubyte"));
    let is_labels =
        |name: &&String| wanted.iter().any(|w| name.strip_suffix(".gz").unwrap_or(name) == w);
    names.iter().find(is_labels).with_context(|| {
        format!(
            "there are images '{prefix}', but no labels: looked for {} and {}, plain or .gz",
            wanted[0], wanted[1]
        )
    })
}

/// Tells training and test apart by the names, from MNIST's (`t10k` is its test) to EMNIST's
/// (`emnist-digits-test`).
fn assign(mut sources: BTreeMap<String, Source>) -> Result<(Source, Option<Source>)> {
    let all = sources.keys().cloned().collect::<Vec<_>>();
    let mut take = |ends: &[&str]| {
        let fits = |name: &&String| ends.iter().any(|end| name.to_lowercase().ends_with(end));
        let name = all.iter().find(fits)?;
        sources.remove(name)
    };
    let train = take(&["train"]);
    let test = take(&["test", "t10k"]);
    let other = sources.pop_first().map(|(_, source)| source);
    match (train, test, other) {
        _ if !sources.is_empty() => {}
        (Some(train), test, None) => return Ok((train, test)),
        (None, Some(only), None) | (None, None, Some(only)) => return Ok((only, None)),
        (None, None, None) => bail!(
            "there is no data in it: looked for train-images-idx3-ubyte with \
             train-labels-idx1-ubyte, t10k-images-idx3-ubyte with t10k-labels-idx1-ubyte (plain or \
             .gz), *-images-idx3-ubyte with *-labels-idx1-ubyte, train.csv, test.csv, *.csv"
        ),
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
    }

    #[test]
    fn tables() {
        let found = chosen(&["test.csv", "train.csv"]).unwrap();
        assert_eq!(found, (Source::Csv("train.csv".into()), Some(Source::Csv("test.csv".into()))));
        assert_eq!(chosen(&["Mine.CSV"]).unwrap(), (Source::Csv("Mine.CSV".into()), None));
    }

    #[test]
    fn what_cannot_be_told_apart() {
        let error = |names| chosen(names).unwrap_err().to_string();
        assert!(error(&["a.csv", "b.csv"]).contains("found a, b"));
        assert!(error(&["a.csv", "train.csv"]).contains("found a, train"));
        assert!(error(&["notes.txt"]).contains("looked for train-images-idx3-ubyte"));
        let error = error(&["train-images-idx3-ubyte"]);
        assert!(error.contains("looked for train-labels-idx1-ubyte"), "{error}");
    }
}
