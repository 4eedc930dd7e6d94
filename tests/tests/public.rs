//! What core offers, item by item: a new one is a decision, and shows in `tests/public.txt`.
//! `CPFO_BLESS=1` writes it anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, ImplItem, Item, ItemMod, Type, UseTree, Visibility};

/// The items of a crate, as far as programs see them.
#[derive(Default)]
struct Offered {
    items: BTreeSet<String>,
    /// The inherent functions of types, wherever they are written.
    functions: BTreeSet<(String, String)>,
}

impl Offered {
    /// Reads a file and the modules it names; `room` is its path as programs see it, if they do.
    fn read(&mut self, file: &Path, room: Option<&str>) {
        let source = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let parsed = syn::parse_file(&source).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        for item in parsed.items {
            self.item(file, room, item);
        }
    }

    fn item(&mut self, file: &Path, room: Option<&str>, item: Item) {
        let (vis, attributes, name) = match item {
            Item::Mod(module) => return self.module(file, room, module),
            Item::Impl(block) if block.trait_.is_none() => {
                let of = of(&block.self_ty);
                for item in block.items {
                    let ImplItem::Fn(function) = item else { continue };
                    if matches!(function.vis, Visibility::Public(_)) && seen(&function.attrs) {
                        self.functions.insert((of.clone(), function.sig.ident.to_string()));
                    }
                }
                return;
            }
            Item::Use(it) => {
                let (mut names, vis) = (Vec::new(), it.vis);
                leaves(&it.tree, &mut names);
                for name in names {
                    self.offer(room, &vis, &it.attrs, &name);
                }
                return;
            }
            Item::Fn(it) => (it.vis, it.attrs, it.sig.ident),
            Item::Struct(it) => (it.vis, it.attrs, it.ident),
            Item::Enum(it) => (it.vis, it.attrs, it.ident),
            Item::Trait(it) => (it.vis, it.attrs, it.ident),
            Item::Type(it) => (it.vis, it.attrs, it.ident),
            Item::Const(it) => (it.vis, it.attrs, it.ident),
            Item::Static(it) => (it.vis, it.attrs, it.ident),
            // The choices of what trains are written by one.
            Item::Macro(it) if it.mac.path.is_ident("choice") => {
                let name = it.mac.tokens.to_string();
                let name = name.rsplit("*/ ").next().unwrap_or_default();
                let name: String = name
                    .split(']')
                    .next_back()
                    .unwrap_or_default()
                    .trim()
                    .chars()
                    .take_while(char::is_ascii_alphabetic)
                    .collect();
                return self.offer(room, &Visibility::Public(Default::default()), &[], &name);
            }
            Item::Macro(it) => {
                let exported = it.attrs.iter().any(|a| a.path().is_ident("macro_export"));
                if let (true, Some(name)) = (exported, it.ident) {
                    self.items.insert(format!("{name}!"));
                }
                return;
            }
            _ => return,
        };
        self.offer(room, &vis, &attributes, &name.to_string());
    }

    fn offer(
        &mut self,
        room: Option<&str>,
        vis: &Visibility,
        attributes: &[Attribute],
        name: &str,
    ) {
        if let (Some(room), Visibility::Public(_), true) = (room, vis, seen(attributes)) {
            let separator = if room.is_empty() { "" } else { "::" };
            self.items.insert(format!("{room}{separator}{name}"));
        }
    }

    fn module(&mut self, file: &Path, room: Option<&str>, module: ItemMod) {
        let name = module.ident.to_string();
        let public = matches!(module.vis, Visibility::Public(_)) && seen(&module.attrs);
        let inner = room.filter(|_| public).map(|room| match room {
            "" => name.clone(),
            room => format!("{room}::{name}"),
        });
        if module.attrs.iter().any(|a| a.path().is_ident("cfg") && is_test(a)) {
            return;
        }
        match module.content {
            Some((_, items)) => {
                items.into_iter().for_each(|item| self.item(file, inner.as_deref(), item));
            }
            None => {
                let folder = folder_of(file);
                let [flat, deep] = [format!("{name}.rs"), format!("{name}/mod.rs")];
                let found = [flat, deep].map(|path| folder.join(path));
                let found = found.iter().find(|path| path.exists()).expect("a module has a file");
                self.read(found, inner.as_deref());
            }
        }
    }

    /// A line an item; functions stand with their types.
    fn lines(&self) -> String {
        let mut lines = self.items.clone();
        for (of, function) in &self.functions {
            let of = self.items.iter().find(|item| item.rsplit("::").next() == Some(of));
            lines.extend(of.map(|of| format!("{of}::{function}()")));
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }
}

/// Where the modules of a file lie.
fn folder_of(file: &Path) -> PathBuf {
    let root = matches!(file.file_stem().and_then(|stem| stem.to_str()), Some("lib" | "mod"));
    if root { file.parent().expect("a folder").into() } else { file.with_extension("") }
}

fn seen(attributes: &[Attribute]) -> bool {
    !attributes.iter().any(|a| {
        a.path().is_ident("doc") && a.parse_args::<syn::Ident>().is_ok_and(|word| word == "hidden")
    })
}

fn is_test(attribute: &Attribute) -> bool {
    attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
        || attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
}

/// The name of a type, without its arguments.
fn of(of: &Type) -> String {
    let Type::Path(path) = of else { return String::new() };
    path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn leaves(tree: &UseTree, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, names),
        UseTree::Name(name) => names.push(name.ident.to_string()),
        UseTree::Rename(name) => names.push(name.rename.to_string()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        UseTree::Glob(_) => names.push("*".into()),
    }
}

#[test]
fn what_core_offers_is_written_down() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut offered = Offered::default();
    offered.read(&here.join("../core/src/lib.rs"), Some(""));
    let (found, file) = (offered.lines(), here.join("public.txt"));
    if std::env::var_os("CPFO_BLESS").is_some() {
        fs::write(&file, &found).expect("a folder of ours");
    }
    let committed = fs::read_to_string(&file).expect("the list");
    assert_eq!(
        committed, found,
        "an item more or less: if it is meant, CPFO_BLESS=1 cargo test -p cpfo-tests --test public"
    );
}

#[test]
fn the_list_sees_what_is_public_alone() {
    let folder = std::env::temp_dir().join(format!("cpfo-public-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder of ours");
    let source = "pub mod a { pub struct A; struct B; impl A { pub fn go(&self) {} fn stay() {} } }
        mod b { pub struct C; pub struct D; } pub use b::C; #[doc(hidden)] pub mod c { pub fn f() {} }
        #[cfg(test)] pub mod tests { pub fn g() {} }";
    fs::write(folder.join("lib.rs"), source).expect("a file of ours");
    let mut offered = Offered::default();
    offered.read(&folder.join("lib.rs"), Some(""));
    fs::remove_dir_all(&folder).expect("a folder of ours");
    assert_eq!(offered.lines(), "C\na::A\na::A::go()\n");
}
