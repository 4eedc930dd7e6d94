//! What a run leaves behind: files, the most valuable first, and a last word.

use std::process::ExitCode;
use std::time::Duration;

use cpfo::Net;
use cpfo::train::Refusals;
use serde::Serialize;
use serde_json::{Value, json};

use super::{report, words};
use crate::base::output::{Kept, Output};
use crate::base::terminal::{self, note, say};
use crate::base::{interrupt, label, whole};
use crate::cli::TrainFlags;
use crate::data::Form;
use crate::data::source::Origin;
use crate::learn::evaluation::Evaluation;
use crate::learn::run::{Epoch, Noticed, Recipe, Run, Verdict};
use crate::model::scale::Method;
use crate::model::{self, Metadata};

/// What the files of a run say of it.
fn about<N: Net>(origin: &Origin, run: &Run<'_, N>) -> anyhow::Result<Metadata> {
    Ok(Metadata::from([
        ("recipe".into(), serde_json::to_string(run.recipe())?),
        ("origin".into(), serde_json::to_string(origin)?),
        ("epochs".into(), run.progress().history.len().to_string()),
    ]))
}

/// Writes how to go on.
pub(super) fn checkpoint<N: Net>(
    output: &Output,
    origin: &Origin,
    run: &mut Run<'_, N>,
) -> anyhow::Result<()> {
    let about = about(origin, run)?;
    run.save(&output.checkpoint(), &about)
}

/// Writes what the net has learnt: the weights that the recipe keeps. A model may travel: it does not
/// tell where the data lay, nor what else lay there.
pub(super) fn model<N: Net>(
    output: &Output,
    origin: &Origin,
    run: &Run<'_, N>,
) -> anyhow::Result<()> {
    let origin = Origin { path: None, warnings: Vec::new(), ..origin.clone() };
    let (kept, epoch) = run.kept();
    let mut about = about(&origin, run)?;
    about.extend(epoch.map(|epoch| ("kept epoch".into(), epoch.to_string())));
    model::save::<N>(&output.model(), &kept, &about)
}

/// The end of a run that was stopped.
pub(super) fn stopped<N: Net>(
    flags: &TrainFlags,
    output: &Output,
    origin: &Origin,
    mut run: Run<'_, N>,
) -> anyhow::Result<ExitCode> {
    let mut kept = Kept::default();
    let model = kept.note(output.model(), model(output, origin, &run));
    let checkpoint = kept.note(output.checkpoint(), checkpoint(output, origin, &mut run));
    let (epoch, epochs) = (run.progress().epoch + 1, run.recipe().epochs);
    let folder = label::path(output.folder()).to_string();
    let refused =
        report::refused(&run).map(|refused| format!("; refused for the gradient: {refused}"));
    let refused = refused.unwrap_or_default();
    let next = match checkpoint {
        Some(_) => format!("go on with `train --resume --out '{folder}'`"),
        None => "it cannot be gone on with from here".to_owned(),
    };
    note!("stopped in epoch {epoch} of {epochs}{refused}; {next}");
    if flags.json {
        let object = json!({
            "status": "stopped",
            "net": N::NAME,
            "data": origin,
            "epoch": epoch,
            "epochs": epochs,
            "refused": run.progress().refusals,
            "files": { "model": model, "checkpoint": checkpoint },
        });
        // All is saved; and the terminal that is told may be what went away.
        let _ = terminal::json(&object);
    }
    kept.all()?;
    Ok(interrupt::exit_code())
}

/// The end of a run that came to its end.
pub(super) fn finished<N: Net>(
    flags: &TrainFlags,
    output: &Output,
    origin: &Origin,
    mut run: Run<'_, N>,
    time: Duration,
) -> anyhow::Result<ExitCode> {
    let mut kept = Kept::default();
    let model = kept.note(output.model(), model(output, origin, &run));
    let checkpoint = kept.note(output.checkpoint(), checkpoint(output, origin, &mut run));
    let (result, _) = run.kept();
    let evaluation = Evaluation::new::<N>(&result, run.samples().1)?;
    let verdict = run.verdict();
    let page = report::of(origin, &run, &evaluation, &verdict);
    let page = whole::write(&output.report(), page.to_html().as_bytes());
    let files = Files { model, report: kept.note(output.report(), page), checkpoint };
    let told = tell(flags, origin, &run, &evaluation, &verdict, &files, time);
    kept.all()?;
    told?;
    end(&verdict, run.recipe(), Form::of(N::INPUT))
}

fn tell<N: Net>(
    flags: &TrainFlags,
    origin: &Origin,
    run: &Run<'_, N>,
    evaluation: &Evaluation,
    verdict: &Verdict,
    files: &Files,
    time: Duration,
) -> anyhow::Result<()> {
    let (recipe, progress) = (run.recipe(), run.progress());
    if flags.json {
        let summary = Summary {
            status: "finished",
            net: N::NAME,
            data: origin,
            recipe,
            seconds: time.as_secs_f64(),
            history: &progress.history,
            troubles: &progress.troubles,
            refused: progress.refusals,
            test: evaluation.json(),
            verdict,
            files,
        };
        terminal::json(&summary)?;
        return Ok(());
    }
    evaluation.print()?;
    let refused =
        report::refused(run).map(|refused| format!("\nrefused for the gradient: {refused}"));
    let confusion = &evaluation.confusion;
    say!(
        "
{} right: {} of {} test {} ({}; {origin})
{} in {:.1} s{}{}
{}weights: {}{}

model       {}
report      {}
checkpoint  {}",
        label::percent(confusion.accuracy()),
        label::count(confusion.correct()),
        label::count(confusion.total()),
        Form::of(N::INPUT).many(),
        origin.divided(),
        label::epochs(progress.epoch),
        time.as_secs_f64(),
        words::ended_early(progress, recipe).map(|early| format!(", {early}")).unwrap_or_default(),
        refused.unwrap_or_default(),
        match origin.scale.method {
            Method::Max => String::new(),
            _ => format!("scale: {}\n", origin.scale),
        },
        words::kept(verdict, progress),
        words::dead(&verdict.units).map(|dead| format!("\nunits: {dead}")).unwrap_or_default(),
        label::place(&files.model),
        label::place(&files.report),
        label::place(&files.checkpoint),
    )?;
    Ok(())
}

/// The last word on a run: what is wrong with its result, and an error if it is good for nothing. All
/// files are written by then.
fn end(verdict: &Verdict, recipe: &Recipe, form: Form) -> anyhow::Result<ExitCode> {
    if let Some(failure) = words::failure(verdict, recipe, form) {
        return Err(failure);
    }
    for warning in words::warnings(verdict, recipe, form) {
        note!("warning: {warning}");
    }
    Ok(ExitCode::SUCCESS)
}

/// A finished run, for programs.
#[derive(Serialize)]
struct Summary<'a> {
    status: &'static str,
    net: &'static str,
    data: &'a Origin,
    recipe: &'a Recipe,
    seconds: f64,
    history: &'a [Epoch],
    troubles: &'a [Noticed],
    refused: Refusals,
    test: Value,
    verdict: &'a Verdict,
    files: &'a Files,
}

/// The files that are there.
#[derive(Serialize)]
struct Files {
    model: Option<String>,
    report: Option<String>,
    checkpoint: Option<String>,
}
