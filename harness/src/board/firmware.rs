//! Building the firmware: which board is which crate, which program serves which net, and what is in
//! the linked file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, anyhow, ensure};
use cpfo::net::Parameters;
use cpfo::wire::frame_bytes_of;
use cpfo::{Net, format};
use object::elf::{SHF_ALLOC, SHF_WRITE};
use object::{Object as _, ObjectSection as _, SectionFlags, SectionKind};

use crate::base::child::bound;
use crate::base::{label, whole};
use crate::model::export::{device, rust};
use crate::model::training::Training;
use crate::model::{self, Metadata, Scale};
use cpfo_memory_map::{Region, regions};
use cpfo_nets::{digits, lenet};

/// A program of the firmware that answers and learns over the serial line.
struct Serve {
    /// What it is called after its board.
    program: &'static str,
    /// The net that it serves.
    net: &'static str,
    fingerprint: u32,
    /// RAM that it takes at least: parameters, the workspace, an image and a frame of the line.
    ram: u64,
}

/// Those that there are: a firmware's net is known when the firmware is compiled.
fn serves() -> [Serve; 2] {
    [Serve::of::<digits::Net>("serve"), Serve::of::<lenet::Net>("serve-lenet")]
}

impl Serve {
    fn of<N: Net>(program: &'static str) -> Self {
        let line = 4 * N::PIXELS + frame_bytes_of::<N, f32>();
        let ram = N::PARAMETER_BYTES + N::IN_PLACE_BYTES + line;
        Self { program, net: N::NAME, fingerprint: format::fingerprint::<N>(), ram: ram as u64 }
    }
}

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

/// Every board: first those that QEMU emulates, then real ones. Cargo has to know them by its own list,
/// `targets/.cargo/config.toml`; a test holds that one, and the folders, to this.
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
    /// The program that serves the net `N` on this board.
    ///
    /// # Errors
    ///
    /// No program serves this net, or it does not fit this board.
    pub fn serve<N: Net>(
        &self,
        targets: &Path,
        training: Training,
    ) -> anyhow::Result<&'static str> {
        let fingerprint = format::fingerprint::<N>();
        let serve = serves().into_iter().find(|serve| serve.fingerprint == fingerprint);
        let serve = serve.ok_or_else(|| {
            anyhow!(
                "no firmware is built: the firmware that comes with cpfo serves {}, and `{}` is another net.\n  \
                 `new` makes a project with a firmware for a net of your own. Or put this one into a firmware \
                 that is there: `export --rust FILE` writes the model as a constant that a program includes, \
                 `export --bin FILE` as bytes for `cpfo::format`",
                known(),
                N::NAME
            )
        })?;
        let [_, ram, _] = self.memory(targets)?;
        ensure!(
            serve.ram <= ram || training != Training::All,
            "no firmware is built: the net `{}` takes {} bytes of RAM where it is served and learns, \
             and {} has {}.\n  Take a larger --board; `plan` says which chips it fits, and how little it \
             takes to infer or to learn in part, and `export --rust FILE` writes the model for a \
             firmware of your own",
            serve.net,
            label::count(serve.ram),
            self.name,
            label::count(ram)
        );
        Ok(serve.program)
    }

    /// The linked file of a program.
    pub fn elf(&self, targets: &Path, program: &str) -> PathBuf {
        let program = format!("{}-{program}", self.package);
        targets.join("target").join(self.target).join("release").join(program)
    }

    /// Builds a program with a model in it, and gives the linked file.
    pub fn build(&self, targets: &Path, program: &str, model: &Model) -> anyhow::Result<PathBuf> {
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
            .envs(model.says())
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
        let elf = self.elf(targets, program);
        holds(&elf, &model.bytes)?;
        Ok(elf)
    }

    /// What the chip has, from the board's `memory.x`: flash, RAM for statics, stack.
    pub fn memory(&self, targets: &Path) -> anyhow::Result<[u64; 3]> {
        let path = targets.join("boards").join(self.package).join("memory.x");
        let script = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", label::path(&path)))?;
        let regions = regions(&script)
            .map_err(|why| anyhow!("{} is not understood: {why}", label::path(&path)))?;
        let length = |name: &str| {
            let region = regions.iter().find(|Region { name: its, .. }| its == name);
            let missing = || format!("{} declares no region {name}", label::path(&path));
            Ok::<_, anyhow::Error>(region.with_context(missing)?.length)
        };
        Ok([length("FLASH")?, length("RAM")?, length("STACK")?])
    }
}

/// Whether the firmware's programs know the net with this fingerprint.
pub fn knows(fingerprint: u32) -> bool {
    serves().iter().any(|serve| serve.fingerprint == fingerprint)
}

/// The nets that the firmware's programs know: ``the nets `digits` and `lenet` ``.
pub fn known() -> String {
    let names: Vec<_> = serves().iter().map(|serve| format!("`{}`", serve.net)).collect();
    format!("the nets {}", names.join(" and "))
}

/// A model where the firmware's build takes it from.
#[derive(Clone, Debug)]
pub struct Model {
    /// In the device format.
    path: PathBuf,
    /// What trains, as a type, and the model as an expression, where a part of it stays in flash.
    frozen: Option<(String, PathBuf)>,
    /// What the linked file must have in it.
    bytes: Vec<u8>,
}

impl Model {
    /// Writes the model of a file.
    ///
    /// # Errors
    /// If it is none of this net, if nothing of it trains, or if it cannot be written.
    pub fn of_file<N: Net>(
        file: &Path,
        training: Training,
        targets: &Path,
    ) -> anyhow::Result<Self> {
        let (parameters, about) = model::load::<N>(file)?;
        Self::of::<N>(&parameters, &about, training, targets)
            .with_context(|| label::path(&file).to_string())
    }

    /// Writes a model that says this about itself.
    ///
    /// # Errors
    /// If nothing of it trains, or if it cannot be written.
    pub fn of<N: Net>(
        parameters: &Parameters<N>,
        about: &Metadata,
        training: Training,
        targets: &Path,
    ) -> anyhow::Result<Self> {
        let scale = Scale::of_model::<N>(about)?;
        let folder = targets.join("target");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", label::path(&folder)))?;
        let folder = folder.canonicalize()?;
        let path = folder.join(format!("{}.cpfo", N::NAME));
        let bytes = device::scaled_bytes::<N>(parameters, &scale);
        whole::write(&path, &bytes)?;
        if training == Training::All {
            return Ok(Self { path, frozen: None, bytes });
        }
        let trains = training.rust::<N>()?;
        let frozen = folder.join(format!("{}.rs", N::NAME));
        whole::write(&frozen, rust::expression::<N>(parameters, &scale).as_bytes())?;
        // The first layer's weights, as a static has them.
        let mut first = Vec::new();
        parameters.visit(|_, values| {
            if first.is_empty() {
                first.extend(values.iter().flat_map(|x| x.to_le_bytes()));
            }
        });
        Ok(Self { path, frozen: Some((trains, frozen)), bytes: first })
    }

    /// What the build is told.
    pub fn says(&self) -> Vec<(&'static str, OsString)> {
        let mut said = vec![("CPFO_MODEL", self.path.clone().into())];
        if let Some((trains, frozen)) = &self.frozen {
            said.push(("CPFO_TRAINS", trains.into()));
            said.push(("CPFO_FROZEN", frozen.into()));
        }
        said
    }
}

/// What a linked file takes.
pub fn sizes(elf: &Path) -> anyhow::Result<Sizes> {
    let bytes = std::fs::read(elf).with_context(|| format!("cannot read {}", label::path(&elf)))?;
    let file = object::File::parse(&*bytes)
        .with_context(|| format!("{} is not a linked file", label::path(&elf)))?;
    let mut sizes = Sizes { flash: 0, ram: 0 };
    // By what a section is for: what kind it is called depends on what the linker merged into it.
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        let has = |flag: u32| sh_flags & u64::from(flag) != 0;
        if !has(SHF_ALLOC) {
            continue;
        }
        let zeros = section.kind() == SectionKind::UninitializedData;
        if !zeros {
            sizes.flash += section.size();
        }
        if zeros || has(SHF_WRITE) {
            sizes.ram += section.size();
        }
    }
    Ok(sizes)
}

/// Passes if a linked file has the whole model in it.
///
/// # Errors
///
/// It has not: two builds at a time in one folder take each other's model and file.
fn holds(elf: &Path, model: &[u8]) -> anyhow::Result<()> {
    let linked =
        std::fs::read(elf).with_context(|| format!("cannot read {}", label::path(&elf)))?;
    ensure!(
        linked.windows(model.len()).any(|bytes| bytes == model),
        "{} is not of this model: another build was at work in that folder. Build it again",
        label::path(&elf)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_says_what_memory_it_has() {
        let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets");
        for board in BOARDS {
            let [flash, ram, stack] = board.memory(&targets).unwrap();
            assert!(flash >= 128 << 10 && ram >= 8 << 10 && stack >= 1 << 10, "{}", board.name);
        }
        let memory = |name: &str| board(name).unwrap().memory(&targets).unwrap();
        assert_eq!(memory("rp-pico"), [0x1B_FF00, 240 << 10, 16 << 10]);
        assert_eq!(memory("m0"), [224 << 10, 14 << 10, 2 << 10]);
    }

    #[test]
    fn cargo_has_an_alias_and_a_folder_for_every_board() {
        let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets");
        let aliases = std::fs::read_to_string(targets.join(".cargo/config.toml")).unwrap();
        let aliases: Vec<_> = aliases.lines().filter(|line| line.contains(r#"= ["run""#)).collect();
        assert_eq!(aliases.len(), BOARDS.len());
        for (alias, Board { name, package, target, chip }) in aliases.iter().zip(BOARDS) {
            let words = format!(r#""-p", "{package}", "--target", "{target}""#);
            assert!(alias.contains(&words), "{name}: {alias}");
            match chip {
                Some(chip) => assert!(alias.contains(&format!("--chip {chip}'")), "{alias}"),
                None => assert!(alias.starts_with(&format!("{name} = ")), "{alias}"),
            }
        }
        let folders = std::fs::read_dir(targets.join("boards")).unwrap().map(Result::unwrap);
        let folders = folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
        let mut folders: Vec<_> = folders.map(|name| name.into_string().unwrap()).collect();
        let mut packages = BOARDS.map(|board| board.package);
        folders.sort();
        packages.sort_unstable();
        assert_eq!(folders, packages);
    }
}
