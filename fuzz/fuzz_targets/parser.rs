//! Reading: lossless, the same form by form as for the whole file, and every fix can be applied.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wat_syntax::{
    Applicability, SourceText, TextSize, apply_edits, canonical_bytes, cut, form_tree, lex, parse, print_ast, read_form, scan,
};

fuzz_target!(|data: &[u8]| {
    let source = SourceText::from_bytes(data.to_vec());
    let whole = parse(&source);
    assert_eq!(whole.syntax().text().to_string(), source.text());
    let scanned = scan(&source);
    assert_eq!(scanned.errors, whole.errors());
    assert_eq!(scanned.tokens, lex(&source));
    let pieces = cut(&source);
    let mut errors = pieces.errors.clone();
    let mut trees = Vec::new();
    for form in &pieces.forms {
        let text = source.slice(form.range);
        let read = read_form(&text, &form.verdict);
        let tree = form_tree(&text, &form.verdict);
        assert_eq!(u32::from(tree.text_len()), u32::from(form.range.len()));
        trees.extend(tree.children().map(|child| child.to_owned()));
        errors.extend(read.errors.iter().cloned().map(|error| error.shifted(form.range.start())));
        if !read.ast.is_empty() && read.errors.is_empty() && !read.ast.is_damaged() {
            round_trip(&read.ast);
        }
    }
    errors.sort_by_key(|error| (error.range.start(), error.code, error.range.end()));
    let mut expected = whole.errors().to_vec();
    expected.sort_by_key(|error| (error.range.start(), error.code, error.range.end()));
    assert_eq!(errors, expected);
    for error in whole.errors() {
        assert!(error.range.end() <= TextSize::of(source.text()));
        assert!(source.text().is_char_boundary(error.range.start().into()));
        for fix in &error.fixes {
            let fixed = apply_edits(source.text(), &fix.edits);
            if fix.applicability == Applicability::MachineApplicable {
                assert_ne!(fixed, source.text());
            }
        }
    }
});

fn round_trip(ast: &wat_syntax::Ast) {
    let text = SourceText::new(print_ast(ast, ast.root()));
    let again = cut(&text);
    assert_eq!(again.forms.len(), 1, "{}", text.text());
    let read = read_form(&text.slice(again.forms[0].range), &again.forms[0].verdict);
    assert_eq!(read.ast, *ast, "{}", text.text());
    assert_eq!(canonical_bytes(&read.ast, read.ast.root()), canonical_bytes(ast, ast.root()));
}
