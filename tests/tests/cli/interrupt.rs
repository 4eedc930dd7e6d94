//! A run that is asked to end, by Ctrl-C or its kind, saves itself; and says by its exit code who
//! asked.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Lines};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::scratch::Scratch;

pub(crate) const ENDLESS: &str = "train --epochs 1000000";

/// A run that has said its first line, so it listens or is about to.
pub(crate) fn learns(command: &mut Command) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("learns from 1,437 images"));
    (child, lines)
}

pub(crate) fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// `cpfo` with the usual answer to each signal, whatever the tests were started with.
fn as_usual(here: &Scratch, words: &str) -> Command {
    with_signals(here, "--default-signal=INT,TERM,HUP", words)
}

fn with_signals(here: &Scratch, signals: &str, words: &str) -> Command {
    let cpfo = here.cpfo_command(words);
    let mut command = Command::new("env");
    command.arg(signals).arg(cpfo.get_program()).args(cpfo.get_args());
    command.current_dir(here.path(".")).stdin(Stdio::null());
    command
}

#[test]
fn every_signal_saves() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 143)] {
        let here = Scratch::new(&format!("interrupt{signal}"));
        let (mut child, lines) = learns(&mut as_usual(&here, ENDLESS));
        send(signal, &child);
        let rest: Vec<_> = lines.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{rest:?}");
        assert!(rest.last().unwrap().contains("go on with `train --resume"), "{rest:?}");
        here.cpfo("train --resume --stop-after-batches 2").code(130);
    }
}

#[test]
fn several_seeds_end_too() {
    let here = Scratch::new("interrupt-seeds");
    let mut command = as_usual(&here, &format!("{ENDLESS} --seeds 2"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Nothing tells when it listens; until then it is ended as by default.
    std::thread::sleep(std::time::Duration::from_millis(500));
    send("-TERM", &child);
    let status = child.wait().unwrap();
    assert!(status.code() == Some(143) || status.signal() == Some(15), "{status}");
}

/// A shell and the kernel both say that a terminal went away, and `timeout` sends its signal to the
/// process and to its group: what comes twice for one reason does not end the saving.
#[test]
fn twice_for_one_reason() {
    let here = Scratch::new("interrupt-twice");
    let (mut child, lines) = learns(&mut as_usual(&here, ENDLESS));
    ["-HUP", "-HUP", "-TERM", "-TERM", "-HUP"].iter().for_each(|signal| send(signal, &child));
    drop(lines);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    here.cpfo("train --resume --stop-after-batches 2").code(130);
}

/// The terminal that would be told is what went away: telling fails, saving does not.
#[test]
fn nobody_left_to_tell() {
    let here = Scratch::new("interrupt-untold");
    let mut run = as_usual(&here, ENDLESS);
    let (mut child, lines) = learns(&mut run);
    drop(lines);
    send("-HUP", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(here.list("cpfo-out"), ["checkpoint.safetensors", "model.safetensors"]);
}

/// `nohup` starts a program with `SIGHUP` ignored, and so it stays.
#[test]
fn nohup_goes_on() {
    let here = Scratch::new("interrupt-nohup");
    let (mut child, lines) = learns(&mut with_signals(&here, "--ignore-signal=HUP", ENDLESS));
    send("-HUP", &child);
    assert!(child.try_wait().unwrap().is_none());
    send("-INT", &child);
    assert!(lines.map(Result::unwrap).last().unwrap().contains("go on with"));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// What saves nothing is ended by the first signal, wherever it is.
#[test]
fn what_saves_nothing_ends_at_once() {
    let here = Scratch::new("interrupt-bench");
    let mut command = as_usual(&here, "bench --seconds 1000");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}
