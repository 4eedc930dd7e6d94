//! How a run ends that is ended: with what there is, and without an emulator that goes on.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::iter::successors;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpfo::rng::Rng;

use cpfo::{Net as _, format};
use cpfo_harness::data::source::Origin;
use cpfo_harness::model::{self, Scale};
use cpfo_harness::nets::digits;
use cpfo_tests::tools::cpfo;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::holds;

/// Stopped while it learns, it leaves what the chip has learnt so far, and says so.
pub(crate) fn stopped(signal: &str, code: i32) -> Result<(), Failed> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stopped{signal}"));
    let words = ["emulate", "--epochs", "100000", "--samples", "5", "--json", "--out"];
    // It may be slow to begin: then there is nothing to leave yet.
    for patience in [1, 10, 30] {
        let _ = fs::remove_dir_all(&out);
        let mut cpfo = cpfo();
        cpfo.args(words).arg(&out).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = cpfo.spawn()?;
        let emulator = emulator_of(child.id())?;
        // The pipe has room for the little that comes after this line.
        let notes = child.stderr.take().expect("it is piped");
        let mut notes = BufReader::new(notes).lines();
        holds(notes.any(|line| line.is_ok_and(|line| line.contains("learns now"))), "it begins")?;
        sleep(Duration::from_secs(patience));
        send(signal, child.id())?;
        let ended = child.wait_with_output()?;
        holds(ended.status.code() == Some(code), &format!("code {code}: {}", ended.status))?;
        gone(emulator)?;
        if ended.stdout.is_empty() {
            continue;
        }
        let said: Value = serde_json::from_slice(&ended.stdout)?;
        let early = said["ended_early"].as_str().unwrap_or_default();
        holds(early.starts_with("stopped by"), early)?;
        holds(said["fetched"] == true && said["equal_to_the_bit"] == true, "the chip's bits")?;
        let steps = said["steps"].as_u64().unwrap_or(0);
        holds(steps > 0 && said["after"]["samples"] == steps, "a last reading")?;
        let report = fs::read_to_string(out.join("report.html"))?;
        holds(report.contains("It ended early, after"), "the report says so")?;
        return learnt(&out, &said["chip"]["parameters"]);
    }
    Err("it never learnt from a sample".into())
}

/// The model that was left is the one with this checksum, and knows its data as before.
fn learnt(out: &Path, checksum: &Value) -> Result<(), Failed> {
    let (parameters, about) = model::load::<digits::Net>(&out.join("model.safetensors"))?;
    let sum = format!("{:08x}", format::checksum(&parameters));
    holds(checksum == &sum, &format!("the model is {sum}, wanted {checksum}"))?;
    let origin = Origin::of(&about)?.ok_or("the model does not say what its data was")?;
    holds(origin.scale == Scale::max(16.0) && origin.frame.is_some(), "scale and frame travel")
}

/// The chip dies while it learns. What the desktop did beside it is left, and the reason is told; a
/// file that cannot be written is not said to be there.
pub(crate) fn dies() -> Result<(), Failed> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dies");
    let words = ["emulate", "--epochs", "100000", "--samples", "5", "--json", "--out"];
    for patience in [1, 10, 30] {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(out.join("report.html"))?;
        let mut cpfo = cpfo();
        cpfo.args(words).arg(&out).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = cpfo.spawn()?;
        let emulator = emulator_of(child.id())?;
        let notes = child.stderr.take().expect("it is piped");
        let mut notes = BufReader::new(notes).lines().map_while(Result::ok);
        holds(notes.any(|line| line.contains("learns now")), "it begins")?;
        sleep(Duration::from_secs(patience));
        send("-KILL", emulator)?;
        let rest: Vec<_> = notes.collect();
        let ended = child.wait_with_output()?;
        holds(ended.status.code() == Some(1), &format!("code 1: {} {rest:?}", ended.status))?;
        if ended.stdout.is_empty() {
            continue;
        }
        let said: Value = serde_json::from_slice(&ended.stdout)?;
        let early = said["ended_early"].as_str().unwrap_or_default();
        holds(early.contains("line"), &format!("why: {early}"))?;
        holds(said["fetched"] == false && said["steps"].as_u64() > Some(0), &said.to_string())?;
        let kept = rest.join("\n");
        holds(kept.contains("not everything was kept") && kept.contains("report.html"), &kept)?;
        holds(said["files"]["report"].is_null(), "no report is told of")?;
        holds(said["files"]["model"].is_string(), "the model is told of")?;
        return learnt(&out, &said["desktop"]["parameters"]);
    }
    Err("it never learnt from a sample".into())
}

/// A program that is killed, or asked to end, takes its emulator with it.
pub(crate) fn left_behind(command: &str, signal: &str) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("left-{command}{signal}"));
    fs::create_dir_all(&folder)?;
    let mut cpfo = cpfo();
    match command {
        "bench" => cpfo.args(["bench", "--emulated", "--board", "m4"]),
        "flash" => {
            let path = folder.join("model.safetensors");
            let mut parameters = Box::new(digits::Net::ZERO);
            parameters.initialize(&mut Rng::new(1));
            model::save::<digits::Net>(&path, &parameters, &Default::default())?;
            cpfo.args(["flash", "--board", "m4", "--model"]).arg(path)
        }
        _ => cpfo.args(["emulate", "--epochs", "100000", "--out"]).arg(&folder),
    };
    let mut child = cpfo.stdout(Stdio::null()).spawn()?;
    let emulator = emulator_of(child.id())?;
    send(signal, child.id())?;
    child.wait()?;
    gone(emulator)
}

fn send(signal: &str, process: u32) -> Result<(), Failed> {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status()?;
    holds(sent.success(), "the signal is sent")
}

/// The emulator that a process, or one that it started, has started: it may have to be built first.
fn emulator_of(ancestor: u32) -> Result<u32, Failed> {
    let until = Instant::now() + Duration::from_secs(900);
    while Instant::now() < until {
        for entry in fs::read_dir("/proc")?.flatten() {
            let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let comes_from = |process| {
                let mut line = successors(Some(process), |&process| Some(status(process)?.1));
                line.any(|process| process == ancestor)
            };
            if status(process).is_some_and(|(name, _)| name.starts_with("qemu"))
                && comes_from(process)
            {
                return Ok(process);
            }
        }
        sleep(Duration::from_millis(5));
    }
    Err("it started no emulator".into())
}

/// The name of a process and who started it, unless it has ended.
fn status(process: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (head, rest) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let mut fields = rest.split(' ');
    (fields.next()? != "Z").then_some((name.to_owned(), fields.next()?.parse().ok()?))
}

/// A process ends within seconds.
fn gone(process: u32) -> Result<(), Failed> {
    let until = Instant::now() + Duration::from_secs(10);
    while status(process).is_some_and(|(name, _)| name.starts_with("qemu")) {
        if Instant::now() > until {
            let _ = send("-KILL", process);
            return Err("the emulator goes on without who started it".into());
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}
