//! The rules of `wit/README.md` that a test can check: released folders never change.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")
}

/// The folders under `wit/deps` by name, `<package>@<version>`.
fn folders() -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(wit().join("deps")).expect("wit/deps is there");
    let folder = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("wit/deps is readable");
        (entry.file_name().into_string().expect("a name in ASCII"), entry.path())
    };
    entries.map(folder).collect()
}

/// The files of a folder by name.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("WIT is text").replace("\r\n", "\n"))
    };
    entries.map(file).collect()
}

/// SHA-256 over the names and contents of a folder's files.
fn digest(folder: &Path) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files(folder) {
        for part in [name, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn released() -> BTreeMap<String, String> {
    let text = fs::read_to_string(wit().join("released.toml")).expect("wit/released.toml is there");
    toml::from_str(&text).expect("wit/released.toml holds folders and digests")
}

#[test]
fn released_folders_never_change() {
    let folders = folders();
    let released = released();
    for (name, released) in &released {
        let folder = folders.get(name).unwrap_or_else(|| panic!("wit/deps/{name} was released and is gone"));
        assert!(
            released == "open" || *released == digest(folder),
            "wit/deps/{name} was released: restore it, and make the change in a folder of the next version \
             (its digest is {}, released was {released})",
            digest(folder)
        );
    }
    for name in folders.keys() {
        assert!(
            released.contains_key(name),
            "wit/released.toml says nothing of {name}: add {name:?} = \"open\""
        );
    }
}

#[test]
fn folders_are_named_as_their_packages() {
    for (name, folder) in folders() {
        let declaration = format!("package tollgate:{name};");
        let declared = files(&folder).values().filter(|text| text.contains(&declaration)).count();
        assert_eq!(declared, 1, "one file of wit/deps/{name} declares `{declaration}`");
        let (_, version) = name.split_once('@').expect("a folder is <package>@<version>");
        let numbers: Vec<u32> =
            version.split('.').map(|number| number.parse().expect("a release, no pre-release")).collect();
        assert!(
            matches!(numbers[..], [major, minor, _] if (major, minor) > (0, 0)),
            "{name}: 0.0.x matches nothing"
        );
    }
}

#[test]
fn every_item_says_what_it_is_and_since_when() {
    let world = wit().join("world.wit");
    let text = fs::read_to_string(&world).expect("wit/world.wit is there");
    let mut texts = vec![("world.wit".to_owned(), text)];
    for (name, folder) in folders() {
        texts.extend(files(&folder).into_iter().map(|(file, text)| (format!("{name}/{file}"), text)));
    }
    let kinds = ["interface ", "record ", "variant ", "enum ", "flags ", "resource ", "world "];
    for (file, text) in texts {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let is_function = line.contains(": func(") || line.contains(": async func(");
            if is_function || kinds.iter().any(|kind| line.starts_with(kind)) {
                assert!(
                    index > 0 && lines[index - 1].starts_with("@since("),
                    "{file}: no @since on `{line}`"
                );
                let commented = index > 1 && lines[index - 2].starts_with("///");
                assert!(commented, "{file}: no comment on `{line}`");
            }
        }
    }
}
