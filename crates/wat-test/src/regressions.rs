//! Counterexamples that were found once: `regressions/<stem>.edn` beside a test file holds their choices.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use wat_edn::Edn;

const KEY: &str = ":wat::test::regressions";

fn store(file: &Path) -> Option<PathBuf> {
    let stem = file.file_stem()?.to_str()?;
    let folder = file.parent().unwrap_or(Path::new(""));
    Some(folder.join("regressions").join(format!("{stem}.edn")))
}

/// The entries of a store: names of properties, written as EDN keywords, and their sequences. None without a store.
///
/// # Errors
/// Why it cannot be read; it may hold what somebody wants back.
fn entries(store: &Path) -> Result<Vec<(Edn, Edn)>, String> {
    let text = match fs::read_to_string(store) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.to_string()),
    };
    let document = wat_edn::read(&text).map_err(|error| error.to_string())?;
    let Edn::Map(parts) = &document else {
        return Err("it holds no map".to_owned());
    };
    let found = parts.iter().find_map(|(key, value)| match (key, value) {
        (Edn::Keyword(key), Edn::Map(entries)) if **key == *KEY => Some(entries.clone()),
        _ => None,
    });
    found.ok_or_else(|| "it has no map under `:wat.test/regressions`".to_owned())
}

/// A choice; beyond the integers of EDN text as a string.
fn number(choice: &Edn) -> Option<u64> {
    match choice {
        Edn::Int(number) => u64::try_from(*number).ok(),
        Edn::Str(text) => text.parse().ok(),
        _ => None,
    }
}

/// The sequences of a property; none instead of one that is no vector of choices.
fn sequences(value: &Edn) -> Vec<Option<Vec<u64>>> {
    let parts = |value: &Edn| match value {
        Edn::Vector(items) => Some(items.clone()),
        _ => None,
    };
    let sequence = |value: &Edn| parts(value)?.iter().map(number).collect();
    match parts(value) {
        Some(all) => all.iter().map(sequence).collect(),
        None => vec![None],
    }
}

fn key_of(name: &str) -> Edn {
    Edn::Keyword(name.into())
}

/// What is wrong with the store of a file, if it is there and cannot be used, or a part of it.
pub(crate) fn complaint(directory: &Path, path: &str) -> Option<String> {
    let told = store(Path::new(path))?;
    let told = told.display();
    let entries = match entries(&store(&directory.join(path))?) {
        Ok(entries) => entries,
        Err(why) => {
            return Some(format!(
                "the counterexamples in `{told}` are not used, and none is added: {why}"
            ));
        }
    };
    let is_broken = |value: &Edn| sequences(value).iter().any(Option::is_none);
    let broken = entries.iter().filter(|(_, value)| is_broken(value));
    let names: Vec<String> = broken
        .map(|(key, _)| match key {
            Edn::Keyword(name) => format!("`{name}`"),
            key => format!("`{}`", wat_edn::write(key)),
        })
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "`{told}` holds what is no counterexample and is not used: those of {} are vectors of vectors of choices, numbers from 0 on",
            names.join(", ")
        )
    })
}

/// The sequences that are known to have falsified a property of a file.
pub(crate) fn known(file: &Path, name: &str) -> Vec<Vec<u64>> {
    let entries = store(file).and_then(|store| entries(&store).ok());
    let entries = entries.unwrap_or_default();
    let own = entries.iter().find(|(key, _)| *key == key_of(name));
    let own = own.map_or_else(Vec::new, |(_, value)| sequences(value));
    own.into_iter().flatten().collect()
}

/// Remembers a sequence, if it is not known.
///
/// # Errors
/// What keeps the store from being read or written, for people.
pub(crate) fn remember(
    directory: &Path,
    path: &str,
    name: &str,
    choices: &[u64],
) -> Result<(), String> {
    let (Some(store), Some(told)) = (store(&directory.join(path)), store(Path::new(path))) else {
        return Ok(());
    };
    // Whoever looks for sequences has told what is wrong with the store.
    let Ok(mut entries) = entries(&store) else {
        return Ok(());
    };
    let choice = |choice: &u64| match i64::try_from(*choice) {
        Ok(number) => Edn::Int(number),
        Err(_) => Edn::Str(choice.to_string().into()),
    };
    let sequence = Edn::Vector(choices.iter().map(choice).collect());
    let key = key_of(name);
    let at = entries.iter().position(|(other, _)| *other == key);
    match at.map(|at| &mut entries[at].1) {
        Some(Edn::Vector(known)) if known.contains(&sequence) => return Ok(()),
        Some(Edn::Vector(known)) => known.push(sequence),
        Some(other) => *other = Edn::Vector(vec![sequence]),
        None => entries.push((key, Edn::Vector(vec![sequence]))),
    }
    let document = Edn::Map(vec![(Edn::Keyword(KEY.into()), Edn::Map(entries))]);
    write(&store, &document).map_err(|error| {
        format!(
            "the counterexample is not kept in `{}`: {error}",
            told.display()
        )
    })
}

fn write(store: &Path, document: &Edn) -> io::Result<()> {
    if let Some(folder) = store.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut text = wat_edn::write_pretty(document);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let fresh = store.with_extension("edn.new");
    fs::write(&fresh, text)?;
    fs::rename(fresh, store)
}

#[test]
fn sequences_are_remembered_once_each() {
    let folder = std::env::temp_dir().join(format!("wat-regressions-{}", std::process::id()));
    let file = folder.join("a.wat");
    assert_eq!(known(&file, ":p::q"), Vec::<Vec<u64>>::new());
    for choices in [[1, u64::MAX], [1, u64::MAX], [2, 3]] {
        remember(&folder, "a.wat", ":p::q", &choices).expect("it can be written");
    }
    remember(&folder, "a.wat", ":p::r", &[7]).expect("it can be written");
    assert_eq!(known(&file, ":p::q"), [[1, u64::MAX], [2, 3]]);
    assert_eq!(known(&file, ":p::r"), [[7]]);
    let store = folder.join("regressions/a.edn");
    let text = fs::read_to_string(&store).expect("it was written");
    assert!(text.starts_with("{:wat.test/regressions {:p/q ["), "{text}");
    fs::write(
        &store,
        "{:wat.test/regressions {:p/q [[\"x\"] [1 2] 3 [-1]] :p/r [[7]]}}",
    )
    .expect("it can be written");
    let told = complaint(&folder, "a.wat").expect("a part is not used");
    assert!(told.contains("`:p::q`") && !told.contains("r`"), "{told}");
    assert_eq!(known(&file, ":p::q"), [[1, 2]]);
    assert_eq!(known(&file, ":p::r"), [[7]]);
    for broken in ["<<<<<<<", "[]", "{:a 1}"] {
        fs::write(&store, broken).expect("it can be written");
        assert!(complaint(&folder, "a.wat").is_some_and(|told| told.contains("a.edn")));
        assert_eq!(known(&file, ":p::r"), Vec::<Vec<u64>>::new());
        remember(&folder, "a.wat", ":p::r", &[7]).expect("nothing is done");
        let kept = fs::read_to_string(&store).expect("it is there");
        assert_eq!(kept, broken);
    }
    fs::remove_dir_all(folder).expect("it is there");
}
