//! `cpfo device info` and `watch`: what a device says of itself, whatever net it runs.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpfo::train::Refusals;
use cpfo::wire::Figures;
use serde_json::{Value, json};

use crate::base::terminal::{self, say};
use crate::base::{interrupt, label};
use crate::board::device::{self, Said};
use crate::board::line::Line;
use crate::cli::WatchFlags;

/// Ctrl-C is looked at so often.
const NAP: Duration = Duration::from_millis(50);
/// The longest that can be waited between two looks, in seconds.
const DAY: f32 = 86_400.0;

/// Says who it is, where it stands, and what memory it uses.
pub(super) fn info(line: &mut Line, json: bool) -> anyhow::Result<ExitCode> {
    let said = device::hello(line)?;
    let figures = device::figures(line)?;
    if json {
        terminal::json(&object(&said, &figures))?;
        return Ok(ExitCode::SUCCESS);
    }
    let [rows, columns, maps] = said.input;
    let bytes = |bytes: u32| label::count(bytes.into());
    let model = match said.checksum {
        Some(sum) => format!(
            "{}, which has learnt from {} samples since it came",
            label::checksum(sum),
            bytes(said.learned)
        ),
        None => "none: `device push` gives it one".into(),
    };
    let session = match said.session {
        0 => "none has begun since it started".to_owned(),
        session => format!("{session:08x}"),
    };
    let stack = match figures.stack_room {
        0 => "not measured by this firmware".to_owned(),
        room => format!("{} bytes of {}", bytes(figures.stack), bytes(room)),
    };
    let refused = refused(figures.samples);
    say!(
        "board       {}
net         {}: {rows} x {columns} x {maps}, {} classes, {} parameters ({:08x})
model       {model}
session     {session}
trains      {}
RAM         {} bytes of parameters, {} of workspace and image, {} for the line
stack       {stack}
images      sent as {}
line        {} errors that the board told of, {} frames damaged
refused     {} samples{}, {} questions
last step   {} {}",
        said.board,
        said.net,
        said.classes,
        bytes(said.parameters),
        said.fingerprint,
        match said.trains.count_ones() {
            0 => "nothing".to_owned(),
            tensors => format!("{tensors} tensors: weights and biases"),
        },
        bytes(figures.parameters),
        bytes(figures.workspace),
        bytes(figures.line),
        match (said.readings, said.full) {
            (1, _) => "raw readings in floats, scaled there".to_owned(),
            (2, _) => "raw readings of 16 bits with a sign, scaled there".to_owned(),
            (3, _) => "raw readings of 16 bits, scaled there".to_owned(),
            (_, 0) => "floats, four bytes a pixel".to_owned(),
            (_, full) => format!("bytes, of which {full} stand for 1"),
        },
        bytes(figures.line_errors),
        bytes(figures.garbled),
        bytes(refused.iter().map(|(_, count)| count).sum()),
        reasons(&refused),
        bytes(figures.refused),
        bytes(figures.step),
        said.unit,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Tells of every change, a line each, until it is stopped.
pub(super) fn watch(line: &mut Line, how: &WatchFlags, json: bool) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let mut told = 0;
    let mut before = None;
    loop {
        let now = (device::hello(line)?, device::figures(line)?);
        if before.as_ref() != Some(&now) {
            let (said, figures) = &now;
            if json {
                terminal::json(&object(said, figures))?;
            } else {
                say!("{:8.1} s  {}", start.elapsed().as_secs_f32(), change(said, figures))?;
            }
            told += 1;
            before = Some(now);
        }
        if how.lines == Some(told) {
            return Ok(ExitCode::SUCCESS);
        }
        let next = Instant::now() + Duration::from_secs_f32(how.every.min(DAY));
        while Instant::now() < next {
            interrupt::check()?;
            sleep(NAP.min(next.saturating_duration_since(Instant::now())));
        }
        interrupt::check()?;
    }
}

/// Why samples were refused, and how often.
fn refused(of: Refusals) -> Vec<(&'static str, u32)> {
    let Refusals { label, image, diverged, rate, gradient, not_loaded, busy, no_step } = of;
    let all = [
        ("label", label),
        ("image", image),
        ("diverged", diverged),
        ("rate", rate),
        ("gradient", gradient),
        ("not_loaded", not_loaded),
        ("busy", busy),
        ("no_step", no_step),
    ];
    all.into_iter().filter(|&(_, count)| count > 0).collect()
}

fn reasons(refused: &[(&str, u32)]) -> String {
    if refused.is_empty() {
        return String::new();
    }
    let words: Vec<_> = refused.iter().map(|(why, count)| format!("{why} {count}")).collect();
    format!(" ({})", words.join(", "))
}

fn change(said: &Said, figures: &Figures) -> String {
    let model = said.checksum.map_or_else(|| "no model".into(), label::checksum);
    format!(
        "session {:08x}  learnt {}  model {model}  stack {}  line errors {}  refused {}",
        said.session,
        label::count(said.learned.into()),
        label::count(figures.stack.into()),
        label::count(figures.line_errors.into()),
        label::count(figures.refused.into())
    )
}

fn object(said: &Said, figures: &Figures) -> Value {
    json!({
        "board": said.board,
        "net": said.net,
        "fingerprint": format!("{:08x}", said.fingerprint),
        "parameters": said.parameters,
        "input": said.input,
        "classes": said.classes,
        "unit": said.unit,
        "session": said.session,
        "learned": said.learned,
        "checksum": said.checksum.map(label::checksum),
        "memory": {
            "parameters": figures.parameters,
            "workspaces": figures.workspace,
            "line": figures.line,
            "stack": figures.stack,
            "stack_room": figures.stack_room,
        },
        "full": said.full,
        "readings": said.readings,
        "trains": format!("{:b}", said.trains),
        "line_errors": figures.line_errors,
        "garbled": figures.garbled,
        "refused": figures.refused,
        "samples_refused": refused(figures.samples).into_iter().collect::<BTreeMap<_, _>>(),
        "last_step": figures.step,
    })
}
