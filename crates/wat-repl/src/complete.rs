//! The word that a completion replaces. What it may become, the editor features know.

use wat_ide::Position;

/// The word that ends at `pos`: where it starts, and the word.
pub(crate) fn word_before(line: &str, pos: usize) -> (usize, &str) {
    let head = line.get(..pos).unwrap_or(line);
    let start = head
        .rfind(|ch: char| ch.is_whitespace() || "()[]{}\"';`~,@".contains(ch))
        .map_or(0, |at| {
            at + head[at..].chars().next().map_or(1, char::len_utf8)
        });
    (start, &head[start..])
}

/// What may stand at `start`. A command asks for names as a head does.
pub(crate) fn position(line: &str, start: usize, is_command: bool) -> Position {
    if is_command || line[..start].trim_end().ends_with('(') {
        Position::Head
    } else {
        Position::Operand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(line: &str) -> (&str, Position) {
        let (start, word) = word_before(line, line.len());
        (word, position(line, start, false))
    }

    #[test]
    fn a_word_ends_at_the_cursor() {
        assert_eq!(at_end("(pln"), ("pln", Position::Head));
        assert_eq!(at_end("(:wat::k::pr"), (":wat::k::pr", Position::Head));
        assert_eq!(at_end("(:my::f [a :as"), (":as", Position::Operand));
        assert_eq!(at_end("(:my::f "), ("", Position::Operand));
        assert_eq!(word_before("(ab cd)", 3), (1, "ab"));
    }
}
