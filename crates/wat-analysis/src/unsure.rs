//! Fixes lose their certainty where the code around them is broken.
//!
//! A fix is made from what its part of the code means. Where the reader had to repair the form, where the shape of the
//! form is wrong, or where a declaration is written more than once, that is a guess: somebody looks at the fix first.
//! The fixes of the breakage itself keep their certainty, so that applying them restores the others.

use wat_syntax::{Applicability, Ast, NodeId, Severity, SyntaxKind, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix};
use crate::forms::{Form, Placed, ast, form_list, form_start, forms, read_form};
use crate::items::{Item, declarations};
use crate::keywords::derived_name;
use crate::problem::{Place, Problem};
use crate::program::program_files;
use crate::redefinition::Again;

/// Codes that say that a form lacks the shape that gives its parts their meaning.
const SHAPE: [u16; 17] = [
    2104, 2105, 2107, 2109, 2110, 2201, 2202, 2206, 2207, 2208, 2209, 2211, 2215, 2401, 2510, 2901,
    2910,
];

/// A string of a quote.
const QUOTE: &str = r#""\"""#;

/// Codes about a second definition.
pub(crate) const AGAIN: [u16; 4] = [2101, 2102, 2410, 7307];

/// Takes the certainty from the fixes of a form whose shape is broken. An arrow there is no name that somebody forgot.
pub(crate) fn doubt_shape(ast: &Ast, problems: &mut Vec<Problem<'_>>) {
    let is_shape = |problem: &Problem<'_>| SHAPE.contains(&problem.code);
    if !problems.iter().any(is_shape) {
        return;
    }
    let is_arrow = |problem: &Problem<'_>| {
        let name = problem.message.split('`').nth(1);
        problem.code == 3202 && name.is_some_and(|name| matches!(name, "->" | "<-" | "=>" | "="))
    };
    if problems.iter().any(is_arrow) {
        let broken = problems.iter().filter(|problem| is_shape(problem));
        let broken: Vec<Place<'_>> = broken.map(|problem| problem.at).collect();
        let is_told = |arrow: Place<'_>| broken.iter().any(|&broken| is_near(ast, arrow, broken));
        problems.retain(|problem| !is_arrow(problem) || !is_told(problem.at));
    }
    for problem in problems.iter_mut().filter(|problem| !is_shape(problem)) {
        for fix in &mut problem.fixes {
            doubt(&mut fix.applicability.0);
        }
    }
}

/// Does an arrow stand in the list of what is broken, or beside it? An arrow in another list is a mistake of its own.
fn is_near(ast: &Ast, arrow: Place<'_>, broken: Place<'_>) -> bool {
    let (Some(arrow), Some(broken)) = (arrow.own_node(), broken.own_node()) else {
        return true;
    };
    let list = parent(ast, broken).unwrap_or(broken);
    let is_inside = list <= arrow && arrow < ast.subtree_end(list);
    is_inside || parent(ast, list).is_none_or(|around| parent(ast, arrow) == Some(around))
}

/// The list that a node stands in.
fn parent(ast: &Ast, node: NodeId) -> Option<NodeId> {
    let mut before = (0..node.0).rev().map(NodeId);
    before.find(|&it| ast.subtree_end(it) > node)
}

/// Takes the certainty from the fixes that change a form that did not read, or one that declares what another one
/// declares too: a change of one of them is half a change.
pub(crate) fn doubt_places<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    pairs: &[(Item<'db>, Item<'db>, Again)],
    found: &mut [Diagnostic],
) {
    if found.iter().all(|it| it.fixes.is_empty()) {
        return;
    }
    let repeated: Vec<TextRange> = pairs
        .iter()
        .flat_map(|(second, first, _)| [second.form(db), first.form(db)])
        .filter(|form| form.file(db) == file)
        .map(|form| extent(db, form))
        .collect();
    let mut unread: Vec<(SourceFile, Vec<TextRange>)> = vec![(file, unread_ranges(db, file))];
    // Where the first of two definitions did not read, the second may be a part of it.
    let is_half_read = pairs.iter().any(|(_, first, _)| {
        let form = first.form(db);
        form.file(db) == file && unread[0].1.iter().any(|it| meets(*it, extent(db, form)))
    });
    // Where a quote is missing, an escaped one rather stands in a string.
    let is_open = found.iter().any(|it| it.code.0 == 1024);
    for diagnostic in found {
        let code = diagnostic.code.0;
        let is_reader = code < 1900 || code == 5007;
        let is_again = AGAIN.contains(&code);
        for fix in &mut diagnostic.fixes {
            let is_unread = |fix: &DiagnosticFix, unread: &mut Vec<_>| {
                fix.edits.iter().any(|edit| {
                    ranges_of(db, edit.file, unread)
                        .iter()
                        .any(|it| meets(*it, edit.range))
                })
            };
            let is_repeated = |fix: &DiagnosticFix| {
                let mut own = fix.edits.iter().filter(|edit| edit.file == file);
                own.any(|edit| repeated.iter().any(|it| meets(*it, edit.range)))
            };
            let writes_quote =
                |fix: &DiagnosticFix| fix.edits.iter().any(|it| &*it.insert == QUOTE);
            if is_open && code == 1007 && writes_quote(fix)
                || !is_reader && is_unread(fix, &mut unread)
                || !is_reader && (!is_again || is_half_read) && is_repeated(fix)
            {
                doubt(&mut fix.applicability);
            }
        }
    }
}

/// Takes the certainty from other keywords for a name (WAT2509) that is mentioned elsewhere: its calls are written with
/// the keywords that are there. The same holds of another target for a name that is made of the target's (WAT2508).
pub(crate) fn doubt_key_lists(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut [Diagnostic],
) {
    let lists = found
        .iter_mut()
        .filter(|found| matches!(found.code.0, 2508 | 2509));
    for diagnostic in lists {
        let placed = forms(db, file).placed.iter();
        let mut around = placed.filter(|it| it.range().contains_range(diagnostic.span.range));
        let Some(own) = around.next() else { continue };
        let variants = declarations(db, root, own.form).items.iter();
        let text = file.text(db);
        let made =
            (diagnostic.code.0 == 2508).then(|| derived_name(&text.text()[diagnostic.span.range]));
        let names = variants.map(|item| item.name(db).text(db).as_str());
        let names = names.filter(|name| made.as_deref().is_none_or(|made| made == *name));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        if made.is_some() && !names.is_empty() {
            let edits = diagnostic.fixes.iter().flat_map(|fix| &*fix.edits);
            names.extend(edits.map(|edit| derived_name(&edit.insert)));
        }
        let is_name = |text: &str| names.iter().any(|name| name == text);
        let mentions = |form: Form<'_>| ast(db, form).texts().any(is_name);
        let files = program_files(db, root);
        let mut others = files.iter().flat_map(|&file| form_list(db, file));
        if others.any(|&form| form != own.form && mentions(form)) {
            for fix in &mut diagnostic.fixes {
                doubt(&mut fix.applicability);
            }
        }
    }
}

/// Takes the certainty from fixes that lose a comment: whether what it says still holds somebody has to see. A comment
/// that moves with its code is not lost.
pub(crate) fn doubt_lost_comments(db: &dyn Db, found: &mut [Diagnostic]) {
    let mut known: Vec<(SourceFile, Vec<TextRange>)> = Vec::new();
    for fix in found.iter_mut().flat_map(|found| &mut found.fixes) {
        if fix.applicability == Applicability::MachineApplicable
            && loses_comment(db, fix, &mut known)
        {
            doubt(&mut fix.applicability);
        }
    }
}

fn loses_comment(
    db: &dyn Db,
    fix: &DiagnosticFix,
    known: &mut Vec<(SourceFile, Vec<TextRange>)>,
) -> bool {
    fix.edits.iter().any(|edit| {
        let text = edit.file.text(db);
        let text = text.text();
        if !text[edit.range].contains(';') {
            return false;
        }
        let mut comments = comments_of(db, edit.file, known).iter();
        comments.any(|&comment| {
            let stays = || {
                fix.edits
                    .iter()
                    .any(|edit| edit.insert.contains(&text[comment]))
            };
            meets(comment, edit.range) && !stays()
        })
    })
}

/// The comments of a file, remembered.
fn comments_of<'k>(
    db: &dyn Db,
    file: SourceFile,
    known: &'k mut Vec<(SourceFile, Vec<TextRange>)>,
) -> &'k [TextRange] {
    let at = match known.iter().position(|(other, _)| *other == file) {
        Some(at) => at,
        None => {
            let mut end = TextSize::new(0);
            let mut comments = Vec::new();
            for token in wat_syntax::lex(&file.text(db)) {
                let range = TextRange::at(end, TextSize::new(token.len));
                end = range.end();
                if token.kind == SyntaxKind::COMMENT {
                    comments.push(range);
                }
            }
            known.push((file, comments));
            known.len() - 1
        }
    };
    &known[at].1
}

pub(crate) fn doubt(applicability: &mut Applicability) {
    if *applicability == Applicability::MachineApplicable {
        *applicability = Applicability::MaybeIncorrect;
    }
}

fn meets(a: TextRange, b: TextRange) -> bool {
    a.intersect(b).is_some()
}

/// The unread parts of a file, remembered.
fn ranges_of<'u>(
    db: &dyn Db,
    file: SourceFile,
    unread: &'u mut Vec<(SourceFile, Vec<TextRange>)>,
) -> &'u [TextRange] {
    let at = match unread.iter().position(|(other, _)| *other == file) {
        Some(at) => at,
        None => {
            unread.push((file, unread_ranges(db, file)));
            unread.len() - 1
        }
    };
    &unread[at].1
}

/// The forms of a file that the reader could not read as they are written, each up to the next one, whose start may end
/// it; all of the file if it is not known where a form ends.
fn unread_ranges(db: &dyn Db, file: SourceFile) -> Vec<TextRange> {
    let is_error = |error: &wat_syntax::SyntaxError| error.severity == Severity::Error;
    let cut = forms(db, file);
    if cut.errors.iter().any(is_error) {
        return vec![TextRange::up_to(TextSize::of(file.text(db).text()))];
    }
    let broken = |placed: &Placed<'_>| read_form(db, placed.form).errors.iter().any(is_error);
    let next = cut.placed.iter().skip(1).map(|next| next.range().start());
    let ends = next.chain([TextSize::of(file.text(db).text())]);
    let ranges = cut.placed.iter().zip(ends);
    ranges
        .filter(|(placed, _)| broken(placed))
        .map(|(placed, end)| TextRange::new(placed.range().start(), end))
        .collect()
}

/// Where a form stands in its file.
fn extent<'db>(db: &'db dyn Db, form: Form<'db>) -> TextRange {
    TextRange::at(
        form_start(db, form),
        TextSize::of(form.content(db).text.text()),
    )
}
