//! WAT7409: messages of `expect` that give no reason.

use crate::lint::Lint;
use crate::problem::{Place, Problem};

use super::Call;

pub(super) const OPTION: &str = ":wat::core::Option/expect";
pub(super) const RESULT: &str = ":wat::core::Result/expect";

/// What is said of anything that fails, in small letters and without the points at the end.
#[rustfmt::skip]
const GENERIC: &[&str] = &[
    "error", "an error", "an error occurred", "error occurred", "unexpected error", "unknown error", "internal error",
    "fatal", "fatal error", "fail", "fails", "failed", "it failed", "this failed", "expect failed",
    "expectation failed", "assertion failed", "unwrap", "unwrap failed", "expect", "expected", "unexpected", "invalid",
    "bad", "wrong", "bug", "panic", "boom", "oops", "ouch", "unreachable", "not reachable", "impossible", "not possible",
    "should not happen", "shouldn't happen", "should never happen", "must not happen", "must never happen",
    "cannot happen", "can not happen", "can't happen", "can never happen", "never happens", "will not happen",
    "something went wrong", "something is wrong", "something failed", "went wrong", "todo", "fixme", "xxx",
];

pub(super) fn empty_reason(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let (&message, &node) = (call.parts.last()?, call.nodes.last()?);
    let text = call.source.as_str(message)?.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let is_point = |c: char| !c.is_alphanumeric();
    let text = text.trim_matches(is_point);
    let text = text.strip_prefix("this ").unwrap_or(text);
    let (message, label) = match text {
        "" => ("this `expect` gives no reason", "an empty message"),
        _ if GENERIC.contains(&text) => {
            let label = "true of whatever fails";
            ("the message of this `expect` says nothing", label)
        }
        _ => return None,
    };
    Some(
        Problem::new(7409, Place::node(node), message)
            .label(label)
            .help("say why the value has to be there"),
    )
}
