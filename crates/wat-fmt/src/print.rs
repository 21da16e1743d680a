//! Nodes to text: the algorithm of 11.4 with a stack of its own.

use std::ops::Range;

use crate::plan::{Place, Plan, Role, is_broken_as};
use crate::tree::*;

/// The line limit (F6).
pub(crate) const LIMIT: u32 = 120;

/// A broken container whose children are being written.
struct Frame {
    node: u32,
    /// The next child.
    at: u32,
    end: u32,
    /// Closers that follow directly behind the container's own.
    closers: u32,
    plan: Plan,
}

/// The place between two elements, or between an element and a delimiter.
struct Gap {
    /// Where comments on their own line start.
    column: u32,
    /// Within a group or pair.
    inside: bool,
    after_header: bool,
    after_opener: bool,
}

/// Writes forms and comments.
pub(crate) struct Printer {
    pub out: String,
    column: u32,
    stack: Vec<Frame>,
    flat: Vec<(u32, &'static str)>,
    spare: Vec<u32>,
    /// Children placed and nodes written flat.
    pub steps: u64,
}

impl Printer {
    pub fn new(capacity: usize) -> Self {
        Printer {
            out: String::with_capacity(capacity),
            column: 0,
            stack: Vec::new(),
            flat: Vec::new(),
            spare: Vec::new(),
            steps: 0,
        }
    }

    /// Writes the form `root` at the start of a line.
    pub fn form(&mut self, tree: &Tree, root: u32) {
        self.column = 0;
        self.layout(tree, root, Role::Plain, 0);
        while let Some(frame) = self.stack.pop() {
            self.child(tree, frame);
        }
    }

    /// Makes room for what the rest of the source will need if it grows as what was `read` of its `whole` bytes did.
    ///
    /// Deep nesting is written with many times the bytes it was read from. Doubling would copy it often and take up to
    /// twice the memory that the output needs, and pages that nobody touched before cost more than what is written to
    /// them. Room is added by a quarter at least, so that all copying together stays linear; and, beyond some
    /// megabytes, to four times what is written at most, so that one odd form does not decide for a long file.
    pub fn expect(&mut self, read: usize, whole: usize) {
        const CERTAIN: usize = 32 << 20;
        let (written, room) = (self.out.len(), self.out.capacity());
        let projected = (written as u128 * whole as u128 / read.max(1) as u128) as usize;
        if projected <= room {
            return;
        }
        let wanted = (projected + projected / 16).min(CERTAIN.max(4 * written));
        self.out
            .reserve_exact(wanted.max(room + room / 4) - written);
    }

    /// Writes a comment without the blanks behind it.
    pub fn comment(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len() as u32;
    }

    /// Writes a token or a copied form, in which lines may end.
    fn put_lines(&mut self, text: &str) {
        self.out.push_str(text);
        let last = text.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        self.column = text[last..].chars().count() as u32 + if last == 0 { self.column } else { 0 };
    }

    fn new_line(&mut self, column: u32, blank: bool) {
        const BLANKS: &str = "                                                                ";
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        let mut left = column as usize;
        while left > 0 {
            let some = left.min(BLANKS.len());
            self.out.push_str(&BLANKS[..some]);
            left -= some;
        }
        self.column = column;
    }

    /// Writes an element that `closers` follow. A container that has to be broken is left on the stack.
    fn layout(&mut self, tree: &Tree, mut index: u32, mut role: Role, closers: u32) {
        loop {
            let node = tree.node(index);
            if self.is_flat(tree, index, role, self.column + closers) {
                return self.flat(tree, index);
            }
            if node.has(VERBATIM) {
                return self.put_lines(tree.text_of(index));
            }
            if node.kind.is_prefix() {
                self.put(node.kind.opener());
                index = tree.first(index);
                role = Role::Plain;
                continue;
            }
            if !node.kind.is_container() {
                return self.put_lines(tree.text_of(index));
            }
            let plan = Plan::new(tree, index, role, self.column, &mut self.spare);
            self.put(node.kind.opener());
            self.stack.push(Frame {
                node: index,
                at: tree.first(index),
                end: node.next,
                closers,
                plan,
            });
            return;
        }
    }

    /// Whether an element is flat with this many columns around it (F20).
    fn is_flat(&self, tree: &Tree, index: u32, role: Role, around: u32) -> bool {
        let node = tree.node(index);
        if role == Role::Parameters && !node.has(INNER) {
            return true;
        }
        !node.has(FORCED) && around + node.width <= LIMIT && !is_broken_as(tree, index, role)
    }

    /// Writes the next child of a broken container with its comments, or the closer.
    fn child(&mut self, tree: &Tree, mut frame: Frame) {
        self.steps += 1;
        let comments = frame.at;
        let Some(element) = tree.element(frame.at, frame.end) else {
            return self.end(tree, &frame);
        };
        let commented = element > comments;
        let next = tree.node(element).next;
        let closers = if next == frame.end {
            frame.closers + 1
        } else {
            0
        };
        if !commented && frame.plan.asks_inline() && self.fits_inline(tree, &frame, element) {
            frame.plan.inline();
        }
        let after_header = frame.plan.is_header();
        let (place, role) = frame.plan.step(tree, element, frame.end, commented);
        let inside = matches!(place, Place::Join | Place::Value | Place::ValueJoin);
        let column = match place {
            Place::First => frame.plan.first,
            Place::Value | Place::ValueJoin => frame.plan.key + 2,
            Place::Join | Place::Line => frame.plan.body,
        };
        let behind = match place {
            Place::First | Place::Join | Place::ValueJoin => !commented,
            Place::Value => {
                !commented && self.is_flat(tree, element, role, self.column + 1 + closers)
            }
            Place::Line => false,
        };
        let behind = behind && !tree.node(element).has(APART);
        if commented {
            let gap = Gap {
                column,
                inside,
                after_header,
                after_opener: place == Place::First,
            };
            self.comments(tree, comments..element, gap);
        }
        let own_line_above = commented && !tree.node(element - 1).has(TRAILING);
        if !behind {
            let keeps = !inside && (!after_header || own_line_above);
            self.new_line(column, keeps && tree.node(element).blanks() > 0);
        } else if place != Place::First {
            self.put(" ");
        }
        if !inside {
            frame.plan.key = self.column;
        }
        frame.at = next;
        self.stack.push(frame);
        self.layout(tree, element, role, closers);
    }

    /// Writes the comments of a gap. The first may stand behind the last element or the opener.
    fn comments(&mut self, tree: &Tree, range: Range<u32>, gap: Gap) {
        let mut drops = gap.inside || gap.after_header;
        let mut behind = gap.after_opener;
        for index in range {
            self.steps += 1;
            let node = tree.node(index);
            if node.has(TRAILING) {
                self.out.push_str("  ");
            } else {
                if !behind {
                    self.new_line(gap.column, !drops && node.blanks() > 0);
                }
                drops = gap.inside;
            }
            behind = false;
            self.comment(tree.text_of(index));
        }
    }

    /// Writes the comments after the last element, and the closer (F55).
    fn end(&mut self, tree: &Tree, frame: &Frame) {
        let closer = tree.node(frame.node).kind.closer();
        if frame.at < frame.end {
            let plan = &frame.plan;
            let after_opener = plan.count == 0;
            let column = if after_opener { plan.first } else { plan.body };
            let gap = Gap {
                column,
                inside: false,
                after_header: plan.is_header(),
                after_opener,
            };
            self.comments(tree, frame.at..frame.end, gap);
            self.new_line(column, false);
        }
        self.put(closer);
    }

    /// Whether `[] -> :Type`, of which `vector` is the first, stays on the line of the header.
    fn fits_inline(&self, tree: &Tree, frame: &Frame, vector: u32) -> bool {
        let arrow = tree.node(vector).next;
        let kind = arrow + 1;
        if arrow >= frame.end || kind >= frame.end || tree.node(arrow).kind != Kind::Arrow {
            return false;
        }
        let node = tree.node(kind);
        let closers = if node.next == frame.end {
            frame.closers + 1
        } else {
            0
        };
        let width = " [] -> ".len() as u32 + node.width;
        node.kind != Kind::Comment && !node.has(FORCED) && self.column + width + closers <= LIMIT
    }

    fn flat(&mut self, tree: &Tree, root: u32) {
        let root_node = tree.node(root);
        self.column += root_node.width;
        if root_node.has(TIDY) {
            self.steps += 1;
            self.out.push_str(tree.text_of(root));
            return;
        }
        let mut index = root;
        let mut space = false;
        loop {
            while let Some(&(end, closer)) = self.flat.last() {
                if end != index {
                    break;
                }
                self.out.push_str(closer);
                self.flat.pop();
                space = true;
            }
            if index == root_node.next {
                return;
            }
            self.steps += 1;
            let node = tree.node(index);
            if space {
                self.out.push(' ');
            }
            space = node.has(TIDY);
            if space {
                self.out.push_str(tree.text_of(index));
                index = node.next;
                continue;
            }
            self.out.push_str(node.kind.opener());
            if node.kind.is_container() {
                self.flat.push((node.next, node.kind.closer()));
            }
            index = tree.first(index);
        }
    }
}
