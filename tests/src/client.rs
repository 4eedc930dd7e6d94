//! The client in Python, `tests/client.py`, written from the protocol's description: what it is given, and
//! what it must say of the device that it teaches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use cpfo::format;
use cpfo::net::{Image, Net as _};
use cpfo::rng::Rng;
use cpfo::scale::Scale;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Rates};
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;

const SAMPLES: usize = 40;
const RATE: f32 = 0.25;

/// Why it cannot be run here, if so.
pub fn lacks() -> Option<String> {
    let version = Command::new("python3").arg("--version").output();
    (!version.is_ok_and(|said| said.status.success())).then(|| "python3 is missing".into())
}

/// A lesson: its files in a folder, and what the desktop says of it by itself.
pub struct Lesson {
    folder: PathBuf,
    /// The bits of each loss, and the checksum at the end.
    said: String,
}

impl Lesson {
    /// Written into a folder.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut parameters = Box::new(Net::ZERO);
        parameters.initialize(&mut Rng::new(3));
        let mut model = Vec::new();
        // As `cpfo export --bin` writes it: with a scale, of which the client knows that a line has none.
        let _ = format::emit_scaled::<_, _, ()>(&parameters, &Scale::ZERO, |piece| {
            model.extend_from_slice(piece);
            Ok(())
        });
        fs::write(folder.join("model.cpfo"), model)?;

        let data = Dataset::digits();
        let (mut lines, mut said) = (String::new(), String::new());
        let (mut trainer, mut image) = (InPlace::<Net>::ZERO, Image::<Net>::ZERO);
        for n in 0..SAMPLES {
            let pixels: Vec<_> = data.image(n).iter().map(ToString::to_string).collect();
            lines += &format!("{},{}\n", data.label(n), pixels.join(","));
            image.flat_mut().copy_from_slice(data.image(n));
            let label = data.label(n).into();
            let loss = trainer.step(&mut parameters, &image, label, &Rates::new(RATE))?;
            said += &format!("{:08x}\n", loss.to_bits());
        }
        said += &format!("{:08x}\n", format::checksum(&parameters));
        fs::write(folder.join("samples.csv"), lines)?;
        Ok(Self { folder: folder.to_owned(), said })
    }

    /// Has the client teach the device at a socket.
    ///
    /// # Errors
    /// If it fails, or says something else than the desktop.
    pub fn teach(&self, place: &str) -> anyhow::Result<()> {
        let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client.py");
        let ended = Command::new("python3")
            .arg(client)
            .args([place, "model.cpfo", "samples.csv", &RATE.to_string()])
            .current_dir(&self.folder)
            .output()
            .context("python3")?;
        let errors = String::from_utf8_lossy(&ended.stderr);
        ensure!(ended.status.success(), "the client ended with {}: {errors}", ended.status);
        let said = String::from_utf8(ended.stdout)?;
        ensure!(said == self.said, "the client says {said}, the desktop {}", self.said);
        Ok(())
    }
}
