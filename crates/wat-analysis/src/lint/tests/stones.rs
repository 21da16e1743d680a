//! WAT7504: directories that tell a history.

use crate::db::{Db, FileKind, FileSet, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::forms::{ast, forms};
use crate::problem::{Place, Problem};

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    let Some((family, others)) = family(db, file) else {
        return;
    };
    let Some(placed) = forms(db, file).placed.first() else {
        return;
    };
    let mut problem = Problem::new(
        7504,
        Place::node(ast(db, placed.form).root()),
        format!(
            "the directory has {} files named `{family}…`",
            others.len() + 1
        ),
    )
    .label("the first of them")
    .help("name the files by what they test, and delete what is superseded");
    problem.notes = vec![format!("the others: {}", others.join(", "))];
    found.push(absolute(db, root, placed.form, placed.start(), &problem));
}

/// What the names of the family begin with that a file is the first of, and the names of the others.
#[salsa::tracked(returns(clone))]
fn family(db: &dyn Db, file: SourceFile) -> Option<(String, Vec<String>)> {
    let path = file.path(db);
    let (directory, own) = split(&path);
    let prefix = prefix(own)?;
    let files = FileSet::get(db).files(db).values();
    let files = files.filter(|it| matches!(it.kind(db), FileKind::Disk | FileKind::Open));
    let mut names = Vec::new();
    for other in files.filter(|&&other| other != file) {
        let path = other.path(db);
        let (its_directory, name) = split(&path);
        if its_directory == directory && self::prefix(name) == Some(prefix) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    let is_first = names.first().is_some_and(|first| own < first.as_str());
    is_first.then(|| (prefix.to_owned(), names))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `step-` or `proof_`, with either dash.
fn prefix(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".wat")?;
    let at = stem.find(['-', '_'])?;
    let is_one = matches!(&stem[..at], "step" | "proof") && at + 1 < stem.len();
    is_one.then(|| &name[..=at])
}
