//! Memory regions, as a linker script declares them: `RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16K`.
//!
//! A board's `memory.x` is the only place that knows its chip's memory. The linker reads it, the
//! board's build script hands it to Rust, and `cpfo build` says what is left of it: the last two by
//! this file, so that they cannot part. It knows what GNU ld and LLD know of `MEMORY`: comments,
//! attributes, the short words (`org`, `len`), decimal, octal and hexadecimal numbers with K and M,
//! sums and products, `ORIGIN(…)` and `LENGTH(…)` of regions above. The rest of a script is passed over.
//! There is no crate for that: those that read linker scripts whole are linkers.

/// A piece of a chip's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name in the script.
    pub name: String,
    /// Its first address.
    pub origin: u64,
    /// Its bytes.
    pub length: u64,
}

/// All regions that a script declares.
///
/// # Errors
///
/// A sentence that says what of a declaration is not understood.
pub fn regions(script: &str) -> Result<Vec<Region>, String> {
    let words = words(&without_comments(script)?);
    let mut regions = Vec::new();
    let mut rest = &words[..];
    while let Some((word, behind)) = rest.split_first() {
        rest = behind;
        if word == "MEMORY" && rest.first().is_some_and(|word| word == "{") {
            let mut block = Block { words: &rest[1..], regions: &mut regions };
            block.read()?;
            rest = block.words;
        }
    }
    Ok(regions)
}

fn without_comments(script: &str) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = script;
    while let Some((before, comment)) = rest.split_once("/*") {
        result += before;
        result.push(' ');
        rest = comment.split_once("*/").ok_or("a comment has no end")?.1;
    }
    Ok(result + rest)
}

/// Names and numbers whole, everything else by the character.
fn words(script: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut within = false;
    for c in script.chars() {
        let part = c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
        match words.last_mut() {
            Some(word) if part && within => word.push(c),
            _ if !c.is_whitespace() => words.push(c.into()),
            _ => {}
        }
        within = part;
    }
    words
}

/// What is left to read of the inside of `MEMORY { … }`.
struct Block<'w, 'r> {
    words: &'w [String],
    regions: &'r mut Vec<Region>,
}

impl Block<'_, '_> {
    fn read(&mut self) -> Result<(), String> {
        loop {
            match self.next()?.as_str() {
                "}" => return Ok(()),
                "," | ";" => {}
                "INCLUDE" => {
                    return Err("INCLUDE in MEMORY is not followed: write the regions out".into());
                }
                name => {
                    let name = name.to_owned();
                    let region = self.region(name.clone());
                    let region = region.map_err(|why| format!("the region {name}: {why}"))?;
                    self.regions.push(region);
                }
            }
        }
    }

    fn region(&mut self, name: String) -> Result<Region, String> {
        if self.take("(") {
            while self.next()? != ")" {}
        }
        self.want(&[":"])?;
        self.want(&["ORIGIN", "origin", "org", "o"])?;
        self.want(&["="])?;
        let origin = self.sum()?;
        self.want(&[","])?;
        self.want(&["LENGTH", "length", "len", "l"])?;
        self.want(&["="])?;
        let length = self.sum()?;
        Ok(Region { name, origin, length })
    }

    fn sum(&mut self) -> Result<u64, String> {
        let mut value = self.product()?;
        loop {
            let result = match () {
                () if self.take("+") => value.checked_add(self.product()?),
                () if self.take("-") => value.checked_sub(self.product()?),
                () => return Ok(value),
            };
            value = result.ok_or("a number is below 0 or above 64 bits")?;
        }
    }

    fn product(&mut self) -> Result<u64, String> {
        let mut value = self.factor()?;
        loop {
            let result = match () {
                () if self.take("*") => value.checked_mul(self.factor()?),
                () if self.take("/") => value.checked_div(self.factor()?),
                () => return Ok(value),
            };
            value = result.ok_or("a division by 0, or a number above 64 bits")?;
        }
    }

    fn factor(&mut self) -> Result<u64, String> {
        let word = self.next()?;
        match word.as_str() {
            "(" => {
                let value = self.sum()?;
                self.want(&[")"])?;
                Ok(value)
            }
            "ORIGIN" | "LENGTH" => {
                self.want(&["("])?;
                let name = self.next()?;
                self.want(&[")"])?;
                let above = self.regions.iter().find(|region| region.name == name);
                let above = above.ok_or_else(|| format!("no region {name} stands above it"))?;
                Ok(if word == "ORIGIN" { above.origin } else { above.length })
            }
            word => number(word).ok_or_else(|| format!("`{word}` is no number")),
        }
    }

    fn next(&mut self) -> Result<String, String> {
        let (first, rest) = self.words.split_first().ok_or("MEMORY { has no }")?;
        self.words = rest;
        Ok(first.clone())
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.words.first().is_some_and(|first| first == word);
        if there {
            self.words = &self.words[1..];
        }
        there
    }

    fn want(&mut self, words: &[&str]) -> Result<(), String> {
        let found = self.next()?;
        if words.contains(&found.as_str()) {
            return Ok(());
        }
        Err(format!("`{}` is wanted where `{found}` stands", words[0]))
    }
}

/// A number as the linker writes it: decimal, octal after a 0, hexadecimal after 0x, with K or M.
fn number(word: &str) -> Option<u64> {
    let (digits, factor) = match word.as_bytes().last()? {
        b'K' | b'k' => (&word[..word.len() - 1], 1 << 10),
        b'M' | b'm' => (&word[..word.len() - 1], 1 << 20),
        _ => (word, 1),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    // A sign is no part of a number here.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(script: &str) -> Vec<(String, u64, u64)> {
        let regions = regions(script).unwrap_or_else(|why| panic!("{why}: {script}"));
        regions.into_iter().map(|region| (region.name, region.origin, region.length)).collect()
    }

    #[test]
    fn the_usual_forms() {
        let ram = vec![("RAM".to_owned(), 0x2000_0000, 0x4000)];
        for line in [
            "RAM : ORIGIN = 0x20000000, LENGTH = 16K",
            "RAM:ORIGIN=0x20000000,LENGTH=0x4000",
            "RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16384",
            "RAM (!rx) : org = 0X20000000, len = 16k",
            "RAM : o = 512M, l = 040000",
            "RAM : ORIGIN = 0x20000000 /* , LENGTH = 8K */ , LENGTH = 0x10K",
            "RAM\n:\nORIGIN = 536870912\n,\nLENGTH = 32K - (4 * 4K)",
            "/* RAM : ORIGIN = 0, LENGTH = 1 */ RAM : ORIGIN = 0x10000000 * 2, LENGTH = 64K/4",
        ] {
            assert_eq!(all(&format!("MEMORY\n{{\n  {line}\n}}\n_x = ORIGIN(RAM);")), ram, "{line}");
        }
        assert_eq!(all("SECTIONS { .text : { *(.MEMORY) } }"), []);
    }

    #[test]
    fn one_behind_the_other() {
        let script = "MEMORY { FLASH (rx) : ORIGIN = 0x100, LENGTH = 1M - 0x100, \
                      STORE : ORIGIN = ORIGIN(FLASH) + LENGTH(FLASH), LENGTH = LENGTH(FLASH) / 2 } \
                      MEMORY { RAM : ORIGIN = 0, LENGTH = 1 }";
        let regions = all(script);
        assert_eq!(regions[1], ("STORE".into(), 1 << 20, ((1 << 20) - 0x100) / 2));
        assert_eq!(regions.len(), 3);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (script, why) in [
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = 16Q }", "the region RAM: `16Q` is no number"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = -1 }", "`-` is no number"),
            ("MEMORY { RAM : ORIGIN = 0 }", "`,` is wanted where `}` stands"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = SIZE }", "`SIZE` is no number"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = LENGTH(FLASH) }", "no region FLASH stands above"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = 1 / 0 }", "a division by 0"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = 18446744073709551615K }", "is no number"),
            ("MEMORY { RAM : ORIGIN = 0, LENGTH = 1", "has no }"),
            ("MEMORY { INCLUDE more.x }", "INCLUDE"),
            ("/* MEMORY", "a comment has no end"),
        ] {
            let said = regions(script).expect_err(script);
            assert!(said.contains(why), "{script}: {said}");
        }
    }
}
