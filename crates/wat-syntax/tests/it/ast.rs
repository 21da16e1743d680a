//! Forms as data, the views over the tree, and unfinished input.

use wat_syntax::InputState::{Complete, Incomplete, Invalid};
use wat_syntax::{
    Ast, AstBuilder, File, FormSyntax, NodeId, NodeKind, SourceText, TextRange, cut, form_tree,
    input_state, parse, print_ast, read_form,
};

fn read(text: &str) -> FormSyntax {
    let source = SourceText::new(text);
    let form = &cut(&source).forms[0];
    read_form(&source.slice(form.range), &form.verdict)
}

fn range(from: u32, to: u32) -> TextRange {
    TextRange::new(from.into(), to.into())
}

#[test]
fn p21_equal_data_is_equal_whatever_its_notation() {
    for (a, b) in [
        ("(f 16 \"a\")", "( f , 0x10 ; c\n \"\\u0061\" )"),
        ("'x", "(:wat::core::quote x)"),
        ("(a b a)", "(a,b,a)"),
        ("1000", "1_000"),
        ("0.5", ".5"),
    ] {
        assert_eq!(read(a).ast, read(b).ast, "{a:?}");
    }
    for (a, b) in [
        ("0.0", "-0.0"),
        ("(a b)", "(b a)"),
        ("(a)", "[a]"),
        ("{a}", "#{a}"),
        ("1", "1.0"),
        ("(a (b))", "((a) b)"),
        (":a", "a"),
        ("\"a\"", "a"),
    ] {
        assert_ne!(read(a).ast, read(b).ast, "{a:?}");
    }
}

#[test]
fn nodes_are_in_pre_order_with_ranges() {
    let form = read("(f [x 'y] \"s\")");
    let ast = &form.ast;
    assert_eq!(ast.len(), 8);
    assert_eq!(
        ast.children(ast.root()).collect::<Vec<_>>(),
        [NodeId(1), NodeId(2), NodeId(7)]
    );
    assert_eq!(ast.child_count(NodeId(2)), 2);
    assert_eq!(ast.kind(NodeId(4)), NodeKind::List);
    assert_eq!(ast.as_keyword(NodeId(5)), Some(":wat::core::quote"));
    assert_eq!(form.spans.range(NodeId(5)), range(6, 7));
    assert_eq!(form.spans.range(NodeId(4)), range(6, 8));
    assert_eq!(ast.as_symbol(NodeId(1)), Some("f"));
    assert_eq!(ast.as_str(NodeId(7)), Some("s"));
    assert_eq!(ast.subtree_end(NodeId(2)), NodeId(7));
    assert_eq!(form.spans.node_at(ast, 4.into()), Some(NodeId(3)));
    assert_eq!(form.spans.node_at(ast, 7.into()), Some(NodeId(6)));
    assert_eq!(form.spans.node_at(ast, 0.into()), Some(NodeId(0)));
    assert_eq!(form.spans.node_at(ast, 99.into()), None);
    assert_eq!(
        read("(a b a \"a\" :a b)").ast.texts().collect::<Vec<_>>(),
        ["a", "b", ":a"]
    );
}

#[test]
fn r30_k34_poison() {
    let poisoned = |text: &str| -> Vec<u32> {
        let form = read(text);
        (0..form.ast.len() as u32)
            .filter(|&node| form.ast.is_poisoned(NodeId(node)))
            .collect()
    };
    assert_eq!(poisoned("(f @ (g))"), [0]);
    assert_eq!(poisoned("(f [x)"), [2]);
    assert_eq!(poisoned("(f (g 1N))"), [2]);
    assert_eq!(poisoned("(f ')"), [2]);
    assert_eq!(poisoned("(f (g ] x))"), [2]);
    assert_eq!(poisoned("(f :V<A, B> :a:b +5 x<-:T)"), [0u32; 0]);
    assert!(poisoned("(f :V<A x)").contains(&2));
    assert!(poisoned("(f :V<A>> x)").contains(&2));
    assert!(poisoned("(f :'x)").contains(&2));
}

#[test]
fn builders_make_what_the_reader_makes() {
    let mut builder = AstBuilder::new();
    builder.open(NodeKind::List, 0.into());
    let name = builder.text("f");
    builder.leaf(NodeKind::Symbol(name), range(1, 2));
    builder.leaf(NodeKind::Int(1), range(3, 4));
    builder.open(NodeKind::Vector, 5.into());
    builder.close(7.into());
    builder.close(8.into());
    let (ast, spans) = builder.finish();
    let form = read("(f 1 [])");
    assert_eq!((&ast, &spans), (&form.ast, &form.spans));
    assert_eq!(print_ast(&ast, ast.root()), "(f 1 [])");
    let empty: (Ast, _) = AstBuilder::new().finish();
    assert!(empty.0.is_empty());
}

#[test]
fn views_show_the_forms_of_a_file() {
    let tree = parse(&SourceText::new("(f x) [y] ; c\n 'z")).syntax();
    let file = File::cast(tree).expect("a file");
    let forms: Vec<String> = file
        .forms()
        .map(|form| form.syntax().text().to_string())
        .collect();
    assert_eq!(forms, ["(f x)", "[y]", "'z"]);
    let first = file.forms().next().expect("a form");
    assert_eq!(first.head().expect("a head").text(), "f");
    assert!(first.is_closed());
    let open = parse(&SourceText::new("(f (g)")).syntax();
    let form = File::cast(open)
        .and_then(|file| file.forms().next())
        .expect("a form");
    assert!(!form.is_closed());
}

#[test]
fn the_tree_of_a_form_is_a_file_with_that_form() {
    let source = SourceText::new("(f x)");
    let tree = form_tree(&source, &cut(&source).forms[0].verdict);
    assert_eq!(&tree, parse(&source).green());
}

#[test]
fn unfinished_input_asks_for_more() {
    for (text, state) in [
        ("", Complete),
        ("(f x)", Complete),
        ("(f x) ; c", Complete),
        ("007", Complete),
        ("(f", Incomplete),
        ("(f [x)", Invalid),
        ("(f))", Invalid),
        ("(f ] (", Invalid),
        ("\"abc", Incomplete),
        ("(f \"abc)\n", Incomplete),
        ("'", Incomplete),
        ("' ; c\n", Incomplete),
        ("(f ')", Invalid),
        ("(f ; )", Incomplete),
        ("1N", Invalid),
        ("(f :V<A, B>)", Invalid),
        ("(f :V<A,", Incomplete),
        ("\\(", Invalid),
    ] {
        assert_eq!(input_state(text), state, "{text:?}");
    }
}
