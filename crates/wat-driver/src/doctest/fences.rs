//! Where examples stand: fenced blocks in Markdown and in docstrings.

use wat_analysis::{Severity, SourceText};
use wat_syntax::{cut, parse};

use super::mapped::{DocPlace, Mapped};
use super::words::{is_known, unknown};
use super::{DocBlock, DocFault, block};

/// A fragment in Markdown that does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocWarning {
    /// Where.
    pub place: DocPlace,
    /// The code of the reader.
    pub code: u16,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// A fenced block.
struct Fenced {
    /// What stands behind its fence.
    words: Vec<(usize, usize)>,
    /// Its fence.
    fence: (usize, usize),
    /// What is in it, without the indentation of the fence.
    lines: Vec<(usize, usize)>,
}

/// The marks of a fence.
#[derive(Clone, Copy)]
struct Marks {
    char: char,
    count: usize,
}

/// A line that opens a fence: its indentation and its marks.
fn opener(line: &str) -> Option<(usize, Marks)> {
    let rest = line.trim_start_matches(' ');
    let char = rest.chars().next().filter(|it| matches!(it, '`' | '~'))?;
    let after = rest.trim_start_matches(char);
    let count = rest.len() - after.len();
    let opens = count >= 3 && (char == '~' || !after.contains('`'));
    opens.then(|| (line.len() - rest.len(), Marks { char, count }))
}

/// Where the text of an item of a list begins, if a line begins one.
fn item(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    let number = rest.trim_start_matches(|it: char| it.is_ascii_digit());
    let behind = match rest.len() - number.len() {
        0 => rest.strip_prefix(['-', '*', '+'])?,
        1..=9 => number.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    let text = behind.trim_start_matches(' ');
    let blanks = behind.len() - text.len();
    match (blanks, text.trim_end().is_empty()) {
        (_, true) => Some(line.len() - behind.len() + 1),
        (0, false) => None,
        // More blanks are indented code in the item.
        (1..=4, false) => Some(line.len() - text.len()),
        (_, false) => Some(line.len() - behind.len() + 1),
    }
}

/// The items of lists around a line of Markdown, by where their texts begin, outermost first.
#[derive(Default)]
struct Items(Vec<usize>);

impl Items {
    /// Goes on to a line, and says how far it is indented in its item.
    fn indentation(&mut self, line: &str) -> usize {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() {
            self.0.retain(|&begin| begin <= indent);
        }
        let own = indent - self.0.last().copied().unwrap_or(0).min(indent);
        if own <= MOST
            && let Some(begin) = item(line)
        {
            self.0.push(begin);
        }
        own
    }
}

/// What is indented further is code as it stands.
const MOST: usize = 3;

/// The words of a part of a text.
fn words(text: &str, (start, end): (usize, usize)) -> Vec<(usize, usize)> {
    let words = text[start..end].split_whitespace();
    words
        .map(|word| {
            let at = word.as_ptr() as usize - text.as_ptr() as usize;
            (at, at + word.len())
        })
        .collect()
}

/// The fenced blocks of a text, in order. `markdown`: what is indented by four blanks is code as it stands, and no fence;
/// a docstring is indented as its form is.
fn fenced(text: &str, markdown: bool) -> Vec<Fenced> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, at + line.len()));
        at += line.len();
    }
    let mut found = Vec::new();
    let mut items = Items::default();
    let mut at = 0;
    while at < lines.len() {
        let (start, end) = lines[at];
        at += 1;
        let own = items.indentation(&text[start..end]);
        let Some((indent, marks)) = opener(&text[start..end]) else {
            continue;
        };
        if markdown && own > MOST {
            continue;
        }
        let closes = |&(start, end): &(usize, usize)| {
            let rest = text[start..end].trim();
            rest.len() >= marks.count && rest.chars().all(|it| it == marks.char)
        };
        let inner = &lines[at..];
        let count = inner.iter().position(closes).unwrap_or(inner.len());
        let dedented = |&(start, end): &(usize, usize)| {
            let line = &text[start..end];
            let blanks = line.len() - line.trim_start_matches(' ').len();
            (start + blanks.min(indent), end)
        };
        found.push(Fenced {
            words: words(text, (start + indent + marks.count, end)),
            fence: (start + indent, start + text[start..end].trim_end().len()),
            lines: inner[..count].iter().map(dedented).collect(),
        });
        at += count + 1;
    }
    found
}

/// The examples in a text. `plain`: it is a docstring, where a block that is `wat` alone is one.
fn examples(text: &Mapped, plain: bool, name: impl Fn(DocPlace, usize) -> String) -> Vec<DocBlock> {
    let mut found: Vec<DocBlock> = Vec::new();
    for fenced in fenced(text.text(), !plain) {
        let word = |(start, end): (usize, usize)| &text.text()[start..end];
        let Some((first, rest)) = fenced.words.split_first() else {
            continue;
        };
        if word(*first) != "wat" {
            continue;
        }
        let strange = rest.iter().copied().find(|&it| !is_known(word(it)));
        let is = |name: &str| rest.iter().any(|&it| word(it) == name);
        let is_example = is("doctest") || plain && rest.iter().all(|&it| word(it) == "ignore");
        if !is_example && strange.is_none() {
            continue;
        }
        let place = text.place(fenced.fence.0, fenced.fence.1);
        let name = name(place, found.len() + 1);
        let inner = text.parts(&fenced.lines);
        let mut block = block(name, place, &inner, is("ignore"));
        if let Some((start, end)) = strange {
            block.fault = Some(DocFault {
                place: text.place(start, end),
                code: 2913,
                message: unknown(word((start, end))),
            });
        }
        found.push(block);
    }
    found
}

/// The examples of a Markdown text.
pub fn markdown_examples(text: &str) -> Vec<DocBlock> {
    let name = |place: DocPlace, _| format!("L{}", place.line);
    examples(&Mapped::whole(text), false, name)
}

/// The fragments of a Markdown text that do not read, each told once. One that leaves something out with `…` is not read.
pub fn markdown_warnings(text: &str) -> Vec<DocWarning> {
    let text = Mapped::whole(text);
    let mut found = Vec::new();
    for fenced in fenced(text.text(), true) {
        let is_fragment = match fenced.words[..] {
            [(start, end)] => &text.text()[start..end] == "wat",
            _ => false,
        };
        let inner = text.parts(&fenced.lines);
        if !is_fragment || inner.text().contains('\u{2026}') {
            continue;
        }
        let source = SourceText::new(inner.text());
        let read = parse(&source);
        let error = read
            .errors()
            .iter()
            .find(|it| it.severity == Severity::Error);
        found.extend(error.map(|error| DocWarning {
            place: inner.place(error.range.start().into(), error.range.end().into()),
            code: error.code.0,
            message: error.message.clone(),
        }));
    }
    found
}

/// The strings that are parts of a top-level form, as ranges with their quotes.
fn strings(form: &str) -> Vec<(usize, usize)> {
    let bytes = form.as_bytes();
    let (mut found, mut depth, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b';' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
            }
            b'"' => {
                let start = at;
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 1 && at < bytes.len() {
                    found.push((start, at + 1));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name that a form declares, as it is written.
fn declared_name(form: &str) -> &str {
    let words = form.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    let name = words
        .filter(|word| !word.is_empty())
        .nth(1)
        .unwrap_or_default();
    name.split('<').next().unwrap_or_default()
}

/// The examples in the docstrings of a source text.
pub fn docstring_examples(text: &str) -> Vec<DocBlock> {
    if !text.contains("```wat") {
        return Vec::new();
    }
    let source = SourceText::new(text);
    let mut found = Vec::new();
    for cut in cut(&source).forms {
        let start: usize = cut.range.start().into();
        let form = &text[cut.range];
        for (from, to) in strings(form) {
            let token = &form[from..to];
            if !token.contains("```wat") {
                continue;
            }
            let before = &text[..start + from];
            let line = 1 + before.matches('\n').count() as u32;
            let col = 1 + before.chars().rev().take_while(|c| *c != '\n').count() as u32;
            let name = declared_name(form);
            let doc = Mapped::literal(token, (line, col));
            found.extend(examples(&doc, true, |_, n| format!("{name}/doc{n}")));
        }
    }
    found
}
