//! What trains, as a word of the command line.

use std::fmt;
use std::str::FromStr;

/// So many layers may be frozen by [`Training::Tail`]: each number of them is a type of its own,
/// and a program holds a choice of those.
pub const MOST_FROZEN: usize = 5;

/// What trains. Core knows each as a type, a [`Choice`](cpfo::choice::Choice).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Training {
    /// Everything.
    All,
    /// So many of the last layers that have parameters.
    Tail(usize),
    /// The convolutions and the output, not the fully-connected layers between them.
    ConvolutionsAndOutput,
    /// The output.
    OutputOnly,
    /// Every bias, no weight.
    BiasesOnly,
    /// Nothing: inference.
    Nothing,
}

impl fmt::Display for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Training::All => f.write_str("all"),
            Training::Tail(layers) => write!(f, "tail:{layers}"),
            Training::ConvolutionsAndOutput => f.write_str("conv+output"),
            Training::OutputOnly => f.write_str("output"),
            Training::BiasesOnly => f.write_str("biases"),
            Training::Nothing => f.write_str("none"),
        }
    }
}

impl FromStr for Training {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "all" => Training::All,
            "tail" => Training::Tail(2),
            "conv+output" => Training::ConvolutionsAndOutput,
            "output" => Training::OutputOnly,
            "biases" => Training::BiasesOnly,
            "none" => Training::Nothing,
            _ => {
                let layers = word.strip_prefix("tail:").and_then(|layers| layers.parse().ok());
                Training::Tail(layers.filter(|&layers| layers > 0).ok_or(
                    "expected `all`, `tail`, `tail:N` with the last N layers that have parameters, \
                     `conv+output`, `output`, `biases` or `none`",
                )?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for training in [
            Training::All,
            Training::Tail(1),
            Training::Tail(12),
            Training::ConvolutionsAndOutput,
            Training::OutputOnly,
            Training::BiasesOnly,
            Training::Nothing,
        ] {
            assert_eq!(training.to_string().parse(), Ok(training));
        }
        assert_eq!("tail".parse(), Ok(Training::Tail(2)));
        for wrong in ["", "tail:", "tail:0", "tail:-1", "tail:x", "All", "outputs"] {
            assert!(wrong.parse::<Training>().is_err(), "{wrong}");
        }
    }
}
