//! Samples a second on this machine.

use std::env;
use std::fs;
use std::hint::black_box;
use std::io;
use std::ops::Range;
use std::process::ExitCode;
use std::thread::available_parallelism;

use anyhow::Context as _;
use cpfo::net::{Image, Net};
use cpfo::shape::{Tensor as _, Zero};
use cpfo::train::{Inference, Schedule};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{Subject, best};
use crate::base::label;
use crate::base::terminal::{self, say};
use crate::cli::BenchFlags;
use crate::data::source;
use crate::data::{Data, Dataset};
use crate::learn::passes::Classify;
use crate::learn::run::{Recipe, Run};
use crate::learn::vectors::Vectors;
use crate::learn::{evaluation, threads};
use crate::show::table::{Align, Table};

/// Training without an end in sight, from fresh weights. At the usual rate small batches soon kill
/// most of the larger net's ReLUs, and what is dead costs no time.
const ENDLESS: Recipe =
    Recipe { epochs: 1_000_000, rate: 0.01, schedule: Schedule::Constant, ..Recipe::BATCH };
/// Samples that are learnt from: whole mini-batches of every size that is measured.
const SAMPLES: usize = 14 * 128;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Training, one sample at a time, as on the chip.
    InPlace,
    /// Training by mini-batches of so many samples, with momentum.
    Batch(usize),
    /// Inference, one image at a time.
    Classify,
    /// Inference, so many images at once.
    Evaluate(usize),
}

impl Task {
    /// All that is measured of a net.
    const ALL: [Task; 6] = [
        Task::InPlace,
        Task::Batch(8),
        Task::Batch(32),
        Task::Batch(128),
        Task::Classify,
        Task::Evaluate(32),
    ];

    /// The two names that `--json` has for it.
    fn name(self) -> (&'static str, usize) {
        match self {
            Task::InPlace => ("train", 1),
            Task::Batch(samples) => ("train", samples),
            Task::Classify => ("infer", 1),
            Task::Evaluate(samples) => ("infer", samples),
        }
    }

    fn label(self) -> String {
        match self {
            Task::InPlace => "train, in place".into(),
            Task::Batch(samples) => format!("train, batch {samples}"),
            Task::Classify => "infer".into(),
            Task::Evaluate(samples) => format!("infer, batch {samples}"),
        }
    }
}

/// One figure.
struct Row {
    net: &'static str,
    task: Task,
    threads: usize,
    samples_per_second: f64,
}

/// Measures all nets, or the one that is named, and prints it.
pub(super) fn run(flags: &BenchFlags, nets: &[Subject]) -> anyhow::Result<ExitCode> {
    let asked = |net: &&Subject| flags.net.as_deref().is_none_or(|name| name == net.name);
    let nets: Vec<_> = nets.iter().filter(asked).collect();
    let mut columns = vec![1, rayon::current_num_threads()];
    columns.dedup();

    let bar = ProgressBar::new((nets.len() * columns.len() * Task::ALL.len()) as u64);
    let style = "{bar:20} {eta} left  {wide_msg}";
    bar.set_style(ProgressStyle::with_template(style).context("the template is well formed")?);
    let mut rows = Vec::new();
    for net in &nets {
        for &threads in &columns {
            let pool = threads::pool(threads)?;
            for task in Task::ALL {
                bar.set_message(format!("{}: {}, {}", net.name, task.label(), on(threads)));
                let samples_per_second =
                    pool.install(|| (net.speed)(task, flags.seconds.into()))?;
                rows.push(Row { net: net.name, task, threads, samples_per_second });
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();

    if flags.json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        terminal::json(&json!({ "machine": machine(), "rows": rows }))?;
    } else {
        print(&rows, &columns)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How many samples a second a net gets through, on the threads of this pool. `time` is what may be
/// spent on it, in seconds.
pub(super) fn speed<N: Net>(task: Task, time: f64) -> anyhow::Result<f64> {
    let data = data::<N>();
    let (_, batch) = task.name();
    let recipe = match task {
        Task::InPlace => ENDLESS.in_place(),
        _ => Recipe { batch, ..ENDLESS },
    };
    let run = || Run::<N>::new(recipe, &data);
    let seconds = match task {
        Task::InPlace | Task::Batch(_) => best::seconds(time, run, |run| {
            run.advance()?;
            Ok(())
        })?,
        Task::Classify => {
            let run = run()?;
            let memory = || Ok((Box::new(Inference::<N>::ZERO), Box::new(Image::<N>::ZERO), 0));
            best::seconds(time, memory, |(inference, image, next)| {
                image.flat_mut().copy_from_slice(data.train.image(*next));
                let parameters = run.parameters();
                black_box(Vectors::get().run(Classify { inference, parameters, image }))?;
                *next = (*next + 1) % data.train.len();
                Ok(())
            })?
        }
        Task::Evaluate(samples) => {
            let run = run()?;
            let few = data.train.subset(&(0..samples).collect::<Vec<_>>());
            best::seconds(
                time,
                || Ok(()),
                |()| {
                    black_box(evaluation::accuracy::<N>(run.parameters(), &few)?);
                    Ok(())
                },
            )?
        }
    };
    Ok(batch as f64 / seconds)
}

/// The digits that ship, drawn anew for a net that takes others.
fn data<N: Net>() -> Data {
    let all =
        if source::ships::<N>() { Dataset::digits() } else { Dataset::drawn(N::INPUT, N::CLASSES) };
    let part = |range: Range<usize>| all.subset(&range.collect::<Vec<_>>());
    Data { train: part(0..SAMPLES), test: Some(part(SAMPLES..all.len())) }
}

impl Row {
    fn json(&self) -> Value {
        let (task, batch) = self.task.name();
        json!({
            "net": self.net,
            "task": task,
            "batch": batch,
            "threads": self.threads,
            "samples_per_second": self.samples_per_second,
        })
    }
}

/// A line for each task of each net, a column for each number of threads.
fn print(rows: &[Row], columns: &[usize]) -> io::Result<()> {
    let heads = [("net".to_owned(), Align::Left), ("task".to_owned(), Align::Left)];
    let right = columns.iter().map(|&threads| (on(threads), Align::Right));
    let mut table = Table::new(heads.into_iter().chain(right));
    for first in rows.iter().filter(|row| row.threads == columns[0]) {
        let same = |row: &&Row| (row.net, row.task) == (first.net, first.task);
        let speeds = rows.iter().filter(same).map(|row| rounded(row.samples_per_second));
        table.row([first.net.to_owned(), first.task.label()].into_iter().chain(speeds));
    }
    table.print()?;
    say!("\nsamples a second on {}; the best of some repeats", machine())
}

fn on(threads: usize) -> String {
    if threads == 1 { "1 thread".into() } else { format!("{threads} threads") }
}

/// Three digits: a clock and other programs leave no more to be said.
fn rounded(speed: f64) -> String {
    let unit = 10_f64.powf((speed.max(1.0).log10().floor() - 2.0).max(0.0));
    label::count(((speed / unit).round() * unit) as u64)
}

/// The processor, as its system calls it.
fn machine() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(env::consts::ARCH, |(_, name)| name.trim());
    let cores = available_parallelism().map_or(1, usize::from);
    let plural = if cores == 1 { "" } else { "s" };
    format!("{model}, {cores} core{plural}, {}, vectors: {}", env::consts::OS, Vectors::get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits() {
        assert_eq!(rounded(281_495.3), "281,000");
        assert_eq!(rounded(17_449.0), "17,400");
        assert_eq!(rounded(99.6), "100");
        assert_eq!(rounded(0.4), "0");
    }
}
