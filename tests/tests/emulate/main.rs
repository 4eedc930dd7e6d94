//! `cpfo emulate`, from the command line to the chip and back: it learns, and its bits are the
//! desktop's, over a bad line, too; stopped early, it keeps what there is. `cpfo bench --emulated`: it
//! tells what the chip takes. None of them leaves an emulator behind.
//!
//! `cpfo build`: the model is in the firmware of every board, real ones too.
//!
//! `cpfo new`: a project's own tests pass, and its firmware is built and trains.
//!
//! It needs QEMU and the board's Rust target. Where one is missing the test is ignored and says
//! why; where `CPFO_REQUIRE_TOOLS` is set, as in CI, that is a failure.

mod builds;
mod ends;
mod project;

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use cpfo_harness::board::device::Device;
use cpfo_harness::board::emulator::{self, Board, Emulator};
use cpfo_harness::board::firmware::BOARDS;
use cpfo_harness::board::link::Link;
use cpfo_harness::nets::digits;
use cpfo_tests::client;
use cpfo_tests::noise::{FAULTS, Noisy};
use cpfo_tests::tools::{self, cpfo, trial};
use cpfo_tests::tuning;
use ends::{left_behind, stopped};
use libtest_mimic::{Arguments, Failed};
use serde_json::Value;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share cargo's lock and two cores.
    arguments.test_threads = Some(1);
    let board = Board::M4;
    let lacks = emulator::targets(None).and_then(|targets| board.at_hand(&targets)).err();
    let lacks = lacks.map(|error| error.to_string());
    let mut trials = vec![
        trial("mirrored_digits_on_m4", lacks.clone(), move || mirrored_digits(board)),
        trial("a_part_of_it_on_m4", lacks.clone(), move || part(board)),
        trial("bench_on_m4", lacks.clone(), move || bench(board)),
        trial("a_bad_line_on_m4", lacks.clone(), move || bad_line(board)),
        trial("images_of_bytes_on_m4", lacks.clone(), move || bytes(board)),
        trial("a_client_in_python_on_m4", lacks.clone().or_else(client::lacks), move || {
            python(board)
        }),
    ];
    trials.push(trial("a_new_project::tests_pass", None, project::tests_pass));
    trials
        .push(trial("a_new_project::the_story_on_m4", lacks.clone(), || project::story(Board::M4)));
    let m0 = emulator::targets(None).and_then(|targets| Board::M0.at_hand(&targets)).err();
    let m0 = m0.map(|error| error.to_string());
    trials.push(trial("a_new_project::the_story_on_m0", m0, || project::story(Board::M0)));
    let lacks_target = tools::lacks_target("thumbv7em-none-eabihf");
    trials.push(trial("a_new_project::is_built", lacks_target, project::is_built));
    for board in BOARDS.into_iter().filter(|board| board.chip.is_some()) {
        let name = format!("a_new_project::is_built_for::{}", board.name);
        let lacks = tools::lacks_target(board.target);
        trials.push(trial(name, lacks, move || project::is_built_for(board)));
    }
    for board in BOARDS {
        let name = format!("the_firmware_is_built::{}", board.name);
        trials.push(trial(name, tools::lacks_target(board.target), move || builds::nets(board)));
    }
    let lacks = lacks.or_else(|| {
        (!cfg!(target_os = "linux")).then(|| "only Linux tells what a process has started".into())
    });
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let name = format!("stopped_early::{signal}");
        trials.push(trial(name, lacks.clone(), move || stopped(signal, code)));
    }
    trials.push(trial("the_chip_dies", lacks.clone(), ends::dies));
    for command in ["emulate", "bench", "flash"] {
        for signal in ["-KILL", "-TERM"] {
            let name = format!("no_emulator_is_left_behind::{command}{signal}");
            trials.push(trial(name, lacks.clone(), move || left_behind(command, signal)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn mirrored_digits(board: Board) -> Result<(), Failed> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulate");
    let words = ["emulate", "--board", board.name(), "--shift", "mirror", "--samples", "5"];
    let more = ["--epochs", "10", "--json", "--out"];
    let said = json(cpfo().args(words).args(more).arg(&out))?;
    let number = |path: &str| said.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
    // 10 epochs of 50 samples; two test sets of 360 images, before and after.
    holds(said["equal_to_the_bit"] == true && said["parted_after"].is_null(), "equal bits")?;
    holds(said["chip"]["parameters"] == said["desktop"]["parameters"], "equal parameters")?;
    holds(said["steps"] == 500 && said["predictions"] == 4 * 360, "all steps and predictions")?;
    holds(
        said["chip"]["course"].as_array().is_some_and(|course| course.len() == 11),
        "a reading an epoch",
    )?;
    holds(number("/after/new") > number("/before/new") + 0.2, "it learnt")?;
    holds(
        number("/step/least") > 1000.0 && said["step"]["unit"] == "instructions",
        "steps are measured",
    )?;
    holds(number("/memory/parameters") == 10_984.0, "parameters in RAM")?;
    holds(number("/memory/stack") < number("/memory/stack_room"), "the stack has room")?;
    for file in ["report.html", "model.safetensors"] {
        holds(out.join(file).is_file(), file)?;
    }
    // The picture in the README is of this very run.
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets/learning.svg");
    let drawn = fs::read_to_string(out.join("learning.svg"))?;
    if env::var_os("CPFO_BLESS").is_some() {
        fs::write(&committed, &drawn)?;
    }
    holds(fs::read_to_string(committed)? == drawn, "targets/learning.svg is of this run")
}

/// The output layer learns, the rest is read in flash: the RAM of one layer, and the bits of the desktop.
fn part(board: Board) -> Result<(), Failed> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("part");
    let words = ["emulate", "--board", board.name(), "--train", "output", "--samples", "2"];
    let said = json(cpfo().args(words).args(["--epochs", "1", "--json", "--out"]).arg(&out))?;
    holds(said["equal_to_the_bit"] == true && said["steps"] == 20, "20 steps, equal bits")?;
    let parameters = said["memory"]["parameters"].as_u64();
    holds(parameters < Some(1_400), &format!("{parameters:?} bytes of parameters"))
}

/// The passes that are committed are told, beside what is committed. The instructions depend a little
/// on where the firmware is built; `chip` compares them to the last one where they do not.
fn bench(board: Board) -> Result<(), Failed> {
    let said = json(cpfo().args(["bench", "--emulated", "--board", board.name(), "--json"]))?;
    let committed = format!("../targets/boards/{}/figures.out", board.package());
    let committed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(committed))?;
    let counted: Vec<_> = committed.lines().filter(|line| line.contains("instructions")).collect();
    let rows = said["rows"].as_array().ok_or("no rows")?;
    holds(rows.len() == counted.len() && rows.len() >= 4, "a row for each count")?;
    for (row, line) in rows.iter().zip(counted) {
        let head = format!("{}: {} ", row["net"].as_str().unwrap(), row["pass"].as_str().unwrap());
        holds(line.starts_with(&head), line)?;
        let (_, said) = line.split_once(&head).ok_or(line)?;
        let committed: u64 = said.split(' ').next().ok_or(line)?.parse()?;
        holds(row["core"] == board.core() && row["committed"] == committed, line)?;
        let counted = row["instructions"].as_u64().ok_or(line)?;
        println!("{line}: counted {counted}");
        holds(counted.abs_diff(committed) <= committed / 100, &format!("{counted}: {line}"))?;
        holds((100..600).contains(&row["stack"].as_u64().unwrap_or(0)), line)?;
    }
    let program = &said["programs"][0];
    holds(program["flash"].as_u64() > Some(1000) && program["ram"].as_u64() > Some(10_984), "sizes")
}

/// The chip's own serial port, and bytes that go wrong on the way to it.
fn bad_line(board: Board) -> Result<(), Failed> {
    let targets = emulator::targets(None)?;
    let (_emulator, line) = Emulator::start(board, "serve", &targets)?;
    line.set_read_timeout(Some(Duration::from_millis(2)))?;
    let line = Noisy::new(line, &FAULTS, 1000, 4);
    let end = tuning::over(line, Duration::from_secs(60)).map_err(|error| format!("{error:#}"))?;
    holds(end == tuning::alone(), "the bits of a good line")
}

/// A quarter of the bytes on the line, and the bits of images in floats.
fn bytes(board: Board) -> Result<(), Failed> {
    let (_emulator, line) = Emulator::start(board, "serve-bytes", &emulator::targets(None)?)?;
    line.set_read_timeout(Some(Duration::from_millis(5)))?;
    let mut device = Device::<digits::Net, _>::meet(Link::new(line))?;
    holds(device.full() == 16, "it takes bytes, of which 16 stand for 1")?;
    let end = tuning::tune(&mut device).map_err(|error| format!("{error:#}"))?;
    holds(end == tuning::alone(), "the bits of floats")
}

/// A client that knows nothing of this source, and a chip.
fn python(board: Board) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-on-a-chip");
    let lesson = client::Lesson::new(&folder).map_err(|error| format!("{error:#}"))?;
    let (_emulator, line) = Emulator::start(board, "serve", &emulator::targets(None)?)?;
    let place = project::at_a_socket(line)?;
    lesson.teach(&place).map_err(|error| format!("{error:#}").into())
}

/// What a command prints as JSON; it must end well.
fn json(command: &mut Command) -> Result<Value, Failed> {
    let ended = command.output()?;
    if !ended.status.success() {
        return Err(format!("it ended with {}", ended.status).into());
    }
    Ok(serde_json::from_slice(&ended.stdout)?)
}

fn holds(fact: bool, what: &str) -> Result<(), Failed> {
    if fact { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
