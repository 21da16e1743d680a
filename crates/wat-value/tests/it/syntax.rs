//! Syntax trees: equality, printing, conversion, depth.

use wat_syntax::{AstBuilder, NodeKind, SourceText, Verdict};
use wat_value::syntax::{Origin, Scope, Scopes, Syntax, write_forms};

fn read(text: &str) -> Syntax {
    let form = wat_syntax::read_form(&SourceText::new(text), &Verdict::default());
    Syntax::of_form(&form.ast)
}

#[test]
fn a_tree_prints_as_the_form_that_it_was_read_from() {
    for text in [
        "(:a 1 -2.5 true \"s\\n\" x)",
        "[1 [2 {:k v} #{3}] ()]",
        "'`(:f ~x ~@[y z])",
        "(:wat::core::quote a b)",
    ] {
        assert_eq!(write_forms(&read(text)), text);
        let (ast, _) = read(text).to_ast();
        assert_eq!(wat_syntax::print_ast(&ast, ast.root()), text);
    }
}

#[test]
fn equality_sees_scopes_and_no_origins() {
    let scope = |index| Scopes::default().with(Scope { unit: 1, index });
    let plain = Syntax::symbol("x");
    assert_eq!(plain, plain.with_origin(Origin(7)));
    assert_ne!(plain, Syntax::symbol_in("x", scope(0)));
    assert_ne!(
        Syntax::symbol_in("x", scope(0)),
        Syntax::symbol_in("x", scope(1))
    );
    assert_eq!(
        Syntax::symbol_in("x", scope(0).with(Scope { unit: 1, index: 5 })),
        Syntax::symbol_in(
            "x",
            Scopes::default()
                .with(Scope { unit: 1, index: 5 })
                .with(Scope { unit: 1, index: 0 })
        )
    );
    assert_ne!(read("(a b)"), read("[a b]"));
    assert_ne!(read("(a b)"), read("(a)"));
}

#[test]
fn a_form_keeps_symbols_of_other_scopes_apart() {
    let marked = Syntax::symbol_in("x", Scopes::default().with(Scope { unit: 0, index: 3 }));
    let tree = Syntax::list(vec![
        Syntax::symbol("x"),
        marked.clone(),
        marked,
        Syntax::symbol("x"),
    ]);
    let (ast, _) = tree.to_ast();
    let kinds: Vec<NodeKind> = ast
        .children(ast.root())
        .map(|node| ast.kind(node))
        .collect();
    assert_eq!(kinds[0], kinds[3]);
    assert_eq!(kinds[1], kinds[2]);
    assert_ne!(kinds[0], kinds[1]);
    assert!(
        ast.children(ast.root())
            .all(|node| ast.as_symbol(node) == Some("x"))
    );
}

#[test]
fn texts_kept_apart_survive_the_growth_of_the_table() {
    let mut builder = AstBuilder::new();
    let apart = builder.text_apart("n7", b"m");
    let ids: Vec<_> = (0..200).map(|n| builder.text(&format!("n{n}"))).collect();
    assert_ne!(ids[7], apart);
    assert_eq!(builder.text("n7"), ids[7]);
    assert_eq!(builder.text_apart("n7", b"m"), apart);
}

#[test]
fn depth_costs_no_stack() {
    let mut deep = Syntax::int(1);
    let mut twin = Syntax::int(1);
    for _ in 0..300_000 {
        deep = Syntax::list(vec![deep]);
        twin = Syntax::list(vec![twin]);
    }
    assert_eq!(deep, twin);
    assert_eq!(write_forms(&deep).len(), 600_001);
    assert_eq!(deep.size_up_to(1_000_000), 300_001);
    assert_eq!(deep.size_up_to(1000), 1000);
    assert_eq!(deep.to_ast().0.len(), 300_001);
}
