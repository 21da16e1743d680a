//! What chapter 04 says of the names of the core library, seen by the checker.

use wat_analysis::{Applicability, Diagnostic, Question, Severity, file_diagnostics, reflect};

use crate::support::{database, spans};

/// A body with the usual prefixes written short.
fn long(body: &str) -> String {
    let mut out = String::new();
    for part in body.split_inclusive([' ', '(', ')', '[', ']', '{', '}']) {
        let full = [
            ("c.", ":wat::core::"),
            ("i.", ":wat::core::i64::"),
            ("f.", ":wat::core::f64::"),
            ("s.", ":wat::core::string::"),
            ("e.", ":wat::edn::"),
        ];
        match full
            .iter()
            .find_map(|(short, full)| Some((full, part.strip_prefix(short)?)))
        {
            Some((full, rest)) => out.extend([full, rest]),
            None => out.push_str(part),
        }
    }
    out
}

/// The diagnostics of a value.
fn diagnostics(body: &str) -> Vec<Diagnostic> {
    let text = format!("(:wat::core::def :my::x\n{})\n", long(body));
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("was just added");
    file_diagnostics(&db, file).to_vec()
}

/// Their codes.
fn codes(body: &str) -> Vec<String> {
    diagnostics(body)
        .iter()
        .map(|d| d.code.to_string())
        .collect()
}

fn accepts(body: &str) {
    let text = format!("(:wat::core::def :my::x\n{})\n", long(body));
    assert_eq!(spans(&text), [""; 0], "{body}");
}

#[test]
fn a_name_of_several_functions_may_come_before_the_data() {
    for body in [
        "(c.foldl i.+ 0 [1 2])",
        "(c.foldl c.+ 0 [1 2])",
        "(c.map c.str [1 2])",
        "(c.map c.length [[1]])",
        "(c.map c.- [1 2])",
        "(c.filter c.empty? [[1]])",
        "(c.sort c.> [1 2])",
        "(c.reduce c.+ [1 2])",
        "(c.reduce c.+ 0 [1 2])",
        "(c.reduce c.conj [0] [1 2])",
        "(c.sort-by c.length [[1]])",
    ] {
        assert_eq!(codes(body), ["WAT7041"], "accepted, and told: {body}");
    }
    // Where both are functions, the written order stands.
    assert_eq!(codes("(c.map c.str c.length)"), ["WAT3001"]);
}

#[test]
fn the_arity_of_the_key_chooses_how_to_sort() {
    for body in [
        "(c.sort-by [[2 1] [1]] c.length)",
        "(c.sort-by [[2 1] [1]] c.first)",
        "(c.sort-by [(c.Tuple 2 1)] c.second)",
        "(c.sort-by [2 1] c.str)",
        "(c.sort-by [2 1] c.-)",
        "(c.sort-by [2 1] i.-)",
        "(c.sort-by [2 1] c.>)",
        "(c.sort-by [[2 1] [1]] c.length c.>)",
        "(c.sort-by [[2 1] [1]] c.empty?)",
        "(c.sort [2 1] c.>)",
    ] {
        accepts(body);
    }
    assert_eq!(codes("(c.sort [[1]] c.length)"), ["WAT3401"]);
}

#[test]
fn the_conversion_to_a_byte_is_a_value() {
    accepts("(c.map [1 2] c.u8)");
    accepts("(c.let [f c.u8] (c.= (f 1) (c.u8 1)))");
    assert_eq!(codes("(c.map [\"1\"] c.u8)"), ["WAT3001"]);
}

#[test]
fn a_name_of_several_functions_is_no_other_value() {
    for body in [
        "(c.length c.length)",
        "(c.length c.str)",
        "(s.length c.str)",
        "(c.+ 1 c.+)",
        "(s.length c.=)",
        "(s.length c.first)",
        "(s.length i.+)",
        "(c.reverse c.str)",
    ] {
        assert_eq!(codes(body), ["WAT3001"], "{body}");
    }
    // A name that says how many operands there are takes as many.
    assert_eq!(codes("(c.map [1 2] c.-'2)"), ["WAT3402"]);
    accepts("(c.foldl [1 2] 0 c.-'2)");
}

fn messages(body: &str) -> Vec<String> {
    diagnostics(body)
        .iter()
        .map(|d| d.message.to_string())
        .collect()
}

#[test]
fn all_numbers_of_arguments_are_told() {
    for (body, message) in [
        (
            "(c.range)",
            "`:wat::core::range` takes 1, 2 or 3 arguments, found 0",
        ),
        (
            "(c.concat)",
            "`:wat::core::concat` takes at least 1 argument, found 0",
        ),
        (
            "(c.conj [1])",
            "`:wat::core::conj` takes at least 2 arguments, found 1",
        ),
        (
            "(c.get [1])",
            "`:wat::core::get` takes 2 or 3 arguments, found 1",
        ),
        (
            "(c.assoc {:a 1} :b 2 :c)",
            "`:wat::core::assoc` takes 3, 5, 7 … arguments, found 4",
        ),
        (
            "(c.reduce [1 2])",
            "`:wat::core::reduce` takes 2 or 3 arguments, found 1",
        ),
        (
            "(c.-)",
            "`:wat::core::-` takes at least 1 argument, found 0",
        ),
        (
            "(i./)",
            "`:wat::core::i64::/` takes at least 1 argument, found 0",
        ),
        ("(c.= 1)", "`:wat::core::=` takes 2 arguments, found 1"),
        ("(c.not)", "`:wat::core::not` takes 1 argument, found 0"),
        (
            "(c.Vector/concat)",
            "`:wat::core::Vector/concat` takes at least 1 argument, found 0",
        ),
        (
            "(c.HashMap/assoc {1 2} 3)",
            "`:wat::core::HashMap/assoc` takes 3, 5, 7 … arguments, found 2",
        ),
    ] {
        assert_eq!(messages(body), [message], "{body}");
    }
    let notes = |body: &str| format!("{:?}", diagnostics(body)[0].notes);
    assert!(notes("(c.range)").contains("(:wat::core::i64 :wat::core::i64)"));
    assert!(!notes("(c.disj)").contains("alternatives"));
}

#[test]
fn a_type_of_run_time_is_told_in_words() {
    for (body, code) in [
        ("(c.show (c.sort (e.read \"[2 1]\")))", "WAT3405"),
        ("(c.show (c.first (e.read \"[1]\")))", "WAT3401"),
        ("(c.show (c.map (e.read \"[1]\") c.first))", "WAT3401"),
    ] {
        let found = diagnostics(body);
        assert_eq!(codes(body), [code], "{body}");
        let all = format!("{found:?}");
        assert!(!all.contains("__internal/Any"), "{body}: {all}");
        assert!(all.contains("not known before it is read"), "{body}: {all}");
        assert!(all.contains("-> :T"), "{body}: {all}");
    }
    accepts("(c.sort (e.read -> :wat::core::Vector<wat::core::i64> \"[2 1]\"))");
}

/// The first fix of the only diagnostic: its applicability and the texts that it writes.
fn first_fix(body: &str) -> (Applicability, Vec<String>) {
    let found = diagnostics(body);
    let [only] = &found[..] else {
        panic!("{body}: {found:?}");
    };
    let fix = only
        .fixes
        .first()
        .unwrap_or_else(|| panic!("{body}: no fix"));
    let texts = fix.edits.iter().map(|edit| edit.insert.to_string());
    (fix.applicability, texts.collect())
}

#[test]
fn the_type_of_its_operand_replaces_a_retired_name() {
    let sure = Applicability::MachineApplicable;
    let fix = |body: &str| first_fix(body);
    assert_eq!(
        fix("(c.abs -1.0)"),
        (sure, vec![":wat::core::f64::abs".into()])
    );
    assert_eq!(
        fix("(c.abs -1)"),
        (sure, vec![":wat::core::i64::abs".into()])
    );
    assert_eq!(fix("(c.abs \"1\")").0, Applicability::MaybeIncorrect);
    assert_eq!(codes("(c.abs)"), ["WAT3450"]);
    assert_eq!(diagnostics("(c.map [1.0] c.abs)")[0].fixes.len(), 2);
    assert_eq!(codes("(c.+ (c.abs -1.0) 1)"), ["WAT3450"]);
}

#[test]
fn a_retired_name_as_a_value_keeps_its_meaning() {
    let fix = first_fix("(c.map [1 2] c.inc)");
    let lambda = "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ x 1))";
    assert_eq!(
        fix,
        (Applicability::MaybeIncorrect, vec![lambda.to_owned()])
    );
    assert_eq!(
        first_fix("(c.apply c.dec [1])").1[0],
        lambda.replace('+', "-")
    );
    assert_eq!(first_fix("(c.inc 1)").0, Applicability::MachineApplicable);
    // A form is no value, under any name.
    let found = diagnostics("(c.map [1 2] c.vec)");
    assert_eq!(codes("(c.map [1 2] c.vec)"), ["WAT3450"]);
    assert!(found[0].fixes.is_empty());
    assert_eq!(
        first_fix("(c.vec :wat::core::i64 1)").1,
        [":wat::core::Vector"]
    );
}

#[test]
fn comparisons_and_arithmetic_offer_the_conversion_there_is() {
    let maybe = Applicability::MaybeIncorrect;
    let converts = |body: &str, function: &str| {
        let edits = vec![format!("(:wat::core::{function} "), ")".to_owned()];
        assert_eq!(first_fix(body), (maybe, edits), "{body}");
    };
    converts("(c.< (c.u8 1) 2)", "u8::to-i64");
    converts("(c.< 2 (c.u8 1))", "u8::to-i64");
    converts("(c.= (s.concat \"1\") 1)", "i64::to-string");
    converts("(c.+ (c.u8 1) 2)", "u8::to-i64");
    let both = ["(:wat::core::u8::to-i64 ", ")"].repeat(2);
    assert_eq!(first_fix("(c.+ (c.u8 1) (c.u8 2))").1, both);
    assert!(diagnostics("(c.+ (c.u8 1) \"2\")")[0].fixes.is_empty());
    // A place where both stand has no operand to convert.
    assert!(diagnostics("(c.= \"a\" :b)")[0].fixes.is_empty());
}

#[test]
fn a_map_is_given_entries_by_assoc() {
    let fix = first_fix("(c.conj {1 2} (c.Tuple 3 4))");
    assert_eq!(fix.0, Applicability::MaybeIncorrect);
    assert_eq!(fix.1, [":wat::core::assoc", "", ""]);
    assert_eq!(codes("(c.conj {1 2} (c.Tuple 3 4))"), ["WAT3401"]);
}

#[test]
fn what_has_no_order_is_sorted_by_a_key() {
    let fix = first_fix("(c.sort [{1 2}])");
    let texts = vec![":wat::core::sort-by".to_owned(), " <key>".to_owned()];
    assert_eq!(fix, (Applicability::HasPlaceholders, texts));
    assert!(diagnostics("(c.map [[{1 2}]] c.sort)")[0].fixes.is_empty());
}

#[test]
fn a_brace_that_is_no_placeholder_is_doubled() {
    let doubled = |body: &str, text: &str| {
        let fix = (Applicability::MaybeIncorrect, vec![text.to_owned()]);
        assert_eq!(first_fix(body), fix, "{body}");
    };
    doubled("(c.format \"{\")", "\"{{\"");
    doubled("(c.format \"a}b\")", "\"a}}b\"");
    doubled("(c.format \"{a b}\" :a 1)", "\"{{a b}}\"");
    doubled("(c.format \"{ünder}\" :x 1)", "\"{{ünder}}\"");
    doubled("(c.format \"{x} {\\n\\\"\" :x 1)", "\"{x} {{\\n\\\"\"");
    // One name that differs is one mistake.
    doubled("(c.format \"{ab}\" :a 1)", ":ab");
    assert!(codes("(c.format \"{a} {b}\" :c 1)").len() > 1);
}

#[test]
fn signatures_show_what_may_be_repeated() {
    let db = database(&[("main.wat", "")]);
    let file = db.file("main.wat").expect("was just added");
    let shown = |name: &str| {
        let answer = reflect(&db, file, Question::Signature, &long(name));
        answer
            .map(|form| wat_value::syntax::write_forms(&form).replace(":wat::core::", ""))
            .unwrap_or_default()
    };
    for (name, signature) in [
        (
            "c.Vector/conj",
            "(Vector/conj<T> (_a0 (Vector :T)) (_a1 :T) & (_rest (Vector :T)) -> (Vector :T))",
        ),
        (
            "c.conj",
            "(conj<T> (_a0 (Vector :T)) (_a1 :T) & (_rest (Vector :T)) -> (Vector :T))",
        ),
        (
            "c.Vector/concat",
            "(Vector/concat<T> (_a0 (Vector :T)) & (_rest (Vector (Vector :T))) -> (Vector :T))",
        ),
        (
            "c.HashMap/assoc",
            "(HashMap/assoc<K,V> (_a0 (HashMap :K :V)) (_a1 :K) (_a2 :V) -> (HashMap :K :V))",
        ),
        (
            "c.disj",
            "(disj<T> (_a0 (HashSet :T)) (_a1 :T) & (_rest (Vector :T)) -> (HashSet :T))",
        ),
        ("c.str", "(str<T> & (_rest (Vector :T)) -> String)"),
        ("c.+", "(+<N> & (_rest (Vector :N)) -> :N)"),
        ("i.-", "(i64::- (_a0 i64) & (_rest (Vector i64)) -> i64)"),
        ("c.<", "(<<T> (_a0 :T) (_a1 :T) -> bool)"),
        ("c.first", "(first<T> (_a0 (Vector :T)) -> (Option :T))"),
    ] {
        assert_eq!(shown(name), signature);
    }
}

/// The warnings and hints of a definition, as codes and texts that they point at.
fn lints(body: &str) -> Vec<String> {
    let text = format!(
        "(:wat::core::defn :my::f [n <- :wat::core::i64 s <- :wat::stream::Stream<wat::core::i64> b <- :wat::core::bool] -> :wat::core::String \"Doc.\"\n (:wat::core::str {}))\n",
        long(body)
    );
    let db = database(&[("main.wat", &text)]);
    let file = db.file("main.wat").expect("was just added");
    let found = file_diagnostics(&db, file);
    found
        .iter()
        .filter(|d| d.code.to_string() != "WAT7302")
        .map(|d| {
            format!(
                "{} {}",
                d.code,
                text[d.span.range].replace(":wat::core::", "c.")
            )
        })
        .collect()
}

#[test]
fn a_function_before_its_data_is_told() {
    let square = "(c.fn [x <- :wat::core::i64] -> :wat::core::i64 (c.* x x))";
    let first = format!("(c.map {square} [1 2])");
    let found = diagnostics(&first);
    let [only] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(only.code.to_string(), "WAT7041");
    assert_eq!(only.severity, Severity::Hint, "off unless it is asked for");
    let exchanged = (
        Applicability::MachineApplicable,
        vec!["[1 2]".to_owned(), long(square)],
    );
    assert_eq!(first_fix(&first), exchanged);
    let add = "(c.fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (c.+ a b))";
    assert_eq!(
        first_fix(&format!("(c.foldl {add} 0 [1 2])")).1,
        ["[1 2]".to_owned(), long(add)],
        "the initial value stays"
    );
    let made =
        "(c.map ((c.fn [] -> :wat::core::Fn(wat::core::i64)->wat::core::i64 FN)) (c.range 0 2))"
            .replace("FN", square);
    assert_eq!(
        first_fix(&made).0,
        Applicability::MaybeIncorrect,
        "both may do something, in the order written"
    );
    for canonical in [
        format!("(c.map [1 2] {square})"),
        format!("(c.->> [1 2] (c.map {square}))"),
    ] {
        assert_eq!(lints(&canonical), [""; 0], "{canonical}");
    }
}

#[test]
fn the_first_entry_decides_the_types_so_that_its_deletion_may_be_wrong() {
    let how = |body: &str| {
        let found = diagnostics(body);
        let told = found.iter().find(|told| told.code.0 == 7042);
        told.and_then(|told| told.fixes.first())
            .map(|fix| fix.applicability)
    };
    let sure = Some(Applicability::MachineApplicable);
    assert_eq!(how("{:a 1 :b 2 :a 3}"), sure);
    // Without the first entry the others are right, and the last one is wrong.
    let guess = Some(Applicability::MaybeIncorrect);
    assert_eq!(how("{\"a\" 1 2 3 2 3 \"a\" 4}"), guess);
    assert_eq!(how("{:a 1 :b true :c true :a 4}"), guess);
}

#[test]
fn equal_literal_keys_are_told() {
    assert_eq!(lints("{:a 1 :b 2 :a 3}"), ["WAT7042 :a"]);
    assert_eq!(lints("#{1 2 1 1}"), ["WAT7042 1", "WAT7042 1"]);
    assert_eq!(
        lints("(c.HashMap :wat::core::String :wat::core::i64 \"a\" 1 \"a\" 2)"),
        ["WAT7042 \"a\""]
    );
    assert_eq!(lints("{0.0 1 -0.0 2}"), ["WAT7042 0.0"]);
    assert_eq!(lints("#{0.0 1.5 -0.0}"), ["WAT7042 0.0"]);
    assert_eq!(lints("#{[1 2] [1] [1 2]}"), ["WAT7042 [1 2]"]);
    assert_eq!(lints("{[[-0.0]] 1 [[0.0]] 2}"), ["WAT7042 [[-0.0]]"]);
    assert_eq!(lints("#{[n] [n]}"), [""; 0]);
    assert_eq!(lints("{1 n 2 n}"), [""; 0]);
    assert_eq!(lints("{n 1 n 2}"), [""; 0]);
    let fix = first_fix("{:a 1 :a 2}");
    assert_eq!(fix, (Applicability::MachineApplicable, vec![String::new()]));
    assert_eq!(
        first_fix("{:a (c.+ 1 1) :a 2}").0,
        Applicability::MaybeIncorrect
    );
}

#[test]
fn constants_that_certainly_fail_are_told() {
    assert_eq!(lints("(c./ 1 0)"), ["WAT7044 (c./ 1 0)"]);
    assert_eq!(lints("(c./ n 0)"), ["WAT7044 (c./ n 0)"]);
    assert_eq!(lints("(c./ n 2 (c.- 1 1))").len(), 1);
    assert_eq!(lints("(c.+ 9223372036854775807 1 -1)").len(), 1);
    assert_eq!(lints("(c.+ 9223372036854775807 1 2.0)").len(), 1);
    assert_eq!(lints("(c.- -9223372036854775808)").len(), 1);
    assert_eq!(lints("(c.* 4611686018427387904 2)").len(), 1);
    assert_eq!(lints("(i./ 0)").len(), 1);
    assert_eq!(lints("(c.mod n 0)").len(), 1);
    assert_eq!(lints("(c.quot -9223372036854775808 -1)").len(), 1);
    for division in [
        "(c./ 1.0 0)",
        "(c./ 1 0.0)",
        "(c./ n -0.0)",
        "(c./ 0.0)",
        "(c./ 1.0 2 (c.- 0.5 0.5))",
        "(c.f64::/ 1.0 0.0)",
        "(c.f64::/'2 1.0 -0.0)",
        "(c./'2 n 0.0)",
        "(c./'i64'f64 1 0.0)",
        "(c./'f64'i64 1.0 0)",
        "(c.i64::/'2 1 0)",
        "(c.i64::quot n 0)",
        "(c.i64::rem n 0)",
        "(c.i64::mod n 0)",
        "(c.-> 1.0 (c./ 0))",
    ] {
        assert_eq!(lints(division).len(), 1, "{division}");
    }
    for overflow in [
        "(c.i64::+'2 9223372036854775807 1)",
        "(c.i64::-'2 -9223372036854775808 1)",
        "(c.i64::*'2 4611686018427387904 2)",
        "(c.+'2 9223372036854775807 1)",
        "(c.i64::quot -9223372036854775808 -1)",
        "(c.i64::abs -9223372036854775808)",
        "(c.i64::pow 2 63)",
        "(c.i64::pow -3 9223372036854775807)",
    ] {
        assert_eq!(lints(overflow).len(), 1, "{overflow}");
    }
    for body in [
        "(c./ 0.0 1)",
        "(c./ 0.0 n)",
        "(c.* 1.0e308 10.0)",
        "(c.f64::+'2 1.0e308 1.0e308)",
        "(c.- 0.0)",
        "(c.i64::pow -2 63)",
        "(c.i64::pow -1 9223372036854775807)",
        "(c.i64::pow 0 9223372036854775807)",
        "(c.i64::wrapping-add 9223372036854775807 1)",
        "(c.i64::checked-add 9223372036854775807 1)",
        "(c.+ 9223372036854775807 n 1)",
        "(c.+ 9223372036854775807 0)",
        "(c./ 0 1)",
        "(c.rem -9223372036854775808 -1)",
    ] {
        assert_eq!(lints(body), [""; 0], "{body}");
    }
}

#[test]
fn a_stream_has_one_consumer() {
    let twice = "(:wat::stream::collect s) (:wat::stream::collect s)";
    assert_eq!(lints(twice), ["WAT7043 (:wat::stream::collect s)"]);
    let stages = "(:wat::stream::collect (:wat::stream::take s 1)) (:wat::stream::collect (:wat::stream::take s 1))";
    assert_eq!(lints(stages), ["WAT7043 (:wat::stream::take s 1)"]);
    let branches = "(c.if b (:wat::stream::collect s) (:wat::stream::collect s))";
    assert_eq!(lints(branches), [""; 0]);
    assert_eq!(
        lints("(:wat::stream::collect (:wat::stream::take s 1))"),
        [""; 0]
    );
}

#[test]
fn helpers_of_the_library_mean_nothing_to_programs() {
    for (text, told) in [
        (
            "(:wat::core::def :my::x (:wat::core::__internal/map-from [1] 0 []))",
            "WAT3201",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::map [1] :wat::core::__internal/display))",
            "WAT3001",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::contains? :wat::core::__internal/display 1))",
            "WAT3401",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::apply :wat::core::__internal/display [1]))",
            "WAT3001",
        ),
        (
            "(:wat::core::defn :my::f [x <- :wat::core::__internal/Any] -> :wat::core::nil :wat::core::nil)",
            "WAT3101",
        ),
        (
            "(:wat::core::defn :my::f [x <- :wat::core::__internal::Seqable<wat::core::i64>] -> :wat::core::nil :wat::core::nil)",
            "WAT3203",
        ),
        (
            "(:wat::runtime::define-alias :my::f :wat::core::__internal/range)",
            "WAT2112",
        ),
        (
            "(:wat::core::defmacro :my::m [] -> :wat::WatAST `(:wat::core::str ~(:wat::core::__internal/range 0 3 1)))",
            "WAT3201",
        ),
        (
            "(:wat::core::defmacro :my::m [] -> :wat::WatAST `(:wat::core::__internal/range 0 3 1))\n(:wat::core::def :my::x (:my::m))",
            "WAT3201",
        ),
        (
            "(:wat::core::def :my::x (:wat::core::not (:wat::test::__internal/body 1)))",
            "WAT3201",
        ),
        (
            "(:wat::test::__internal/use-factory () :my::t (:wat::test::assert-true true))",
            "WAT2003",
        ),
    ] {
        let told_of = spans(text);
        let codes: Vec<&str> = told_of.iter().map(|told| &told[..7]).collect();
        assert_eq!(codes, [told], "{text}: {told_of:?}");
        let all = format!("{told_of:?}");
        assert!(!all.contains("did you mean"), "{all}");
    }
    // What the library's own macros write is the library's.
    for text in [
        "(:wat::core::defn :my::f [] -> :wat::kernel::Failure (:wat::test::assert-panics \"x\" (:wat::test::assert-true false)))",
        "(:wat::test::defprop :my::p [x <- :wat::core::i64] (:wat::test::assert-eq x x))",
        "(:wat::core::defmacro :my::m [name <- :wat::WatAST] -> :wat::WatAST `(:wat::test::defprop ~name [x <- :wat::core::i64 y <- ~(:wat::core::keyword-node \":wat::core::bool\")] (:wat::test::assert-eq x x)))\n(:my::m :my::p)",
        "(:wat::test::make-deftest :my::test ())\n(:my::test :my::t (:wat::test::assert-true true))",
        "(:wat::test::deftest-hermetic :my::t () (:wat::test::assert-true true))",
    ] {
        assert_eq!(spans(text), [""; 0], "{text}");
    }
    let db = database(&[(
        "main.wat",
        "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)".to_owned(),
    )]);
    let file = db.file("main.wat").expect("was just added");
    for name in [":wat::core::__internal/range", ":wat::core::__internal/Any"] {
        for question in [Question::Definition, Question::Signature, Question::Doc] {
            assert_eq!(reflect(&db, file, question, name), None, "{name}");
        }
    }
}

#[test]
fn a_lifted_operator_is_what_a_wrong_element_is_told_at() {
    for (body, code) in [
        ("(c.reduce [\"a\"] c.+)", "WAT3403"),
        ("(c.reduce c.* [true])", "WAT3403"),
        ("(c.reduce [[1]] c.- )", "WAT3403"),
        ("(c.sort [1 2] c.+)", "WAT3001"),
    ] {
        assert_eq!(codes(body), [code], "{body}");
    }
    let found = diagnostics("(c.reduce [\"a\"] c.+)");
    assert!(found[0].message.contains(":wat::core::String"));
    let text = "(:wat::core::defn :my::f<T> [xs <- :wat::core::Vector<T>] -> :T (:wat::core::reduce xs :wat::core::+))";
    assert_eq!(spans(text), ["WAT3403 1:88-1:101"]);
    // A byte that an operator is given cannot be converted at the operator.
    assert!(diagnostics("(c.map [(c.u8 1)] c.-)")[0].fixes.is_empty());
}

#[test]
fn operators_lift_to_functions_without_parameters() {
    for body in [
        "(c.let [f c.+] (f))",
        "(c.+ 1 (c.let [f c.*] (f)))",
        "(f.+ 1.5 (c.let [f f.*] (f)))",
    ] {
        accepts(body);
    }
    for body in [
        "(c.let [f c.-] (f))",
        "(c.let [f i.-] (f))",
        "(c.let [f f./] (f))",
        "(c.let [f c.+'2] (f))",
    ] {
        assert_eq!(codes(body), ["WAT3402"], "{body}");
    }
}

#[test]
fn of_equal_keys_the_first_stays() {
    for (body, title, texts) in [
        (
            "{0.0 1 -0.0 2}",
            "delete the earlier entry and keep its key",
            &["", "0.0"][..],
        ),
        (
            "{[-0.0] 1 [0.0] 2}",
            "delete the earlier entry and keep its key",
            &["", "[-0.0]"],
        ),
        ("#{0.0 -0.0}", "delete the later element", &[""]),
        ("#{0.0 0.0}", "delete the earlier element", &[""]),
        ("{-0.0 1 -0.0 2}", "delete the earlier entry", &[""]),
    ] {
        let found = diagnostics(body);
        let fix = &found[0].fixes[0];
        assert_eq!(&*fix.title, title, "{body}");
        let inserts: Vec<&str> = fix.edits.iter().map(|edit| &*edit.insert).collect();
        assert_eq!(inserts, texts, "{body}");
    }
}

#[test]
fn the_former_slot_of_a_map_may_be_open_or_an_alias() {
    for body in [
        "(c.HashMap :wat::type::Infer \"a\" 1)",
        "(c.HashMap :wat::type::Infer :a 1 :b 2)",
        "(c.HashMap :(wat::core::String,wat::core::i64) \"a\" 1)",
    ] {
        let found = diagnostics(body);
        let codes: Vec<_> = found.iter().map(|d| d.code.to_string()).collect();
        assert_eq!(codes, ["WAT7001"], "{body}: {found:?}");
    }
    let text = "(:wat::core::typealias :my::Pair :(wat::core::keyword,wat::core::i64))\n(:wat::core::def :my::x (:wat::core::HashMap :my::Pair :a 1))";
    assert_eq!(spans(text), ["WAT7001 2:46-2:55"]);
    assert_eq!(
        codes("(c.HashMap :wat::type::Infer c.i64 \"a\")"),
        ["WAT3410"]
    );
    assert_eq!(codes("(c.HashMap c.keyword :a :b)"), ["WAT3013"]);
    assert_eq!(codes("(c.HashMap c.keyword c.i64 :b)"), ["WAT3410"]);
}

#[test]
fn a_retired_name_is_told_before_what_it_lacks() {
    for body in [
        "(c.vec 1 2)",
        "(c.list)",
        "(c.tuple)",
        "(c.vec)",
        "(c.i64::= 1)",
        "(c.f64::< 1.0 2.0 3.0)",
        "(c.uuid::v4 1)",
        "(c.apply c.i64::= [1 2])",
        "(c.inc)",
    ] {
        let found = diagnostics(body);
        let codes: Vec<_> = found.iter().map(|d| d.code.to_string()).collect();
        assert_eq!(codes, ["WAT3450"], "{body}: {found:?}");
    }
    let (how, texts) = first_fix("(c.vec 1 2)");
    assert_eq!(
        (how, texts.as_slice()),
        (
            Applicability::MachineApplicable,
            &["[".to_owned(), "]".to_owned()][..]
        )
    );
    assert_eq!(first_fix("(c.i64::= 1)").0, Applicability::MaybeIncorrect);
    let text = "(:wat::core::defn :my::f [s <- :wat::std::stream::Stream<wat::core::i64>] -> :wat::core::Vector<wat::core::i64> (:wat::stream::collect s))";
    assert_eq!(spans(text), ["WAT3450 1:32-1:73"]);
}

#[test]
fn an_overloaded_name_is_put_in_for_an_unknown_head_where_the_call_fits() {
    let how = |body: &str| {
        diagnostics(body)[0]
            .fixes
            .first()
            .map(|fix| fix.applicability)
    };
    for (body, wanted) in [
        ("(c.lengt [1])", Some(Applicability::MachineApplicable)),
        ("(c.lengt \"a\")", Some(Applicability::MaybeIncorrect)),
        ("(c.lengt [1] 2)", Some(Applicability::MaybeIncorrect)),
        ("(c.secon [1])", Some(Applicability::MachineApplicable)),
        ("(c.secon [1] 2)", Some(Applicability::MaybeIncorrect)),
    ] {
        assert_eq!(how(body), wanted, "{body}");
    }
}

#[test]
fn what_is_quoted_is_blamed_with_its_quote() {
    for (body, wrong) in [
        ("(c.+ 1 'x)", "'x"),
        ("(c.length '(a b))", "'(a b)"),
        ("(c.+ 1 `(a ~(c.+ 1 2)))", "`(a ~(:wat::core::+ 1 2))"),
        ("(i.+ 1 (c.quote x))", "(:wat::core::quote x)"),
    ] {
        let found = diagnostics(body);
        let [only] = &found[..] else {
            panic!("{body}: {found:?}");
        };
        let text = format!("(:wat::core::def :my::x\n{})\n", long(body));
        assert_eq!(&text[only.span.range], wrong, "{body}");
    }
}
