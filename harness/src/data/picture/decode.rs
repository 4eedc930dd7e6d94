//! From a file to what a viewer would show: turned as the camera was held, on white paper where it
//! is transparent, whatever its palette or depth.
//!
//! A few bytes can promise a picture that no memory holds, so its size is looked at before it is
//! unpacked.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use crate::base::file;

/// A picture has no more pixels than a good camera's.
const PIXEL_LIMIT: u64 = 64_000_000;
/// Nor does it take more memory than that many pixels of four bytes.
const BYTE_LIMIT: u64 = 4 * PIXEL_LIMIT;

/// Reads a file.
pub(super) fn decode(path: &Path) -> Result<DynamicImage> {
    let (file, length) = file::open(path)?;
    ensure!(length > 0, "it is empty");
    let mut bytes = BufReader::new(file);
    let format = format_of(&mut bytes)?;
    let mut reader = ImageReader::with_format(bytes, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(2 * BYTE_LIMIT);
    reader.limits(limits);

    const DAMAGED: &str = "it is damaged";
    let mut decoder = reader.into_decoder().context(DAMAGED)?;
    let (columns, rows) = decoder.dimensions();
    ensure!(
        u64::from(rows) * u64::from(columns) <= PIXEL_LIMIT && decoder.total_bytes() <= BYTE_LIMIT,
        "its {length} bytes would unpack to {rows} x {columns} pixels (rows x columns), {} bytes; \
         no more than {PIXEL_LIMIT} pixels and {BYTE_LIMIT} bytes are read: make it smaller",
        decoder.total_bytes()
    );
    // A tag that cannot be read turns nothing: so do viewers.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).context(DAMAGED)?;
    picture.apply_orientation(orientation);
    Ok(if picture.color().has_alpha() { on_paper(&picture).into() } else { picture })
}

/// Told by the first bytes: a name may lie.
fn format_of(bytes: &mut BufReader<File>) -> Result<ImageFormat> {
    use ImageFormat::{Bmp, Jpeg, Png, Pnm};
    let start = bytes.fill_buf().context("it cannot be read")?;
    let kind = match image::guess_format(start) {
        Ok(format @ (Png | Jpeg | Bmp | Pnm)) => return Ok(format),
        Ok(other) => format!("a picture of the kind {other:?}"),
        Err(_) if start.get(4..8) == Some(b"ftyp") => "a picture or film of a telephone".to_owned(),
        Err(_) => "damaged, or no picture".to_owned(),
    };
    bail!("it is {kind}: PNG, JPEG, BMP and PNM are read; save it as one of them")
}

/// Where a picture is transparent, white paper shines through.
fn on_paper(picture: &DynamicImage) -> RgbImage {
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        let blend = |ink: u32| ((ink * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        Rgb([blend(red), blend(green), blend(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    #[test]
    fn transparent_is_paper() {
        let mut drawing = RgbaImage::from_pixel(3, 1, Rgba([0, 0, 0, 0]));
        drawing.put_pixel(1, 0, Rgba([0, 0, 0, 255]));
        drawing.put_pixel(2, 0, Rgba([200, 0, 100, 51]));
        let shown = on_paper(&drawing.into());
        let shown = shown.pixels().map(|pixel| pixel.0).collect::<Vec<_>>();
        assert_eq!(shown, [[255; 3], [0; 3], [244, 204, 224]]);
    }

    /// Whatever the bytes are, there is an answer: small pictures of each kind, with a few bytes
    /// changed, or cut off.
    #[test]
    fn damaged_pictures_are_refused_or_shown() {
        let picture =
            DynamicImage::from(RgbImage::from_fn(9, 7, |x, y| Rgb([x as u8, y as u8, 99])));
        let path = std::env::temp_dir().join(format!("cpfo-damaged-{}", std::process::id()));
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Pnm] {
            let mut whole = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut whole, format).unwrap();
            let whole = whole.into_inner();
            for _ in 0..300 {
                let mut bytes = whole.clone();
                for _ in 0..=next(4) {
                    let place = next(bytes.len());
                    bytes[place] = next(256) as u8;
                }
                bytes.truncate(bytes.len() - next(2) * next(bytes.len()));
                std::fs::write(&path, &bytes).unwrap();
                if let Ok(shown) = decode(&path) {
                    let pixels = u64::from(shown.width()) * u64::from(shown.height());
                    assert!(pixels <= PIXEL_LIMIT, "{format:?}: {bytes:?}");
                }
            }
        }
        std::fs::remove_file(&path).unwrap();
    }
}
