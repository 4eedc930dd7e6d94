//! Building the firmware: which board is which crate, and what is in the linked file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use cpfo::Net;
use object::{Object as _, ObjectSection as _, SectionKind};

use crate::child::bound;
use crate::export::device;
use crate::model;

/// The program that answers and learns over the serial line.
pub const SERVE: &str = "serve";

/// A board that the firmware is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its crate below `targets/boards`.
    pub package: &'static str,
    /// The Rust target.
    pub target: &'static str,
    /// What probe-rs calls its chip; QEMU's boards have none.
    pub chip: Option<&'static str>,
}

/// Every board: first those that QEMU emulates, then real ones.
pub const BOARDS: [Board; 10] = [
    emulated("m0", "qemu-m0", "thumbv6m-none-eabi"),
    emulated("m3", "qemu-m3", "thumbv7m-none-eabi"),
    emulated("m4", "qemu-m4", "thumbv7em-none-eabihf"),
    emulated("m7", "qemu-m7", "thumbv7em-none-eabihf"),
    emulated("m33", "qemu-m33", "thumbv8m.main-none-eabihf"),
    emulated("rv32", "qemu-rv32", "riscv32imc-unknown-none-elf"),
    real("nrf52840-dk", "thumbv7em-none-eabihf", "nRF52840_xxAA"),
    real("rp-pico", "thumbv6m-none-eabi", "RP2040"),
    real("nucleo-f446re", "thumbv7em-none-eabihf", "STM32F446RETx"),
    real("microbit-v2", "thumbv7em-none-eabihf", "nRF52833_xxAA"),
];

const fn emulated(name: &'static str, package: &'static str, target: &'static str) -> Board {
    Board { name, package, target, chip: None }
}

const fn real(name: &'static str, target: &'static str, chip: &'static str) -> Board {
    Board { name, package: name, target, chip: Some(chip) }
}

/// The board of this name.
pub fn board(name: &str) -> Option<Board> {
    BOARDS.into_iter().find(|board| board.name == name)
}

/// Bytes, as a linked file takes them and a chip has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Code, constants and the initial values of statics.
    pub flash: u64,
    /// Statics.
    pub ram: u64,
}

impl Board {
    /// The linked file of a program.
    pub fn elf(&self, targets: &Path, program: &str) -> PathBuf {
        let program = format!("{}-{program}", self.package);
        targets.join("target").join(self.target).join("release").join(program)
    }

    /// Builds a program with a model in it, and gives the linked file.
    pub fn build(&self, targets: &Path, program: &str, model: &Path) -> anyhow::Result<PathBuf> {
        let bin = format!("{}-{program}", self.package);
        let status = bound(&mut Command::new("cargo"))
            .current_dir(targets)
            .args([
                "build",
                "--release",
                "-p",
                self.package,
                "--bin",
                &bin,
                "--target",
                self.target,
            ])
            .env("CPFO_MODEL", model)
            // Flags for the desktop's processor are not for the chip's.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR")
            .status()
            .context("cannot start cargo")?;
        ensure!(
            status.success(),
            "the firmware for {} could not be built; if the Rust target is missing: rustup target add {}",
            self.name,
            self.target
        );
        Ok(self.elf(targets, program))
    }

    /// What the chip has, from the board's `memory.x`: flash, RAM for statics, stack.
    pub fn memory(&self, targets: &Path) -> anyhow::Result<[u64; 3]> {
        let path = targets.join("boards").join(self.package).join("memory.x");
        let script = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let region = |name: &str| -> Option<u64> {
            let line = script.lines().find(|line| line.trim_start().starts_with(name))?;
            let length = line.rsplit("LENGTH =").next()?.trim();
            let (digits, factor) = match length.as_bytes().last()? {
                b'K' => (&length[..length.len() - 1], 1024),
                b'M' => (&length[..length.len() - 1], 1024 * 1024),
                _ => (length, 1),
            };
            digits.parse::<u64>().ok().map(|bytes| bytes * factor)
        };
        match (region("FLASH"), region("RAM"), region("STACK")) {
            (Some(flash), Some(ram), Some(stack)) => Ok([flash, ram, stack]),
            _ => bail!("{} declares no FLASH, RAM or STACK", path.display()),
        }
    }
}

/// Writes a model where the firmware's build takes it from.
pub fn with_model<N: Net>(model: &Path, targets: &Path) -> anyhow::Result<PathBuf> {
    let (parameters, _) = model::load::<N>(model)?;
    let folder = targets.join("target");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.canonicalize()?.join(format!("{}.cpfo", N::NAME));
    model::write_whole(&path, &device::bytes::<N>(&parameters))?;
    Ok(path)
}

/// What a linked file takes.
pub fn sizes(elf: &Path) -> anyhow::Result<Sizes> {
    let bytes = std::fs::read(elf).with_context(|| format!("cannot read {}", elf.display()))?;
    let file = object::File::parse(&*bytes)
        .with_context(|| format!("{} is not a linked file", elf.display()))?;
    let mut sizes = Sizes { flash: 0, ram: 0 };
    for section in file.sections() {
        match section.kind() {
            SectionKind::Text | SectionKind::ReadOnlyData => sizes.flash += section.size(),
            SectionKind::Data => {
                sizes.flash += section.size();
                sizes.ram += section.size();
            }
            SectionKind::UninitializedData => sizes.ram += section.size(),
            _ => {}
        }
    }
    Ok(sizes)
}
