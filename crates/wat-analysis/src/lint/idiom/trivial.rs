//! WAT7405: forms that do nothing.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::lint::Lint;
use crate::problem::{EditAt, Problem};

use super::{Call, DO, edit};

/// `(do x)`. Around a keyword it makes a value of it where it might name an argument.
pub(super) fn single_do(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let [form] = call.parts[..] else {
        return None;
    };
    if call.is_step || call.is_top || call.source.as_keyword(form).is_some() {
        return None;
    }
    let problem = call
        .problem(7405, "this `do` has one form")
        .label("the same without the `do`");
    Some(alone(call, problem, form, call.sureness(form)))
}

/// `(cond (:else x))`.
pub(super) fn only_else(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let (parts, is_ascribed) = call.without_ascription(0);
    let [clause] = parts[..] else {
        return None;
    };
    let mut inside = call.source.children(clause);
    let (test, form) = (inside.next()?, inside.next()?);
    if call.is_step || call.source.as_keyword(test) != Some(":else") {
        return None;
    }
    // The ascription may be what decides the type.
    let how = match is_ascribed {
        true => Applicability::MaybeIncorrect,
        false => call.sureness(form),
    };
    let problem = call
        .problem(7405, "this `cond` has nothing but `:else`")
        .label("asks nothing");
    Some(alone(call, problem, form, how))
}

/// `(let [] x …)`.
pub(super) fn empty_let(call: &Call<'_>) -> Option<Problem<'static>> {
    let (&bindings, body) = call.parts.split_first()?;
    let is_empty =
        call.source.kind(bindings) == NodeKind::Vector && call.source.child_count(bindings) == 0;
    if !is_empty || call.is_step || call.is_top {
        return None;
    }
    let problem = call
        .problem(7405, "this `let` binds nothing")
        .label("no bindings");
    match *body {
        [] => None,
        [form] => Some(alone(call, problem, form, call.sureness(form))),
        _ => {
            let edits = vec![
                edit(EditAt::Until(super::place_of(bindings)), call.list, "("),
                edit(EditAt::Replace, bindings, DO),
            ];
            let how = Applicability::MachineApplicable;
            let problem = problem.help(format!("write `({DO} …)`"));
            Some(problem.fix("write `do`", how, edits))
        }
    }
}

fn alone(
    call: &Call<'_>,
    problem: Problem<'static>,
    form: NodeId,
    how: Applicability,
) -> Problem<'static> {
    let edits = call.keep(form, "", "");
    problem
        .help("write what is in it alone")
        .fix("keep what is in it", how, edits)
}
