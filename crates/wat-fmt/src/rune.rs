//! The comment that keeps a hand-made layout.

/// True for `;; rune:layout(verbatim) — reason` (F57). The reason is mandatory.
pub(crate) fn is_verbatim(comment: &str) -> bool {
    let Some(rest) = comment.strip_prefix(";; rune:layout(verbatim) ") else {
        return false;
    };
    let reason = rest.strip_prefix("— ").or_else(|| rest.strip_prefix("-- "));
    reason.is_some_and(|reason| !reason.trim().is_empty())
}
