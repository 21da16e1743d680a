//! Which names a few typed characters may stand for.
//!
//! A path is matched segment by segment, each typed segment a prefix of its counterpart: `:wat::k::pr` is
//! `:wat::kernel::println`. A word without a path is matched against last segments: exactly, as a prefix, by the
//! initials of its words (`mbc` is `make-bounded-channel`), or as a subsequence (`pln` is `println`), in this order.

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

/// True if the word at `start` is the head of a call.
pub(crate) fn is_head(line: &str, start: usize) -> bool {
    line[..start].trim_end().ends_with('(')
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    Exact,
    Prefix,
    Initials,
    Subsequence,
}

/// The names that `word` may stand for, best first. Names of the session come before the library's.
pub(crate) fn candidates<'n>(
    word: &str,
    is_head: bool,
    names: impl Iterator<Item = &'n str>,
) -> Vec<&'n str> {
    let path = word.strip_prefix(':');
    let mut found: Vec<_> = match path {
        Some(path) if path.contains("::") => names
            .filter_map(|name| Some((by_path(path, name)?, name)))
            .collect(),
        Some(short) => names
            .filter_map(|name| Some((by_last(short, name)?, name)))
            .collect(),
        None if is_head && !word.is_empty() => names
            .filter_map(|name| Some((by_last(word, name)?, name)))
            .collect(),
        None => Vec::new(),
    };
    found.sort_by_key(|((quality, segments, length), name)| {
        (
            *quality,
            name.starts_with(":wat::"),
            *segments,
            *length,
            name.len(),
            *name,
        )
    });
    found.into_iter().map(|(_, name)| name).collect()
}

/// Quality, number of segments, length of the matched segment.
type Rank = (Quality, usize, usize);

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split("::").flat_map(|part| part.split('/'))
}

fn by_path(path: &str, name: &str) -> Option<Rank> {
    let name = name.strip_prefix(':')?;
    let mut theirs = segments(name);
    let mut last = "";
    for typed in segments(path) {
        let segment = theirs.next()?;
        if !segment.starts_with(typed) {
            return None;
        }
        last = segment;
    }
    let quality = if name == path {
        Quality::Exact
    } else {
        Quality::Prefix
    };
    Some((quality, segments(name).count(), last.len()))
}

fn by_last(word: &str, name: &str) -> Option<Rank> {
    let last = segments(name).last()?;
    let quality = if last == word {
        Quality::Exact
    } else if last.starts_with(word) {
        Quality::Prefix
    } else if last
        .split('-')
        .filter_map(|part| part.chars().next())
        .eq(word.chars())
    {
        Quality::Initials
    } else if is_subsequence(word, last) {
        Quality::Subsequence
    } else {
        return None;
    };
    Some((quality, segments(name).count(), last.len()))
}

/// The first characters agree and the rest occurs in order.
fn is_subsequence(word: &str, text: &str) -> bool {
    let mut rest = text.chars();
    word.chars().next() == text.chars().next()
        && word.chars().all(|ch| rest.any(|other| other == ch))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &[
        ":wat::core::assoc",
        ":wat::core::def",
        ":wat::core::defn",
        ":wat::io::IOWriter/println",
        ":wat::kernel::eprintln",
        ":wat::kernel::make-bounded-channel",
        ":wat::kernel::pprintln",
        ":wat::kernel::println",
        ":my::print-all",
    ];

    fn first(line: &str) -> Option<&'static str> {
        let (start, word) = word_before(line, line.len());
        candidates(word, is_head(line, start), NAMES.iter().copied())
            .first()
            .copied()
    }

    #[test]
    fn a_path_matches_by_segments() {
        assert_eq!(first("(:wat::k::pr"), Some(":wat::kernel::println"));
        assert_eq!(first("(:wat::c::d"), Some(":wat::core::def"));
        assert_eq!(first("(:wat::println"), None);
    }

    #[test]
    fn a_bare_head_matches_last_segments() {
        assert_eq!(first("(defn"), Some(":wat::core::defn"));
        assert_eq!(first("(pln"), Some(":wat::kernel::println"));
        assert_eq!(first("(mbc"), Some(":wat::kernel::make-bounded-channel"));
        assert_eq!(first("(print-"), Some(":my::print-all"));
    }

    #[test]
    fn an_argument_without_colon_is_no_name() {
        assert_eq!(first("(:wat::core::defn pln"), None);
        assert_eq!(first("(:wat::core::map :assoc"), Some(":wat::core::assoc"));
    }
}
