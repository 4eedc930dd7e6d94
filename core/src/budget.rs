//! Fails the build of a program that needs more memory than there is, and tells the figures.
//!
//! ```compile_fail
//! # cpfo::net! { pub mod lenet: 28 x 28 x 1 { O1 = Output(10, SoftmaxCrossEntropy); } }
//! use cpfo::Net;
//! // error: lenet needs 31444 bytes of RAM, there are 16384
//! const _: () = cpfo::budget::assert_fits(lenet::Net::NAME, lenet::Net::IN_PLACE_RAM, 16 * 1024);
//! ```

use crate::message::Message;

/// Fails the build if more bytes are `needed` than are `available`.
///
/// # Panics
/// If `needed` is above `available`. The function is meant for `const` items and `const` blocks,
/// where a panic is a compile error; called elsewhere, it panics at run time.
pub const fn assert_fits(what: &str, needed: usize, available: usize) {
    if needed > available {
        panic!("{}", message(what, needed, available).as_str());
    }
}

const fn message(what: &str, needed: usize, available: usize) -> Message {
    let message = Message::new().text(what).text(" needs ").number(needed);
    message.text(" bytes of RAM, there are ").number(available)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_the_figures() {
        let message = message("lenet", 108_960, 16_384);
        assert_eq!(message.as_str(), "lenet needs 108960 bytes of RAM, there are 16384");
        assert_fits("lenet", 16_384, 16_384);
    }
}
