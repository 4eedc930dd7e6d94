//! The same recipe with several seeds: how much of a result is chance.

use std::process::ExitCode;

use anyhow::bail;
use cpfo::Net;
use cpfo::train::Refusals;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Serialize;

use super::{report, words};
use crate::base::output::{Kept, Output};
use crate::base::terminal::{self, note, say};
use crate::base::{interrupt, label, whole};
use crate::cli::TrainFlags;
use crate::data::source::{Origin, Source};
use crate::learn::run::{Epoch, Failure, Noticed, Recipe, Run, Step, Verdict};
use crate::model;
use crate::show::report::{Figure, SeedRun, SeedsReport};
use crate::show::table::{Align, Cell, Table};

/// What came of one seed.
#[derive(Serialize)]
struct Outcome {
    seed: u64,
    /// The last epoch; none if the run broke off before one was done.
    end: Option<Epoch>,
    refused: Refusals,
    /// Why the run broke off, if it did.
    failed: Option<String>,
    /// What the run came to, if it came to its end.
    verdict: Option<Verdict>,
    /// What went wrong meanwhile.
    troubles: Vec<Noticed>,
    #[serde(skip)]
    history: Vec<Epoch>,
}

/// What came of all of them, for programs.
#[derive(Serialize)]
struct Summary<'a> {
    status: &'static str,
    net: &'static str,
    data: &'a Origin,
    recipe: Recipe,
    seeds: &'a [Outcome],
    mean: Option<f64>,
    standard_deviation: Option<f64>,
    worst: Option<u64>,
    files: &'a Files,
}

#[derive(Serialize)]
struct Files {
    report: Option<String>,
}

impl Outcome {
    /// The share of the test images that the weights which were kept are right about.
    fn accuracy(&self) -> Option<f64> {
        let chance = self.verdict.as_ref()?.chance;
        Some(chance.correct as f64 / chance.samples.max(1) as f64)
    }

    /// Why it is good for nothing, if it is.
    fn failure(&self) -> Option<&'static str> {
        match &self.verdict {
            None => Some("broke off"),
            Some(verdict) => verdict.failures.first().map(|failure| match failure {
                Failure::NoBetterThanChance => "no better than chance",
                Failure::LossAboveStart => "loss above its start",
            }),
        }
    }

    /// What there is to say of it; nothing of one that did well.
    fn remark(&self, worst: Option<u64>) -> String {
        let dead =
            self.verdict.as_ref().is_some_and(|v| v.units.iter().any(|layer| layer.all_dead()));
        let died = dead.then_some("died");
        let worst = (worst == Some(self.seed)).then_some("the worst");
        [died, self.failure(), worst].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Trains with several seeds and says what came of it. Leaves a page behind, but no model: of
/// several models none is the one.
pub(super) fn run<N: Net>(
    flags: &TrainFlags,
    seeds: usize,
    source: &Source,
    recipe: Recipe,
) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let output = Output::new(&flags.out);
    let _held = output.prepare()?;
    let bar = ProgressBar::new(seeds as u64 * u64::from(recipe.epochs));
    let style = "{bar:30} {pos} of {len} epochs  {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is well formed"));
    let outcomes: Vec<anyhow::Result<Option<Outcome>>> = (0..seeds as u64)
        .into_par_iter()
        .map(|place| {
            let seed = recipe.seed.wrapping_add(place);
            let recipe = Recipe { seed, ..recipe };
            let run = match &flags.from {
                Some(path) => Run::from_model(recipe, &source.data, model::load::<N>(path)?.0)?,
                None => Run::<N>::new(recipe, &source.data)?,
            };
            Ok(one(run, &bar))
        })
        .collect();
    bar.finish_and_clear();
    // Out of the threads first, in the order of the seeds: of several errors the first seed's is
    // told, whichever thread came first.
    let outcomes = outcomes.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let Some(outcomes) = outcomes.into_iter().collect::<Option<Vec<_>>>() else {
        note!("stopped before all {seeds} seeds were done; there is nothing to go on with");
        return Ok(interrupt::exit_code());
    };
    let accuracies: Vec<_> = outcomes.iter().filter_map(Outcome::accuracy).collect();
    let (mean, deviation) = mean_and_deviation(&accuracies);
    let worst = worst(&outcomes);
    let page = page::<N>(source, &recipe, &outcomes, (mean, deviation), worst);
    let mut kept = Kept::default();
    let written = whole::write(&output.seeds(), page.to_html().as_bytes());
    let files = Files { report: kept.note(output.seeds(), written) };
    let told =
        if flags.json {
            let summary = Summary {
                status: "finished",
                net: N::NAME,
                data: &source.origin,
                recipe,
                seeds: &outcomes,
                mean,
                standard_deviation: deviation,
                worst,
                files: &files,
            };
            terminal::json(&summary)
        } else {
            table(&outcomes, recipe.limit.is_some(), worst).print().and_then(|()| say!(
            "\n{} right, mean and standard deviation of {} seeds ({}; {})\n\nreport      {}",
            spread(mean, deviation),
            accuracies.len(),
            source.origin.divided(),
            source.origin,
            label::place(&files.report),
        ))
        };
    kept.all()?;
    told?;
    match failures(&outcomes, &recipe) {
        Some(failures) => bail!("{failures}"),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Trains with one seed; gives nothing if it was stopped. A run that breaks off does not take the
/// others with it.
fn one<N: Net>(mut run: Run<'_, N>, bar: &ProgressBar) -> Option<Outcome> {
    let mut failed = None;
    while failed.is_none() {
        match run.advance() {
            Ok(Step::Done) => break,
            Ok(Step::Epoch) => bar.inc(1),
            Ok(Step::Batch) => {}
            Err(refusal) => {
                let epoch = run.progress().epoch + 1;
                failed = Some(format!("failed in epoch {epoch}: {}", run.cause(refusal)));
            }
        }
        if interrupt::requested() {
            return None;
        }
    }
    let progress = run.progress();
    Some(Outcome {
        seed: run.recipe().seed,
        end: progress.history.last().copied(),
        refused: progress.refusals,
        verdict: failed.is_none().then(|| run.verdict()),
        failed,
        troubles: progress.troubles.clone(),
        history: progress.history.clone(),
    })
}

/// The seed with the lowest accuracy, the first of several, if not all are alike.
fn worst(outcomes: &[Outcome]) -> Option<u64> {
    let each = || outcomes.iter().filter_map(|outcome| Some((outcome.seed, outcome.accuracy()?)));
    let (seed, lowest) = each().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    each().any(|(_, accuracy)| accuracy > lowest).then_some(seed)
}

/// The seeds that came to nothing, and the first one's reason.
fn failures(outcomes: &[Outcome], recipe: &Recipe) -> Option<String> {
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.failure().is_some()).collect();
    if let [first, ..] = failed[..]
        && let Some(why) = &first.failed
    {
        let others = failed.len() - 1;
        let others =
            if others > 0 { format!("\n  {others} more came to nothing.") } else { String::new() };
        return Some(format!("seed {} {why}{others}", first.seed));
    }
    let names: Vec<_> = failed
        .iter()
        .map(|outcome| format!("seed {} ({})", outcome.seed, outcome.remark(None)))
        .collect();
    let (some, all) = (names.len(), outcomes.len());
    let advice = failed.first()?.verdict.as_ref().map(|verdict| words::advice(verdict, recipe));
    Some(format!(
        "{some} of {all} seeds came to nothing: {}\n  What to do: {}.",
        names.join(", "),
        advice.unwrap_or_default()
    ))
}

/// `97.42 % ± 0.93 %`
fn spread(mean: Option<f64>, deviation: Option<f64>) -> String {
    let percent = |share: Option<f64>| share.map_or(label::DASH.into(), label::percent);
    format!("{} ± {}", percent(mean), percent(deviation))
}

fn page<N: Net>(
    source: &Source,
    recipe: &Recipe,
    outcomes: &[Outcome],
    (mean, deviation): (Option<f64>, Option<f64>),
    worst: Option<u64>,
) -> SeedsReport {
    let range = outcomes.iter().filter_map(Outcome::accuracy);
    let [low, high] = [f64::min, f64::max].map(|pick| range.clone().fold(f64::NAN, pick));
    let run = |outcome: &Outcome| SeedRun {
        seed: outcome.seed,
        history: outcome
            .history
            .iter()
            .map(|e| [e.loss, e.test_loss, e.train_accuracy, e.test_accuracy])
            .collect(),
        test_accuracy: outcome.accuracy().unwrap_or(f64::NAN),
        kept: outcome.verdict.as_ref().and_then(|verdict| verdict.kept.epoch),
        remark: outcome.remark(worst),
    };
    let last = recipe.seed.wrapping_add(outcomes.len() as u64 - 1);
    let mut settings = report::recipe(recipe);
    settings.retain(|figure| figure.name != "seed");
    settings.push(Figure::new("seeds", format!("{} to {last}", recipe.seed)));
    SeedsReport {
        title: format!("{}, trained with {} seeds", N::NAME, outcomes.len()),
        figures: vec![
            Figure::new("test accuracy, mean ± sd", spread(mean, deviation)),
            Figure::new("lowest", label::percent(low)),
            Figure::new("highest", label::percent(high)),
            Figure::new("training data", source.origin.to_string()),
            Figure::new("test data", source.origin.divided()),
            Figure::new("scale", source.origin.scale.to_string()),
        ],
        warnings: [failures(outcomes, recipe)]
            .into_iter()
            .flatten()
            .chain(source.origin.warnings.clone())
            .collect(),
        recipe: settings,
        runs: outcomes.iter().map(run).collect(),
    }
}

fn table(outcomes: &[Outcome], limited: bool, worst: Option<u64>) -> Table {
    let columns = ["seed", "test", "train", "loss"].into_iter().chain(limited.then_some("refused"));
    let columns = columns.map(|name| (name, Align::Right)).chain([("", Align::Left)]);
    let mut table = Table::new(columns);
    for outcome in outcomes {
        let figure = |of: fn(&Epoch) -> String| outcome.end.as_ref().map_or(label::DASH.into(), of);
        let cells = [
            Cell::from(outcome.seed.to_string()),
            Cell::strong(outcome.accuracy().map_or(label::DASH.into(), label::percent)),
            Cell::from(figure(|end| label::percent(end.train_accuracy))),
            Cell::from(figure(|end| label::figure(end.loss))),
        ];
        let refused = limited.then(|| label::count(outcome.refused.gradient.into()).into());
        table.row(cells.into_iter().chain(refused).chain([Cell::from(outcome.remark(worst))]));
    }
    table
}

/// Mean, and standard deviation of a sample (n − 1); none of fewer than two.
fn mean_and_deviation(values: &[f64]) -> (Option<f64>, Option<f64>) {
    if values.is_empty() {
        return (None, None);
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (Some(mean), (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_of_values() {
        assert_eq!(mean_and_deviation(&[2.0, 4.0, 6.0]), (Some(4.0), Some(2.0)));
        assert_eq!(mean_and_deviation(&[3.0]), (Some(3.0), None));
        assert_eq!(mean_and_deviation(&[]), (None, None));
    }
}
