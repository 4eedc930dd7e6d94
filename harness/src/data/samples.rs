//! What every reader delivers: [`Raw`] as it stands in a file, and [`Dataset`] once it is checked.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use crate::base::label;
use crate::model::Scale;

/// Labelled images of one size, in memory, ready for a net.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Height of an image.
    pub rows: usize,
    /// Width of an image.
    pub columns: usize,
    /// Values of a pixel: 1 for grey, 3 for color.
    pub maps: usize,
    /// All pixels: image after image, in each row after row, in each pixel map after map.
    /// Inputs of a net, once they are scaled.
    pub images: Vec<f32>,
    /// The class of each image, below `classes`.
    pub labels: Vec<u16>,
    /// How many classes there are, whether or not each occurs here.
    pub classes: usize,
    /// How the readings of the files became these images. A model keeps it: new readings must be scaled
    /// alike.
    pub scale: Scale,
    /// The names of the classes; empty where they are only numbered.
    pub names: Vec<String>,
    /// The group that each sample belongs to, as a person's windows do; empty where none is named.
    pub groups: Vec<String>,
}

/// A data set as it was delivered: with a test part, or without.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// What is learnt from.
    pub train: Dataset,
    /// What is only looked at in the end, if the data comes with such a part. See
    /// [`Split`](super::Split) for data that does not.
    pub test: Option<Dataset>,
}

impl Dataset {
    /// How many images there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Values of one image: rows × columns × maps.
    pub fn image_len(&self) -> usize {
        self.rows * self.columns * self.maps
    }

    /// One image, row after row. Panics past the end, as a slice does.
    pub fn image(&self, index: usize) -> &[f32] {
        let size = self.image_len();
        &self.images[index * size..][..size]
    }

    /// The class of one image. Panics past the end, as a slice does.
    pub fn label(&self, index: usize) -> u16 {
        self.labels[index]
    }

    /// The images at `indices`, in that order.
    pub fn subset(&self, indices: &[usize]) -> Dataset {
        let mut images = Vec::with_capacity(indices.len() * self.image_len());
        for &index in indices {
            images.extend_from_slice(self.image(index));
        }
        let labels = indices.iter().map(|&index| self.label(index)).collect();
        let groups = indices.iter().filter_map(|&index| self.groups.get(index).cloned()).collect();
        Dataset { groups, ..self.with(images, labels) }
    }

    /// The same samples with other contents.
    pub(super) fn with(&self, images: Vec<f32>, labels: Vec<u16>) -> Dataset {
        let (names, scale) = (self.names.clone(), self.scale.clone());
        Dataset { images, labels, names, scale, groups: self.groups.clone(), ..*self }
    }

    /// Samples of the same kind behind these.
    pub fn extend(&mut self, other: &Dataset) {
        self.images.extend(&other.images);
        self.labels.extend(&other.labels);
        self.groups.extend_from_slice(&other.groups);
    }

    /// What a class is called.
    pub fn class_name(&self, class: usize) -> String {
        class_name(&self.names, class)
    }

    /// Dark and light are exchanged: of the shades 0 and 1, each becomes the other.
    pub(super) fn invert(&mut self) {
        for (index, x) in self.images.iter_mut().enumerate() {
            *x = self.scale.inverted(index % self.maps, *x);
        }
    }
}

/// What a class is called among these names: its number, where there are none.
pub fn class_name(names: &[String], class: usize) -> String {
    names.get(class).cloned().unwrap_or_else(|| class.to_string())
}

/// Images as a file has them: not yet scaled, the number of classes not yet known. Readers
/// promise at least one sample, a label for each, pixels that are finite, and no side of zero.
#[derive(Debug, PartialEq)]
pub(super) struct Raw {
    /// Rows, columns, maps.
    pub(super) shape: [usize; 3],
    pub(super) images: Vec<f32>,
    pub(super) labels: Vec<u16>,
    /// The names of the classes, sorted, if the file names them.
    pub(super) names: Vec<String>,
    /// The group of each sample, if the file names it.
    pub(super) groups: Vec<String>,
    pub(super) places: Places,
}

/// Where the samples stand, so that a value can be told where it is.
#[derive(Debug, PartialEq)]
pub(super) enum Places {
    /// In the order of a file of bytes.
    Order,
    /// In these lines of a table, each pixel in its column (counted from 0).
    Lines {
        /// The line of each sample.
        lines: Vec<u64>,
        /// The column of each pixel.
        columns: Vec<usize>,
    },
    /// In a file each.
    Files(Vec<PathBuf>),
}

impl Raw {
    /// Where a value stands, in words.
    pub(super) fn place(&self, index: usize) -> String {
        let [_, columns, maps] = self.shape;
        let size = self.shape.iter().product::<usize>();
        let (sample, value) = (index / size, index % size);
        let pixel = || format!("row {}, column {}", value / maps / columns, value / maps % columns);
        match &self.places {
            Places::Order => format!("sample {sample} (counted from 0), {}", pixel()),
            Places::Lines { lines, columns } => {
                format!("line {}, column {}", lines[sample], columns[value] + 1)
            }
            Places::Files(files) => format!("{}, {}", label::path(&files[sample]), pixel()),
        }
    }

    /// Exchanges rows and columns, in each image.
    pub(super) fn transpose(&mut self) {
        let [rows, columns, maps] = self.shape;
        let mut image = Vec::with_capacity(rows * columns * maps);
        for pixels in self.images.chunks_exact_mut(rows * columns * maps) {
            image.clear();
            for column in 0..columns {
                for row in 0..rows {
                    image.extend_from_slice(&pixels[(row * columns + column) * maps..][..maps]);
                }
            }
            pixels.copy_from_slice(&image);
        }
        self.shape = [columns, rows, maps];
    }

    /// The largest pixel, taken for white; but 1 if no pixel is above 1, for then somebody has
    /// scaled the images before (or all of them are black).
    pub(super) fn white(&self) -> f32 {
        self.images.iter().copied().fold(1.0, f32::max)
    }

    /// The least number of classes that the labels allow.
    pub(super) fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&label| usize::from(label) + 1)
    }

    /// The readings as they are, of which one is white, with labels that are checked.
    pub(super) fn dataset(self, white: f32, classes: usize) -> Result<Dataset> {
        ensure!(
            white.is_finite() && white > 0.0,
            "the reading that stands for white is {white}: it must be above 0 and finite"
        );
        if let Some(index) = self.labels.iter().position(|&label| usize::from(label) >= classes) {
            let least = self.labels.iter().min().copied().unwrap_or(0);
            let most = self.labels.iter().max().copied().unwrap_or(0);
            bail!(
                "sample {index} (counted from 0) has the label {}, but the net has {classes} \
                 classes, so labels run from 0 to {}: {}",
                self.labels[index],
                classes.saturating_sub(1),
                if least == 1 && usize::from(most) == classes {
                    "these run from 1, so subtract 1 from each"
                } else {
                    "take a net with more classes (--net), or other data (--data)"
                }
            );
        }
        let Raw { shape: [rows, columns, maps], images, labels, names, groups, .. } = self;
        let scale = Scale::none(white);
        Ok(Dataset { rows, columns, maps, images, labels, classes, scale, names, groups })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Raw {
        Raw {
            shape: [1, 2, 1],
            images: vec![0.0, 4.0, 8.0, 2.0, 1.0, 6.0],
            labels: vec![0, 2, 1],
            names: Vec::new(),
            groups: Vec::new(),
            places: Places::Order,
        }
    }

    #[test]
    fn the_largest_pixel_is_white() {
        let raw = three();
        let (white, classes) = (raw.white(), raw.classes());
        let data = raw.dataset(white, classes).unwrap();
        assert_eq!((data.scale.white, data.classes, data.len()), (8.0, 3, 3));
        assert_eq!(data.image(1), [8.0, 2.0]);
        assert_eq!(data.label(1), 2);
    }

    #[test]
    fn images_that_are_scaled_already_stay() {
        assert_eq!(Raw { images: vec![0.0, 0.5], ..three() }.white(), 1.0);
        assert_eq!(Raw { images: vec![0.0, 0.0], ..three() }.white(), 1.0);
    }

    #[test]
    fn subset_keeps_its_order() {
        let data = three().dataset(1.0, 3).unwrap();
        let part = data.subset(&[2, 0]);
        assert_eq!(part.labels, [1, 0]);
        assert_eq!(part.images, [1.0, 6.0, 0.0, 4.0]);
        assert!(data.subset(&[]).is_empty());
    }

    #[test]
    fn a_label_out_of_range_is_named() {
        let error = three().dataset(1.0, 2).unwrap_err().to_string();
        assert!(error.starts_with("sample 1 (counted from 0) has the label 2"), "{error}");
    }

    #[test]
    fn labels_that_count_from_one_are_known() {
        let mut raw = three();
        raw.labels = vec![1, 2, 3];
        assert!(raw.dataset(1.0, 3).unwrap_err().to_string().contains("subtract 1"));
    }

    #[test]
    #[rustfmt::skip]
    fn rows_become_columns() {
        let mut raw = Raw { shape: [2, 3, 1], images: vec![
            1., 2., 3.,
            4., 5., 6.,
        ], labels: vec![0], ..three() };
        raw.transpose();
        assert_eq!((raw.shape, &raw.images[..]), ([3, 2, 1], &[
            1., 4.,
            2., 5.,
            3., 6.,
        ][..]));
        assert!(raw.place(3).ends_with("row 1, column 1"));
    }

    #[test]
    fn a_white_of_zero_is_refused() {
        assert!(three().dataset(0.0, 3).is_err());
        assert!(three().dataset(f32::NAN, 3).is_err());
    }
}
