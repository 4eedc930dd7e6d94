use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::number;
use crate::base::label;
use crate::board::firmware::BOARDS;

/// Classes that labels tell apart: each is a byte on the line to a device.
const CLASSES: usize = 256;

/// What `cpfo new` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct NewFlags {
    /// The folder to make; its last part names the project: lower-case letters, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    pub folder: PathBuf,
    /// The board, or several with commas between; the net is made to train on each of them
    #[arg(long, value_name = "NAME", required = true, value_delimiter = ',',
          value_parser = PossibleValuesParser::new(BOARDS.map(|board| board.name)))]
    pub board: Vec<String>,
    /// Rows x columns x maps of an input. A window of 100 readings of 6 sensors is 100x1x6
    #[arg(long, value_name = "RxCxM", default_value = "100x1x6", value_parser = number::shape)]
    pub input: [usize; 3],
    /// How many classes the net tells apart [default: as many as --names, else 4]
    #[arg(long, value_name = "N", value_parser = classes)]
    pub classes: Option<usize>,
    /// Names of the classes, with commas between: labels of the example data. Without them labels are
    /// numbers from 0
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', value_parser = name)]
    pub names: Vec<String>,
    /// The source of cpfo that the project builds on [default: the one that this program was built from]
    #[arg(long, value_name = "FOLDER")]
    pub cpfo: Option<PathBuf>,
    /// Print one JSON object instead of a text
    #[arg(long)]
    pub json: bool,
}

fn classes(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (2..=CLASSES).contains(n));
    number.ok_or_else(|| format!("it must be a whole number from 2 to {CLASSES}"))
}

/// A name that a table can hold as it is.
fn name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let fits = text.trim() == text && text.chars().all(plain) && label::width(text) <= 40;
    if fits && text.contains(char::is_alphabetic) {
        return Ok(text.to_owned());
    }
    Err("a class is named by letters, with digits, blanks, `-` and `_`; at most 40 columns wide"
        .into())
}

const EXAMPLES: &str = "\
The folder holds a program with every command of cpfo, for a net of your own; the net, in one file
that desktop and firmware share; tests of it; a firmware; and example data in the shape of yours.
What the folder's README.md says is all there is to know.

The net is drawn up for the input and for the RAM of the board: convolutions and pooling while maps
are large enough, one fully-connected layer, the output; smaller where a board has less. It is meant
to be changed. For a real board the firmware of an emulated one with the same or a like core is
written too, on which QEMU trains what the board would.

Examples:
  cpfo new gesture --board nrf52840-dk                        100 readings of 6 sensors, 4 classes
  cpfo new gesture --board m4 --names rest,tap,wave,circle    the classes by name, an emulated chip
  cpfo new letters --board rp-pico --input 16x16x1 --classes 26
  cpfo new gesture --board nrf52840-dk,microbit-v2            one net that trains on both";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_names() {
        assert_eq!(number::shape("100x1x6"), Ok([100, 1, 6]));
        for text in
            ["", "100", "100x1", "100x1x0", "1x1x1x1", "65536x1x1", "-1x1x1", "axbxc", "1 x 1 x 1"]
        {
            assert!(number::shape(text).is_err(), "{text}");
        }
        assert!(classes("1").is_err() && classes("257").is_err() && classes("256") == Ok(256));
        for text in ["tap", "tap 2", "größer", "a-b_c"] {
            assert!(name(text).is_ok(), "{text}");
        }
        for text in ["", " tap", "7", "a;b", "#a", "\"a", "a\n", "-"] {
            assert!(name(text).is_err(), "{text}");
        }
    }
}
