//! `cpfo predict`: what is in pictures, in the rows of tables, in the images of IDX files.

use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;
use cpfo::net::Parameters;
use serde_json::{Value, json};

use crate::base::label;
use crate::base::terminal::{self, note};
use crate::cli::PredictFlags;
use crate::data::gathered::{Gathered, How, Input, gather};
use crate::data::source::{self, Origin};
use crate::data::{Frame, class_name, picture};
use crate::learn::evaluation::{self, Verdict};
use crate::model::{self, Scale};
use crate::show::table::{Align, Cell, Table};

/// How many classes are named of each input.
const TOP: usize = 3;

/// Says what is in files.
pub fn run<N: Net>(flags: &PredictFlags) -> anyhow::Result<ExitCode> {
    let (parameters, about) = model::load::<N>(&flags.model)?;
    let origin = Origin::of(&about).with_context(|| label::path(&flags.model).to_string())?;
    let scale = origin.as_ref().map_or(Scale::max(1.0), |origin| origin.scale.clone());
    let [.., maps] = N::INPUT;
    scale.fits(maps).with_context(|| label::path(&flags.model).to_string())?;
    let class_names = origin.as_ref().map(|origin| origin.names.clone()).unwrap_or_default();
    let how = How {
        fit: flags.fit,
        invert: flags.invert,
        label: flags.label_column.clone(),
        group: flags.group_column.clone(),
    };
    let gathered = gather::<N>(&flags.files, &how, origin.as_ref(), &scale);
    // One bad file costs the others nothing; how it ends tells of it.
    for (_, error) in &gathered.failed {
        note!("error: {error:#}");
    }
    let warnings: Vec<_> = inverted::<N>(&gathered, origin.and_then(|origin| origin.frame), &scale)
        .into_iter()
        .collect();
    source::warn(&warnings);
    tell::<N>(flags, &parameters, &gathered, (&class_names, &scale), &warnings)?;
    Ok(if gathered.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// That pictures are light where those that the model learnt from are dark.
fn inverted<N: Net>(gathered: &Gathered, frame: Option<Frame>, scale: &Scale) -> Option<String> {
    let [_, columns, maps] = N::INPUT;
    let frame = frame.filter(|_| maps == 1)?;
    let shades: Vec<f32> = gathered.pixels.iter().map(|&input| scale.shade(0, input)).collect();
    let images = shades.chunks_exact(N::PIXELS);
    let inverted = images.filter(|image| picture::is_inverted(image, columns, frame)).count();
    (inverted > 0).then(|| {
        format!(
            "{inverted} of {} pictures have the paper of the training images' strokes, dark for \
             light or light for dark: say --fit, or --invert",
            gathered.inputs.len()
        )
    })
}

fn tell<N: Net>(
    flags: &PredictFlags,
    parameters: &Parameters<N>,
    gathered: &Gathered,
    (class_names, scale): (&[String], &Scale),
    warnings: &[String],
) -> anyhow::Result<()> {
    let verdicts = evaluation::verdicts::<N>(parameters, &gathered.pixels)?;
    if !flags.json {
        if !gathered.inputs.is_empty() {
            table(&gathered.inputs, &verdicts, class_names).print()?;
        }
        return Ok(());
    }
    let predictions = gathered.inputs.iter().zip(&verdicts);
    let predictions: Vec<_> =
        predictions.map(|(input, verdict)| json(input, verdict, class_names)).collect();
    let failed = gathered.failed.iter();
    let failed: Vec<_> = failed
        .map(|(file, error)| json!({ "picture": file, "error": format!("{error:#}") }))
        .collect();
    terminal::json(&json!({
        "net": N::NAME,
        "model": flags.model.to_string_lossy().into_owned(),
        "predictions": predictions,
        "failed": failed,
        "scale": scale,
        "warnings": warnings,
    }))?;
    Ok(())
}

/// The classes that the net gives most to, the first of them its answer.
fn top(verdict: &Verdict) -> impl Iterator<Item = (usize, f32)> {
    let mut classes: Vec<_> = verdict.outputs.iter().copied().enumerate().collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    classes.into_iter().take(TOP)
}

fn json(input: &Input, verdict: &Verdict, names: &[String]) -> Value {
    let top = top(verdict).map(|(class, probability)| {
        let name = class_name(names, class);
        json!({ "class": class, "name": name, "probability": probability })
    });
    let mut object = json!({
        "class": verdict.class,
        "name": class_name(names, verdict.class),
        "probability": verdict.confidence(),
        "probabilities": verdict.outputs,
        "top": top.collect::<Vec<_>>(),
    });
    input.tell(&mut object);
    object
}

fn table(inputs: &[Input], verdicts: &[Verdict], names: &[String]) -> Table {
    let what = if inputs.iter().all(|input| input.place.is_none()) { "picture" } else { "input" };
    let labelled = inputs.iter().any(|input| input.label.is_some());
    let columns = [what, "class", "probability", "or", "or"].into_iter();
    let columns = columns.chain(labelled.then_some("label"));
    let align = |name| if name == "probability" { Align::Right } else { Align::Left };
    let mut table = Table::new(columns.map(|name| (name, align(name))));
    let places = verdicts.first().map_or(0, |verdict| top(verdict).count());
    for (input, verdict) in inputs.iter().zip(verdicts) {
        let mut cells = vec![Cell::from(input.shown())];
        for (place, (class, probability)) in top(verdict).enumerate() {
            let probability = label::percent(probability.into());
            let class = class_name(names, class);
            match place {
                0 => cells.extend([Cell::strong(class), Cell::from(probability)]),
                _ => cells.push(Cell::quiet(format!("{class} ({probability})"))),
            }
        }
        // Of two classes there is one other.
        cells.extend((places..TOP).map(|_| Cell::from("")));
        cells.extend(input.label.as_ref().map(Cell::from));
        table.row(cells);
    }
    table
}
