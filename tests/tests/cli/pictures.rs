//! Pictures as cameras, scanners and drawing programs write them: what a viewer would show is what
//! the net sees. A picture that cannot be read costs the others nothing.

use image::{DynamicImage, GrayImage, ImageBuffer, Luma, LumaA, Rgb, Rgba};
use serde_json::Value;

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// A seven of 8 x 8 pixels, 0 to 255.
fn seven() -> GrayImage {
    let digits = Dataset::digits();
    let pixels = digits.image(7).iter().map(|x| (255.0 * x).round() as u8).collect();
    assert_eq!(digits.label(7), 7);
    GrayImage::from_raw(8, 8, pixels).unwrap()
}

/// PNG, as bytes.
fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The picture with another pixel for each.
fn each<P: image::Pixel + 'static>(pixel: impl Fn(u8) -> P) -> ImageBuffer<P, Vec<P::Subpixel>> {
    let seven = seven();
    ImageBuffer::from_fn(8, 8, |x, y| pixel(seven.get_pixel(x, y).0[0]))
}

fn probabilities(here: &Scratch, words: &str) -> Vec<Value> {
    let said = here.cpfo(&format!("predict {words} --json")).json();
    let predictions = said["predictions"].as_array().unwrap();
    predictions.iter().map(|prediction| prediction["probabilities"].clone()).collect()
}

#[test]
fn every_kind_of_pixel_shows_the_same() {
    let here = Scratch::new("pixels");
    here.cpfo("train --epochs 1").done();
    here.write("grey.png", png(seven()));
    here.write("deep.png", png(DynamicImage::ImageLuma16(each(|x| Luma([u16::from(x) * 257])))));
    here.write("color.png", png(DynamicImage::ImageRgb8(each(|x| Rgb([x; 3])))));
    here.write("opaque.png", png(DynamicImage::ImageRgba8(each(|x| Rgba([x, x, x, 255])))));
    let deep = each(|x| Rgba([u16::from(x) * 257, u16::from(x) * 257, u16::from(x) * 257, 65535]));
    here.write("all.png", png(DynamicImage::ImageRgba16(deep)));
    // White paper shines through: the strokes are where it does.
    here.write("clear.png", png(DynamicImage::ImageLumaA8(each(|x| LumaA([0, 255 - x])))));
    // The name lies.
    here.write("grey.jpg", png(seven()));
    let seen =
        probabilities(&here, "grey.png deep.png color.png opaque.png all.png clear.png grey.jpg");
    assert_eq!(seen, vec![seen[0].clone(); 7]);
}

#[test]
fn a_picture_is_turned_as_its_tag_says() {
    let here = Scratch::new("orientation");
    here.cpfo("train --epochs 1").done();
    here.write("upright.png", png(seven()));
    for tag in 1..=8_u8 {
        let mut turned = DynamicImage::from(seven());
        // What the tag will undo.
        turned = match tag {
            2 => turned.fliph(),
            3 => turned.rotate180(),
            4 => turned.flipv(),
            5 => turned.rotate90().fliph(),
            6 => turned.rotate270(),
            7 => turned.rotate270().fliph(),
            8 => turned.rotate90(),
            _ => turned,
        };
        let mut bytes = png(turned);
        // The chunk of the tag goes after the header: 8 bytes of signature and 25 of IHDR.
        let tiff =
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[tag, 0, 0, 0, 0, 0, 0, 0][..]];
        let chunk = [b"eXIf", &tiff.concat()[..]].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&chunk);
        let length = chunk.len() as u32 - 4;
        let whole = [&length.to_be_bytes()[..], &chunk, &crc.sum().to_be_bytes()].concat();
        bytes.splice(33..33, whole);
        here.write(&format!("tag{tag}.png"), bytes);
    }
    let upright = probabilities(&here, "upright.png").remove(0);
    for tag in 1..=8 {
        let seen = probabilities(&here, &format!("tag{tag}.png"));
        assert_eq!(seen, std::slice::from_ref(&upright), "orientation {tag}");
    }
}

#[test]
fn one_bad_picture_costs_the_others_nothing() {
    let here = Scratch::new("one-bad");
    here.cpfo("train --epochs 1").done();
    here.write("scans/a.png", png(seven()));
    here.write("scans/b.png", "no picture");
    here.write("scans/c.png", png(seven()));
    here.write("scans/d.heic", b"\0\0\0\x18ftypheic\0\0\0\0");
    here.write("scans/e.gif", b"GIF89a\x01\0\x01\0\0\0\0;");
    here.write("scans/._a.png", b"\0\x05\x16\x07");
    here.write("scans/notes.txt", "no picture, and does not say so");
    let said = here.cpfo("predict scans missing.png --json");
    let said = said.fails(
        1,
        &[
            "scans/b.png: it is damaged, or no picture",
            "d.heic",
            "Gif",
            "no picture at missing.png",
        ],
    );
    assert!(!said.stderr.contains("._a") && !said.stderr.contains("notes"), "{}", said.stderr);
    let said: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(said["predictions"].as_array().unwrap().len(), 2);
    assert_eq!(said["failed"].as_array().unwrap().len(), 4);
    assert_eq!(here.cpfo("predict scans").code(1).stdout.lines().count(), 4);
}

/// A picture of one color, of which a few bytes tell.
fn vast(side: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
    header.extend([1, 0, 0, 0, 0]);
    let rows = vec![0; (side as usize).div_ceil(8) + 1];
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..side {
        std::io::Write::write_all(&mut encoder, &rows).unwrap();
    }
    let contents = [&b"IDAT"[..], &encoder.finish().unwrap()].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for chunk in [header, contents, b"IEND".to_vec()] {
        let mut crc = flate2::Crc::new();
        crc.update(&chunk);
        bytes.extend((chunk.len() as u32 - 4).to_be_bytes());
        bytes.extend(&chunk);
        bytes.extend(crc.sum().to_be_bytes());
    }
    bytes
}

#[test]
fn a_picture_that_no_memory_holds_is_not_unpacked() {
    let here = Scratch::new("vast");
    here.cpfo("train --epochs 1").done();
    let bytes = vast(10_000);
    assert!(bytes.len() < 20_000, "{}", bytes.len());
    here.write("vast.png", bytes);
    for fit in ["", "--fit"] {
        here.cpfo(&format!("predict vast.png {fit}"))
            .fails(1, &["vast.png", "would unpack to 10000 x 10000 pixels", "make it smaller"]);
    }
}
