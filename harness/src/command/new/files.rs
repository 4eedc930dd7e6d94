//! The files of a project. They are templates below `templates/`, real files that an editor knows; in
//! them `{{word}}` is replaced, and that is all: no condition, no loop. So no template engine is needed
//! at run time, and what is longer than a word is put together here.

use std::path::Path;

use anyhow::ensure;

use super::example;
use super::net::Draft;
use super::source::Source;
use crate::board::firmware::Board;

/// What a project is made of.
pub(super) struct Project<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a Path,
    pub(super) source: &'a Source,
    /// Those that were asked for, and then the one that QEMU emulates.
    pub(super) boards: &'a [Board],
    pub(super) draft: &'a Draft,
    /// How the classes are labelled.
    pub(super) labels: &'a [String],
    /// Whether these are names.
    pub(super) named: bool,
}

/// A file: its path in the project, and its text.
pub(super) type File = (String, String);

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../../templates/", $path))
    };
}

impl Project<'_> {
    /// All of its files.
    ///
    /// # Errors
    /// If the source of cpfo lacks something.
    pub(super) fn files(&self) -> anyhow::Result<Vec<File>> {
        let [train, test] = example::tables(self.draft.input, self.labels);
        let mut files = vec![
            self.filled("Cargo.toml", template!("Cargo.toml.in"), &[])?,
            self.filled("src/main.rs", template!("main.rs.in"), &[])?,
            self.filled("net/Cargo.toml", template!("net/Cargo.toml.in"), &[])?,
            self.filled(
                "net/src/lib.rs",
                template!("net/lib.rs.in"),
                &[("layers", &self.draft.lines())],
            )?,
            self.filled("tests/net.rs", template!("tests.rs.in"), &self.learning())?,
            self.filled(".gitignore", template!("gitignore.in"), &[])?,
            self.readme()?,
            ("data/example/train.csv".into(), train),
            ("data/example/test.csv".into(), test),
        ];
        self.firmware(&mut files)?;
        // Compiled by what cpfo is tested with; where the source comes without it, by what there is.
        for (to, from) in [
            ("rust-toolchain.toml", "rust-toolchain.toml"),
            ("Cargo.lock", "Cargo.lock"),
            ("firmware/Cargo.lock", "targets/Cargo.lock"),
        ] {
            files.extend(self.source.file(from).map(|text| (to.into(), text)));
        }
        Ok(files)
    }

    fn firmware(&self, files: &mut Vec<File>) -> anyhow::Result<()> {
        let aliases: Result<Vec<_>, _> =
            self.boards.iter().map(|board| self.source.alias(board)).collect();
        let aliases = aliases?.join("\n");
        files.push(self.filled("firmware/Cargo.toml", template!("firmware/Cargo.toml.in"), &[])?);
        let config = template!("firmware/config.toml.in");
        files.push(self.filled("firmware/.cargo/config.toml", config, &[("aliases", &aliases)])?);
        files.push(self.filled(
            "firmware/programs/serve.rs",
            template!("firmware/serve.rs.in"),
            &[],
        )?);
        let script = self.source.needed("targets/boards/build.rs")?;
        files.push(("firmware/boards/build.rs".into(), script));
        for board in self.boards {
            let [devices, what] = self.source.board(board)?;
            let features = match board.chip {
                Some(_) => {
                    "default = [\"defmt\"]\n# Logs are by defmt; the build script asks for its linker script by this name.\ndefmt = []"
                }
                None => {
                    "# Logs by defmt on the emulator's standard output, instead of plain text.\ndefmt = [\"cpfo-emulated/defmt\"]"
                }
            };
            let words = [
                ("package", board.package),
                ("description", &*what),
                ("features", features),
                ("devices", &*devices),
            ];
            let folder = format!("firmware/boards/{}", board.package);
            let manifest = template!("firmware/board.toml.in");
            files.push(self.filled(&format!("{folder}/Cargo.toml"), manifest, &words)?);
            for file in ["memory.x", "src/lib.rs"] {
                let text =
                    self.source.needed(&format!("targets/boards/{}/{file}", board.package))?;
                files.push((format!("{folder}/{file}"), text));
            }
        }
        Ok(())
    }

    /// How the tests train: so that a few samples of each class do.
    fn learning(&self) -> [(&'static str, &'static str); 2] {
        [("rate", "0.02"), ("epochs", if self.labels.len() > 10 { "60" } else { "30" })]
    }

    fn readme(&self) -> anyhow::Result<File> {
        let [rows, columns, maps] = self.draft.input;
        let numbers = rows * columns * maps;
        let fields: Vec<_> = (0..numbers.min(3)).map(|place| format!("p{place}")).collect();
        let more = if numbers > 4 { ",…" } else { "" };
        let last = if numbers > 3 { format!(",p{}", numbers - 1) } else { String::new() };
        let labels = if self.named {
            format!("the names of the classes: {}", self.labels.join(", "))
        } else {
            format!("whole numbers from 0 to {}, or names", self.labels.len() - 1)
        };
        let mut targets: Vec<_> = self.boards.iter().map(|board| board.target).collect();
        targets.sort_unstable();
        targets.dedup();
        let first = &self.boards[0];
        let emulated = self.boards.iter().rfind(|board| board.chip.is_none()).unwrap_or(first);
        let flashing = match first.chip {
            Some(_) => "`flash` needs probe-rs: `cargo install probe-rs-tools --locked`.",
            None => "`flash` starts QEMU; Ctrl-A X ends it.",
        };
        self.filled(
            "README.md",
            template!("README.md.in"),
            &[
                ("board", first.name),
                ("emulated-board", emulated.name),
                ("rustup", &format!("`rustup target add {}`", targets.join(" "))),
                ("flashing", flashing),
                ("numbers", &numbers.to_string()),
                ("maps", if maps == 1 { "one map" } else { "maps" }),
                ("columns", &format!("{}{more}{last}", fields.join(","))),
                ("labels", &labels),
            ],
        )
    }

    /// A template with its words in place: those of every file, and more.
    fn filled(&self, path: &str, template: &str, more: &[(&str, &str)]) -> anyhow::Result<File> {
        let depth = path.matches('/').count();
        let [rows, columns, maps] = self.draft.input;
        let crate_name = self.name.replace('-', "_");
        let to = |inside| self.source.path_to(inside, self.folder, depth);
        let mut text = template.to_owned();
        for (word, value) in [
            ("name", self.name.to_owned()),
            ("crate", crate_name.clone()),
            ("module", crate_name),
            ("input", format!("{rows} x {columns} x {maps}")),
            ("classes", self.labels.len().to_string()),
            ("core", to("core")),
            ("harness", to("harness")),
            ("memory-map", to("harness/memory-map")),
            ("firmware", to("targets/firmware")),
            ("emulated", to("targets/emulated")),
            ("attached", to("targets/attached")),
        ] {
            text = text.replace(&format!("{{{{{word}}}}}"), &value);
        }
        for (word, value) in more {
            text = text.replace(&format!("{{{{{word}}}}}"), value);
        }
        ensure!(
            !text.contains("{{"),
            "the template of {path} has a word that nothing is put in for"
        );
        Ok((path.to_owned(), text))
    }
}
