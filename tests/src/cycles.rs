//! A model of the cycles that a Cortex-M4F takes, on top of exact counts of its instructions.
//!
//! | instruction | cycles |
//! |---|---|
//! | of integers, also multiplications | 1, a division 7 |
//! | load | 2, 1 right after another load that its address does not need |
//! | store | 1 |
//! | several loads or stores in one | 1 and 1 for each register |
//! | branch | 1, taken 3 |
//! | multiply-accumulate of floats (VMLA and its kin) | 3 |
//! | division or root of floats | 14 |
//! | other of floats | 1 |
//! | any of floats that needs the result of the one right before it | 1 more |
//!
//! Memory answers at once: with wait states a chip takes longer. Trust it to some 15 %. Source of the
//! cycles: Arm, Cortex-M4 Technical Reference Manual, r0p1, tables 3-1 and 7-1.

use std::collections::BTreeMap;

/// Cycles that filling the pipeline anew takes.
const REFILL: u64 = 2;

/// An instruction as the disassembler writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    mnemonic: String,
    operands: String,
}

/// What kind of instruction it is, as far as its cycles go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Divide,
    Load,
    Store,
    Pair,
    Several,
    Table,
    Branch,
    FloatLoad,
    FloatStore,
    FloatAccumulate,
    FloatDivide,
    Float,
}

/// Instructions by address, from the output of `llvm-objdump -d --no-show-raw-insn`.
pub fn instructions(disassembly: &str) -> BTreeMap<u64, Instruction> {
    disassembly.lines().filter_map(instruction).collect()
}

fn instruction(line: &str) -> Option<(u64, Instruction)> {
    let (address, rest) = line.trim_start().split_once(':')?;
    let address = u64::from_str_radix(address, 16).ok()?;
    let rest = rest.split(['@', ';', '<']).next()?.trim();
    let (mnemonic, operands) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let [mnemonic, operands] = [mnemonic, operands.trim()].map(String::from);
    (!mnemonic.is_empty()).then_some((address, Instruction { mnemonic, operands }))
}

/// How often an instruction ran, and how often it branched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At which address.
    pub address: u64,
    /// How often it ran.
    pub ran: u64,
    /// How often what ran next was not what stands after it.
    pub taken: u64,
}

/// What the plugin wrote: the counts of each region, in the order of their addresses.
pub fn regions(written: &str) -> Option<Vec<Vec<Count>>> {
    let mut regions: Vec<Vec<Count>> = Vec::new();
    for line in written.lines() {
        if line == "region" {
            regions.push(Vec::new());
            continue;
        }
        let mut words = line.split(' ');
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        let [ran, taken] = [words.next()?.parse().ok()?, words.next()?.parse().ok()?];
        regions.last_mut()?.push(Count { address, ran, taken });
    }
    Some(regions)
}

/// The modelled cycles of one region.
pub fn cycles(instructions: &BTreeMap<u64, Instruction>, counts: &[Count]) -> u64 {
    let mut sum = 0;
    // What ran at the addresses right before, unless it went elsewhere.
    let mut before: Option<(u64, &Instruction)> = None;
    for &Count { address, ran, taken } in counts {
        let Some(instruction) = instructions.get(&address) else { continue };
        let neighbour = before.filter(|(at, _)| address - at <= 4).map(|(_, before)| before);
        sum += ran * instruction.cycles(neighbour);
        if instruction.kind() == Kind::Branch {
            sum += taken * REFILL;
        }
        let leaves = matches!(instruction.kind(), Kind::Branch | Kind::Table);
        before = (!leaves).then_some((address, instruction));
    }
    sum
}

impl Instruction {
    /// Without the width that the disassembler adds.
    fn name(&self) -> &str {
        self.mnemonic.split('.').next().unwrap_or_default()
    }

    fn kind(&self) -> Kind {
        let name = self.name();
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        match () {
            () if begins(&["vldr"]) => Kind::FloatLoad,
            () if begins(&["vstr"]) => Kind::FloatStore,
            () if begins(&["vldm", "vstm", "vpush", "vpop"]) => Kind::Several,
            () if begins(&["vmla", "vmls", "vnmla", "vnmls", "vfma", "vfms", "vfnma", "vfnms"]) => {
                Kind::FloatAccumulate
            }
            () if begins(&["vdiv", "vsqrt"]) => Kind::FloatDivide,
            () if begins(&["v"]) => Kind::Float,
            () if begins(&["sdiv", "udiv"]) => Kind::Divide,
            () if begins(&["ldrd", "strd"]) => Kind::Pair,
            () if begins(&["ldm", "stm", "push", "pop"]) => Kind::Several,
            () if begins(&["ldr"]) => Kind::Load,
            () if begins(&["str"]) => Kind::Store,
            () if begins(&["tbb", "tbh"]) => Kind::Table,
            () if self.branches() => Kind::Branch,
            () => Kind::Integer,
        }
    }

    /// Whether it is `b`, `bl`, `bx` or `blx`, perhaps on a condition, or `cbz` or `cbnz`.
    fn branches(&self) -> bool {
        const CONDITIONS: &str = " eq ne cs hs cc lo mi pl vs vc hi ls ge lt gt le al ";
        let name = self.name();
        let rest = ["blx", "bl", "bx", "b"].iter().filter_map(|word| name.strip_prefix(word));
        let condition = |rest: &str| rest.is_empty() || CONDITIONS.contains(&format!(" {rest} "));
        matches!(name, "cbz" | "cbnz") || rest.into_iter().any(condition)
    }

    /// Of one run, after another.
    fn cycles(&self, before: Option<&Instruction>) -> u64 {
        let own = match self.kind() {
            Kind::Integer | Kind::Store | Kind::FloatStore | Kind::Float | Kind::Branch => 1,
            Kind::Load | Kind::FloatLoad => {
                let behind = before.is_some_and(|before| {
                    matches!(before.kind(), Kind::Load | Kind::FloatLoad)
                        && !self.address().is_some_and(|at| names(at, before.first()))
                });
                if behind { 1 } else { 2 }
            }
            Kind::Pair | Kind::FloatAccumulate => 3,
            Kind::Divide => 7,
            Kind::FloatDivide => 14,
            Kind::Table => 2 + REFILL,
            Kind::Several => {
                let returns = self.operands.contains("pc}");
                1 + self.registers() + if returns { REFILL } else { 0 }
            }
        };
        own + u64::from(before.is_some_and(|before| self.waits(before)))
    }

    /// Whether it needs the result of floats that is just being computed.
    fn waits(&self, before: &Instruction) -> bool {
        use Kind::{Float, FloatAccumulate, FloatDivide, FloatStore};
        let needed = match self.kind() {
            FloatStore | FloatAccumulate => &self.operands,
            Float | FloatDivide => {
                self.operands.split_once(',').map_or(&*self.operands, |(_, of)| of)
            }
            _ => return false,
        };
        matches!(before.kind(), Float | FloatAccumulate | FloatDivide)
            && names(needed, before.first())
    }

    /// The first operand: where the result goes.
    fn first(&self) -> &str {
        self.operands.split(',').next().unwrap_or_default().trim()
    }

    /// What stands in brackets.
    fn address(&self) -> Option<&str> {
        self.operands.split_once('[')?.1.split(']').next()
    }

    /// How many registers stand in braces.
    fn registers(&self) -> u64 {
        let list = self.operands.split_once('{').map_or("", |(_, list)| list);
        let list = list.split('}').next().unwrap_or_default();
        let number = |register: &str| register.trim()[1..].parse::<u64>().ok();
        let count = |registers: &str| match registers.split_once('-') {
            Some((from, to)) => number(to).zip(number(from)).map_or(1, |(to, from)| to - from + 1),
            None => 1,
        };
        list.split(',').map(count).sum()
    }
}

/// Whether a register is among operands.
fn names(operands: &str, register: &str) -> bool {
    let mut words = operands.split(|c: char| !c.is_ascii_alphanumeric());
    !register.is_empty() && words.any(|word| word == register)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cycles of one run through instructions that follow one another.
    fn once(lines: &str) -> u64 {
        let lines = lines.lines().enumerate().map(|(n, line)| format!("{:x}: {line}", 4 * n));
        let text: Vec<_> = lines.collect();
        let instructions = instructions(&text.join("\n"));
        assert_eq!(instructions.len(), text.len());
        let run = instructions.keys().map(|&address| Count { address, ran: 1, taken: 0 });
        cycles(&instructions, &run.collect::<Vec<_>>())
    }

    #[test]
    fn loads_follow_each_other() {
        assert_eq!(once("vldr s0, [r1]"), 2);
        assert_eq!(once("vldr s0, [r1]\nvldr s2, [r1, #4]\nvldr s4, [r1, #8]"), 4);
        assert_eq!(once("ldr r1, [r0]\nvldr s0, [r1]"), 4, "the address is awaited");
        assert_eq!(once("adds r1, r2, #4\nvldr s0, [r1]"), 3);
        assert_eq!(once("push.w {r4-r6, r8, lr}\nvpop {d8, d9}\npop {r7, pc}"), 6 + 3 + 5);
    }

    #[test]
    fn floats_wait_for_each_other() {
        assert_eq!(once("vmul.f32 s0, s2, s4\nvadd.f32 s6, s6, s8"), 2);
        assert_eq!(once("vmul.f32 s0, s2, s4\nvadd.f32 s6, s6, s0"), 3);
        assert_eq!(once("vmla.f32 s0, s2, s4\nvmla.f32 s0, s6, s8"), 7, "the sum is an operand");
        assert_eq!(once("vmul.f32 s0, s2, s4\nvstr s0, [r1]"), 3);
        assert_eq!(once("vmul.f32 s1, s2, s4\nvadd.f32 s6, s6, s10"), 2, "s1 is not s10");
        assert_eq!(once("vdiv.f32 s0, s0, s2"), 14);
    }

    #[test]
    fn branches_cost_when_taken() {
        let code =
            instructions("0: cmp r0, #4\n2: bne 0x0 <_start>  @ imm = #-6\n4: bic r0, r0, #1");
        let count = |address, taken| Count { address, ran: 10, taken };
        assert_eq!(cycles(&code, &[count(0, 0), count(2, 9), count(4, 0)]), 10 + 10 + 18 + 10);
    }

    #[test]
    fn the_plugin_is_read() {
        let region = [Count { address: 0x1a, ran: 7, taken: 2 }];
        assert_eq!(regions("region\n1a 7 2\nregion\n"), Some(vec![region.to_vec(), vec![]]));
        assert_eq!(regions("1a 7 2"), None);
    }
}
