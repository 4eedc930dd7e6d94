//! `cpfo export`: what a firmware is given is the model, to the bit.

use std::process::Command;

use cpfo::format;
use cpfo::shape::Zero as _;
use cpfo_harness::model;
use cpfo_harness::nets::digits;

use crate::scratch::Scratch;

const CARGO: &str = "\
[package]
name = \"firmware\"
version = \"0.1.0\"
edition = \"2024\"
[dependencies]
cpfo = { path = \"CORE\" }
[workspace]
";

const MAIN: &str = "\
cpfo::net! {
    pub mod digits: 8 x 8 x 1 {
        C1 = Convolution(8, 3 x 3, Relu);
        P2 = Pooling(Max, 2 x 2);
        F3 = FullyConnected(32, Relu);
        O4 = Output(10, SoftmaxCrossEntropy);
    }
}
static MODEL: digits::Parameters = include!(\"model.rs\");
fn main() {
    println!(\"{:08x}\", cpfo::format::checksum(&MODEL));
}
";

#[test]
fn a_firmware_includes_the_model_to_the_bit() {
    let here = Scratch::new("export");
    here.cpfo("train --epochs 1").done();
    here.write("src/main.rs", MAIN);
    here.cpfo("export --rust src/model.rs --bin model.cpfo").done();
    let file = here.path("cpfo-out/model.safetensors");
    let (parameters, _) = model::load::<digits::Net>(&file).unwrap();

    let mut read = digits::Parameters::ZERO;
    assert_eq!(format::parse(&here.read("model.cpfo"), &mut read), Ok(()));
    assert_eq!(read, *parameters);

    let core = concat!(env!("CARGO_MANIFEST_DIR"), "/../core");
    here.write("Cargo.toml", CARGO.replace("CORE", core));
    let run = Command::new(env!("CARGO"))
        .args(["run", "--quiet"])
        .env("CARGO_TARGET_DIR", here.path("target"))
        .current_dir(here.path("."))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let checksum = format!("{:08x}\n", format::checksum(&parameters));
    assert_eq!(String::from_utf8(run.stdout).unwrap(), checksum);
}

#[test]
fn a_format_has_to_be_named() {
    let here = Scratch::new("export_nothing");
    here.cpfo("export").fails(2, &["--rust"]);
    here.cpfo("export --bin model.cpfo").fails(1, &["cpfo train"]);
}
