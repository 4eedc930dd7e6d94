//! The four kinds of layers, and the one table of which may follow which.
//!
//! | a … | may be followed by |
//! |---|---|
//! | c, convolution | p, c, f, o |
//! | p, pooling | c, f, o |
//! | f, fully connected | f, o |
//! | o, output | nothing: it ends the net |
//!
//! A net may begin with any of them. Source: Xenuts, "Back-Propagation over CNN", 2014.

/// A layer's kind, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// c
    Convolution,
    /// p
    Pooling,
    /// f
    FullyConnected,
    /// o
    Output,
}

/// Whether a layer of the first kind may be followed by one of the next.
pub const fn may_follow(first: Kind, next: Kind) -> bool {
    use Kind::{Convolution, FullyConnected, Output, Pooling};
    match first {
        Convolution => true,
        Pooling => matches!(next, Convolution | FullyConnected | Output),
        FullyConnected => matches!(next, FullyConnected | Output),
        Output => false,
    }
}
