//! Labelled images: where they come from, how they are divided, and how they are bent.
//!
//! The idea: whatever the file format, a data set ends up as one plain [`Dataset`]: pixels as
//! `f32` in rows, columns and maps, scaled so that the *white* of the training images is 1, and
//! one label for each image. Everything after that point knows nothing of files.
//!
//! - [`load()`] reads a folder or a file of the user's: `folder` finds out which file is which, and
//!   `idx` (MNIST's format, plain or gzipped) and `csv` read them, one reader a format.
//! - [`Dataset::digits`] is the set that ships inside the program.
//! - [`Dataset::drawn`] is the same set at another size, for when only the speed is of interest.
//! - [`Split`] sets samples aside for the test where the data has no test part of its own.
//! - [`Augment`] bends each training image a little, anew in every epoch.
//! - [`World`] bends a whole data set for good: a net that is moved there has to learn again.
//! - [`picture`] reads single image files, to be predicted.
//!
//! Files are strangers: every header is checked against the bytes that are really there before
//! memory is asked for, and every error says what is wrong, where, and what to do about it.

mod augment;
mod csv;
mod digits;
mod drawn;
mod folder;
mod idx;
mod load;
pub mod picture;
mod samples;
mod split;
mod warp;
mod world;

pub use augment::Augment;
pub use load::{Options, load};
pub use samples::{Data, Dataset};
pub use split::Split;
pub use world::World;
