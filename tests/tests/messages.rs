//! Advice that can be followed: every flag that a message or an example names is a flag of the
//! program, and one of that verb, where the verb stands beside it. Who renames a flag is told here
//! which sentences still say the old name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cpfo::Net as _;
use cpfo_harness::nets::{digits, lenet};
use cpfo_tests::tools::sources;

/// What is not ours: cargo's own, where we say what to type.
const FOREIGN: [&str; 3] = ["--locked", "--release", "--test"];

/// The flags of each verb.
fn verbs() -> BTreeMap<String, BTreeSet<String>> {
    let mut program = cpfo_harness::cli::program(&[digits::Net::NAME, lenet::Net::NAME]);
    program.build();
    // A verb may have verbs of its own.
    let flags = |verb: &clap::Command| {
        let all = [verb].into_iter().chain(verb.get_subcommands());
        let flags = all.flat_map(|verb| verb.get_arguments().filter_map(clap::Arg::get_long));
        flags.map(|flag| format!("--{flag}")).collect()
    };
    program.get_subcommands().map(|verb| (verb.get_name().to_owned(), flags(verb))).collect()
}

/// What a source says to people: its strings of several words and, since help is made of them, its
/// doc comments; not those of its tests. Lines that go on do so.
fn texts(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut texts = Vec::new();
    let mut help = String::new();
    let mut words = String::new();
    for line in code.lines() {
        match line.trim_start().strip_prefix("///") {
            Some(line) => help += line,
            None if line.trim_start().starts_with("//") => {}
            None => {
                texts.push(std::mem::take(&mut help));
                words += line;
                words.push('\n');
            }
        }
    }
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A quotation mark alone is no beginning.
            '\'' if chars.peek() == Some(&'"') => drop(chars.next()),
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next().filter(|&c| c != '"') {
                    match c {
                        '\\' => match chars.next() {
                            Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                            Some('n') => text.push('\n'),
                            other => text.extend(other),
                        },
                        c => text.push(c),
                    }
                }
                texts.push(text);
            }
            _ => {}
        }
    }
    // One word alone is what is told to another program.
    texts.retain(|text| text.trim().contains(' '));
    texts
}

/// The flags in a piece of text.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2)
}

/// What is to be typed: between backticks, and lines that begin with the program's name.
fn typed(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with("cpfo "));
    // What an example is for stands after two spaces.
    let lines = lines.map(|line| line.split("  ").next().unwrap_or_default());
    lines.chain(text.split('`').skip(1).step_by(2))
}

#[test]
fn every_flag_that_is_named_is_one() {
    let verbs = verbs();
    let all: BTreeSet<_> = verbs.values().flatten().map(String::as_str).chain(FOREIGN).collect();
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("../harness/src");
    let (mut named, mut of_a_verb) = (BTreeSet::new(), 0);
    for path in sources(&harness) {
        for text in texts(&fs::read_to_string(&path).unwrap()) {
            for flag in flags(&text) {
                assert!(all.contains(flag), "{}: there is no {flag}: {text}", path.display());
                named.insert(flag.to_owned());
            }
            for call in typed(&text) {
                let call = call.strip_prefix("cpfo ").unwrap_or(call);
                let verb = call.split(' ').next().unwrap_or_default();
                let Some(known) = verbs.get(verb) else { continue };
                for flag in flags(call) {
                    assert!(known.contains(flag), "{}: {verb} has no {flag}", path.display());
                    of_a_verb += 1;
                }
            }
        }
    }
    // That it looks at all: so many there were when it was written, and a few less.
    assert!(named.len() >= 40 && of_a_verb >= 25, "{}, {of_a_verb}: {named:?}", named.len());
}

#[test]
fn a_text_is_found_whole() {
    let source = "/// Help with --one\n/// and more.\nlet c = '\"';\nsay(\"go \\\n     on with \
                  `train --two`\\n\", \"--arg\");\n#[cfg(test)]\nmod tests { \"a --b\" }";
    let texts = texts(source);
    assert!(texts.contains(&" Help with --one and more.".to_owned()), "{texts:?}");
    assert!(texts.contains(&"go on with `train --two`\n".to_owned()), "{texts:?}");
    let found: Vec<_> = texts.iter().flat_map(|text| flags(text)).collect();
    assert_eq!(&found[..2], ["--one", "--two"]);
    assert_eq!(typed(&texts[1]).collect::<Vec<_>>(), ["train --two"]);
}
