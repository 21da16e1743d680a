//! Programs inside of expressions (chapter 09 §9.2.3) as their author sees them: WAT2908, where one names what the file
//! around it declares, and where in the file a part of one stands.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::syntax::{Origin, Scopes, Syntax, write_forms_with};

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::Span;
use crate::expand::{HERMETIC_RUN, expansion, outside, spot, unmarked};
use crate::forms::{Form, ast};
use crate::items::Item;
use crate::loads::enclosing_file;
use crate::names::{lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::run::written_span;

/// What an unknown name of such a program means outside of it, as the mistake that it is.
pub(crate) fn leak<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Option<Form<'db>>,
    path: &str,
    place: Place<'db>,
) -> Option<Problem<'db>> {
    let declared = |program: SourceFile, name: &str| {
        lookup(db, program, name).or_else(|| lookup_type(db, program, name))
    };
    let mut name = path.to_owned();
    let item = match program.kind(db) {
        FileKind::Hermetic => declared(enclosing_file(db, program), &name)?,
        _ => loop {
            name = outside(&name)?;
            if let Some(item) = declared(program, &name) {
                break item;
            }
        },
    };
    let shown = unmarked(&name);
    let problem = Problem::new(
        2908,
        place,
        format!("`{shown}` is declared outside of this program, which sees its prelude and the library alone"),
    )
    .label("not visible here")
    .also(written_name(db, item), "declared here");
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

/// Where the name of a definition is written, whichever program asks.
fn written_name<'db>(db: &'db dyn Db, item: Item<'db>) -> Place<'db> {
    let at = spot(item.expansion(db), item.name_node(db).0);
    Place::written_in(item.form(db), at.node)
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
    let (home, file) = (item.form(db), enclosing_file(db, form.file(db)));
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

/// Where in the file a part of the program of a hermetic test stands. The process of the test reads the program as a text
/// with a form on each line; the part begins at a line and a column of it, from 1. `None` for what is no such test.
pub fn hermetic_span(
    db: &dyn Db,
    program: SourceFile,
    test: &str,
    line: u32,
    col: u32,
) -> Option<Span> {
    let form = lookup(db, program, test)?.form(db);
    let ast = &*expansion(db, program, form)?.ast;
    let head = |list: NodeId| ast.as_keyword(ast.children(list).next()?);
    let is_test = |list: &NodeId| {
        ast.kind(*list) == NodeKind::List
            && head(*list) == Some(":wat::core::defn")
            && ast
                .children(*list)
                .nth(1)
                .and_then(|name| ast.as_keyword(name))
                == Some(test)
    };
    let test = (0..ast.len() as u32).map(NodeId).find(is_test)?;
    let run = ast.children(test).last();
    let run = run.filter(|&run| head(run) == Some(HERMETIC_RUN))?;
    let forms = ast.children(run).nth(1)?;
    let written = ast.children(forms).nth(line as usize)?;
    let tree = Syntax::from_ast(ast, written, |node| Origin(node.0), |_| Scopes::default());
    let mut begins = Vec::new();
    let text = write_forms_with(&tree, |node, at| begins.push((at, node.origin().0)));
    let (at, _) = text.char_indices().nth(col.checked_sub(1)? as usize)?;
    let (_, node) = begins.into_iter().find(|(begin, _)| *begin == at)?;
    written_span(db, program, form, node)
}
