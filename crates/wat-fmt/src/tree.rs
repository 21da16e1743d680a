//! One top-level form as a flat array of nodes in pre-order, normalised: explicit heads of prefixes are prefixes (F11),
//! comments stand before the prefix they followed (F12) and behind the closers they preceded (F54), a form under a
//! verbatim rune is one node (F57). What is left for the printer is a matter of columns.

use crate::forms::{self, CALL, Header, NESTED_SIGNATURE, Rule, Signature};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    List,
    Vector,
    Brace,
    Set,
    /// A prefix with its operand.
    Quote,
    Quasiquote,
    Unquote,
    Splice,
    Keyword,
    /// A symbol other than the three below.
    Symbol,
    /// `->`
    Arrow,
    /// `<-`
    Bind,
    /// `&`
    Rest,
    /// A string, number or boolean.
    Literal,
    Comment,
}

impl Kind {
    pub fn is_container(self) -> bool {
        self as u8 <= Kind::Set as u8
    }

    pub fn is_prefix(self) -> bool {
        (Kind::Quote as u8..=Kind::Splice as u8).contains(&(self as u8))
    }

    /// The opening delimiter or the prefix.
    pub fn opener(self) -> &'static str {
        match self {
            Kind::List => "(",
            Kind::Vector => "[",
            Kind::Brace => "{",
            Kind::Set => "#{",
            Kind::Quote => "'",
            Kind::Quasiquote => "`",
            Kind::Unquote => "~",
            Kind::Splice => "~@",
            _ => "",
        }
    }

    pub fn closer(self) -> &'static str {
        match self {
            Kind::List => ")",
            Kind::Vector => "]",
            Kind::Brace | Kind::Set => "}",
            _ => "",
        }
    }
}

/// How many blank lines stood before the node: none, one, or two and more.
pub(crate) const BLANKS: u16 = 3;
/// A comment behind an element on its line (F51).
pub(crate) const TRAILING: u16 = 1 << 2;
/// Must not be flat (F21).
pub(crate) const FORCED: u16 = 1 << 3;
/// Must not be flat for what it contains, not for its own kind.
pub(crate) const INNER: u16 = 1 << 4;
/// The first child is a head that the prefix stands for.
pub(crate) const SUGAR: u16 = 1 << 5;
/// Has a `<-` among its children.
pub(crate) const BINDERS: u16 = 1 << 6;
/// A brace of symbols: a pattern.
pub(crate) const PATTERN: u16 = 1 << 7;
/// The text between the ends is the flat layout.
pub(crate) const TIDY: u16 = 1 << 8;
/// Is copied; what is inside is unknown (F57).
pub(crate) const VERBATIM: u16 = 1 << 10;
/// Behind the keyword before it on one line, the reader would take both for one keyword.
pub(crate) const APART: u16 = 1 << 11;
/// There is a comment inside.
pub(crate) const COMMENTED: u16 = 1 << 9;

/// A form or a comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Its text in the source; of a container from opener to closer.
    pub start: u32,
    pub end: u32,
    /// The index after its last descendant.
    pub next: u32,
    /// Columns of the flat layout.
    pub width: u32,
    pub flags: u16,
    pub kind: Kind,
}

impl Node {
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    pub fn blanks(&self) -> usize {
        (self.flags & BLANKS) as usize
    }
}

/// The nodes of a form with the text they were read from.
pub(crate) struct Tree<'a> {
    pub text: &'a str,
    pub nodes: Vec<Node>,
}

impl Tree<'_> {
    pub fn text_of(&self, index: u32) -> &str {
        let node = &self.nodes[index as usize];
        &self.text[node.start as usize..node.end as usize]
    }

    pub fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    /// The index of the first child, a comment perhaps.
    pub fn first(&self, index: u32) -> u32 {
        index + 1 + u32::from(self.node(index).has(SUGAR))
    }

    /// The element at `index` or after it, up to `end`.
    pub fn element(&self, mut index: u32, end: u32) -> Option<u32> {
        while index < end && self.node(index).kind == Kind::Comment {
            index += 1;
        }
        (index < end).then_some(index)
    }

    /// The elements of a container.
    pub fn elements(&self, index: u32) -> Elements<'_> {
        Elements {
            tree: self,
            at: self.first(index),
            end: self.node(index).next,
        }
    }

    /// The rule of a list.
    pub fn rule(&self, index: u32) -> &'static Rule {
        let mut elements = self.elements(index);
        let Some(head) = elements.next() else {
            return &CALL;
        };
        if self.node(head).kind != Kind::Keyword {
            return &CALL;
        }
        let Some(rule) = forms::rule_of(self.text_of(head)) else {
            return &CALL;
        };
        if rule.signature == Signature::None {
            return rule;
        }
        match elements
            .next()
            .is_some_and(|second| self.node(second).kind == Kind::List)
        {
            true => &NESTED_SIGNATURE,
            false if rule.signature == Signature::Required => &CALL,
            false => rule,
        }
    }

    /// How many elements stand in the header of a list, and whether `[] -> :Type` may join them.
    pub fn header(&self, index: u32, rule: &Rule) -> (u32, bool) {
        let mut elements = self.elements(index);
        let mut take = |wanted: fn(&Self, u32) -> bool| {
            let mut ahead = elements.clone();
            let found = ahead.next().is_some_and(|element| wanted(self, element));
            if found {
                elements = ahead;
            }
            u32::from(found)
        };
        let mut count = take(|_, _| true);
        let name =
            |tree: &Self, element| !matches!(tree.node(element).kind, Kind::List | Kind::Vector);
        match rule.header {
            Header::Head | Header::Function => {}
            Header::Name => count += take(name),
            Header::Test => {
                count += take(name);
                count += take(|tree, element| tree.is_empty(element, Kind::List));
            }
            Header::Definition => {
                count += take(name);
                if take(|tree, element| tree.text_of(element) == ":restricted-to") == 1 {
                    count += 1 + take(|tree, element| tree.node(element).kind == Kind::Vector);
                }
            }
            Header::OneType => count += take(Self::is_type),
            Header::TwoTypes => {
                if take(|tree, element| tree.text_of(element).starts_with(":(")) == 1 {
                    count += 1;
                } else if take(Self::is_type) == 1 {
                    count += 1 + take(Self::is_type);
                }
            }
        }
        let inline = matches!(rule.header, Header::Function | Header::Definition)
            && take(|tree, element| tree.is_empty(element, Kind::Vector)) == 1
            && take(|tree, element| tree.node(element).kind == Kind::Arrow) == 1
            && take(|_, _| true) == 1;
        (count, inline)
    }

    fn is_empty(&self, index: u32, kind: Kind) -> bool {
        let node = self.node(index);
        node.kind == kind
            && node.next == index + 1
            && (!node.has(VERBATIM) || node.end - node.start == 2)
    }

    /// A keyword, or what will be one in the expansion of a template.
    fn is_type(&self, index: u32) -> bool {
        let kind = self.node(index).kind;
        kind == Kind::Keyword || kind.is_prefix()
    }

    /// True for a list that is broken because of its head (F21.3).
    pub fn is_vertical(&self, index: u32, count: u32) -> bool {
        let rule = self.rule(index);
        if !rule.vertical {
            return false;
        }
        let (header, inline) = self.header(index, rule);
        count > header + 3 * u32::from(inline)
    }

    /// The ordinal at which the keyword arguments of a call start (F28), if there are any.
    pub fn keyword_tail(&self, index: u32, spare: &mut Vec<u32>) -> Option<u32> {
        spare.clear();
        spare.extend(self.elements(index));
        let mut from = spare.len();
        while from > 2 && self.is_argument_name(spare[from - 2]) {
            from -= 2;
        }
        (from < spare.len()).then_some(from as u32)
    }

    /// A keyword of one segment without brackets and `/`.
    fn is_argument_name(&self, index: u32) -> bool {
        if self.node(index).kind != Kind::Keyword {
            return false;
        }
        let name = &self.text_of(index).as_bytes()[1..];
        let opens = |(at, &byte): (usize, &u8)| match byte {
            b':' | b'/' | b'(' => true,
            b'<' => {
                let before = at > 0
                    && (name[at - 1].is_ascii_alphanumeric() || b"_'!?".contains(&name[at - 1]));
                before && name.get(at + 1).is_some_and(|next| !b"-=<".contains(next))
            }
            _ => false,
        };
        !name.iter().enumerate().any(opens)
    }
}

/// Iterates over the elements of a container.
#[derive(Clone)]
pub(crate) struct Elements<'a> {
    tree: &'a Tree<'a>,
    at: u32,
    end: u32,
}

impl Iterator for Elements<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let element = self.tree.element(self.at, self.end)?;
        self.at = self.tree.node(element).next;
        Some(element)
    }
}
