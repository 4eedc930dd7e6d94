//! A project as `cpfo new` makes it: its own tests, its training, its firmware, an emulated chip.

use std::env;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use cpfo::Net as _;
use cpfo_harness::base::child::bound;
use cpfo_harness::board::emulator::{Board, Emulator};
use cpfo_harness::board::firmware;
use cpfo_harness::model::export::device;
use cpfo_harness::nets::digits;
use cpfo_tests::tools::cpfo;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::holds;

/// Its tests pass, and the golden that the first run has written down holds for the second.
pub(crate) fn tests_pass() -> Result<(), Failed> {
    let project = project()?;
    for _ in 0..2 {
        ended_well(cargo(&project).arg("test"))?;
    }
    holds(project.join("tests/golden.txt").is_file(), "a golden is written down")
}

/// The whole story on an emulated chip: a model goes to a device over its line, the device goes on learning
/// from the project's data with every bit as on the desktop, and what it has learnt comes back and is tested
/// there.
pub(crate) fn story(board: Board) -> Result<(), Failed> {
    let project = trained()?;
    let (_emulator, line) = Emulator::start(board, "serve", &project.join("firmware"))?;
    let place = at_a_socket(line)?;
    let device = |words: &str| -> Result<Value, Failed> {
        let mut cargo = cargo(&project);
        cargo.args(["run", "--quiet", "--", "device"]).args(words.split(' '));
        let said = ended_well(cargo.args(["--json", "--socket", &place]))?;
        Ok(serde_json::from_str(&said)?)
    };
    let out = format!("--out {board}");
    device("push cpfo-out/model.safetensors")?;
    let tested = device("eval data/example")?;
    let tuned = device(&format!("tune data/example --samples 5 --epochs 2 --tests 1000 {out}"))?;
    holds(tuned["equal_to_the_bit"] == true && tuned["steps"] == 40, "40 steps, equal bits")?;
    holds(tuned["before"]["new"] == tested["accuracy"], "`eval` and `tune` test alike")?;
    let after = tuned["after"]["new"].as_f64();
    holds(after > Some(0.8), "it knows the data still")?;
    let pulled = device(&format!("pull {board}/pulled.safetensors"))?;
    holds(pulled["checksum"] == tuned["chip"]["parameters"], "what is pulled is what was learnt")?;
    let mut cargo = cargo(&project);
    let model = format!("{board}/pulled.safetensors");
    let eval = ["run", "--quiet", "--", "eval", "--data", "data/example", "--json", "--model"];
    let said: Value = serde_json::from_str(&ended_well(cargo.args(eval).arg(model))?)?;
    holds(said["test"]["accuracy"].as_f64() == after, "the desktop is as good with it")
}

/// A device's line at a socket, for one program after the other.
pub(crate) fn at_a_socket(mut device: TcpStream) -> Result<String, Failed> {
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let place = door.local_addr()?.to_string();
    device.set_read_timeout(Some(Duration::from_millis(1)))?;
    thread::spawn(move || {
        for mut client in door.incoming().flatten() {
            let _ = client.set_read_timeout(Some(Duration::from_millis(1)));
            let _ = client.set_nodelay(true);
            while carry(&mut client, &mut device) && carry(&mut device, &mut client) {}
        }
    });
    Ok(place)
}

/// Carries what has come; whether both ends are there still.
fn carry(from: &mut TcpStream, to: &mut TcpStream) -> bool {
    let mut bytes = [0; 4096];
    match from.read(&mut bytes) {
        Ok(0) => false,
        Ok(count) => to.write_all(&bytes[..count]).is_ok(),
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// The firmware of a real board has the model in it. Of a board that the project was not made for it is said
/// how to add it, and a model of another net is an error of the compiler.
pub(crate) fn is_built() -> Result<(), Failed> {
    let project = trained()?;
    let said = ended_well(cargo(&project).args(["run", "--", "build", "--board", "nrf52840-dk"]))?;
    let elf = fs::read(said.trim().lines().last().ok_or("no path")?)?;
    let model = fs::read(project.join("firmware/target/gesture.cpfo"))?;
    holds(elf.windows(model.len()).any(|window| window == model), "the model is in the firmware")?;

    let said = fails(cargo(&project).args(["run", "--", "build", "--board", "rp-pico"]))?;
    holds(said.contains("m0 and m4 and nrf52840-dk") && said.contains("--board rp-pico"), &said)?;

    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("other.cpfo");
    fs::write(&other, device::bytes::<digits::Net>(&digits::Net::ZERO))?;
    let firmware = project.join("firmware");
    let build = ["build", "--release", "-p", "nrf52840-dk", "--target", "thumbv7em-none-eabihf"];
    let mut cargo = cargo(&firmware);
    let said = fails(cargo.args(build).env("CPFO_MODEL", &other).env_remove("CARGO_TARGET_DIR"))?;
    holds(said.contains("is of another net than this firmware serves"), &said)
}

/// The firmware of a project for real boards compiles for each of them, devices and all, and fits.
pub(crate) fn is_built_for(board: firmware::Board) -> Result<(), Failed> {
    static PROJECT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = PROJECT.get_or_init(|| {
        let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects/plants");
        let _ = fs::remove_dir_all(&project);
        let real = firmware::BOARDS.iter().filter(|board| board.chip.is_some());
        let boards: Vec<_> = real.map(|board| board.name).collect();
        let words = ["--input", "100x1x6", "--board", &boards.join(",")];
        ended_well(cpfo().arg("new").arg(&project).args(words))
            .map_err(|error| error.message().unwrap_or_default().to_owned())?;
        Ok(project)
    });
    let firmware = made.clone().map_err(Failed::from)?.join("firmware");
    // Where the other project's is: what both depend on is compiled once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects/firmware");
    let mut cargo = cargo(&firmware);
    cargo.args(["build", "--release", "--quiet", "-p", board.package, "--target", board.target]);
    ended_well(cargo.env("CARGO_TARGET_DIR", &target))?;
    let elf = target.join(board.target).join("release").join(format!("{}-serve", board.package));
    let bytes = fs::metadata(elf)?.len();
    holds(bytes > 10_000, &format!("{bytes} bytes of a firmware"))
}

/// A board with floats in hardware, and one without and with 16 KB of RAM, for which the net is drafted.
const WORDS: [&str; 6] =
    ["--board", "nrf52840-dk,m0,m4", "--input", "100x1x6", "--names", "rest,tap,wave,circle"];

/// The project, made once.
fn project() -> Result<PathBuf, Failed> {
    static PROJECT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = PROJECT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects");
        let project = folder.join("gesture");
        let _ = fs::remove_dir_all(&project);
        ended_well(cpfo().arg("new").arg(&project).args(WORDS))
            .map_err(|error| error.message().unwrap_or_default().to_owned())?;
        // What was compiled for the last project is not compiled again for this one.
        #[cfg(unix)]
        {
            let target = folder.join("firmware");
            fs::create_dir_all(&target).map_err(|error| error.to_string())?;
            std::os::unix::fs::symlink(target, project.join("firmware/target"))
                .map_err(|error| error.to_string())?;
        }
        Ok(project)
    });
    made.clone().map_err(Failed::from)
}

/// The project with a model that has learnt its example.
fn trained() -> Result<PathBuf, Failed> {
    let project = project()?;
    if !project.join("cpfo-out/model.safetensors").is_file() {
        let said = ended_well(cargo(&project).args([
            "run",
            "--",
            "train",
            "--data",
            "data/example",
            "--json",
        ]))?;
        let said: Value = serde_json::from_str(&said)?;
        holds(said["test"]["accuracy"].as_f64() > Some(0.8), "it learns the example")?;
    }
    Ok(project)
}

/// Cargo in a project, which is compiled where this test was: what both depend on is there already.
fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", shared).stdin(Stdio::null());
    bound(&mut cargo);
    cargo
}

/// What a command prints that must end well.
fn ended_well(command: &mut Command) -> Result<String, Failed> {
    let ended = command.output()?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        return Err(format!("{command:?} ended with {}:\n{said}", ended.status).into());
    }
    Ok(String::from_utf8(ended.stdout)?)
}

/// What a command says that must fail.
fn fails(command: &mut Command) -> Result<String, Failed> {
    let ended = command.output()?;
    holds(ended.status.code().is_some_and(|code| code != 0), "it fails")?;
    Ok(String::from_utf8_lossy(&ended.stderr).into_owned())
}
