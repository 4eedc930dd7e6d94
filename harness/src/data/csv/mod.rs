//! CSV: one sample a line, its label and its pixels, row after row, the maps of a pixel beside each
//! other.
//!
//! ```text
//! # a comment
//! label,p0,p1,p2,p3
//! 7,0,255,255,0
//! ```
//!
//! A file says much of this itself, and [`dialect`], [`columns`] and [`labels`](super::labels) find
//! it out: whether commas, semicolons or tabs stand between fields, whether there is a header,
//! where the label is, whether labels are numbers or names. What cannot be known is asked, never
//! guessed: a picture learnt by one of its own pixels looks like a success.

mod columns;
mod dialect;
mod lines;
mod suspicion;

use std::io::{BufRead, BufReader};
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Terminator, Trim};
use anyhow::{Context, Result, ensure};

use super::labels::Labels;
use super::samples::{Places, Raw};
use crate::base::{file, label};
pub use columns::Column;
use columns::Columns;
use dialect::Dialect;
use lines::Lines;

/// So much of a file is looked at to find out what separates its fields.
const HEAD: usize = 1 << 18;

/// Nobody's images have fewer rows: four columns are four measurements.
const SMALLEST: usize = 4;

/// What the reader is told.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// Rows, columns, maps; without them they are taken for squares, or for series.
    pub(super) shape: Option<[usize; 3]>,
    /// The number of classes, if it is known.
    pub(super) classes: Option<usize>,
    /// Where the label is, if somebody said.
    pub(super) label: Option<&'a Column>,
    /// Where the group is, if samples belong to groups.
    pub(super) group: Option<&'a Column>,
}

/// Reads a file.
pub(super) fn read(path: &Path, wanted: Wanted<'_>) -> Result<Raw> {
    let context = || format!("cannot read {}", label::path(&path));
    let (file, _) = file::open(path).with_context(context)?;
    parse(BufReader::with_capacity(HEAD, file), wanted).with_context(context)
}

/// Reads a file whose lines may be without a label: of each there is what it says of its class, if
/// anything. All samples are of class 0.
pub(super) fn inputs(path: &Path, wanted: Wanted<'_>) -> Result<(Raw, Vec<Option<String>>)> {
    let context = || format!("cannot read {}", label::path(&path));
    let (file, _) = file::open(path).with_context(context)?;
    parse_inputs(BufReader::with_capacity(HEAD, file), wanted).with_context(context)
}

/// Reads labelled lines from anywhere.
fn parse(source: impl BufRead, wanted: Wanted<'_>) -> Result<Raw> {
    let mut labels = Labels::default();
    let lines = read_lines(source, wanted, false, |label| labels.push(label.unwrap_or_default()))?;
    let (labels, names) = labels.finish();
    if lines.guessed && names.is_empty() {
        suspicion::ask(&labels, &lines.images, wanted.classes)?;
    }
    Ok(Raw { labels, names, ..lines.raw() })
}

/// Reads lines of which the class is still to be found.
fn parse_inputs(source: impl BufRead, wanted: Wanted<'_>) -> Result<(Raw, Vec<Option<String>>)> {
    let mut labels = Vec::new();
    let lines = read_lines(source, wanted, true, |label| {
        labels.push(label.filter(|label| !label.is_empty()).map(String::from));
        Ok(())
    })?;
    Ok((Raw { labels: vec![0; labels.len()], ..lines.raw() }, labels))
}

/// What lines hold beside their labels.
struct Read {
    shape: [usize; 3],
    images: Vec<f32>,
    groups: Vec<String>,
    places: Places,
    /// Whether nothing but habit says where the label is.
    guessed: bool,
}

impl Read {
    /// Samples, with no label yet.
    fn raw(self) -> Raw {
        let Self { shape, images, groups, places, .. } = self;
        Raw { shape, images, labels: Vec::new(), names: Vec::new(), groups, places }
    }
}

/// Reads lines; hands on what each says of its class. Where lines may be `bare` that may be nothing.
fn read_lines(
    mut source: impl BufRead,
    wanted: Wanted<'_>,
    bare: bool,
    mut take: impl FnMut(Option<&str>) -> Result<()>,
) -> Result<Read> {
    let dialect = Dialect::of(source.fill_buf()?)?;
    // Lines of different lengths are told apart here, in words of our own.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .terminator(Terminator::Any(b'\n'))
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(Lines::new(source));
    let mut images = Vec::new();
    let mut groups = Vec::new();
    let mut lines = Vec::new();
    let mut layout: Option<(Columns, [usize; 3])> = None;

    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        // Every line ends, so the reader stands at the beginning of the next.
        let line = reader.position().line().saturating_sub(1);
        let (columns, _) = match &layout {
            Some(layout) => layout,
            None if dialect::is_declaration(&record) => continue,
            None => {
                let layout = layout.insert(layout_of(&record, dialect, wanted, bare, line)?);
                if layout.0.header {
                    continue;
                }
                layout
            }
        };
        let fields = columns::without_empty_end(&record, columns.fields);
        ensure!(
            fields == columns.fields,
            "line {line} has {fields} fields, the first line has {}: every line must have {} all \
             the values",
            columns.fields,
            if columns.label.is_some() { "a label and" } else { "no label and" }
        );
        let field = |column: usize| record.get(column).unwrap_or_default();
        let place = |column: usize| {
            format!("line {line}, field {}: '{}'", column + 1, field(column).escape_debug())
        };
        take(columns.label.map(field)).with_context(|| {
            let hint = if columns.guessed && suspicion::is_class(field(columns.fields - 1)) {
                " (is the label in the last column? Say --label-column last)"
            } else {
                ""
            };
            format!("{}{hint}", place(columns.label.unwrap_or_default()))
        })?;
        if let Some(column) = columns.group {
            ensure!(!field(column).is_empty(), "{}: the group is missing", place(column));
            groups.push(field(column).to_owned());
        }
        for &column in &columns.pixels {
            images.push(pixel(field(column), dialect).with_context(|| place(column))?);
        }
        lines.push(line);
    }
    ensure!(!lines.is_empty(), "there is no sample in it");
    let (columns, shape) = layout.context("there is no sample in it")?;
    let places = Places::Lines { lines, columns: columns.pixels };
    Ok(Read { shape, images, groups, places, guessed: columns.guessed })
}

/// What the first line says of all lines.
fn layout_of(
    first: &StringRecord,
    dialect: Dialect,
    wanted: Wanted<'_>,
    bare: bool,
    line: u64,
) -> Result<(Columns, [usize; 3])> {
    let pixels = wanted.shape.filter(|_| bare).map(|shape| shape.iter().product());
    // Whose class is to be found, of that no group is needed.
    let group = wanted.group.filter(|group| !bare || Columns::has(first, group));
    let columns = match pixels.and_then(|pixels| Columns::bare(first, dialect, pixels, group)) {
        Some(columns) => columns,
        None => {
            let columns = Columns::of(first, dialect, wanted.label, group);
            columns.with_context(|| format!("line {line}"))?
        }
    };
    let shape = shape_of(columns.pixels.len(), wanted.shape)
        .with_context(|| format!("line {line}{}", columns.seen()))?;
    Ok((columns, shape))
}

fn pixel(field: &str, dialect: Dialect) -> Result<f32> {
    let value = dialect.number(field).with_context(|| {
        if field.is_empty() { "a value is missing" } else { "a value must be a number" }
    })?;
    ensure!(value.is_finite(), "a value must be finite: clean the data first");
    Ok(value)
}

/// Rows, columns and maps of `pixels` values: those of the net, or else a square, grey or colored; what
/// is none is a series of readings.
fn shape_of(pixels: usize, shape: Option<[usize; 3]>) -> Result<[usize; 3]> {
    if let Some([rows, columns, maps]) = shape {
        ensure!(
            rows * columns * maps == pixels,
            "a line has {pixels} values, wanted {rows} x {columns} x {maps} (rows x columns \
             x maps) = {}: take a net for this size (--net), or other data (--data)",
            rows * columns * maps
        );
        return Ok([rows, columns, maps]);
    }
    // No number is a square and three times a square, so at most one of these fits.
    let square = [1, 3].into_iter().find_map(|maps| {
        let side = (pixels / maps).isqrt();
        (side >= SMALLEST && side * side * maps == pixels).then_some([side, side, maps])
    });
    Ok(square.unwrap_or([pixels, 1, 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Raw> {
        parse(text.as_bytes(), Wanted::default())
    }

    fn error(text: &str) -> String {
        format!("{:#}", read(text).unwrap_err())
    }

    #[test]
    fn label_first() {
        let raw = read("7, 0,255,255,0\n1, 9,9,0,0\n").unwrap();
        assert_eq!(raw.shape, [4, 1, 1]);
        assert_eq!(raw.images, [0.0, 255.0, 255.0, 0.0, 9.0, 9.0, 0.0, 0.0]);
        assert_eq!(raw.labels, [7, 1]);
    }

    #[test]
    fn header_says_where_the_label_is() {
        let raw = read("a,b,c,d,Label\n0.5,0,0,1e-1,3.0").unwrap();
        assert_eq!(raw.images, [0.5, 0.0, 0.0, 0.1]);
        assert_eq!(raw.labels, [3]);
    }

    /// One table in every dialect: what separates × how lines end × what stands around them.
    #[test]
    fn every_dialect_says_the_same() {
        let plain = read("label,a,b,c,d\n7,0,0.5,255,0\n1,9,9,0,1\n").unwrap();
        for separator in [",", ";", "\t", ", ", " ; "] {
            for end in ["\n", "\r\n", "\r"] {
                for trail in [false, true] {
                    for around in ["", "# mine, all; mine\n", "\n\n", "\u{feff}"] {
                        let mut text = around.replace('\n', end);
                        for line in ["label,a,b,c,d", "7,0,0.5,255,0", "", "1,9,9,0,1"] {
                            text += &line.replace(',', separator);
                            if trail && !line.is_empty() {
                                text += separator;
                            }
                            text += end;
                        }
                        for text in [text.as_str(), text.trim_end_matches(['\r', '\n'])] {
                            let raw = read(text).unwrap_or_else(|e| panic!("{text:?}: {e:#}"));
                            assert_eq!(raw.images, plain.images, "{text:?}");
                            assert_eq!(raw.labels, plain.labels, "{text:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn spreadsheets_have_habits() {
        let raw = read("sep=;\nlabel;a;b;c;d\n7;0;0,5;255;0\n").unwrap();
        assert_eq!(raw.images, [0.0, 0.5, 255.0, 0.0]);
        // A column of line numbers without a name, as pandas writes it.
        let raw = read(",label,0,1,2,3\n0,7,0,1,2,3\n1,4,9,9,9,9\n").unwrap();
        assert_eq!((raw.labels, raw.images[..4].to_vec()), (vec![7, 4], vec![0., 1., 2., 3.]));
        assert!(error("\u{feff}").contains("no sample"));
        assert!(
            format!("{:#}", parse(&b"\xff\xfe7\0,\0"[..], Wanted::default()).unwrap_err())
                .contains("UTF-16")
        );
        assert!(error("PK\u{3}\u{4}....").contains("spreadsheet"));
        assert!(error("0 0 5 13\n").contains("spaces"));
    }

    #[test]
    fn names_are_classes_in_the_order_of_the_alphabet() {
        for text in [
            "cat,0,1,2,3\nant,4,5,6,7\ncat,8,9,0,1\n",
            "0,1,2,3,cat\n4,5,6,7,ant\n8,9,0,1,cat\n",
            "0,1,class,2,3\n0,1,cat,2,3\n4,5,ant,6,7\n8,9,cat,0,1\n",
        ] {
            let raw = read(text).unwrap();
            assert_eq!(raw.names, ["ant", "cat"], "{text}");
            assert_eq!(raw.labels, [1, 0, 1], "{text}");
            assert_eq!(raw.images[..4], [0.0, 1.0, 2.0, 3.0], "{text}");
        }
        assert!(error("cat,0,1,2,3\n7,0,1,2,3").contains("line 2, field 1: '7'"));
        assert!(error("7,0,1,2,3\ncat,0,1,2,3").contains("line 2, field 1: 'cat'"));
        assert!(error("cat,0,1,2,3\n,0,1,2,3").contains("the label is missing"));
    }

    #[test]
    fn the_label_is_where_somebody_says() {
        let with = |text: &str, label: &str| {
            let label = label.parse().unwrap();
            parse(text.as_bytes(), Wanted { label: Some(&label), ..Wanted::default() })
        };
        let plain = "1,2,3,4,5\n";
        assert_eq!(with(plain, "first").unwrap().labels, [1]);
        assert_eq!(with(plain, "last").unwrap().labels, [5]);
        assert_eq!(with(plain, "3").unwrap().labels, [3]);
        assert_eq!(with(plain, "3").unwrap().images, [1.0, 2.0, 4.0, 5.0]);
        let named = "a,b,kind,d,e\n1,2,3,4,5\n";
        assert_eq!(with(named, "kind").unwrap().labels, [3]);
        assert_eq!(with(named, "first").unwrap().labels, [1]);
        let error = format!("{:#}", with(named, "sort").unwrap_err());
        assert!(error.contains("no column 'sort'") && error.contains("a, b, kind"), "{error}");
        let error = format!("{:#}", with(plain, "9").unwrap_err());
        assert!(error.contains("there are 5 columns"), "{error}");
    }

    #[test]
    fn header_without_a_label_is_refused() {
        let said = error("a,b\n1,2");
        assert!(said.contains("names no column 'label'") && said.contains("a, b"), "{said}");
        // Columns that are numbered are a header, too.
        let numbers = |from: usize| (from..from + 17).map(|n| n.to_string()).collect::<Vec<_>>();
        assert!(error(&numbers(0).join(",")).contains("--label-column"));
    }

    #[test]
    fn shapes() {
        assert_eq!(shape_of(784, None).unwrap(), [28, 28, 1]);
        assert_eq!(shape_of(3072, None).unwrap(), [32, 32, 3]);
        assert_eq!(shape_of(6, Some([2, 3, 1])).unwrap(), [2, 3, 1]);
        assert_eq!(shape_of(6, None).unwrap(), [6, 1, 1]);
        assert!(shape_of(6, Some([8, 8, 1])).unwrap_err().to_string().contains("wanted 8 x 8 x 1"));
    }

    #[test]
    fn bad_lines_are_named() {
        let ends = [("\n", 2), ("\r\n", 2), ("\r", 2), ("\n\n", 3), ("\r\n# between\r\n", 3)];
        for (end, line) in ends {
            let said = |text: &str| error(&text.replace('\n', end));
            let short = said("1,0,0,0,0\n2,0,0,0");
            let wanted = format!("line {line} has 4 fields, the first line has 5");
            assert!(short.contains(&wanted), "{end:?}: {short}");
            let word = said("1,0,0,0,0\n2,0,x,0,0");
            assert!(word.contains(&format!("line {line}, field 3: 'x'")), "{end:?}: {word}");
        }
        assert!(error("1,0,NaN,0,0").contains("field 3: 'NaN': a value must be finite"));
        assert!(error("1,0,0,0,0\n1,0,0,0,inf").contains("a value must be finite"));
        assert!(error("1,0,0,0,0\n1,0,,0,0").contains("field 3: '': a value is missing"));
        assert!(error("1.5,0,0,0,0").contains("a label must be a whole number"));
        assert!(error("-1,0,0,0,0").contains("a label must be a whole number"));
        assert!(error("65536,0,0,0,0").contains("a label must be a whole number"));
        assert!(error("0.5,0,0,0,4").contains("--label-column last"));
    }

    #[test]
    fn nothing_in_it() {
        assert!(error("").contains("no sample"));
        assert!(error("# nothing\n").contains("no sample"));
        assert!(error("label,a\n").contains("no sample"));
        assert!(error("1\n").contains("one field"));
        assert!(parse(&[0xff, 0xfe, b',', b'1'][..], Wanted::default()).is_err());
    }

    #[test]
    fn lines_without_a_label_are_inputs() {
        let wanted = Wanted { shape: Some([4, 1, 1]), ..Wanted::default() };
        let inputs = |text: &str| parse_inputs(text.as_bytes(), wanted);
        for (text, labels) in [
            ("1,2,3,4\n5,6,7,8\n", [None, None]),
            ("a,b,c,d\n1,2,3,4\n5,6,7,8\n", [None, None]),
            (",a,b,c,d\n0,1,2,3,4\n1,5,6,7,8\n", [None, None]),
            ("1,2,3,4,\n5,6,7,8,\n", [None, None]),
            (",1,2,3,4\ntap,5,6,7,8\n", [None, Some("tap")]),
            ("label,a,b,c,d\n?,1,2,3,4\n7,5,6,7,8\n", [Some("?"), Some("7")]),
        ] {
            let (raw, found) = inputs(text).unwrap_or_else(|e| panic!("{text:?}: {e:#}"));
            assert_eq!(raw.images, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "{text:?}");
            assert_eq!(found, labels.map(|label| label.map(String::from)), "{text:?}");
        }
        let error = |text: &str| format!("{:#}", inputs(text).unwrap_err());
        assert!(error("1,2,3,4\n5,6,7\n").contains("line 2 has 3 fields, the first line has 4"));
        assert!(error("1,2,x\n").contains("line 1"));
        assert!(error("1,2,3,4\n1,2,NaN,4\n").contains("a value must be finite"));
    }

    /// Whatever the bytes are, there is an answer.
    #[test]
    fn noise_is_read_or_refused() {
        let alphabet = b"0179.,;\t\"'#\r\n -eE+=sepxlabel\xff\0\xef\xbb\xbf";
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for _ in 0..20_000 {
            let length = next(60);
            let text: Vec<u8> = (0..length).map(|_| alphabet[next(alphabet.len())]).collect();
            if let Ok(raw) = parse(&text[..], Wanted::default()) {
                let pixels = raw.shape.iter().product::<usize>();
                assert_eq!(raw.images.len(), pixels * raw.labels.len(), "{text:?}");
            }
        }
    }
}
