//! PyTorch itself, asked again: it writes the same goldens, rounds as our bound says, reads our models,
//! and writes models that we read. The Python that has it is named by `CPFO_PYTHON`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::Inference;
use cpfo_harness::data::Dataset;
use cpfo_harness::model::{self, Metadata};
use cpfo_harness::nets::digits;
use cpfo_tests::golden::{folder, image};
use cpfo_tests::rounding::{self, UNIT, agree_above};
use cpfo_tests::tools::trial;
use libtest_mimic::{Arguments, Failed};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        trial("the_goldens_are_what_it_says_today", lacks(), goldens),
        trial("its_own_rounding_argues_our_bound", lacks(), rounds),
        trial("it_reads_our_models", lacks(), reads),
        trial("we_read_its_models", lacks(), writes),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn python() -> String {
    std::env::var("CPFO_PYTHON").unwrap_or_else(|_| "python3".into())
}

fn lacks() -> Option<String> {
    let asked = Command::new(python()).args(["-c", "import torch, numpy, safetensors"]).output();
    (!asked.is_ok_and(|said| said.status.success())).then(|| {
        "PyTorch is not installed (pip install -r tests/pytorch/requirements.txt; CPFO_PYTHON names the Python that has it)".into()
    })
}

/// Runs a script; returns what it prints.
fn script(name: &str, arguments: &[&Path]) -> Result<String, Failed> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("pytorch");
    let said = Command::new(python()).arg(scripts.join(name)).args(arguments).output()?;
    match said.status.success() {
        true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
        false => Err(format!("{name}: {}", String::from_utf8_lossy(&said.stderr)).into()),
    }
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn goldens() -> Result<(), Failed> {
    let again = scratch("goldens");
    std::fs::create_dir_all(&again)?;
    script("golden.py", &[Path::new("--out"), &again])?;
    let mut compared = 0;
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            let name = path.file_name().unwrap_or_default();
            if std::fs::read(&path)? != std::fs::read(again.join(name))? {
                return Err(format!("{} has other bytes today", path.display()).into());
            }
            compared += 1;
        }
    }
    if compared == 0 { Err("there are no goldens".into()) } else { Ok(()) }
}

/// In 32 bits it is itself so far from 64 that our bound is neither tight nor slack.
fn rounds() -> Result<(), Failed> {
    let said = script("rounding.py", &[])?;
    let worst: f64 = said.lines().last().unwrap_or_default().parse()?;
    match (0.25..=1.0).contains(&(worst / rounding::SHARE)) {
        true => Ok(()),
        false => {
            Err(format!("off by {worst:e} at most, we may be by {:e}", rounding::SHARE).into())
        }
    }
}

/// The first 16 images through a model, by us and by PyTorch, both in 32 bits.
fn same_outputs(model_path: &Path, outputs: &Path) -> Result<(), Failed> {
    let (parameters, _) = model::load::<digits::Net>(model_path)?;
    let digits = Dataset::digits();
    let theirs: Vec<Vec<f64>> = serde_json::from_slice(&std::fs::read(outputs)?)?;
    let mut inference = Inference::<digits::Net>::ZERO;
    if theirs.len() != 16 {
        return Err("PyTorch gave other than 16 outputs".into());
    }
    for (n, theirs) in theirs.iter().enumerate() {
        let image = image::<digits::Net>(digits.image(n));
        let ours = inference.outputs(&parameters, &image)?;
        agree_above(format_args!("image {n}"), ours, theirs, UNIT);
    }
    Ok(())
}

fn reads() -> Result<(), Failed> {
    let (path, outputs) = (scratch("ours.safetensors"), scratch("ours.json"));
    let mut parameters = digits::Parameters::ZERO;
    parameters.initialize(&mut Rng::new(1));
    // Biases that are not 0 show whether they arrive.
    parameters.layers_mut().layer.bias.flat_mut().iter_mut().for_each(|b| *b = 0.1);
    model::save::<digits::Net>(&path, &parameters, &Metadata::new())?;
    script("load_model.py", &[&path, Path::new("--outputs"), &outputs])?;
    same_outputs(&path, &outputs)
}

fn writes() -> Result<(), Failed> {
    let (path, outputs) = (scratch("theirs.safetensors"), scratch("theirs.json"));
    script("load_model.py", &[&path, Path::new("--write"), Path::new("--epochs"), Path::new("1")])?;
    script("load_model.py", &[&path, Path::new("--outputs"), &outputs])?;
    same_outputs(&path, &outputs)
}
