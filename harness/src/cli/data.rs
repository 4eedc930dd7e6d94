use std::path::PathBuf;

use clap::Args;

use crate::dataset::Split;

/// Which samples.
#[derive(Args, Clone, Debug)]
pub struct DataFlags {
    /// A folder with MNIST-style IDX files (plain or .gz) or with train.csv and test.csv, or one
    /// CSV file [default: the digits that ship]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// How samples are set aside for the test, where the data has no test part: `order` keeps the
    /// last fifth (of the digits: other writers), `stratified` a fifth of each class
    #[arg(long, value_name = "order|stratified")]
    pub split: Option<Split>,
}
