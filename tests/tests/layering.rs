//! The floors of core and of the harness: a file imports only from floors below its own, so that there
//! is an order in which they can be read, and no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cpfo_tests::tools::sources;

/// Core's floors, lowest first. Rooms on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["sealed"],
    &["math", "message", "pace", "rng", "shape", "topology"],
    &["activation", "budget", "compiler", "hold", "legal", "pixel"],
    &["choice", "loss"],
    &["layer"],
    &["chain"],
    &["stage"],
    &["net", "macros"],
    &["scale"],
    &["train", "format", "replay"],
    &["session", "store"],
    &["wire"],
];

/// A folder below the project, the path of its module, and its floors, lowest first.
type Building = (&'static str, &'static [&'static str], &'static [&'static [&'static str]]);

/// All that has floors. A room of the harness has its own, where it has rooms that know each other.
const BUILDINGS: &[Building] = &[
    ("core/src", &[], FLOORS),
    (
        "harness/src",
        &[],
        &[
            &["base"],
            &["model"],
            &["data", "board"],
            &["learn", "plan"],
            &["show"],
            &["cli"],
            &["tune"],
            &["command"],
            &["dispatch"],
        ],
    ),
    (
        "harness/src/base",
        &["base"],
        &[&["bounds", "child", "file", "interrupt", "label"], &["terminal", "whole"], &["output"]],
    ),
    (
        "harness/src/model",
        &["model"],
        &[&["sealed", "snapshot", "torch_order"], &["file", "scale"], &["export", "training"]],
    ),
    (
        "harness/src/board",
        &["board"],
        &[&["figures", "link", "sweep"], &["device", "firmware"], &["emulator", "line"], &["home"]],
    ),
    (
        "harness/src/learn",
        &["learn"],
        &[
            &["confusion", "sums", "threads", "vectors"],
            &["passes"],
            &["evaluation", "units"],
            &["run"],
        ],
    ),
    (
        "harness/src/show",
        &["show"],
        &[&["plot", "table"], &["samples"], &["evaluation", "sheet"], &["report"]],
    ),
];

/// What is not looked at: prose and re-exports, the two lines of the program, and macros, whose paths
/// are those of the code they write.
const NO_ROOMS: [&str; 5] = ["lib", "main", "mod", "macros", "parts"];

/// The paths that a source names, from the crate's root on, outside comments and tests. The source is
/// that of the module `own`.
fn paths(source: &str, own: &[&str]) -> BTreeSet<Vec<String>> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code: String = lines.collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        expand(&code[place + "crate::".len()..], Vec::new(), &mut found);
    }
    for (place, _) in code.match_indices("super::") {
        // The second of two in a row is looked at with the first.
        if !code[..place].ends_with("super::") {
            let own = own.iter().map(ToString::to_string).collect();
            expand(&code[place..], own, &mut found);
        }
    }
    found
}

/// Adds the paths that begin here, `a::{b, c::D}` as two, and gives what comes after them.
fn expand<'a>(text: &'a str, mut path: Vec<String>, found: &mut BTreeSet<Vec<String>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = expand(rest, path.clone(), found).trim_start();
            let Some(more) = rest.strip_prefix(',') else {
                return rest.strip_prefix('}').unwrap_or(rest);
            };
            rest = more;
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    match name {
        "super" => drop(path.pop()),
        "" | "self" => {}
        name => path.push(name.to_owned()),
    }
    match rest.strip_prefix("::") {
        Some(rest) => expand(rest, path, found),
        None => {
            found.insert(path);
            // `use a::b as c` ends like `use a::b`.
            &rest[rest.find([',', '}', ';']).unwrap_or(rest.len())..]
        }
    }
}

/// The names that the file of a module hands on, each with the room that it is from.
fn handed_on(source: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (place, start) in source.match_indices("pub use ") {
        let mut found = BTreeSet::new();
        expand(&source[place + start.len()..], Vec::new(), &mut found);
        for path in found {
            if let [room, .., name] = &path[..] {
                all.insert(name.clone(), room.clone());
            }
        }
    }
    all
}

/// What is imported against the order of the floors: a file, its floor, the room and that one's floor.
fn climbs(&(folder, module, floors): &Building) -> Vec<String> {
    let floor = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let name = if module.is_empty() { "lib.rs" } else { "mod.rs" };
    let handed_on = handed_on(&fs::read_to_string(root.join(name)).unwrap());
    let (mut seen, mut climbs) = (BTreeSet::new(), Vec::new());
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).unwrap().with_extension("");
        let parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
        let room = parts[0];
        if NO_ROOMS.contains(&room) {
            continue;
        }
        let own = floor(room).unwrap_or_else(|| panic!("{folder}: {room} stands on no floor"));
        seen.insert(room.to_owned());
        let whole = [module, &parts[..]].concat();
        let whole = whole.strip_suffix(&["mod"]).unwrap_or(&whole);
        for import in paths(&fs::read_to_string(&path).unwrap(), whole) {
            let is_here = import.iter().zip(module).all(|(a, b)| a == b);
            let Some(name) = import.get(module.len()).filter(|_| is_here) else { continue };
            let other = handed_on.get(name).unwrap_or(name);
            let to = match floor(other) {
                Some(to) => to,
                // A type or a macro of the module itself.
                None if other.contains(char::is_uppercase) => continue,
                None => panic!("{folder}/{} imports {other}", inside.display()),
            };
            if to >= own && other != room {
                climbs.push(format!(
                    "{folder}/{} (floor {own}) imports {other} (floor {to})",
                    inside.display()
                ));
            }
        }
    }
    let rooms = floors.iter().copied().flatten().map(ToString::to_string);
    let named: BTreeSet<String> = rooms.filter(|room| !NO_ROOMS.contains(&&**room)).collect();
    assert_eq!(seen, named, "{folder}: every room has a floor, every floor its rooms");
    climbs
}

#[test]
fn imports_only_climb_down() {
    let climbs: Vec<_> = BUILDINGS.iter().flat_map(climbs).collect();
    assert!(climbs.is_empty(), "{}", climbs.join("\n"));
}

#[test]
fn the_test_sees_a_climb() {
    let source = "use crate::train::{Batch, limit::{self, A as B}, c}; // crate::net
        fn f() -> crate::math::X {} use super::super::above::Y;
        use super::{beside, Z};\n#[cfg(test)] use crate::net;";
    let found: Vec<_> =
        paths(source, &["a", "b", "c"]).into_iter().map(|path| path.join("::")).collect();
    let expected = [
        "a::above::Y",
        "a::b::Z",
        "a::b::beside",
        "math::X",
        "train::Batch",
        "train::c",
        "train::limit",
        "train::limit::A",
    ];
    assert_eq!(found, expected);
    assert_eq!(handed_on("pub use run::{A, b};")["A"], "run");
    // Upside down, all that is imported climbs.
    assert!(
        !climbs(&(
            "harness/src/base",
            &["base"],
            &[
                &["output"],
                &["terminal", "whole"],
                &["bounds", "child", "file", "interrupt", "label"],
            ]
        ))
        .is_empty()
    );
}
