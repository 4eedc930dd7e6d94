//! `cpfo export`: a model for a chip.

use std::process::ExitCode;

use cpfo::Net;

use crate::base::terminal::say;
use crate::base::{label, whole};
use crate::cli::ExportFlags;
use crate::model;
use crate::model::export::{device, rust};

/// Writes a model in the formats that are asked for.
pub fn run<N: Net>(flags: &ExportFlags) -> anyhow::Result<ExitCode> {
    let (parameters, _) = model::load::<N>(&flags.model)?;
    if let Some(path) = &flags.rust {
        whole::write(path, rust::expression::<N>(&parameters).as_bytes())?;
        let (path, name) = (label::path(&path), N::NAME);
        say!("{path}: static MODEL: {name}::Parameters = include!(\"{path}\");")?;
    }
    if let Some(path) = &flags.bin {
        let bytes = device::bytes::<N>(&parameters);
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
