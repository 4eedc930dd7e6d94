//! A safetensors file with a seal: the CRC-32 of all it says, in its metadata.
//!
//! Tensors and metadata are readable by anybody's safetensors. Our metadata are one entry, `cpfo`,
//! a JSON object of strings; `checksum` in it is over every other of them and over each tensor's
//! name, type, shape and bytes, in the order of their names: what the file *means*, so that another
//! program may lay it out anew. What is not covered (lengths, offsets, the spelling of the header)
//! cannot change without the file's meaning or its form going wrong.
//!
//! Files without a seal were written by other programs, or by this one before there was a seal. They
//! are taken; who loads one says so. Not taken is a file whose seal seems to have got lost: one with
//! an entry that is ours by another name, or with a name in it that no file without a seal had.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use safetensors::tensor::{SafeTensors, View};

use crate::base::label;
use crate::base::terminal::note;

/// What a file says beside its tensors.
pub type Metadata = BTreeMap<String, String>;

/// The entry of a safetensors file that holds our metadata.
const ENTRY: &str = "cpfo";
/// The name of the seal in them.
const SEAL: &str = "checksum";
/// All that stood in our metadata when there was no seal.
const UNSEALED: [&str; 6] = ["epochs", "layers", "net", "origin", "progress", "recipe"];

const DAMAGED: &str = "it is damaged: take a copy of it, or make it anew";

/// A file that is whole, as far as can be told.
pub struct Sealed<'a> {
    /// Its tensors.
    pub tensors: SafeTensors<'a>,
    /// What else it says; nothing if it was not written here.
    pub about: Metadata,
    /// Whether its seal was there to be checked.
    pub sealed: bool,
}

/// The bytes of a file.
///
/// # Errors
/// If the tensors or metadata cannot be a safetensors file.
pub fn emit<V>(tensors: &BTreeMap<String, V>, about: &Metadata) -> anyhow::Result<Vec<u8>>
where
    for<'v> &'v V: View,
{
    let mut about = about.clone();
    about.remove(SEAL);
    let all = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    about.insert(SEAL.into(), checksum(&about, all));
    // The format's own writer takes a hash map, whose order differs from run to run; one entry
    // keeps the bytes of two equal models equal.
    let whole = BTreeMap::from([(ENTRY.to_owned(), serde_json::to_string(&about)?)]);
    Ok(safetensors::serialize(tensors, Some(whole.into_iter().collect()))?)
}

/// Reads a file, and checks its seal if it has one.
///
/// # Errors
/// If it is no safetensors file, or a damaged one.
pub fn parse(bytes: &[u8]) -> anyhow::Result<Sealed<'_>> {
    const BROKEN: &str = "it is not a whole safetensors file";
    let tensors = SafeTensors::deserialize(bytes).context(BROKEN)?;
    let (_, header) = SafeTensors::read_metadata(bytes).context(BROKEN)?;
    let mut about = None;
    for (name, entry) in header.metadata().iter().flatten() {
        match serde_json::from_str::<Metadata>(entry) {
            Ok(ours) if name == ENTRY => about = Some(ours),
            Ok(ours) => {
                ensure!(!(ours.contains_key(SEAL) && ours.contains_key("layers")), DAMAGED);
            }
            Err(_) => ensure!(name != ENTRY, "its metadata are broken: {DAMAGED}"),
        }
    }
    let mut about = about.unwrap_or_default();
    let sealed = match about.remove(SEAL) {
        Some(seal) => {
            let mut all: Vec<_> = tensors.tensors();
            all.sort_by(|(a, _), (b, _)| a.cmp(b));
            let found = checksum(&about, all.iter().map(|(name, tensor)| (name.as_str(), tensor)));
            ensure!(
                seal == found,
                "its checksum is {found}, and it says {seal}: {DAMAGED}. (If another program \
                 changed it, leave the metadata out there.)"
            );
            true
        }
        None => {
            if let Some(name) = about.keys().find(|name| !UNSEALED.contains(&&***name)) {
                bail!("it has `{name}` and no checksum: {DAMAGED}");
            }
            false
        }
    };
    Ok(Sealed { tensors, about, sealed })
}

impl Sealed<'_> {
    /// Says so if there was no seal to check.
    pub fn warn(&self, path: &Path) {
        if !self.sealed {
            note!("{} has no checksum: damage to it would not be noticed", label::path(&path));
        }
    }
}

/// The CRC-32 of all that a file means, tensors in the order of their names; eight digits.
fn checksum<'a, V: View>(about: &Metadata, tensors: impl Iterator<Item = (&'a str, V)>) -> String {
    let mut crc = crc32fast::Hasher::new();
    // Each part with its length before it: nothing can move from one into the next.
    let mut add = |part: &[u8]| {
        crc.update(&(part.len() as u64).to_le_bytes());
        crc.update(part);
    };
    for (name, value) in about {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    for (name, tensor) in tensors {
        add(name.as_bytes());
        add(format!("{:?}", tensor.dtype()).as_bytes());
        for &extent in tensor.shape() {
            add(&(extent as u64).to_le_bytes());
        }
        add(&tensor.data());
    }
    format!("{:08x}", crc.finalize())
}
