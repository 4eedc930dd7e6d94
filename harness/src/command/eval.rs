//! `cpfo eval`: how a model does on labelled images.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cpfo::Net;
use serde_json::json;

use crate::base::label;
use crate::base::terminal::{self, say};
use crate::cli::EvalFlags;
use crate::data::source::{self, Division, Origin, Request};
use crate::data::{Data, Dataset, Loaded, Split, plausible};
use crate::learn::evaluation::Evaluation;
use crate::model;

/// Tests a model.
pub fn run<N: Net>(flags: &EvalFlags) -> anyhow::Result<ExitCode> {
    let (parameters, about) = model::load::<N>(&flags.model)?;
    let origin = Origin::of(&about).with_context(|| label::path(&flags.model).to_string())?;
    let path = flags.data.data.as_deref();
    let reading = flags.data.reading(origin.as_ref().map(|origin| &origin.reading));
    let request = Request { path, reading, learnt: origin.as_ref(), ..Request::default() };
    let Loaded { data, by_class, notes, unread } = source::read::<N>(&request)?;
    let learnt = origin.as_ref().and_then(|origin| source::learnt(&data, origin));
    // The test is on what was set aside when the model was trained, unless somebody says otherwise.
    let usual = origin.as_ref().and_then(|origin| origin.division.split());
    let usual = usual.unwrap_or(if by_class { Split::Stratified } else { Split::Order });
    let division = if flags.all { None } else { Some(divide(&data, flags.data.split, usual)?) };
    let chosen = choose(&data, division)?;
    let known = learnt.map(|learnt| chosen.iter().filter(|&&(part, i)| learnt[part][i]).count());
    let mut which = division.map_or("all samples".to_owned(), |division| division.to_string());
    let samples = gather(&data, &chosen);
    if !samples.groups.is_empty() {
        which = format!("{which}; groups: {}", samples.group_count());
    }

    let mut warnings = notes;
    let frame = origin.as_ref().and_then(|origin| origin.frame);
    if path.is_some() {
        warnings.extend(plausible::of_test(&samples, frame));
    }
    warnings.extend(match (known, &origin) {
        (Some(known), _) => plausible::of_known(known, samples.len()),
        (None, Some(origin)) => {
            let some = origin.sketch.known(&samples);
            some.and_then(|some| plausible::of_familiar(some, samples.len()))
        }
        (None, None) => None,
    });
    warnings.extend(unread.iter().cloned());
    source::warn(&warnings);
    let evaluation = Evaluation::new::<N>(&parameters, &samples)?;
    if flags.json {
        let object = json!({
            "net": N::NAME,
            "model": flags.model.to_string_lossy().into_owned(),
            "data": path.map_or("digits".into(), |path| path.to_string_lossy()),
            "samples": which,
            "scale": samples.scale,
            "test": evaluation.json(),
            "warnings": warnings,
        });
        terminal::json(&object)?;
    } else {
        evaluation.print()?;
        let data = path.map_or("digits".into(), |path| label::path(path).to_string());
        let accuracy = label::percent(evaluation.confusion.accuracy());
        say!("\n{accuracy} right on {data} ({which})")?;
    }
    Ok(source::ended(ExitCode::SUCCESS, unread.len()))
}

/// How the test part comes to be.
fn divide(data: &Data, split: Option<Split>, usual: Split) -> anyhow::Result<Division> {
    match (&data.test, split) {
        (None, split) => Ok(split.unwrap_or(usual).into()),
        (Some(_), None) => Ok(Division::Own),
        (Some(_), Some(_)) => {
            bail!(
                "the data comes with a test part, so there is nothing to split: leave --split out"
            )
        }
    }
}

/// The samples of a test, by part and place; all without a division.
fn choose(data: &Data, division: Option<Division>) -> anyhow::Result<Vec<(usize, usize)>> {
    let part = |part: usize, of: &Dataset| (0..of.len()).map(move |index| (part, index));
    let test = data.test.iter().flat_map(|test| part(1, test));
    Ok(match division.map(Division::split) {
        None => part(0, &data.train).chain(test).collect(),
        Some(None) => test.collect(),
        Some(Some(split)) => split.test_indices(&data.train)?.into_iter().map(|i| (0, i)).collect(),
    })
}

/// The chosen samples as one set.
fn gather(data: &Data, chosen: &[(usize, usize)]) -> Dataset {
    let of = |wanted: usize| -> Vec<usize> {
        chosen.iter().filter(|(part, _)| *part == wanted).map(|&(_, index)| index).collect()
    };
    let mut samples = data.train.subset(&of(0));
    if let Some(test) = &data.test {
        samples.extend(&test.subset(&of(1)));
    }
    samples
}
