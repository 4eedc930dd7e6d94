//! Labelled images: where they come from, how they are divided, and how they are bent.
//!
//! The idea: whatever the file format, a data set ends up as one plain [`Dataset`]: pixels as
//! `f32` in rows, columns and maps, scaled as was fitted to the training images, and one label for
//! each image. Everything after that point knows nothing of files.
//!
//! - [`load()`] reads a folder or a file of the user's: `folder` finds out which file is which, and
//!   `idx` (MNIST's format, plain or gzipped), `csv`, `numpy` and `gallery` (a folder of pictures for each
//!   class) read them, one reader a format. Labels are numbers or names.
//! - [`plausible`] says what is odd about data before anything is learnt from them; `outlier` looks
//!   for a value that is none.
//! - [`Summary`] counts what there is, class by class and channel by channel; [`Form`] says whether it
//!   is images, series or rows.
//! - `scaling` fits offsets and factors, by which readings become inputs.
//! - [`Sketch`] is what a model keeps of its data, to know them again when it is tested.
//! - [`Frame`] is where drawings stand in the images, so that a picture can be set there, too.
//! - [`Dataset::digits`] is the set that ships inside the program.
//! - [`Dataset::drawn`] is the same set at another size, for when only the speed is of interest.
//! - [`Split`] sets samples aside for the test where the data has no test part of its own; `groups` keeps
//!   whole what belongs together.
//! - [`Given`] is data that a program has in memory, instead of files.
//! - [`Augment`] bends each training image a little, anew in every epoch.
//! - [`World`] bends a whole data set for good: a net that is moved there has to learn again.
//! - [`source`] finds the images for a command: those that ship, or the user's own.
//! - [`picture`] reads single image files, and [`inputs`] tables and IDX files without labels;
//!   [`gathered`] has both, to be predicted.
//!
//! Files are strangers: every header is checked against the bytes that are really there before
//! memory is asked for, and every error says what is wrong, where, and what to do about it.

mod augment;
mod csv;
mod digits;
mod drawn;
mod folder;
mod form;
mod frame;
mod gallery;
pub mod gathered;
mod given;
pub(crate) mod groups;
mod idx;
pub mod inputs;
mod labels;
mod load;
mod numpy;
mod outlier;
pub mod picture;
pub mod plausible;
mod samples;
mod scaling;
mod sketch;
pub mod source;
mod split;
mod summary;
mod warp;
mod world;

pub use augment::{Augment, is_series};
pub use csv::Column;
pub use folder::files;
pub use form::Form;
pub use frame::Frame;
pub use given::Given;
pub use groups::Grouping;
pub use load::{Loaded, Options, load};
pub use samples::{Data, Dataset, class_name};
pub use sketch::Sketch;
pub use split::Split;
pub use summary::{Channel, Class, Summary};
pub use world::World;
