use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::known::Known;
use crate::data::source::Reading;
use crate::data::{Column, Grouping, Split};
use crate::model::scale::Method;

/// Which samples.
#[derive(Args, Clone, Debug)]
pub struct DataFlags {
    /// A folder with MNIST-style IDX files (plain or .gz), with train.csv and test.csv, with NumPy's
    /// x.npy and y.npy, or with a folder of pictures for each class (or such folders in `train` and
    /// `test`); or one .npz file; or one CSV file: a line for each image, its label and then its pixels, row after row, the maps of a pixel
    /// beside each other [default: the digits that ship]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// How samples are set aside for the test, where the data has no test part: `order` keeps the
    /// last fifth (of the digits: other writers), `stratified` a fifth of each class [default:
    /// order; stratified for folders of pictures]
    #[arg(long, value_name = "order|stratified", value_parser = Known::<Split>::of(&["order", "stratified"]),
          hide_possible_values = true)]
    pub split: Option<Split>,
    /// How files are read.
    #[command(flatten)]
    pub how: ReadingFlags,
}

/// What has to be said of files so that they are read rightly.
#[derive(Args, Clone, Debug)]
pub struct ReadingFlags {
    /// CSV: where the label stands: `first`, `last`, the column's name in the header, or its number
    /// [default: the column `label` or `class` of the header, else first]
    #[arg(long, value_name = "COLUMN", value_parser = Known::<Column>::of(&["first", "last"]),
          hide_possible_values = true, requires = "data")]
    pub label_column: Option<Column>,
    /// CSV: where the group stands that a line belongs to, as the person whose reading it is: `first`,
    /// `last`, the column's name in the header, or its number. A split keeps groups whole, and so does
    /// --validate. `none` if a model was trained with groups and these data have none
    #[arg(long, value_name = "COLUMN", value_parser = Known::<Grouping>::of(&["first", "last", "none"]),
          hide_possible_values = true, requires = "data")]
    pub group_column: Option<Grouping>,
    /// Exchange rows and columns of every image: EMNIST's files need it
    #[arg(long, value_name = "yes|no", hide_possible_values = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = yes_or_no(), requires = "data")]
    pub transpose: Option<bool>,
    /// Exchange dark and light: nets learn light strokes on black most easily
    #[arg(long, value_name = "yes|no", hide_possible_values = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = yes_or_no(), requires = "data")]
    pub invert: Option<bool>,
    /// Folders of pictures: cut drawings out, and scale all to the net's size
    #[arg(long, value_name = "yes|no", hide_possible_values = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = yes_or_no(), requires = "data")]
    pub fit: Option<bool>,
}

impl ReadingFlags {
    /// How files are to be read: as is said, else as they were when a model was trained.
    pub fn reading(&self, learnt: Option<&Reading>) -> Reading {
        let learnt = learnt.cloned().unwrap_or_default();
        Reading {
            label: self.label_column.clone().or(learnt.label),
            group: Grouping::or(self.group_column.as_ref(), learnt.group),
            transpose: self.transpose.unwrap_or(learnt.transpose),
            invert: self.invert.unwrap_or(learnt.invert),
            fit: self.fit.unwrap_or(learnt.fit),
        }
    }
}

impl DataFlags {
    /// How files are to be read: as is said, else as they were when a model was trained.
    pub fn reading(&self, learnt: Option<&Reading>) -> Reading {
        self.how.reading(learnt)
    }
}

/// How readings become inputs.
#[derive(Args, Clone, Debug)]
pub struct ScaleFlags {
    /// How readings become inputs, as suits the training part: `max` divides all by the largest, if it is
    /// above 1; `minmax` brings each map to 0 to 1, `standard` to mean 0 and standard deviation 1; `none`
    /// leaves them. The model keeps it, and so does whoever asks or fine-tunes it [default: max]
    #[arg(long, value_name = "max|minmax|standard|none",
          value_parser = Known::<Method>::of(&["max", "minmax", "standard", "none"]),
          hide_possible_values = true)]
    pub scale: Option<Method>,
}

impl ScaleFlags {
    /// The method.
    pub fn method(&self) -> Method {
        self.scale.unwrap_or_default()
    }
}

/// A flag that may be taken back: `--fit`, `--fit=no`.
pub(super) fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|word| word == "yes")
}
