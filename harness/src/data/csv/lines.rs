//! Lines that end alike: with one `\n`, whether the file has `\n`, `\r\n` or `\r`, and the last one
//! too. So a line's number is what an editor shows.

use std::io::{BufRead, Read, Result};

/// Reads another source, with the ends of its lines made one.
pub(super) struct Lines<R> {
    source: R,
    /// The last byte that was taken from the source.
    last: u8,
}

impl<R> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, last: b'\n' }
    }
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut written = 0;
        while written == 0 && !out.is_empty() {
            let chunk = self.source.fill_buf()?;
            if chunk.is_empty() {
                if !matches!(self.last, b'\r' | b'\n') {
                    self.last = b'\n';
                    out[0] = b'\n';
                    return Ok(1);
                }
                return Ok(0);
            }
            let mut taken = 0;
            for &byte in chunk {
                if written == out.len() {
                    break;
                }
                taken += 1;
                let second_half = byte == b'\n' && self.last == b'\r';
                self.last = byte;
                if !second_half {
                    out[written] = if byte == b'\r' { b'\n' } else { byte };
                    written += 1;
                }
            }
            self.source.consume(taken);
        }
        Ok(written)
    }
}
