//! Pictures, as SVG: written here and not by a plotting library, because a picture of ours shall
//! follow its reader into dark mode and onto paper (colors are CSS variables), say its figures to
//! whoever points at a place or cannot see it (`<title>`), stay sharp and small, and need no font
//! file. What is left to do is a few scales and rectangles; [`maud`] escapes every text.
//!
//! - [`Picture`]: a drawing with a description, for pages of any width or as a file of its own.
//! - [`Chart`]: curves over something counted, such as the loss over epochs.
//! - [`Spread`]: the same curves of several runs, with their mean and a band around it.
//! - [`confusion`]: who was taken for whom, as a heat map.
//! - [`kernels`], [`mistakes`], [`samples`], [`worlds`]: values as small pictures, and series as curves.
//! - [`MemoryCourse`]: bars of memory over the course of a step.
//!
//! Colors stand in one place, and people with every kind of color vision can tell them apart; no
//! meaning is carried by hue alone: curves differ in their dashes too, cells in strength and in the
//! figure they hold.

mod axis;
mod confusion;
mod curve;
mod image;
mod kernels;
mod memory;
mod mistakes;
mod palette;
mod picture;
mod pixels;
mod samples;
mod spread;
mod trace;
mod worlds;

pub use axis::Scale;
pub use confusion::confusion;
pub use curve::{Chart, Series};
pub use image::Image;
pub use kernels::{KernelBank, kernels};
pub use memory::{MemoryCourse, Moment};
pub use mistakes::{Mistake, mistakes};
pub use picture::{Picture, style};
pub use samples::{Group, samples};
pub use spread::{Bundle, Spread};
pub use worlds::{Changed, worlds};
