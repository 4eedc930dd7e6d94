//! `cpfo predict`: what is in pictures.

use std::process::ExitCode;

use anyhow::Context as _;
use cpfo::Net;
use serde_json::{Value, json};

use crate::base::label;
use crate::base::terminal::{self, note};
use crate::cli::PredictFlags;
use crate::data::source::{self, Origin};
use crate::data::{Frame, class_name, picture};
use crate::learn::evaluation::{self, Verdict};
use crate::model;
use crate::show::table::{Align, Cell, Table};

/// How many classes are named of each picture.
const TOP: usize = 3;

/// Says what is in pictures.
pub fn run<N: Net>(flags: &PredictFlags) -> anyhow::Result<ExitCode> {
    let (parameters, about) = model::load::<N>(&flags.model)?;
    let origin = Origin::of(&about).with_context(|| label::path(&flags.model).to_string())?;
    let learnt = origin.as_ref().map(|origin| origin.reading.clone()).unwrap_or_default();
    let class_names = origin.as_ref().map(|origin| origin.names.clone()).unwrap_or_default();
    let [rows, columns, maps] = N::INPUT;
    let frame = origin.and_then(|origin| origin.frame);
    let options = picture::Options {
        fit: flags.fit.unwrap_or(learnt.fit),
        invert: flags.invert.or(learnt.invert.then_some(true)),
        // What was fitted when the net was trained is fitted in the same way.
        frame: if learnt.fit { Some(Frame::usual([rows, columns])) } else { frame },
    };
    let (mut names, mut images, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for path in &flags.pictures {
        let files = picture::list(path).unwrap_or_else(|error| {
            failed.push((path.to_string_lossy().into_owned(), error));
            Vec::new()
        });
        for file in files {
            let name = file.to_string_lossy().into_owned();
            match picture::load(&file, rows, columns, maps, options) {
                Ok(pixels) => {
                    images.extend(pixels);
                    names.push(name);
                }
                Err(error) => failed.push((name, error)),
            }
        }
    }
    // One bad picture costs the others nothing; how it ends tells of it.
    for (_, error) in &failed {
        note!("error: {error:#}");
    }
    let inverted = frame.map_or(0, |frame| {
        let images = images.chunks_exact(rows * columns * maps);
        images.filter(|image| maps == 1 && picture::is_inverted(image, columns, frame)).count()
    });
    let mut warnings = Vec::new();
    if inverted > 0 {
        warnings.push(format!(
            "{inverted} of {} pictures have the paper of the training images' strokes, dark for \
             light or light for dark: say --fit, or --invert",
            names.len()
        ));
    }
    source::warn(&warnings);
    let verdicts = evaluation::verdicts::<N>(&parameters, &images)?;
    let predictions = names.iter().zip(&verdicts);
    if flags.json {
        let predictions: Vec<_> =
            predictions.map(|(name, verdict)| json(name, verdict, &class_names)).collect();
        let model = flags.model.to_string_lossy().into_owned();
        let failed: Vec<_> = failed
            .iter()
            .map(|(name, error)| json!({ "picture": name, "error": format!("{error:#}") }))
            .collect();
        let object = json!({
            "net": N::NAME,
            "model": model,
            "predictions": predictions,
            "failed": failed,
            "warnings": warnings,
        });
        terminal::json(&object)?;
    } else if !names.is_empty() {
        table(predictions, &class_names).print()?;
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The classes that the net gives most to, the first of them its answer.
fn top(verdict: &Verdict) -> impl Iterator<Item = (usize, f32)> {
    let mut classes: Vec<_> = verdict.outputs.iter().copied().enumerate().collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    classes.into_iter().take(TOP)
}

fn json(picture: &str, verdict: &Verdict, names: &[String]) -> Value {
    let top = top(verdict).map(|(class, probability)| {
        let name = class_name(names, class);
        json!({ "class": class, "name": name, "probability": probability })
    });
    json!({
        "picture": picture,
        "class": verdict.class,
        "name": class_name(names, verdict.class),
        "probabilities": verdict.outputs,
        "top": top.collect::<Vec<_>>(),
    })
}

fn table<'a>(
    predictions: impl Iterator<Item = (&'a String, &'a Verdict)>,
    names: &[String],
) -> Table {
    let columns = ["picture", "class", "probability", "or", "or"];
    let mut table = Table::new(
        columns.map(|name| (name, if name == "probability" { Align::Right } else { Align::Left })),
    );
    for (name, verdict) in predictions {
        let mut cells = vec![Cell::from(name)];
        for (place, (class, probability)) in top(verdict).enumerate() {
            let probability = label::percent(probability.into());
            let class = class_name(names, class);
            match place {
                0 => cells.extend([Cell::strong(class), Cell::from(probability)]),
                _ => cells.push(Cell::quiet(format!("{class} ({probability})"))),
            }
        }
        table.row(cells);
    }
    table
}
