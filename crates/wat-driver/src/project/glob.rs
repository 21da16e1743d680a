//! Globs over paths: `*` and `?` within a segment, `[a-z]` and `[!a-z]` for one character, `**` for any segments.

/// A pattern over paths with `/` between segments, relative to the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    segments: Vec<Segment>,
    /// The directory of the paths that are asked about, as the pattern sees it.
    within: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// `**`
    Any,
    One(Vec<Piece>),
}

/// What stands for characters of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Char(char),
    /// `?`
    Single,
    /// `*`
    Many,
    /// `[a-z]`, or `[!a-z]` if negated.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence about it.
    pub fn new(pattern: &str) -> Result<Glob, &'static str> {
        if pattern.starts_with('/') {
            return Err("is absolute, and paths are relative to the project");
        }
        let parts = pattern
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".");
        let segments: Vec<Segment> = parts.map(segment).collect::<Result<_, _>>()?;
        match segments.is_empty() {
            true => Err("matches nothing"),
            false => Ok(Glob {
                segments,
                within: Vec::new(),
            }),
        }
    }

    /// The same pattern, asked about paths relative to a directory below the one that it is relative to.
    #[must_use]
    pub fn seen_from(&self, inner: &str) -> Glob {
        let mut seen = self.clone();
        seen.within.extend(inner.split('/').map(str::to_owned));
        seen
    }

    /// True if the pattern matches the path.
    pub fn matches(&self, path: &str) -> bool {
        let parts = self.parts(path);
        self.reached(&parts)[parts.len()]
    }

    /// True if the pattern matches the path or a directory above it.
    pub fn covers(&self, path: &str) -> bool {
        self.reached(&self.parts(path))[1..].contains(&true)
    }

    /// The segments of a path as the pattern sees it.
    fn parts<'a>(&'a self, path: &'a str) -> Vec<&'a str> {
        let within = self.within.iter().map(String::as_str);
        within.chain(path.split('/')).collect()
    }

    /// For each number of leading parts whether the pattern matches them.
    fn reached(&self, parts: &[&str]) -> Vec<bool> {
        let mut reached = vec![false; parts.len() + 1];
        reached[0] = true;
        for segment in &self.segments {
            let mut next = vec![false; parts.len() + 1];
            for at in 0..=parts.len() {
                match segment {
                    Segment::Any => next[at] = reached[at] || at > 0 && next[at - 1],
                    Segment::One(pieces) if at > 0 => {
                        next[at] = reached[at - 1] && matches_segment(pieces, parts[at - 1]);
                    }
                    Segment::One(_) => {}
                }
            }
            reached = next;
        }
        reached
    }
}

fn segment(part: &str) -> Result<Segment, &'static str> {
    if part == "**" {
        return Ok(Segment::Any);
    }
    if part == ".." {
        return Err("leaves the project");
    }
    let mut pieces = Vec::new();
    let mut chars = part.chars().peekable();
    while let Some(char) = chars.next() {
        pieces.push(match char {
            '*' => Piece::Many,
            '?' => Piece::Single,
            '[' => {
                let negated = chars.next_if(|&next| next == '!' || next == '^').is_some();
                let mut ranges = Vec::new();
                loop {
                    let from = match chars.next() {
                        None => return Err("has a `[` without `]`"),
                        Some(']') if !ranges.is_empty() => break,
                        Some(from) => from,
                    };
                    let mut ahead = chars.clone();
                    let to = match (ahead.next(), ahead.next()) {
                        (Some('-'), Some(to)) if to != ']' => {
                            chars = ahead;
                            to
                        }
                        _ => from,
                    };
                    ranges.push((from, to));
                }
                Piece::Class { negated, ranges }
            }
            char => Piece::Char(char),
        });
    }
    Ok(Segment::One(pieces))
}

/// Matches greedily; only the last `*` is ever tried again, so that the work is at most the product of the lengths.
fn matches_segment(pieces: &[Piece], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut piece, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pieces.get(piece) {
            Some(Piece::Many) => {
                star = Some((piece, at));
                piece += 1;
            }
            Some(one) if one.takes(name[at]) => {
                piece += 1;
                at += 1;
            }
            _ => {
                let Some((from, until)) = star else {
                    return false;
                };
                star = Some((from, until + 1));
                (piece, at) = (from + 1, until + 1);
            }
        }
    }
    pieces[piece..].iter().all(|piece| *piece == Piece::Many)
}

impl Piece {
    fn takes(&self, char: char) -> bool {
        match self {
            Piece::Char(own) => *own == char,
            Piece::Single => true,
            Piece::Many => false,
            Piece::Class { negated, ranges } => {
                ranges
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&char))
                    != *negated
            }
        }
    }
}
