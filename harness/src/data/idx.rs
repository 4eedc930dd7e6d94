//! IDX, the format of MNIST: a header that says how large an array is, then the array.
//!
//! ```text
//! 00 00  08  03   00 00 00 02   00 00 00 08   00 00 00 08   pixels ..
//!       u8 |  |   2 images      8 rows        8 columns
//!          |  how many sizes follow, each a big-endian u32
//! ```
//!
//! Images have three sizes, or four with a last one for maps (3 for color); labels have one.
//! A file may be gzipped. The header is believed only as far as the bytes of the file bear it out.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::bufread::MultiGzDecoder;

use super::samples::{Places, Raw};
use crate::base::{file, label};

/// The first two bytes of a gzipped file, whatever it is called.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Deflate cannot pack better than this: a header that promises more than the packed bytes times
/// this factor is wrong.
const DEFLATE_LIMIT: u64 = 1032;
/// A packed file may grow to this and no further; a larger one is to be unpacked on disk first.
const UNPACKED_LIMIT: u64 = 1 << 30;
/// An array of this length is unpacked whatever it came from.
const SMALL: u64 = 1 << 26;
/// Above that, images that unpack to as many times their bytes are no images.
const USUAL_RATIO: u64 = 32;
/// The code of the one element type that is read.
const BYTES: u8 = 0x08;

/// Reads the images in one file and their labels in another. Images that do not `fit`, by their
/// rows, columns and maps, are not unpacked.
pub(super) fn read(
    images: &Path,
    labels: &Path,
    fit: impl FnOnce([usize; 3]) -> Result<()>,
) -> Result<Raw> {
    let open =
        |path: &Path| open(path).with_context(|| format!("cannot read {}", label::path(&path)));
    let (images_file, labels_file) = (open(images)?, open(labels)?);
    join(images_file, labels_file, fit)
        .with_context(|| format!("{} and {}", label::path(&images), label::path(&labels)))
}

/// Reads images that are without labels: all are of class 0.
pub(super) fn images(path: &Path, fit: impl FnOnce([usize; 3]) -> Result<()>) -> Result<Raw> {
    let read = || {
        let array = open(path)?;
        let (count, shape) = shape(&array.sizes)?;
        fit(shape)?;
        let images = array.bytes()?.into_iter().map(f32::from).collect();
        let (labels, names, groups) = (vec![0; count as usize], Vec::new(), Vec::new());
        Ok::<_, anyhow::Error>(Raw { shape, images, labels, names, groups, places: Places::Order })
    };
    read().with_context(|| format!("cannot read {}", label::path(&path)))
}

/// The same as [`read`], from bytes in memory.
pub(super) fn parse(images: &[u8], labels: &[u8]) -> Result<Raw> {
    let array = |bytes| Array::begin(bytes, (bytes as &[u8]).len() as u64);
    join(array(images)?, array(labels)?, |_| Ok(()))
}

/// An array of bytes that is still to be read.
struct Array<R> {
    /// Their product is how many bytes there are; none is 0.
    sizes: Vec<u32>,
    source: R,
    /// The length of the file, if it is packed.
    packed: Option<u64>,
}

/// Opens a file, plain or gzipped, and reads the header of the array in it.
fn open(path: &Path) -> Result<Array<Box<dyn Read>>> {
    let (file, length) = file::open(path)?;
    let mut file = BufReader::new(file);
    if file.fill_buf()?.starts_with(&GZIP) {
        let limit = length.saturating_mul(DEFLATE_LIMIT).min(UNPACKED_LIMIT);
        let unpacked: Box<dyn Read> = Box::new(MultiGzDecoder::new(file));
        let array = Array::begin(unpacked, limit)
            .context("unpacking it as gzip (its first bytes say so)")?;
        Ok(Array { packed: Some(length), ..array })
    } else {
        Array::begin(Box::new(file), length)
    }
}

impl<R: Read> Array<R> {
    /// Reads the header of an array from a source that can hold `limit` bytes at most.
    fn begin(mut source: R, limit: u64) -> Result<Self> {
        let mut magic = [0; 4];
        source.read_exact(&mut magic).context("it ends within the header: download it again")?;
        let [0, 0, kind, count @ 1..=4] = magic else {
            bail!(
                "it does not begin as an IDX file does: found {magic:02x?}, wanted 00 00, a type \
                 and 1 to 4 for the number of sizes; is it another kind of file?"
            );
        };
        ensure!(
            kind == BYTES,
            "its elements are of type {kind:#04x} ({}), only {BYTES:#04x} (unsigned bytes) can be \
             read: convert it, or use CSV",
            type_name(kind)
        );

        let mut sizes = Vec::new();
        for _ in 0..count {
            let mut size = [0; 4];
            source.read_exact(&mut size).context("it ends within the header: download it again")?;
            sizes.push(u32::from_be_bytes(size));
        }
        ensure!(!sizes.contains(&0), "its header says {}: there is nothing in it", product(&sizes));
        let length = sizes.iter().try_fold(1_u64, |length, &size| length.checked_mul(size.into()));
        ensure!(
            length.is_some_and(|length| length <= limit),
            "its header says {} bytes, but it can hold {limit} at most: it is cut off or damaged \
             (or, gzipped and above {UNPACKED_LIMIT} bytes, to be unpacked first)",
            product(&sizes)
        );
        Ok(Self { sizes, source, packed: None })
    }

    fn length(&self) -> u64 {
        self.sizes.iter().map(|&size| u64::from(size)).product()
    }

    /// Reads what the header announced.
    fn bytes(mut self) -> Result<Vec<u8>> {
        let length = self.length();
        if let Some(packed) = self.packed {
            ensure!(
                length <= SMALL || length / packed < USUAL_RATIO,
                "its {packed} bytes would unpack to {length}, which pictures hardly do: if that is \
                 right, unpack it with gunzip first"
            );
        }
        // Grows with what arrives, not with what the header says.
        let mut bytes = Vec::new();
        self.source.by_ref().take(length).read_to_end(&mut bytes)?;
        ensure!(
            bytes.len() as u64 == length,
            "it is cut off: its header says {} = {length} bytes, {} are there; download it again",
            product(&self.sizes),
            bytes.len()
        );
        // One read past the end: it must find nothing, and makes gzip check its sum.
        ensure!(
            self.source.read(&mut [0])? == 0,
            "it goes on after the {} = {length} bytes of its header: one of the two is wrong",
            product(&self.sizes)
        );
        Ok(bytes)
    }
}

/// Puts images and labels together.
fn join(
    images: Array<impl Read>,
    labels: Array<impl Read>,
    fit: impl FnOnce([usize; 3]) -> Result<()>,
) -> Result<Raw> {
    let (count, shape) = shape(&images.sizes)?;
    ensure!(
        labels.sizes.len() == 1,
        "the file of labels has {} sizes, wanted 1: are images and labels exchanged?",
        labels.sizes.len()
    );
    ensure!(
        labels.sizes[0] == count,
        "there are {count} images, but {} labels: the files do not belong together",
        labels.sizes[0]
    );
    fit(shape)?;
    let labels = labels.bytes().context("the labels")?;
    let images = images.bytes().context("the images")?;
    Ok(Raw {
        shape,
        images: images.into_iter().map(f32::from).collect(),
        labels: labels.into_iter().map(u16::from).collect(),
        names: Vec::new(),
        groups: Vec::new(),
        places: Places::Order,
    })
}

/// How many images there are, and their rows, columns and maps.
fn shape(sizes: &[u32]) -> Result<(u32, [usize; 3])> {
    let (count, shape) = match *sizes {
        [count, rows, columns] => (count, [rows, columns, 1]),
        [count, rows, columns, maps] => (count, [rows, columns, maps]),
        _ => bail!(
            "the file of images has {} size(s), wanted 3 (images x rows x columns) or 4 (and \
             maps): are images and labels exchanged?",
            sizes.len()
        ),
    };
    Ok((count, shape.map(|size| size as usize)))
}

/// The sizes as people write them: `60000 x 28 x 28`.
fn product(sizes: &[u32]) -> String {
    sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(" x ")
}

fn type_name(kind: u8) -> &'static str {
    match kind {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[rustfmt::skip]
    const IMAGES: &[u8] = &[
        0, 0, 8, 3,  0, 0, 0, 2,  0, 0, 0, 2,  0, 0, 0, 3,
        0, 9, 0,
        9, 9, 9,

        7, 0, 7,
        0, 7, 0,
    ];
    const LABELS: &[u8] = &[0, 0, 8, 1, 0, 0, 0, 2, 4, 1];

    fn error(images: &[u8], labels: &[u8]) -> String {
        format!("{:#}", parse(images, labels).unwrap_err())
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Reads `bytes` as a file.
    fn opened(name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        let path = std::env::temp_dir().join(format!("cpfo-idx-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let array = open(&path).and_then(Array::bytes);
        std::fs::remove_file(&path).unwrap();
        array
    }

    #[test]
    fn two_images() {
        let raw = parse(IMAGES, LABELS).unwrap();
        assert_eq!(raw.shape, [2, 3, 1]);
        assert_eq!(raw.images[..6], [0.0, 9.0, 0.0, 9.0, 9.0, 9.0]);
        assert_eq!(raw.labels, [4, 1]);
    }

    #[test]
    fn four_sizes_have_maps_last() {
        let color = [0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        let raw = parse(&color, &[0, 0, 8, 1, 0, 0, 0, 1, 5]).unwrap();
        assert_eq!(raw.shape, [1, 2, 3]);
    }

    #[test]
    fn every_cut_is_noticed() {
        for end in 0..IMAGES.len() {
            assert!(parse(&IMAGES[..end], LABELS).is_err(), "cut at {end}");
        }
        assert!(error(&IMAGES[..27], LABELS).contains("= 12 bytes, 11 are there"));
    }

    #[test]
    fn bytes_too_many_are_noticed() {
        assert!(error(&[IMAGES, &[0]].concat(), LABELS).contains("goes on after"));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(error(b"\x89PNG\r\n", LABELS).contains("does not begin as an IDX file"));
        assert!(error(&[0, 0, 8, 5], LABELS).contains("does not begin as an IDX file"));
        assert!(error(&[0, 0, 13, 3], LABELS).contains("32-bit floats"));
        assert!(error(LABELS, IMAGES).contains("exchanged?"));
        assert!(error(IMAGES, IMAGES).contains("exchanged?"));
    }

    #[test]
    fn counts_must_agree() {
        let three = [0, 0, 8, 1, 0, 0, 0, 3, 4, 1, 0];
        assert!(error(IMAGES, &three).contains("2 images, but 3 labels"));
    }

    #[test]
    fn no_samples_are_refused() {
        let none = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3];
        assert!(error(&none, LABELS).contains("0 x 2 x 3: there is nothing in it"));
    }

    #[test]
    fn a_hostile_header_costs_nothing() {
        let overflow = [&[0, 0, 8, 4][..], &[255; 16]].concat();
        assert!(error(&overflow, LABELS).contains("its header says 4294967295 x"));
        let huge = [&[0, 0, 8, 3][..], &[0, 0, 255, 255].repeat(3)].concat();
        assert!(error(&huge, LABELS).contains("can hold 16 at most"));
        let message = format!("{:#}", opened("hostile", &packed(&huge)).err().unwrap());
        assert!(message.contains("its header says 65535 x"), "{message}");
    }

    #[test]
    fn gzip_is_told_by_its_first_bytes() {
        assert_eq!(opened("packed", &packed(IMAGES)).unwrap(), IMAGES[16..]);
        assert_eq!(opened("plain", IMAGES).unwrap(), IMAGES[16..]);
    }

    #[test]
    fn broken_gzip_is_noticed() {
        let good = packed(IMAGES);
        for end in 0..good.len() {
            assert!(opened("cut", &good[..end]).is_err(), "cut at {end}");
        }
        let mut bad_sum = good.clone();
        bad_sum[good.len() - 8] ^= 1;
        assert!(opened("sum", &bad_sum).is_err());
        // A bomb: a header of a few pixels, then a million zeros.
        let bomb = packed(&[IMAGES, &[0; 1_000_000]].concat());
        let message = format!("{:#}", opened("bomb", &bomb).err().unwrap());
        assert!(message.contains("goes on after"), "{message}");
    }
}
