//! Emulated boards: our firmware in QEMU, and a line to it.
//!
//! `targets/.cargo/config.toml` knows how each board's firmware is built and its emulator is
//! called, so cargo is asked to do both. The serial port comes to a socket of ours, at a port that the
//! system has found free, and nothing can take it in between: that tells that the emulator has started.

use std::env::{self, split_paths};
use std::fmt;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::base::label;
use anyhow::{Context as _, bail, ensure};

use crate::base::child::{bound, in_the_background};
use crate::base::interrupt;
use crate::board::firmware::{self, BOARDS, Model};

/// A board that QEMU emulates, in the order of [`BOARDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Board {
    /// Cortex-M0: the BBC micro:bit, 16 KB of RAM
    M0,
    /// Cortex-M3
    M3,
    /// Cortex-M4F
    M4,
    /// Cortex-M7
    M7,
    /// Cortex-M33
    M33,
    /// RV32IMC
    Rv32,
}

impl Board {
    /// All of them.
    pub const ALL: [Board; 6] =
        [Board::M0, Board::M3, Board::M4, Board::M7, Board::M33, Board::Rv32];

    /// What it is in the list of all boards.
    fn listed(self) -> firmware::Board {
        BOARDS[self as usize]
    }

    /// The name of its alias in `targets/.cargo/config.toml`.
    pub fn name(self) -> &'static str {
        self.listed().name
    }

    /// Its crate below `targets/boards`.
    pub fn package(self) -> &'static str {
        self.listed().package
    }

    /// The name of its core.
    pub fn core(self) -> &'static str {
        match self {
            Board::M0 => "Cortex-M0",
            Board::M3 => "Cortex-M3",
            Board::M4 => "Cortex-M4F",
            Board::M7 => "Cortex-M7",
            Board::M33 => "Cortex-M33",
            Board::Rv32 => "RV32IMC",
        }
    }

    /// Its emulator, and the package of Debian and Ubuntu that brings it.
    fn emulator(self) -> (&'static str, &'static str) {
        match self {
            Board::Rv32 => ("qemu-system-riscv32", "qemu-system-misc"),
            _ => ("qemu-system-arm", "qemu-system-arm"),
        }
    }

    /// The compiler's name for its core.
    pub fn target(self) -> &'static str {
        self.listed().target
    }

    /// Whether this machine has what it takes to build the firmware and to run it; if not, what to
    /// install.
    pub fn at_hand(self, targets: &Path) -> anyhow::Result<()> {
        let (emulator, package) = self.emulator();
        let file = format!("{emulator}{}", env::consts::EXE_SUFFIX);
        let path = env::var_os("PATH").unwrap_or_default();
        ensure!(
            split_paths(&path).any(|folder| folder.join(&file).is_file()),
            "{emulator} is not installed; on Debian and Ubuntu: apt-get install {package}"
        );
        let target = self.target();
        let known = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", target])
            .current_dir(targets)
            .output()
            .is_ok_and(|said| Path::new(String::from_utf8_lossy(&said.stdout).trim()).is_dir());
        ensure!(known, "the Rust target {target} is not installed: rustup target add {target}");
        Ok(())
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The folder with the firmware: `named`, or `targets` here or in a folder above, or that of the
/// source which this program was built from.
pub fn targets(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let is_it = |folder: &PathBuf| folder.join(".cargo/config.toml").is_file();
    if let Some(folder) = named {
        ensure!(
            is_it(&folder.to_owned()),
            "{} is not the folder with the firmware: it has no .cargo/config.toml; name another with \
             --targets, or leave that out",
            label::path(&folder)
        );
        return Ok(folder.to_owned());
    }
    let here = env::current_dir().unwrap_or_default();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut above = here.ancestors().chain(source.ancestors()).map(|folder| folder.join("targets"));
    above.find(is_it).context(
        "the folder with the firmware was not found: it is `targets` in the source of cpfo; name it with --targets",
    )
}

/// Builds one of the firmware's programs, runs it to its end, and gives what it printed.
pub fn run(board: Board, program: &str, targets: &Path) -> anyhow::Result<String> {
    board.at_hand(targets)?;
    let ended = bound(&mut cargo(board, program, targets)).stderr(Stdio::inherit()).output();
    let ended = ended.context(NO_CARGO)?;
    ensure!(
        ended.status.success(),
        "the program {program} could not be built for the board {board}, or failed on it ({}); what was said stands above",
        ended.status
    );
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

const NO_CARGO: &str = "cannot start cargo, which builds the firmware";

/// The command that builds a program and runs it; more words go to the emulator.
fn cargo(board: Board, program: &str, targets: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(targets)
        .args([board.name(), "--quiet", "--bin", &format!("{}-{program}", board.package())])
        // Flags for the desktop's processor are not for the chip's, nor is its folder.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .stdin(Stdio::null());
    cargo
}

/// A board at work. Dropped, it stops.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
}

/// Makes the emulator's standard streams a line, and tells the firmware that they are: a frame is then handed
/// over at once. A serial port takes a byte at a time, and longer for it than the chip for a step. Elsewhere
/// than on Unix the serial port stays the line.
#[cfg(unix)]
fn console(cargo: &mut Command) -> anyhow::Result<Option<TcpStream>> {
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let ours = TcpStream::connect(door.local_addr()?)?;
    let (theirs, from) = door.accept()?;
    ensure!(from == ours.local_addr()?, "somebody else came to it");
    for end in [&ours, &theirs] {
        end.set_nodelay(true)?;
    }
    let theirs = OwnedFd::from(theirs);
    cargo
        .stdin(theirs.try_clone()?)
        .stdout(theirs)
        .args(["-semihosting-config", "enable=on,target=native,arg=console"]);
    Ok(Some(ours))
}

#[cfg(not(unix))]
fn console(_: &mut Command) -> anyhow::Result<Option<TcpStream>> {
    Ok(None)
}

impl Emulator {
    /// Builds one of the firmware's programs, starts it, and gives the line to it.
    pub fn start(board: Board, program: &str, targets: &Path) -> anyhow::Result<(Self, TcpStream)> {
        Self::start_with(board, program, targets, None)
    }

    /// The same, with a model in the program.
    pub fn start_with(
        board: Board,
        program: &str,
        targets: &Path,
        model: Option<&Model>,
    ) -> anyhow::Result<(Self, TcpStream)> {
        board.at_hand(targets)?;
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("cannot open a port on this machine")?;
        door.set_nonblocking(true)?;
        let serial = format!("tcp:127.0.0.1:{},nodelay=on", door.local_addr()?.port());
        let mut cargo = cargo(board, program, targets);
        cargo.envs(model.iter().flat_map(|model| model.says()));
        let command = in_the_background(bound(&mut cargo))
            .args(["--", "-serial", &serial])
            .stdout(Stdio::null());
        let line = console(command).context("cannot open a line to the emulator")?;
        let child = command.spawn().context(NO_CARGO)?;
        let mut emulator = Self { child };
        let serial = emulator.wait(&door, board)?;
        Ok((emulator, line.unwrap_or(serial)))
    }

    /// Waits until the emulator has come; building may take its time.
    fn wait(&mut self, door: &TcpListener, board: Board) -> anyhow::Result<TcpStream> {
        loop {
            match door.accept() {
                Ok((line, _)) => {
                    line.set_nonblocking(false)?;
                    line.set_nodelay(true)?;
                    return Ok(line);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("the emulator cannot be reached"),
            }
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "the firmware for the board {board} could not be built or started ({status}); what was said stands above"
                );
            }
            interrupt::check()?;
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // On Unix cargo has become the emulator. If it is gone already there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn the_list_begins_with_them() {
        let named = Board::value_variants()
            .iter()
            .map(|board| board.to_possible_value().expect("none is hidden").get_name().to_owned());
        let emulated = BOARDS.iter().take_while(|board| board.chip.is_none());
        assert_eq!(named.collect::<Vec<_>>(), emulated.map(|board| board.name).collect::<Vec<_>>());
        assert_eq!(Board::value_variants(), Board::ALL);
        assert!(BOARDS[Board::ALL.len()..].iter().all(|board| board.chip.is_some()));
    }
}
