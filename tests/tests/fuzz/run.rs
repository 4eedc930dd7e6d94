//! Runs the program with a command line, and ends it by a signal if it was told to go on for long.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpfo_harness::base::child::bound;
use serde_json::Value;

use crate::files::Files;
use crate::judge::Ended;

/// What is still learning then was told to; it is asked to end.
const LONG: Duration = Duration::from_secs(2);
/// Longer than anything else takes, and than an end takes that was asked for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Kilobytes of address space: what asks for more is refused it, as on a small machine.
const MEMORY: &str = "16000000";
/// Blocks of 512 bytes that a file may have.
const DISK: &str = "200000";

/// The program, built.
pub(crate) struct Program(PathBuf);

impl Program {
    /// Built from the sources as they are now.
    pub(crate) fn build() -> Self {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "cpfo-harness", "--bin", "cpfo"]);
        build.args(["--message-format", "json-render-diagnostics"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let built = build.output().unwrap();
        assert!(built.status.success(), "cpfo does not build");
        let lines = String::from_utf8(built.stdout).unwrap();
        let path = lines.lines().find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            let path = message["executable"].as_str()?;
            (message["target"]["name"] == "cpfo").then(|| PathBuf::from(path))
        });
        Self(path.expect("cargo says where the program is"))
    }

    /// Goes on as a copy: meanwhile another one may be built in its place.
    pub(crate) fn stay(&mut self, copy: PathBuf) {
        fs::copy(&self.0, &copy).unwrap();
        self.0 = copy;
    }

    /// Runs it in the folder of these files, which is afterwards as it was.
    pub(crate) fn run(&self, files: &Files, line: &[String]) -> Ended {
        line.iter().for_each(|word| files.make(word));
        let ended = self.run_once(files, line);
        files.restore();
        ended
    }

    pub(crate) fn run_once(&self, files: &Files, line: &[String]) -> Ended {
        // Not through pipes, which would have to be emptied meanwhile.
        let [stdout, stderr] = ["said.out", "said.err"].map(|name| files.aside(name));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &format!("ulimit -v {MEMORY}; ulimit -f {DISK}; exec \"$0\" \"$@\"")])
            .arg(&self.0)
            .args(line)
            .current_dir(files.folder())
            // Without tools: what builds firmware or runs an emulator says what it lacks, soon.
            .env("PATH", "")
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap());
        bound(&mut command);
        let mut child = command.spawn().unwrap();
        let (status, asked) = end(&mut child, line);
        let said = [stdout, stderr].map(|said| fs::read(said).unwrap());
        Ended { line: line.to_vec(), status, asked, said }
    }
}

/// Waits for the end; none if it never comes. Beside it the signal that asked for it, if one did.
fn end(child: &mut Child, line: &[String]) -> (Option<ExitStatus>, Option<i32>) {
    let verb = line.first().map_or("train", String::as_str);
    if ["train", "bench"].contains(&verb) || verb.starts_with('-') {
        if let Some(status) = wait(child, LONG) {
            return (Some(status), None);
        }
        // What a shell has put into the background never hears of INT, unless it listens.
        let listens = verb != "bench" && line.len().is_multiple_of(2);
        let (signal, number) = if listens { ("INT", 2) } else { ("TERM", 15) };
        let id = child.id().to_string();
        let sent = Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {id}")]).status();
        assert!(sent.unwrap().success(), "the signal is sent");
        return (wait(child, PATIENCE).or_else(|| kill(child)), Some(number));
    }
    (wait(child, PATIENCE).or_else(|| kill(child)), None)
}

fn kill(child: &mut Child) -> Option<ExitStatus> {
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    while start.elapsed() < patience {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    None
}
