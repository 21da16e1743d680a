//! A macro that gives back its argument changes neither code nor findings, wherever it stands; and the names that
//! macros introduce never meet those of their users.

use wat_analysis::{FileKind, RootDatabase, SourceText, file_definitions, function_ir, value_ir};

use crate::mutate::{Node, blocks, nodes, print};
use crate::support::{Random, all, database};

const CHAPTERS: &[&str] = &[
    include_str!("../../../../docs/reference/02-forms.md"),
    include_str!("../../../../docs/reference/03-types.md"),
    include_str!("../../../../docs/reference/04-core-library.md"),
    include_str!("../../../../docs/reference/05-kernel.md"),
];

const SAME: &str = "(:wat::core::defmacro :same::same [x <- :wat::WatAST] -> :wat::WatAST x)\n\
(:wat::core::defmacro :same::quoted [x <- :wat::WatAST] -> :wat::WatAST `~x)\n";

/// Codes and messages of the findings, without their places.
fn findings(db: &RootDatabase) -> Vec<String> {
    let words = |line: &String| {
        let mut words = line.split(' ');
        words.next().unwrap_or_default().to_owned()
    };
    let mut found: Vec<String> = all(db).iter().map(words).collect();
    found.sort();
    found
}

/// The code of everything that a text defines, as text; origins are not part of it.
fn code(db: &RootDatabase) -> Vec<String> {
    let Some(file) = db.file("main.wat") else {
        return Vec::new();
    };
    let mut code = Vec::new();
    for info in file_definitions(db, file) {
        if info.name.starts_with(":same::") {
            continue;
        }
        for found in [
            function_ir(db, file, &info.name),
            value_ir(db, file, &info.name),
        ] {
            code.extend(found.map(|ir| unnamed(&wat_ir::print(&ir))));
        }
    }
    code
}

/// Code without the names of its locals, which are for people.
fn unnamed(code: &str) -> String {
    let mut out = String::new();
    for line in code.lines() {
        match line.trim_start().strip_prefix("local ") {
            Some(local) => out.extend(local.split('"').step_by(2)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Wraps some of the expressions: bodies of functions, and operands of what certainly evaluates its operands.
fn wrap(node: &mut Node, random: &mut Random, wrapped: &mut usize) {
    let Node::Group(open, parts, _) = node else {
        return;
    };
    if open != "(" {
        return;
    }
    let Some(Node::Atom(head)) = parts.first() else {
        return;
    };
    let evaluates = head == ":wat::kernel::println"
        || head.starts_with(":wat::core::i64::")
        || head.starts_with(":wat::core::string::");
    let first = match &**head {
        ":wat::core::defn" => parts.len() - 1,
        _ if evaluates => 1,
        _ => return,
    };
    for part in &mut parts[first..] {
        wrap(part, random, wrapped);
        let is_expression = matches!(part, Node::Group(open, ..) if open == "(");
        if is_expression && random.below(2) == 0 {
            let name = [":same::same", ":same::quoted"][random.below(2)];
            let inner = std::mem::replace(part, Node::Atom(String::new()));
            let call = vec![Node::Atom(name.to_owned()), inner];
            *part = Node::Group("(".to_owned(), call, ')');
            *wrapped += 1;
        }
    }
}

#[test]
fn a_macro_that_gives_back_its_argument_changes_nothing() {
    let mut random = Random(1);
    let mut wrapped = 0;
    for text in CHAPTERS.iter().flat_map(|chapter| blocks(chapter)) {
        let mut program = nodes(&text);
        let plain = format!("{}{SAME}", print(&program));
        for node in &mut program {
            wrap(node, &mut random, &mut wrapped);
        }
        let other = format!("{}{SAME}", print(&program));
        let [before, after] = [&plain, &other].map(|text| database(&[("main.wat", text)]));
        assert_eq!(findings(&before), findings(&after), "{other}");
        assert_eq!(code(&before), code(&after), "{other}");
    }
    assert!(wrapped > 250, "{wrapped}");
}

const MACROS: &str = "\
(:wat::core::defmacro :m::bind [e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [t 1] (:wat::core::i64::+ ~e t)))
(:wat::core::defmacro :m::swap [e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [a ~e b a t b] (:wat::core::i64::- t ~e)))
(:wat::core::defmacro :m::call [e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [g (:wat::core::fn [t <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::* t ~e))] (g 2)))
(:wat::core::defmacro :m::case [e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::match (:wat::core::Some 3) ((:wat::core::Some x) (:wat::core::i64::+ x ~e)) (:wat::core::None ~e)))
(:wat::core::defmacro :m::under [n <- :wat::WatAST e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::let [~n 5 b 6] (:wat::core::i64::+ ~e b)))
(:wat::core::defmacro :m::twice [e <- :wat::WatAST] -> :wat::WatAST `(:m::bind (:m::swap ~e)))
";

/// Names that macros introduce too.
const NAMES: [&str; 6] = ["t", "a", "b", "g", "x", "e"];

/// An expression over the names in scope, written with the given spelling of names.
fn expression(
    random: &mut Random,
    depth: usize,
    scope: &mut Vec<usize>,
    spell: &[&str; 6],
) -> String {
    let name = scope[random.below(scope.len())];
    if depth == 0 {
        return spell[name].to_owned();
    }
    let part =
        |random: &mut Random, scope: &mut Vec<usize>| expression(random, depth - 1, scope, spell);
    let new = random.below(spell.len());
    match random.below(9) {
        0 => spell[name].to_owned(),
        1 => {
            let (left, right) = (part(random, scope), part(random, scope));
            format!("(:wat::core::i64::+ {left} {right})")
        }
        2 | 3 => {
            let value = part(random, scope);
            scope.push(new);
            let body = part(random, scope);
            scope.pop();
            format!("(:wat::core::let [{} {value}] {body})", spell[new])
        }
        4 => {
            scope.push(new);
            let body = part(random, scope);
            scope.pop();
            format!("(:m::under {} {body})", spell[new])
        }
        5 => format!("(:m::swap {})", part(random, scope)),
        6 => format!("(:m::call {})", part(random, scope)),
        7 => format!("(:m::case {})", part(random, scope)),
        _ => format!("(:m::twice {})", part(random, scope)),
    }
}

#[test]
fn names_of_users_and_of_macros_never_meet() {
    let apart = ["u0", "u1", "u2", "u3", "u4", "u5"];
    let mut db = RootDatabase::new();
    for seed in 0..400 {
        let text = |spell: &[&str; 6]| {
            let mut random = Random(seed);
            let body = expression(&mut random, 4, &mut vec![0], spell);
            format!(
                "{MACROS}(:wat::core::defn :m::f [{} <- :wat::core::i64] -> :wat::core::i64 {body})\n",
                spell[0]
            )
        };
        let mut told = |text: &str| {
            db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
            (findings(&db), code(&db))
        };
        let collides = text(&NAMES);
        let (found, written) = told(&collides);
        let (expected, renamed) = told(&text(&apart));
        assert_eq!(found, expected, "{collides}");
        assert_eq!(written, renamed, "{collides}");
        assert!(!written.is_empty());
    }
}
