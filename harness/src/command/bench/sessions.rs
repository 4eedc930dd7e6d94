//! What guarded sessions come to: net A on the digits, in other worlds and with classes that it has
//! never seen. It is core's session that runs, so a chip comes to the same bits.
//!
//! A net learns the first four fifths of the digits, by the recipe of `cpfo train`. Of the last
//! fifth, as it looks in another world, a few samples of each class are what the device meets; the
//! others are the test, as they look there (new) and as they were (old). For new classes a net
//! learns the digits from 0 to 7, meets some of 8 and 9, and is tested with the others of these
//! (new) and of those (old).

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;
use std::task::Poll;

use anyhow::{Context as _, bail, ensure};
use cpfo::choice::{All, BiasesOnly, Choice, ConvolutionsAndOutput, OutputOnly};
use cpfo::net::Parameters;
use cpfo::replay::Replay;
use cpfo::rng::Rng;
use cpfo::session::{End, InRam, Recipe, Session};
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::Learner;
use cpfo_nets::digits;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::base::terminal::{self, note, say};
use crate::base::whole;
use crate::cli::BenchFlags;
use crate::data::{Data, Dataset, Split, World};
use crate::learn::evaluation;
use crate::learn::run::{self, Run, Step};
use crate::model::training::Training;
use crate::show::plot::{Chart, Picture, Scale, Series};
use crate::show::table::{Align, Cell, Table};

type Net = digits::Net;
type Samples<const ROOM: usize> = Replay<Net, f32, ROOM, 10>;

/// Samples of each class that the device meets.
const EACH: [usize; 5] = [1, 2, 5, 10, 20];
const NEW: usize = 200;
const OLD: usize = 50;
const SEEDS: usize = 5;
const TRAINS: [Training; 4] =
    [Training::All, Training::ConvolutionsAndOutput, Training::OutputOnly, Training::BiasesOnly];
const WORLDS: [World; 6] = [
    World::Rotate(90.0),
    World::Mirror,
    World::Invert,
    World::Shift(1.0),
    World::Shift(2.0),
    World::Noise(0.3),
];
/// The first of the classes that are new.
const UNKNOWN: u16 = 8;

/// PyTorch's plain SGD on all of net A, with 50 old samples replayed, mean of the six worlds and of
/// five seeds: batch 1, rate 0.03, 20 epochs, from a net that had 94.6 % of the old world right.
const PYTORCH: [[f64; 2]; 5] =
    [[54.5, 91.5], [66.9, 90.9], [81.0, 89.3], [87.4, 88.8], [91.1, 87.9]];

/// What is other than before.
#[derive(Clone, Copy, PartialEq)]
enum Task {
    World(World),
    Classes,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Task::World(world) => world.fmt(f),
            Task::Classes => f.write_str("classes"),
        }
    }
}

/// What one way of learning came to, seed by seed.
#[derive(Serialize)]
struct Row {
    task: String,
    train: String,
    replayed: usize,
    samples_a_class: usize,
    /// Shares that are right after the session.
    new: Vec<f64>,
    old: Vec<f64>,
    /// How the sessions ended, and how often.
    ends: BTreeMap<String, usize>,
}

/// The nets that sessions begin with: one that knows all classes, one that does not.
struct Bases {
    all: &'static Parameters<Net>,
    some: &'static Parameters<Net>,
}

/// Runs the sessions that are asked for.
pub(super) fn run(flags: &BenchFlags) -> anyhow::Result<ExitCode> {
    let each = if flags.samples.is_empty() { EACH.to_vec() } else { flags.samples.clone() };
    let trains = flags.train.map_or(TRAINS.to_vec(), |training| vec![training]);
    for train in &trains {
        ensure!(
            TRAINS.contains(train),
            "there are no sessions with --train {train}: take --train all, conv+output, output or \
             biases"
        );
    }
    let seeds = flags.seeds.unwrap_or(SEEDS);
    let data = Split::Order.split(&Dataset::digits())?;
    note!("training {seeds} nets twice, and a session from each for every figure");
    let bases = (1..=seeds as u64).map(|seed| bases(seed, &data));
    let bases = bases.collect::<anyhow::Result<Vec<_>>>()?;
    let test = data.test_part()?;
    let before = |base: &Bases| evaluation::accuracy::<Net>(base.all, test);
    let before = bases.iter().map(before).collect::<Result<Vec<_>, _>>()?;

    let tasks = WORLDS.map(Task::World).into_iter().chain([Task::Classes]);
    let mut plans = Vec::new();
    for task in tasks {
        for &train in &trains {
            for replayed in [0, OLD] {
                plans.extend(each.iter().map(|&each| (task, train, replayed, each)));
            }
        }
    }
    let rows = plans.into_par_iter().map(|(task, train, replayed, each)| {
        let mut row = Row {
            task: task.to_string(),
            train: train.to_string(),
            replayed,
            samples_a_class: each,
            new: Vec::new(),
            old: Vec::new(),
            ends: BTreeMap::new(),
        };
        for (seed, base) in (1..).zip(&bases) {
            let lesson = Lesson::new(task, each, replayed, seed, &data)?;
            let (end, [new, old]) = lesson.learn(train, base, seed)?;
            row.new.push(new);
            row.old.push(old);
            *row.ends.entry(format!("{end:?}")).or_default() += 1;
        }
        Ok(row)
    });
    let rows = rows.collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(path) = &flags.picture {
        whole::write(path, picture(&rows, &each).to_svg().as_bytes())?;
    }
    if flags.json {
        terminal::json(&json!({ "net": "digits", "before": before, "rows": rows }))?;
    } else {
        print(&rows, &trains, &each, mean(&before))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Nets that know the old world, one of them just the first classes.
fn bases(seed: u64, data: &Data) -> anyhow::Result<Bases> {
    let known = |data: &Dataset| {
        let known = (0..data.len()).filter(|&place| data.label(place) < UNKNOWN);
        data.subset(&known.collect::<Vec<_>>())
    };
    let some = Data { train: known(&data.train), test: Some(known(data.test_part()?)) };
    Ok(Bases { all: base(seed, data)?, some: base(seed, &some)? })
}

/// Frozen layers are borrowed for as long as the program runs.
fn base(seed: u64, data: &Data) -> anyhow::Result<&'static Parameters<Net>> {
    let recipe = run::Recipe { seed, ..run::Recipe::DIGITS };
    let mut run = Run::<Net>::new(recipe, data)?;
    while run.advance()? != Step::Done {}
    Ok(Box::leak(run.kept().0))
}

/// What the device meets, and what it is tested with.
struct Lesson {
    knows_all: bool,
    new: Box<Samples<NEW>>,
    old: Box<Samples<OLD>>,
    /// New ones, and old ones.
    tests: [Dataset; 2],
}

impl Lesson {
    fn new(
        task: Task,
        each: usize,
        replayed: usize,
        seed: u64,
        data: &Data,
    ) -> anyhow::Result<Self> {
        let known = data.test_part()?;
        let mut chance = Rng::with_stream(seed, 1);
        let mut places: Vec<usize> = (0..known.len()).collect();
        chance.shuffle(&mut places);
        let (there, is_new): (Dataset, fn(u16) -> bool) = match task {
            Task::World(world) => (world.apply(known, &mut || chance.next_u32()), |_| true),
            Task::Classes => (known.clone(), |label| label >= UNKNOWN),
        };
        let mut new = Box::new(Samples::ZERO);
        let mut counts = vec![0; known.classes];
        let mut rest = Vec::new();
        for place in places {
            let label = usize::from(known.label(place));
            if is_new(known.label(place)) && counts[label] < each {
                counts[label] += 1;
                offer(&mut new, &there, place, &mut chance)?;
            } else {
                rest.push(place);
            }
        }
        let mut old = Box::new(Samples::ZERO);
        if replayed > 0 {
            let mut places: Vec<usize> = (0..data.train.len()).collect();
            chance.shuffle(&mut places);
            places.retain(|&place| task != Task::Classes || data.train.label(place) < UNKNOWN);
            for place in places {
                offer(&mut old, &data.train, place, &mut chance)?;
            }
        }
        let tests = match task {
            Task::World(_) => [there.subset(&rest), known.subset(&rest)],
            Task::Classes => [true, false].map(|new| {
                let of = rest.iter().copied().filter(|&place| is_new(known.label(place)) == new);
                known.subset(&of.collect::<Vec<_>>())
            }),
        };
        Ok(Self { knows_all: task != Task::Classes, new, old, tests })
    }

    /// The end of the session, and what is right of both tests after it.
    fn learn(&self, train: Training, base: &Bases, seed: u64) -> anyhow::Result<(End, [f64; 2])> {
        let base = if self.knows_all { base.all } else { base.some };
        let (end, learnt) = match train {
            Training::All => self.session::<All>(base, seed),
            Training::ConvolutionsAndOutput => self.session::<ConvolutionsAndOutput>(base, seed),
            Training::OutputOnly => self.session::<OutputOnly>(base, seed),
            Training::BiasesOnly => self.session::<BiasesOnly>(base, seed),
            Training::Tail(_) | Training::Nothing => bail!("no sessions with {train}"),
        }?;
        let [new, old] = &self.tests;
        let right = |data| evaluation::accuracy::<Net>(&learnt, data);
        Ok((end, [right(new)?, right(old)?]))
    }

    fn session<C: Choice>(
        &self,
        base: &'static Parameters<Net>,
        seed: u64,
    ) -> anyhow::Result<(End, Box<Parameters<Net>>)> {
        let mut learner = Box::new(Learner::<Net, C>::ZERO);
        learner.parameters_mut()?.load(base);
        let mut kept = Box::new(InRam::<Net, C>::ZERO);
        let mut session = Box::new(Session::<NEW, OLD>::ZERO);
        session.begin(&Recipe::DEFAULT, &self.new, Rng::with_stream(seed, 2), 0)?;
        let report = loop {
            let Self { new, old, .. } = self;
            let polled = session.poll(&mut learner, new, old, &mut *kept, u32::MAX, 0);
            if let Poll::Ready(report) = polled {
                break report;
            }
        };
        let learnt = learner.parameters().context("a session leaves no step under way")?;
        let mut all = Box::new(*base);
        let mut place = 0;
        while let (Some(to), Some(from)) = (all.tensor_mut(place), learnt.tensor(place)) {
            to.copy_from_slice(from);
            place += 1;
        }
        Ok((report.end, all))
    }
}

fn offer<const ROOM: usize>(
    to: &mut Samples<ROOM>,
    data: &Dataset,
    place: usize,
    chance: &mut Rng,
) -> anyhow::Result<()> {
    let mut image = digits::Image::ZERO;
    image.flat_mut().copy_from_slice(data.image(place));
    to.offer(&image, data.label(place).into(), chance)?;
    Ok(())
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

/// The mean over seeds of what is new and what is old, and over the worlds or of the new classes.
fn figures(
    rows: &[Row],
    of_classes: bool,
    (train, replayed): (Training, usize),
    each: usize,
) -> [f64; 2] {
    let rows = rows.iter().filter(|row| {
        (row.task == Task::Classes.to_string()) == of_classes
            && row.train == train.to_string()
            && (row.replayed, row.samples_a_class) == (replayed, each)
    });
    let (new, old): (Vec<_>, Vec<_>) = rows.map(|row| (mean(&row.new), mean(&row.old))).unzip();
    [mean(&new), mean(&old)].map(|share| 100.0 * share)
}

fn print(rows: &[Row], trains: &[Training], each: &[usize], before: f64) -> anyhow::Result<()> {
    say!("new / old right, %, after a guarded session with so many samples of each class\n")?;
    let heads = ["", "trains", "replayed"].map(|head| (head.to_owned(), Align::Left));
    let counts = each.iter().map(|each| (each.to_string(), Align::Right));
    let mut table = Table::new(heads.into_iter().chain(counts));
    let cell = |[new, old]: [f64; 2]| format!("{new:.1} / {old:.1}");
    for (name, of_classes) in [("six worlds", false), ("new classes", true)] {
        for &train in trains {
            for replayed in [0, OLD] {
                let words = [name.to_owned(), train.to_string(), replayed.to_string()];
                let cells = each
                    .iter()
                    .map(|&each| cell(figures(rows, of_classes, (train, replayed), each)));
                table.row(words.into_iter().chain(cells).map(Cell::from));
            }
        }
    }
    let words = ["six worlds", "PyTorch, all", "50"].map(str::to_owned);
    let cells = each.iter().map(|&each| reference(each).map_or(String::new(), cell));
    table.row(words.into_iter().chain(cells).map(Cell::quiet));
    table.print()?;
    say!("\n{:.1} % of the old world were right before.", 100.0 * before)?;
    Ok(())
}

fn reference(each: usize) -> Option<[f64; 2]> {
    EACH.iter().zip(PYTORCH).find(|(of, _)| **of == each).map(|(_, figures)| figures)
}

/// Accuracy over the number of samples, where everything trains.
fn picture(rows: &[Row], each: &[usize]) -> Picture {
    let curve = |name: &str, at: &dyn Fn(usize) -> Option<f64>| Series {
        name: name.to_owned(),
        points: each.iter().filter_map(|&each| Some((each as f64, at(each)? / 100.0))).collect(),
    };
    let of = |replayed, place: usize| {
        move |each| Some(figures(rows, false, (Training::All, replayed), each)[place])
    };
    Chart {
        description: "What is right in a new world and in the old one after a guarded session, by \
                      the samples of each class that it learnt from: mean of six worlds.",
        across: "samples of each class",
        upward: "right",
        scale: Scale::Percent,
        series: vec![
            curve("new, 50 replayed", &of(OLD, 0)),
            curve("old, 50 replayed", &of(OLD, 1)),
            curve("new, none replayed", &of(0, 0)),
            curve("old, none replayed", &of(0, 1)),
            curve("new, PyTorch", &|each| reference(each).map(|[new, _]| new)),
            curve("old, PyTorch", &|each| reference(each).map(|[_, old]| old)),
        ],
    }
    .picture()
}
