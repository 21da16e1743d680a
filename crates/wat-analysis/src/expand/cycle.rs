//! Macros whose bodies call one another: WAT2408, once for each cycle, at the declaration that closes it.

use std::collections::{HashMap, VecDeque};

use wat_syntax::NodeId;
use wat_value::syntax::{Shape, Syntax};

use crate::db::{Db, SourceFile};
use crate::forms::{Form, ast, form_list};
use crate::problem::{Place, Problem};
use crate::program::program_files;

use super::define::body_of;
use super::expander::{Step, template_step};
use super::stage::literal_macros;
use super::tree_of;

/// What is wrong with a macro that is needed for its own body; nothing if it is told of another one of its cycle, which
/// comes later in the program.
pub(super) fn problem<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    name: &str,
    (form, root): (Form<'db>, u32),
) -> Option<Problem<'db>> {
    let cycle = shortest(db, program, name).unwrap_or_default();
    let macros = literal_macros(db, program);
    let place_of = |name: &str| {
        let literal = macros.get(name)?;
        let files = program_files(db, program);
        let file = literal.form.file(db);
        let file_index = files.iter().position(|other| *other == file)?;
        let forms = form_list(db, file).iter();
        let form_index = forms.clone().position(|form| *form == literal.form)?;
        Some((file_index, form_index, literal.node))
    };
    let own = place_of(name);
    if cycle.iter().any(|link| place_of(&link.from) > own) {
        return None;
    }
    let tree = ast(db, form);
    let at = tree.children(NodeId(root)).nth(1).unwrap_or(NodeId(root));
    let message = match cycle.len() {
        0 | 1 => format!("the body of the macro `{name}` calls `{name}` before it exists"),
        _ => {
            let names: Vec<String> = cycle.iter().map(|link| format!("`{}`", link.to)).collect();
            format!(
                "the body of the macro `{name}` needs the macro itself: it calls {}",
                names.join(", which calls ")
            )
        }
    };
    let problem = Problem::new(2408, Place::written(at), message)
        .label("a cycle of macros")
        .help("call the macro from its template, under a quasiquote, not from its body");
    Some(cycle.iter().fold(problem, |problem, link| {
        let place = Place::written_in(link.form, NodeId(link.node));
        problem.also(place, format!("`{}` calls `{}` here", link.from, link.to))
    }))
}

/// A call in the body of a macro.
#[derive(Clone)]
struct Link<'db> {
    from: String,
    to: String,
    form: Form<'db>,
    node: u32,
}

/// The shortest way from a macro back to itself, over what bodies call as they are written.
fn shortest<'db>(db: &'db dyn Db, program: SourceFile, name: &str) -> Option<Vec<Link<'db>>> {
    let mut came: HashMap<String, Link<'db>> = HashMap::new();
    let mut work = VecDeque::from([name.to_owned()]);
    while let Some(from) = work.pop_front() {
        for link in calls(db, program, &from) {
            if link.to == name {
                let mut way = vec![link];
                while way[way.len() - 1].from != name {
                    way.push(came.get(&way[way.len() - 1].from)?.clone());
                }
                way.reverse();
                return Some(way);
            }
            if !came.contains_key(&link.to) {
                work.push_back(link.to.clone());
                came.insert(link.to.clone(), link);
            }
        }
    }
    None
}

/// The macros that the body of a macro calls, where it is code and not template.
fn calls<'db>(db: &'db dyn Db, program: SourceFile, from: &str) -> Vec<Link<'db>> {
    let macros = literal_macros(db, program);
    let Some(literal) = macros.get(from) else {
        return Vec::new();
    };
    let definition = tree_of(ast(db, literal.form), NodeId(literal.node));
    let mut found = Vec::new();
    // Nodes, and how many templates they stand in.
    let mut work: Vec<(&Syntax, u32)> = body_of(&definition)
        .map(|body| (body, 0))
        .into_iter()
        .collect();
    while let Some((node, level)) = work.pop() {
        let mut inner = level;
        if matches!(node.shape(), Shape::List(_)) {
            match template_step(node) {
                Some(Step::Down) => inner += 1,
                Some(Step::Up) => inner = inner.saturating_sub(1),
                None => {}
            }
            let quotes = [":wat::core::quote", ":wat::core::forms"];
            match node.head() {
                Some(head) if level == 0 && quotes.contains(&head) => continue,
                Some(head) if level == 0 && macros.get(head).is_some() => found.push(Link {
                    from: from.to_owned(),
                    to: head.to_owned(),
                    form: literal.form,
                    node: node.children()[0].origin().0,
                }),
                _ => {}
            }
        }
        work.extend(node.children().iter().rev().map(|part| (part, inner)));
    }
    found
}
