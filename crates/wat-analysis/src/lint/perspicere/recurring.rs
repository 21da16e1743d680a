//! WAT7202: types that a file writes out again and again.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit, SpanLabel, absolute};
use crate::expand::annotation;
use crate::forms::{Form, ast, forms};
use crate::items::Name;
use crate::lint::names::case::pascal;
use crate::lint::{Lint, form_lints, own_lints};
use crate::names::{is_library, lookup_type, own_definition};
use crate::problem::{Place, Problem};

/// How often a type is written out before that is told.
const OFTEN: usize = 3;
/// How many of its further places are shown.
const SHOWN: usize = 8;
/// How deep it nests at least.
const DEEP: usize = 2;

/// A type that a form writes out, without type parameters and without a name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(in crate::lint) struct Composite<'db> {
    /// Without the leading colon.
    text: String,
    place: Place<'db>,
    /// The composite of the same form that it is part of.
    inside: Option<u32>,
    /// The namespace of the definition that it stands in, with its last `::`.
    namespace: Option<Name<'db>>,
}

/// The types of a form that may recur.
pub(in crate::lint) fn composites<'db>(lint: &Lint<'_, 'db>) -> Vec<Composite<'db>> {
    let db = lint.db;
    let mut found: Vec<Composite<'db>> = Vec::new();
    for written in &*lint.types() {
        let parts = written.parts();
        let namespace = written.item.and_then(|item| {
            let name = item.name(db).text(db);
            let end = name.rfind("::")? + 2;
            Some(Name::new(db, &name[..end]))
        });
        // The composites that the next part may stand in, with the number of the first part behind them.
        let mut around: Vec<(usize, u32)> = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            around.retain(|(end, _)| at < *end);
            if part.depth < DEEP
                || !written.is_placed
                || written.is_apart(lint)
                || lint.known(written, &parts[at..]).is_some()
                || written.is_target(lint, part)
            {
                continue;
            }
            let ty = lint.type_of(written, part);
            let mut parameters = Vec::new();
            ty.iter().for_each(|ty| ty.parameters(&mut parameters));
            if ty.is_none() || !parameters.is_empty() {
                continue;
            }
            let index = found.len() as u32;
            found.push(Composite {
                text: written.text_of(part).to_owned(),
                place: written.place(part),
                inside: around.last().map(|(_, around)| *around),
                namespace,
            });
            around.push((at + part.size, index));
        }
    }
    found
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    let placed = &forms(db, file).placed;
    let composite = own_lints(db, root, file).composite.iter();
    let mut all = Vec::new();
    let mut by_text: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for placed in composite.map(|&at| &placed[at as usize]) {
        let first = all.len();
        for composite in &form_lints(db, root, placed.form).composites {
            let inside = composite.inside.map(|inside| first + inside as usize);
            by_text.entry(&composite.text).or_default().push(all.len());
            all.push((placed, composite, inside));
        }
    }
    by_text.retain(|_, places| places.len() >= OFTEN);
    // Larger types first: what stands in a type that gets a name is not written out any more.
    let mut often: Vec<(&str, Vec<usize>)> = by_text.into_iter().collect();
    often.sort_by_key(|(text, places)| (std::cmp::Reverse(text.len()), places[0]));
    let mut named: FxHashSet<usize> = FxHashSet::default();
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for (text, mut places) in often {
        places.retain(|&place| {
            let mut around = std::iter::successors(all[place].2, |&inside| all[inside].2);
            !around.any(|inside| named.contains(&inside))
        });
        let mut told = Vec::new();
        for &place in &places {
            let (placed, composite, _) = all[place];
            told.push(diagnostic(db, root, placed.form, placed.start(), composite));
        }
        told.sort_by_key(|it| it.span.range.start());
        told.dedup_by_key(|it| it.span.range);
        if told.len() < OFTEN {
            continue;
        }
        named.extend(places.iter().copied());
        let (placed, composite, _) = all[places[0]];
        let alias = alias_name(db, root, composite, &mut taken);
        let before = start_of(db, file, placed.start());
        let mut told = told.into_iter();
        let Some(mut first) = told.next() else {
            continue;
        };
        let others: Vec<Diagnostic> = told.collect();
        first.message = format!("`:{text}` is written out {} times", others.len() + 1);
        let spans = [&first]
            .into_iter()
            .chain(&others)
            .map(|told| told.span.range);
        let fix = alias.map(|alias| naming(db, file, before, &alias, text, spans.collect()));
        first.fixes.extend(fix);
        if others.len() > SHOWN {
            let more = others.len() - SHOWN;
            first.notes.push(format!("… and {more} more"));
        }
        let label = |other: Diagnostic| SpanLabel {
            span: other.span,
            message: "and here".to_owned(),
        };
        first.labels = others.into_iter().take(SHOWN).map(label).collect();
        found.push(first);
    }
}

/// The fix that declares an alias and writes it at these places.
fn naming(
    db: &dyn Db,
    file: SourceFile,
    before: TextSize,
    alias: &str,
    ty: &str,
    places: Vec<TextRange>,
) -> DiagnosticFix {
    let text = file.text(db);
    let declaration = FileEdit {
        file,
        range: TextRange::empty(before),
        insert: format!("(:wat::core::typealias {alias} :{ty})\n\n").into(),
    };
    let uses = places.into_iter().map(|range| {
        let is_token = text.text()[range].starts_with(':');
        FileEdit {
            file,
            range,
            insert: if is_token { alias } else { &alias[1..] }.into(),
        }
    });
    DiagnosticFix {
        title: format!("name it `{alias}`"),
        applicability: Applicability::MachineApplicable,
        edits: [declaration].into_iter().chain(uses).collect(),
    }
}

fn diagnostic<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    start: TextSize,
    composite: &Composite<'db>,
) -> Diagnostic {
    let problem = Problem::new(7202, composite.place, "")
        .label("written out here")
        .help("name it by `:wat::core::typealias`, or make it a struct");
    absolute(db, root, form, start, &problem)
}

/// A name for a type, made of the words in it, that nothing in the program has.
fn alias_name<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    composite: &Composite<'db>,
    taken: &mut FxHashSet<String>,
) -> Option<String> {
    let namespace = composite.namespace?.text(db);
    if is_library(namespace) || namespace.len() < 3 {
        return None;
    }
    let paths = composite.text.split(['<', '>', '(', ')', ',']);
    let words = paths.filter_map(|path| path.trim_start_matches("->").rsplit("::").next());
    let word: String = words.map(pascal).collect();
    let plain = format!("{namespace}{word}");
    let mut name = plain.clone();
    let mut number = 2;
    while lookup_type(db, root, &name).is_some()
        || own_definition(db, root, &name).is_some()
        || !taken.insert(name.clone())
    {
        name = format!("{plain}{number}");
        number += 1;
    }
    Some(name)
}

/// Where the comments and annotations begin that belong to the form that starts at an offset.
fn start_of(db: &dyn Db, file: SourceFile, form: TextSize) -> TextSize {
    let placed = &forms(db, file).placed;
    let at = placed.partition_point(|placed| placed.start() < form);
    let annotations = placed[..at].iter().rev().take_while(|placed| {
        let ast = ast(db, placed.form);
        let head = (!ast.is_empty())
            .then(|| ast.children(ast.root()).next())
            .flatten();
        let head = head.and_then(|head| ast.as_keyword(head));
        head.and_then(annotation).is_some()
    });
    let start = annotations.last().map_or(form, |first| first.start());
    let text = file.text(db);
    let mut start = usize::from(start);
    let line = |end: usize| text.text()[..end].rfind('\n').map_or(0, |feed| feed + 1);
    if line(start) != start {
        return TextSize::new(start as u32);
    }
    while start > 0 {
        let above = line(start - 1);
        if !text.text()[above..start].trim_start().starts_with(';') {
            break;
        }
        start = above;
    }
    TextSize::new(start as u32)
}
