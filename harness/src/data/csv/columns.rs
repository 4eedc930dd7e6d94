//! Which column is what: whether the first line is a header, where label and group stand, and which
//! columns are pixels.

use std::fmt;
use std::str::FromStr;

use ::csv::StringRecord;
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::dialect::Dialect;

/// What a header may call the label, unasked.
const LABELS: [&str; 4] = ["label", "labels", "class", "target"];
/// A first line of as many numbers that count is a header, not a sample.
const COUNTING: usize = 16;
/// So many names of a header are shown.
const SHOWN: usize = 4;

/// Where the label of a line stands, or its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Column {
    /// In front.
    First,
    /// At the end.
    Last,
    /// Where the header has this name; or, a number, in that column, counted from 1.
    Named(String),
}

impl FromStr for Column {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        ensure!(!text.is_empty(), "a column has a name: say first, last, a name, or a number");
        Ok(match text {
            "first" => Self::First,
            "last" => Self::Last,
            name => Self::Named(name.to_owned()),
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Named(name) => name,
        })
    }
}

/// What the first line says of all lines.
pub(super) struct Columns {
    /// How many fields a line has.
    pub(super) fields: usize,
    /// Whether the first line is a header.
    pub(super) header: bool,
    /// Where the label is; none where all are pixels.
    pub(super) label: Option<usize>,
    /// Where the group is, if samples belong to groups.
    pub(super) group: Option<usize>,
    pub(super) pixels: Vec<usize>,
    /// Whether nothing but habit says where the label is.
    pub(super) guessed: bool,
    /// The names of the first columns.
    names: Vec<String>,
}

impl Columns {
    /// Reads the first line.
    pub(super) fn of(
        first: &StringRecord,
        dialect: Dialect,
        label: Option<&Column>,
        group: Option<&Column>,
    ) -> Result<Self> {
        let fields = without_empty_end(first, 0);
        ensure!(fields > 1, "it has one field, wanted a label and values");
        let names: Vec<&str> = first.iter().take(fields).collect();
        let at = group.and_then(|group| place(group, &names));
        let others: Vec<usize> = (0..fields).filter(|&column| Some(column) != at).collect();
        let words = words(&names, &others, dialect);
        let is_named = matches!(group, Some(Column::Named(name)) if name.parse::<usize>().is_err());
        // A line without a header may have one word, its class, at either end.
        let header = is_named
            || match *words {
                [] => counts(&names),
                [word] => {
                    let rest: Vec<_> =
                        others.iter().filter(|&&c| c != word).map(|&c| names[c]).collect();
                    let at_an_end = others.first() == Some(&word) || others.last() == Some(&word);
                    is_label(names[word]) || counts(&rest) || !at_an_end
                }
                _ => true,
            };
        let find = |asked: &Column, flag| match asked {
            Column::First => Ok(0),
            Column::Last => Ok(fields - 1),
            Column::Named(name) => named(name, flag, header, &names),
        };
        let (label, guessed) = match label {
            Some(asked) => (find(asked, "--label-column")?, false),
            None if header => (labelled(&names)?, false),
            None => match *words {
                [word] => (word, false),
                _ => (others.first().copied().unwrap_or(0), true),
            },
        };
        let group = group.map(|asked| find(asked, "--group-column")).transpose()?;
        ensure!(
            group != Some(label),
            "label and group are both in column {}: --label-column and --group-column name two \
             columns",
            label + 1
        );
        Ok(Self { guessed, ..Self::laid_out(&names, header, Some(label), group) })
    }

    /// Reads the first line of a table whose lines are so many pixels and no label, if it is one. They may
    /// have a group.
    pub(super) fn bare(
        first: &StringRecord,
        dialect: Dialect,
        pixels: usize,
        group: Option<&Column>,
    ) -> Option<Self> {
        let fields = without_empty_end(first, 0);
        let names: Vec<&str> = first.iter().take(fields).collect();
        let laid_out = |group: Option<usize>| {
            let others: Vec<usize> = (0..fields).filter(|&column| Some(column) != group).collect();
            // A pixel that is missing is no name of a column.
            let is_word = |&column: &usize| !names[column].is_empty();
            let header = words(&names, &others, dialect).iter().any(is_word) || counts(&names);
            Self::laid_out(&names, header, None, group)
        };
        let group = group.and_then(|group| place(group, &names));
        let with_group = group.map(|group| laid_out(Some(group)));
        let mut either = with_group.into_iter().chain([laid_out(None)]);
        either.find(|columns| columns.pixels.len() == pixels)
    }

    /// Whether a line has such a column, as far as it can say so.
    pub(super) fn has(first: &StringRecord, column: &Column) -> bool {
        place(column, &first.iter().collect::<Vec<_>>()).is_some()
    }

    fn laid_out(names: &[&str], header: bool, label: Option<usize>, group: Option<usize>) -> Self {
        // A column without a name holds the numbers of the lines.
        let is_pixel =
            |&c: &usize| Some(c) != label && Some(c) != group && !(header && names[c].is_empty());
        Self {
            fields: names.len(),
            header,
            label,
            group,
            pixels: (0..names.len()).filter(is_pixel).collect(),
            guessed: false,
            names: names.iter().filter(|_| header).take(SHOWN).map(ToString::to_string).collect(),
        }
    }

    /// What was seen, to be told where it does not fit.
    pub(super) fn seen(&self) -> String {
        let header = if self.names.is_empty() {
            "no header".to_owned()
        } else {
            format!("the header {}, …", shown(self.names.iter().map(String::as_str)))
        };
        let label =
            self.label.map_or("no label".to_owned(), |c| format!("the label in field {}", c + 1));
        let group = self.group.map_or(String::new(), |c| format!(", the group in field {}", c + 1));
        format!(" ({} fields, {header}, {label}{group})", self.fields)
    }
}

/// How many fields a line has without those at its end that are empty: a comma may close a line.
/// Never fewer than `at_least`, if there are as many.
pub(super) fn without_empty_end(record: &StringRecord, at_least: usize) -> usize {
    let mut fields = record.len();
    while fields > at_least && record.get(fields - 1).is_some_and(str::is_empty) {
        fields -= 1;
    }
    fields
}

fn is_label(name: &str) -> bool {
    LABELS.iter().any(|label| name.eq_ignore_ascii_case(label))
}

/// Whether fields are numbers one after the other.
fn counts(names: &[&str]) -> bool {
    let numbers = names.iter().map(|name| name.parse::<u32>().ok());
    let numbers: Option<Vec<_>> = numbers.collect();
    names.len() >= COUNTING
        && numbers.is_some_and(|n| n[0] <= 1 && n.windows(2).all(|n| n[1] == n[0] + 1))
}

/// The column of a header that is called the label.
fn labelled(names: &[&str]) -> Result<usize> {
    let found = LABELS.iter().find_map(|label| position(names, label));
    found.with_context(|| {
        format!(
            "the first line is a header, but names no column 'label': it has {} columns, {}; say \
             which one holds the classes with --label-column NAME",
            names.len(),
            shown(names.iter().copied())
        )
    })
}

fn named(name: &str, flag: &str, header: bool, names: &[&str]) -> Result<usize> {
    if header && let Some(column) = position(names, name) {
        return Ok(column);
    }
    match name.parse::<usize>() {
        Ok(number) if (1..=names.len()).contains(&number) => Ok(number - 1),
        Ok(_) => bail!(
            "there are {} columns, so there is no column {name}: {flag} names one of them",
            names.len()
        ),
        Err(_) if header => bail!(
            "there is no column '{name}': there are {} columns, {}; name one with {flag}",
            names.len(),
            shown(names.iter().copied())
        ),
        Err(_) => bail!(
            "there is no header that could name a column '{name}': say its number with {flag}"
        ),
    }
}

/// Where a column is, as far as the first line says it.
fn place(column: &Column, names: &[&str]) -> Option<usize> {
    match column {
        Column::First => Some(0),
        Column::Last => names.len().checked_sub(1),
        Column::Named(name) => position(names, name).or_else(|| {
            let number = name.parse::<usize>().ok()?;
            (1..=names.len()).contains(&number).then(|| number - 1)
        }),
    }
}

/// Those of some fields that are no numbers.
fn words(names: &[&str], fields: &[usize], dialect: Dialect) -> Vec<usize> {
    fields.iter().copied().filter(|&column| dialect.number(names[column]).is_none()).collect()
}

fn position(names: &[&str], wanted: &str) -> Option<usize> {
    names.iter().position(|name| name.eq_ignore_ascii_case(wanted))
}

/// The first of some names.
fn shown<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let names: Vec<_> = names.take(SHOWN).map(|name| name.escape_debug().to_string()).collect();
    format!("{}{more}", names.join(", "))
}
