//! A folder for one test, and the programs that run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use cpfo_harness::base::child::bound;
use cpfo_harness::model::sealed;
use serde_json::Value;

/// A folder for one test, empty when it begins.
pub(crate) struct Scratch {
    folder: PathBuf,
}

/// What a program said, and how it ended.
pub(crate) struct Said {
    words: String,
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Runs `cpfo` to its end. Words are apart where there is a space.
    pub(crate) fn cpfo(&self, words: &str) -> Said {
        Said::of(words, self.command(&programs().cpfo, words).output().unwrap())
    }

    /// Runs the example `own_net` to its end.
    pub(crate) fn own_net(&self, words: &str) -> Said {
        Said::of(words, self.command(&programs().own_net, words).output().unwrap())
    }

    /// Runs a command to its end, as if these words had been typed.
    #[cfg(unix)]
    pub(crate) fn said(&self, words: &str, mut command: Command) -> Said {
        Said::of(words, command.output().unwrap())
    }

    /// `cpfo`, not yet started.
    pub(crate) fn cpfo_command(&self, words: &str) -> Command {
        self.command(&programs().cpfo, words)
    }

    fn command(&self, program: &Path, words: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).args(words.split_whitespace()).stdin(Stdio::null());
        bound(&mut command);
        command
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Writes a file, and the folders it is in.
    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The names of all files in a folder, sorted.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Said {
    fn of(words: &str, output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Self { words: words.to_owned(), code: output.status.code(), stdout, stderr }
    }

    /// It must have ended well.
    pub(crate) fn done(self) -> Self {
        self.code(0)
    }

    /// It must have come to its end, be the result no better than chance: a lesson of one epoch from a
    /// few images, for what it says of them.
    pub(crate) fn ran(self) -> Self {
        let came_to_nothing = self.stderr.contains("came to nothing: ");
        let code = i32::from(came_to_nothing);
        self.code(code)
    }

    /// It must have ended with this code.
    pub(crate) fn code(self, code: i32) -> Self {
        let Self { words, stdout, stderr, .. } = &self;
        assert_eq!(self.code, Some(code), "cpfo {words}\n{stdout}\n{stderr}");
        self
    }

    /// It must have failed with this code, and with all of these words.
    pub(crate) fn fails(self, code: i32, why: &[&str]) -> Self {
        let said = self.code(code);
        for why in why {
            assert!(said.stderr.contains(why), "`{why}` is not in:\n{}", said.stderr);
        }
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
        said
    }

    /// It must have ended well, with one JSON object on stdout and nothing else there.
    pub(crate) fn json(self) -> Value {
        self.done().object()
    }

    /// One JSON object must be on stdout and nothing else.
    pub(crate) fn object(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// A safetensors file that says something else of itself, and is whole.
pub(crate) fn with_metadata(file: &[u8], field: &str, text: &str) -> Vec<u8> {
    let sealed = sealed::parse(file).unwrap();
    let mut about = sealed.about.clone();
    about.insert(field.to_owned(), text.to_owned());
    sealed::emit(&sealed.tensors.tensors().into_iter().collect(), &about).unwrap()
}

struct Programs {
    cpfo: PathBuf,
    own_net: PathBuf,
}

/// The programs, built from the sources as they are now: cargo does not build another package's
/// binary for a test, and one that lies about may be an old one.
fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "cpfo-harness", "--bin", "cpfo", "--example", "own_net"]);
        build.args(["--message-format", "json-render-diagnostics"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let built = build.output().unwrap();
        assert!(built.status.success(), "cpfo does not build");
        let lines = String::from_utf8(built.stdout).unwrap();
        let messages: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let program = |name: &str| {
            let of_it = messages.iter().filter(|message| message["target"]["name"] == name);
            PathBuf::from(
                of_it.filter_map(|message| message["executable"].as_str()).next().unwrap(),
            )
        };
        Programs { cpfo: program("cpfo"), own_net: program("own_net") }
    })
}
