//! `cpfo export`: a model for a chip.

use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;

use crate::base::terminal::say;
use crate::base::{label, whole};
use crate::cli::ExportFlags;
use crate::model::export::{device, rust};
use crate::model::{self, Scale};

/// Writes a model in the formats that are asked for.
pub fn run<N: Net>(flags: &ExportFlags) -> anyhow::Result<ExitCode> {
    let (parameters, about) = model::load::<N>(&flags.model)?;
    let scale =
        Scale::of_model::<N>(&about).with_context(|| label::path(&flags.model).to_string())?;
    if let Some(path) = &flags.rust {
        whole::write(path, rust::expression::<N>(&parameters, &scale).as_bytes())?;
        let (path, name) = (label::path(&path), N::NAME);
        say!("{path}: static MODEL: {name}::Parameters = include!(\"{path}\");")?;
    }
    if let Some(path) = &flags.bin {
        let bytes = device::scaled_bytes::<N>(&parameters, &scale);
        whole::write(path, &bytes)?;
        let fingerprint = cpfo::format::fingerprint::<N>();
        say!(
            "{}: {} bytes, net `{}` ({})",
            label::path(&path),
            bytes.len(),
            N::NAME,
            label::checksum(fingerprint)
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
