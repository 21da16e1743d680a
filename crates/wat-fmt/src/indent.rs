//! The column of a line that is about to be typed.

use wat_syntax::{SourceText, SyntaxElement, SyntaxKind, SyntaxNode, TextSize, cut, form_tree};

use crate::build::Builder;
use crate::plan::{Place, Plan, Role};
use crate::token::Token;
use crate::tree::Tree;

/// The column, from 0, at which one more element would stand at `offset` on a line of its own (LS4); `None` inside a
/// string. Works in texts with errors. The text before `offset` is taken as it stands.
pub fn indent_at(source: &SourceText, offset: TextSize) -> Option<u32> {
    let offset = source.text().floor_char_boundary(offset.into()) as u32;
    let file = cut(source);
    let after = file
        .forms
        .partition_point(|form| u32::from(form.range.start()) < offset);
    let Some(form) = after.checked_sub(1).map(|before| &file.forms[before]) else {
        return Some(0);
    };
    let start = u32::from(form.range.start());
    let green = form_tree(&source.slice(form.range), &form.verdict);
    let tokens = open_tokens(&SyntaxNode::new_root(green), start, offset)?;
    let mut builder = Builder::new(source.text());
    let path = builder.open_path(&tokens, offset).ok()?;
    Some(column_in(&builder.tree, &path))
}

/// The tokens of a form before `offset`, with the closers that its tree lacks where something follows them. `None` if
/// the offset is inside a string.
fn open_tokens(form: &SyntaxNode, start: u32, offset: u32) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut missing: Vec<SyntaxKind> = Vec::new();
    for event in form.preorder_with_tokens() {
        match event {
            rowan::WalkEvent::Enter(SyntaxElement::Token(token)) => {
                let range = token.text_range() + TextSize::new(start);
                let (from, to) = (u32::from(range.start()), u32::from(range.end()));
                if from >= offset {
                    break;
                }
                if to > offset && token.kind() == SyntaxKind::STRING {
                    return None;
                }
                let is_stray =
                    token.kind() == SyntaxKind::ERROR && matches!(token.text(), ")" | "]" | "}");
                if !token.kind().is_trivia() && !is_stray {
                    let closers = missing.drain(..).map(|kind| Token {
                        kind,
                        start: from,
                        end: from,
                    });
                    tokens.extend(closers);
                }
                if !is_stray {
                    tokens.push(Token {
                        kind: token.kind(),
                        start: from,
                        end: to.min(offset),
                    });
                }
            }
            rowan::WalkEvent::Leave(SyntaxElement::Node(node)) => {
                missing.extend(missing_closer(&node))
            }
            _ => {}
        }
    }
    Some(tokens)
}

/// The closer that a node should have and has not.
fn missing_closer(node: &SyntaxNode) -> Option<SyntaxKind> {
    let closer = match node.kind() {
        SyntaxKind::LIST => SyntaxKind::R_PAREN,
        SyntaxKind::VECTOR => SyntaxKind::R_BRACK,
        SyntaxKind::BRACE | SyntaxKind::SET => SyntaxKind::R_BRACE,
        _ => return None,
    };
    let last = node.last_child_or_token().map(|last| last.kind());
    (last != Some(closer)).then_some(closer)
}

/// The column of the last element in the last container of `path`, each of which is within the one before.
fn column_in(tree: &Tree, path: &[u32]) -> u32 {
    let mut column = 0;
    let mut role = Role::Plain;
    let mut spare = Vec::new();
    for (depth, &index) in path.iter().enumerate() {
        let node = tree.node(index);
        if node.kind.is_prefix() {
            role = Role::Plain;
            continue;
        }
        let inner = path.get(depth + 1).copied();
        let mut plan = Plan::new(tree, index, role, place_of(tree, index), &mut spare);
        role = Role::Plain;
        let mut last = Place::First;
        // The element whose column is that of the pair.
        let mut key = None;
        for element in tree.elements(index) {
            let (place, own) = plan.step(tree, element, node.next, false);
            last = place;
            if inner == Some(element) {
                role = own;
                break;
            }
            if matches!(place, Place::First | Place::Line) {
                key = Some(element);
            }
        }
        column = match last {
            Place::First => plan.first,
            Place::Value | Place::ValueJoin => key.map_or(plan.key, |key| place_of(tree, key)) + 2,
            Place::Join | Place::Line => plan.body,
        };
    }
    column
}

/// The column at which a node stands in the source.
fn place_of(tree: &Tree, index: u32) -> u32 {
    let before = &tree.text[..tree.node(index).start as usize];
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    before[line..].chars().count() as u32
}
