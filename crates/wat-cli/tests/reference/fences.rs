//! Fenced code blocks of a Markdown text, with the heading each of them stands under.
//!
//! The subset of CommonMark that decides where a fence begins and ends: an opener is at least three backticks or
//! tildes after at most three blanks, a backtick opener has no backtick in its info string, and the closer repeats
//! the opener's character at least as often, followed by nothing but blanks. Headings are the ATX kind.

/// One fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// 1-based line of the opening fence.
    pub line: usize,
    /// Text of the nearest heading above, without its marks; empty before the first heading.
    pub heading: String,
    /// The info string, trimmed.
    pub info: String,
    /// Content, each line with its terminator.
    pub text: String,
    /// True if the text since the previous fence (or the beginning) is blank.
    pub adjoins: bool,
}

/// All fenced blocks in order, or what is wrong with the document.
pub fn fences(markdown: &str) -> Result<Vec<Fence>, String> {
    let mut found: Vec<Fence> = Vec::new();
    let mut heading = String::new();
    let mut adjoins = false;
    let mut lines = markdown.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(opener) = Opener::of(line) {
            let text = opener
                .content(&mut lines)
                .ok_or_else(|| format!("line {}: the fence is never closed", index + 1))?;
            found.push(Fence {
                line: index + 1,
                heading: heading.clone(),
                info: opener.info.to_owned(),
                text,
                adjoins,
            });
            adjoins = true;
        } else if let Some(title) = heading_of(line) {
            heading = title.to_owned();
            adjoins = false;
        } else if !line.trim().is_empty() {
            adjoins = false;
        }
    }
    Ok(found)
}

struct Opener<'a> {
    indent: usize,
    mark: char,
    length: usize,
    info: &'a str,
}

impl<'a> Opener<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        let mark = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = rest.trim_start_matches(mark);
        let length = rest.len() - info.len();
        let fence = indent <= 3 && length >= 3 && !(mark == '`' && info.contains('`'));
        fence.then(|| Self {
            indent,
            mark,
            length,
            info: info.trim(),
        })
    }

    fn content<'t>(&self, lines: &mut impl Iterator<Item = (usize, &'t str)>) -> Option<String> {
        let mut text = String::new();
        for (_, line) in lines {
            if self.is_closed_by(line) {
                return Some(text);
            }
            let blanks = line.len() - line.trim_start_matches(' ').len();
            text.push_str(&line[blanks.min(self.indent)..]);
            text.push('\n');
        }
        None
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        let after = rest.trim_start_matches(self.mark);
        line.len() - rest.len() <= 3
            && rest.len() - after.len() >= self.length
            && after.trim().is_empty()
    }
}

fn heading_of(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with(' ')).then(|| title.trim())
}

#[test]
fn a_fence_has_its_line_heading_info_and_text() {
    let found =
        fences("# One\n\ntext\n\n```wat run\n(a)\n  (b)\n```\n## Two\n~~~edn\n~~~\n").unwrap();
    let shown: Vec<_> = found
        .iter()
        .map(|f| (f.line, &*f.heading, &*f.info, &*f.text, f.adjoins))
        .collect();
    assert_eq!(
        shown,
        [
            (5, "One", "wat run", "(a)\n  (b)\n", false),
            (10, "Two", "edn", "", false)
        ]
    );
}

#[test]
fn only_blank_lines_let_two_fences_adjoin() {
    let found = fences("```a\n```\n\n```b\n```\nprose\n```c\n```\n").unwrap();
    let shown: Vec<_> = found.iter().map(|f| f.adjoins).collect();
    assert_eq!(shown, [false, true, false]);
}

#[test]
fn a_longer_fence_holds_shorter_ones() {
    let found = fences("````wat\n```wat\n# no heading\n```\n````\n").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, "```wat\n# no heading\n```\n");
}

#[test]
fn an_indented_fence_loses_its_indentation() {
    let found = fences("  ```wat\n    (a\n (b))\n  ```\n").unwrap();
    assert_eq!(found[0].text, "  (a\n(b))\n");
}

#[test]
fn inline_code_and_deep_indentation_open_nothing() {
    assert_eq!(fences("``` a `b` ```\n    ```wat\n").unwrap(), []);
}

#[test]
fn an_open_fence_is_an_error() {
    assert_eq!(
        fences("x\n```wat\n(a)\n"),
        Err("line 2: the fence is never closed".to_owned())
    );
}
