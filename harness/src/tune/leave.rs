//! What the chip leaves behind: its model, a report, and a summary.

use std::process::ExitCode;

use cpfo::Net;
use serde::Serialize;
use serde_json::{Value, json};

use super::course::Course;
use super::lesson::{Change, Lesson};
use crate::base::output::{Kept, Output};
use crate::base::terminal::{self, say};
use crate::base::{label, whole};
use crate::board::emulator::Board;
use crate::data::{Dataset, Form, World};
use crate::learn::evaluation;
use crate::model::snapshot;
use crate::model::{self, Metadata};
use crate::plan::{Plan, Training};
use crate::show::plot::Changed;
use crate::show::report::{Figure, FineTuningReport, Reading};
use crate::show::samples::picture;
use crate::show::sheet::Sheet;
use crate::show::table::{Align, Cell, Table};

/// Of so many classes an image is shown.
const SHOWN: usize = 20;

/// Where it is left, and what has to be known for it.
pub struct Leave<'a> {
    /// The folder.
    pub output: &'a Output,
    /// What the model says of itself: the same as the one said that it began as.
    pub about: &'a Metadata,
    /// The emulated board, if it is one.
    pub emulated: Option<Board>,
    /// What trains on it.
    pub training: Training,
    /// Whether a program reads it.
    pub json: bool,
}

impl Leave<'_> {
    /// What the chip is called.
    fn chip<'c>(&self, course: &'c Course) -> &'c str {
        match self.emulated {
            Some(board) => board.core(),
            None => &course.board,
        }
    }
}

/// The files that are there.
#[derive(Serialize)]
struct Files {
    model: Option<String>,
    report: Option<String>,
    picture: Option<String>,
}

/// Writes and prints everything. A difference of one bit is a failure, and so is an early end.
pub fn all<N: Net>(leave: &Leave<'_>, lesson: &Lesson, course: Course) -> anyhow::Result<ExitCode> {
    let output = leave.output;
    let mut parameters = Box::new(N::ZERO);
    snapshot::put::<N>(&course.end, &mut parameters);
    let mut kept = Kept::default();
    let saved = model::save::<N>(&output.model(), &parameters, leave.about);
    let model = kept.note(output.model(), saved);
    let report = report::<N>(leave, lesson, &course);
    let page = whole::write(&output.report(), report.to_html().as_bytes());
    let page = kept.note(output.report(), page);
    let picture = whole::write(&output.picture(), report.to_svg().as_bytes());
    let files = Files { model, report: page, picture: kept.note(output.picture(), picture) };

    let told = if leave.json {
        terminal::json(&summary::<N>(&files, lesson, &course)).map_err(Into::into)
    } else {
        print(leave, &files, lesson, &course)
    };
    kept.all()?;
    told?;
    let equal = equal(&course);
    match course.ended {
        Some(early) => Err(early),
        None if equal => Ok(ExitCode::SUCCESS),
        None => Ok(ExitCode::FAILURE),
    }
}

fn equal(course: &Course) -> bool {
    course.parted.is_none() && course.chip.equals(&course.desktop)
}

/// Before the first step and after the last.
fn ends(course: &Course) -> [Option<&Reading>; 2] {
    [course.chip.course.first(), course.chip.course.last()]
}

/// What a step took: the least, the mean, the most.
fn times(course: &Course) -> [u64; 3] {
    let times = || course.times.iter().copied().map(u64::from);
    let mean = times().sum::<u64>() / (course.times.len() as u64).max(1);
    [times().min().unwrap_or(0), mean, times().max().unwrap_or(0)]
}

fn print(leave: &Leave<'_>, files: &Files, lesson: &Lesson, course: &Course) -> anyhow::Result<()> {
    let Dataset { rows, columns, maps, .. } = lesson.old;
    let form = Form::of([rows, columns, maps]);
    let columns = [
        ("", Align::Left),
        (form.many(), Align::Right),
        ("before", Align::Right),
        ("after", Align::Right),
    ];
    let mut table = Table::new(columns);
    let share = |of: fn(&Reading) -> f64| {
        ends(course).map(|reading| label::percent(reading.map_or(f64::NAN, of)))
    };
    let rows = match lesson.changes() {
        true => vec![
            (
                format!("new world ({})", lesson.change),
                lesson.new.len(),
                share(|reading| reading.new),
            ),
            ("old world".to_owned(), lesson.old.len(), share(|reading| reading.old)),
        ],
        false => vec![("held out".to_owned(), lesson.new.len(), share(|reading| reading.new))],
    };
    for (name, samples, [before, after]) in rows {
        let samples = Cell::from(label::count(samples as u64));
        table.row([Cell::from(name), samples, Cell::from(before), Cell::strong(after)]);
    }
    table.print()?;

    let [least, mean, most] = times(course).map(label::count);
    let [parameters, workspace, line, stack, room] = memory(course);
    let line_errors = course.figures.map(|figures| label::count(figures.line_errors.into()));
    let line_errors = line_errors.as_deref().unwrap_or(label::DASH);
    if let Some(ended) = ended(lesson, course) {
        say!("\n{ended}")?;
    }
    say!(
        "
{} steps on {} ({}), {} samples of each class, {}, rate {}

a step      {mean} {} (from {least} to {most})
RAM         {parameters} bytes of parameters, {workspace} of workspace and {}, {line} for the line
stack       {stack} bytes of {room}
line        {line_errors} errors that the board told of
desktop     {}

model       {}
report      {}
picture     {}",
        label::count(course.times.len() as u64),
        course.board,
        leave.chip(course),
        lesson.each,
        label::epochs(lesson.epochs),
        lesson.rate,
        course.unit,
        form.one(),
        verdict(course),
        label::place(&files.model),
        label::place(&files.report),
        label::place(&files.picture),
    )?;
    Ok(())
}

fn verdict(course: &Course) -> String {
    match course.parted {
        Some(step) => format!(
            "NOT equal: it differs from the chip since {} samples were learnt from",
            label::count(step)
        ),
        None => {
            let parameters = match course.chip.parameters {
                Some(sum) => format!("all parameters ({}) and losses", label::checksum(sum)),
                None => "all losses".into(),
            };
            format!(
                "equal to the bit: {parameters} ({}), {} predictions",
                label::checksum(course.chip.losses),
                label::count(course.predictions as u64)
            )
        }
    }
}

/// In a sentence, how the course ended early, if it did.
fn ended(lesson: &Lesson, course: &Course) -> Option<String> {
    let why = course.ended.as_ref()?;
    let [done, all] = [course.times.len() as u64, lesson.steps()].map(label::count);
    let whose = if course.fetched {
        "the model is what the chip had learnt by then"
    } else {
        "the chip's model could not be fetched, so it is that of the desktop, which made the same steps"
    };
    Some(format!("It ended early, after {done} of {all} steps: {why:#}; {whose}."))
}

/// Bytes, as far as the chip could tell them.
fn memory(course: &Course) -> [String; 5] {
    let Some(figures) = &course.figures else {
        return [const { label::DASH }; 5].map(String::from);
    };
    [figures.parameters, figures.workspace, figures.line, figures.stack, figures.stack_room]
        .map(|bytes| label::count(bytes.into()))
}

fn report<N: Net>(leave: &Leave<'_>, lesson: &Lesson, course: &Course) -> FineTuningReport {
    let [least, mean, most] = times(course).map(label::count);
    let bytes = memory(course).map(|bytes| format!("{bytes} bytes"));
    let [parameters, workspace, line, stack, room] = bytes;
    let form = Form::of(N::INPUT);
    FineTuningReport {
        title: format!("{}, fine-tuned on a {}", N::NAME, leave.chip(course)),
        change: change(lesson.change, form),
        form,
        ended: ended(lesson, course),
        setting: vec![
            Figure::new(
                "board",
                match leave.emulated {
                    Some(_) => format!("{}, in QEMU", course.board),
                    None => course.board.clone(),
                },
            ),
            Figure::new("net", N::NAME),
            Figure::new("samples of each class", lesson.each.to_string()),
            Figure::new("epochs", lesson.epochs.to_string()),
            Figure::new("rate", lesson.rate.to_string()),
            Figure::new("seed", lesson.seed.to_string()),
            Figure::new(format!("test {}", form.many()), lesson.new.len().to_string()),
        ],
        changed: if lesson.changes() { changed::<N>(lesson) } else { Vec::new() },
        chip: course.chip.clone(),
        desktop: course.desktop.clone(),
        round: lesson.samples.len(),
        taken: course.taken.clone(),
        costs: vec![
            Figure::new(format!("{} a step, mean", course.unit), mean),
            Figure::new("least and most", format!("{least} and {most}")),
            Figure::new("parameters", parameters),
            Figure::new(format!("workspace and {}", form.one()), workspace),
            Figure::new("for the line", line),
            Figure::new("stack at its deepest", format!("{stack} of {room}")),
        ],
        times: times_elsewhere::<N>(leave, lesson, course),
    }
}

/// The first test sample of each class, in either world.
fn changed<N: Net>(lesson: &Lesson) -> Vec<Changed> {
    let first = |data: &Dataset, class| {
        (0..data.len()).find(|&i| usize::from(data.label(i)) == class).map(|i| picture(data, i))
    };
    let classes = evaluation::classes::<N>(&lesson.old).into_iter().enumerate().take(SHOWN);
    let both = |(class, label)| {
        let (before, after) = (first(&lesson.old, class)?, first(&lesson.new, class)?);
        Some(Changed { label, before, after })
    };
    classes.filter_map(both).collect()
}

/// What the steps would take on chips that people have.
fn times_elsewhere<N: Net>(leave: &Leave<'_>, lesson: &Lesson, course: &Course) -> Option<Sheet> {
    let [_, mean, _] = times(course);
    let emulated = leave.emulated.filter(|_| course.unit == "instructions");
    let counted = emulated.map(|board| (board.name(), mean));
    Some(Plan::of::<N>(leave.training)?.times(counted, lesson.steps()))
}

fn change(change: Change, form: Form) -> String {
    let all = form.many();
    let Change::Bent(world) = change else {
        return format!("The {all} were collected in another world.");
    };
    match world {
        World::Rotate(degrees) => format!("All {all} are turned by {degrees}°."),
        World::Same => {
            "It goes on learning from samples, and is tested with others of the same data.".into()
        }
        World::Mirror => format!("All {all} are mirrored: left is right."),
        World::Invert => format!("All {all} are inverted: black is white."),
        World::Shift(pixels) => format!("All {all} are moved to the right by {pixels} pixels."),
        World::Noise(sd) => format!("Noise of standard deviation {sd} lies over all {all}."),
    }
}

fn summary<N: Net>(files: &Files, lesson: &Lesson, course: &Course) -> Value {
    let reading = |reading: &Reading| json!({ "samples": reading.samples, "new": reading.new, "old": reading.old });
    let [before, after] = ends(course).map(|end| end.map(reading));
    let [least, mean, most] = times(course);
    let run = |run: &crate::show::report::Run| {
        json!({
            "parameters": run.parameters.map(label::checksum),
            "losses": label::checksum(run.losses),
            "course": run.course.iter().map(reading).collect::<Vec<_>>(),
        })
    };
    json!({
        "net": N::NAME,
        "board": course.board,
        "shift": lesson.change.to_string(),
        "samples_of_each_class": lesson.each,
        "epochs": lesson.epochs,
        "rate": lesson.rate,
        "seed": lesson.seed,
        "steps": course.times.len(),
        "steps_planned": lesson.steps(),
        "ended_early": course.ended.as_ref().map(|why| format!("{why:#}")),
        "fetched": course.fetched,
        "before": before,
        "after": after,
        "equal_to_the_bit": equal(course),
        "parted_after": course.parted,
        "predictions": course.predictions,
        "chip": run(&course.chip),
        "desktop": run(&course.desktop),
        "step": { "unit": course.unit, "least": least, "mean": mean, "most": most },
        "memory": course.figures.map(|figures| json!({
            "parameters": figures.parameters,
            "workspaces": figures.workspace,
            "line": figures.line,
            "stack": figures.stack,
            "stack_room": figures.stack_room,
        })),
        "line_errors": course.figures.map(|figures| figures.line_errors),
        "files": files,
    })
}
