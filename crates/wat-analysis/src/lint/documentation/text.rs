//! What docstrings hold: Markdown with references, and lines of directives (chapter 10 §12.1).

/// The lines that are no part of a fenced block, and where they start.
fn prose(doc: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let mut is_fenced = false;
    doc.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        is_fenced ^= is_fence;
        (!is_fenced && !is_fence).then_some((at, line))
    })
}

/// The paths in backquotes, and where they stand.
pub(super) fn references(doc: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (start, line) in prose(doc) {
        let mut at = 0;
        while let Some(open) = line[at..].find('`') {
            let open = at + open;
            let ticks = line[open..]
                .bytes()
                .take_while(|&byte| byte == b'`')
                .count();
            let inner = open + ticks;
            let Some(close) = line[inner..].find(&line[open..inner]) else {
                break;
            };
            let code = &line[inner..inner + close];
            if ticks == 1 && is_path(code) {
                found.push((start + inner, code));
            }
            at = inner + close + ticks;
        }
    }
    found
}

/// Does it look like a whole path: `:my::name`? A namespace alone, a pattern or a type with arguments is none.
fn is_path(code: &str) -> bool {
    let is_word = |ch: char| ch.is_ascii_alphanumeric() || "-_/!?'+=.".contains(ch);
    code.strip_prefix(':').is_some_and(|path| {
        let mut parts = path.split("::");
        path.contains("::")
            && !path.contains("...")
            && parts.all(|part| !part.is_empty() && part.chars().all(is_word))
    })
}

/// The names that `@arg` lines describe, and where they stand.
pub(super) fn arguments(doc: &str) -> Vec<(usize, &str)> {
    let argument = |(start, line): (usize, &'_ str)| {
        let blanks = line.len() - line.trim_start().len();
        let rest = line.trim_start().strip_prefix("@arg")?;
        let gap = rest.len() - rest.trim_start().len();
        let name = rest.split_whitespace().next()?;
        (gap > 0).then_some((start + blanks + "@arg".len() + gap, name.len()))
    };
    let found = prose(doc).filter_map(argument);
    found.map(|(at, len)| (at, &doc[at..at + len])).collect()
}
