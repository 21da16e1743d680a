//! `when` and `unless` (§5.5), which stand for an `if`.
//!
//! They are read and inferred as they are written, so that what is said of them names them; where code is only
//! expanded, and shown, the `if` is written out.

use wat_value::syntax::{Shape, Syntax};

/// What the path at the head of a form stands for: does the body follow if the test is true?
pub(super) fn branch(path: &str) -> Option<bool> {
    match path {
        ":wat::core::when" => Some(true),
        ":wat::core::unless" => Some(false),
        _ => None,
    }
}

/// The `if` that a form stands for; nothing if the form is no `when` or `unless`, or one without a test or a body.
pub(super) fn branch_of(form: &Syntax) -> Option<Syntax> {
    let follows = branch(form.head()?)?;
    let (head, parts) = form.children().split_first()?;
    let (test, body) = parts.split_first().filter(|(_, body)| !body.is_empty())?;
    let path = |path: &str| Syntax::keyword(path).with_origin(head.origin());
    let mut run = vec![path(":wat::core::do")];
    run.extend_from_slice(body);
    let run = Syntax::new(Shape::List(run.into()), form.origin());
    let nil = path(":wat::core::nil");
    let (yes, no) = if follows { (run, nil) } else { (nil, run) };
    form.with_children(vec![path(":wat::core::if"), test.clone(), yes, no])
}
