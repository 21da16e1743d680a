//! Which closer closes which opener: top-level forms, and the repair of those that do not close properly (1.12.2).
//!
//! One pass over the brackets finds all pairs that enclose only well-matched text; a form whose own pair is among them
//! is taken as it is. The others are repaired inside their *extent*, which ends at the next `(` in column 1.

use rustc_hash::FxHashMap;

use crate::kind::SyntaxKind::{self, *};
use crate::lexer::Token;
use crate::source::SourceText;

/// How a form that is not strict is to be read. Offsets count from the start of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Repairs {
    /// Closers that are missing, in order.
    pub closers: Vec<MissingCloser>,
    /// Closers of the wrong kind, in order.
    pub substitutions: Vec<Substitution>,
    /// Closers that close nothing, in order.
    pub strays: Vec<u32>,
    /// Strings that end with their first line, in order.
    pub culprits: Vec<u32>,
    /// Start and end of the broken keywords whose end depends on later lines, in order.
    pub cut_short: Vec<(u32, u32)>,
}

impl Repairs {
    pub fn is_empty(&self) -> bool {
        self.closers.is_empty()
            && self.substitutions.is_empty()
            && self.strays.is_empty()
            && self.culprits.is_empty()
            && self.cut_short.is_empty()
    }

    fn shift_back(&mut self, start: u32) {
        for closer in &mut self.closers {
            closer.at -= start;
            closer.opener -= start;
        }
        for substitution in &mut self.substitutions {
            substitution.closer -= start;
            substitution.opener -= start;
        }
        for at in self.strays.iter_mut().chain(&mut self.culprits) {
            *at -= start;
        }
        for (from, to) in &mut self.cut_short {
            *from -= start;
            *to -= start;
        }
    }
}

/// A closer that is missing at `at`, for the opener at `opener`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MissingCloser {
    pub at: u32,
    pub opener: u32,
    pub kind: SyntaxKind,
}

/// The closer at `closer` stands for the one that the opener at `opener` needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Substitution {
    pub closer: u32,
    pub opener: u32,
    pub kind: SyntaxKind,
}

/// A top-level form as a range of tokens.
#[derive(Debug)]
pub(crate) struct Form {
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    pub repairs: Option<Box<Repairs>>,
}

/// A top-level item.
pub(crate) enum Item {
    Form(Form),
    /// A closer that closes nothing, by its token.
    Stray(usize),
}

/// Splits the tokens of a file into its top-level items.
pub(crate) struct Splitter<'a> {
    source: &'a SourceText,
    tokens: &'a [Token],
    culprits: &'a [u32],
    cut_short: Vec<(u32, u32)>,
    /// For every strict opener, by its token, the token of its closer.
    partners: Partners,
    at: usize,
    extent: Extent,
    /// Where the repair of the last form began; lines are counted from there.
    place: Place,
}

/// Pairs of tokens, sorted by the first.
type Partners = Vec<(u32, u32)>;

impl<'a> Splitter<'a> {
    pub fn new(source: &'a SourceText, tokens: &'a [Token], culprits: &'a [u32]) -> Self {
        Splitter {
            source,
            tokens,
            culprits,
            cut_short: cut_short(tokens),
            partners: top_pairs(tokens),
            at: 0,
            extent: Extent::default(),
            place: Place::default(),
        }
    }

    fn start(&self, index: usize) -> u32 {
        index
            .checked_sub(1)
            .map_or(0, |before| self.tokens[before].end)
    }

    /// The form whose first token is `first`.
    fn form(&mut self, first: usize) -> Form {
        let tokens = self.tokens;
        let mut operand = first;
        let mut end;
        while tokens[operand].kind.is_prefix() {
            end = operand + 1;
            operand += 1;
            while tokens
                .get(operand)
                .is_some_and(|token| token.kind.is_trivia())
            {
                operand += 1;
            }
            if tokens
                .get(operand)
                .is_none_or(|token| token.kind.is_closer())
            {
                return self.finish(first, end, Repairs::default());
            }
        }
        if !tokens[operand].kind.is_opener() {
            return self.finish(first, operand + 1, Repairs::default());
        }
        match self
            .partners
            .binary_search_by_key(&(operand as u32), |&(opener, _)| opener)
        {
            Ok(found) => {
                end = self.partners[found].1 as usize + 1;
                self.finish(first, end, Repairs::default())
            }
            Err(_) => {
                let mut repairs = Repairs::default();
                end = self.repair(operand, &mut repairs);
                self.finish(first, end, repairs)
            }
        }
    }

    fn finish(&mut self, first: usize, end: usize, mut repairs: Repairs) -> Form {
        let (from, to) = (self.start(first), self.tokens[end - 1].end);
        if !self.culprits.is_empty() {
            let low = self.culprits.partition_point(|&at| at < from);
            let high = self.culprits.partition_point(|&at| at < to);
            repairs.culprits = self.culprits[low..high].to_vec();
        }
        if !self.cut_short.is_empty() {
            let low = self.cut_short.partition_point(|&(at, _)| at < from);
            let high = self.cut_short.partition_point(|&(at, _)| at < to);
            repairs.cut_short = self.cut_short[low..high].to_vec();
        }
        repairs.shift_back(from);
        self.at = end;
        Form {
            first,
            end,
            repairs: (!repairs.is_empty()).then(|| Box::new(repairs)),
        }
    }

    /// Repairs the form that opens at token `opener`; returns the end of its tokens.
    fn repair(&mut self, opener: usize, repairs: &mut Repairs) -> usize {
        let start = self.start(opener) as usize;
        self.place.advance(self.source.text(), start);
        if opener >= self.extent.end {
            self.extent = Extent::new(self.source, self.tokens, opener);
        }
        let missing = self.extent.missing_closers(opener);
        if missing > 0
            && let Some((closers, end)) = self.by_indentation(opener, missing as usize)
        {
            repairs.closers = closers;
            return end;
        }
        self.by_stack(opener, repairs)
    }

    fn missing_closer(&self, opener: usize, at: u32) -> MissingCloser {
        MissingCloser {
            at,
            opener: self.start(opener),
            kind: self.tokens[opener].kind,
        }
    }

    /// Closes what is open wherever a line starts left of it; `None` if that does not work out exactly.
    fn by_indentation(&self, form: usize, missing: usize) -> Option<(Vec<MissingCloser>, usize)> {
        let text = self.source.text();
        let mut place = self.place;
        let mut open: Vec<(usize, Place)> = Vec::new();
        let mut closers = Vec::new();
        let mut last = form;
        let mut last_line = usize::MAX;
        for index in form..self.extent.end {
            let token = self.tokens[index];
            if token.kind.is_trivia() {
                continue;
            }
            place.advance(text, self.start(index) as usize);
            let first_of_line = last_line != usize::MAX && place.line > last_line;
            if index > form && open.is_empty() {
                return None;
            }
            if first_of_line && !token.kind.is_closer() {
                while let [_, .., (opener, at)] = open[..]
                    && at.line < place.line
                    && at.column() >= place.column()
                {
                    closers.push(self.missing_closer(opener, self.tokens[last].end));
                    open.pop();
                }
            }
            if token.kind.is_opener() {
                open.push((index, place));
            } else if token.kind.is_closer() {
                let (opener, _) = open.pop()?;
                if class(self.tokens[opener].kind) != class(token.kind) {
                    return None;
                }
            }
            if closers.len() > missing {
                return None;
            }
            last = index;
            let mut end = place;
            end.advance(text, token.end as usize);
            last_line = end.line;
            place = end;
        }
        for &(opener, _) in open.iter().rev() {
            closers.push(self.missing_closer(opener, self.tokens[last].end));
        }
        (closers.len() == missing).then_some((closers, last + 1))
    }

    /// Decides at every closer of the wrong kind what it stands for.
    fn by_stack(&mut self, form: usize, repairs: &mut Repairs) -> usize {
        let mut open: Vec<Open> = Vec::new();
        let mut counts = [0usize; 3];
        let mut last = form;
        for index in form..self.extent.end {
            let kind = self.tokens[index].kind;
            if kind.is_trivia() {
                continue;
            }
            if kind.is_opener() {
                let below = open.last().map_or(0, |open| open.shape);
                let shape = self.extent.shapes.push(below, class(kind));
                counts[class(kind)] += 1;
                open.push(Open {
                    index,
                    shape,
                    below,
                });
            } else if kind.is_closer() {
                self.closer(index, last, &mut open, &mut counts, repairs);
                if open.is_empty() {
                    return index + 1;
                }
            }
            last = index;
        }
        for open in open.iter().rev() {
            repairs
                .closers
                .push(self.missing_closer(open.index, self.tokens[last].end));
        }
        last + 1
    }

    /// Handles the closer at `index`; `last` is the significant token before it.
    fn closer(
        &self,
        index: usize,
        last: usize,
        open: &mut Vec<Open>,
        counts: &mut [usize; 3],
        repairs: &mut Repairs,
    ) {
        let kind = self.tokens[index].kind;
        let wanted = class(kind);
        let class_of = |open: &Open| class(self.tokens[open.index].kind);
        let Some(&top) = open.last() else {
            return;
        };
        if class_of(&top) == wanted {
            open.pop();
            counts[wanted] -= 1;
            return;
        }
        let rest = self.extent.rest(index);
        let outer = match counts[wanted] {
            0 => None,
            _ => open
                .iter()
                .rev()
                .find(|open| class_of(open) == wanted)
                .copied(),
        };
        let substitute =
            rest == Some(top.below) && outer.is_none_or(|outer| rest != Some(outer.below));
        if substitute {
            repairs.substitutions.push(Substitution {
                closer: self.start(index),
                opener: self.start(top.index),
                kind: self.tokens[top.index].kind,
            });
            counts[class_of(&top)] -= 1;
            open.pop();
        } else if outer.is_some() {
            while let Some(inner) = open.pop() {
                counts[class_of(&inner)] -= 1;
                if class_of(&inner) == wanted {
                    break;
                }
                repairs
                    .closers
                    .push(self.missing_closer(inner.index, self.tokens[last].end));
            }
        } else {
            repairs.strays.push(self.start(index));
        }
    }
}

impl Iterator for Splitter<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while self.tokens.get(self.at)?.kind.is_trivia() {
            self.at += 1;
        }
        let first = self.at;
        if self.tokens[first].kind.is_closer() {
            self.at += 1;
            return Some(Item::Stray(first));
        }
        Some(Item::Form(self.form(first)))
    }
}

/// An open delimiter during stack repair: what is open with it, and without it.
#[derive(Clone, Copy)]
struct Open {
    index: usize,
    shape: u32,
    below: u32,
}

/// `(` and `)`, `[` and `]`, `{` or `#{` and `}`.
fn class(kind: SyntaxKind) -> usize {
    match kind {
        L_PAREN | R_PAREN => 0,
        L_BRACK | R_BRACK => 1,
        _ => 2,
    }
}

/// The broken keywords whose end depends on later lines.
fn cut_short(tokens: &[Token]) -> Vec<(u32, u32)> {
    let mut start = 0;
    let ranges = tokens.iter().filter_map(|token| {
        let from = std::mem::replace(&mut start, token.end);
        (token.flags & Token::CUT_SHORT != 0).then_some((from, token.end))
    });
    ranges.collect()
}

/// The outermost pairs of brackets that enclose only well-matched text, by their tokens. An unclosed opener has no
/// pair; the pairs inside it are listed.
fn top_pairs(tokens: &[Token]) -> Partners {
    let mut pairs: Partners = Vec::new();
    let mut open: Vec<(u32, u8)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let kind = token.kind;
        if kind.is_opener() {
            open.push((index as u32, class(kind) as u8));
        } else if kind.is_closer() {
            match open.pop() {
                Some((opener, wanted)) if usize::from(wanted) == class(kind) => {
                    while pairs.pop_if(|&mut (first, _)| first > opener).is_some() {}
                    pairs.push((opener, index as u32));
                }
                _ => open.clear(),
            }
        }
    }
    pairs
}

/// The stretch of a file in which a form is repaired.
#[derive(Default)]
struct Extent {
    first: usize,
    end: usize,
    /// Openers minus closers from each token to the end of the extent.
    balance: Vec<i32>,
    /// What must be open after each token so that the tokens after it close exactly that; `None` if nothing can be.
    rests: Vec<Option<u32>>,
    shapes: Shapes,
}

impl Extent {
    /// The extent of the form that opens at token `first`: up to the next `(` in column 1.
    fn new(source: &SourceText, tokens: &[Token], first: usize) -> Extent {
        let bytes = source.text().as_bytes();
        let boundary = |index: usize| {
            let start = tokens[index - 1].end as usize;
            tokens[index].kind == L_PAREN && matches!(bytes[start - 1], b'\n' | b'\r')
        };
        let end = (first + 1..tokens.len())
            .find(|&index| boundary(index))
            .unwrap_or(tokens.len());
        let mut extent = Extent {
            first,
            end,
            balance: vec![0; end - first + 1],
            rests: vec![None; end - first + 1],
            shapes: Shapes::default(),
        };
        extent.look_back(tokens);
        extent
    }

    fn look_back(&mut self, tokens: &[Token]) {
        let mut rest = Some(0);
        let mut balance = 0;
        for index in (self.first..self.end).rev() {
            self.rests[index - self.first] = rest;
            let kind = tokens[index].kind;
            if kind.is_closer() {
                balance -= 1;
                rest = rest.map(|rest| self.shapes.push(rest, class(kind)));
            } else if kind.is_opener() {
                balance += 1;
                rest = rest.and_then(|rest| self.shapes.pop(rest, class(kind)));
            }
            self.balance[index - self.first] = balance;
        }
    }

    fn missing_closers(&self, index: usize) -> i32 {
        self.balance[index - self.first]
    }

    /// The shape that the tokens after `index` close.
    fn rest(&self, index: usize) -> Option<u32> {
        self.rests[index - self.first]
    }
}

/// Stacks of brackets as numbers: equal numbers are equal stacks. 0 is the empty one.
#[derive(Default)]
struct Shapes {
    /// Of every stack but the empty one, what is below its top, and its top.
    tops: Vec<(u32, usize)>,
    known: FxHashMap<(u32, usize), u32>,
}

impl Shapes {
    fn push(&mut self, below: u32, class: usize) -> u32 {
        *self.known.entry((below, class)).or_insert_with(|| {
            self.tops.push((below, class));
            self.tops.len() as u32
        })
    }

    fn pop(&self, shape: u32, class: usize) -> Option<u32> {
        let &(below, top) = self.tops.get((shape as usize).checked_sub(1)?)?;
        (top == class).then_some(below)
    }
}

/// A place in a text: line, and where the line starts. Columns are counted when needed.
#[derive(Clone, Copy, Default)]
struct Place {
    line: usize,
    offset: usize,
    chars: usize,
}

impl Place {
    fn column(&self) -> usize {
        self.chars
    }

    /// Moves forward to `offset`.
    fn advance(&mut self, text: &str, offset: usize) {
        let passed = &text[self.offset..offset];
        let bytes = passed.as_bytes();
        let next = text.as_bytes().get(offset).copied();
        let mut line_start = None;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let follows = bytes.get(at + 1).copied().or(next);
            if bytes[at] == b'\n' || follows != Some(b'\n') {
                self.line += 1;
                line_start = Some(at + 1);
            }
        }
        match line_start {
            Some(start) => self.chars = passed[start..].chars().count(),
            None => self.chars += passed.chars().count(),
        }
        self.offset = offset;
    }
}
