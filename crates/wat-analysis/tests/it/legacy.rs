//! Retired spellings (chapters 02 §13, 04 §22, 05 §20): one diagnostic, a safe fix, and the rest is read as ever.

use crate::fixes::{codes, every_machine_fix_is_safe, fixed};

/// `c/` is `:wat::core::`, `k/` is `:wat::kernel::`.
fn long(text: &str) -> String {
    text.replace("c/", ":wat::core::")
        .replace("k/", ":wat::kernel::")
}

/// A body of a function with a result.
fn body(result: &str, body: &str) -> String {
    long(&format!(
        "(c/defn :my::f [x <- c/i64 o <- c/Option<wat::core::i64> t <- :(wat::core::i64,wat::core::i64)] -> {result}\n  {body})\n"
    ))
}

fn told(text: &str, expected: &[u16]) {
    assert_eq!(codes(text), expected, "{text}");
    every_machine_fix_is_safe(text);
}

#[test]
fn refused_forms_are_one_error_and_are_read_as_the_present_ones() {
    for (result, text) in [
        ("c/i64", "(c/let* [a 1] (c/i64::+ a x))"),
        ("c/i64", "(c/let ((a 1) (b 2)) (c/i64::+ a b))"),
        ("c/i64", "(c/let (((a c/i64) 1)(b 2)) (c/i64::+ a b))"),
        ("c/i64", "(c/let* ((a 1) (b a)) (c/i64::+ a b))"),
        ("c/i64", "(c/let [(a b) t] (c/i64::+ a b))"),
        (
            "c/i64",
            "((c/lambda [y <- c/i64] -> c/i64 (c/i64::+ x y)) 1)",
        ),
        (
            "c/i64",
            "((c/lambda ((y c/i64) (z c/i64) -> c/i64) (c/i64::+ z y)) 1 2)",
        ),
        ("c/i64", "((c/fn ((y c/i64) -> c/i64) (c/i64::+ x y)) 1)"),
        ("c/i64", "((c/fn (-> c/i64) x))"),
        ("c/i64", "(c/option::expect o \"there\")"),
        ("c/Option<wat::core::i64>", "(Some x)"),
        ("c/Result<wat::core::i64,wat::core::i64>", "(Ok x)"),
        ("c/Result<wat::core::i64,wat::core::i64>", "(Err x)"),
        ("c/Option<wat::core::i64>", ":None"),
        (
            "c/Vector<wat::core::Option<wat::core::i64>>",
            "(c/map [x] Some)",
        ),
        (
            "c/Result<wat::core::i64,wat::core::i64>",
            "(c/Ok (c/try (c/Ok x)))",
        ),
    ] {
        told(&body(result, text), &[2190]);
    }
}

#[test]
fn refused_names_have_the_code_of_their_chapter() {
    for (result, text, code) in [
        ("c/Vector<wat::core::i64>", "(c/vec c/i64 1 2)", 3450),
        ("c/Vector<wat::core::i64>", "(c/list c/i64 1 2)", 3450),
        ("c/bool", "(c/i64::< x 1)", 3450),
        ("c/bool", "(c/f64::>= 1.0 2.0)", 3450),
        ("c/String", "(c/string::++ \"a\" \"b\")", 3450),
        ("c/bool", "(:wat::std::member? [1 2] x)", 3450),
        ("c/i64", "(c/inc x)", 3450),
        ("c/i64", "(c/dec x)", 3450),
        ("c/nil", "(:wat::console::println x)", 4014),
    ] {
        told(&body(result, text), &[code]);
    }
    assert!(fixed(&body("c/i64", "(c/inc x)"), 3450).contains("(:wat::core::+ x 1)"));
    // In a thread the operand stands where the value is not put.
    for (thread, step) in [
        ("(c/-> x c/inc)", "(c/-> x (:wat::core::+ 1))"),
        ("(c/-> x (c/dec))", "(c/-> x (:wat::core::- 1))"),
        ("(c/->> x c/inc)", "(c/->> x (:wat::core::+ 1))"),
        ("(c/->> x (c/dec))", "(c/->> x (:wat::core::+ -1))"),
        ("(c/->> x c/dec)", "(c/->> x (:wat::core::+ -1))"),
    ] {
        let after = fixed(&body("c/i64", thread), 3450);
        let step = step.replace("c/", ":wat::core::");
        assert!(after.contains(&step), "{thread}: {after}");
    }
}

#[test]
fn accepted_spellings_are_a_warning() {
    for (result, text) in [
        ("c/i64", "(c/match o ((Some y) y) (c/None 0))"),
        ("c/i64", "(c/match o ((c/Some y) y) (:None 0))"),
        (
            "c/i64",
            "(c/match (c/Ok x) -> c/i64 ((Ok y) y) ((c/Err e) e))",
        ),
        (
            "c/HashMap<wat::core::keyword,wat::core::i64>",
            "(c/HashMap :(wat::core::keyword,wat::core::i64) :a 1)",
        ),
        ("c/i64", "(c/match t ((a b) (c/i64::+ a b)))"),
        (
            "c/i64",
            "(c/match (c/Some t) ((c/Some (a _)) a) (c/None 0))",
        ),
    ] {
        told(&body(result, text), &[7001]);
    }
    let define = "(c/define (:my::g (n c/i64) & (xs c/Vector<wat::core::i64>) -> c/i64)\n  (c/i64::+ n (c/length xs)))";
    told(&long(define), &[7001]);
    assert_eq!(
        fixed(&long(define), 7001),
        long(
            "(c/defn :my::g [n <- c/i64 & xs <- c/Vector<wat::core::i64>] -> c/i64\n  (c/i64::+ n (c/length xs)))"
        )
    );
    told(&long("(c/define (:my::g -> c/i64) 1)"), &[7001]);
    told(
        &long("(c/define (:my::g & (xs c/Vector<wat::core::i64>) -> c/i64) 1)"),
        &[7001],
    );
}

#[test]
fn a_map_with_tuples_for_keys_is_no_former_spelling() {
    told(
        &body(
            "c/HashMap<(wat::core::i64,wat::core::i64),wat::core::i64>",
            "(c/HashMap :(wat::core::i64,wat::core::i64) c/i64 t 1)",
        ),
        &[],
    );
}

#[test]
fn a_local_of_a_retired_name_is_a_local() {
    told(
        &body(
            "c/i64",
            "(c/let [Some (c/fn [y <- c/i64] -> c/i64 y)] (Some x))",
        ),
        &[],
    );
}

#[test]
fn mistakes_behind_a_retired_spelling_are_still_found() {
    assert_eq!(
        codes(&body("c/i64", "(c/let* [a 1] (c/i64::+ a \"1\"))")),
        [2190, 3001]
    );
    assert_eq!(
        codes(&body("c/i64", "(c/let ((a 1)) (c/i64::+ a \"1\"))")),
        [2190, 3001]
    );
    assert_eq!(codes(&body("c/bool", "(Some x)")), [2190, 3003]);
}

#[test]
fn a_former_definition_is_called_by_keyword_like_any_other() {
    let text = "(c/define (:my::g (n c/i64) (m c/i64) -> c/i64) \"Adds.\" (c/i64::+ n m))\n(c/defn :my::h [] -> c/i64 (:my::g :m 1 :n 2))\n";
    told(&long(text), &[7001]);
}

/// The keyword that said what a load form loads goes, and the name of the form says it.
#[test]
fn load_forms_lose_their_interface() {
    for (retired, now) in [
        (
            "(:wat::load! :wat::load::file-path \"a.wat\")",
            "(:wat::load-file! \"a.wat\")",
        ),
        (
            "(:wat::core::load! :wat::load::string \"1\")",
            "(:wat::load-string! \"1\")",
        ),
        (
            "(:wat::load-file! :wat::load::file-path \"a.wat\")",
            "(:wat::load-file! \"a.wat\")",
        ),
        (
            "(:wat::load-file! :wat::load::string \"\")",
            "(:wat::load-string! \"\")",
        ),
        (
            "(:wat::core::digest-load! :wat::load::string \"\" :wat::verify::digest-sha256 :wat::verify::string \"00\")",
            "(:wat::digest-load-string! \"\" :wat::verify::digest-sha256 :wat::verify::string \"00\")",
        ),
        ("(:wat::load! \"a.wat\")", "(:wat::load-file! \"a.wat\")"),
    ] {
        let (_, found) = crate::fixes::diagnose(retired);
        let told: Vec<u16> = found.iter().map(|found| found.code.0).collect();
        assert_eq!(told, [2190], "{retired}");
        assert_eq!(fixed(retired, 2190), now);
    }
}
