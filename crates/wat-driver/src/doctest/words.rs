//! The words behind the fence of a block (chapter 09 §9.13.1).

use crate::nearest;

use super::wants::is_code;

/// The words that stand for themselves.
const WORDS: [&str; 8] = [
    "doctest",
    "run",
    "test",
    "fixed",
    "fmt-input",
    "fmt-output",
    "raw",
    "ignore",
];
/// The words that are followed by codes.
const WITH_CODES: [&str; 3] = ["reject=", "warn=", "lint="];

/// Is this a word behind `wat`?
pub(super) fn is_known(word: &str) -> bool {
    let is_status = |status: &str| !status.is_empty() && status.parse::<u8>().is_ok();
    WORDS.contains(&word)
        || word.strip_prefix("exit=").is_some_and(is_status)
        || WITH_CODES.iter().any(|key| {
            word.strip_prefix(key)
                .is_some_and(|codes| codes.split(',').all(is_code))
        })
}

/// What is wrong with an unknown word, in one sentence.
pub(super) fn unknown(word: &str) -> String {
    let (key, wants) = match word.split_once('=') {
        Some((key, _)) => (format!("{key}="), true),
        None => (word.to_owned(), false),
    };
    if wants && WITH_CODES.contains(&&*key) {
        return format!("`{word}` does not name codes such as `{key}WAT3001`");
    }
    if wants && key == "exit=" {
        return format!("`{word}` does not name an exit status such as `exit=2`");
    }
    let known = WORDS.iter().chain(&WITH_CODES).copied();
    match nearest(&key, known) {
        Some(near) => format!("no block has the word `{word}`; did you mean `{near}`?"),
        None => format!("no block has the word `{word}`"),
    }
}
