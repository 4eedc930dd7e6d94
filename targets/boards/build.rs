//! The build script of every board: makes `memory.x` the only place that knows the chip's memory.
//!
//! The linker reads it, and so does this script: each line such as `RAM : ORIGIN = 0x20000000, LENGTH =
//! 16K` becomes `RAM_ORIGIN` and `RAM_BYTES`, decimal, for the crate's own `env!`.

use std::env::var;
use std::fs::read_to_string;

fn main() {
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed=../build.rs");

    let script =
        read_to_string("memory.x").expect("each board has a memory.x beside its Cargo.toml");
    for (name, origin, length) in script.lines().filter_map(region) {
        println!("cargo::rustc-env={name}_ORIGIN={origin}");
        println!("cargo::rustc-env={name}_BYTES={length}");
    }

    println!("cargo::rustc-link-search={}", var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    // Regions need not begin on the 64 KB pages that the linker assumes.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    if var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("riscv32") {
        // riscv-rt's script does not include it by itself.
        println!("cargo::rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    if var("CARGO_FEATURE_DEFMT").is_ok() {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
}

/// Name, origin and length of a line that declares a memory region.
fn region(line: &str) -> Option<(&str, u64, u64)> {
    let (name, rest) = line.split_once(':')?;
    let (origin, length) = rest.split_once(',')?;
    let origin = origin.split_once("ORIGIN =")?.1.trim();
    let length = length.split_once("LENGTH =")?.1.trim();
    Some((name.trim(), number(origin)?, number(length)?))
}

/// A number as the linker writes it: decimal or 0x, with K or M behind.
fn number(text: &str) -> Option<u64> {
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return u64::from_str_radix(hexadecimal, 16).ok();
    }
    if let Some(kilobytes) = text.strip_suffix('K') {
        return Some(kilobytes.parse::<u64>().ok()? * 1024);
    }
    if let Some(megabytes) = text.strip_suffix('M') {
        return Some(megabytes.parse::<u64>().ok()? * 1024 * 1024);
    }
    text.parse().ok()
}
