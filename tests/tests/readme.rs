//! The instructions and bytes that the README quotes are those that are committed.

use std::fs;
use std::path::Path;

/// A number with its thousands apart, as a reader likes it.
fn spaced(number: &str) -> String {
    let digits = number.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = digits.map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

#[test]
fn the_readme_quotes_the_committed_instructions() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(project.join("README.md")).unwrap();
    for board in ["m0", "m3", "m4"] {
        let file = project.join(format!("targets/boards/qemu-{board}/figures.out"));
        let figures = fs::read_to_string(file).unwrap();
        let counts: Vec<_> = figures
            .lines()
            .filter_map(|line| line.split_once(" instructions")?.0.rsplit(' ').next())
            .map(spaced)
            .collect();
        assert!(counts.len() >= 2, "{board} has a forward pass and a step");
        let row = format!("| {}", counts.join(" | "));
        assert!(readme.contains(&row), "the README has no row `{row}` for {board}");
    }
}

#[test]
fn the_readme_quotes_the_committed_code_size() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(project.join("README.md")).unwrap();
    let sizes = fs::read_to_string(project.join("targets/proof/training.size")).unwrap();
    assert_eq!(sizes.lines().count(), 2, "a profile a line");
    for line in sizes.lines() {
        let numbers =
            line.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok());
        let bytes = spaced(&numbers.sum::<u32>().to_string());
        assert!(readme.contains(&bytes), "the README does not say {bytes}: {line}");
    }
}
