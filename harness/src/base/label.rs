//! Names and figures made fit to be shown: in a terminal, in a picture, on a page.
//!
//! A name may come from a file of anybody's. Control characters in it are shown as Rust writes them
//! (a terminal would obey them, XML forbids them), and it is cut to the room that there is. What a
//! page has to escape besides is escaped where it is written.

use std::fmt;
use std::path::Path;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands where there is no figure.
pub(crate) const DASH: &str = "–";

/// How many terminal columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text with every character that is an order, not a letter, shown as Rust writes it:
/// `\u{1b}`, `\n`.
pub(crate) fn escaped(text: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        for c in text.chars() {
            match c {
                '\t' | '\n' | '\r' => write!(f, "{}", c.escape_default())?,
                c if forbidden(c) => write!(f, "{}", c.escape_unicode())?,
                c => fmt::Write::write_char(f, c)?,
            }
        }
        Ok(())
    })
}

/// The name of a file, to be shown. Bytes that are no text are shown as such: `\xff`.
pub(crate) fn path(path: &(impl AsRef<Path> + ?Sized)) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        for chunk in path.as_ref().as_os_str().as_encoded_bytes().utf8_chunks() {
            write!(f, "{}", escaped(chunk.valid()))?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    })
}

/// Where a file is that was to be kept.
pub(crate) fn place(file: &Option<String>) -> String {
    file.as_ref().map_or("not kept".into(), |there| path(there).to_string())
}

/// The text with its control characters [`escaped`], in at most `room` columns; `…` says that some
/// is missing.
pub(crate) fn name(text: &str, room: usize) -> String {
    let clean = escaped(text).to_string();
    if clean.width() <= room {
        return clean;
    }
    let mut taken = 1; // the … itself
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken <= room
    };
    clean.chars().take_while(fits).chain(['…']).collect()
}

/// Control characters, those that turn the direction of the text after them or are not to be
/// seen, and the two that XML knows no way to write.
pub(crate) fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}')
        || matches!(c, '\u{E0000}'..='\u{E007F}')
}

/// So many epochs, in words.
pub(crate) fn epochs(count: u32) -> String {
    format!("{count} epoch{}", if count == 1 { "" } else { "s" })
}

/// A share of 1 as a percentage: `96.94 %`, or a dash where it is no number.
pub(crate) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.2}\u{a0}%", 100.0 * share) } else { DASH.into() }
}

/// A count with its thousands apart: `10,984`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut result = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

/// A checksum as its eight hexadecimal digits.
pub(crate) fn checksum(sum: u32) -> String {
    format!("{sum:08x}")
}

/// A figure to four digits, short: `0.09121`, `12.5`, `3e-7`; a dash where it is no number.
pub(crate) fn figure(x: f64) -> String {
    if !x.is_finite() {
        return DASH.into();
    }
    let size = x.abs();
    if size == 0.0 {
        "0".into()
    } else if !(1e-4..1e6).contains(&size) {
        format!("{x:.3e}")
    } else {
        let decimals = (3 - size.log10().floor() as i32).max(0) as usize;
        let text = format!("{x:.decimals$}");
        if !text.contains('.') {
            return text;
        }
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_cleaned() {
        assert_eq!(name("seven", 5), "seven");
        assert_eq!(name("seventeen", 5), "seve…");
        assert_eq!(name("十七十七", 5), "十七…");
        assert_eq!(name("a\u{1b}[31m", 12), "a\\u{1b}[31m");
        assert_eq!(name("a\u{1b}[31m", 9), "a\\u{1b}[…");
        assert_eq!(name("\u{202E}abc", 11), "\\u{202e}abc");
        assert_eq!(name("abc", 0), "…");
    }

    #[test]
    fn orders_are_shown_and_letters_stay() {
        let orders = "\0\u{7}\u{8}\t\n\r\u{1b}\u{7f}\u{9b}\u{200e}\u{2028}\u{202e}\u{2066}\u{feff}";
        let shown = escaped(orders).to_string();
        assert!(shown.is_ascii() && !shown.chars().any(forbidden), "{shown}");
        let letters = "\\ a\u{300} 十 \u{200d} 👩\u{200d}🔬 é ␛";
        assert_eq!(escaped(letters).to_string(), letters);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_is_shown_whole() {
        use std::os::unix::ffi::OsStrExt as _;
        let bytes = b"a\xff\x1b[2J\n";
        let path = path(Path::new(std::ffi::OsStr::from_bytes(bytes))).to_string();
        assert_eq!(path, "a\\xff\\u{1b}[2J\\n");
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(percent(0.96944), "96.94\u{a0}%");
        assert_eq!(percent(f64::NAN), DASH);
        assert_eq!(checksum(0x00c0_ffee), "00c0ffee");
        assert_eq!(count(0), "0");
        assert_eq!(count(10_984), "10,984");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(figure(0.0912), "0.0912");
        assert_eq!(figure(12.5), "12.5");
        assert_eq!(figure(-1000.0), "-1000");
        assert_eq!(figure(3e-7), "3.000e-7");
        assert_eq!(figure(f64::INFINITY), DASH);
    }
}
