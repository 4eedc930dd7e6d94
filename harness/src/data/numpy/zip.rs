//! Archives, as far as NumPy writes them: a list of files at the end, each stored or deflated.
//!
//! Sizes and places come from that list and are checked against the file; what is unpacked grows with
//! what arrives, never with what the list says, and its sum must be right.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};

use anyhow::{Context as _, Result, bail, ensure};
use flate2::read::DeflateDecoder;

/// The list ends with this record, behind which there may be a remark.
const END: [u8; 4] = *b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const REMARK: u64 = 65_535;
/// An entry of the list, and the head of a file.
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const HEAD: [u8; 4] = *b"PK\x03\x04";
/// What is larger is to be unpacked first, into files of their own.
const LIMIT: u64 = 1 << 30;
/// Deflate packs no better than this.
const DEFLATE_LIMIT: u64 = 1032;

/// A file of arrays, and the list of them.
#[derive(Debug)]
pub(super) struct Zip {
    file: File,
    entries: Vec<Entry>,
}

/// What the list says of a file.
#[derive(Debug)]
struct Entry {
    name: String,
    encrypted: bool,
    method: u16,
    sum: u32,
    packed: u64,
    size: u64,
    place: u64,
}

impl Zip {
    /// Reads the list of a file of so many bytes.
    pub(super) fn open(mut file: File, length: u64) -> Result<Self> {
        let list = list(&mut file, length)?;
        Ok(Self { entries: entries(&list)?, file })
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The names of the arrays.
    pub(super) fn list(&self) -> String {
        let names = self.entries.iter().map(|entry| entry.name.trim_end_matches(".npy"));
        let names: Vec<_> =
            names.take(20).map(|name| format!("'{}'", name.escape_debug())).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }

    /// The bytes of an array.
    pub(super) fn entry(&mut self, array: &str) -> Result<Vec<u8>> {
        let name = format!("{array}.npy");
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let entry = entry.with_context(|| format!("there is no array '{array}' in it"))?;
        unpacked(&mut self.file, entry).with_context(|| format!("its array '{array}'"))
    }
}

/// The bytes of the list.
fn list(file: &mut File, length: u64) -> Result<Vec<u8>> {
    let none = "it has no list of files at its end: it is cut off, or no archive of NumPy (.npz)";
    let tail = bytes_at(file, length.saturating_sub(END_LENGTH + REMARK), END_LENGTH + REMARK)?;
    let at = tail.windows(4).rposition(|window| window == END).context(none)?;
    let end = tail.get(at..at + END_LENGTH as usize).context(none)?;
    let [size, place] = [12, 16].map(|at| u64::from(long(end, at)));
    ensure!(
        place != u64::from(u32::MAX),
        "it is larger than is read: write the arrays as .npy files"
    );
    ensure!(place + size <= length, "its list of files lies beyond its end: it is damaged");
    bytes_at(file, place, size)
}

fn entries(mut list: &[u8]) -> Result<Vec<Entry>> {
    let damaged = "its list of files is damaged: write it again";
    let mut entries = Vec::new();
    while !list.is_empty() {
        ensure!(list.starts_with(&ENTRY) && list.len() >= 46, damaged);
        let [name, extra, remark] = [28, 30, 32].map(|at| usize::from(short(list, at)));
        let text = list.get(46..46 + name).context(damaged)?;
        entries.push(Entry {
            name: String::from_utf8_lossy(text).into_owned(),
            encrypted: short(list, 8) & 1 == 1,
            method: short(list, 10),
            sum: long(list, 16),
            packed: long(list, 20).into(),
            size: long(list, 24).into(),
            place: long(list, 42).into(),
        });
        list = list.get(46 + name + extra + remark..).context(damaged)?;
    }
    Ok(entries)
}

fn unpacked(file: &mut File, entry: &Entry) -> Result<Vec<u8>> {
    let Entry { packed, size, place, .. } = *entry;
    ensure!(!entry.encrypted, "it is encrypted: write it without a password");
    ensure!(
        size <= LIMIT && packed <= LIMIT,
        "it is larger than the {LIMIT} bytes that are unpacked: write it as a .npy file"
    );
    let name = entry.name.as_bytes();
    let head = bytes_at(file, place, 30 + name.len() as u64)?;
    ensure!(
        head.starts_with(&HEAD) && head.get(30..) == Some(name),
        "it is not where the list says: it is damaged"
    );
    let start = place + 30 + u64::from(short(&head, 26)) + u64::from(short(&head, 28));
    file.seek(SeekFrom::Start(start))?;
    let source = file.take(packed);
    let mut bytes = Vec::new();
    match entry.method {
        0 => drop(source.take(size).read_to_end(&mut bytes)?),
        8 => {
            ensure!(
                size <= packed.saturating_mul(DEFLATE_LIMIT),
                "its {packed} bytes cannot unpack to {size}: it is damaged"
            );
            // One more than it should have is noticed below.
            DeflateDecoder::new(source).take(size + 1).read_to_end(&mut bytes)?;
        }
        method => {
            bail!("it is packed by method {method}: write it with numpy.savez or savez_compressed")
        }
    }
    ensure!(
        bytes.len() as u64 == size && crc32fast::hash(&bytes) == entry.sum,
        "its bytes are not those that were written: it is damaged"
    );
    Ok(bytes)
}

/// So many bytes at a place, or as many as there are.
fn bytes_at(file: &mut File, place: u64, length: u64) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(place))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The number of two bytes at a place of a record that is long enough.
fn short(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// The same of four bytes.
fn long(record: &[u8], at: usize) -> u32 {
    u32::from(short(record, at)) | u32::from(short(record, at + 2)) << 16
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::DeflateEncoder};

    use super::*;

    /// An archive of files, each stored or deflated.
    fn zip(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
        let (mut all, mut list) = (Vec::new(), Vec::new());
        for (name, bytes, deflate) in files {
            let packed = if *deflate {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            } else {
                bytes.to_vec()
            };
            let common = [
                &[20, 0, 0, 0][..],
                &[if *deflate { 8 } else { 0 }, 0, 0, 0, 0, 0],
                &crc32fast::hash(bytes).to_le_bytes(),
                &(packed.len() as u32).to_le_bytes(),
                &(bytes.len() as u32).to_le_bytes(),
                &(name.len() as u16).to_le_bytes(),
            ]
            .concat();
            let place = (all.len() as u32).to_le_bytes();
            // The head of a file has room for more, which the list has not.
            all.extend([&HEAD[..], &common, &[4, 0], name.as_bytes(), &[9; 4], &packed].concat());
            list.extend(
                [&ENTRY[..], &[20, 0], &common, &[0; 12], &place, name.as_bytes()].concat(),
            );
        }
        let [place, size] = [all.len(), list.len()].map(|n| (n as u32).to_le_bytes());
        [&all[..], &list, &END, &[0; 8], &size, &place, &[0, 0]].concat()
    }

    fn opened(bytes: &[u8], array: &str) -> Result<Vec<u8>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Zip::open(file, bytes.len() as u64)?.entry(array)
    }

    #[test]
    fn files_are_found_and_unpacked() {
        let bytes = zip(&[("x.npy", b"stored", false), ("y.npy", &[7; 900], true)]);
        assert_eq!(opened(&bytes, "x").unwrap(), b"stored");
        assert_eq!(opened(&bytes, "y").unwrap(), [7; 900]);
        assert!(opened(&bytes, "z").unwrap_err().to_string().contains("no array 'z'"));
    }

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer() {
        let whole = zip(&[("x.npy", b"stored", false), ("y.npy", &[7; 90], true)]);
        for end in 0..whole.len() {
            assert!(opened(&whole[..end], "x").is_err(), "cut at {end}");
        }
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[place] ^= 1 << bit;
                for (array, wanted) in [("x", &b"stored"[..]), ("y", &[7; 90])] {
                    if let Ok(bytes) = opened(&changed, array) {
                        assert_eq!(bytes, wanted, "byte {place}, bit {bit}");
                    }
                }
            }
        }
        let bomb = zip(&[("x.npy", &[0; 100_000], true)]);
        let size = bomb.windows(4).position(|w| w == 100_000_u32.to_le_bytes()).unwrap();
        let list = bomb.windows(4).rposition(|w| w == 100_000_u32.to_le_bytes()).unwrap();
        let mut lying = bomb.clone();
        for place in [size, list] {
            lying[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        }
        assert!(format!("{:#}", opened(&lying, "x").unwrap_err()).contains("larger than"));
    }
}
