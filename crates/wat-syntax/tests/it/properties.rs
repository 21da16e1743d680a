//! What holds for every input.

use proptest::prelude::*;
use wat_syntax::{
    Applicability, SourceText, SyntaxError, SyntaxKind, TextSize, apply_edits, canonical_bytes,
    cut, form_tree, lex, parse, print_ast, read_cut, read_form, scan,
};

use crate::support::edits;

/// Everything that must hold for any source.
pub fn check(source: &SourceText) {
    let parse = parse(source);
    let scanned = scan(source);
    assert_eq!(scanned.errors, parse.errors());
    assert_eq!(scanned.tokens, lex(source));
    let root = parse.syntax();
    assert_eq!(
        root.text().to_string(),
        source.text(),
        "the tree is lossless"
    );
    leaves_are_tokens(source, &root);
    for error in parse.errors() {
        sound(source, error);
    }
    let order = |error: &SyntaxError| error.range.start();
    assert!(
        parse.errors().is_sorted_by_key(order),
        "{:?}",
        parse.errors()
    );
    forms_are_the_file(source, parse.errors(), &root);
}

fn leaves_are_tokens(source: &SourceText, root: &wat_syntax::SyntaxNode) {
    let leaves = root
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    let tokens = lex(source);
    let mut count = 0;
    for (leaf, token) in leaves.zip(&tokens) {
        count += 1;
        let stray = leaf.kind() == SyntaxKind::ERROR && token.kind.is_closer();
        assert!(leaf.kind() == token.kind || stray, "{leaf:?} {token:?}");
        assert_eq!(u32::from(leaf.text_range().len()), token.len);
    }
    assert_eq!(count, tokens.len());
}

fn sound(source: &SourceText, error: &SyntaxError) {
    let text = source.text();
    let inside = |range: wat_syntax::TextRange| {
        text.is_char_boundary(range.start().into()) && text.is_char_boundary(range.end().into())
    };
    assert!(inside(error.range), "{error:?}");
    assert!(
        error.labels.iter().all(|label| inside(label.range)),
        "{error:?}"
    );
    assert!(
        !error.message.is_empty() && !error.message.ends_with('.'),
        "{error:?}"
    );
    for fix in &error.fixes {
        assert!(fix.edits.iter().all(|edit| inside(edit.range)), "{error:?}");
        let disjoint = |pair: &[wat_syntax::TextEdit]| pair[0].range.end() <= pair[1].range.start();
        assert!(fix.edits.windows(2).all(disjoint), "{error:?}");
    }
}

/// Gaps and trees of forms are the tree of the file; errors between and inside forms are the errors of the file.
fn forms_are_the_file(source: &SourceText, errors: &[SyntaxError], root: &wat_syntax::SyntaxNode) {
    let cut = cut(source);
    let mut found = cut.errors.clone();
    let mut children = Vec::new();
    for form in &cut.forms {
        let part = source.slice(form.range);
        let read = read_form(&part, &form.verdict);
        assert_eq!(read_cut(&part, &form.verdict, &form.tokens), read);
        let start = form.range.start();
        found.extend(read.errors.iter().map(|error| error.clone().shifted(start)));
        let tree = form_tree(&part, &form.verdict);
        children.extend(tree.children().map(|child| child.to_owned()));
        spans_are_nested(&read, part.len());
        round_trip(&read);
    }
    found.sort_by_key(|error| {
        (
            error.range.start(),
            error.severity,
            error.code,
            error.range.end(),
        )
    });
    let short = |errors: &[SyntaxError]| -> Vec<String> {
        errors
            .iter()
            .map(|error| format!("{} {:?}", error.code, error.range))
            .collect()
    };
    assert_eq!(short(&found), short(errors));
    assert_eq!(found, errors);
    let stray = |element: &rowan::NodeOrToken<&rowan::GreenNodeData, &rowan::GreenTokenData>,
                 at: TextSize| {
        !cut.forms.iter().any(|form| form.range.start() == at) && element.as_token().is_some()
    };
    let mut at = TextSize::new(0);
    let mut whole = Vec::new();
    for child in root.green().children() {
        if !stray(&child, at) {
            whole.push(child.to_owned());
        }
        at += child.text_len();
    }
    assert_eq!(children, whole);
}

fn spans_are_nested(read: &wat_syntax::FormSyntax, len: usize) {
    let ast = &read.ast;
    assert!(!ast.is_empty());
    let root = read.spans.range(ast.root());
    assert!(usize::from(root.end()) <= len);
    for id in 0..ast.len() as u32 {
        let node = wat_syntax::NodeId(id);
        for child in ast.children(node) {
            assert!(
                read.spans
                    .range(node)
                    .contains_range(read.spans.range(child))
            );
        }
    }
}

/// S4, and equal bytes for equal forms.
fn round_trip(read: &wat_syntax::FormSyntax) {
    if read.ast.has_errors(read.ast.root()) {
        return;
    }
    let printed = print_ast(&read.ast, read.ast.root());
    let source = SourceText::new(printed.as_str());
    let again = cut(&source);
    assert!(again.errors.is_empty(), "{printed}");
    assert_eq!(again.forms.len(), 1, "{printed}");
    let again = read_form(&source, &again.forms[0].verdict);
    assert!(
        again.errors.iter().all(|error| error.code.0 >= 1900),
        "{printed}: {:?}",
        again.errors
    );
    assert_eq!(again.ast, read.ast, "{printed}");
    let root = read.ast.root();
    assert_eq!(
        canonical_bytes(&again.ast, root),
        canonical_bytes(&read.ast, root)
    );
    assert!(canonical_bytes(&read.ast, root).is_some());
}

/// Applying all machine-applicable fixes makes those diagnostics go away, and brings none of the same code back at the
/// same place.
pub fn fixes_help(text: &str) {
    let machine = |error: &SyntaxError| {
        error
            .fixes
            .first()
            .is_some_and(|fix| fix.applicability == Applicability::MachineApplicable)
    };
    let before = parse(&SourceText::new(text)).errors().to_vec();
    let edits = edits(&before, machine);
    for pair in edits.windows(2) {
        assert!(
            pair[0].range.end() <= pair[1].range.start(),
            "{text:?}: {pair:?}"
        );
    }
    let after = apply_edits(text, &edits);
    let left = parse(&SourceText::new(after.as_str())).errors().to_vec();
    for error in before.iter().filter(|error| machine(error)) {
        let same_place = moved(&edits, error.range.start());
        let again = left.iter().find(|other| {
            other.code == error.code && machine(other) && other.range.start() == same_place
        });
        assert!(again.is_none(), "{text:?} to {after:?}: {again:?}");
    }
}

/// Where an offset is after the edits.
fn moved(edits: &[wat_syntax::TextEdit], offset: TextSize) -> TextSize {
    let mut moved = offset;
    for edit in edits.iter().take_while(|edit| edit.range.start() < offset) {
        moved = moved + TextSize::of(&*edit.insert) - edit.range.len().min(moved);
    }
    moved
}

/// Text from the pieces that the reader looks at.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "(", ")", "[", "]", "{", "}", "#{", "'", "`", "~", "~@", "\"", "\"s\"", "\\", "\\\"", ";",
        "; c\n", "\n", "\r\n", "\r", " ", "  ", "\t", ",", ", ", ":", "::", ":a", ":a::b", ":V<",
        ":V<A, B>", ":Fn(", ")->", "->", "<-", "<", ">", ">>", " <- ", "x", "x <- :T", "nil",
        "true", "1", "007", "+5", ".5", "1.", "1N", "0xff", "1e400", "-", "&", "@", "^", "|", "#",
        "#_", "λ", "\u{a0}", "\u{202e}", "\u{1}", "\u{1a}", "\u{feff}", "#!", "\\n", "\\u{41}",
        "\\q", "Fn", "A", ",B", "(A,B)", "\n(", "\n  (", "\n    [",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

const PROGRAM: &str = "(:wat::core::defn :demo::area\n  [w <- :wat::core::HashMap<wat::core::String,V<A>>\n   f <- \
                       :wat::core::Fn(A,B)->C]\n  -> :wat::core::i64\n  `(:wat::core::i64::* ~w ~@h \"a\\n(b\")) ; c\n\n\
                       (:wat::core::def :a::b {:k 1.5 :l #{-1 0x_ff}})\n\n'(f [x \"two\nlines\"] ())\n";

/// A program with a few edits.
fn mutants() -> impl Strategy<Value = String> {
    let inserted = prop::sample::select(vec![
        "", "", "", "(", ")", "[", "]", "{", "}", "\"", " ", "\n", ",", ":", "<", ">", "'", ";",
        "\\",
    ]);
    let edit = (0..PROGRAM.len(), 0usize..4, inserted);
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut text = PROGRAM.to_owned();
        for (at, len, inserted) in edits {
            let at = at.min(text.len());
            let end = (at + len).min(text.len());
            text.replace_range(at..end, inserted);
        }
        text
    })
}

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(1500),
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_read(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let source = SourceText::from_bytes(bytes.clone());
        assert_eq!(source.to_bytes(), bytes);
        check(&source);
    }

    #[test]
    fn any_text_of_pieces_reads(text in pieces()) {
        check(&SourceText::new(text.as_str()));
        fixes_help(&text);
    }

    #[test]
    fn any_mutant_reads(text in mutants()) {
        check(&SourceText::new(text.as_str()));
        fixes_help(&text);
    }

    #[test]
    fn input_states_never_panic(text in pieces()) {
        let _ = wat_syntax::input_state(&text);
        let _ = wat_syntax::parse_type_keyword(&text);
    }
}

#[test]
fn the_program_without_edits_is_sound() {
    assert_eq!(crate::support::codes(PROGRAM), [0u16; 0]);
    check(&SourceText::new(PROGRAM));
}

#[test]
fn the_fix_of_a_form_is_the_same_alone() {
    for text in [
        "):wat::core::def :a:(:b 1)",
        ":a:(f)",
        ":a: (f)",
        "(f :a:",
        ":a:",
    ] {
        check(&SourceText::new(text));
        fixes_help(text);
    }
}

#[test]
fn a_keyword_that_breaks_beyond_its_form_reads_the_same_alone() {
    check(&SourceText::new("(f :Fn(a,b\n)-> (:c\n (d"));
    check(&SourceText::new("(f :Fn(a,b\n)->  (:wat::o\n    (:)\n"));
}
