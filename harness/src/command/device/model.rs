//! `cpfo device pull` and `push`: models, fetched and brought.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use cpfo::format;
use cpfo::net::{Net, Parameters};
use serde_json::json;

use super::{Met, about};
use crate::base::label;
use crate::base::terminal::{self, note, say};
use crate::cli::{PullFlags, PushFlags};
use crate::model::{self, Metadata, Scale};

/// Fetches the model that it has now.
pub(super) fn pull<N: Net>(
    mut device: Met<N>,
    how: &PullFlags,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (about, _) = about::<N>(&how.about)?;
    let there = fetch(&mut device)?;
    save(&how.file, &there, &about)?;
    let sum = label::checksum(format::checksum(&there));
    if json {
        let file = how.file.to_string_lossy();
        terminal::json(&json!({ "file": file, "checksum": sum, "learned": device.learned() }))?;
    } else {
        say!(
            "{} holds the model of {}, which has learnt from {} samples ({sum})",
            label::path(&how.file),
            device.board,
            label::count(device.learned().into())
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives it another model, once the one that it has is kept.
pub(super) fn push<N: Net>(
    mut device: Met<N>,
    how: &PushFlags,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (parameters, said) = model::load::<N>(&how.file)?;
    if let Some(scale) = Scale::of(&said)? {
        device.set_scale(scale);
    }
    let kept = device.has_model;
    if kept {
        let before = fetch(&mut device)?;
        save(&how.keep, &before, &Metadata::new())?;
        let keep = label::path(&how.keep).to_string();
        note!(
            "{} has no room for two models: the one it has ({}, {} samples learnt) goes when the first byte comes. It \
             is kept in {keep}",
            device.board,
            label::checksum(format::checksum(&before)),
            label::count(device.learned().into()),
        );
        if !how.yes {
            ask()?;
        }
        device.deploy(&parameters).with_context(|| {
            format!(
                "{} has no whole model now, or still the one before: look with `device info`, then push {} again, or \
                 {keep} to go back",
                device.board,
                label::path(&how.file)
            )
        })?;
    } else {
        device.deploy(&parameters).context("the model does not get to the device")?;
    }
    let [there, here] = [device.checksum()?, format::checksum(&parameters)].map(label::checksum);
    ensure!(
        there == here,
        "the device has the checksum {there} now, the file {here}: push it again"
    );
    if json {
        let keep = kept.then(|| how.keep.to_string_lossy());
        terminal::json(&json!({ "checksum": there, "kept": keep }))?;
    } else {
        say!(
            "{} has {} now ({there}), and has learnt nothing yet",
            device.board,
            label::path(&how.file)
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fetch<N: Net>(device: &mut Met<N>) -> anyhow::Result<Box<Parameters<N>>> {
    let mut there = Box::new(N::ZERO);
    device.fetch(&mut there).context("the device's model cannot be fetched")?;
    Ok(there)
}

/// A model into a file whose folder may not be there yet.
fn save<N: Net>(file: &Path, parameters: &Parameters<N>, about: &Metadata) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", label::path(&folder)))?;
    }
    model::save::<N>(file, parameters, about)
}

/// Asks whoever sits there.
fn ask() -> anyhow::Result<()> {
    if !io::stdin().is_terminal() {
        bail!("nobody is there to be asked: say --yes if the model may be replaced");
    }
    note!("replace it? [y/N]");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    ensure!(matches!(answer.trim(), "y" | "Y" | "yes"), "nothing was changed");
    Ok(())
}
