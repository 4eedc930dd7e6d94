//! Every program on three boards, by the profiles that nobody measures: `dev`, as a plain `cargo build`
//! has it, and `small`. What is right only as long as the compiler inlines it goes wrong here.

use std::path::Path;

use cpfo_harness::board::emulator::Board;
use cpfo_tests::tools::trial;
use libtest_mimic::{Failed, Trial};

use crate::conversation::converse;
use crate::tools::{BITS, cargo, lacks, package, targets};

const PROFILES: [&str; 2] = ["dev", "small"];

/// The smallest, the one that most figures are of, and the one with another instruction set. The others
/// are one of these three cores again, with another memory map.
const BOARDS: [Board; 3] = [Board::M0, Board::M4, Board::Rv32];

pub(crate) fn trials() -> Vec<Trial> {
    let pairs = BOARDS.into_iter().flat_map(|board| PROFILES.map(|profile| (board, profile)));
    pairs
        .map(|(board, profile)| {
            let name = format!("profiles::{board}_{profile}");
            trial(name, lacks(board), move || every_program(board, profile))
        })
        .collect()
}

fn every_program(board: Board, profile: &str) -> Result<(), Failed> {
    for (binary, program) in programs(board)? {
        let mut command = by_profile(board, profile)?;
        command.extend(["--quiet".into(), "--bin".into(), binary.clone()]);
        let feature = match program.as_str() {
            "heap" => Some("alloc"),
            "keep" | "keep_small" => Some("store"),
            _ => None,
        };
        command.extend(feature.into_iter().flat_map(|name| ["--features".into(), name.into()]));
        let mut command: Vec<_> = command.iter().map(String::as_str).collect();
        // The server with a larger net is linked, for nobody here converses with it. So is the store where
        // two kilobytes of stack are too few for frames that nobody optimized.
        let is_linked = match program.as_str() {
            "serve_lenet" => true,
            "keep_small" => profile == "dev",
            _ => false,
        };
        if is_linked {
            command[0] = "build";
        }
        let ran = match program.as_str() {
            "serve" | "serve_bytes" | "serve_interrupt" | "serve_tasks" => {
                converse(&command).and_then(|errors| told(errors == 0, errors))
            }
            // A fine-tuning takes some 30,000 bytes, and one in a thousand is lost.
            "erring" => converse(&command).and_then(|errors| told(errors > 10, errors)),
            _ if is_linked => cargo(&command, &[]).map(drop),
            _ => cargo(&command, &[]).and_then(|said| as_committed(board, &program, &said)),
        };
        match (program.as_str(), ran) {
            ("overflow", Err(failed)) if format!("{failed:?}").contains("stack overflow") => {}
            ("overflow", other) => return Err(format!("it went unseen: {other:?}").into()),
            (_, ran) => ran.map_err(|failed| format!("{binary}, by {profile}: {failed:?}"))?,
        }
    }
    Ok(())
}

fn told(expected: bool, errors: u32) -> Result<(), Failed> {
    if expected { Ok(()) } else { Err(format!("{errors} errors of the line were told").into()) }
}

/// The board's binaries, each with the program in `programs/` that it is.
fn programs(board: Board) -> Result<Vec<(String, String)>, Failed> {
    let manifest = targets().join(format!("boards/{}/Cargo.toml", package(board)));
    let manifest = std::fs::read_to_string(manifest)?;
    let value = |line: &str, key: &str| {
        let (_, text) = line.split_once(&format!("{key} = \""))?;
        Some(text.trim_end_matches('"').to_owned())
    };
    let binaries = manifest.split("[[bin]]").skip(1).map(|binary| {
        let name = binary.lines().find_map(|line| value(line, "name"))?;
        let path = binary.lines().find_map(|line| value(line, "path"))?;
        Some((name, Path::new(&path).file_stem()?.to_str()?.to_owned()))
    });
    binaries.map(|binary| binary.ok_or_else(|| "a binary without name or path".into())).collect()
}

/// The words of `cargo m4`, with another profile in place of `--release`.
fn by_profile(board: Board, profile: &str) -> Result<Vec<String>, Failed> {
    let config = std::fs::read_to_string(targets().join(".cargo/config.toml"))?;
    let alias = config.lines().find_map(|line| line.strip_prefix(&format!("{board} = ")));
    // A list of strings is written in JSON as in TOML.
    let words: Vec<String> = serde_json::from_str(alias.ok_or("no such alias")?)?;
    let profiled = words.into_iter().map(|word| match word.as_str() {
        "--release" => format!("--profile={profile}"),
        _ => word,
    });
    Ok(profiled.collect())
}

/// What a program says must be what it says by `release`, but for the figures; bits are the same.
fn as_committed(board: Board, program: &str, said: &str) -> Result<(), Failed> {
    let committed = match program {
        "greet" => {
            return match said.contains("flash keeps what it is given") {
                true => Ok(()),
                false => Err(said.into()),
            };
        }
        "bits" | "bits_small" => BITS.to_owned(),
        "figures" | "figures_small" => format!("boards/{}/figures.out", package(board)),
        "keep_small" => format!("boards/{}/keep.out", package(board)),
        "slices" | "bounds" | "keep" => format!("boards/{}/{program}.out", package(board)),
        "heap" | "sweep" => format!("programs/{program}.out"),
        _ => return Err(format!("nobody knows what {program} has to say").into()),
    };
    let committed = std::fs::read_to_string(targets().join(committed))?;
    let same = match program {
        "bits" => committed == said,
        "bits_small" => committed.lines().next() == said.lines().next(),
        _ => words(&committed) == words(said),
    };
    if same {
        Ok(())
    } else {
        Err(format!("committed is\n{committed}\nbut it said\n{said}").into())
    }
}

/// A text without its figures.
fn words(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}
