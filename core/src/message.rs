//! A text that is put together at compile time, where `core` cannot format numbers.

/// A text of up to [`ROOM`] bytes; the rest is cut off.
pub(crate) struct Message {
    text: [u8; ROOM],
    length: usize,
}

const ROOM: usize = 256;

impl Message {
    pub(crate) const fn new() -> Self {
        Self { text: [0; ROOM], length: 0 }
    }

    pub(crate) const fn text(mut self, text: &str) -> Self {
        let (text, mut i) = (text.as_bytes(), 0);
        while i < text.len() && self.length < ROOM {
            self.text[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    pub(crate) const fn number(mut self, number: usize) -> Self {
        if number >= 10 {
            self = self.number(number / 10);
        }
        if self.length < ROOM {
            self.text[self.length] = b'0' + (number % 10) as u8;
            self.length += 1;
        }
        self
    }

    /// Two numbers, as a size is written: `8 x 8`.
    pub(crate) const fn size(self, rows: usize, columns: usize) -> Self {
        self.number(rows).text(" x ").number(columns)
    }

    pub(crate) const fn as_str(&self) -> &str {
        match str::from_utf8(self.text.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "a text of the compiler's was cut within a letter",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers() {
        let message = Message::new().text("layer ").text("C1").text(": ").size(0, 1205);
        assert_eq!(message.as_str(), "layer C1: 0 x 1205");
        let mut long = Message::new();
        for _ in 0..40 {
            long = long.text("0123456").number(7);
        }
        assert_eq!(long.as_str().len(), ROOM);
    }
}
