//! WAT7403: branches that are truth values, and `match` on a truth value.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::lint::Lint;
use crate::problem::{EditAt, Problem};

use super::{Call, IF, NOT, edit};

/// `(if c true false)` and `(if c false true)`.
pub(super) fn if_bool(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let (parts, _) = call.without_ascription(1);
    let [test, then, otherwise] = parts[..] else {
        return None;
    };
    truth_of(call, "if", test, then, otherwise)
}

/// `(match c (true a) (false b))`.
pub(super) fn bool_match(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let (parts, _) = call.without_ascription(1);
    let [test, first, second] = parts[..] else {
        return None;
    };
    let arm = |arm: NodeId| {
        let mut parts = call.source.children(arm);
        Some((parts.next()?, parts.next()?))
    };
    let ((pattern, body), (rest, its_body)) = (arm(first)?, arm(second)?);
    let value = bool_at(call, pattern)?;
    if bool_at(call, rest) != Some(!value) && call.source.as_symbol(rest) != Some("_") {
        return None;
    }
    let (then, otherwise) = match value {
        true => (body, its_body),
        false => (its_body, body),
    };
    if let Some(problem) = truth_of(call, "match", test, then, otherwise) {
        return Some(problem);
    }
    let by = |arm, body| edit(EditAt::By(super::place_of(body)), arm, "");
    let mut edits = vec![
        edit(EditAt::Replace, call.head, IF),
        by(first, body),
        by(second, its_body),
    ];
    // The branches stay in their order, with the comments before them.
    if !value {
        edits.push(edit(EditAt::Before, test, &format!("({NOT} ")));
        edits.push(edit(EditAt::After, test, ")"));
    }
    let problem = call
        .problem(7403, "this `match` on a truth value is an `if`")
        .label("two arms, `true` and `false`")
        .help(format!("write `({IF} … … …)`"));
    Some(problem.fix("write `if`", Applicability::MachineApplicable, edits))
}

/// A choice between `true` and `false`.
fn truth_of(
    call: &Call<'_>,
    form: &str,
    test: NodeId,
    then: NodeId,
    otherwise: NodeId,
) -> Option<Problem<'static>> {
    let (then, otherwise) = (bool_at(call, then)?, bool_at(call, otherwise)?);
    match (then, otherwise) {
        (true, false) => {
            let message = format!("this `{form}` has the value of its condition");
            Some(
                call.problem(7403, &message)
                    .label("true if it is true, false if it is false")
                    .help("write the condition alone")
                    .fix(
                        "keep the condition alone",
                        call.sureness(test),
                        call.keep(test, "", ""),
                    ),
            )
        }
        (false, true) => {
            let message = format!("this `{form}` has the opposite value of its condition");
            Some(
                call.problem(7403, &message)
                    .label("false if it is true, true if it is false")
                    .help(format!("write `({NOT} …)`"))
                    .fix(
                        "write `not`",
                        Applicability::MachineApplicable,
                        call.keep(test, &format!("({NOT} "), ")"),
                    ),
            )
        }
        _ => None,
    }
}

fn bool_at(call: &Call<'_>, node: NodeId) -> Option<bool> {
    match call.source.kind(node) {
        NodeKind::Bool(value) => Some(value),
        _ => None,
    }
}
