//! `cpfo device`, at the end of a cable: the program itself, at a serial port that is a terminal of our
//! own, with the firmware's server behind it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use cpfo::net::Net as _;
use cpfo::rng::Rng;
use cpfo_harness::nets::digits::Net;
use cpfo_tests::tools::cpfo;
use nix::pty::openpty;
use serde_json::Value;

use crate::host::Host;

/// A device at a port, and a folder to work in.
struct Cable {
    host: Host,
    port: String,
    folder: PathBuf,
    /// The far end, held so that the near one stays.
    _far: File,
}

impl Cable {
    fn new(name: &str) -> Self {
        Self::to(Host::start(), name)
    }

    fn to((host, line): (Host, TcpStream), name: &str) -> Self {
        let ends = openpty(None, None).unwrap();
        let (near, far) = (File::from(ends.master), File::from(ends.slave));
        let port = fs::read_link(format!("/proc/self/fd/{}", far.as_raw_fd())).unwrap();
        let port = port.to_str().unwrap().to_owned();
        line.set_read_timeout(None).unwrap();
        let (mut from, mut to) = (near.try_clone().unwrap(), line.try_clone().unwrap());
        thread::spawn(move || {
            let mut bytes = [0; 256];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.write_all(&bytes[..count]).unwrap();
            }
        });
        let (mut from, mut to) = (line, near);
        thread::spawn(move || {
            let mut bytes = [0; 256];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.write_all(&bytes[..count]).unwrap();
            }
        });
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cable").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { host, port, folder, _far: far }
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(program());
        command.current_dir(&self.folder).args(words.split_whitespace());
        command.stdin(Stdio::null());
        command
    }

    fn device(&self, words: &str) -> Output {
        self.command(&format!("device {words} --port {}", self.port)).output().unwrap()
    }

    fn start(&self, words: &str) -> Child {
        let mut command = self.command(&format!("device {words} --port {}", self.port));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What it says as JSON.
    fn json(&self, words: &str) -> Value {
        let output = self.device(&format!("{words} --json"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "device {words}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What it says of a failure.
    fn fails(&self, words: &str, why: &str) {
        let output = self.device(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "device {words}: {said}");
        assert!(said.contains(why), "device {words}: {said}");
    }

    fn train(&self, words: &str) {
        let output = self.command(&format!("train --epochs 3 {words}")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The program, built.
fn program() -> PathBuf {
    static PROGRAM: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    let build = || {
        assert!(cpfo().arg("--version").stdout(Stdio::null()).status().unwrap().success());
        // Beside the folder of this test.
        let here = std::env::current_exe().unwrap();
        here.ancestors().nth(2).unwrap().join("cpfo")
    };
    PROGRAM.get_or_init(build).clone()
}

#[test]
fn a_model_goes_there_learns_and_comes_back() {
    let cable = Cable::new("there_and_back");
    cable.train("");
    let info = cable.json("info");
    assert_eq!((&info["net"], &info["checksum"]), (&"digits".into(), &Value::Null), "{info}");
    cable.fails("tune", "has no model to go on with: give it one with `device push`");
    cable.fails("eval", "the device has no model");

    let pushed = cable.json("push cpfo-out/model.safetensors");
    assert_eq!(pushed["kept"], Value::Null);
    let tested = cable.json("eval");
    let there = cable.command("eval --json").output().unwrap();
    let there: Value = serde_json::from_slice(&there.stdout).unwrap();
    assert_eq!(
        tested["accuracy"], there["test"]["accuracy"],
        "the device is as good as the desktop"
    );

    let tuned = cable.json("tune --samples 5 --epochs 2 --tests 30");
    assert_eq!(
        (&tuned["equal_to_the_bit"], &tuned["steps"]),
        (&true.into(), &100.into()),
        "{tuned}"
    );
    let pulled = cable.json("pull taught.safetensors");
    assert_eq!(
        (&pulled["checksum"], &pulled["learned"]),
        (&tuned["chip"]["parameters"], &100.into())
    );
    let info = cable.json("info");
    assert_eq!((&info["checksum"], &info["learned"]), (&pulled["checksum"], &100.into()));
    for (file, of) in [("cpfo-device/model.safetensors", "left"), ("taught.safetensors", "pulled")]
    {
        let sum = cable.command(&format!("eval --model {file} --json")).output().unwrap();
        assert!(sum.status.success(), "the model {of} is whole");
    }
    // It goes on from where it stands.
    let again = cable.json("tune --samples 5 --epochs 1 --tests 30");
    assert_eq!(again["equal_to_the_bit"], true);
    assert_eq!(cable.json("info")["learned"], 150);
}

/// The desktop's twin leaves still what the device does not train.
#[test]
fn what_trains_in_part_is_compared_as_such() {
    let mut model = Box::new(Net::ZERO);
    model.initialize(&mut Rng::new(5));
    let cable = Cable::to(Host::of_output(Box::leak(model)), "part");
    let before = cable.json("info");
    assert_eq!(before["trains"], "110000", "the weights and biases of the last layer of three");
    let tuned = cable.json("tune --samples 5 --epochs 2 --tests 30");
    assert_eq!(
        (&tuned["equal_to_the_bit"], &tuned["steps"]),
        (&true.into(), &100.into()),
        "{tuned}"
    );
    assert_ne!(cable.json("info")["checksum"], before["checksum"]);
}

#[test]
fn another_model_comes_only_if_somebody_says_so() {
    let cable = Cable::new("push");
    cable.train("");
    cable.json("push cpfo-out/model.safetensors");
    cable.json("tune --samples 2 --epochs 1 --tests 10");
    let before = cable.json("info");
    cable.train("--seed 2");
    cable.fails("push cpfo-out/model.safetensors", "nobody is there to be asked: say --yes");
    assert_eq!(cable.json("info")["checksum"], before["checksum"]);
    let pushed = cable.json("push cpfo-out/model.safetensors --yes --keep old/one.safetensors");
    assert_ne!(pushed["checksum"], before["checksum"]);
    assert_eq!(cable.json("info")["learned"], 0);
    // What was kept goes back.
    let back = cable.json("push old/one.safetensors --yes");
    assert_eq!(back["checksum"], before["checksum"]);
    // A model of another net, and none at all.
    cable.fails("push nothing.safetensors --yes", "cannot read the model nothing.safetensors");
    fs::write(cable.folder.join("junk.safetensors"), [7; 99]).unwrap();
    cable.fails("push junk.safetensors --yes", "junk.safetensors");
    assert_eq!(cable.json("info")["checksum"], before["checksum"]);
}

#[test]
fn what_changes_is_shown_and_a_restart_is_noticed() {
    let cable = Cable::new("watch");
    cable.train("");
    cable.json("push cpfo-out/model.safetensors");
    let lines = |output: Output| String::from_utf8(output.stdout).unwrap();
    let said = lines(cable.device("watch --lines 1"));
    assert!(said.contains("learnt 0") && said.lines().count() == 1, "{said}");
    let watch = cable.start("watch --lines 2 --every 0.05");
    thread::sleep(Duration::from_millis(500));
    cable.host.restart();
    let said = lines(watch.wait_with_output().unwrap());
    assert!(said.contains("no model") && said.lines().count() == 2, "{said}");
}

#[test]
fn who_is_not_there_is_told_in_time() {
    let cable = Cable::new("absent");
    let silent = openpty(None, None).unwrap();
    let port = fs::read_link(format!("/proc/self/fd/{}", silent.slave.as_raw_fd())).unwrap();
    let fails = |words: &str, why: &str| {
        let output = cable.command(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains(why), "{words}: {said}");
    };
    let silent = format!("device info --patience 1 --port {}", port.display());
    fails(&silent, "does not answer, though it was asked");
    fails("device info", "where is the device? Name its port with --port");
    fails("device info --port /dev/nowhere", "cannot open the port /dev/nowhere");
    fails("device info --socket localhost:1", "nobody answers at localhost:1");
    fails("device info --socket nowhere", "it is HOST:PORT");
}
