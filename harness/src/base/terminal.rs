//! The only way out: what this program says, on stdout and stderr.
//!
//! `print!` and its kin panic where nobody reads on (`cpfo eval | head -1`), and write whatever a
//! file calls itself. So nothing else here may write to the two streams (lints see to it), and what
//! leaves here is never an order to the terminal: control characters are shown as
//! [`label::escaped`] shows them. Who reads has had enough of it when the pipe is closed: what is
//! left to say is dropped, and neither the work nor the exit code change.

#![expect(clippy::disallowed_methods, reason = "the one place that writes to the two streams")]

use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::base::label;

/// A line on stdout. Fails if it cannot be kept, as on a full disk.
macro_rules! say {
    () => { $crate::base::terminal::line(format_args!("")) };
    ($($words:tt)*) => { $crate::base::terminal::line(format_args!($($words)*)) };
}

/// A line on stderr, for the person who waits.
macro_rules! note {
    ($($words:tt)*) => { $crate::base::terminal::aside(format_args!($($words)*)) };
}

pub(crate) use {note, say};

/// What [`say!`] does.
pub(crate) fn line(words: fmt::Arguments<'_>) -> io::Result<()> {
    out(&format!("{}\n", tame(&words.to_string())))
}

/// What [`note!`] does. Nothing can be done about a terminal that does not take a message.
pub(crate) fn aside(words: fmt::Arguments<'_>) {
    let _ = io::stderr().write_all(format!("{}\n", tame(&words.to_string())).as_bytes());
}

/// One JSON object, on a line of its own. A control character stands there as JSON writes it.
pub(crate) fn json(object: &impl Serialize) -> io::Result<()> {
    let mut line = String::new();
    for c in serde_json::to_string(object)?.chars() {
        if label::forbidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(line, "\\u{unit:04x}").expect("a string takes it");
            }
        } else {
            line.push(c);
        }
    }
    out(&(line + "\n"))
}

/// What has styles of our own, and shows nothing of others untamed: `lines` is told whether the
/// terminal knows styles.
pub(crate) fn styled(lines: impl FnOnce(bool) -> String) -> io::Result<()> {
    out(&lines(colors(&io::stdout())))
}

/// Help, or what is wrong with a command line.
pub(crate) fn usage(error: &clap::Error) -> io::Result<()> {
    let text = error.render();
    let lines = |colors: bool| match colors {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    if error.use_stderr() {
        let _ = io::stderr().write_all(lines(colors(&io::stderr())).as_bytes());
        return Ok(());
    }
    styled(lines)
}

/// Whether a stream is a terminal that shows styles, and nobody has asked for none: `NO_COLOR`,
/// `CLICOLOR`, `TERM=dumb`.
fn colors<S: anstream::stream::RawStream>(stream: &S) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

fn out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(io::Error::new(error.kind(), format!("cannot write to standard output: {error}")))
        }
        Ok(()) => Ok(()),
    }
}

/// A text of several lines, with everything else that a terminal would obey shown instead.
fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            tame.push('\n');
        }
        let _ = write!(tame, "{}", label::escaped(line));
    }
    tame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_orders_are_shown() {
        assert_eq!(tame("a\nb\x1b[2J\r\u{9b}1m"), "a\nb\\u{1b}[2J\\r\\u{9b}1m");
    }
}
