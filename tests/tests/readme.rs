//! The instructions and bytes that the README quotes are those that are committed.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// A number with its thousands apart, as a reader likes it.
fn spaced(number: &str) -> String {
    let digits = number.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = digits.map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// All numbers of a line.
fn numbers(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(spaced).collect()
}

#[test]
fn the_readme_quotes_the_committed_instructions() {
    let readme = read("README.md");
    for board in ["m0", "m3", "m4"] {
        let figures = read(&format!("targets/boards/qemu-{board}/figures.out"));
        // Forward, and a step in one go, of one net after the other.
        let passes = figures.lines().filter(|line| {
            let pass = line.split_once(": ").map_or("", |(_, pass)| pass);
            let count = pass.strip_prefix("forward ").or_else(|| pass.strip_prefix("step "));
            count.is_some_and(|count| count.starts_with(|c: char| c.is_ascii_digit()))
        });
        let counts: Vec<_> = passes.map(|line| numbers(line)[0].clone()).collect();
        assert!(counts.len() >= 2, "{board} has a forward pass and a step");
        let row = format!("| {}", counts.join(" | "));
        assert!(readme.contains(&row), "the README has no row `{row}` for {board}");
    }
}

#[test]
fn the_readme_quotes_the_committed_slices() {
    let readme = read("README.md");
    let figures = read("targets/boards/qemu-m4/slices.out");
    for (net, name) in [("A", "digits"), ("B", "lenet")] {
        let of_net = figures.lines().filter(|line| line.starts_with(name));
        let slices = of_net.filter(|line| line.contains(" slices of ")).map(numbers);
        // How many, of what budget, the longest, all.
        let cells = slices.map(|n| format!("{} | {} | {}", n[0], n[2], n[3]));
        let row = format!("| net {net} | {} |", cells.collect::<Vec<_>>().join(" | "));
        assert!(readme.contains(&row), "the README has no row `{row}`");
    }
}

#[test]
fn the_readme_quotes_the_committed_cycles() {
    let readme = read("README.md");
    let cycles = read("targets/boards/qemu-m4/cycles.out");
    // The build as it is, then that for cycles.
    let counts: Vec<_> = cycles
        .lines()
        .filter(|line| line.contains(": forward ") || line.contains(": step "))
        .filter(|line| !line.contains("bytes"))
        .map(|line| numbers(line)[1].clone())
        .collect();
    assert_eq!(counts.len(), 8, "two passes of two nets in two builds");
    for build in counts.chunks(4) {
        let row = format!("| {}", build.join(" | "));
        assert!(readme.contains(&row), "the README has no row `{row}`");
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

#[test]
fn the_readme_quotes_the_committed_bounds() {
    let readme = read("README.md").replace("**", "");
    let bounds = read("targets/boards/qemu-m4/bounds.out");
    let told = ["typical", "fresh", "at worst"];
    let rows = bounds.lines().filter(|line| told.iter().any(|kind| line.contains(kind)));
    let rows: Vec<_> = rows.map(|line| format!("| {} |", numbers(line).join(" | "))).collect();
    assert_eq!(rows.len(), 2 * told.len());
    for row in rows {
        assert!(readme.contains(&row), "the README has no row `{row}`");
    }
}

#[test]
fn the_readme_quotes_the_committed_sessions() {
    let readme = read("README.md");
    let sessions: Value = serde_json::from_str(&read("tests/sessions.json")).unwrap();
    let mean = |shares: &Value| {
        let shares: Vec<_> =
            shares.as_array().unwrap().iter().map(|s| s.as_f64().unwrap()).collect();
        100.0 * shares.iter().sum::<f64>() / shares.len() as f64
    };
    let all = sessions["rows"].as_array().unwrap();
    for (named, train, replayed, of_classes) in [
        ("all, 50", "all", 50, false),
        ("all, none", "all", 0, false),
        ("convolution + output, 50", "conv+output", 50, false),
        ("output, 50", "output", 50, false),
        ("biases, 50", "biases", 50, false),
        ("all, 50: classes 8 and 9 for a net that knew 0 to 7", "all", 50, true),
    ] {
        let cells = [1, 2, 5, 10, 20].map(|samples| {
            let rows: Vec<_> = all
                .iter()
                .filter(|row| row["train"] == train && row["replayed"] == replayed)
                .filter(|row| row["samples_a_class"] == samples)
                .filter(|row| (row["task"] == "classes") == of_classes)
                .collect();
            assert_eq!(rows.len(), if of_classes { 1 } else { 6 });
            let [new, old] = ["new", "old"].map(|side| {
                rows.iter().map(|row| mean(&row[side])).sum::<f64>() / rows.len() as f64
            });
            format!("{new:.1} / {old:.1}")
        });
        let row = format!("| {named} | {} |", cells.join(" | "));
        assert!(readme.contains(&row), "the README has no row `{row}`");
    }
}
