//! What of a net trains, as a word: of the command line, of a recipe.

use std::fmt;
use std::str::FromStr;

use anyhow::ensure;
use cpfo::net::{Net, Role};
use cpfo::topology::Kind;
use serde::{Deserialize, Serialize};

use super::learnt;

/// So many layers may be frozen by [`Training::Tail`]: each number of them is a type of its own,
/// and a program holds a choice of those.
pub const MOST_FROZEN: usize = 5;

/// What trains. Core knows each as a type, a [`Choice`](cpfo::choice::Choice).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Training {
    /// Everything.
    #[default]
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

impl Training {
    /// Of each tensor of a net whether it trains: layer by layer, weight before bias.
    pub fn of_tensors<N: Net>(self) -> Vec<bool> {
        let layers: Vec<_> = learnt::<N>().collect();
        let last = layers.len();
        let trains = |place: usize, kind: Kind, role: Role| match self {
            Training::All => true,
            Training::Tail(tail) => place + tail >= last,
            Training::ConvolutionsAndOutput => kind != Kind::FullyConnected,
            Training::OutputOnly => kind == Kind::Output,
            Training::BiasesOnly => role == Role::Bias,
            Training::Nothing => false,
        };
        let layers = layers.iter().enumerate();
        layers
            .flat_map(|(place, (_, layer))| {
                [Role::Weight, Role::Bias].map(|role| trains(place, layer.kind, role))
            })
            .collect()
    }
}

impl Training {
    /// As a type of [`cpfo::choice`], for a firmware of the net `N`.
    ///
    /// # Errors
    /// If there is nothing of this net that trains.
    pub fn rust<N: Net>(self) -> anyhow::Result<String> {
        let trains = self.of_tensors::<N>();
        ensure!(
            trains.contains(&true),
            "nothing of the net `{}` trains with --train {self}",
            N::NAME
        );
        let of = |name: &str| format!("cpfo::choice::{name}");
        Ok(match self {
            Training::All => of("All"),
            Training::ConvolutionsAndOutput => of("ConvolutionsAndOutput"),
            Training::OutputOnly => of("OutputOnly"),
            Training::BiasesOnly => of("BiasesOnly"),
            Training::Nothing => of("Nothing"),
            Training::Tail(layers) => {
                let frozen = (trains.len() / 2).saturating_sub(layers);
                let freeze = of("Freeze<");
                [freeze.repeat(frozen), of("All"), ">".repeat(frozen)].concat()
            }
        })
    }
}

impl From<Training> for String {
    fn from(training: Training) -> Self {
        training.to_string()
    }
}

impl TryFrom<String> for Training {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        word.parse()
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
    fn a_choice_is_a_type_of_core() {
        use cpfo_nets::digits::Net as Digits;
        let of = |training: Training| training.rust::<Digits>().unwrap();
        assert_eq!(of(Training::All), "cpfo::choice::All");
        assert_eq!(of(Training::Tail(3)), "cpfo::choice::All");
        let one = "cpfo::choice::Freeze<cpfo::choice::Freeze<cpfo::choice::All>>";
        assert_eq!(of(Training::Tail(1)), one);
        assert!(Training::Nothing.rust::<Digits>().is_err());
    }

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
