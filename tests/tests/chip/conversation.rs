//! A firmware that serves a net, fine-tuned over its serial port.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use cpfo_harness::board::device::Device;
use cpfo_harness::board::emulator::Board;
use cpfo_harness::board::link::Link;
use cpfo_tests::tools::trial;
use cpfo_tests::tuning::{alone, tune};
use libtest_mimic::{Failed, Trial};

use crate::tools::{lacks, targets};

/// The programs whose server has other things to do beside it: one that learns in an interrupt, and
/// one that does so in a task.
pub(crate) fn trials() -> Vec<Trial> {
    let trials = ["interrupt", "tasks"].map(|kind| {
        trial(format!("conversation::m4_{kind}"), lacks(Board::M4), move || {
            match converse(&["m4", "--quiet", "--bin", &format!("qemu-m4-serve-{kind}")])? {
                0 => Ok(()),
                errors => Err(format!("{errors} errors of the line were told").into()),
            }
        })
    });
    trials.into()
}

/// Starts a firmware by these words of cargo's and fine-tunes it: to the bits that the desktop has by
/// itself. How many errors of its line the firmware told of.
pub(crate) fn converse(command: &[&str]) -> Result<u32, Failed> {
    let (_emulator, line) = Emulator::start(command)?;
    let mut device = Device::meet(Link::over_socket(line)?)?;
    if tune(&mut device)? != alone() {
        return Err("it ends with other bits than the desktop".into());
    }
    let figures = device.figures()?;
    if figures.stack == 0 || figures.stack > figures.stack_room {
        return Err(format!("a stack of {} in {}", figures.stack, figures.stack_room).into());
    }
    Ok(figures.line_errors)
}

/// Dropped, it stops.
struct Emulator(Child);

impl Emulator {
    fn start(command: &[&str]) -> Result<(Self, TcpStream), Failed> {
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        door.set_nonblocking(true)?;
        let serial = format!("tcp:127.0.0.1:{},nodelay=on", door.local_addr()?.port());
        let child = Command::new("cargo")
            .args(command)
            .args(["--", "-serial", &serial])
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(targets())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut emulator = Self(child);
        loop {
            match door.accept() {
                Ok((line, _)) => {
                    line.set_nonblocking(false)?;
                    line.set_nodelay(true)?;
                    return Ok((emulator, line));
                }
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
                Err(_) => {}
            }
            if let Some(status) = emulator.0.try_wait()? {
                return Err(format!("it did not start: {status}").into());
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // If it is gone already there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
