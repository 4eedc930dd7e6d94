//! Image files, one picture each: PNG, JPEG, BMP and the PNM family.
//!
//! A net sees strokes and paper as its training images had them, and only its own size. A scan is
//! dark on light and larger: `fit` and `invert` are for that, and nothing is done unasked.

mod decode;
mod fit;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage};

use super::augment::is_series;
use super::frame::{Frame, edge, median};
use crate::base::label;
use decode::decode;

/// So many pixels a side are enough to see a drawing.
const ENOUGH: u32 = 512;
/// The ends of the names of pictures. Of those that are none of ours it is said, too, that they
/// cannot be read: nothing is passed over in silence.
const EXTENSIONS: [&str; 16] = [
    "png", "jpg", "jpeg", "bmp", "pnm", "pgm", "ppm", "pbm", "gif", "webp", "tif", "tiff", "heic",
    "heif", "avif", "jxl",
];

/// What may be done to a picture on the way in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Bring the picture to the net's size: a drawing is cut out and set where the training images
    /// have theirs, anything else is scaled as a whole, with black around it.
    pub fit: bool,
    /// Exchange dark and light, or do not. Otherwise a drawing that is fitted gets the paper of
    /// the training images, and all else stays as it is.
    pub invert: Option<bool>,
    /// Where drawings stand in the training images, if these are drawings.
    pub frame: Option<Frame>,
}

/// Rows, columns and maps of a picture: 1 for grey, 3 for color.
pub(super) fn shape(path: &Path) -> Result<[usize; 3]> {
    let picture = decode(path)?;
    let maps = if picture.color().has_color() { 3 } else { 1 };
    Ok([picture.height() as usize, picture.width() as usize, maps])
}

/// Whether an image as [`load`] gives it has light paper where the training images have dark, or
/// the other way round.
pub fn is_inverted(image: &[f32], columns: usize, frame: Frame) -> bool {
    let paper = median(edge(image, columns));
    paper.is_some_and(|paper| (paper - frame.paper).abs() > 0.5)
}

/// Reads a picture as the net wants it: one map is grey, three are red, green, blue; 0 is black
/// and 1 is white.
pub fn load(
    path: &Path,
    rows: usize,
    columns: usize,
    maps: usize,
    options: Options,
) -> Result<Vec<f32>> {
    let context = || format!("cannot take the picture {}", label::path(&path));
    let picture = decode(path).with_context(context)?;
    convert(picture, [rows, columns, maps], options).with_context(context)
}

/// The pictures at a path: the one file, or those in a folder, sorted by name.
pub fn list(path: &Path) -> Result<Vec<PathBuf>> {
    let kind = std::fs::metadata(path)
        .with_context(|| format!("no picture at {}: is the path right?", label::path(&path)))?;
    if !kind.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let pictures = within(path)?;
    ensure!(
        !pictures.is_empty(),
        "there is no picture in the folder {}: looked for *.png, *.jpg, *.bmp, *.pgm and the like",
        label::path(&path)
    );
    Ok(pictures)
}

/// The pictures in a folder, sorted by name. What is hidden, as the companions that a Mac lays
/// beside files are (`._7.png`), is none.
pub(super) fn within(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("cannot list {}", label::path(&folder));
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(context)? {
        let file = entry.with_context(context)?.path();
        let extension = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
        let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
        if !hidden && EXTENSIONS.iter().any(|end| end.eq_ignore_ascii_case(extension)) {
            pictures.push(file);
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn convert(mut picture: DynamicImage, shape: [usize; 3], options: Options) -> Result<Vec<f32>> {
    let [rows, columns, maps] = shape;
    ensure!(
        maps == 1 || maps == 3,
        "the net takes {maps} maps, a picture has 1 (grey) or 3 (color)"
    );
    if options.fit
        && maps == 1
        && !is_series(rows, columns)
        && let Some(frame) = options.frame
    {
        let grey = grey(&picture);
        let width = grey.width() as usize;
        let pixels: Vec<f32> = grey.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        let drawing = fit::drawing(&pixels, width, [rows, columns], frame, options.invert);
        if let Some(drawing) = drawing {
            return Ok(drawing);
        }
    }
    if options.invert == Some(true) {
        picture.invert();
    }
    let found = [picture.height() as usize, picture.width() as usize];
    if found != [rows, columns] {
        if !options.fit {
            bail!(
                "it is {} x {} pixels (rows x columns), the net takes {rows} x {columns}: resize \
                 it, or say --fit",
                found[0],
                found[1]
            );
        }
        picture = scaled(&picture, u32::try_from(rows)?, u32::try_from(columns)?);
    }
    let bytes =
        if maps == 1 { picture.to_luma8().into_raw() } else { picture.to_rgb8().into_raw() };
    Ok(bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect())
}

/// The picture in grey, no larger than is needed to see a drawing in it.
fn grey(picture: &DynamicImage) -> GrayImage {
    if picture.width().max(picture.height()) > ENOUGH {
        return picture.thumbnail(ENOUGH, ENOUGH).to_luma8();
    }
    picture.to_luma8()
}

/// Scales with a triangle filter until the picture just fits, and centers it on black.
fn scaled(picture: &DynamicImage, rows: u32, columns: u32) -> DynamicImage {
    let small = picture.resize(columns, rows, FilterType::Triangle);
    let mut canvas = DynamicImage::new_rgb8(columns, rows);
    let (x, y) = ((columns - small.width()) / 2, (rows - small.height()) / 2);
    imageops::overlay(&mut canvas, &small, x.into(), y.into());
    canvas
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a file, does something with it, and takes it away.
    fn with_file<T>(name: &str, bytes: &[u8], act: impl Fn(&Path) -> T) -> T {
        let path = std::env::temp_dir().join(format!("cpfo-picture-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let result = act(&path);
        std::fs::remove_file(&path).unwrap();
        result
    }

    const FIT: Options = Options { fit: true, invert: None, frame: None };
    const INVERT: Options = Options { fit: false, invert: Some(true), frame: None };

    #[test]
    fn a_grey_picture() {
        let pgm = b"P2 3 2 255\n 0 255 51\n 0 0 255\n";
        let plain = with_file("grey.pgm", pgm, |path| load(path, 2, 3, 1, Options::default()));
        assert_eq!(plain.unwrap(), [0.0, 1.0, 0.2, 0.0, 0.0, 1.0]);
        let inverted = with_file("dark.pgm", pgm, |path| load(path, 2, 3, 1, INVERT));
        assert_eq!(inverted.unwrap(), [1.0, 0.0, 0.8, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn a_colored_picture() {
        let ppm = b"P3 1 2 255\n 255 0 0\n 0 51 255\n";
        let color = with_file("color.ppm", ppm, |path| load(path, 2, 1, 3, Options::default()));
        assert_eq!(color.unwrap(), [1.0, 0.0, 0.0, 0.0, 0.2, 1.0]);
    }

    #[test]
    fn another_size_is_an_error_or_fitted() {
        let white = DynamicImage::ImageLuma8(GrayImage::from_pixel(4, 8, image::Luma([255])));
        let error = convert(white.clone(), [4, 4, 1], Options::default()).unwrap_err().to_string();
        assert!(error.starts_with("it is 8 x 4 pixels (rows x columns), the net takes 4 x 4"));
        let fitted = convert(white, [4, 4, 1], FIT).unwrap();
        assert_eq!(fitted, [0., 1., 1., 0.].repeat(4));
    }

    #[test]
    fn what_is_no_picture() {
        let refused = |name, bytes: &[u8]| {
            with_file(name, bytes, |path| load(path, 8, 8, 1, FIT)).map_err(|e| format!("{e:#}"))
        };
        assert!(refused("text.png", b"hello").unwrap_err().contains("damaged, or no picture"));
        assert!(refused("cut.pgm", b"P5 8 8 255\n123").unwrap_err().contains("damaged"));
        assert!(refused("huge.pgm", b"P5 4000000000 4000000000 255\n1").is_err());
        assert!(load(Path::new("no/such.png"), 8, 8, 1, FIT).is_err());
    }

    #[test]
    fn pictures_of_a_folder_are_sorted() {
        let folder = std::env::temp_dir().join(format!("cpfo-pictures-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let empty = list(&folder);
        for name in ["b.png", "a.JPG", "notes.txt", "._a.JPG", ".b.png"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let found = list(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(empty.unwrap_err().to_string().contains("looked for *.png"));
        assert_eq!(found.unwrap(), [folder.join("a.JPG"), folder.join("b.png")]);
    }
}
