//! `cpfo device info` and `watch`: what a device says of itself, whatever net it runs.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

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
    say!(
        "board       {}
net         {}: {rows} x {columns} x {maps}, {} classes, {} parameters ({:08x})
model       {model}
session     {session}
RAM         {} bytes of parameters, {} of workspace and image, {} for the line
stack       {stack}
line        {} errors that the board told of
time        in {}",
        said.board,
        said.net,
        said.classes,
        bytes(said.parameters),
        said.fingerprint,
        bytes(figures.parameters),
        bytes(figures.workspace),
        bytes(figures.line),
        bytes(figures.line_errors),
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

fn change(said: &Said, figures: &Figures) -> String {
    let model = said.checksum.map_or_else(|| "no model".into(), label::checksum);
    format!(
        "session {:08x}  learnt {}  model {model}  stack {}  line errors {}",
        said.session,
        label::count(said.learned.into()),
        label::count(figures.stack.into()),
        label::count(figures.line_errors.into())
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
        "line_errors": figures.line_errors,
    })
}
