//! Data sets in the formats that people have, small enough to be made here.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::scratch::Scratch;

/// An IDX file of bytes: the magic, the sizes, the contents.
pub(crate) fn idx(sizes: &[u32], contents: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    file.extend(contents);
    file
}

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Images of a bright bar with a little dirt on it, of ten classes in turn: five places where it
/// stands, five where it lies.
pub(crate) fn bars(count: usize, rows: usize, columns: usize) -> (Vec<u8>, Vec<u8>) {
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for sample in 0..count {
        let class = sample % 10;
        labels.push(class as u8);
        for pixel in 0..rows * columns {
            let (row, column) = (pixel / columns, pixel % columns);
            let place = if class < 5 { column * 5 / columns } else { 5 + row * 5 / rows };
            let dirt = (sample * 31 + pixel * 17) % 23;
            images.push((if place == class { 220 } else { 0 }) + dirt as u8);
        }
    }
    (images, labels)
}

impl Scratch {
    /// One part of MNIST's kind, `prefix` being `train` or `t10k`.
    pub(crate) fn idx_part(
        &self,
        folder: &str,
        prefix: &str,
        count: usize,
        side: usize,
        zip: bool,
    ) {
        let (images, labels) = bars(count, side, side);
        let (n, side) = (count as u32, side as u32);
        let files =
            [("images-idx3", idx(&[n, side, side], &images)), ("labels-idx1", idx(&[n], &labels))];
        for (kind, bytes) in files {
            let name = format!("{folder}/{prefix}-{kind}-ubyte");
            if zip {
                self.write(&format!("{name}.gz"), gz(&bytes));
            } else {
                self.write(&name, bytes);
            }
        }
    }

    /// Bars as CSV with a header.
    pub(crate) fn csv(&self, file: &str, count: usize, rows: usize, columns: usize) {
        let (images, labels) = bars(count, rows, columns);
        let mut text = String::from("label");
        (0..rows * columns).for_each(|pixel| text += &format!(",p{pixel}"));
        for (label, image) in labels.iter().zip(images.chunks(rows * columns)) {
            text += &format!("\n{label}");
            image.iter().for_each(|pixel| text += &format!(",{pixel}"));
        }
        self.write(file, text);
    }
}
