//! What a mistake leaves open is not told again, and what the right place of a mistake is.

use crate::fixes::diagnose;

/// The codes of a program, each with the text that it is told of. `c.` stands for the namespace of the core library.
fn told(text: &str) -> Vec<String> {
    let text = text.replace("c.", ":wat::core::");
    let (_db, found) = diagnose(&text);
    let told = found.iter().map(|it| {
        let range = usize::from(it.span.range.start())..usize::from(it.span.range.end());
        format!("{} {}", it.code, &text[range]).replace(":wat::core::", "c.")
    });
    told.collect()
}

/// The same of a body of a function.
fn body(code: &str) -> Vec<String> {
    told(&format!(
        "(c.defn :u::inc [x <- c.i64] -> c.i64 (c.+ x 1))\n(c.defn :u::id<T> [x <- :T] -> :T x)\n(c.defn :u::f [b <- c.bool o <- c.Option<wat::core::i64>] -> c.nil (c.let [r {code}] c.nil))"
    ))
}

#[test]
fn a_function_before_an_unknown_collection_is_in_its_place() {
    for code in [
        "(c.map :u::inc zz)",
        "(c.filter (c.fn [x <- c.i64] -> c.bool true) zz)",
        "(c.foldl c.+ 0 zz)",
        "(c.map zz :u::inc)",
    ] {
        assert_eq!(body(code), ["WAT3202 zz"], "{code}");
    }
    // A misspelled function too.
    assert_eq!(body("(c.map :u::inx [1 2])"), ["WAT3001 :u::inx"]);
    assert_eq!(body("(c.foldl :u::inx 0 [1 2])"), ["WAT3001 :u::inx"]);
}

#[test]
fn what_comes_out_of_an_erroneous_value_is_silent() {
    for code in [
        "(c.let [{x} (c.Option/expect zz \"m\")] x)",
        "(c.let [{x} (:u::id zz)] x)",
        "(c.match (c.Option/expect zz \"m\") ([a b] a))",
        "(c.match (:u::id zz) ({a} a))",
    ] {
        assert_eq!(body(code), ["WAT3202 zz"], "{code}");
    }
    let top = "(c.let [r (c.Option/expect zz \"m\") s (c.Some zz)] (c.defn :u::f [] -> c.i64 r))";
    assert_eq!(told(top), ["WAT3202 zz"]);
    // What nothing determines at all is told.
    let top = "(c.let [r c.None] (c.defn :u::f [] -> c.i64 1))";
    assert_eq!(told(top), ["WAT3005 r"]);
}

#[test]
fn forms_with_an_unknown_head_keep_their_parameters_and_types() {
    for (code, expected) in [
        ("(c.iff -> c.i64 b 1 2)", "WAT3201 c.iff"),
        ("(c.lambdo [x <- c.i64] -> c.i64 x)", "WAT3201 c.lambdo"),
        ("(let [x 1] x)", "WAT3202 let"),
        ("(fn [x <- c.i64] -> c.i64 x)", "WAT3202 fn"),
        ("(match o ((c.Some n) n) (_ 3))", "WAT3202 match"),
        ("(if b -> c.i64 1 2)", "WAT3202 if"),
        ("(defn f [x] x)", "WAT3202 defn"),
    ] {
        assert_eq!(body(code), [expected], "{code}");
    }
    // Its arguments are looked at all the same.
    assert_eq!(
        body("(c.iff -> c.i64 yy 1 2)"),
        ["WAT3201 c.iff", "WAT3202 yy"]
    );
}

#[test]
fn a_matched_value_of_the_wrong_type_is_told_once() {
    for (code, expected) in [
        ("(c.match 1 (\"a\" 1) (\"b\" 2) (_ 3))", "WAT2303 \"a\""),
        (
            "(c.match o ((c.Some \"a\") 1) ((c.Some \"b\") 2) (_ 3))",
            "WAT2303 \"a\"",
        ),
        ("(c.match 1 ((c.Ok x) 1) ((c.Err e) 2))", "WAT2303 (c.Ok x)"),
    ] {
        assert_eq!(body(code), [expected], "{code}");
    }
    // Where one arm fits, each of the others is wrong.
    assert_eq!(
        body("(c.match 1 (1 1) (\"b\" 2) (\"c\" 2) (_ 3))"),
        ["WAT2303 \"b\"", "WAT2303 \"c\""]
    );
}

#[test]
fn branches_that_differ_say_nothing_of_what_they_are_bound_to() {
    for code in [
        "(c.let [x (c.if b 1 \"a\")] (c.string::length x))",
        "(c.let [x (c.do 1 (c.if b 1 \"a\"))] (c.not x))",
        "(c.let [[x y] (c.if b (c.Tuple 1 \"a\") (c.Tuple 1 2))] (c.+ y 1))",
    ] {
        let found = body(code);
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        assert!(found[0].starts_with("WAT3010"), "{found:?}");
    }
}

#[test]
fn a_matched_value_without_a_type_has_no_parts() {
    let open = "(c.Option/expect c.None \"m\")";
    for (arms, expected) in [
        ("([x y] 1)", vec![format!("WAT3005 {open}")]),
        ("({x} 1)", vec![format!("WAT3005 {open}")]),
        ("([x y] 1) (2 2)", vec!["WAT2303 [x y]".to_owned()]),
        ("(2 1) (x 2)", Vec::new()),
        ("(x 1)", Vec::new()),
        ("(\"a\" 1) (_ 2)", Vec::new()),
    ] {
        assert_eq!(
            body(&format!("(c.match {open} {arms})")),
            expected,
            "{arms}"
        );
    }
}

#[test]
fn functions_do_not_compare_whatever_is_open_in_their_types() {
    for (code, expected) in [
        ("(c.= :u::id :u::id)", "WAT3405 :u::id"),
        ("(c.= c.Some c.Some)", "WAT3405 c.Some"),
        ("(c.= (c.Some :u::id) c.None)", "WAT3405 (c.Some :u::id)"),
    ] {
        assert_eq!(body(code), [expected], "{code}");
    }
    assert_eq!(body("(c.= c.+ c.+)"), ["WAT3402 c.+", "WAT3402 c.+"]);
    assert_eq!(body("(c.= [] [])"), [] as [&str; 0]);
}

#[test]
fn a_wrong_type_is_told_of_the_form_that_has_it() {
    for (code, expected) in [
        ("(c.i64::+ 1 (c.do 2 \"a\"))", "WAT3001 \"a\""),
        ("(c.+ 1 (c.let [y 1] \"a\"))", "WAT3403 \"a\""),
        ("(c.length (c.do 1 (c.let [] 2)))", "WAT3401 2"),
        ("(c.= 1 (c.do 2 \"a\"))", "WAT3404 \"a\""),
        ("(c.if b 1 (c.do 2 \"a\"))", "WAT3010 \"a\""),
        (
            "(c.i64::+ 1 (c.if b \"x\" \"y\"))",
            "WAT3001 (c.if b \"x\" \"y\")",
        ),
    ] {
        assert_eq!(body(code), [expected], "{code}");
    }
}

#[test]
fn the_result_of_arguments_that_disagree_is_not_told() {
    for (code, expected) in [
        (
            "(c.i64::+ 1 (c.foldl [1] \"\" (c.fn [a <- c.i64 x <- c.i64] -> c.i64 a)))",
            "WAT3001 (c.fn [a <- c.i64 x <- c.i64] -> c.i64 a)",
        ),
        (
            "(c.let [{x} (:u::same \"a\" 1)] (c.i64::+ x 1))",
            "WAT3001 1",
        ),
        ("(c.i64::+ 1 (:u::same 1 \"a\"))", "WAT3001 \"a\""),
    ] {
        let text = format!(
            "(c.defn :u::same<T> [x <- :T y <- :T] -> :T x)\n(c.defn :u::f [] -> c.nil (c.let [r {code}] c.nil))"
        );
        assert_eq!(told(&text), [expected], "{code}");
    }
}

#[test]
fn branches_that_name_functions_where_none_is_wanted_are_one_mistake() {
    for code in [
        "(c.string::length (c.if b c.+ c.-))",
        "(c.i64::+ 1 (c.match 1 (1 c.+) (2 (c.do 1 c.-)) (_ c.*)))",
        "(c.let [f (c.if b (c.if b c.+ c.-) c.*)] (c.i64::+ f f))",
        "(c.conj [1] (c.first [c.+ c.-]))",
    ] {
        assert_eq!(body(code).len(), 1, "{code}: {:?}", body(code));
    }
    // Each of two operands is a mistake of its own, and so is each branch that has to be of a type.
    for code in [
        "(c.i64::+ c.+ c.-)",
        "(c.i64::+ 1 (c.if b -> c.i64 c.+ c.-))",
    ] {
        assert_eq!(body(code).len(), 2, "{code}: {:?}", body(code));
    }
}

#[test]
fn what_is_made_of_an_erroneous_value_is_silent() {
    for code in [
        "[:u::bad]",
        "{\"a\" :u::bad}",
        "(c.Some [:u::bad])",
        "(c.if true [] :u::bad)",
        "(c.Option/expect (c.first :u::bad) \"m\")",
    ] {
        let text = format!("(c.def :u::bad (:u::zork))\n(c.def :u::v {code})");
        assert_eq!(told(&text), ["WAT3201 :u::zork"], "{code}");
    }
    // What nothing determines at all is told.
    let text = "(c.def :u::bad (:u::zork))\n(c.def :u::v (c.Tuple [] :u::bad))";
    assert_eq!(told(text).len(), 2);
}
