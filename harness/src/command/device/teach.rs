//! `cpfo device tune`: the device learns, and the desktop makes the same steps beside it.

use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use cpfo::Net;

use super::{Met, about, test};
use crate::base::output::Output;
use crate::base::terminal::note;
use crate::cli::{DeviceFlags, TuneFlags};
use crate::data::World;
use crate::model::Metadata;
use crate::tune::{self, Course, Leave, Lesson};

/// Teaches it, from where it stands.
pub(super) fn tune<N: Net>(
    mut device: Met<N>,
    flags: &DeviceFlags,
    how: &TuneFlags,
) -> anyhow::Result<ExitCode> {
    ensure!(
        device.has_model,
        "{} has no model to go on with: give it one with `device push`",
        device.board
    );
    let (about, origin) = about::<N>(&how.from.about)?;
    let source = test::samples::<N>(&how.from, origin.as_ref())?;
    if origin.is_none() {
        device.set_scale(source.origin.scale.clone());
    }
    let about = match origin {
        Some(_) => about,
        None => Metadata::from([("origin".into(), serde_json::to_string(&source.origin)?)]),
    };
    let lesson = Lesson::new(&how.lesson, &source.data, World::Same)?.with_tests(how.tests);
    let output = Output::new(&how.out);
    let _held = output.prepare()?;
    let mut parameters = Box::new(N::ZERO);
    device.go_on(&mut parameters).context("the device cannot go on with its model")?;
    note!(
        "{} goes on with its model, which has learnt from {} samples",
        device.board,
        device.learned()
    );
    let course = Course::run(&lesson, device, parameters)?;
    let emulated = flags.line.emulate;
    let training = flags.line.train.unwrap_or_default();
    let leave = Leave { output: &output, about: &about, emulated, training, json: flags.json };
    tune::all::<N>(&leave, &lesson, course)
}
