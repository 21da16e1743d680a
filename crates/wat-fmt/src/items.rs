//! A file as a sequence of forms and comment groups, and the blank lines between them.

use std::ops::Range;

use wat_syntax::SyntaxKind;

use crate::build::{Broken, Builder};
use crate::print::{LIMIT, Printer};
use crate::rune;
use crate::token::{Token, line_breaks};
use crate::tree::{FORCED, Kind, Tree};

/// A part of the source and what it is in the output.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub source: Range<usize>,
    pub output: Range<usize>,
}

/// A formatted file.
pub(crate) struct Formatted {
    pub text: String,
    /// The items in order. What is between them is blanks, in the source and in the output.
    pub pieces: Vec<Piece>,
    pub steps: u64,
}

/// What an item asks of the blank lines behind it.
#[derive(Clone, Copy)]
enum Before<'a> {
    /// Nothing stands before: no line at all.
    Start,
    /// The next item follows on the next line.
    Tight,
    /// Comments: the next item follows on the next line if it did so in the source.
    Comments,
    /// A form. With a head if it is flat.
    Form(Option<&'a str>),
}

/// Heads of the forms that say something about the next one (F63).
const ANNOTATIONS: [&str; 5] = [
    ":wat::test::ignore",
    ":wat::test::should-panic",
    ":wat::test::time-limit",
    ":wat::test::tag",
    ":wat::test::serial",
];

/// Formats a source without reader errors. Fails if its brackets do not match.
pub(crate) fn run(text: &str, tokens: &[Token]) -> Result<Formatted, Broken> {
    let mut writer = Writer {
        text,
        builder: Builder::new(text),
        printer: Printer::new(text.len() + text.len() / 8),
        pieces: Vec::new(),
        before: Before::Start,
        rune: false,
        breaks: 0,
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = match token.kind {
            SyntaxKind::WHITESPACE => {
                writer.breaks = line_breaks(token.text(text).as_bytes());
                at + 1
            }
            SyntaxKind::BOM => at + 1,
            SyntaxKind::SHEBANG => writer.comments(tokens, at, at + 1),
            SyntaxKind::COMMENT => writer.comments(tokens, at, group_end(text, tokens, at)),
            _ => writer.form(tokens, at)?,
        };
    }
    let Printer { mut out, steps, .. } = writer.printer;
    if !out.is_empty() {
        out.push('\n');
    }
    Ok(Formatted {
        text: out,
        pieces: writer.pieces,
        steps,
    })
}

/// The index behind the last comment of the group that starts `at`.
pub(crate) fn group_end(text: &str, tokens: &[Token], mut at: usize) -> usize {
    while let [_, blank, comment, ..] = &tokens[at..] {
        let blank_is_one_line =
            blank.kind == SyntaxKind::WHITESPACE && line_breaks(blank.text(text).as_bytes()) == 1;
        if comment.kind != SyntaxKind::COMMENT || !blank_is_one_line {
            break;
        }
        at += 2;
    }
    at + 1
}

struct Writer<'a> {
    text: &'a str,
    builder: Builder<'a>,
    printer: Printer,
    pieces: Vec<Piece>,
    before: Before<'a>,
    /// The comments above hold the verbatim rune.
    rune: bool,
    /// Lines that ended since the last item.
    breaks: usize,
}

impl<'a> Writer<'a> {
    /// Ends the last line, and adds the blank lines before an item (F61). `head` is that of a flat form.
    fn separate(&mut self, head: Option<&str>) {
        let blanks = self.breaks.saturating_sub(1).min(2);
        let blanks = match self.before {
            Before::Start => return,
            Before::Tight => 0,
            Before::Comments => blanks,
            Before::Form(before) if blanks == 0 && head.is_some() && before == head => 0,
            Before::Form(_) => blanks.max(1),
        };
        self.printer.out.push_str(&"\n\n\n"[..blanks + 1]);
    }

    /// Notes an item that is on its way: what was read of it, and where its output starts.
    fn piece(&mut self, source: Range<u32>, output: usize) {
        let source = source.start as usize..source.end as usize;
        self.pieces.push(Piece {
            source,
            output: output..self.printer.out.len(),
        });
        self.breaks = 0;
    }

    /// Writes a group of comments, or the shebang.
    fn comments(&mut self, tokens: &[Token], at: usize, end: usize) -> usize {
        self.separate(None);
        let start = self.printer.out.len();
        self.rune = false;
        for token in &tokens[at..end] {
            if token.kind == SyntaxKind::WHITESPACE {
                self.printer.out.push('\n');
            } else {
                let comment = token.text(self.text);
                self.rune |= rune::is_verbatim(comment);
                self.printer.comment(comment);
            }
        }
        self.piece(tokens[at].start..tokens[end - 1].end, start);
        self.before = Before::Comments;
        end
    }

    fn form(&mut self, tokens: &[Token], at: usize) -> Result<usize, Broken> {
        let copies = std::mem::take(&mut self.rune) && self.breaks <= 1;
        let end = self.builder.form(tokens, at, copies)?;
        let tree = &self.builder.tree;
        let root = tree
            .nodes
            .iter()
            .position(|node| node.kind != Kind::Comment)
            .unwrap_or(0) as u32;
        let node = *tree.node(root);
        let is_flat = !node.has(FORCED) && node.width <= LIMIT;
        let head = head(tree, root);
        let flat_head = if is_flat { head } else { None };
        self.separate(if root == 0 { flat_head } else { None });
        let start = self.printer.out.len();
        let tree = &self.builder.tree;
        for comment in 0..root {
            self.printer.comment(tree.text_of(comment));
            self.printer.out.push('\n');
        }
        self.printer.form(tree, root);
        let is_annotation = head.is_some_and(|head| ANNOTATIONS.contains(&head));
        self.before = if is_annotation {
            Before::Tight
        } else {
            Before::Form(flat_head)
        };
        let behind = node.next as usize..tree.nodes.len();
        for (nth, comment) in behind.enumerate() {
            let separator = match nth {
                0 => "  ",
                1 if !is_annotation => "\n\n",
                _ => "\n",
            };
            self.printer.out.push_str(separator);
            self.printer.comment(tree.text_of(comment as u32));
            if nth > 0 {
                self.before = Before::Form(None);
            }
        }
        let read = tokens[end - 1].end;
        self.piece(tokens[at].start..read, start);
        self.printer.expect(read as usize, self.text.len());
        Ok(end)
    }
}

/// The head of a form that is a list with a keyword in front.
fn head<'a>(tree: &Tree<'a>, root: u32) -> Option<&'a str> {
    if tree.node(root).kind != Kind::List {
        return None;
    }
    let first = tree.elements(root).next()?;
    let node = tree.node(first);
    (node.kind == Kind::Keyword).then(|| &tree.text[node.start as usize..node.end as usize])
}
