//! Files to put before the program: good ones of each kind it reads, bad ones, and changed ones.
//!
//! `name~17` is the file `name` with its 17th change, or of a folder all that lies in it with one
//! each. They are made when a line names them, and after it the folder is as it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cpfo::Net as _;
use cpfo_harness::model;
use cpfo_harness::nets::lenet;

use crate::change::changed;
use crate::run::Program;

/// A folder with good files.
pub(crate) struct Files {
    folder: PathBuf,
    /// What lies in it: the bytes of files, and when they were written; nothing of folders.
    there: BTreeMap<PathBuf, Option<(Vec<u8>, SystemTime)>>,
}

/// What a line may name.
const NAMES: [&str; 22] = [
    "model",
    "lenet",
    "checkpoint",
    "judged/checkpoint.safetensors",
    "cpfo-out/model.safetensors",
    "cpfo-out/report.html",
    "cpfo-out",
    "judged",
    "seven.pgm",
    "seven.png",
    "seven.jpg",
    "digits.csv",
    "named.csv",
    "idx/train-images-idx3-ubyte",
    "idx",
    "packed",
    "table",
    "scans",
    "targets/.cargo/config.toml",
    "targets",
    "hole",
    "nothing",
];

/// The memory of a board.
const MEMORY: &str = "MEMORY { FLASH : ORIGIN = 0, LENGTH = 4M RAM : ORIGIN = 0, LENGTH = 4M STACK : ORIGIN = 0, LENGTH = 4K }";

/// A file without end that takes no room: only its length is told.
const HOLE: &str = "hole";

impl Files {
    /// Makes the good files, some of them by the program itself.
    pub(crate) fn prepare(program: &mut Program) -> Self {
        // One of its own: an hour of it may go on beside others.
        let name = format!("fuzz-{}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        for name in ["at", "at/out", "at/targets/boards/qemu-m4"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let mut files = Self { folder, there: BTreeMap::new() };
        program.stay(files.aside("cpfo"));
        for line in [&["train", "--epochs", "2"][..], &JUDGED] {
            let line: Vec<_> = line.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(program.run_once(&files, &line).fault(), None);
        }
        let copy = |from: &str, to: &str| files.write(to, fs::read(files.path(from)).unwrap());
        copy("cpfo-out/model.safetensors", "model");
        copy("cpfo-out/checkpoint.safetensors", "checkpoint");
        let mut parameters = Box::new(lenet::Net::ZERO);
        parameters.initialize(&mut cpfo::rng::Rng::new(1));
        let about = Default::default();
        model::save::<lenet::Net>(&files.path("lenet"), &parameters, &about).unwrap();
        files.pictures();
        files.tables();
        // Where the program looks for firmware first: it is not to find that of this source.
        files.write("targets/.cargo/config.toml", "[alias]\n");
        files.write("targets/boards/qemu-m4/memory.x", MEMORY);
        File::create(files.path(HOLE)).unwrap().set_len(1 << 40).unwrap();
        files.there = files.now(&|path| fs::read(path).unwrap());
        files
    }

    fn pictures(&self) {
        self.write("seven.pgm", format!("P2 8 8 16 {}", "9 0 ".repeat(32)));
        let picture = image::GrayImage::from_fn(8, 8, |x, y| image::Luma([(x * y * 4) as u8]));
        picture.save(self.path("seven.png")).unwrap();
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/exif6.jpg");
        self.write("seven.jpg", fs::read(photo).unwrap());
        for class in ["one", "two", "three"] {
            for number in 0..6 {
                let of = fs::read(self.path(["seven.png", "seven.pgm"][number % 2])).unwrap();
                let ending = ["png", "pgm"][number % 2];
                self.write(&format!("scans/{class}/{number}.{ending}"), of);
            }
        }
    }

    fn tables(&self) {
        let table = |name: fn(usize) -> String| {
            let mut table = String::from("label");
            (0..64).for_each(|pixel| table += &format!(",p{pixel}"));
            for sample in 0..40 {
                table += &format!("\n{}", name(sample % 10));
                (0..64).for_each(|pixel| table += &format!(",{}", sample * pixel % 17));
            }
            table
        };
        let digits = table(|class| class.to_string());
        for name in ["digits.csv", "table/train.csv", "table/test.csv"] {
            self.write(name, &digits);
        }
        self.write("named.csv", table(|class| format!("class {class}")));
        let head = |sizes: &[u32]| {
            let mut head = vec![0, 0, 8, sizes.len() as u8];
            head.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
            head
        };
        let pixels: Vec<u8> = (0..40 * 64_u32).map(|pixel| (pixel % 251) as u8).collect();
        let labels: Vec<u8> = (0..40).map(|sample| sample % 10).collect();
        let parts = [
            ("train-images-idx3-ubyte", [head(&[40, 8, 8]), pixels].concat()),
            ("train-labels-idx1-ubyte", [head(&[40]), labels].concat()),
        ];
        for (name, bytes) in parts {
            self.write(&format!("idx/{name}"), &bytes);
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
            packed.write_all(&bytes).unwrap();
            self.write(&format!("packed/{name}.gz"), packed.finish().unwrap());
        }
    }

    pub(crate) fn names(&self) -> &'static [&'static str] {
        &NAMES
    }

    /// Where the program runs.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.join("at")
    }

    /// A place that it does not see.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Makes the changed file that a word names, if it names one.
    pub(crate) fn make(&self, word: &str) {
        let Some((name, change)) = word.rsplit_once('~') else { return };
        let (true, Ok(change)) = (NAMES.contains(&name) && name != HOLE, change.parse::<u64>())
        else {
            return;
        };
        let from = self.path(name);
        for (place, (path, bytes)) in (0..).zip(&self.there) {
            let (Ok(rest), Some((bytes, _))) = (path.strip_prefix(&from), bytes) else { continue };
            let to = self.path(word);
            let to = if rest.as_os_str().is_empty() { to } else { to.join(rest) };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, changed(bytes, change + place)).unwrap();
        }
    }

    /// Takes away what is new, and brings back what was written over.
    pub(crate) fn restore(&self) {
        let now = self.now(&|_| Vec::new());
        // From the depth up: a folder is empty by then.
        for (path, found) in now.iter().rev() {
            match (found, self.there.get(path)) {
                (Some(_), None | Some(None)) => fs::remove_file(path).unwrap(),
                (None, None | Some(Some(_))) => fs::remove_dir(path).unwrap(),
                _ => {}
            }
        }
        for (path, good) in &self.there {
            let found = now.get(path);
            match (good, found) {
                (None, Some(None)) => {}
                (None, _) => fs::create_dir_all(path).unwrap(),
                (Some((_, then)), Some(Some((_, now)))) if then == now => {}
                (Some((bytes, time)), _) => {
                    fs::write(path, bytes).unwrap();
                    File::options().write(true).open(path).unwrap().set_modified(*time).unwrap();
                }
            }
        }
    }

    /// All that lies in the folder, but for the file without end.
    fn now(
        &self,
        read: &dyn Fn(&Path) -> Vec<u8>,
    ) -> BTreeMap<PathBuf, Option<(Vec<u8>, SystemTime)>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let about = fs::symlink_metadata(&path).unwrap();
                if about.is_dir() {
                    folders.push(path.clone());
                    found.insert(path, None);
                } else if about.len() < 1 << 40 {
                    let time = about.modified().unwrap();
                    found.insert(path.clone(), Some((read(&path), time)));
                }
            }
        }
        found
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A run with all that a checkpoint can hold.
const JUDGED: [&str; 9] =
    ["train", "--epochs", "3", "--validate", "0.2", "--patience", "3", "--out", "judged"];
