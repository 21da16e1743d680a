//! The list of blocks that are not yet expected to pass. It only ever shrinks.

use std::collections::{BTreeMap, BTreeSet};

/// What the run says about the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Blocks that fail and are not listed, with the reason.
    pub broken: Vec<(String, String)>,
    /// Blocks that pass and are listed.
    pub paid: Vec<String>,
    /// Lines that name no block.
    pub stale: Vec<String>,
}

/// The keys of a list: one a line; blank lines and lines that begin with `#` are comments.
pub fn read(text: &str) -> BTreeSet<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Holds the outcomes (`None` = passed) against the list.
pub fn judge(owed: &BTreeSet<String>, outcomes: &[(String, Option<String>)]) -> Verdict {
    let mut verdict = Verdict::default();
    for (key, outcome) in outcomes {
        match (outcome, owed.contains(key)) {
            (Some(reason), false) => verdict.broken.push((key.clone(), reason.clone())),
            (None, true) => verdict.paid.push(key.clone()),
            _ => {}
        }
    }
    let known: BTreeMap<_, _> = outcomes.iter().map(|(key, o)| (key, o)).collect();
    let stale = owed.iter().filter(|key| !known.contains_key(key));
    verdict.stale = stale.cloned().collect();
    verdict
}

/// The list without the lines that `judge` found paid or stale, comments kept. Without a list, all failing blocks.
pub fn update(text: Option<&str>, outcomes: &[(String, Option<String>)]) -> String {
    let failing: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome)| outcome.is_some())
        .map(|(key, _)| key.as_str())
        .collect();
    let lines: Vec<&str> = match text {
        Some(text) => text
            .lines()
            .filter(|line| {
                let key = line.trim();
                key.is_empty() || key.starts_with('#') || failing.contains(&key)
            })
            .collect(),
        None => HEADER.lines().chain(failing).collect(),
    };
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

const HEADER: &str = "\
# Blocks of the reference that are not yet expected to pass: chapter | heading | ordinal under the heading | info string.
# The test fails when another block fails, and when a block of this list passes: the list only ever shrinks.
# UPDATE_OWED=1 removes the lines of passing blocks.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> Vec<(String, Option<String>)> {
        let failed = Some("why".to_owned());
        vec![
            ("a".to_owned(), None),
            ("b".to_owned(), failed.clone()),
            ("c".to_owned(), None),
            ("d".to_owned(), failed),
        ]
    }

    #[test]
    fn new_failures_paid_debts_and_stale_lines_are_told_apart() {
        let verdict = judge(&read("# head\na\nb\nz\n"), &outcomes());
        assert_eq!(verdict.broken, [("d".to_owned(), "why".to_owned())]);
        assert_eq!(verdict.paid, ["a"]);
        assert_eq!(verdict.stale, ["z"]);
    }

    #[test]
    fn an_update_only_removes() {
        assert_eq!(
            update(Some("# head\na\n\nb\nz\n"), &outcomes()),
            "# head\n\nb\n"
        );
    }

    #[test]
    fn the_first_update_lists_every_failure() {
        let text = update(None, &outcomes());
        assert_eq!(
            read(&text),
            BTreeSet::from(["b".to_owned(), "d".to_owned()])
        );
    }
}
