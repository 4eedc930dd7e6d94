//! `cpfo device infer` and `eval`: what the device takes samples for.

use std::process::ExitCode;

use cpfo::Net;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Met, about};
use crate::base::terminal::{self, note, say};
use crate::base::{interrupt, label};
use crate::cli::{InferFlags, SamplesFlags, TestFlags};
use crate::data::class_name;
use crate::data::gathered::{How, gather};
use crate::data::source::{self, Origin, Request, Source};
use crate::learn::confusion::Confusion;
use crate::learn::evaluation;
use crate::model::Scale;
use crate::show::table::{self, Align, Cell, Table};

/// Samples for a device, read as its model tells.
pub(super) fn samples<N: Net>(
    flags: &SamplesFlags,
    origin: Option<&Origin>,
) -> anyhow::Result<Source> {
    let mut request = Request::as_learnt(flags.data.as_deref(), origin);
    request.split = flags.split;
    if request.path.is_some() {
        request.reading = flags.reading.reading(origin.map(|origin| &origin.reading));
    }
    source::load::<N>(&request)
}

/// Tests it with labelled samples.
pub(super) fn eval<N: Net>(
    mut device: Met<N>,
    how: &TestFlags,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (_, origin) = about::<N>(&how.samples.about)?;
    let Source { data, unread, .. } = samples::<N>(&how.samples, origin.as_ref())?;
    let mut tested = data.test_part()?.clone();
    if how.all {
        tested.extend(&data.train);
    }
    let bar = bar(tested.len());
    let mut pairs = Vec::with_capacity(tested.len());
    for index in 0..tested.len() {
        interrupt::check()?;
        let class = device.classify(tested.image(index))?;
        pairs.push((usize::from(tested.label(index)), class));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let confusion = Confusion::from_pairs(evaluation::classes::<N>(&tested), pairs)?;
    let right = label::percent(confusion.accuracy());
    if json {
        terminal::json(&json!({
            "board": device.board,
            "net": N::NAME,
            "samples": tested.len(),
            "right": confusion.correct(),
            "accuracy": confusion.accuracy(),
        }))?;
    } else {
        table::scores(&confusion).print()?;
        say!()?;
        table::confusion(&confusion).print()?;
        let samples = label::count(tested.len() as u64);
        let which = if how.all { "samples" } else { "samples held out" };
        say!("\n{right} right of {samples} {which}, on {}", device.board)?;
    }
    Ok(source::ended(ExitCode::SUCCESS, unread))
}

/// Says what it takes files for.
pub(super) fn infer<N: Net>(
    mut device: Met<N>,
    how: &InferFlags,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (_, origin) = about::<N>(&how.about)?;
    let scale = origin.as_ref().map_or(Scale::max(1.0), |origin| origin.scale.clone());
    let names = origin.as_ref().map(|origin| origin.names.clone()).unwrap_or_default();
    let gathered = gather::<N>(&how.files, &How::default(), origin.as_ref(), &scale);
    // One bad file costs the others nothing; how it ends tells of it.
    for (_, error) in &gathered.failed {
        note!("error: {error:#}");
    }
    let mut classes = Vec::with_capacity(gathered.inputs.len());
    for pixels in gathered.pixels.chunks_exact(N::PIXELS) {
        interrupt::check()?;
        classes.push(device.classify(pixels)?);
    }
    let said = gathered.inputs.iter().zip(&classes);
    if json {
        let predictions = said.map(|(input, &class)| {
            let mut object = json!({ "class": class, "name": class_name(&names, class) });
            input.tell(&mut object);
            object
        });
        terminal::json(&json!({
            "board": device.board,
            "net": N::NAME,
            "predictions": predictions.collect::<Vec<_>>(),
        }))?;
    } else if !classes.is_empty() {
        let mut table = Table::new([("input", Align::Left), ("class", Align::Left)]);
        for (input, &class) in said {
            table.row([Cell::from(input.shown()), Cell::strong(class_name(&names, class))]);
        }
        table.print()?;
    }
    Ok(if gathered.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn bar(length: usize) -> ProgressBar {
    let style = "{bar:30} {pos} of {len} samples  {eta} left";
    ProgressBar::new(length as u64)
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"))
}
