//! Declared natives and natives of the machine are the same set.

use std::collections::BTreeSet;
use std::path::Path;

/// The names that the library declares with this form.
fn declared(folder: &Path, form: &str, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared(&path, form, out);
        } else if path.extension().is_some_and(|extension| extension == "wat") {
            let text = std::fs::read_to_string(&path).unwrap();
            // Every declaration starts in column 1; its name may stand on the next line.
            let start = format!("\n(:wat::core::{form}");
            let forms = text.split(&start).skip(1);
            for form in forms.filter(|form| form.starts_with([' ', '\n'])) {
                let name = form.split_whitespace().next().unwrap();
                // `name<T>`, but `<` also begins names of operators.
                let end = name
                    .rfind('<')
                    .filter(|_| name.ends_with('>') && !name.ends_with("->"))
                    .unwrap_or(name.len());
                assert!(
                    out.insert(name[..end].to_owned()),
                    "{name} is declared twice"
                );
            }
        }
    }
}

#[test]
fn declared_natives_are_those_of_the_machine() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wat");
    let (mut found, mut forms) = (BTreeSet::new(), BTreeSet::new());
    declared(&library, "native", &mut found);
    declared(&library, "special-form", &mut forms);
    let ours: BTreeSet<String> = wat_runtime::native_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let pending: BTreeSet<String> = wat_runtime::pending_names()
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    let paid: Vec<_> = ours.intersection(&pending).collect();
    assert!(
        paid.is_empty(),
        "implemented, so no longer pending: {paid:?}"
    );
    // The machine carries some special forms out under their own paths.
    let ours: BTreeSet<String> = &(&ours | &pending) - &forms;
    let missing: Vec<_> = ours.difference(&found).collect();
    let unknown: Vec<_> = found.difference(&ours).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not declared: {missing:?}; not in the machine: {unknown:?}"
    );
}

#[test]
fn the_list_of_pending_natives_is_sorted() {
    assert!(wat_runtime::pending_names().is_sorted_by(|a, b| a < b));
    assert!(!wat_runtime::is_pending(":wat::kernel::println"));
}
