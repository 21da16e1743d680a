//! The edge: problems of forms become diagnostics with absolute positions, sorted and without repetitions.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::{
    Applicability, Ast, Code, NodeId, NodeKind, Severity, SyntaxError, TextRange, TextSize,
};

use crate::capability::Capability;
use crate::configuration::{config_problems, in_context};
use crate::db::{Db, FileKind, RootDatabase, SourceFile};
use crate::expand::{
    Expansion, Made, PreludePart, Spot, expansion, made_by, prelude_part, spot, trail, uses,
    written_prelude,
};
use crate::forms::{Form, ast, form_start, forms, read_form};
use crate::infer::check_item;
use crate::infer::report::LITERAL;
use crate::inline::{outward, stands_inside};
use crate::items::{
    Declarations, Item, ItemKind, declarations_of_form, declares_expanded, split_generic,
};
use crate::lint::{is_suppressed, mark_suppressed};
use crate::load_report::{does_not_read, is_loaded, load_problems, note_origin};
use crate::lost::is_lost;
use crate::names::{is_excused, names, redefinitions};
use crate::problem::{EditAt, Place, Problem};
use crate::program::{inner_programs, primary_root, program_files};
use crate::requirements::unmet_requirements;
use crate::visibility::{dead_entries, visibility};

/// A range of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: SourceFile,
    /// Bytes of its text.
    pub range: TextRange,
}

/// A further span with a short text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SpanLabel {
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// An edit of one file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileEdit {
    /// The file.
    pub file: SourceFile,
    /// What is replaced.
    pub range: TextRange,
    /// By what.
    pub insert: Box<str>,
}

/// A fix: edits that do not overlap.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DiagnosticFix {
    /// What it does.
    pub title: String,
    /// How sure it is.
    pub applicability: Applicability,
    /// The edits, sorted by position.
    pub edits: Vec<FileEdit>,
}

/// A diagnostic.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence without a period.
    pub message: String,
    /// The smallest text that must change.
    pub span: Span,
    /// What is at the span.
    pub label: String,
    /// Further places.
    pub labels: Vec<SpanLabel>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Fixes, best first.
    pub fixes: Vec<DiagnosticFix>,
    /// The calls of macros that made the place, innermost first: where each stands, and the name of its macro.
    pub expansion: Vec<SpanLabel>,
    /// The facts of the message.
    pub facts: Vec<crate::Fact>,
    /// The rune that suppresses it.
    pub suppressed: Option<Arc<crate::Rune>>,
}

/// What a form in a program has to say.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct FormFindings<'db> {
    pub(crate) problems: Vec<Problem<'db>>,
    /// Has the form an expansion?
    pub(crate) is_expanded: bool,
    /// Are its definitions those of the program's expansion of it?
    pub(crate) declares_expanded: bool,
    /// Does it annotate a test?
    annotates: bool,
}

/// The findings of a form in a program: shapes, names, types.
#[salsa::tracked(returns(ref))]
pub(crate) fn form_findings<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> FormFindings<'db> {
    let expansion = expansion(db, program, form);
    let declares_expanded = declares_expanded(db, program, form, expansion);
    let Declarations {
        items,
        bindings,
        expressions,
        problems,
        ..
    } = declarations_of_form(db, program, form, declares_expanded);
    let mut found = problems.clone();
    if items.iter().any(|item| item.restricted(db)) && form.file(db).kind(db) != FileKind::Library {
        found.extend(dead_entries(db, program, form).iter().cloned());
    }
    let mut annotates = false;
    if !expressions.is_empty() {
        let ast = expansion.map_or_else(|| &**ast(db, form), |expansion| &*expansion.ast);
        let head = |node: u32| ast.as_keyword(ast.children(NodeId(node)).next()?);
        let annotation = |node: u32| head(node).and_then(crate::expand::annotation);
        annotates = expressions.iter().any(|&node| annotation(node).is_some());
        if !matches!(form.file(db).kind(db), FileKind::ReplInput) {
            for &node in expressions {
                found.extend(toplevel_expression(db, program, ast, NodeId(node)));
            }
        }
    }
    let is_written = |item: &&Item<'db>| !item.kind(db).is_member();
    for &item in items.iter().chain(bindings).filter(is_written) {
        let checked = check_item(db, program, item);
        let unmet = match checked.instances.is_empty() {
            true => &[][..],
            false => unmet_requirements(db, program, item),
        };
        let own = checked.problems.iter();
        let own = own.filter(|problem| !is_told_of_a_key(item.ast(db), problem, unmet));
        found.extend(own.cloned());
        found.extend(crate::statics::problems(db, program, &checked.statics));
        // Most definitions use nothing that is guarded or requires something.
        if crate::visibility::uses_guarded(db, &checked.uses) {
            found.extend(visibility(db, program, item).iter().cloned());
        }
        found.extend(unmet.iter().cloned());
    }
    found.retain(|problem| !is_about_lost_name(db, program, problem));
    let mut problems = one_for_each_call(db, form, expansion, found);
    crate::unsure::doubt_shape(
        expansion.map_or_else(|| &**ast(db, form), |it| &*it.ast),
        &mut problems,
    );
    FormFindings {
        problems,
        is_expanded: expansion.is_some(),
        declares_expanded,
        annotates,
    }
}

/// The problems of a form in a program.
pub(crate) fn form_problems<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> &'db [Problem<'db>] {
    &form_findings(db, program, form).problems
}

/// Do the lines of a place in the library mention names that no program can write?
fn shows_internals(db: &dyn Db, span: &Span) -> bool {
    if span.file.kind(db) != FileKind::Library {
        return false;
    }
    let text = span.file.text(db);
    let text = text.text();
    let (start, end) = (span.range.start().into(), span.range.end().into());
    let from = text[..start].rfind('\n').unwrap_or(0);
    let to = text[end..].find('\n').map_or(text.len(), |len| end + len);
    text[from..to].contains("__internal")
}

/// Is it about an unknown name that a form which came to nothing may have defined? That form is told. A value that such
/// a form may have defined is a keyword to inference.
fn is_about_lost_name(db: &dyn Db, program: SourceFile, problem: &Problem<'_>) -> bool {
    if matches!(problem.code, 3201..=3203) {
        let name = problem.message.split('`').nth(1);
        return name.is_some_and(|name| is_lost(db, program, name));
    }
    let notes = problem.notes.iter();
    let mut literals = notes.chain((problem.code == 3209).then_some(&problem.message));
    literals.any(|note| {
        let name = note.strip_suffix(LITERAL).unwrap_or_default();
        let name = split_generic(name.trim_matches('`')).0;
        name.contains("::") && (is_excused(db, program, name) || is_lost(db, program, name))
    })
}

/// Is it a collection without elements of a type that cannot be a key, where what puts a key into it is told?
fn is_told_of_a_key<'db>(ast: &Ast, problem: &Problem<'db>, unmet: &[Problem<'db>]) -> bool {
    let same =
        |other: &Problem<'db>| (other.code, &other.message) == (problem.code, &problem.message);
    problem.code == Capability::Hash.code()
        && problem.at.form.is_none()
        && problem.at.node < ast.len() as u32
        && matches!(
            ast.kind(NodeId(problem.at.node)),
            NodeKind::Brace | NodeKind::Set
        )
        && ast.child_count(NodeId(problem.at.node)) == 0
        && unmet.iter().any(same)
}

/// A macro that expands to erroneous code is one diagnostic at its call: the first error of each call that the author
/// wrote stays, and none stays where the expansion itself failed. What a maker of tests in the same file has given to one
/// is told there.
fn one_for_each_call<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    expansion: Option<&Expansion<'db>>,
    mut found: Vec<Problem<'db>>,
) -> Vec<Problem<'db>> {
    let Some(expansion) = expansion else {
        return found;
    };
    let failed = expansion.problems.iter().map(|problem| problem.at.node);
    let mut told: FxHashSet<NodeId> = failed.filter_map(Place::as_written).collect();
    found.retain(|problem| {
        let at = spot(Some(expansion), problem.at.node);
        at.made.is_none()
            || problem.severity.0 != Severity::Error
            || written_prelude(db, expansion, at.made)
                .is_some_and(|(maker, _)| maker.file(db) == form.file(db))
            || told.insert(at.node)
    });
    found
}

/// WAT2003, or what is wrong with the head.
fn toplevel_expression<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'db Ast,
    node: NodeId,
) -> Vec<Problem<'db>> {
    let head = ast
        .children(node)
        .next()
        .filter(|_| ast.kind(node) == NodeKind::List);
    let path = head.and_then(|head| ast.as_keyword(head));
    if ast.kind(node) == NodeKind::Error || path.and_then(crate::expand::annotation).is_some() {
        return Vec::new();
    }
    if let Some(head) = head
        && let Some(path) = ast.as_keyword(head)
        && crate::names::lookup(db, program, split_generic(path).0).is_none()
    {
        // The head is unknown: that is the one mistake, whatever the form was meant to be. Of a retired name that is known.
        let mut told = crate::infer::infer_head(db, program, ast, node, head);
        if crate::legacy::is_of_expressions(db, program, path) {
            told.push(never_evaluated(node));
        }
        return told;
    }
    if let Some(late) = late_macro_call(db, program, ast, head) {
        return vec![late];
    }
    if ast.is_damaged() {
        // The reader has told what is wrong; what the form was meant to be is not known.
        return Vec::new();
    }
    let declared = crate::misplaced::in_branches(ast, node);
    if !declared.is_empty() {
        return declared;
    }
    let bare = head.and_then(|head| ast.as_symbol(head));
    if let Some(word) = bare
        && let Some(definer) = crate::names::meant_definer(word)
    {
        let message = "an expression at the top level is never evaluated";
        let problem = Problem::new(2003, Place::node(node), message).label("not a declaration");
        let help = format!("`{word}` is no form: it is written `{definer}`");
        return vec![problem.help(help)];
    }
    vec![never_evaluated(node)]
}

fn never_evaluated<'db>(node: NodeId) -> Problem<'db> {
    Problem::new(
        2003,
        Place::node(node),
        "an expression at the top level is never evaluated",
    )
    .label("not a declaration")
    .help("move it into a function, for example `:user::main`")
}

/// WAT2413 for a call of a macro that an expansion further down defines.
fn late_macro_call<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &Ast,
    head: Option<NodeId>,
) -> Option<Problem<'db>> {
    let path = ast.as_keyword(head?)?;
    let item = crate::names::lookup(db, program, path)?;
    let is_late = item.kind(db) == ItemKind::Macro && item.expanded(db).is_some();
    is_late.then(|| crate::expand::late_macro(db, head.unwrap_or(ast.root()), item))
}

/// All diagnostics of a file in its primary program, sorted by start, severity and code. The entry point has its own
/// among them; that there is none is told of the configured entry of the project. What runes suppress is none of them:
/// [`file_lints`](crate::file_lints) tells it.
pub fn file_diagnostics(db: &dyn Db, file: SourceFile) -> Arc<[Diagnostic]> {
    let root = ask_first(db, file);
    let mut found = program_diagnostics(db, root, file);
    if found.iter().any(is_suppressed) {
        found = found
            .iter()
            .filter(|it| !is_suppressed(it))
            .cloned()
            .collect();
    }
    let about = crate::entry::checked(db, root);
    let mut about = about
        .iter()
        .filter(|told| told.span.file == file)
        .peekable();
    match about.peek() {
        Some(_) => finish(found.iter().chain(about).cloned().collect()).into(),
        None => found,
    }
}

/// Asks for what the findings of a file need to know of all files; its primary program.
fn ask_first(db: &dyn Db, file: SourceFile) -> SourceFile {
    crate::program::ask_first(db);
    let root = primary_root(db, file);
    if matches!(root.kind(db), FileKind::Disk | FileKind::Open) {
        crate::expand::ask_first(db, root);
        crate::items::ask_first(db);
        names(db, root);
    }
    root
}

/// Asks for what the findings of these files need to know of all files, for commands that then ask for the findings of
/// each: through a handle of its own, which takes the large tables of such queries along when it goes.
pub fn prepare_diagnostics(db: &RootDatabase, files: &[SourceFile]) {
    let db = db.clone();
    for &file in files {
        ask_first(&db, file);
    }
}

/// All diagnostics of a file in the program with this root.
#[salsa::tracked(returns(clone))]
pub(crate) fn program_diagnostics(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
) -> Arc<[Diagnostic]> {
    let mut found = Vec::new();
    let loaded = is_loaded(db, root, file);
    reader_problems(db, root, file, &mut found);
    let mut annotates = false;
    let mut told: FxHashSet<(u16, &str, PreludePart<'_>)> = FxHashSet::default();
    for placed in &forms(db, file).placed {
        let findings = form_findings(db, root, placed.form);
        annotates |= findings.annotates;
        for problem in &findings.problems {
            if let Some(part) = prelude_part_of(db, root, placed.form, problem)
                && !told.insert((problem.code, &problem.message, part))
            {
                continue;
            }
            let other = in_context(problem, loaded);
            let problem = other.as_ref().unwrap_or(problem);
            found.push(absolute(db, root, placed.form, placed.start(), problem));
            if let Some(last) = found.last_mut() {
                let fix = crate::moves::edge_fix(db, root, placed.form, problem, last.span);
                last.fixes.extend(fix);
            }
        }
    }
    crate::redefinition::report(db, root, redefinitions(db, root, file), &mut found);
    load_problems(db, root, file, &mut found);
    config_problems(db, root, file, &mut found);
    if annotates {
        crate::testing::annotation_problems(db, root, file, &mut found);
    }
    crate::glued::quiet(db, file, &mut found);
    crate::colons::quiet(db, file, &mut found);
    crate::unopened::quiet(db, file, &mut found);
    crate::commas::quiet(file, &mut found);
    crate::unsure::doubt_places(db, file, redefinitions(db, root, file), &mut found);
    crate::unsure::doubt_key_lists(db, root, file, &mut found);
    crate::unsure::doubt_lost_comments(db, &mut found);
    let mut found = finish(found.into_iter().map(|found| outward(db, found)).collect());
    note_origin(db, root, file, &mut found);
    mark_suppressed(db, file, &mut found);
    found.into()
}

/// The part of the prelude of a maker of tests that a problem of a test is about: it is told of one test.
fn prelude_part_of<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Option<PreludePart<'db>> {
    let form = problem.at.form.unwrap_or(form);
    let expansion = expansion(db, program, form)?;
    let made = spot(Some(expansion), problem.at.node).made;
    prelude_part(expansion, made.or(problem.call.map(made_by)))
}

/// A range with the line feed after it, if it fills its lines.
pub(crate) fn whole_line(db: &dyn Db, file: SourceFile, range: TextRange) -> TextRange {
    let text = file.text(db);
    let text = text.text();
    let before = &text[..usize::from(range.start())];
    let after = &text[usize::from(range.end())..];
    match before.is_empty() || before.ends_with('\n') {
        true if after.starts_with('\n') => {
            TextRange::new(range.start(), range.end() + TextSize::new(1))
        }
        _ => range,
    }
}

/// What the reader says of a source: in a loaded one that it does not read.
pub(crate) fn reader_problems(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    let loaded = is_loaded(db, root, file);
    let mut say = |error: &SyntaxError, start: TextSize| {
        let diagnostic = reader_diagnostic(file, error, start);
        found.push(match loaded {
            true => does_not_read(diagnostic),
            false => diagnostic,
        });
    };
    let cut = forms(db, file);
    for error in &cut.errors {
        say(error, TextSize::new(0));
    }
    for placed in &cut.placed {
        for error in &read_form(db, placed.form).errors {
            say(error, placed.start());
        }
    }
}

/// Sorts, and keeps one diagnostic for each code and span, and the earliest phase for each span.
pub(crate) fn finish(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.range.start(), d.severity, d.code, d.span.range.end());
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    found.dedup_by(|a, b| a.code == b.code && a.span == b.span);
    let phase = |d: &Diagnostic| match d.code.0 {
        0..=1999 | 5007 => 0,
        3450 | 4014 => 2,
        2300..=2399 => 4,
        2000..=2999 => 1,
        3200..=3299 => 2,
        3400..=3499 => 5,
        3000..=3199 | 3900..=3999 => 3,
        _ => 9,
    };
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for diagnostic in found {
        // What has the same span begins at the same place, so it was kept last.
        let start = diagnostic.span.range.start();
        let others = kept.iter().rev();
        let others = others.take_while(|other| other.span.range.start() == start);
        let first = kept.len() - others.count();
        let rival = kept[first..].iter().rposition(|other| {
            other.span == diagnostic.span
                && phase(other) < 9
                && phase(&diagnostic) < 9
                && phase(other) != phase(&diagnostic)
                && other.severity == Severity::Error
                && diagnostic.severity == Severity::Error
        });
        match rival.map(|at| first + at) {
            Some(at) if phase(&kept[at]) <= phase(&diagnostic) => {}
            Some(at) => kept[at] = diagnostic,
            None => kept.push(diagnostic),
        }
    }
    kept
}

fn reader_diagnostic(file: SourceFile, error: &SyntaxError, offset: TextSize) -> Diagnostic {
    let span = |range: TextRange| Span {
        file,
        range: range + offset,
    };
    Diagnostic {
        code: error.code,
        severity: error.severity,
        message: error.message.clone(),
        span: span(error.range),
        label: crate::codes::code_info(error.code)
            .map_or_else(String::new, |info| info.name.replace('-', " ")),
        labels: error
            .labels
            .iter()
            .map(|label| SpanLabel {
                span: span(label.range),
                message: label.message.clone(),
            })
            .collect(),
        notes: Vec::new(),
        help: error.help.clone(),
        fixes: error
            .fixes
            .iter()
            .map(|fix| DiagnosticFix {
                title: fix.title.clone(),
                applicability: fix.applicability,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| FileEdit {
                        file,
                        range: edit.range + offset,
                        insert: edit.insert.clone(),
                    })
                    .collect(),
            })
            .collect(),
        expansion: Vec::new(),
        facts: Vec::new(),
        suppressed: None,
    }
}

/// The absolute range of a place of a form that stands at this source node.
fn place_range(
    db: &dyn Db,
    form: Form<'_>,
    start: TextSize,
    place: &Place<'_>,
    spot: Spot,
) -> TextRange {
    let read = read_form(db, form);
    if spot.node.0 as usize >= read.ast.len() {
        return TextRange::empty(start);
    }
    let range = read.spans.range(spot.node);
    let range = match place.part {
        Some((from, to)) if spot.made.is_none() => {
            // A repaired token has more in its text than in its value. What has another text is meant as a whole.
            let text = &form.content(db).text.text()[range];
            if read.ast.as_str(spot.node).is_some() && text.starts_with('"') {
                let part = TextRange::new(from.into(), to.into());
                return wat_syntax::literal_range(text, part) + range.start() + start;
            }
            let value = read.ast.as_keyword(spot.node);
            match value.and_then(|value| part_of_text(value, text, from, to)) {
                Some(part) => part + range.start(),
                None => range,
            }
        }
        _ => range,
    };
    range + start
}

/// Where the part of a token's value stands in its text, which may have more than the value between its characters.
fn part_of_text(value: &str, text: &str, from: u32, to: u32) -> Option<TextRange> {
    let (from, to) = (from as usize, to as usize);
    if value == text {
        return Some(TextRange::new((from as u32).into(), (to as u32).into()));
    }
    let mut left = text.char_indices();
    let (mut start, mut end) = (None, None);
    for (at, ch) in value.char_indices() {
        let (found, _) = left.find(|&(_, other)| other == ch)?;
        if at >= from && at < to {
            start = start.or(Some(found));
            end = Some(found + ch.len_utf8());
        }
    }
    Some(TextRange::new((start? as u32).into(), (end? as u32).into()))
}

/// What is deleted with a range: the blanks after it, or those before it where a closing bracket follows.
fn with_blanks(text: &wat_syntax::SourceText, range: TextRange) -> TextRange {
    let text = text.text();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let after = text.as_bytes()[end..].iter().take_while(|b| is_blank(b));
    let after = end + after.count();
    let closes = matches!(text.as_bytes().get(after), None | Some(b')' | b']' | b'}'));
    if !closes {
        return TextRange::new(range.start(), TextSize::new(after as u32));
    }
    let before = text.as_bytes()[..start].iter().rev();
    let before = start - before.take_while(|b| is_blank(b)).count();
    let line = text[..before].rsplit('\n').next().unwrap_or_default();
    if text[before..start].contains('\n') && line.contains(';') {
        // What may be a comment does not swallow the bracket.
        return TextRange::new(range.start(), TextSize::new(after as u32));
    }
    TextRange::new(TextSize::new(before as u32), range.end())
}

/// The text that replaces a range, with blanks where it would melt into its neighbours: a word that takes the place of
/// brackets needs them, before an opening bracket too.
fn apart<'t>(text: &str, range: TextRange, insert: &'t str) -> std::borrow::Cow<'t, str> {
    let old = &text[range];
    let is_word =
        |ch: Option<char>| ch.is_some_and(|ch| !ch.is_whitespace() && !"()[]{}\"".contains(ch));
    let (before, after) = (&text[..range.start().into()], &text[range.end().into()..]);
    let glued = |outside: Option<char>, old: Option<char>, new: Option<char>| {
        is_word(outside) && !is_word(old) && is_word(new)
    };
    let left = glued(
        before.chars().next_back(),
        old.chars().next(),
        insert.chars().next(),
    );
    let right = glued(
        after.chars().next(),
        old.chars().next_back(),
        insert.chars().next_back(),
    ) || after.starts_with(['(', '[', '{', '"'])
        && !is_word(old.chars().next_back())
        && is_word(insert.chars().next_back());
    if old.is_empty() {
        // A form of its own that is put before another one does not touch the token before it.
        let alone = insert.ends_with(' ') && is_word(before.chars().next_back());
        return if alone {
            format!(" {insert}").into()
        } else {
            insert.into()
        };
    }
    if !(left || right) {
        return insert.into();
    }
    let blank = |needed: bool| if needed { " " } else { "" };
    format!("{}{insert}{}", blank(left), blank(right)).into()
}

/// Would a word touch what follows it if what stands between them went? Two words would be one, and a keyword that a
/// bracket follows is no keyword.
fn glues(text: &str, range: TextRange) -> bool {
    let is_word = |ch: char| !ch.is_whitespace() && !"()[]{}\"'`~".contains(ch);
    let is_apart = |ch: char| ch.is_whitespace() || ")]}".contains(ch);
    let (before, after) = (&text[..range.start().into()], &text[range.end().into()..]);
    before.ends_with(is_word) && !after.is_empty() && !after.starts_with(is_apart)
}

/// Problems of one form become absolute here.
struct Edge<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    start: TextSize,
    /// The expansion of the form.
    expansion: OnceCell<Option<&'db Expansion<'db>>>,
}

impl<'db> Edge<'db> {
    fn spot(&self, place: &Place<'db>) -> Spot {
        if let Some(node) = Place::as_written(place.node) {
            return Spot { node, made: None };
        }
        let form = place.form.unwrap_or(self.form);
        spot(self.expansion(form), place.node)
    }

    fn expansion(&self, form: Form<'db>) -> Option<&'db Expansion<'db>> {
        match form == self.form {
            true => {
                let own = || expansion(self.db, self.program, form);
                *self.expansion.get_or_init(own)
            }
            false => expansion(self.db, self.program, form),
        }
    }

    fn span(&self, place: &Place<'db>) -> Span {
        let (form, start) = match place.form {
            Some(other) if other != self.form => (other, form_start(self.db, other)),
            _ => (self.form, self.start),
        };
        let spot = self.spot(place);
        let (form, start, spot) = match self.in_maker(form, spot.made) {
            Some((maker, node)) => (maker, form_start(self.db, maker), Spot { node, made: None }),
            None => (form, start, spot),
        };
        Span {
            file: form.file(self.db),
            range: place_range(self.db, form, start, place, spot),
        }
    }

    /// Where in the prelude of a maker of tests, in the same file, that part of a test stands which the maker has given
    /// it: there it is told, once, and not at every test.
    fn in_maker(&self, form: Form<'db>, made: Option<Made>) -> Option<(Form<'db>, NodeId)> {
        let expansion = made.and_then(|_| self.expansion(form))?;
        let (maker, node) = written_prelude(self.db, expansion, made)?;
        (maker.file(self.db) == form.file(self.db)).then_some((maker, node))
    }

    /// The edits of a fix; none if one of them would change what no author wrote here.
    fn edits(&self, fix: &crate::problem::ProblemFix<'db>) -> Option<Vec<FileEdit>> {
        let mut edits = Vec::with_capacity(fix.edits.len());
        for edit in &fix.edits {
            let Span { file, range } = self.span_of(edit, edit.place.node)?;
            let range = match edit.at {
                EditAt::DeleteThrough(last) => {
                    let range = range.cover(self.span_of(edit, last)?.range);
                    with_blanks(&file.text(self.db), range)
                }
                EditAt::Replace | EditAt::By(_) => range,
                // What a macro made of a whole form has no place beside it.
                EditAt::Before | EditAt::After if self.stands_for_all(edit) => return None,
                EditAt::Before => TextRange::empty(range.start()),
                EditAt::After => TextRange::empty(range.end()),
                EditAt::OpenBracket => TextRange::at(range.start(), TextSize::new(1)),
                EditAt::CloseBracket => TextRange::new(range.end() - TextSize::new(1), range.end()),
                EditAt::BeforeClose if !self.is_whole(edit) => return None,
                EditAt::BeforeClose => TextRange::empty(range.end() - TextSize::new(1)),
                EditAt::Until(node) => {
                    let inner = self.span_of(edit, node)?.range;
                    TextRange::new(range.start(), inner.start().max(range.start()))
                }
                EditAt::Since(node) => {
                    let inner = self.span_of(edit, node)?.range;
                    TextRange::new(inner.end().min(range.end()), range.end())
                }
            };
            if !range.is_empty() || !edit.insert.is_empty() {
                let text = file.text(self.db);
                if let EditAt::By(node) = edit.at {
                    let source = self.span_of(edit, node)?;
                    let insert = source.file.text(self.db).text()[source.range].into();
                    edits.push(FileEdit {
                        file,
                        range,
                        insert,
                    });
                    continue;
                }
                let strips = edit.insert.is_empty()
                    && matches!(
                        edit.at,
                        EditAt::Until(_)
                            | EditAt::Since(_)
                            | EditAt::OpenBracket
                            | EditAt::CloseBracket
                    );
                let insert = crate::expand::unmarked(&edit.insert);
                edits.push(FileEdit {
                    file,
                    range,
                    insert: match strips && glues(text.text(), range) {
                        true => " ".into(),
                        // A part of a token stands beside the rest of it.
                        false if edit.place.part.is_some() => insert.into(),
                        false => Box::from(&*apart(text.text(), range, &insert)),
                    },
                });
            }
        }
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        self.part(&mut edits);
        Some(edits)
    }

    /// Puts a blank where several edits side by side delete all that stands between two words.
    fn part(&self, edits: &mut [FileEdit]) {
        let adjoin = |a: &FileEdit, b: &FileEdit| {
            a.file == b.file
                && a.range.end() == b.range.start()
                && a.insert.is_empty()
                && b.insert.is_empty()
        };
        for run in edits.chunk_by_mut(adjoin).filter(|run| run.len() > 1) {
            let deleted = run[0].range.cover(run[run.len() - 1].range);
            if run[0].insert.is_empty() && glues(run[0].file.text(self.db).text(), deleted) {
                run[0].insert = " ".into();
            }
        }
    }

    /// How sure a fix is. Beside an argument of a macro there is no room for more forms, and without one the macro has too
    /// few; and of one that a macro puts at several places a change that is right at one of them may be wrong elsewhere.
    fn applicability(&self, code: u16, fix: &crate::problem::ProblemFix<'db>) -> Applicability {
        const OF_ONE_PLACE: [u16; 4] = [2106, 2203, 2502, 2503];
        let told = fix.applicability.0;
        if told != Applicability::MachineApplicable {
            return told;
        }
        let is_guess = |edit: &crate::problem::ProblemEdit<'db>| {
            let form = edit.place.form.unwrap_or(self.form);
            let node = NodeId(edit.place.node);
            let Some(expansion) = self
                .expansion(form)
                .filter(|it| (node.0 as usize) < it.ast.len())
            else {
                return false;
            };
            if OF_ONE_PLACE.contains(&code) && expansion.is_repeated(node) {
                return true;
            }
            let is_beside = match edit.at {
                EditAt::Before | EditAt::After => {
                    // What is opened before a form and closed behind it leaves one form.
                    let depth = |text: &str| {
                        let opened = text.matches(['(', '[', '{']).count();
                        opened.cast_signed() - text.matches([')', ']', '}']).count().cast_signed()
                    };
                    let of_node = fix.edits.iter().filter(|it| {
                        it.place.node == edit.place.node
                            && matches!(it.at, EditAt::Before | EditAt::After)
                    });
                    let depths: Vec<isize> = of_node.map(|it| depth(&it.insert)).collect();
                    depths.iter().sum::<isize>() != 0 || depths.contains(&0)
                }
                EditAt::DeleteThrough(_) => true,
                _ => false,
            };
            is_beside && expansion.placed_by(self.db, node).is_some()
        };
        match fix.edits.iter().any(is_guess) {
            true => Applicability::MaybeIncorrect,
            false => told,
        }
    }

    /// Where a node of an edit is written; `None` if a macro made it.
    fn span_of(&self, edit: &crate::problem::ProblemEdit<'db>, node: u32) -> Option<Span> {
        let place = Place { node, ..edit.place };
        self.spot(&place).made.is_none().then(|| self.span(&place))
    }

    /// Is a part of an expansion written as the whole form?
    fn stands_for_all(&self, edit: &crate::problem::ProblemEdit<'db>) -> bool {
        let form = edit.place.form.unwrap_or(self.form);
        let root = ast(self.db, form).root();
        edit.place.node != root.0
            && Place::as_written(edit.place.node).is_none()
            && self.spot(&edit.place).node == root
    }

    /// Has a written form that gets something before its bracket still the elements that were written?
    fn is_whole(&self, edit: &crate::problem::ProblemEdit<'db>) -> bool {
        let form = edit.place.form.unwrap_or(self.form);
        if Place::as_written(edit.place.node).is_some() {
            return true;
        }
        self.expansion(form).is_none_or(|expansion| {
            let written = self.spot(&edit.place).node;
            expansion.ast.child_count(NodeId(edit.place.node))
                == ast(self.db, form).child_count(written)
        })
    }
}

/// How many related places a diagnostic shows.
const RELATED: usize = 8;

/// A problem of a form that starts at this offset, with absolute positions.
pub(crate) fn absolute<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    start: TextSize,
    problem: &Problem<'db>,
) -> Diagnostic {
    let edge = Edge {
        db,
        program,
        form,
        start,
        expansion: OnceCell::new(),
    };
    let shown = |text: &str| crate::expand::unmarked(text).into_owned();
    let at_form = problem.at.form.unwrap_or(form);
    let made = edge.spot(&problem.at).made;
    let made = made.filter(|_| edge.in_maker(at_form, made).is_none());
    let by_call = problem.call.map(made_by);
    let told_in_maker = edge.in_maker(at_form, by_call);
    let at = edge.span(&told_in_maker.map_or(problem.at, |(maker, node)| {
        let call = ast(db, maker).children(node).next();
        Place::written_in(maker, call.unwrap_or(node))
    }));
    let made_by = made.or(by_call.filter(|_| told_in_maker.is_none()));
    let mut notes = problem.notes.clone();
    notes.extend(trail(db, program, form, made_by));
    let labels = problem.labels.iter().filter_map(|(place, message)| {
        let span = edge.span(place);
        // What a macro made stands at its call, as the diagnostic itself does.
        let repeats = span == at && (made.is_some() || edge.spot(place).made.is_some());
        (!repeats && !shows_internals(db, &span)).then(|| SpanLabel {
            span,
            message: crate::expand::unmarked(message).into_owned(),
        })
    });
    let mut labels: Vec<SpanLabel> = labels.collect();
    if !labels.is_empty() {
        // Of a name that stands for a function, each parameter may be told of.
        let mut told = FxHashSet::from_iter([(at, shown(&problem.label))]);
        labels.retain(|label| told.insert((label.span, label.message.clone())));
    }
    if labels.len() > RELATED {
        notes.push(format!("… and {} more", labels.len() - RELATED));
        labels.truncate(RELATED);
    }
    Diagnostic {
        code: Code(problem.code),
        severity: problem.severity.0,
        message: shown(&problem.message),
        span: at,
        label: shown(&problem.label),
        labels,
        notes: notes.iter().map(|note| shown(note)).collect(),
        help: problem.help.as_deref().map(shown),
        fixes: problem
            .fixes
            .iter()
            .filter_map(|fix| {
                Some(DiagnosticFix {
                    title: shown(&fix.title),
                    applicability: edge.applicability(problem.code, fix),
                    edits: edge.edits(fix)?,
                })
            })
            .collect(),
        expansion: uses(db, program, form, start, made_by),
        facts: problem.facts.iter().map(|fact| fact.map(shown)).collect(),
        suppressed: None,
    }
}

/// The diagnostics of all files of a program, in program order, and of what its hermetic programs load.
pub fn all_program_diagnostics(db: &dyn Db, root: SourceFile) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for program in [root].into_iter().chain(inner_programs(db, root)) {
        // Asked for once, so that a second definition in any file is found.
        names(db, program);
        // What is said of a source that stands in another one, that one says.
        for &file in &*program_files(db, program) {
            if !stands_inside(db, file) {
                found.extend_from_slice(&program_diagnostics(db, program, file));
            }
        }
    }
    // Several programs may load one file.
    let mut told = FxHashSet::default();
    found.retain(|it| !is_suppressed(it) && told.insert((it.code, it.span, it.message.clone())));
    found
}
