//! Diagnostics that depend on the position of a form; the phase that knows the position calls them.

use rowan::TextRange;

use crate::codes;
use crate::diag::{SyntaxError, TextEdit};

const NIL: &str = ":wat::core::nil";

/// WAT1035 for the symbol `nil` at `range`. `fixable` in expression and pattern positions, not in binders (L32).
pub fn bare_nil(range: TextRange, fixable: bool) -> SyntaxError {
    let error = SyntaxError::new(
        codes::BARE_NIL,
        range,
        "`nil` is not a name or a literal of wat",
    )
    .with_help(format!("the nil value is written `{NIL}`"));
    match fixable {
        true => error.machine(
            format!("write `{NIL}`"),
            vec![TextEdit::replace(range, NIL)],
        ),
        false => error,
    }
}

/// WAT1036 for a map literal whose last form, at `last`, has no value.
pub fn odd_map_literal(last: TextRange) -> SyntaxError {
    SyntaxError::new(
        codes::ODD_MAP_LITERAL,
        last,
        "this key of the map literal has no value",
    )
    .with_help("a map literal holds keys and values in turn: `{key value key value}`")
}

/// WAT1906 for the empty list at `range` used as a value.
pub fn empty_list_as_nil(range: TextRange) -> SyntaxError {
    SyntaxError::new(
        codes::EMPTY_LIST_AS_NIL,
        range,
        "the empty list stands for nil here",
    )
    .with_help(format!("the nil value is written `{NIL}`"))
    .machine(
        format!("write `{NIL}`"),
        vec![TextEdit::replace(range, NIL)],
    )
}
