//! Mutated programs: real ones, changed token by token and form by form. The tests and the fuzz target `check` share this.

use std::fmt::Write as _;

/// A form, read well enough to be cut.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Atom(String),
    /// What opens it, prefixes included, its parts, what closes it.
    Group(String, Vec<Node>, char),
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == ','
}

fn closer(open: &str) -> char {
    match open {
        "(" => ')',
        "[" => ']',
        _ => '}',
    }
}

/// Where a string that starts at `at` ends.
fn string_end(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

/// Where an atom that starts at `at` ends; keywords hold the parentheses of their types.
fn atom_end(chars: &[char], at: usize) -> usize {
    let mut end = at;
    let mut round = 0;
    while end < chars.len() && (round > 0 || !is_blank(chars[end])) {
        match chars[end] {
            '(' if end > at && chars[at] == ':' => round += 1,
            ')' if round > 0 => round -= 1,
            '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';' | '\n' => break,
            _ => {}
        }
        end += 1;
    }
    end.max(at + 1).min(chars.len())
}

/// Reads forms: strings, comments, brackets, atoms. What is open at the end is closed.
pub fn nodes(text: &str) -> Vec<Node> {
    let chars: Vec<char> = text.chars().collect();
    let mut stack: Vec<(String, Vec<Node>)> = vec![(String::new(), Vec::new())];
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let parts = |stack: &mut Vec<(String, Vec<Node>)>, node| {
            if let Some((_, parts)) = stack.last_mut() {
                parts.push(node);
            }
        };
        match chars[at] {
            ';' => at += chars[at..].iter().take_while(|c| **c != '\n').count(),
            '#' if chars.get(at + 1) == Some(&'{') => {
                stack.push(("#{".to_owned(), Vec::new()));
                at += 2;
            }
            open @ ('(' | '[' | '{') => {
                stack.push((open.to_string(), Vec::new()));
                at += 1;
            }
            close @ (')' | ']' | '}') => {
                at += 1;
                if stack.len() > 1
                    && let Some((open, inner)) = stack.pop()
                {
                    parts(&mut stack, Node::Group(open, inner, close));
                }
            }
            c if is_blank(c) => at += 1,
            c => {
                at = match c {
                    '"' => string_end(&chars, at),
                    _ => atom_end(&chars, at),
                };
                parts(&mut stack, Node::Atom(chars[start..at].iter().collect()));
            }
        }
    }
    while stack.len() > 1 {
        if let Some((open, inner)) = stack.pop()
            && let Some((_, parts)) = stack.last_mut()
        {
            let close = closer(&open);
            parts.push(Node::Group(open, inner, close));
        }
    }
    stack.pop().map(|(_, parts)| parts).unwrap_or_default()
}

/// The text of forms, each top-level form on a line of its own.
pub fn print(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        write_nodes(std::slice::from_ref(node), &mut out);
        out.push('\n');
    }
    out
}

fn write_nodes(nodes: &[Node], out: &mut String) {
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match node {
            Node::Atom(text) => out.push_str(text),
            Node::Group(open, parts, close) => {
                out.push_str(open);
                write_nodes(parts, out);
                out.push(*close);
            }
        }
    }
}

/// Decisions, taken from bytes; zero when they are used up.
pub struct Choices<'d>(pub &'d [u8]);

impl Choices<'_> {
    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let mut value = 0;
        for _ in 0..if limit > 256 { 2 } else { 1 } {
            let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
            value = (value << 8) | usize::from(*first);
            self.0 = rest;
        }
        value % limit.max(1)
    }
}

/// The blocks of a document whose info string starts with `wat`.
pub fn blocks(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in markdown.lines() {
        match &mut block {
            None if line.starts_with("```wat") => block = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => found.extend(block.take()),
            Some(text) => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    found
}

/// Programs to mutate, and all atoms that occur in them.
pub struct Corpus {
    programs: Vec<Vec<Node>>,
    atoms: Vec<String>,
}

impl Corpus {
    /// The corpus of these texts.
    pub fn of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Corpus {
        let programs: Vec<Vec<Node>> = texts.into_iter().map(|text| nodes(text.as_ref())).collect();
        let mut atoms = Vec::new();
        let mut work: Vec<&Node> = programs.iter().flatten().collect();
        while let Some(node) = work.pop() {
            match node {
                Node::Atom(atom) => atoms.push(atom.clone()),
                Node::Group(_, parts, _) => work.extend(parts),
            }
        }
        atoms.sort();
        atoms.dedup();
        Corpus { programs, atoms }
    }

    /// One of the programs.
    pub fn program(&self, choices: &mut Choices) -> Vec<Node> {
        let at = choices.below(self.programs.len());
        self.programs.get(at).cloned().unwrap_or_default()
    }

    /// A text: the program after one to four changes.
    pub fn mutated(&self, mut program: Vec<Node>, choices: &mut Choices) -> String {
        let letters = choices.below(4) == 0;
        for _ in 0..1 + choices.below(4) {
            self.mutate(&mut program, choices);
        }
        let text = print(&program);
        match letters {
            true => misspelled(&text, choices),
            false => text,
        }
    }

    fn random_node(&self, choices: &mut Choices) -> Node {
        if choices.below(2) == 0 {
            let at = choices.below(self.atoms.len());
            return Node::Atom(self.atoms.get(at).cloned().unwrap_or_default());
        }
        let mut program = self.program(choices);
        let parts = somewhere(&mut program, choices);
        let at = choices.below(parts.len());
        let node = parts.get(at).cloned();
        node.unwrap_or_else(|| Node::Group("(".to_owned(), Vec::new(), ')'))
    }

    fn mutate(&self, program: &mut Vec<Node>, choices: &mut Choices) {
        let parts = somewhere(program, choices);
        let len = parts.len();
        let at = choices.below(len.max(1));
        match choices.below(12) {
            0 if len > 0 => drop(parts.remove(at)),
            1 if len > 0 => {
                let copy = parts[at].clone();
                parts.insert(at, copy);
            }
            2 if len > 0 => {
                let other = choices.below(len);
                parts.swap(at, other);
            }
            3 if len > 0 => parts[at] = self.random_node(choices),
            4 => parts.insert(at.min(len), self.random_node(choices)),
            5 if len > 0 => {
                // The same form around a form, many times.
                let head = match self.random_node(choices) {
                    Node::Group(_, mut inner, _) if !inner.is_empty() => inner.swap_remove(0),
                    node => node,
                };
                for _ in 0..1 << choices.below(7) {
                    let inner = std::mem::replace(&mut parts[at], Node::Atom(String::new()));
                    parts[at] = Node::Group("(".to_owned(), vec![head.clone(), inner], ')');
                }
            }
            6 => {
                // Many more of the same.
                let node = parts.get(at).cloned();
                let node = node.unwrap_or_else(|| self.random_node(choices));
                for _ in 0..1 << choices.below(7) {
                    parts.insert(at.min(parts.len()), node.clone());
                }
            }
            7 if len > 0 => {
                if let Node::Group(open, _, close) = &mut parts[at] {
                    let other = ["(", "[", "{", "#{"][choices.below(4)];
                    (*open, *close) = (other.to_owned(), closer(other));
                }
            }
            8..=10 if len > 0 => {
                if let Node::Atom(text) = &mut parts[at] {
                    *text = respelled(text, choices);
                }
            }
            _ => program.extend(self.program(choices)),
        }
    }
}

/// The parts of a random group, possibly the outermost.
fn somewhere<'n>(parts: &'n mut Vec<Node>, choices: &mut Choices) -> &'n mut Vec<Node> {
    let groups: Vec<usize> = (0..parts.len())
        .filter(|&index| matches!(parts[index], Node::Group(..)))
        .collect();
    if groups.is_empty() || choices.below(5) == 0 {
        return parts;
    }
    match &mut parts[groups[choices.below(groups.len())]] {
        Node::Group(_, inner, _) => somewhere(inner, choices),
        Node::Atom(_) => unreachable!("only groups were chosen"),
    }
}

/// An atom as somebody might write it who is mistaken.
fn respelled(text: &str, choices: &mut Choices) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = choices.below(chars.len());
    let last = text.rsplit("::").next().unwrap_or(text).to_owned();
    match choices.below(14) {
        0 => chars[..at]
            .iter()
            .chain(&chars[(at + 1).min(chars.len())..])
            .collect(),
        1 => chars[..at]
            .iter()
            .chain(&chars[at.min(chars.len())..])
            .chain(['x'].iter())
            .collect(),
        2 if at + 1 < chars.len() => {
            let mut chars = chars;
            chars.swap(at, at + 1);
            chars.into_iter().collect()
        }
        3 => last,
        4 => format!(":{last}"),
        5 => text.trim_start_matches(':').to_owned(),
        6 => format!("\"{}\"", text.replace(['"', '\\'], "")),
        7 => format!("{text}<wat::core::i64>"),
        8 => text.replace("i64", "f64"),
        9 => text.replace("::", ":"),
        10 => text.replace("::", "/"),
        11 => format!("{text}.5"),
        12 => format!(":wat::core::Option<{}>", text.trim_start_matches(':')),
        _ => [
            "nil",
            "true",
            "_",
            "->",
            "<-",
            ":else",
            "'",
            "~",
            ":wat::core::nil",
            "1.",
            "#",
            "^",
            "?x",
            "&",
        ][choices.below(14)]
        .to_owned(),
    }
}

/// A text with a slip of the finger: a character more, less, or another one.
fn misspelled(text: &str, choices: &mut Choices) -> String {
    const SLIPS: [char; 20] = [
        '(', ')', '[', ']', '{', '}', '"', ':', '\'', '`', '~', '\\', ';', ',', ' ', '<', '>', '#',
        '-', '\u{a0}',
    ];
    let chars: Vec<char> = text.chars().collect();
    let at = (choices.below(256) * 256 + choices.below(256)) % chars.len().max(1);
    let slip = SLIPS[choices.below(SLIPS.len())];
    let (before, after) = chars.split_at(at.min(chars.len()));
    let skipped = after.get(1..).unwrap_or_default();
    match choices.below(3) {
        0 => before.iter().chain([&slip]).chain(after).collect(),
        1 => before.iter().chain(skipped).collect(),
        _ => before.iter().chain([&slip]).chain(skipped).collect(),
    }
}
