//! Idioms: what is told, what is left alone, and what fixes make of it.
//!
//! Programs are written short: `c.` is `:wat::core::`, `C.` the same inside a type. A case is the body of a function of
//! some parameters.

use wat_analysis::{Applicability, Diagnostic, Severity, file_diagnostics, file_lints};

use crate::fixes::apply;
use crate::support::{database, lints};

const TYPES: &str = "(c.struct :d::P (name c.String) (age c.i64) (kids c.Vector<d::P>))
(c.enum :d::Color :Red :Green :Blue)
(c.enum :d::List :End (Cons (head c.i64) (tail :d::List)))
(c.defn :d::next [n <- c.i64] -> c.i64 \"Next.\" (c.i64::+ n 1))
(c.defmacro :d::twice [x <- :wat::WatAST] -> :wat::WatAST \"Twice.\" `(c.i64::+ ~x ~x))
(c.defmacro :d::pick [x <- :wat::WatAST] -> :wat::WatAST \"A choice.\" `(c.if ~x true false))
";

const PARAMS: &str = "n <- c.i64 m <- c.i64 b <- c.bool s <- c.String t <- c.String x <- c.f64 y <- c.f64 \
    k <- c.keyword p <- :d::P o <- c.Option<C.i64> r <- c.Result<C.i64,C.String> xs <- c.Vector<C.i64> color <- :d::Color";

fn spelled(text: &str) -> String {
    let mut text = text.to_owned();
    for before in [" ", "(", "[", "\n", "~", "`"] {
        text = text.replace(&format!("{before}c."), &format!("{before}:wat::core::"));
    }
    text.replace("C.", "wat::core::")
}

fn program(ret: &str, body: &str) -> String {
    spelled(&format!(
        "{TYPES}(c.defn :d::f [{PARAMS}] -> {ret} \"It.\"\n  {body})\n"
    ))
}

/// What is told of the body of a function with a code: the text that it is about.
fn told(ret: &str, body: &str, code: u16) -> Vec<String> {
    let found = lints(&program(ret, body), code).into_iter();
    let short = |text: String| text[8..].replace(":wat::core::", "c.");
    found.map(short).collect()
}

fn silent(ret: &str, body: &str, code: u16) {
    assert_eq!(told(ret, body, code), [] as [&str; 0], "{body}");
}

fn findings(text: &str) -> (wat_analysis::RootDatabase, Vec<Diagnostic>) {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    let errors = file_diagnostics(&db, file);
    let errors = errors.iter().filter(|it| it.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{text}");
    let found = file_lints(&db, file).to_vec();
    (db, found)
}

/// What all fixes of a code that may be applied unattended make of a body; they leave nothing of that code, and no error.
fn becomes(ret: &str, body: &str, code: u16) -> String {
    let mut text = program(ret, body);
    loop {
        let (_db, found) = findings(&text);
        let fixes = found.iter().filter(|it| it.code.0 == code);
        let mut fixes = fixes.flat_map(|it| &it.fixes);
        let is_sure = |fix: &&wat_analysis::DiagnosticFix| {
            fix.applicability == Applicability::MachineApplicable
        };
        let Some(fix) = fixes.find(is_sure) else {
            let body = text.rsplit_once("\"It.\"\n  ").expect("the function").1;
            return body
                .trim_end()
                .strip_suffix(')')
                .expect("its end")
                .replace(":wat::core::", "c.");
        };
        text = apply(&text, fix);
    }
}

fn unsure(ret: &str, body: &str, code: u16) {
    let text = program(ret, body);
    let (_db, found) = findings(&text);
    let mut found = found.iter().filter(|it| it.code.0 == code).peekable();
    assert!(found.peek().is_some(), "{body}");
    let mut fixes = found.flat_map(|it| &it.fixes);
    assert!(
        fixes.all(|fix| fix.applicability == Applicability::MaybeIncorrect),
        "{body}"
    );
}

#[test]
fn a_choice_between_true_and_false_is_its_condition() {
    assert_eq!(
        told("c.bool", "(c.if (c.> n 0) true false)", 7403),
        ["(c.if (c.> n 0) true false)"]
    );
    let becomes = |body: &str| becomes("c.bool", body, 7403);
    assert_eq!(
        becomes("(c.if (c.> n 0) -> c.bool true false)"),
        "(c.> n 0)"
    );
    assert_eq!(becomes("(c.if b false true)"), "(c.not b)");
    assert_eq!(
        becomes("(c.and (c.if b true false)(c.if b true false))"),
        "(c.and b b)"
    );
    assert_eq!(
        becomes("(c.if (c.if b true false) b false)"),
        "(c.if b b false)"
    );
    assert_eq!(becomes("(c.match b (true true) (false false))"), "b");
    assert_eq!(becomes("(c.match b (false true) (_ false))"), "(c.not b)");
    assert_eq!(becomes("(c.if (:d::pick b) true false)"), "(:d::pick b)");
    // Two rungs are no ladder.
    assert_eq!(
        becomes("(c.if (c.= n 1) true (c.if (c.= n 2) true false))"),
        "(c.if (c.= n 1) true (c.= n 2))"
    );
}

#[test]
fn a_match_on_a_truth_value_is_an_if() {
    let becomes = |body: &str| becomes("c.i64", body, 7403);
    assert_eq!(becomes("(c.match b (true n) (false m))"), "(c.if b n m)");
    assert_eq!(
        becomes("(c.match (c.= n 1) -> c.i64 (true n) (_ 0))"),
        "(c.if (c.= n 1) -> c.i64 n 0)"
    );
    // Comments stay with their branches.
    assert_eq!(
        becomes("(c.match b\n ;; not yet\n (false 0)\n ;; then\n (true n))"),
        "(c.if (c.not b)\n ;; not yet\n 0\n ;; then\n n)"
    );
    unsure("c.i64", "(c.match b (true ; so\n n) (false m))", 7403);
}

#[test]
fn other_choices_are_left_alone() {
    for body in [
        "(c.if b true (c.> n 1))",
        "(c.if b true true)",
        "(c.match n (1 true) (_ false))",
        "(c.match b (true true) (other (c.not other)))",
        "(c.match o ((c.Some _) true) (c.None false))",
        "(:d::pick b)",
        "(c.= '(c.if a true false) '(c.if b true false))",
    ] {
        silent("c.bool", body, 7403);
    }
    unsure("c.bool", "(c.if b ; it is\n true false)", 7403);
}

#[test]
fn forms_that_do_nothing_are_told() {
    let becomes = |body: &str| becomes("c.i64", body, 7405);
    assert_eq!(told("c.i64", "(c.do n)", 7405), ["(c.do n)"]);
    assert_eq!(becomes("(c.do (c.do n))"), "n");
    assert_eq!(becomes("(c.i64::+ (c.do n)(c.do m))"), "(c.i64::+ n m)");
    assert_eq!(becomes("(c.cond (:else (:d::next n)))"), "(:d::next n)");
    assert_eq!(becomes("(c.let [] n)"), "n");
    assert_eq!(
        becomes("(c.let []\n    ;; both\n    (:d::next n)\n    m)"),
        "(c.do\n    ;; both\n    (:d::next n)\n    m)"
    );
    assert_eq!(becomes("(c.do (:d::twice n))"), "(:d::twice n)");
    unsure("c.i64", "(c.cond -> c.i64 (:else n))", 7405);
    unsure("c.i64", "(:d::twice (c.do n))", 7405);
    unsure("c.i64", "(c.do ;; alone\n n)", 7405);
}

#[test]
fn forms_that_do_something_are_left_alone() {
    for body in [
        "(c.do (:d::next n) m)",
        "(c.cond (b n) (:else m))",
        "(c.let [_ (:d::next n)] m)",
        "(c.if (c.= k (c.do :name)) n m)",
        "(c.-> n (c.do))",
        "(c.-> n (c.do 1))",
        "(c.->> n (c.let []))",
    ] {
        silent("c.i64", body, 7405);
    }
    let top = "(:wat::core::do (:wat::core::def :d::k 1))\n(:wat::core::do (:wat::core::do (:wat::core::def :d::l 1)))";
    assert_eq!(lints(top, 7405), [] as [&str; 0]);
}

#[test]
fn a_let_in_a_let_joins_it() {
    let becomes = |body: &str| becomes("c.i64", body, 7404);
    let nested = "(c.let [a 1] (c.let [e 2] (c.i64::+ a e)))";
    assert_eq!(
        told("c.i64", nested, 7404),
        ["(c.let [e 2] (c.i64::+ a e))"]
    );
    assert_eq!(becomes(nested), "(c.let [a 1 e 2] (c.i64::+ a e))");
    assert_eq!(
        becomes(
            "(c.let [a 1] ; one\n    (c.let [[e g] (c.Tuple a 2) i e](c.let [h g]\n      (:d::next h)\n      (c.i64::+ a e))))"
        ),
        "(c.let [a 1 ; one\n    [e g] (c.Tuple a 2) i e h g]\n      (:d::next h)\n      (c.i64::+ a e))"
    );
    let unnamed = "(c.let [_ (:d::next n)] (c.let [_ (:d::next m)] n))";
    assert_eq!(
        becomes(unnamed),
        "(c.let [_ (:d::next n) _ (:d::next m)] n)"
    );
    assert_eq!(
        becomes("(c.let [a n _ (:d::next n)] (c.let [_ (:d::next a)] a))"),
        "(c.let [a n _ (:d::next n) _ (:d::next a)] a)"
    );
}

#[test]
fn a_let_that_hides_a_name_stays() {
    for body in [
        "(c.let [a 1] (c.let [a (:d::next a)] a))",
        "(c.let [[a e] (c.Tuple 1 2)] (c.let [g a e 3] (c.i64::+ e g)))",
        "(c.let [{name age} p] (c.let [{age} p] age))",
        "(c.let [a 1] (:d::next a) (c.let [e 2] (c.i64::+ a e)))",
        "(c.let [a (c.let [e 2] e)] a)",
        "(c.let [a 1] (c.if b (c.let [e 2] e) a))",
    ] {
        silent("c.i64", body, 7404);
    }
}

#[test]
fn a_value_is_not_compared_with_itself() {
    for (body, about) in [
        ("(c.= n n)", "(c.= n n)"),
        (
            "(c.not= (:d::P/age p) (:d::P/age p))",
            "(c.not= (:d::P/age p) (:d::P/age p))",
        ),
        (
            "(c.< (c.length xs) (c.length xs))",
            "(c.< (c.length xs) (c.length xs))",
        ),
        ("(c.>= x x)", "(c.>= x x)"),
        ("(c.and b (c.= [n] [n]))", "(c.= [n] [n])"),
    ] {
        assert_eq!(told("c.bool", body, 7406), [about]);
    }
    for body in [
        "(c.= n m)",
        "(c.= (:d::next n) (:d::next n))",
        "(c.= (c.Uuid/v4) (c.Uuid/v4))",
        "(c.= (:d::P/age p) (c.i64::+ (:d::P/age p) 0))",
        "(c.= 1 1.0)",
        "(c.= [1 2] [1 2])",
    ] {
        silent("c.bool", body, 7406);
    }
}

#[test]
fn a_float_that_is_compared_with_itself_is_tested_for_nan() {
    let (_db, found) = findings(&program("c.bool", "(c.not= x x)"));
    let found = found
        .iter()
        .find(|it| it.code.0 == 7406)
        .expect("it is told");
    assert_eq!(found.label, "true of NaN only");
    assert!(
        found
            .help
            .as_deref()
            .is_some_and(|help| help.contains("f64::nan?"))
    );
}

#[test]
fn a_ladder_of_comparisons_is_membership() {
    let becomes = |body: &str| becomes("c.bool", body, 7401);
    let ladder = "(c.if (c.= s \"sat\") -> c.bool true\n (c.if (c.= \"sun\" s) true\n (c.if (c.= s \"a \\\"b\\\"\") true false)))";
    assert_eq!(told("c.bool", ladder, 7401).len(), 1);
    silent("c.bool", ladder, 7403);
    assert_eq!(
        becomes(ladder),
        "(c.contains? #{\"sat\" \"sun\" \"a \\\"b\\\"\"} s)"
    );
    let rungs = |name: &str, literals: &[&str]| {
        let outer = literals.iter().rev();
        outer.fold("false".to_owned(), |inner, literal| {
            format!("(c.if (c.= {name} {literal}) true {inner})")
        })
    };
    assert_eq!(
        becomes(&rungs("n", &["1", "2", "1", "-3"])),
        "(c.contains? #{1 2 -3} n)"
    );
    assert_eq!(
        becomes(&rungs("k", &[":a", ":b", ":c"])),
        "(c.contains? #{:a :b :c} k)"
    );
    assert_eq!(
        becomes(&rungs(
            "color",
            &[":d::Color::Red", ":d::Color::Blue", ":d::Color::Green"]
        )),
        "(c.contains? #{:d::Color::Red :d::Color::Blue :d::Color::Green} color)"
    );
    unsure(
        "c.bool",
        &rungs("n", &["1", "2", "3"]).replace("true", ";; so\n true"),
        7401,
    );
    silent("c.bool", &rungs("n", &["1", "2"]), 7401);
    // No set of integers has a float.
    silent("c.bool", &rungs("x", &["1", "2", "3"]), 7401);
    silent(
        "c.bool",
        &rungs("n", &["1", "2", "3"]).replace("false", "b"),
        7401,
    );
    silent(
        "c.bool",
        &rungs("n", &["1", "2", "3"]).replace("n 2", "m 2"),
        7401,
    );
    silent("c.bool", &rungs("n", &["1", "m", "3"]), 7401);
}

#[test]
fn a_text_of_literals_and_values_is_a_template() {
    let becomes = |body: &str| becomes("c.String", body, 7402);
    assert_eq!(
        becomes("(c.string::concat \"hello, \" s \"!\")"),
        "(c.format \"hello, {s}!\" :s s)"
    );
    assert_eq!(
        becomes("(c.string::concat s \": \" s)"),
        "(c.format \"{s}: {s}\" :s s)"
    );
    assert_eq!(
        becomes(
            "(c.string::concat \"{\" s \"}\\n\" (:d::P/name p) (c.show n) (c.show (c.i64::+ n m)) \"\\\"\" (c.show n))"
        ),
        "(c.format \"{{{s}}}\\n{name}{n}{value}\\\"{n-2}\" :s s :name (:d::P/name p) :n (c.show n) :value (c.show (c.i64::+ n m)) :n-2 (c.show n))"
    );
    assert_eq!(
        becomes("(c.string::concat\n    \"a \"\n    ;; the name\n    s\n    \"b\")"),
        "(c.format \"a {s}b\"\n    ;; the name\n    :s s)"
    );
    assert_eq!(
        becomes("(c.string::concat \"a\" (c.string::concat s \"b\"))"),
        "(c.format \"a{s}\" :s (c.format \"{s}b\" :s s))"
    );
    for body in [
        "(c.string::concat s t)",
        "(c.string::concat \"a\" \"b\")",
        "(c.string::concat)",
        "(c.-> s (c.string::concat \"a\" t))",
    ] {
        silent("c.String", body, 7402);
    }
}

#[test]
fn an_expect_says_why() {
    for message in [
        "",
        "?",
        "error",
        "Failed!",
        "This should never happen.",
        "unreachable",
        "oops...",
        "can't happen",
    ] {
        let body = format!("(c.Option/expect o \"{message}\")");
        assert_eq!(told("c.i64", &body, 7409), [format!("\"{message}\"")]);
    }
    assert_eq!(told("c.i64", "(c.Option/expect o \"  \")", 7409).len(), 1);
    assert_eq!(
        told("c.i64", "(c.Result/expect -> c.i64 r \"error\")", 7409),
        ["\"error\""]
    );
    assert_eq!(
        told("c.i64", "(c.-> o (c.Option/expect \"failed\"))", 7409),
        ["\"failed\""]
    );
    for body in [
        "(c.Option/expect o \"the caller has checked the table\")",
        "(c.Option/expect o \"error 5: no such row\")",
        "(c.Option/expect o s)",
        "(c.Result/expect r \"send failed\")",
    ] {
        silent("c.i64", body, 7409);
    }
}

#[test]
fn computed_floats_are_not_compared_for_equality() {
    for body in [
        "(c.= (c.+ 0.1 0.2) 0.3)",
        "(c.not= x (c.f64::/ y 3.0))",
        "(c.= (:wat::std::math::sqrt x) y)",
        "(c.= (c.- x y) 0.0)",
        "(c.= n (c.* x 2.0))",
        "(c.let [z (c.* x y)] (c.= z x))",
    ] {
        assert_eq!(told("c.bool", body, 7407).len(), 1, "{body}");
    }
    for body in [
        "(c.= x 0.5)",
        "(c.= x y)",
        "(c.= x (c.f64::floor x))",
        "(c.= (c.+ n 1) m)",
        "(c.< (c.+ x y) 1.0)",
        // The divisor is zero, or it is not.
        "(c.let [z (c.- x y)] (c.= z 0.0))",
    ] {
        silent("c.bool", body, 7407);
    }
}

fn recursive(params: &str, body: &str) -> usize {
    let text = format!("{TYPES}(c.defn :d::f [{params}] -> c.i64 \"It.\" {body})");
    lints(&spelled(&text), 7410).len()
}

#[test]
fn recursion_outside_of_tail_position_is_told() {
    let n = "n <- c.i64";
    assert_eq!(
        recursive(n, "(c.if (c.= n 0) 0 (c.+ n (:d::f (c.- n 1))))"),
        1
    );
    assert_eq!(
        recursive(
            n,
            "(c.if (c.< n 2) n (c.+ (:d::f (c.- n 1)) (:d::f (c.- n 2))))"
        ),
        2
    );
    assert_eq!(
        recursive(n, "(c.let [m (c.i64::quot n 2) r (:d::f m)] (c.+ r 1))"),
        1
    );
    assert_eq!(recursive(n, "(c.do (:d::f (c.- n 1)) n)"), 1);
    let indexed = "(c.if (c.= i (c.length xs)) 0 (c.+ i (:d::f xs (c.+ i 1))))";
    assert_eq!(recursive("xs <- c.Vector<C.i64> i <- c.i64", indexed), 1);
}

#[test]
fn tail_calls_and_recursion_into_parts_are_not() {
    let n = "n <- c.i64";
    assert_eq!(recursive(n, "(c.if (c.= n 0) 0 (:d::f (c.- n 1)))"), 0);
    assert_eq!(
        recursive(
            n,
            "(c.cond ((c.= n 0) 0) (:else (c.let [m (c.- n 1)] (c.do (:d::f m)))))"
        ),
        0
    );
    let list = "(c.match l (:d::List::End 0) ((:d::List::Cons h t) (c.+ h (:d::f t))))";
    assert_eq!(recursive("l <- :d::List", list), 0);
    let depth = "(c.match l (:d::List::End d) ((:d::List::Cons h t) (c.+ h (:d::f t (c.+ d 1)))))";
    assert_eq!(recursive("l <- :d::List d <- c.i64", depth), 0);
    let rest = "(c.if (c.empty? xs) 0 (c.+ 1 (:d::f (c.rest xs))))";
    assert_eq!(recursive("xs <- c.Vector<C.i64>", rest), 0);
    let tree = "(c.foldl (:d::P/kids p) 1 (c.fn [sum <- c.i64 kid <- :d::P] -> c.i64 (c.+ sum (:d::f kid))))";
    assert_eq!(recursive("p <- :d::P", tree), 0);
}

#[test]
fn what_a_macro_calls_is_its_own_business() {
    let count = |body: &str, code: u16| {
        let text = format!(
            "(c.defn :d::box [x <- c.i64 y <- c.i64 w <- c.i64 h <- c.i64 d <- c.i64] -> c.i64 \"All.\" (c.+ x y w h d))
            (c.defn :d::at [axis <- c.keyword n <- c.i64] -> c.i64 \"It.\" (c.if (c.= axis :axis) 0 n))
            (c.defmacro :d::make [x <- :wat::WatAST] -> :wat::WatAST \"One.\" `(:d::box ~x 2 3 4 5))
            (c.defmacro :d::where [] -> :wat::WatAST \"It.\" `(:d::at :axis 3))
            (c.defmacro :d::same [x <- :wat::WatAST] -> :wat::WatAST \"It.\" `(c.do ~x))
            (c.defn :d::f [] -> c.i64 \"It.\" {body})"
        );
        let db = database(&[("main.wat", spelled(&text))]);
        let file = db.file("main.wat").expect("was just added");
        let found = wat_analysis::file_findings(&db, file);
        found.iter().filter(|it| it.code.0 == code).count()
    };
    assert_eq!(count("(:d::same (:d::box 1 2 3 4 5))", 7408), 1);
    assert_eq!(count("(:d::make 1)", 7408), 0);
    assert_eq!(count("(:d::same (:d::at :axis 3))", 7411), 1);
    assert_eq!(count("(:d::where)", 7411), 0);
}
