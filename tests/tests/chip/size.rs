//! What programs take of a chip's memory, by the sections of the linked file.

use std::path::PathBuf;

use cpfo_harness::board::emulator::Board;
use libtest_mimic::Failed;
use object::{Object as _, ObjectSection as _, SectionKind};

use crate::reference;
use crate::tools::{cargo_for_figures, compare, package};

/// Bytes in the sections of a linked file.
#[derive(Default)]
struct Sections {
    text: u64,
    rodata: u64,
    data: u64,
    bss: u64,
}

fn sections(file: PathBuf) -> Result<Sections, Failed> {
    let data = std::fs::read(file)?;
    let mut sections = Sections::default();
    for section in object::File::parse(&*data)?.sections() {
        match section.kind() {
            SectionKind::Text => sections.text += section.size(),
            // Merged with texts they are of the second kind.
            SectionKind::ReadOnlyData | SectionKind::ReadOnlyString => {
                sections.rodata += section.size();
            }
            SectionKind::Data => sections.data += section.size(),
            SectionKind::UninitializedData => sections.bss += section.size(),
            _ => {}
        }
    }
    Ok(sections)
}

fn built(target: &str, profile: &str, program: &str) -> PathBuf {
    reference::targets().join("target").join(target).join(profile).join(program)
}

/// Of the program `figures` of a board.
pub(crate) fn figures(board: Board) -> Result<(), Failed> {
    let package = package(board);
    let of = |program: &str| {
        let program = format!("{package}-{program}");
        let build = ["build", "--release", "--quiet", "-p", &package, "--bin", &program];
        cargo_for_figures(&[&build[..], &["--target", board.target()]].concat())?;
        sections(built(board.target(), "release", &program))
    };
    // A net in a static begins as zeros: other values would take as much flash as it takes RAM.
    let served = of("serve")?.data;
    if served > 0 {
        return Err(format!("{served} bytes of initial values where a net is served").into());
    }
    let Sections { text, rodata, data, bss } = of("figures")?;
    let found = format!("text {text}\nrodata {rodata}\ndata {data}\nbss {bss}\n");
    compare(&format!("boards/{package}/figures.size"), &found)
}

/// Profiles that the firmware may be built by, and how many bytes the training of net A may take.
const TRAINING: [(&str, u64); 2] = [("release", 12 << 10), ("small", 6 << 10)];

/// Code and constants of training net A, without weights.
pub(crate) fn training(target: &str) -> Result<(), Failed> {
    let mut found = String::new();
    let mut too_large = String::new();
    for (profile, limit) in TRAINING {
        let program = "cpfo-training";
        let build = ["build", "--quiet", "-p", "cpfo-proof", "--bin", program];
        cargo_for_figures(&[&build[..], &["--profile", profile, "--target", target]].concat())?;
        let Sections { text, rodata, .. } = sections(built(target, profile, program))?;
        found += &format!("{profile}: text {text}, rodata {rodata}\n");
        if text + rodata > limit {
            too_large += &format!("{profile}: {} bytes, the limit is {limit}\n", text + rodata);
        }
    }
    compare("proof/training.size", &found)?;
    if too_large.is_empty() { Ok(()) } else { Err(too_large.into()) }
}
