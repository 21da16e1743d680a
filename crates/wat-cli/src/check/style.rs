//! `wat check --style`: what is not laid out as `wat fmt` does it (10 §7.2, 11 §11.9).

use std::collections::HashMap;

use wat_analysis::{
    Applicability, Code, Diagnostic, DiagnosticFix, FileEdit, Severity, SourceFile, Span,
};
use wat_driver::Levels;
use wat_fmt::{Unformatted, unformatted};

use crate::workspace::Workspace;

/// WAT7802: a top-level item differs from its formatted text.
pub(crate) const UNFORMATTED: Code = Code(7802);

/// Adds WAT7802 to the findings of these files, in their order: to all files if it is asked for, else to those where the
/// levels turn it on. Files that `wat fmt` passes over have none.
pub(crate) fn add(
    space: &Workspace,
    levels: &Levels,
    is_asked: bool,
    files: &[SourceFile],
    found: &mut Vec<Diagnostic>,
) {
    let before = found.len();
    for &file in files {
        let path = file.path(&*space.db);
        let inner = space.inner_name(&path);
        let is_on = || {
            levels
                .severity(UNFORMATTED, Severity::Hint, &inner)
                .is_some()
        };
        let project = space.project.as_ref();
        let is_excluded = || project.is_some_and(|it| it.excludes_from_fmt((*path).as_ref()));
        if (is_asked || is_on()) && !is_excluded() {
            let items = unformatted(&file.text(&*space.db));
            found.extend(items.into_iter().map(|item| finding(file, item)));
        }
    }
    if found.len() > before {
        let order: HashMap<SourceFile, usize> = files.iter().copied().zip(0..).collect();
        let place = |it: &Diagnostic| (order.get(&it.span.file).copied(), it.span.range.start());
        found.sort_by_key(place);
    }
}

fn finding(file: SourceFile, item: Unformatted) -> Diagnostic {
    let Unformatted {
        range,
        is_comment,
        edits,
    } = item;
    let (message, title) = match is_comment {
        true => (
            "the comment differs from its formatted text",
            "format the comment",
        ),
        false => (
            "the form differs from its formatted text",
            "format the form",
        ),
    };
    let edit = |edit: wat_syntax::TextEdit| FileEdit {
        file,
        range: edit.range,
        insert: edit.insert,
    };
    Diagnostic {
        code: UNFORMATTED,
        severity: Severity::Hint,
        message: message.to_owned(),
        span: Span { file, range },
        label: "not formatted".to_owned(),
        labels: Vec::new(),
        notes: Vec::new(),
        help: Some("`wat fmt` formats the file".to_owned()),
        fixes: vec![DiagnosticFix {
            title: title.to_owned(),
            applicability: Applicability::MachineApplicable,
            edits: edits.into_iter().map(edit).collect(),
        }],
        expansion: Vec::new(),
        facts: Vec::new(),
        suppressed: None,
    }
}
