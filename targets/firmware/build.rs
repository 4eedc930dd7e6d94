//! Takes in a model, if the build is given one: `CPFO_MODEL` is the path of a file in the device format,
//! as `cpfo build` and `cpfo export --bin` write it.
//!
//! Where a part of it stays in flash, `CPFO_TRAINS` is what trains, as a type of `cpfo::choice`, and
//! `CPFO_FROZEN` the path of the same model as a Rust expression, as `cpfo export --rust` writes it.

use std::env::{var, var_os};
use std::path::PathBuf;

fn main() {
    for name in ["CPFO_MODEL", "CPFO_TRAINS", "CPFO_FROZEN"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let out = PathBuf::from(var_os("OUT_DIR").expect("cargo sets it"));
    let write = |name: &str, text: &str| {
        let path = out.join(name);
        std::fs::write(&path, text).expect("cargo's own folder takes a file");
        path
    };
    let model = var("CPFO_MODEL").map_or_else(|_| write("no-model", ""), PathBuf::from);
    println!("cargo::rerun-if-changed={}", model.display());
    println!("cargo::rustc-env=CPFO_MODEL_FILE={}", model.display());

    println!("cargo::rustc-check-cfg=cfg(cpfo_frozen)");
    if let Ok(frozen) = var("CPFO_FROZEN") {
        println!("cargo::rustc-cfg=cpfo_frozen");
        println!("cargo::rerun-if-changed={frozen}");
    }
    let trains = var("CPFO_TRAINS").unwrap_or_else(|_| "cpfo::choice::All".into());
    let choice =
        format!("/// What trains where the firmware serves a net.\npub type Trains = {trains};\n");
    write("trains.rs", &choice);
}
