//! `cpfo train`: learns from labelled images; leaves a model and a report behind.

mod autosave;
mod display;
mod leave;
mod report;
mod seeds;
mod words;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, anyhow, ensure};
use cpfo::Net;
use cpfo::train::Refusal;

use crate::base::output::Output;
use crate::base::terminal::note;
use crate::base::{interrupt, label};
use crate::cli::TrainFlags;
use crate::data::source::{self, Origin, Request, Source};
use crate::data::{Augment, Form, is_series};
use crate::learn::evaluation;
use crate::learn::run::{Checkpoint, Keep, Progress, Recipe, Run, Step};
use crate::model;
use autosave::Autosave;
use display::Display;

/// Trains one net, or one for each of several seeds.
pub fn run<N: Net>(flags: &TrainFlags) -> anyhow::Result<ExitCode> {
    if let Some(seeds) = flags.seeds.filter(|&seeds| seeds > 1) {
        let (source, recipe) = plan::<N>(flags)?;
        let code = seeds::run::<N>(flags, seeds, &source, recipe)?;
        return Ok(source::ended(code, source.unread));
    }
    let output = Output::new(&flags.out);
    if flags.resume {
        // Held before it is read: whoever is still at work there may be about to write it. Where
        // there is no folder there is no run, and none is made.
        let _held = output.folder().is_dir().then(|| output.prepare()).transpose()?;
        let (state, source, recipe) = stopped::<N>(flags, &output)?;
        let run = Run::<N>::resume(recipe, &source.data, state)?;
        Ok(source::ended(go(flags, &output, &source.origin, run)?, source.unread))
    } else {
        let (source, recipe) = plan::<N>(flags)?;
        let _held = output.prepare()?;
        let run = begun::<N>(flags, recipe, &source)?;
        Ok(source::ended(go(flags, &output, &source.origin, run)?, source.unread))
    }
}

/// A new run: from first weights on, or from a model.
fn begun<'a, N: Net>(
    flags: &TrainFlags,
    recipe: Recipe,
    source: &'a Source,
) -> anyhow::Result<Run<'a, N>> {
    let Some(path) = &flags.from else { return Run::new(recipe, &source.data) };
    let (model, _) = model::load::<N>(path)?;
    let test = source.data.test_part()?;
    let before = evaluation::seen::<N>(&model, test)?;
    note!(
        "{} is right about {} of {} test {} before; {} of it trains",
        label::path(path),
        before.correct,
        before.samples,
        Form::of(N::INPUT).many(),
        recipe.trains
    );
    Run::from_model(recipe, &source.data, model)
}

/// What a new run is to learn from, and how.
fn plan<N: Net>(flags: &TrainFlags) -> anyhow::Result<(Source, Recipe)> {
    let path = flags.data.data.as_deref();
    // What a model has learnt goes on with samples that are read and scaled as its own were.
    let origin = match &flags.from {
        Some(model) => Origin::of(&model::load::<N>(model)?.1)
            .with_context(|| label::path(model).to_string())?,
        None => None,
    };
    let reading = flags.data.reading(origin.as_ref().map(|origin| &origin.reading));
    let (split, learnt) = (flags.data.split, origin.as_ref());
    let scale = flags.scale.method();
    let request = Request { path, split, reading, scale, learnt, ..Request::default() };
    let source = source::load::<N>(&request)?;
    source::warn(&source.origin.warnings);
    if learnt.is_some_and(|learnt| learnt.fingerprint == source.origin.fingerprint) {
        note!("the model has learnt from these samples before");
    }
    let suited = if path.is_none() { Recipe::DIGITS } else { Recipe::BATCH };
    let bend = if path.is_none() {
        [suited.shift, suited.rotation]
    } else {
        let Augment { shift, degrees } = Augment::suited_to(&source.data.train);
        [shift, degrees]
    };
    let recipe = flags.recipe.apply(suited, bend)?;
    let [rows, columns, _] = N::INPUT;
    ensure!(
        recipe.rotation == 0.0 || !is_series(rows, columns),
        "a series of {rows} x {columns} values cannot be turned: leave --rotation out"
    );
    Ok((source, recipe))
}

/// The run that was stopped in a folder.
fn stopped<N: Net>(
    flags: &TrainFlags,
    output: &Output,
) -> anyhow::Result<(Checkpoint<N>, Source, Recipe)> {
    let path = output.checkpoint();
    let (state, about) = Checkpoint::<N>::load(&path)?;
    let read = |name| about.get(name).map(String::as_str).unwrap_or_default();
    let broken = || format!("{} is broken", label::path(&path));
    let mut recipe: Recipe = serde_json::from_str(read("recipe")).with_context(broken)?;
    recipe.check().with_context(broken)?;
    let origin = Origin::of(&about).and_then(|origin| origin.context("it names no data"));
    let origin = origin.with_context(broken)?;
    if let Some(epochs) = flags.recipe.epochs {
        let Progress { epoch, batch, .. } = *state.progress();
        let begun = epoch.saturating_add(u32::from(batch > 0));
        ensure!(
            epochs >= begun,
            "the run in {} has begun {} already: --epochs cannot be less",
            label::path(output.folder()),
            label::epochs(begun)
        );
        recipe.epochs = epochs;
    }

    let data = flags.data.data.as_ref().or(origin.path.as_ref());
    let source = source::load::<N>(&Request {
        path: data.map(|path| &**path),
        reading: origin.reading.clone(),
        split: origin.division.split(),
        usual: None,
        learnt: Some(&origin),
        ..Request::default()
    })?;
    source::warn(&source.origin.warnings);
    ensure!(
        source.origin.fingerprint == origin.fingerprint,
        "the run in {} learnt from other samples than those in {}: a run goes on with the same \
         data only; name it with --data, or begin anew without --resume",
        label::path(&output.folder()),
        source.origin
    );
    Ok((state, source, recipe))
}

/// Trains to the end, or until it is stopped.
fn go<N: Net>(
    flags: &TrainFlags,
    output: &Output,
    origin: &Origin,
    mut run: Run<'_, N>,
) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let (learnt, judging) = run.division();
    let judging = match judging {
        0 => " and is".to_owned(),
        judging => format!(", is validated with {} and", label::count(judging as u64)),
    };
    note!(
        "`{}` learns from {} {}{judging} tested with {} ({}; {origin})",
        N::NAME,
        label::count(learnt as u64),
        Form::of(N::INPUT).many(),
        label::count(run.samples().1.len() as u64),
        origin.divided()
    );
    let display = Display::new(run.recipe(), run.batches(), run.progress());
    let mut autosave = Autosave::new(Instant::now());
    let mut batches = 0;
    let mut told = run.progress().troubles.len();
    loop {
        let step = match run.advance() {
            Ok(step) => step,
            Err(refusal) => {
                display.clear();
                return Err(trouble(refusal, output, origin, run));
            }
        };
        display.show(run.progress(), step);
        for noticed in run.progress().troubles.iter().skip(told) {
            display.say(&words::noticed(noticed, run.recipe()));
        }
        told = run.progress().troubles.len();
        batches += 1;
        if step == Step::Done {
            display.clear();
            return leave::finished(flags, output, origin, run, display.elapsed());
        }
        if interrupt::requested() || flags.stop_after_batches == Some(batches) {
            display.clear();
            // The last update may have ruined the net, which the next one would have noticed.
            if !run.is_finite() {
                return Err(trouble(Refusal::Diverged, output, origin, run));
            }
            return leave::stopped(flags, output, origin, run);
        }
        if autosave.is_due(Instant::now()) {
            let saved = leave::checkpoint(output, origin, &mut run);
            if let Some(warning) = autosave.done(Instant::now(), saved) {
                display.say(&warning);
            }
        }
    }
}

/// Says why a run cannot go on, and keeps the last good model.
fn trouble<N: Net>(
    refusal: Refusal,
    output: &Output,
    origin: &Origin,
    mut run: Run<'_, N>,
) -> anyhow::Error {
    let (epoch, cause) = (run.progress().epoch, run.cause(refusal));
    let kept = match (run.go_back(), run.kept().1) {
        (false, _) => "No epoch was finished, so no model is kept.".to_owned(),
        (true, kept) => match leave::model(output, origin, &run) {
            Ok(()) => format!(
                "The model of epoch {}, the {} one, is in {}",
                kept.unwrap_or(epoch),
                if run.recipe().keep == Keep::Best { "best" } else { "last good" },
                label::path(&output.model())
            ),
            Err(error) => format!("The last good model cannot be kept: {error:#}"),
        },
    };
    anyhow!("the training failed in epoch {}: {cause}\n  {kept}", epoch + 1)
}
