//! Core's floors: a file imports only from floors below its own, so that there is an order in which
//! the library can be read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cpfo_tests::tools::sources;

/// The floors, lowest first. Rooms on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["sealed"],
    &["math", "message", "pace", "rng", "shape", "topology"],
    &["activation", "budget", "compiler", "hold", "legal", "pixel"],
    &["choice", "loss"],
    &["layer"],
    &["chain"],
    &["stage"],
    &["net", "macros"],
    &["train", "format"],
    &["wire"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a source names as `crate::room`, outside comments and tests.
fn imports(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(|line| line.split("crate::").skip(1).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|room: &String| room.chars().next().is_some_and(char::is_lowercase))
        .collect()
}

#[test]
fn imports_only_climb_down() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let mut seen = BTreeSet::new();
    for path in sources(&core) {
        let inside = path.strip_prefix(&core).unwrap();
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        // lib.rs and parts.rs are prose and re-exports; the macros' paths are those of the code they write.
        if matches!(room, "lib" | "macros" | "parts") {
            continue;
        }
        let own = floor(room).unwrap_or_else(|| panic!("{room} stands on no floor"));
        seen.insert(room.to_string());
        for import in imports(&fs::read_to_string(&path).unwrap()) {
            let other = floor(&import).unwrap_or_else(|| panic!("{path:?} imports {import}"));
            assert!(
                other < own || import == room,
                "{} (floor {own}) imports {import} (floor {other})",
                inside.display()
            );
        }
    }
    let named: BTreeSet<String> = FLOORS
        .iter()
        .copied()
        .flatten()
        .map(|room| room.to_string())
        .filter(|r| r != "macros")
        .collect();
    assert_eq!(seen, named, "every room has a floor, every floor its rooms");
}

#[test]
fn the_test_sees_a_climb() {
    let source = "use crate::train::Batch; // crate::net\nfn f() -> crate::math::X {}\n#[cfg(test)] use crate::net;";
    assert_eq!(imports(source), ["math", "train"].map(String::from).into());
}
