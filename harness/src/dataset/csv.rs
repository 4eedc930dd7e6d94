//! CSV: one sample a line, its label and then its pixels, row after row, the maps of a pixel
//! beside each other.
//!
//! ```text
//! label,p0,p1,p2,p3
//! 7,0,255,255,0
//! ```
//!
//! The header may be missing; then the label comes first. If there is one, it names the column of
//! the label `label`, wherever that stands.

use std::io::Read;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Trim};
use anyhow::{Context, Result, ensure};

use super::samples::Raw;
use crate::file;

/// Reads a file. Without a `shape` (rows, columns, maps) the images are taken for squares.
pub(super) fn read(path: &Path, shape: Option<[usize; 3]>) -> Result<Raw> {
    let context = || format!("cannot read {}", path.display());
    let (file, _) = file::open(path).with_context(context)?;
    parse(file, shape).with_context(context)
}

/// Reads lines from anywhere.
fn parse(source: impl Read, shape: Option<[usize; 3]>) -> Result<Raw> {
    // Lines of different lengths are told apart here, in words of our own.
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(source);
    let mut images = Vec::new();
    let mut labels = Vec::new();
    let mut fields = 0;
    let mut label_column = 0;

    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, |position| position.line());
        if fields == 0 {
            fields = record.len();
            ensure!(fields > 1, "line {line} has one field, wanted a label and pixels");
            if is_header(&record) {
                label_column = column_of_label(&record)?;
                continue;
            }
        }
        ensure!(
            record.len() == fields,
            "line {line} has {} fields, the first line has {fields}: every line must have a label \
             and all the pixels",
            record.len()
        );
        for (column, field) in record.iter().enumerate() {
            let place = || format!("line {line}, field {}: '{field}'", column + 1);
            if column == label_column {
                labels.push(label(field).with_context(place)?);
            } else {
                images.push(pixel(field).with_context(place)?);
            }
        }
    }
    ensure!(!labels.is_empty(), "there is no sample in it");
    Ok(Raw { shape: shape_of(fields - 1, shape)?, images, labels })
}

/// A first line with anything but numbers is a header.
fn is_header(record: &StringRecord) -> bool {
    record.iter().any(|field| field.parse::<f32>().is_err())
}

fn column_of_label(header: &StringRecord) -> Result<usize> {
    header.iter().position(|name| name.eq_ignore_ascii_case("label")).context(
        "the first line is a header, but names no column 'label': rename the column of the \
         classes, or take the header away and put the label first",
    )
}

/// A whole number; `3.0` is one too, since some programs write all numbers so.
fn label(field: &str) -> Result<u16> {
    let value: f32 = field.parse().unwrap_or(f32::NAN);
    ensure!(
        value.fract() == 0.0 && (0.0..=f32::from(u16::MAX)).contains(&value),
        "a label must be a whole number from 0 to {}",
        u16::MAX
    );
    Ok(value as u16)
}

fn pixel(field: &str) -> Result<f32> {
    let value: f32 = field.parse().context("a pixel must be a number")?;
    ensure!(value.is_finite(), "a pixel must be finite: clean the data first");
    Ok(value)
}

/// Rows, columns and maps of `pixels` values: those of the net, or else a square, grey or colored.
fn shape_of(pixels: usize, shape: Option<[usize; 3]>) -> Result<[usize; 3]> {
    if let Some([rows, columns, maps]) = shape {
        ensure!(
            rows * columns * maps == pixels,
            "a line has {pixels} pixels, wanted {rows} x {columns} x {maps} (rows x columns \
             x maps) = {}",
            rows * columns * maps
        );
        return Ok([rows, columns, maps]);
    }
    // No number is a square and three times a square, so at most one of these fits.
    let square = [1, 3].into_iter().find_map(|maps| {
        let side = (pixels / maps).isqrt();
        (side * side * maps == pixels).then_some([side, side, maps])
    });
    square.with_context(|| {
        format!("a line has {pixels} pixels, which is no square image, neither grey nor in color")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        format!("{:#}", parse(text.as_bytes(), None).unwrap_err())
    }

    #[test]
    fn label_first() {
        let raw = parse("7, 0,255,255,0\n1, 9,9,0,0\n".as_bytes(), None).unwrap();
        assert_eq!(raw.shape, [2, 2, 1]);
        assert_eq!(raw.images, [0.0, 255.0, 255.0, 0.0, 9.0, 9.0, 0.0, 0.0]);
        assert_eq!(raw.labels, [7, 1]);
    }

    #[test]
    fn header_says_where_the_label_is() {
        let raw = parse("a,b,c,d,Label\n0.5,0,0,1e-1,3.0".as_bytes(), None).unwrap();
        assert_eq!(raw.images, [0.5, 0.0, 0.0, 0.1]);
        assert_eq!(raw.labels, [3]);
    }

    #[test]
    fn header_without_a_label_is_refused() {
        assert!(error("a,b\n1,2").contains("names no column 'label'"));
    }

    #[test]
    fn shapes() {
        assert_eq!(shape_of(784, None).unwrap(), [28, 28, 1]);
        assert_eq!(shape_of(3072, None).unwrap(), [32, 32, 3]);
        assert_eq!(shape_of(6, Some([2, 3, 1])).unwrap(), [2, 3, 1]);
        assert!(shape_of(6, None).unwrap_err().to_string().contains("no square"));
        assert!(shape_of(6, Some([8, 8, 1])).unwrap_err().to_string().contains("wanted 8 x 8 x 1"));
    }

    #[test]
    fn bad_lines_are_named() {
        assert!(error("1,0,0,0,0\n2,0,0,0").contains("line 2 has 4 fields, the first line has 5"));
        assert!(error("1,0,0,0,0\n2,0,x,0,0").contains("line 2, field 3: 'x'"));
        assert!(error("1,0,NaN,0,0").contains("field 3: 'NaN': a pixel must be finite"));
        assert!(error("1,0,0,0,0\n1,0,0,0,inf").contains("a pixel must be finite"));
        assert!(error("1.5,0,0,0,0").contains("a label must be a whole number"));
        assert!(error("-1,0,0,0,0").contains("a label must be a whole number"));
        assert!(error("65536,0,0,0,0").contains("a label must be a whole number"));
    }

    #[test]
    fn nothing_in_it() {
        assert!(error("").contains("no sample"));
        assert!(error("label,a\n").contains("no sample"));
        assert!(error("1\n").contains("one field"));
        assert!(parse(&[0xff, 0xfe, b',', b'1'][..], None).is_err());
    }
}
