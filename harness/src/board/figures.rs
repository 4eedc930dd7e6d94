//! What a chip says of a pass through a net: the lines of the firmware's program `figures`, as it
//! prints them, and as they are committed in `targets/boards/*/figures.out`.

/// What a pass through a net takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure<'a> {
    /// The net's name.
    pub net: &'a str,
    /// `forward` or `step`.
    pub pass: &'a str,
    /// Instructions that it takes.
    pub instructions: u64,
    /// Bytes of stack that it takes.
    pub stack: u64,
}

impl<'a> Figure<'a> {
    /// All figures in what was said; the program has other things to say.
    pub fn all(said: &'a str) -> impl Iterator<Item = Self> {
        said.lines().filter_map(Self::read)
    }

    /// A line such as `digits: step 28891 instructions, stack 252`.
    fn read(line: &'a str) -> Option<Self> {
        let (net, rest) = line.split_once(": ")?;
        let (counted, stack) = rest.split_once(" instructions, stack ")?;
        let (pass, instructions) = counted.rsplit_once(' ')?;
        let [instructions, stack] = [instructions.parse().ok()?, stack.trim().parse().ok()?];
        Some(Self { net, pass, instructions, stack })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_a_figure() {
        let said = "digits: inference 456 bytes beside them, in place 476
digits: a 0 is taken for a 0
digits: step 28891 instructions, stack 252
digits: step many instructions, stack 252
";
        let step = Figure { net: "digits", pass: "step", instructions: 28_891, stack: 252 };
        assert_eq!(Figure::all(said).collect::<Vec<_>>(), [step]);
    }
}
