//! The same recipe with several seeds: how much of a result is chance.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::anyhow;
use cpfo::Net;
use cpfo::train::Refusals;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Serialize;

use super::why;
use crate::cli::TrainFlags;
use crate::run::{Epoch, Recipe, Run, Step};
use crate::source::{Origin, Source};
use crate::table::{Align, Cell, Table};
use crate::{interrupt, label};

/// What came of one seed.
#[derive(Serialize)]
struct Outcome {
    seed: u64,
    end: Epoch,
    refused: Refusals,
}

/// What came of all of them, for programs.
#[derive(Serialize)]
struct Summary<'a> {
    status: &'static str,
    net: &'static str,
    data: &'a Origin,
    recipe: Recipe,
    seeds: Vec<Outcome>,
    mean: f64,
    standard_deviation: Option<f64>,
}

/// Trains with several seeds and says what came of it. Writes no file.
pub(super) fn run<N: Net>(
    flags: &TrainFlags,
    seeds: usize,
    source: &Source,
    recipe: Recipe,
) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    let bar = ProgressBar::new(seeds as u64 * u64::from(recipe.epochs));
    let style = "{bar:30} {pos} of {len} epochs  {eta} left";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is well formed"));
    let outcomes: Vec<anyhow::Result<Option<Outcome>>> = (0..seeds as u64)
        .into_par_iter()
        .map(|place| {
            let seed = recipe.seed.wrapping_add(place);
            let run = Run::<N>::new(Recipe { seed, ..recipe }, &source.data)?;
            one(run, &bar)
        })
        .collect();
    bar.finish_and_clear();
    // Out of the threads first, in the order of the seeds: of several failures the first seed's is
    // told, whichever thread came first.
    let outcomes = outcomes.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let Some(outcomes) = outcomes.into_iter().collect::<Option<Vec<_>>>() else {
        let _ = writeln!(
            io::stderr(),
            "stopped before all {seeds} seeds were done; there is nothing to go on with"
        );
        return Ok(interrupt::exit_code());
    };
    let accuracies: Vec<_> = outcomes.iter().map(|outcome| outcome.end.test_accuracy).collect();
    let (mean, deviation) = mean_and_deviation(&accuracies);
    if flags.json {
        let summary = Summary {
            status: "finished",
            net: N::NAME,
            data: &source.origin,
            recipe,
            seeds: outcomes,
            mean,
            standard_deviation: deviation,
        };
        writeln!(io::stdout(), "{}", serde_json::to_string(&summary)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    table(&outcomes, recipe.limit.is_some()).print()?;
    writeln!(
        io::stdout(),
        "\n{} ± {} right, mean and standard deviation of {seeds} seeds ({}; {})",
        label::percent(mean),
        deviation.map_or(label::DASH.into(), label::percent),
        source.origin.division,
        source.origin,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Trains with one seed; gives nothing if it was stopped.
fn one<N: Net>(mut run: Run<'_, N>, bar: &ProgressBar) -> anyhow::Result<Option<Outcome>> {
    loop {
        let step = run.advance().map_err(|refusal| {
            let Recipe { seed, rate, .. } = *run.recipe();
            anyhow!(
                "seed {seed} failed in epoch {}: {}\n  Take a lower --rate (it is {rate}).",
                run.progress().epoch + 1,
                why(refusal)
            )
        })?;
        match step {
            Step::Done => {
                let seed = run.recipe().seed;
                let (end, refused) = (run.progress().history.last(), run.progress().refusals);
                return Ok(end.map(|&end| Outcome { seed, end, refused }));
            }
            Step::Epoch => bar.inc(1),
            Step::Batch => {}
        }
        if interrupt::requested() {
            return Ok(None);
        }
    }
}

fn table(outcomes: &[Outcome], limited: bool) -> Table {
    let columns = ["seed", "test", "train", "loss"].into_iter().chain(limited.then_some("refused"));
    let mut table = Table::new(columns.map(|name| (name, Align::Right)));
    for Outcome { seed, end, refused } in outcomes {
        let cells = [
            Cell::from(seed.to_string()),
            Cell::strong(label::percent(end.test_accuracy)),
            Cell::from(label::percent(end.train_accuracy)),
            Cell::from(label::figure(end.loss)),
        ];
        let refused = limited.then(|| label::count(refused.gradient.into()).into());
        table.row(cells.into_iter().chain(refused));
    }
    table
}

/// Mean, and standard deviation of a sample (n − 1); none of fewer than two.
fn mean_and_deviation(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread() {
        assert_eq!(mean_and_deviation(&[2.0, 4.0, 6.0]), (4.0, Some(2.0)));
        assert_eq!(mean_and_deviation(&[3.0]), (3.0, None));
    }
}
