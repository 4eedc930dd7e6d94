//! What a project may be called: it is a crate, a module, and a word on the line to a device.

use std::path::Path;

use anyhow::ensure;

use crate::base::label;

/// The longest name: with the board's it has to go into the answer to the first question of a device.
const LONGEST: usize = 40;

/// Words of the language, also those that are kept for later, and its primitive types.
const RUST: &str = "abstract as async await become bool box break char const continue crate do dyn else enum \
                    extern f32 f64 false final fn for gen i128 i16 i32 i64 i8 if impl in isize let loop macro \
                    match mod move mut override priv pub ref return self static str struct super trait true try \
                    type typeof u128 u16 u32 u64 u8 unsafe unsized use usize virtual where while yield";

/// Crates that are always there or that a project has, and folders of Cargo's.
const CRATES: &str =
    "alloc board build core deps examples incremental net proc-macro proc_macro std test";

/// The name of a project, which is its folder's.
///
/// # Errors
/// If a crate cannot be called so.
pub(super) fn of(folder: &Path) -> anyhow::Result<&str> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let shown = label::escaped(name);
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    ensure!(
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(letters)
            && name.len() <= LONGEST,
        "`{shown}` is no name for a crate, which the project is: take lower-case letters, digits, `-` and `_`, \
         a letter first, at most {LONGEST} of them"
    );
    let mut taken = RUST.split(' ').chain(CRATES.split(' '));
    ensure!(
        !taken.any(|taken| taken == name) && !name.starts_with("cpfo"),
        "`{shown}` is a word of Rust's or the name of a crate that the project needs: take another name, such as \
         my-{shown}"
    );
    Ok(name)
}
