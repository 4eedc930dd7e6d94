//! `cpfo export`: a model for a chip.

use std::process::ExitCode;

use cpfo::Net;

use crate::cli::ExportFlags;
use crate::export::{device, rust};
use crate::label;
use crate::model::{self, write_whole};
use crate::terminal::say;

/// Writes a model in the formats that are asked for.
pub fn run<N: Net>(flags: &ExportFlags) -> anyhow::Result<ExitCode> {
    let (parameters, _) = model::load::<N>(&flags.model)?;
    if let Some(path) = &flags.rust {
        write_whole(path, rust::expression::<N>(&parameters).as_bytes())?;
        let (path, name) = (label::path(&path), N::NAME);
        say!("{path}: static MODEL: {name}::Parameters = include!(\"{path}\");")?;
    }
    if let Some(path) = &flags.bin {
        let bytes = device::bytes::<N>(&parameters);
        write_whole(path, &bytes)?;
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
