//! The proof that nothing in core can panic (`targets/proof`) is about every public function: one
//! that is in none of its files is noticed here.
//!
//! Sources are read line by line, in the shape that rustfmt gives them. A function is found in the
//! proof by its path, `Type::name`, `Trait::name` or `module::name`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cpfo_tests::tools::sources;

/// For the compiler: called at run time it asks for a panic.
const FOR_THE_COMPILER: [&str; 2] = ["budget::assert_fits", "legal"];

/// Kernels, and the traits between them: what a net's passes are made of. Their sizes are types that
/// only a net puts together, so they are proved by the passes of every net in the proof.
const WITHIN_A_PASS: [&str; 17] = [
    "Input",
    "Layer",
    "Learn",
    "Pair",
    "Place",
    "Reduce",
    "Rule",
    "Sink",
    "Slopes",
    "Slot",
    "Stage",
    "StripSink",
    "Tiles",
    "learn::is_ordered",
    "learn::learns",
    "reduce::all_maps",
    "reduce::all_strips",
];

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The name after `fn`.
fn function(line: &str) -> Option<&str> {
    let words = line.strip_prefix("pub ").unwrap_or(line);
    let words = words.strip_prefix("const ").unwrap_or(words).strip_prefix("fn ")?;
    words.split(['(', '<']).next()
}

/// The text without what stands in angle brackets.
fn plain(text: &str) -> String {
    let mut depth = 0;
    let mut previous = ' ';
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '<' => depth += 1,
            // An arrow is no bracket.
            '>' if previous != '-' && previous != '=' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
        previous = letter;
    }
    plain
}

/// The last name of a path.
fn last(path: &str) -> &str {
    path.trim().rsplit("::").next().unwrap_or(path).trim_matches([' ', '{', ':'])
}

/// Whose functions stand in a block that begins so: a type, or a trait; and whether all of them are
/// public.
fn owner(head: &str) -> Option<(String, bool)> {
    if let Some(declared) = head.strip_prefix("pub trait ") {
        let name = declared.split([':', '<', ' ', '{']).next()?;
        return Some((name.to_owned(), true));
    }
    let implemented = plain(head.strip_prefix("impl")?);
    let implemented = implemented.split(" where").next()?;
    match implemented.split_once(" for ") {
        // The functions of a trait are those of its declaration.
        Some(_) => None,
        None => Some((last(implemented).to_owned(), false)),
    }
}

/// The public functions of a file, in `module`.
fn public(text: &str, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut head = String::new();
    let mut within = None;
    for line in text.lines().take_while(|line| *line != "#[cfg(test)]" && *line != "mod tests {") {
        let inner = line.strip_prefix("    ").filter(|inner| !inner.starts_with([' ', '}']));
        if let (Some(inner), Some((owner, all))) = (inner, &within) {
            let name = function(inner).filter(|_| *all || inner.starts_with("pub "));
            found.extend(name.map(|name| format!("{owner}::{name}")));
        }
        if line == "}" {
            within = None;
        } else if line.starts_with("impl") || line.starts_with("pub trait ") || !head.is_empty() {
            head.push_str(line);
            if line.ends_with(['{', '}', ';']) {
                within = owner(&std::mem::take(&mut head)).filter(|_| line.ends_with('{'));
            } else {
                head.push(' ');
            }
        } else if line.starts_with("pub ") {
            found.extend(function(line).map(|name| format!("{module}::{name}")));
        }
    }
    // What the standard library calls.
    for line in text.lines().filter(|line| line.starts_with("impl")) {
        let line = plain(line);
        if let Some((foreign, of)) = line.split_once(" for ") {
            match last(&foreign["impl".len()..]) {
                "Display" => found.push(format!("reason of {}", last(of))),
                "Default" => found.push(format!("{}::default", last(of))),
                _ => {}
            }
        }
    }
    found
}

fn module(file: &Path) -> String {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let above = file.parent().and_then(|above| above.file_name()?.to_str()).expect("a folder");
    if stem == "mod" { above.to_owned() } else { stem.to_owned() }
}

/// The text without `::<…>`, and with `<A as Trait>` as `Trait`.
fn calls(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(start) = text.find(" as ") {
        let open = text[..start].rfind('<').expect("a path");
        let name: String = text[start + 4..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let close = start + 4 + name.len();
        assert!(text[close..].starts_with('>'), "`<Type as Trait>` with a plain name: {name}");
        text.replace_range(open..=close, &name);
    }
    plain(&text.replace("::<", "<"))
}

#[test]
fn every_public_function_is_in_the_proof() {
    let (mut proof, mut reasons) = (String::new(), String::new());
    for file in sources(&folder("targets/proof/src")) {
        let text = fs::read_to_string(&file).expect("a source");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        proof += &calls(&code);
        reasons += &code;
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let said = |item: &str| {
        if let Some(of) = item.strip_prefix("reason of ") {
            return ["", "format::"].iter().any(|at| {
                [">", "<"].iter().any(|end| reasons.contains(&format!("reason::<{at}{of}{end}")))
            });
        }
        let (owner, function) = item.split_once("::").expect("a path");
        proof.match_indices(&format!("::{function}")).any(|(at, called)| {
            let before = proof[..at].rsplit(|letter| !is_part(letter)).next().unwrap_or_default();
            let whole = !proof[at + called.len()..].starts_with(is_part);
            // A function of a private file is called by the path of who exports it.
            let private = |name: &str| name.starts_with(char::is_lowercase);
            whole && (before == owner || private(owner) && private(before))
        })
    };

    let (mut all, mut missing) = (BTreeSet::new(), Vec::new());
    let exceptions: Vec<&str> = FOR_THE_COMPILER.into_iter().chain(WITHIN_A_PASS).collect();
    for file in sources(&folder("core/src")) {
        let text = fs::read_to_string(&file).expect("a source");
        all.extend(public(&text, &module(&file)));
    }
    let mut excused: BTreeSet<&str> = BTreeSet::new();
    for item in &all {
        let exception = exceptions.iter().find(|exception| {
            item == *exception || item.split_once("::").is_some_and(|(of, _)| of == **exception)
        });
        excused.extend(exception.copied());
        if exception.is_none() && !said(item) {
            missing.push(item.as_str());
        }
    }
    assert!(all.len() > 90, "only {} functions were found in core", all.len());
    assert!(missing.is_empty(), "in no file of targets/proof/src: {missing:#?}");
    let idle: Vec<_> = exceptions.iter().filter(|name| !excused.contains(*name)).collect();
    assert!(idle.is_empty(), "exceptions for nothing: {idle:?}");
}
