//! Command lines that nobody would type, over files that nobody wrote: whatever comes, `cpfo` ends
//! with 0, 1, 2, 130 or 143 and a sentence; it never panics, is never killed, and says nothing that
//! is an order to the terminal.
//!
//! First the corpus, `fuzz/corpus.jsonl`: one command line a line, each of which once said something
//! that none before it had said. Then new ones, drawn over every verb and flag that the program
//! knows. Each runs alone, in the same folder as it was at first, so a line is all there is to a
//! fault:
//!
//! ```sh
//! cargo test -p cpfo-tests --test fuzz                            # the corpus and 20 s
//! CPFO_FUZZ_SECONDS=3600 cargo test -p cpfo-tests --test fuzz     # an hour; also CPFO_FUZZ_SEED=7
//! CPFO_FUZZ_BLESS=1 cargo test -p cpfo-tests --test fuzz          # what says something new is kept
//! CPFO_FUZZ_LINE='["eval","--model","model~17"]' cargo test -p cpfo-tests --test fuzz -- --nocapture
//! ```
//!
//! The entry is the library's [`main`](cpfo_harness::main()), by way of the two lines of the program:
//! it reads the words of its process, writes to its streams, listens to its signals and chooses its
//! vectors once and for good, and an abort (134) takes the process with it. So each line has one.

#![cfg(unix)]

mod change;
mod draw;
mod files;
mod judge;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use draw::Draw;
use files::Files;
use judge::Ended;
use run::Program;

const CORPUS: &str = "fuzz/corpus.jsonl";

fn setting(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |text| text.parse().expect("a whole number"))
}

fn parse(line: &str) -> Vec<String> {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[derive(Default)]
struct Tally {
    said: BTreeSet<String>,
    codes: BTreeMap<i32, u64>,
    faults: u64,
}

impl Tally {
    /// Notes how a line ended; whether it said something new.
    fn note(&mut self, line: &[String], ended: &Ended) -> bool {
        if let Some(fault) = ended.fault() {
            let line = serde_json::to_string(line).unwrap();
            eprintln!("{fault}\n  CPFO_FUZZ_LINE='{line}'");
            self.faults += 1;
        }
        *self.codes.entry(ended.code()).or_default() += 1;
        self.said.insert(ended.gist())
    }
}

#[test]
fn nothing_that_is_typed_is_a_fault() {
    let mut program = Program::build();
    let files = Files::prepare(&mut program);
    if let Ok(line) = env::var("CPFO_FUZZ_LINE") {
        let ended = program.run(&files, &parse(&line));
        println!("{ended:#?}");
        assert_eq!(ended.fault(), None);
        return;
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CORPUS);
    let corpus = fs::read_to_string(&path).unwrap();
    let mut tally = Tally::default();
    for line in corpus.lines() {
        let line = parse(line);
        tally.note(&line, &program.run(&files, &line));
    }

    let mut draw = Draw::new(setting("CPFO_FUZZ_SEED", 1));
    let verbs = draw::verbs();
    let end = Instant::now() + Duration::from_secs(setting("CPFO_FUZZ_SECONDS", 20));
    let (mut drawn, mut new) = (0_u64, String::new());
    while Instant::now() < end {
        let line = draw.line(&verbs, files.names());
        drawn += 1;
        if tally.note(&line, &program.run(&files, &line)) {
            new += &(serde_json::to_string(&line).unwrap() + "\n");
        }
    }
    println!(
        "{} command lines of the corpus, {drawn} new ones; exit codes {:?}, {} different ends, {} \
         faults",
        corpus.lines().count(),
        tally.codes,
        tally.said.len(),
        tally.faults
    );
    if env::var_os("CPFO_FUZZ_BLESS").is_some() {
        fs::write(path, corpus + &new).unwrap();
    }
    assert!(tally.faults == 0, "{} faults; they stand above", tally.faults);
    assert!(drawn > 0, "not one command line in all that time");
}
