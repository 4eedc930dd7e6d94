//! On the chip: the same bits as on the desktop, in memory and in instructions that are committed.
//!
//! | tests | what they hold |
//! |---|---|
//! | `bits` | training and forward passes end in the same checksums on every machine |
//! | `instructions` | instructions on the desktop, counted by valgrind, are those in `instructions.out` |
//! | `figures` | instructions, stack and bytes of each board are those in `figures.out` |
//! | `bounds` | what steps take, typical, fresh and at worst, is that in `bounds.out`; nothing drawn takes more |
//! | `slices` | the longest slice of a step is that in `slices.out` |
//! | `size` | the sections of each board's program are those in `figures.size`, and of training net A those in `training.size` |
//! | `cycles` | cycles on a Cortex-M4F, by a model, are those in `cycles.out`, and below their limits |
//! | `sweep` | what a multiplication costs in nets of many shapes is what `sweep.out` says, and falls off no cliff |
//! | `profiles` | every program runs on three boards by the profiles `dev` and `small` too |
//! | `keep` | what is learnt is kept in flash, through two hundred resets in the middle of it |
//! | `heap` | the training workspace on loan from the application's heap |
//! | `overflow` | a stack overflow is a fault that says so |
//! | `no_panic` | nothing in core can panic: the proof links, and does not with a panic in it |
//! | `memory` | the sizes that a net promises are those in the linked file |
//!
//! They need QEMU, the Rust targets, valgrind and gcc. Where one is missing, the test is ignored and says why.

mod conversation;
mod cycles;
mod desktop;
mod profiles;
mod reference;
mod size;
mod sweep;
mod tools;

use std::process::ExitCode;

use cpfo_harness::board::emulator::Board;
use cpfo_tests::tools::{lacks_target, trial};
use libtest_mimic::{Arguments, Failed, Trial};
use object::{Object as _, ObjectSymbol as _};
use tools::{BITS, cargo, cargo_for_figures, compare, lacks, package, targets};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share cargo's lock and two cores.
    arguments.test_threads = Some(1);
    let mut trials = bits_of_desktop();
    trials.push(trial("instructions::desktop", desktop::lacks(), desktop::instructions));
    for board in Board::ALL {
        trials.push(trial(format!("bits::{board}"), lacks(board), move || bits(board)));
        trials.push(trial(format!("figures::{board}"), lacks(board), move || figures(board)));
        let missing = lacks_target(board.target());
        trials.push(trial(format!("size::{board}"), missing, move || size::figures(board)));
    }
    for board in [Board::M3, Board::M4] {
        trials.push(trial(format!("slices::{board}"), lacks(board), move || slices(board)));
    }
    for board in [Board::M0, Board::M4] {
        trials.push(trial(format!("keep::{board}"), lacks(board), move || keep(board)));
    }
    trials.push(trial("bounds::m4", lacks(Board::M4), bounds));
    trials.push(trial("sweep::m4", lacks(Board::M4), sweep::sweep));
    trials.push(trial("cycles::m4", cycles::lacking(), cycles::m4));
    trials.push(trial("heap::m4", lacks(Board::M4), heap));
    for board in Board::ALL {
        trials.push(trial(format!("overflow::{board}"), lacks(board), move || overflow(board)));
    }
    trials.extend(profiles::trials());
    trials.extend(conversation::trials());
    trials.push(trial("bits::m4_for_cycles", lacks(Board::M4), bits_of_fewest_cycles));
    // The code of the smallest core on a machine with room for all of it.
    let missing = lacks(Board::M3).or_else(|| lacks_target(Board::M0.target()));
    trials.push(trial("bits::m0_code_on_m3", missing, bits_of_m0_on_m3));
    trials.extend(proofs());
    let target = "thumbv7em-none-eabihf";
    trials.push(trial("no_panic::the_proof_can_fail", lacks_target(target), || {
        match no_panic(&[target], "release", &["--features", "one,panic"]) {
            Err(failed) if format!("{failed:?}").contains("a_panic_is_reachable") => Ok(()),
            other => Err(format!("a panic on purpose went unseen: {other:?}").into()),
        }
    }));
    trials.push(trial("size::training", lacks_target(target), || size::training(target)));
    trials.push(trial("memory::as_promised", lacks_target(target), || memory(target)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The desktop in debug, in release, and with every instruction this processor has.
fn bits_of_desktop() -> Vec<Trial> {
    let run = ["run", "--quiet", "-p", "cpfo-firmware", "--example", "bits"];
    let native = [("RUSTFLAGS", "-C target-cpu=native"), ("CARGO_TARGET_DIR", "target/native")];
    vec![
        Trial::test("bits::desktop_debug", move || compare(BITS, &cargo(&run, &[])?)),
        Trial::test("bits::desktop_release", move || {
            compare(BITS, &cargo(&[&run[..], &["--release"]].concat(), &[])?)
        }),
        Trial::test("bits::desktop_native", move || {
            compare(BITS, &cargo(&[&run[..], &["--release"]].concat(), &native)?)
        }),
    ]
}

fn bits(board: Board) -> Result<(), Failed> {
    let program = format!("{}-bits", package(board));
    let found = cargo(&[board.name(), "--quiet", "--bin", &program], &[])?;
    if board == Board::M0 {
        let all = std::fs::read_to_string(targets().join(BITS))?;
        return match all.lines().next() == found.lines().next() && found.lines().count() == 1 {
            true => Ok(()),
            false => Err(format!("{BITS} begins otherwise than\n{found}").into()),
        };
    }
    compare(BITS, &found)
}

/// Other instructions, by the flags that make fewest cycles, and the same bits.
fn bits_of_fewest_cycles() -> Result<(), Failed> {
    let [_, (_, flags)] = cycles::BUILDS;
    let build = [("RUSTFLAGS", flags), ("CARGO_TARGET_DIR", "target/cycles")];
    compare(BITS, &cargo(&["m4", "--quiet", "--bin", "qemu-m4-bits"], &build)?)
}

fn bits_of_m0_on_m3() -> Result<(), Failed> {
    let runner = "target.thumbv6m-none-eabi.runner='qemu-system-arm -machine mps2-an385 -nographic \
                  -monitor none -semihosting -icount shift=6 -kernel'";
    let found = cargo(
        &[
            "run",
            "--release",
            "--quiet",
            "-p",
            "qemu-m3",
            "--bin",
            "qemu-m3-bits",
            "--target",
            "thumbv6m-none-eabi",
            "--config",
            runner,
        ],
        &[],
    )?;
    compare(BITS, &found)
}

fn figures(board: Board) -> Result<(), Failed> {
    let program = format!("{}-figures", package(board));
    let found = cargo_for_figures(&[board.name(), "--quiet", "--bin", &program])?;
    compare(&format!("boards/{}/figures.out", package(board)), &found)?;
    // A budget with margin: half of what the smallest board sets aside.
    for line in found.lines() {
        if let Some((_, stack)) = line.split_once(", stack ") {
            let stack: u32 = stack.parse()?;
            if stack > STACK {
                return Err(format!("{line}: the budget is {STACK} bytes").into());
            }
        }
    }
    Ok(())
}

/// A step in slices, with and without hardware for floats.
fn slices(board: Board) -> Result<(), Failed> {
    let program = format!("{}-slices", package(board));
    let found = cargo_for_figures(&[board.name(), "--quiet", "--bin", &program])?;
    compare(&format!("boards/{}/slices.out", package(board)), &found)
}

/// Steps of nets and images of every kind, of which none may take more than was found at worst.
fn bounds() -> Result<(), Failed> {
    let found = cargo_for_figures(&["m4", "--quiet", "--bin", "qemu-m4-bounds"])?;
    compare("boards/qemu-m4/bounds.out", &found)?;
    let most = |net: &str, kind: &str| -> Result<u32, Failed> {
        let line = found.lines().find(|line| line.starts_with(&format!("{net}: step {kind}, ")));
        let most = line.and_then(|line| line.rsplit(' ').next()).ok_or("a kind is missing")?;
        Ok(most.parse()?)
    };
    for net in ["digits", "lenet"] {
        let worst = most(net, "at worst")?;
        for kind in ["typical", "fresh", "drawn"] {
            let most = most(net, kind)?;
            if most > worst {
                return Err(format!("{net}, {kind}: {most}, and {worst} at worst").into());
            }
        }
    }
    Ok(())
}

/// Models in flash: by the flash controller of the chip on one board, in RAM on the other.
fn keep(board: Board) -> Result<(), Failed> {
    let program = format!("{}-keep", package(board));
    let keep = [board.name(), "--quiet", "--features", "store", "--bin", &program];
    compare(&format!("boards/{}/keep.out", package(board)), &cargo_for_figures(&keep)?)
}

/// The training workspace comes from the application's heap and goes back.
fn heap() -> Result<(), Failed> {
    let heap = ["m4", "--quiet", "--features", "alloc", "--bin", "qemu-m4-heap"];
    let found = cargo_for_figures(&heap)?;
    compare("programs/heap.out", &found)
}

/// A stack that grows out of its region is reported, and is not silence over somebody's statics.
fn overflow(board: Board) -> Result<(), Failed> {
    let program = format!("{}-overflow", package(board));
    match cargo(&[board.name(), "--quiet", "--bin", &program], &[]) {
        Err(failed) if format!("{failed:?}").contains("stack overflow") => Ok(()),
        other => Err(format!("an overflow on purpose went unseen: {other:?}").into()),
    }
}

/// Bytes of stack that inference and training may take.
const STACK: u32 = 600;

/// Every net of the goldens and of the edges, by `release` and on the smallest and the most used core by
/// `small`; net A by both profiles on every target, and with the approximate functions.
fn proofs() -> Vec<Trial> {
    let all = PROFILES.map(|profile| (profile, "", &TARGETS[..2]));
    let one = PROFILES.iter().flat_map(|&profile| {
        ["one", "one,micromath"].map(|features| (profile, features, &TARGETS[..]))
    });
    let proofs = all.into_iter().chain(one).map(|(profile, features, targets)| {
        let nets = if features.is_empty() { "all nets" } else { features };
        let more = if features.is_empty() { vec![] } else { vec!["--features", features] };
        let lacks = targets.iter().find_map(|target| lacks_target(target));
        trial(format!("no_panic::{profile} {nets}"), lacks, move || {
            no_panic(targets, profile, &more)
        })
    });
    proofs.collect()
}

const PROFILES: [&str; 2] = ["release", "small"];

/// What Rust compiles for. The first two, without and with floats in hardware, have all nets in the
/// proof, the others net A: a proof of all of them is minutes of one core's time.
const TARGETS: [&str; 7] = [
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
];

/// Builds the proof for all `targets` by one cargo, which keeps every core of the desktop busy.
fn no_panic(targets: &[&str], profile: &str, more: &[&str]) -> Result<(), Failed> {
    let build = ["build", "--quiet", "-p", "cpfo-proof", "--bin", "cpfo-proof"];
    let targets: Vec<_> = targets.iter().flat_map(|&target| ["--target", target]).collect();
    cargo(&[&build[..], &["--profile", profile], &targets, more].concat(), &[]).map(|_| ())
}

fn memory(target: &str) -> Result<(), Failed> {
    use cpfo::Net as _;
    use cpfo_harness::nets::{digits::Net as A, lenet::Net as B};
    no_panic(&[target], "release", &[])?;
    let file = targets().join("target").join(target).join("release/cpfo-proof");
    let data = std::fs::read(file)?;
    let elf = object::File::parse(&*data)?;
    let size = |name: &str| match elf.symbols().find(|symbol| symbol.name() == Ok(name)) {
        Some(symbol) => Ok(symbol.size()),
        None => Err(format!("{name} is not in the linked file")),
    };
    for (name, promised) in [
        ("DIGITS_PARAMETERS", A::PARAMETER_BYTES),
        ("DIGITS_INFERENCE", A::INFERENCE_BYTES),
        ("DIGITS_IN_PLACE", A::IN_PLACE_BYTES),
        ("DIGITS_BATCH", A::BATCH_BYTES),
        ("LENET_PARAMETERS", B::PARAMETER_BYTES),
        ("LENET_INFERENCE", B::INFERENCE_BYTES),
        ("LENET_IN_PLACE", B::IN_PLACE_BYTES),
        ("LENET_BATCH", B::BATCH_BYTES),
    ] {
        let linked = size(name)?;
        if linked != promised as u64 {
            return Err(format!("{name}: {linked} bytes linked, {promised} promised").into());
        }
    }
    // All RAM of training in place, and what it may be.
    let beside = |parameters: usize, bytes: u64| parameters as u64 + bytes;
    for (name, budget) in [
        ("DIGITS_ALL", beside(A::PARAMETER_BYTES, 1150)),
        ("DIGITS_ALL_OF_BYTES", beside(A::PARAMETER_BYTES, 540)),
        ("LENET_ALL", beside(B::PARAMETER_BYTES, 9 << 10)),
        ("LENET_ALL_OF_BYTES", beside(B::PARAMETER_BYTES, 6656)),
        ("LENET_TAIL", 96 << 10),
        ("LENET_CONVOLUTIONS_AND_OUTPUT", 24 << 10),
        ("LENET_CONVOLUTIONS_AND_OUTPUT_OF_BYTES", 20 << 10),
        ("LENET_OUTPUT_ONLY", 12 << 10),
        ("LENET_OUTPUT_ONLY_OF_BYTES", 9 << 10),
        ("LENET_BIASES_ONLY_OF_BYTES", 7 << 10),
    ] {
        let (linked, promised) = (size(name)?, size(&format!("{name}_PROMISED"))?);
        println!("{name}: {linked} bytes");
        if linked != promised {
            return Err(format!("{name}: {linked} bytes linked, {promised} promised").into());
        }
        if linked > budget {
            return Err(format!("{name}: {linked} bytes, the budget is {budget}").into());
        }
    }
    Ok(())
}
