//! Jumps to a branch on what they bring.

use wat_ir::{Exit, Graph, parse};

/// How a node ends and where it leads; every edge leads on, and a target of a branch has no other predecessor.
fn threaded(body: &str) -> Vec<String> {
    let text = format!(
        "fn :f types=0 captures=0 params=1 at=0 -> i64 {{
           local %0 \"n\" i64 local %1 \"\" bool local %2 \"\" bool local %3 \"text\" str local %4 \"\" bool
           local %5 \"k\" i64
           {body}
         }}"
    );
    let functions = parse(&text).unwrap_or_else(|error| panic!("{error:?}"));
    let graph = Graph::new(&functions[0]).unwrap().threaded();
    let mut sources = vec![0; graph.nodes.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        for target in node.exit.targets() {
            assert!(target.0 as usize > index);
            sources[target.0 as usize] += 1;
        }
    }
    let branches = graph.nodes.iter().flat_map(|node| match &node.exit {
        Exit::If { .. } | Exit::Switch { .. } => node.exit.targets(),
        _ => Vec::new(),
    });
    branches.for_each(|target| assert_eq!(sources[target.0 as usize], 1));
    let nodes = graph.nodes.iter().map(|node| match &node.exit {
        Exit::Return(value) => format!("return {value:?}"),
        Exit::If {
            cond,
            then,
            otherwise,
        } => format!("if {cond:?} {} {}", then.0, otherwise.0),
        Exit::Goto { to, assigns } => format!("to {} with {}", to.0, assigns.len()),
        other => format!("{other:?}"),
    });
    nodes.collect()
}

const COMPARE: &str = "%1 @0 = native :wat::core::__internal/lt [i64] (%0, 2)";
const OTHER: &str = "%4 @0 = native :wat::core::__internal/eq [i64] (%0, 7)";

#[test]
fn a_constant_knows_its_way_and_a_local_branches_itself() {
    let found = threaded(&format!(
        "{COMPARE}
         %2 @1 = block {{ if %1 {{ yield true }} else {{ {OTHER} yield %4 }} }}
         if %2 {{ yield 1 }} else {{ yield 2 }}"
    ));
    expect_test::expect![[r#"
        if Local(Local(1)) 1 2
        to 4 with 0
        if Local(Local(4)) 3 5
        to 4 with 0
        return Const(I64(1))
        to 6 with 0
        return Const(I64(2))"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn an_answer_that_is_read_again_is_brought() {
    let found = threaded(&format!(
        "{COMPARE}
         %2 @1 = block {{ if %1 {{ yield true }} else {{ {OTHER} yield %4 }} }}
         if %2 {{ %5 @1 = use 1 yield %5 }} else {{
           %3 @2 = native :wat::core::show [bool] (%2) yield 2 }}"
    ));
    assert_eq!(found[1..3], ["to 3 with 1", "to 3 with 1"]);
}

#[test]
fn a_branch_leaves_no_scope_of_what_is_released() {
    let found = |name: &str, ty: &str| {
        threaded(&format!(
            "%2 @1 = block {{ {name} @1 = use {ty} {COMPARE} yield %1 }}
             if %2 {{ yield 1 }} else {{ yield 2 }}"
        ))
    };
    assert_eq!(found("%5", "3")[0], "if Local(Local(1)) 1 3");
    assert_eq!(found("%3", "\"a\"")[0], "to 1 with 1");
}
