//! The build script of every board: makes `memory.x` the only place that knows the chip's memory.
//!
//! The linker reads it, and so does this script: each region such as `RAM : ORIGIN = 0x20000000, LENGTH =
//! 16K` becomes `RAM_ORIGIN` and `RAM_BYTES`, decimal, for the crate's own `env!`.

use std::env::var;
use std::fs::read_to_string;

// `cpfo build` reads it by the same: the two cannot part.
use cpfo_memory_map::{Region, regions};

fn main() {
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed=../build.rs");

    let script =
        read_to_string("memory.x").expect("each board has a memory.x beside its Cargo.toml");
    let found = regions(&script).expect("memory.x is understood");
    for Region { name, origin, length } in found {
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
