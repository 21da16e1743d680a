//! WAT2908: a program inside of an expression names what the file around it declares (chapter 09 §9.2.3).

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::expand::{outside, unmarked};
use crate::forms::{Form, ast};
use crate::items::Item;
use crate::names::{lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

/// What an unknown name of such a program means outside of it, as the mistake that it is.
pub(crate) fn leak<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Option<Form<'db>>,
    path: &str,
    place: Place<'db>,
) -> Option<Problem<'db>> {
    let mut name = path.to_owned();
    let item = loop {
        name = outside(&name)?;
        let found = lookup(db, program, &name).or_else(|| lookup_type(db, program, &name));
        if let Some(item) = found {
            break item;
        }
    };
    let shown = unmarked(&name);
    let problem = Problem::new(
        2908,
        place,
        format!("`{shown}` is declared outside of this program, which sees its prelude and the library alone"),
    )
    .label("not visible here")
    .also(
        Place::elsewhere(item.form(db), item.name_node(db)),
        "declared here",
    );
    Some(match form.and_then(|form| copied(db, form, item)) {
        Some((edit, false)) => problem.help("declare it in the prelude").fix(
            "copy the declaration into the prelude",
            Applicability::MaybeIncorrect,
            vec![edit],
        ),
        Some((edit, true)) => problem.help("load it in the prelude").fix(
            "load the file in the prelude",
            Applicability::MaybeIncorrect,
            vec![edit],
        ),
        None => problem.help("declare it in the prelude"),
    })
}

/// The edit that gives the prelude of a hermetic test a declaration, or a load form for its file.
fn copied<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    item: Item<'db>,
) -> Option<(ProblemEdit<'db>, bool)> {
    let written = ast(db, form);
    let root = written.root();
    let head = written.children(root).next()?;
    if written.as_keyword(head) != Some(crate::testing::DEFTEST_HERMETIC) {
        return None;
    }
    let operands: Vec<NodeId> = written.children(root).skip(2).collect();
    let prelude = match operands[..] {
        [doc, prelude, _, ..] if written.as_str(doc).is_some() => prelude,
        [prelude, _, ..] => prelude,
        _ => return None,
    };
    if written.kind(prelude) != NodeKind::List {
        return None;
    }
    let (home, file) = (item.form(db), form.file(db));
    let loads = home.file(db) != file;
    let text = match loads {
        true => {
            let path = home.file(db).path(db);
            let folder = file
                .path(db)
                .rsplit_once('/')
                .map_or(String::new(), |(folder, _)| format!("{folder}/"));
            format!("(:wat::load-file! \"{}\")", path.strip_prefix(&*folder)?)
        }
        // A form that declares more than this is copied whole.
        false => home.content(db).text.text().to_owned(),
    };
    let is_first = written.children(prelude).next().is_none();
    let insert = match is_first {
        true => text,
        false => format!("\n   {text}"),
    };
    Some((
        ProblemEdit {
            at: EditAt::BeforeClose,
            place: Place::written(prelude),
            insert,
        },
        loads,
    ))
}
