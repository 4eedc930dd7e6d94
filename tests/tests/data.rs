//! Data files that nobody wrote: good IDX files and tables with a seeded change. Whatever a file has
//! become, it is taken for just what it holds, or refused in a sentence that names it.
//!
//! IDX says of every byte what it is, so a second reading of a dozen lines knows which changed files are
//! still good, and what they hold. Of a table it is known that each line is a sample. Changed pictures
//! are the harness's own test, models and checkpoints the test `cli`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cpfo::rng::Rng;
use cpfo_harness::data::{Dataset, Options, load};
use flate2::Compression;
use flate2::write::GzEncoder;

/// So many changed files of each kind.
const FILES: u64 = 1000;

/// Numbers that sizes go wrong by.
const SIZES: [u32; 12] =
    [0, 1, 2, 3, 12, 255, 256, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX];

/// Fields that numbers go wrong by.
const FIELDS: [&str; 17] = [
    "",
    "NaN",
    "inf",
    "-inf",
    "-1",
    "1e39",
    "1e-46",
    "+7",
    "007",
    "0x10",
    "1,5",
    "99999999999999999999",
    "\"",
    "\"7\"",
    "#",
    "\u{fe0f}",
    "label",
];

fn below(rng: &mut Rng, bound: usize) -> usize {
    rng.below(bound as u32) as usize
}

/// One to three changes: a bit flips, a byte is another, the end is cut, a stretch comes twice or
/// is lost, something follows.
fn change(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=below(rng, 3) {
        let (place, other) = (below(rng, bytes.len() + 1), below(rng, bytes.len() + 1));
        let stretch = place.min(other)..place.max(other);
        match rng.below(6) {
            0 if place < bytes.len() => bytes[place] ^= 1 << rng.below(8),
            1 if place < bytes.len() => bytes[place] = rng.next_u32() as u8,
            2 => bytes.truncate(place),
            3 => {
                let twice = bytes[stretch].to_vec();
                bytes.splice(place..place, twice);
            }
            4 => drop(bytes.drain(stretch)),
            _ => bytes.extend((0..=rng.below(9)).map(|_| rng.next_u32() as u8)),
        }
    }
}

/// A folder of its own for a test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").join(name);
    std::fs::create_dir_all(&folder).expect("a writable folder");
    folder
}

/// Reads what lies there; a refusal names a file and is one line.
fn read(path: &Path, options: &Options, names: &[&str]) -> Result<Dataset> {
    let loaded = load(path, options).inspect_err(|error| {
        let said = format!("{error:#}");
        assert!(names.iter().any(|name| said.contains(name)), "it names no file: {said}");
        assert!(!said.contains(char::is_control), "it is an order to the terminal: {said:?}");
    })?;
    let data = loaded.data.train;
    assert!(!data.is_empty() && data.image_len() > 0);
    assert_eq!(data.images.len(), data.len() * data.image_len());
    assert!(data.images.iter().all(|x| x.is_finite()));
    assert!(data.labels.iter().all(|&label| usize::from(label) < data.classes));
    Ok(data)
}

fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| file.extend_from_slice(&size.to_be_bytes()));
    file.extend_from_slice(bytes);
    file
}

/// The sizes and the bytes of a file that is IDX to the letter.
fn second_reading(file: &[u8]) -> Option<(Vec<usize>, &[u8])> {
    let (&[0, 0, 8, count @ 1..=4], rest) = file.split_first_chunk::<4>()? else { return None };
    let (sizes, bytes) = rest.split_at_checked(4 * usize::from(count))?;
    let sizes = sizes.as_chunks::<4>().0.iter().map(|&size| u32::from_be_bytes(size) as usize);
    let sizes: Vec<_> = sizes.collect();
    let product = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
    (product > 0 && product == bytes.len()).then_some((sizes, bytes))
}

/// What two files hold, if both are good and belong together.
fn pair<'a>(images: &'a [u8], labels: &'a [u8]) -> Option<([usize; 3], &'a [u8], &'a [u8])> {
    let (sizes, pixels) = second_reading(images)?;
    let (shape, count) = match *sizes {
        [count, rows, columns] => ([rows, columns, 1], count),
        [count, rows, columns, maps] => ([rows, columns, maps], count),
        _ => return None,
    };
    let (sizes, labels) = second_reading(labels)?;
    (sizes == [count]).then_some((shape, pixels, labels))
}

/// Images of all shades, and their labels.
fn arrays(rng: &mut Rng) -> [Vec<u8>; 2] {
    let pixels: Vec<u8> = (0..12 * 6 * 4).map(|_| rng.next_u32() as u8).collect();
    let labels: Vec<u8> = (0..12).map(|_| rng.below(10) as u8).collect();
    let sizes: &[u32] = if rng.below(4) == 0 { &[12, 6, 2, 2] } else { &[12, 6, 4] };
    [idx(sizes, &pixels), idx(&[12], &labels)]
}

const NAMES: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];

/// What is read of two files is what the second reading finds, and nothing where it finds nothing.
fn as_second_reading(folder: &Path, files: &[Vec<u8>; 2], found: Result<Dataset>) -> bool {
    match (found, pair(&files[0], &files[1])) {
        (Ok(data), Some((shape, pixels, labels))) => {
            assert_eq!([data.rows, data.columns, data.maps], shape);
            assert!(data.labels.iter().copied().eq(labels.iter().copied().map(u16::from)));
            assert!(data.images.iter().zip(pixels).all(|(x, &q)| *x == f32::from(q)));
            true
        }
        (Err(_), None) => false,
        (Err(error), Some(_)) => panic!("{}: good, but refused: {error:#}", folder.display()),
        (Ok(_), None) => panic!("{}: damaged, but taken", folder.display()),
    }
}

#[test]
fn changed_idx_files() {
    let folder = scratch("idx");
    let mut taken = 0;
    for seed in 0..FILES {
        let mut rng = Rng::new(seed);
        let mut files = arrays(&mut rng);
        let which = below(&mut rng, 2);
        match rng.below(3) {
            0 => {
                // Sizes of the header, so that they say more, less, or the same another way.
                let sizes = usize::from(files[which][3]);
                for _ in 0..=rng.below(2) {
                    let at = 4 + 4 * below(&mut rng, sizes);
                    let size = SIZES[below(&mut rng, SIZES.len())];
                    files[which][at..at + 4].copy_from_slice(&size.to_be_bytes());
                }
                if rng.below(4) == 0 {
                    files[which][3] = rng.below(6) as u8;
                }
            }
            1 if which == 0 => {
                // Other sizes of as many bytes.
                let ways = [[12, 4, 6], [12, 24, 1], [24, 6, 2], [1, 12, 24], [12, 1, 24]];
                let (sizes, bytes) = (ways[below(&mut rng, 5)], &files[0][files[0].len() - 288..]);
                files[0] = idx(&sizes, bytes);
            }
            _ => change(&mut files[which], &mut rng),
        }
        NAMES.iter().zip(&files).for_each(|(name, file)| {
            std::fs::write(folder.join(name), file).expect("a writable folder");
        });
        let found = read(&folder, &Options::default(), &NAMES);
        taken += u64::from(as_second_reading(&folder, &files, found));
    }
    assert!((FILES / 20..FILES / 2).contains(&taken), "{taken} of {FILES} were good");
}

/// A packed file is what it was, or is refused: nothing gets past its checksum.
#[test]
fn changed_packed_idx_files() {
    let folder = scratch("packed-idx");
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector")
    };
    let mut taken = 0;
    for seed in 0..FILES {
        let mut rng = Rng::new(seed);
        let files = arrays(&mut rng);
        let mut zipped = files.each_ref().map(|file| packed(file));
        change(&mut zipped[below(&mut rng, 2)], &mut rng);
        NAMES.iter().zip(&zipped).for_each(|(name, file)| {
            std::fs::write(folder.join(name), file).expect("a writable folder");
        });
        if let Ok(data) = read(&folder, &Options::default(), &NAMES) {
            taken += u64::from(as_second_reading(&folder, &files, Ok(data)));
        }
    }
    assert!((1..FILES / 2).contains(&taken), "{taken} of {FILES} were good");
}

/// An array as NumPy writes it.
fn npy(kind: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), elements].concat()
}

/// Of an array nothing but its length can be checked, so what is taken is samples of finite values.
#[test]
fn changed_arrays_of_numpy() {
    const NAMES: [&str; 2] = ["x.npy", "y.npy"];
    let folder = scratch("npy");
    let mut taken = 0;
    for seed in 0..FILES {
        let mut rng = Rng::new(seed);
        let labels: Vec<u8> = (0..12_u8).flat_map(|n| u64::from(n % 4).to_le_bytes()).collect();
        let bytes: Vec<u8> = (0..12 * 24).map(|_| rng.next_u32() as u8).collect();
        let floats: Vec<u8> =
            bytes.iter().flat_map(|&byte| f32::from(byte).to_le_bytes()).collect();
        let samples = match rng.below(3) {
            0 => npy("|u1", "(12, 6, 4)", &bytes),
            1 => npy("<f4", "(12, 24)", &floats),
            _ => npy("<i2", "(12, 6, 2, 1)", &bytes),
        };
        let mut files = [samples, npy("<i8", "(12,)", &labels)];
        match rng.below(4) {
            0 => {
                // A header that says something else.
                let which = below(&mut rng, 2);
                let end = files[which].iter().position(|&byte| byte == b'\n').expect("a header");
                let at = 10 + below(&mut rng, end - 10);
                files[which][at] = b"0123456789()',:<>|uifU "[below(&mut rng, 23)];
            }
            1 => change(&mut files[1], &mut rng),
            _ => change(&mut files[0], &mut rng),
        }
        NAMES.iter().zip(&files).for_each(|(name, file)| {
            std::fs::write(folder.join(name), file).expect("a writable folder");
        });
        taken += u64::from(read(&folder, &Options::default(), &NAMES).is_ok());
    }
    assert!((FILES / 20..FILES * 3 / 4).contains(&taken), "{taken} of {FILES} were taken");
}

/// A table of squares of 2 x 2 in one of the dialects, or of 8 x 8 for a net.
fn table(rng: &mut Rng, pixels: usize) -> String {
    let [comma, end] = [[",", ";", "\t"][below(rng, 3)], ["\n", "\r\n", "\r"][below(rng, 3)]];
    let named = rng.below(3) == 0;
    let mut lines = Vec::new();
    if rng.below(2) == 0 {
        lines.push((0..pixels).fold("label".to_owned(), |line, n| format!("{line}{comma}p{n}")));
    }
    for _ in 0..12 {
        let label = rng.below(4);
        let label = if named { format!("class {label}") } else { label.to_string() };
        lines.push((0..pixels).fold(label, |line, _| format!("{line}{comma}{}", rng.below(17))));
    }
    lines.join(end) + end
}

#[test]
fn changed_tables() {
    let folder = scratch("table");
    let path = folder.join("train.csv");
    let mut taken = 0;
    for seed in 0..FILES {
        let mut rng = Rng::new(seed);
        let pixels = [4, 64][below(&mut rng, 2)];
        let mut bytes = table(&mut rng, pixels).into_bytes();
        if rng.below(2) == 0 {
            // A field is another.
            let separators = |byte: &u8| b",;\t\r\n".contains(byte);
            let places: Vec<_> = (0..bytes.len()).filter(|&n| separators(&bytes[n])).collect();
            let from = places[below(&mut rng, places.len() - 1)] + 1;
            let to = bytes[from..].iter().position(separators).map_or(from, |n| from + n);
            bytes.splice(from..to, FIELDS[below(&mut rng, FIELDS.len())].bytes());
        } else {
            change(&mut bytes, &mut rng);
        }
        std::fs::write(&path, &bytes).expect("a writable folder");
        let shape = (pixels == 64 && rng.below(2) == 0).then_some([8, 8, 1]);
        let options = Options { shape, classes: shape.map(|_| 10), ..Options::default() };
        let Ok(data) = read(&path, &options, &["train.csv"]) else { continue };
        taken += 1;
        // A quoted field may hold the end of a line.
        if !bytes.contains(&b'"') {
            let text = String::from_utf8(bytes).expect("text, as it was taken");
            let full = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
            let lines = text.split(['\n', '\r']).filter(full).count();
            assert!((data.len()..=data.len() + 1).contains(&lines), "{} of {text}", data.len());
        }
    }
    assert!((FILES / 20..FILES * 3 / 4).contains(&taken), "{taken} of {FILES} were good");
}
