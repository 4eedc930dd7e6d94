//! Cycles of a Cortex-M4F, as a model has them: `tests/cycles/README.md`.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use cpfo_harness::base::child::bound;
use cpfo_harness::board::emulator::Board;
use cpfo_harness::board::figures::Figure;
use cpfo_tests::cycles::{Count, cycles, instructions, regions};
use libtest_mimic::Failed;
use object::{Object as _, ObjectSymbol as _};

use crate::reference;
use crate::tools::{cargo_by_flags, compare, lacks, targets};

/// Flags that the firmware may be built by, after a name for them.
pub(crate) const BUILDS: [(&str, &str); 2] = [
    ("as it is", ""),
    ("for cycles", "-C target-cpu=cortex-m4 -C llvm-args=-misched-regpressure=false"),
];

/// What the better build may take.
const LIMITS: [(&str, u64); 4] = [
    ("digits: forward", 22_000),
    ("digits: step", 50_000),
    ("lenet: forward", 850_000),
    ("lenet: step", 1_500_000),
];

/// What is missing for counting, as a sentence.
pub(crate) fn lacking() -> Option<String> {
    if let Some(missing) = lacks(Board::M4) {
        return Some(missing);
    }
    if Command::new("gcc").arg("--version").output().is_err() {
        return Some("gcc is not installed; on Debian and Ubuntu: apt-get install gcc".into());
    }
    let version = Command::new("qemu-system-arm").arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let major =
        version.split_once("version ").and_then(|(_, rest)| rest.split('.').next()?.parse().ok());
    if !major.is_some_and(|major: u32| (5..=8).contains(&major)) {
        let line = version.lines().next().unwrap_or_default();
        return Some(format!("the plugin that counts is for QEMU 5 to 8, this is {line}"));
    }
    let help = Command::new("qemu-system-arm").arg("--help").output().ok()?;
    if !String::from_utf8_lossy(&help.stdout).contains("-plugin") {
        return Some("this QEMU was built without plugins".into());
    }
    let missing = "the toolchain has no llvm-objdump: rustup component add llvm-tools";
    disassembler().is_none().then(|| missing.into())
}

/// The toolchain's own, so that all machines have the same.
fn disassembler() -> Option<PathBuf> {
    let library = Command::new("rustc")
        .args(["--print", "target-libdir"])
        .current_dir(targets())
        .output()
        .ok()?;
    let library = PathBuf::from(String::from_utf8_lossy(&library.stdout).trim());
    let program = format!("llvm-objdump{}", env::consts::EXE_SUFFIX);
    Some(library.parent()?.join("bin").join(program)).filter(|program| program.is_file())
}

/// Counts all passes of both builds and compares.
pub(crate) fn m4() -> Result<(), Failed> {
    let folder = env::temp_dir().join(format!("cpfo-cycles-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let found = both(&folder);
    fs::remove_dir_all(&folder)?;
    let found = found?;
    let said: String = found.iter().map(|(said, _)| said.as_str()).collect();
    compare("boards/qemu-m4/cycles.out", &said)?;
    for (pass, limit) in LIMITS {
        let taken = |(_, passes): &(String, Vec<(String, u64)>)| {
            Some(passes.iter().find(|(name, _)| name == pass)?.1)
        };
        let best = found.iter().filter_map(taken).min();
        let best = best.ok_or_else(|| format!("{pass} was not counted"))?;
        if best > limit {
            return Err(format!("{pass}: {best} cycles, the limit is {limit}").into());
        }
    }
    Ok(())
}

/// What each build says, with the cycles of its passes.
fn both(folder: &Path) -> Result<Vec<(String, Vec<(String, u64)>)>, Failed> {
    let plugin = folder.join("count.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("cycles/count.c");
    let gcc = ["-O2", "-shared", "-fPIC", "-o"];
    run(Command::new("gcc").args(gcc).arg(&plugin).arg(source))?;
    let mut found = Vec::new();
    for (name, flags) in BUILDS {
        let program = build(flags)?;
        let (mut said, mut passes) = (format!("{name}: {flags}\n"), Vec::new());
        for (pass, instructions, cycles) in count(&program, &plugin, folder)? {
            said += &format!("{pass} {instructions} instructions, {cycles} cycles\n");
            passes.push((pass, cycles));
        }
        found.push((said.replace(": \n", "\n"), passes));
    }
    Ok(found)
}

fn build(flags: &str) -> Result<PathBuf, Failed> {
    let (package, program, target) = ("qemu-m4", "qemu-m4-figures", Board::M4.target());
    let build =
        ["build", "--release", "--quiet", "-p", package, "--bin", program, "--target", target];
    // Other flags build everything anew: each has a folder of its own.
    let folder = if flags.is_empty() { "target" } else { "target/flags" };
    cargo_by_flags(&build, flags, folder)?;
    Ok(reference::targets().join(folder).join(target).join("release").join(program))
}

/// Name, instructions and cycles of each pass.
fn count(program: &Path, plugin: &Path, folder: &Path) -> Result<Vec<(String, u64, u64)>, Failed> {
    let data = fs::read(program)?;
    let elf = object::File::parse(&*data)?;
    let address = |name: &str| {
        let symbol = elf.symbols().find(|symbol| symbol.name() == Ok(name));
        // The lowest bit of a function's address says Thumb.
        Ok::<_, Failed>(symbol.ok_or(format!("{name} is not in the linked file"))?.address() & !1)
    };
    let counts = folder.join("counts");
    let plugin = format!(
        "{},code=0x400000,begin={:#x},end={:#x},out={}",
        plugin.display(),
        address("cycles_begin")?,
        address("cycles_end")?,
        counts.display()
    );
    let mut qemu = Command::new("qemu-system-arm");
    bound(&mut qemu);
    qemu.args(["-machine", "mps2-an386", "-nographic", "-monitor", "none", "-semihosting"]);
    let said = run(qemu.args(["-plugin", &plugin, "-kernel"]).arg(program))?;
    let passes: Vec<_> = Figure::all(&said).map(|f| format!("{}: {}", f.net, f.pass)).collect();
    let disassembler = disassembler().ok_or("there is no llvm-objdump")?;
    let disassembly =
        run(Command::new(disassembler).args(["-d", "--no-show-raw-insn"]).arg(program))?;
    let code = instructions(&disassembly);
    let written = fs::read_to_string(&counts)?;
    let regions = regions(&written).ok_or("the plugin's lines cannot be read")?;
    if regions.len() != passes.len() {
        return Err(format!("{} passes were counted of\n{said}", regions.len()).into());
    }
    let total = |(name, counts): (String, &Vec<Count>)| {
        (name, counts.iter().map(|count| count.ran).sum(), cycles(&code, counts))
    };
    Ok(passes.into_iter().zip(&regions).map(total).collect())
}

/// Runs a program; its standard output.
fn run(command: &mut Command) -> Result<String, Failed> {
    let output = command.output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} failed:\n{errors}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
