//! A build that fails where memory does not suffice, and says the figures.
//!
//! ```compile_fail
//! # cpfo::net! { pub mod lenet: 28 x 28 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
//! use cpfo::Net;
//! // error: lenet needs 31444 bytes of RAM, there are 16384
//! const _: () = cpfo::budget::assert_fits(lenet::Net::NAME, lenet::Net::IN_PLACE_RAM, 16 * 1024);
//! ```

/// Fails the build if `needed` bytes are more than there are.
///
/// # Panics
/// When it is evaluated, if they are more. It is meant for `const` items and `const` blocks, where
/// that is an error of the compiler; a program that calls it otherwise asks for a panic.
pub const fn assert_fits(what: &str, needed: usize, available: usize) {
    if needed > available {
        panic!("{}", Message::new(what, needed, available).as_str());
    }
}

/// A text that is put together by the compiler, which does not format numbers.
struct Message {
    text: [u8; 128],
    length: usize,
}

impl Message {
    const fn new(what: &str, needed: usize, available: usize) -> Self {
        let mut message = Message { text: [0; 128], length: 0 };
        message.text(what.as_bytes());
        message.text(b" needs ");
        message.number(needed);
        message.text(b" bytes of RAM, there are ");
        message.number(available);
        message
    }

    const fn text(&mut self, text: &[u8]) {
        let mut i = 0;
        while i < text.len() && self.length < self.text.len() {
            self.text[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
    }

    const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.text(&[b'0' + (number % 10) as u8]);
    }

    const fn as_str(&self) -> &str {
        match str::from_utf8(self.text.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the net needs more RAM than there is",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_the_figures() {
        let message = Message::new("lenet", 108_960, 16_384);
        assert_eq!(message.as_str(), "lenet needs 108960 bytes of RAM, there are 16384");
        assert_fits("lenet", 16_384, 16_384);
    }
}
