//! Draws command lines: every verb and flag that the program itself says it has, with values that
//! fit, that nearly fit, and that do not.

use cpfo::Net as _;
use cpfo_harness::nets::{digits, lenet};

/// SplitMix64: the same lines from the same seed.
pub(crate) struct Draw(u64);

/// A verb and its flags.
pub(crate) struct Verb {
    name: String,
    flags: Vec<Flag>,
}

/// A flag, or a place for words without one.
struct Flag {
    /// None for a place.
    long: Option<String>,
    takes_value: bool,
    /// Whether the value stands after `=`, and may be left out.
    equals: bool,
    /// The values that it names itself.
    possible: Vec<String>,
}

/// Every verb of the program.
pub(crate) fn verbs() -> Vec<Verb> {
    let mut program = cpfo_harness::cli::program(&[digits::Net::NAME, lenet::Net::NAME]);
    program.build();
    let verb = |verb: &clap::Command| Verb {
        name: verb.get_name().to_owned(),
        flags: verb.get_arguments().map(flag).collect(),
    };
    program.get_subcommands().map(verb).collect()
}

fn flag(argument: &clap::Arg) -> Flag {
    let takes_value = argument.get_action().takes_values();
    let possible = if takes_value { argument.get_possible_values() } else { Vec::new() };
    Flag {
        long: argument.get_long().map(String::from),
        takes_value,
        equals: argument.is_require_equals_set(),
        possible: possible.iter().map(|value| value.get_name().to_owned()).collect(),
    }
}

/// Numbers at the edges of what a type or a sense can hold.
const NUMBERS: [&str; 36] = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "10",
    "16",
    "64",
    "0.5",
    "0.1",
    "0.001",
    "1e-3",
    "-1",
    "-0",
    "1e3",
    "1e30",
    "1e38",
    "3.5e38",
    "1e-45",
    "nan",
    "inf",
    "-inf",
    "255",
    "256",
    "65535",
    "65536",
    "1000000",
    "1000001",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999999999999999999",
    "0x10",
];

/// Words that some flag or another takes.
const WORDS: [&str; 44] = [
    "mirror",
    "invert",
    "rotate",
    "rotate:30",
    "rotate:nan",
    "rotate:1e30",
    "shift:2",
    "shift:-3",
    "shift:99999999999",
    "noise:0.1",
    "noise:inf",
    "noise:-1",
    "order",
    "stratified",
    "tail",
    "tail:1",
    "tail:99",
    "tail:0",
    "conv+output",
    "output",
    "biases",
    "none",
    "all",
    "m0,m4",
    "m0,",
    ",",
    "digits",
    "lenet",
    "stripes",
    "first",
    "last",
    "label",
    "",
    " ",
    "-",
    "--",
    "=",
    "ä",
    "a\u{1b}[2Jb",
    "\u{202e}x",
    "%s%n",
    "'",
    "\"",
    "*",
];

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A command line.
    pub(crate) fn line(&mut self, verbs: &[Verb], files: &[&str]) -> Vec<String> {
        let verb = self.one(verbs);
        let mut line = vec![verb.name.clone()];
        let mut said = |words: &[&str]| line.extend(words.iter().map(|&word| word.to_owned()));
        // What takes long otherwise, and what is needed to come further than the door.
        match verb.name.as_str() {
            "train" if self.once_in(4) => said(&["--resume"]),
            "train" if !self.once_in(100) => said(&["--epochs", "1"]),
            "bench" if !self.once_in(50) => said(&["--seconds", "0.001"]),
            "build" | "flash" if self.once_in(2) => said(&["--board", "m4"]),
            _ => {}
        }
        for _ in 0..self.below(5) + usize::from(verb.name == "predict") {
            if verb.flags.is_empty() {
                break;
            }
            let flag = self.one(&verb.flags);
            let long = flag.long.as_deref();
            // A flag twice is refused, and help asks for nothing.
            let again =
                long.is_some_and(|long| line.iter().any(|word| word[..] == format!("--{long}")));
            if (long == Some("help") || again) && !self.once_in(30) {
                continue;
            }
            let value = (flag.takes_value || self.once_in(50)).then(|| self.value(flag, files));
            match (long, value) {
                (Some(long), Some(value)) if flag.equals || self.once_in(6) => {
                    line.push(format!("--{long}={value}"));
                }
                (long, value) => {
                    line.extend(long.map(|long| format!("--{long}")));
                    line.extend(value.filter(|_| !flag.equals));
                }
            }
        }
        if self.once_in(30) {
            line.push(self.any(files));
        }
        if self.once_in(30) && line.len() > 1 {
            let place = self.below(line.len());
            line.remove(place);
        }
        line
    }

    fn value(&mut self, flag: &Flag, files: &[&str]) -> String {
        let long = flag.long.as_deref().unwrap_or("picture");
        if self.once_in(10) {
            return self.any(files);
        }
        match long {
            _ if !flag.possible.is_empty() => self.one(&flag.possible).clone(),
            // What fits more often than not: else few lines come further than the door.
            "model" if self.once_in(2) => "model".to_owned() + &self.change(),
            "out" if self.once_in(2) => {
                (*self.one(&["cpfo-out", "judged"])).to_owned() + &self.change()
            }
            "model" | "data" | "picture" => self.file(files),
            "out" | "rust" | "bin" => format!("out/{}", self.below(4)),
            "targets" => (*self.one(&["targets", "nothing", "."])).to_owned() + &self.change(),
            "transpose" | "invert" | "fit" => (*self.one(&["yes", "no", "maybe"])).to_owned(),
            "shift" | "train" | "split" | "board" | "label-column" | "group-column" => {
                (*self.one(&WORDS)).to_owned()
            }
            "epochs" | "batch" | "seeds" | "samples" | "threads" | "patience" | "warm-up" => {
                (*self.one(&["1", "2", "3", "4", "16", "200"])).to_owned()
            }
            _ => (*self.one(&NUMBERS)).to_owned(),
        }
    }

    fn any(&mut self, files: &[&str]) -> String {
        match self.below(3) {
            0 => (*self.one(&NUMBERS)).to_owned(),
            1 => (*self.one(&WORDS)).to_owned(),
            _ => self.file(files),
        }
    }

    /// A file as it is, or changed.
    fn file(&mut self, files: &[&str]) -> String {
        (*self.one(files)).to_owned() + &self.change()
    }

    /// None, or the number of one.
    fn change(&mut self) -> String {
        if self.once_in(3) { String::new() } else { format!("~{}", self.below(100_000)) }
    }
}
