//! What stands between the fields of a table: commas, semicolons, or tabs. Found out from the first
//! line with anything in it, and said where it is none of them.

use ::csv::StringRecord;
use anyhow::{Result, bail, ensure};

/// How a table is written.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
}

impl Dialect {
    /// Finds out from the beginning of a file.
    pub(super) fn of(head: &[u8]) -> Result<Self> {
        ensure!(
            !head.starts_with(&[0xff, 0xfe]) && !head.starts_with(&[0xfe, 0xff]),
            "it is text in UTF-16: save it as UTF-8 (in a spreadsheet, as 'CSV UTF-8')"
        );
        ensure!(!head.starts_with(&[0x1f, 0x8b]), "it is gzipped: unpack it with gunzip first");
        ensure!(
            !head.starts_with(b"PK\x03\x04"),
            "it is a zip archive or a spreadsheet: unpack it, or export the table as CSV"
        );
        ensure!(
            !head.contains(&0),
            "it has bytes of 0 in it, so it is no text: of IDX data name the folder"
        );

        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let mut lines = head.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
        let Some(line) = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")) else {
            return Ok(Self { delimiter: b',' });
        };
        if let [declared @ .., delimiter] = line
            && declared.eq_ignore_ascii_case(b"sep=")
        {
            return Ok(Self { delimiter: *delimiter });
        }
        // A trailing tab was trimmed, but then there are others. In a table with semicolons or tabs
        // commas are decimal.
        let mut quoted = false;
        let mut counts = [0; 3];
        for byte in line {
            quoted ^= *byte == b'"';
            if let Some(kind) = b"\t;,".iter().position(|d| d == byte && !quoted) {
                counts[kind] += 1;
            }
        }
        if let Some(kind) = counts.iter().position(|&count| count > 0) {
            return Ok(Self { delimiter: b"\t;,"[kind] });
        }
        let start = String::from_utf8_lossy(&line[..line.len().min(40)]);
        let start = start.escape_debug();
        if line.contains(&b' ') {
            bail!(
                "its first line is '{start}': spaces stand between the numbers; wanted commas, \
                 semicolons or tabs"
            );
        }
        bail!(
            "its first line has one field, '{start}': wanted a label and values, with commas, \
             semicolons or tabs between them"
        );
    }

    /// A number, with a decimal comma where commas do not separate.
    pub(super) fn number(self, field: &str) -> Option<f32> {
        if self.delimiter != b',' && field.contains(',') {
            return field.replacen(',', ".", 1).parse().ok();
        }
        field.parse().ok()
    }
}

/// Whether a line is `sep=;`, which tells a spreadsheet what separates.
pub(super) fn is_declaration(record: &StringRecord) -> bool {
    record.len() <= 2 && record.get(0).is_some_and(|field| field.eq_ignore_ascii_case("sep="))
}
