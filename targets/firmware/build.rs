//! Takes in a model, if the build is given one: `CPFO_MODEL` is the path of a file in the device format,
//! as `cpfo build` and `cpfo export --bin` write it.

use std::env::{var, var_os};
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=CPFO_MODEL");
    let model = match var("CPFO_MODEL") {
        Ok(path) => PathBuf::from(path),
        Err(_) => {
            let empty = PathBuf::from(var_os("OUT_DIR").expect("cargo sets it")).join("no-model");
            std::fs::write(&empty, []).expect("cargo's own folder takes a file");
            empty
        }
    };
    println!("cargo::rerun-if-changed={}", model.display());
    println!("cargo::rustc-env=CPFO_MODEL_FILE={}", model.display());
}
