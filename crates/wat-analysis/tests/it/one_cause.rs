//! Mistakes that were told more than once.

use crate::fixes::{apply, diagnose, every_machine_fix_is_safe};

fn codes(text: &str) -> Vec<u16> {
    let (_db, found) = diagnose(text);
    found.iter().map(|it| it.code.0).collect()
}

fn body(code: &str) -> String {
    format!("(:wat::core::defn :user::f [] -> :wat::core::nil {code})")
}

#[test]
fn a_type_token_of_former_spellings_is_one_diagnostic() {
    for (ty, code, written) in [
        (
            ":fn(i64)->bool",
            3904,
            ":wat::core::Fn(wat::core::i64)->wat::core::bool",
        ),
        (
            ":fn(wat::core::i64)->wat::core::bool",
            3904,
            ":wat::core::Fn(wat::core::i64)->wat::core::bool",
        ),
        (
            ":wat::core::Vector<Fn(wat::core::i64)->i64>",
            3904,
            ":wat::core::Vector<wat::core::Fn(wat::core::i64)->wat::core::i64>",
        ),
        (
            ":Option<Option<i64>>",
            3903,
            ":wat::core::Option<wat::core::Option<wat::core::i64>>",
        ),
    ] {
        let text = format!("(:wat::core::defn :u::k [w <- {ty}] -> :wat::core::i64 1)");
        let (_db, found) = diagnose(&text);
        assert_eq!(found.len(), 1, "{text}\n{found:#?}");
        assert_eq!(found[0].code.0, code, "{found:#?}");
        assert!(
            apply(&text, &found[0].fixes[0]).contains(written),
            "{found:#?}"
        );
        assert_eq!(
            found[0].message.matches("`Option` is").count(),
            usize::from(code == 3903)
        );
        every_machine_fix_is_safe(&text);
    }
}

#[test]
fn a_function_with_a_rest_parameter_where_none_can_be_takes_anything() {
    let rest = "(:wat::core::fn [& xs <- :wat::core::Vector<wat::core::i64>] -> :wat::core::i64 (:wat::core::length xs))";
    for code in [
        format!("(:wat::core::let [f {rest}] (:wat::kernel::println (f 1 2)))"),
        format!("(:wat::kernel::println ({rest} 1 2))"),
    ] {
        assert_eq!(codes(&body(&code)), [2107], "{code}");
    }
}

#[test]
fn a_keyword_without_a_second_one_is_no_type_of_a_map() {
    let text = body("(:wat::kernel::println (:wat::core::HashMap :a 1))");
    assert_eq!(codes(&text), [3013]);
    let text = body("(:wat::kernel::println (:wat::core::HashMap :a :b))");
    assert_eq!(codes(&text), [3203, 3203]);
}

#[test]
fn the_identity_of_the_top_level_is_somebody() {
    assert_eq!(
        codes(
            "(:wat::core::def-restricted :k::v :restricted-to [:user::] 5)\n(:wat::core::let [q :k::v] (:wat::core::def :u::x q))"
        ),
        [0; 0]
    );
    assert_eq!(
        codes("(:wat::core::def-restricted :k::v :restricted-to [:usr::] 5)"),
        [3305]
    );
}

#[test]
fn an_unquote_takes_one_form() {
    for template in [
        "`(a (:wat::core::unquote 1 2))",
        "`(a (:wat::core::unquote))",
        "`(a (:wat::core::unquote-splicing [1] [2]))",
    ] {
        assert_eq!(
            codes(&body(&format!("(:wat::kernel::println {template})"))),
            [2212]
        );
    }
    // Below another template it is data.
    assert_eq!(
        codes(&body(
            "(:wat::kernel::println `(a `(b (:wat::core::unquote 1 2))))"
        )),
        [0; 0]
    );
}

#[test]
fn a_fix_that_would_leave_an_arrow_behind_is_not_offered() {
    let (_db, found) = diagnose(&body("(:wat::core::if true -> :wat::core::i64 1)"));
    assert_eq!(found.len(), 1);
    assert!(found[0].fixes.is_empty(), "{found:#?}");
}

/// The first diagnostic of a text: its message and its label.
fn first(text: &str) -> (String, String) {
    let (_db, found) = diagnose(text);
    assert!(!found.is_empty(), "{text}");
    (found[0].message.to_string(), found[0].label.to_string())
}

#[test]
fn messages_name_what_they_are_about() {
    let message = |text: &str| first(text).0;
    assert_eq!(
        message(&body(
            "(:wat::core::let [go (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x)] (:wat::kernel::println (go 1 2)))"
        )),
        "`go` takes 1 argument, found 2"
    );
    assert_eq!(
        message(&format!(
            "(:wat::core::enum :my::E :A)\n{}",
            body("(:wat::kernel::println (:my::E::A))")
        )),
        "`:my::E::A` is no function and cannot be called"
    );
    assert_eq!(
        message("(:wat::core::define-dispatch :my::d ((:wat::core::i64) :my::nope))"),
        "no function is called `:my::nope`"
    );
    assert_eq!(
        message(&body("(:wat::kernel::println (:wat::form::matches? 1))")),
        "`:wat::form::matches?` takes a value and a pattern, found 1 form"
    );
    let f = "[x <- :wat::core::i64] -> :wat::core::i64 x)";
    let (message, label) = first(&format!(
        "(:wat::config::set-redef! true)\n(:wat::core::defn-restricted :k::f :restricted-to [:k::] {f}\n(:wat::core::defn-restricted :k::f :restricted-to [:k:: :user::] {f}"
    ));
    assert_eq!(
        message,
        "the second definition of `:k::f` admits other callers"
    );
    assert_eq!(label, "other callers than before");
}

#[test]
fn no_label_is_longer_than_sixty_characters() {
    let long = ":wat::core::Result<wat::core::Vector<wat::core::String>,wat::core::HashMap<wat::core::String,wat::core::i64>>";
    for text in [
        body("(:wat::core::cond (true 1))"),
        format!("(:wat::core::defn :u::f [x <- {long}] -> :wat::core::i64 x)"),
        format!("(:wat::core::defn :u::f [x <- {long}] -> :wat::core::i64 (:wat::core::+ x 1))"),
    ] {
        let (_db, found) = diagnose(&text);
        for diagnostic in &found {
            let labels = diagnostic.labels.iter().map(|it| &*it.message);
            for label in labels.chain([&*diagnostic.label]) {
                assert!(label.chars().count() <= 60, "{label}");
                assert_eq!(label.matches('`').count() % 2, 0, "{label}");
            }
        }
    }
}

#[test]
fn what_a_retired_load_form_would_have_loaded_is_not_missed() {
    for text in [
        "(:wat::load! \"lib.wat\")\n(:wat::core::defn :a::b [] -> :wat::core::i64 (:lib::f))",
        "(:wat::test::deftest :a::t ((:wat::core::load! \"lib.wat\")) (:wat::test::assert-eq (:lib::f) 5))",
        "(:wat::test::deftest-hermetic :a::t ((:wat::load! \"lib.wat\")) (:wat::test::assert-eq (:lib::f) 5))",
    ] {
        assert_eq!(codes(text), [2190], "{text}");
    }
}

#[test]
fn a_retired_load_form_of_a_maker_of_tests_is_told_where_it_stands() {
    for maker in ["make-deftest", "make-deftest-hermetic"] {
        let made = format!("(:wat::test::{maker} :deftest ((:wat::core::load! \"lib.wat\")))");
        let uses = "(:deftest :a::t (:wat::test::assert-eq (:lib::f) 5))\n(:deftest :a::u (:wat::test::assert-eq 1 1))";
        for text in [made.clone(), format!("{made}\n{uses}")] {
            let (_db, found) = diagnose(&text);
            assert_eq!(found.len(), 1, "{text}\n{found:#?}");
            assert_eq!(found[0].code.0, 2190);
            assert_eq!(
                usize::from(found[0].span.range.start()),
                text.find(":wat::core::load!").unwrap()
            );
            assert!(apply(&text, &found[0].fixes[0]).contains("((:wat::load-file! \"lib.wat\"))"));
        }
    }
}

#[test]
fn bindings_around_a_hermetic_program_are_told_to_be_out_of_reach() {
    let helps = |text: &str| {
        let (_db, found) = diagnose(text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code.0, 3202);
        (
            found[0].notes.len(),
            found[0].help.clone().unwrap_or_default(),
        )
    };
    let inside = "(:wat::core::defn :my::g [x <- :wat::core::i64] -> :wat::kernel::RunResult (:wat::test::run-hermetic (:wat::kernel::println x)))";
    let (notes, help) = helps(inside);
    assert!(
        notes == 1 && help.contains("run-hermetic-with-io"),
        "{help}"
    );
    assert_eq!(helps(&body("(:wat::kernel::println x)")).0, 0);
}

#[test]
fn a_name_that_is_bound_twice_fits_its_users_either_way() {
    let pair = "(:wat::core::Tuple 1 \"s\")";
    for (code, column) in [
        (format!("(:wat::core::let [[a a] {pair}] (:wat::core::println (:wat::core::+ a 1)))"), 2203),
        (format!("(:wat::core::match {pair} ([a a] (:wat::core::println (:wat::core::+ a 1))))"), 2203),
        ("((:wat::core::fn [a <- :wat::core::i64 a <- :wat::core::String] -> :wat::core::i64 (:wat::core::+ a 1)) 1 \"s\")".to_owned(), 2106),
    ] {
        let code = code.replace("core::println", "kernel::println");
        let text = body(&format!("(:wat::core::do {code} :wat::core::nil)"));
        assert_eq!(codes(&text), [column], "{text}");
    }
    // Of one type it is used with that type.
    let same = body(
        "(:wat::core::let [[a a] (:wat::core::Tuple \"r\" \"s\")] (:wat::kernel::println (:wat::core::+ a 1)))",
    );
    assert_eq!(codes(&same), [2203, 3403]);
}

#[test]
fn a_variant_or_field_that_is_declared_twice_is_told_there_alone() {
    let matched = "(:wat::core::defn :user::g [e <- :user::E] -> :wat::core::i64 (:wat::core::match e (:user::E::A 1) ((:user::E::B n) n)))";
    for variants in [
        ":A :A (B (x :wat::core::i64))",
        "(B (x :wat::core::i64)) :A (B (x :wat::core::i64))",
        "(B (x :wat::core::i64)) :A (B)",
    ] {
        let text = format!("(:wat::core::enum :user::E {variants})\n{matched}");
        assert_eq!(codes(&text), [2109], "{text}");
    }
    let gap = "(:wat::core::enum :user::E :A :A :B)\n(:wat::core::defn :user::g [e <- :user::E] -> :wat::core::i64 (:wat::core::match e (:user::E::A 1)))";
    assert_eq!(codes(gap), [2109, 2301]);
    let unknown = "(:wat::core::enum :user::E :A (A (x :user::Nope)))";
    assert_eq!(codes(unknown), [2109, 3203]);
    for uses in [
        "(:wat::core::+ 1 (:user::S/a s))",
        "(:wat::core::string::length (:user::S/a s))",
        "(:wat::core::let [{a} s] (:wat::core::+ 1 a))",
    ] {
        let text = format!(
            "(:wat::core::struct :user::S (a :wat::core::i64) (a :wat::core::String))\n(:wat::core::defn :user::g [s <- :user::S] -> :wat::core::i64 {uses})"
        );
        assert_eq!(codes(&text), [2109], "{text}");
    }
}

#[test]
fn a_type_parameter_that_only_the_body_names_is_not_declared_unattended() {
    let text = "(:wat::core::defn :user::id<T> [x <- :T] -> :T x)\n(:wat::core::defn :user::g [x <- :wat::core::i64] -> :wat::core::i64 (:user::id<T> x))";
    assert_eq!(codes(text), [3112]);
    every_machine_fix_is_safe(text);
}

const TYPES: &str = "(:wat::core::struct :my::P (x :wat::core::i64))\n(:wat::core::enum :my::E :A (B (v :wat::core::i64)))\n";

#[test]
fn names_in_a_wrong_pattern_are_bound() {
    for (code, expected) in [
        ("(:wat::core::let [{:x a} p] a)", 2202),
        (
            "(:wat::core::let [{:keys [x y]} p] (:wat::core::+ x y))",
            2202,
        ),
        (
            "(:wat::core::let [{a :x b :y} p] (:wat::core::+ a b))",
            2202,
        ),
        ("(:wat::core::let [#{a} p] a)", 2202),
        ("(:wat::core::match p ({:x a} a))", 2307),
        ("(:wat::core::match p (#{a} a))", 2307),
        ("(:wat::core::match e ((:my::E::B {:x a}) a) (_ 0))", 2307),
        (
            "(:wat::core::match t ([a {:x b}] (:wat::core::+ a b)))",
            2307,
        ),
    ] {
        let text = format!(
            "{TYPES}(:wat::core::defn :my::f [p <- :my::P e <- :my::E t <- :(wat::core::i64,my::P)] -> :wat::core::i64 {code})"
        );
        assert_eq!(codes(&text), [expected], "{text}");
    }
}

#[test]
fn names_in_a_wrong_binder_at_the_top_level_are_bound() {
    for (binding, expected) in [
        ("[a b c] (:wat::core::Tuple 1 2)", 3015),
        ("{a b c} 5", 3017),
        ("[a b c] [1 2 3]", 3001),
        ("{x a b c} (:my::P/new 1)", 2306),
        ("(:wat::core::Some [a b c]) (:wat::core::Some 1)", 2204),
        ("{:keys [a b c]} (:my::P/new 1)", 2202),
        ("c 1 a (:wat::core::nowhere) b", 2201),
    ] {
        let text = format!(
            "{TYPES}(:wat::core::let [{binding}] (:wat::core::def :my::a (:wat::core::+ a b c)))"
        );
        let told = codes(&text);
        assert!(told.contains(&expected), "{text}\n{told:?}");
        assert!(
            told.iter().all(|&code| code == expected || code == 3201),
            "{text}\n{told:?}"
        );
    }
    let text = format!("{TYPES}(:wat::core::let a (:wat::core::def :my::a a))");
    assert_eq!(codes(&text), [2201]);
}

#[test]
fn a_binder_with_a_type_is_one_diagnostic() {
    for (written, meant) in [
        ("[a <- :wat::core::i64 1]", "[a 1]"),
        ("[a <- 1]", "[a 1]"),
        (
            "[a <- :wat::core::i64 1 b 2 c <- :wat::core::String \"x\"]",
            "[a 1 b 2 c \"x\"]",
        ),
    ] {
        let text = |bindings: &str| {
            body(&format!(
                "(:wat::core::let {bindings} (:wat::kernel::println a))"
            ))
        };
        let (_db, found) = diagnose(&text(written));
        let errors: Vec<_> = found.iter().filter(|it| it.code.0 != 7301).collect();
        assert_eq!(errors.len(), written.matches("<-").count(), "{found:#?}");
        assert!(errors.iter().all(|it| it.code.0 == 2202), "{found:#?}");
        let mut fixed = text(written);
        for it in errors.iter().rev() {
            fixed = apply(&fixed, &it.fixes[0]);
        }
        assert_eq!(fixed, text(meant));
        every_machine_fix_is_safe(&text(written));
    }
    for shifted in [
        "[[a b] (:wat::core::Tuple 1 2) {c} 3 4]",
        "[a 1 b 2 c <- :wat::core::i64]",
        "[a 1 b 2 c <-]",
    ] {
        let text = body(&format!(
            "(:wat::core::let {shifted} (:wat::kernel::println (:wat::core::Tuple a b c)))"
        ));
        assert_eq!(codes(&text), [2201], "{text}");
        every_machine_fix_is_safe(&text);
    }
    let top =
        format!("{TYPES}(:wat::core::let [a <- :wat::core::i64 1] (:wat::core::def :my::a a))");
    assert_eq!(codes(&top), [2202]);
}

#[test]
fn a_keyword_matches_keywords_whatever_it_names() {
    let matched = |ty: &str, arms: &str| {
        let text = format!(
            "{TYPES}(:wat::core::defn :my::f [k <- {ty}] -> :wat::core::i64 (:wat::core::match k {arms}))"
        );
        codes(&text)
    };
    assert_eq!(matched(":wat::core::keyword", "(:my::E::A 1) (_ 2)"), []);
    assert_eq!(
        matched(":wat::core::keyword", "(:my::E::B 1) (:x 3) (_ 2)"),
        []
    );
    assert_eq!(
        matched(
            ":(wat::core::keyword,my::E)",
            "([:my::E::A :my::E::A] 1) (_ 2)"
        ),
        []
    );
    assert_eq!(matched(":wat::core::i64", "(:my::E::A 1) (_ 2)"), [2303]);
    assert_eq!(
        matched(":wat::core::keyword", "((:my::E::B x) 1) (_ 2)"),
        [2303]
    );
}

#[test]
fn a_variant_without_fields_stands_without_parentheses() {
    for (ty, arms) in [
        (":my::E", "((:my::E::A) 1) (_ 2)"),
        (
            ":wat::core::Option<wat::core::i64>",
            "((:wat::core::None) 1) (_ 2)",
        ),
    ] {
        let text = format!(
            "{TYPES}(:wat::core::defn :my::f [e <- {ty}] -> :wat::core::i64 (:wat::core::match e {arms}))"
        );
        assert_eq!(codes(&text), [2305], "{text}");
        every_machine_fix_is_safe(&text);
    }
}

#[test]
fn a_struct_is_called_one_where_a_variant_is_meant() {
    let text = format!(
        "{TYPES}(:wat::core::defn :my::f [p <- :my::P] -> :wat::core::i64 (:wat::core::match p ((:my::P x) x)))"
    );
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.0, 2303);
    assert_eq!(
        found[0].message,
        "`:my::P` is a struct, and not the variant of an enum"
    );
}

#[test]
fn a_field_with_the_name_of_the_constructor_is_a_second_definition() {
    for declaration in [
        "(:wat::core::struct :my::P (new :wat::core::i64) (b :wat::core::i64))",
        "(:wat::core::struct :my::P (b :wat::core::i64) (new :wat::core::i64))",
        "(:wat::core::struct-restricted :my::P [:user::] ([:user::] new <- :wat::core::i64) (b <- :wat::core::i64))",
    ] {
        for code in [
            ":wat::core::nil",
            "(:wat::core::do (:my::P/new 1 2) :wat::core::nil)",
            "(:wat::core::let [p (:my::P/new 1 2)] (:wat::kernel::println (:my::P/new p)))",
            "(:wat::core::do (:wat::core::map [1] :my::P/new) :wat::core::nil)",
        ] {
            let text = format!("{declaration}\n{}", body(code));
            let (_db, found) = diagnose(&text);
            assert_eq!(found.len(), 1, "{text}\n{found:#?}");
            assert_eq!(found[0].code.0, 2101, "{text}");
            let at = declaration.find("new ").expect("the field is there");
            assert_eq!(usize::from(found[0].span.range.start()), at, "{text}");
            assert_eq!(found[0].labels.len(), 1, "{text}");
            assert!(found[0].fixes.is_empty(), "{text}");
        }
    }
    let text = "(:wat::core::struct :my::P (new :wat::core::i64) (new :wat::core::i64))";
    assert_eq!(codes(text), [2101, 2109]);
    // Two fields of one name are one mistake of the shape.
    let text = "(:wat::core::struct :my::P (b :wat::core::i64) (b :wat::core::i64))";
    assert_eq!(codes(text), [2109]);
}

#[test]
fn a_comma_before_a_parameter_of_a_macro_is_told_once() {
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ,x 1))\n";
    assert_eq!(codes(text), [1903]);
    let text = format!("{text}{}", body("(:wat::kernel::println (:my::m 3))"));
    let (_db, found) = diagnose(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.0, 2411);
    assert_eq!(codes(&apply(&text, &found[0].fixes[0])), [] as [u16; 0]);
    // A comma that harms nothing stays a warning.
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ,1 ~x))\n";
    let text = format!("{text}{}", body("(:wat::kernel::println (:my::m 3))"));
    assert_eq!(codes(&text), [1903]);
}

#[test]
fn a_definition_is_no_candidate_for_what_it_stands_for() {
    for (text, code) in [
        ("(:wat::runtime::define-alias :my::flip :my::flipp)", 2112),
        ("(:wat::core::typealias :my::Foo :my::Fooo)", 3203),
        (
            "(:wat::core::typealias :my::Foo :wat::core::Vector<my::Fooo>)",
            3203,
        ),
        ("(:wat::core::def :my::val (:my::vall))", 3201),
    ] {
        let (_db, found) = diagnose(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].code.0, code, "{text}");
        assert!(found[0].fixes.is_empty(), "{text}\n{found:#?}");
        assert_eq!(found[0].help, None, "{text}");
    }
    // What runs later may call itself, and other names stay.
    let text = "(:wat::core::def :my::val (:wat::core::fn [] -> :wat::core::i64 (:my::vall)))";
    let (_db, found) = diagnose(text);
    assert_eq!(found[0].fixes.len(), 1, "{found:#?}");
    let text = "(:wat::core::struct :my::Foos (x :wat::core::i64))\n(:wat::core::typealias :my::Foo :my::Fooo)";
    let (_db, found) = diagnose(text);
    assert_eq!(found[0].fixes.len(), 1, "{found:#?}");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `:my::Foos`?"));
}

#[test]
fn a_wrong_number_of_arguments_of_a_form_is_told_at_its_head() {
    for (call, head, surplus) in [
        ("(:wat::runtime::kind-of)", ":wat::runtime::kind-of", 0),
        (
            "(:wat::runtime::kind-of :a :b)",
            ":wat::runtime::kind-of",
            1,
        ),
        ("(:wat::runtime::doc :a :b 3)", ":wat::runtime::doc", 2),
        (
            "(:wat::runtime::signature-of-defn :a :b)",
            ":wat::runtime::signature-of-defn",
            1,
        ),
        ("(:wat::core::keyword/of)", ":wat::core::keyword/of", 0),
        ("(:wat::core::Some 1 2)", ":wat::core::Some", 1),
    ] {
        let text = body(&format!("(:wat::core::do {call} :wat::core::nil)"));
        let (_db, found) = diagnose(&text);
        assert_eq!(found.len(), 1, "{text}\n{found:#?}");
        assert_eq!(found[0].code.0, 3002, "{text}");
        assert_eq!(&text[found[0].span.range], head, "{text}");
        assert_eq!(found[0].labels.len(), surplus, "{text}");
    }
}

#[test]
fn two_parameters_of_a_macro_are_told_like_those_of_a_function() {
    let text = "(:wat::core::defmacro :my::m [x <- :wat::WatAST x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 1))";
    let (_db, found) = diagnose(text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.0, 2106);
    assert_eq!(found[0].labels.len(), 1);
    assert_eq!(codes(&apply(text, &found[0].fixes[0])), [] as [u16; 0]);
}

/// What a form at the top level that came to nothing mentions, it may have defined.
#[test]
fn what_a_failed_macro_would_have_defined_is_not_unknown() {
    let uses = body("(:wat::core::do (:my::next \"a\") (:my::S/new 1) :wat::core::nil)");
    let failing = "(:wat::core::defmacro :my::machine [name <- :wat::WatAST & rest <- :wat::core::Vector<wat::WatAST>] -> :wat::WatAST
  (:wat::core::let [broken (:wat::core::/ 1 0)] `(:wat::core::defn ~name [s <- :wat::core::String] -> :wat::core::nil :wat::core::nil)))";
    let call = "(:my::machine :my::next :my::S)";
    assert_eq!(codes(&format!("{failing}\n{call}\n{uses}")), [2408]);
    // A misspelled macro: its own name is unknown, and nothing else.
    let found = codes(&format!("(:my::machin :my::next :my::S)\n{uses}"));
    assert_eq!(found, [3201]);
    // A keyword variant among them.
    let variant = body("(:my::with-next :s \"a\")");
    assert_eq!(
        codes(&format!("(:wat::core::auto-kwargs :my::next)\n{variant}")),
        [3201]
    );
    // Other names are as unknown as ever.
    let other = body("(:my::after \"a\")");
    assert_eq!(codes(&format!("{failing}\n{call}\n{other}")), [2408, 3201]);
    let typed = "(:wat::core::defn :user::g [x <- :my::S y <- :my::T] -> :my::S x)";
    assert_eq!(codes(&format!("{failing}\n{call}\n{typed}")), [2408, 3203]);
    // A test that is wrong would have defined nothing.
    let test = "(:wat::test::deftest :my::t 5 (:my::next \"a\"))";
    let used = body("(:my::next \"a\")");
    assert_eq!(codes(&format!("{test}\n{used}")), [2903, 3201]);
    // A name may be made of what the call says, and the macro be broken.
    let made =
        body("(:wat::core::do (:my::get-height) (:my::S/step) (:my::make-S) :wat::core::nil)");
    let call = "(:my::machine :my::S \"height\")";
    assert_eq!(codes(&format!("{failing}\n{call}\n{made}")), [2408]);
    let broken = failing.replace("(:wat::core::/ 1 0)", "(:wat::core::nope 1)");
    assert_eq!(codes(&format!("{broken}\n{call}\n{made}")), [3201]);
    let other = body("(:wat::core::do (:my::heights) (:my::step) :wat::core::nil)");
    assert_eq!(
        codes(&format!("{broken}\n{call}\n{other}")),
        [3201, 3201, 3201]
    );
    // The entry point may be among them.
    let program = format!("{failing}\n(:my::machine :user::main)");
    let db = crate::support::database(&[("main.wat", &program)]);
    let main = db.file("main.wat").expect("the file is there");
    assert!(wat_analysis::entry_diagnostics(&db, main).is_empty());
}

#[test]
fn a_value_that_is_a_function_may_mention_itself() {
    for text in [
        "(:wat::core::def :my::v (:wat::core::let [n 1] (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::i64 (:my::v n))))",
        "(:wat::core::def :my::a (:wat::core::let [n 1] (:wat::core::fn [] -> :wat::core::i64 (:my::b))))\n(:wat::core::def :my::b (:wat::core::do (:wat::core::fn [] -> :wat::core::i64 (:my::a))))",
        "(:wat::core::def :my::v (:wat::core::let [n 1] (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::i64 (:my::kw :a n))))\n(:wat::kwargs::define-with-kwargs :my::kw :my::v [:a])",
    ] {
        let text = format!("{text}\n{}", body(":wat::core::nil"));
        assert_eq!(codes(&text), [] as [u16; 0], "{text}");
        let db = crate::support::database(&[("main.wat", &*text)]);
        let file = db.file("main.wat").expect("was just added");
        for step in wat_analysis::start_steps(&db, file) {
            if let wat_analysis::StartStep::Value(name) = step {
                assert!(wat_analysis::value_ir(&db, file, &name).is_some(), "{name}");
            }
        }
    }
}

#[test]
fn a_value_whose_type_depends_on_itself_is_told() {
    for text in [
        "(:wat::core::def :my::a [(:wat::core::fn [] -> :wat::core::i64 (:wat::core::length :my::a))])",
        "(:wat::core::def :my::v (:my::mk (:my::kw :a 1)))\n(:wat::core::defn :my::mk [n <- :wat::core::i64] -> :wat::core::Fn(wat::core::i64)->wat::core::i64 (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::i64 n))\n(:wat::kwargs::define-with-kwargs :my::kw :my::v [:a])",
    ] {
        assert_eq!(codes(text), [2108], "{text}");
    }
    // So is a circle of values, at the first of them.
    let later = "(:wat::core::fn [] -> :wat::core::i64 (:wat::core::do";
    for text in [
        format!(
            "(:wat::core::def :my::a [{later} :my::b :my::c 1))])\n(:wat::core::def :my::b [{later} :my::c 1))])\n(:wat::core::def :my::c [{later} :my::a :my::b :my::a 1))])"
        ),
        format!("(:wat::core::def :my::a [{later} :my::b 1))])\n(:wat::core::def :my::b [:my::a])"),
        format!("(:wat::core::def :my::a [:my::b])\n(:wat::core::def :my::b [{later} :my::a 1))])"),
    ] {
        assert_eq!(codes(&text), [2108], "{text}");
    }
    // A target that is wrong is told where it is made.
    let text = "(:wat::core::def :my::v (:my::mkae 1))\n(:wat::kwargs::define-with-kwargs :my::kw :my::v [:a])\n(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::kw :a 1))";
    assert_eq!(codes(text), [3201]);
}

#[test]
fn a_signature_is_told_once_with_the_fix_of_its_arrow() {
    let rest = "(:wat::core::+ x 1))\n";
    for (signature, fixed) in [
        ("<- :wat::core::i64", Some("-> :wat::core::i64")),
        ("=> :wat::core::i64", Some("-> :wat::core::i64")),
        (":wat::core::i64 ->", Some("-> :wat::core::i64")),
        ("nil -> :wat::core::i64", Some("-> :wat::core::i64")),
        (":x -> :wat::core::i64", Some("-> :wat::core::i64")),
        ("", None),
    ] {
        let text = format!("(:wat::core::defn :u::f [x <- :wat::core::i64] {signature} {rest}");
        let (_db, found) = diagnose(&text);
        assert_eq!(codes(&text), [2105], "{text}\n{found:#?}");
        let fixes = found[0].fixes.iter().map(|fix| apply(&text, fix));
        let fixed = fixed
            .map(|fixed| format!("(:wat::core::defn :u::f [x <- :wat::core::i64] {fixed} {rest}"));
        assert_eq!(fixes.collect::<Vec<_>>(), Vec::from_iter(fixed));
        every_machine_fix_is_safe(&text);
    }
    for text in [
        "(:wat::core::def :u::f (:wat::core::fn [x] (:wat::core::+ x 1)))",
        "(:wat::core::defn :u::f [x <- i64] -> i64 (:wat::core::+ x 1))",
        "(:wat::core::defn :u::f [x <- :wat::core::i64 -> :wat::core::i64] (:wat::core::+ x 1))",
        "(:wat::core::defn :u::f [x <- :wat::core::i64] (:wat::core::+ x 1) -> :wat::core::i64)",
    ] {
        assert_eq!(codes(text), [2105], "{text}");
    }
    // What the reader has told is no second finding.
    let text =
        "(:wat::core::defn :u::f [x <- :wat::core::i64] : :wat::core::i64 (:wat::core::+ x 1))";
    assert_eq!(codes(text), [1016]);
}

#[test]
fn an_arrow_in_a_form_of_another_shape_is_no_name() {
    let text = body("(:wat::core::if true => :wat::core::nil :wat::core::nil :wat::core::nil)");
    assert_eq!(codes(&text), [2206]);
}

#[test]
fn what_a_broken_definition_would_define_is_not_unknown() {
    let uses = "(:wat::core::def :u::a (:wat::core::+ 1 (:u::f 1)))\n\
         (:wat::core::def :u::b (:wat::core::map [1] :u::f))\n";
    let function = ":wat::core::defn :u::f [x <- :wat::core::i64] -> :wat::core::i64 x";
    for (definition, code) in [
        (
            format!("({})", function.replace(":wat::core::defn", "defn")),
            2003,
        ),
        (format!("[{function}]"), 2003),
        (format!("(:wat::core::Ok ({function}))"), 2003),
        (format!("({})", function.replace(":u::f", ":u::f::")), 2104),
        (format!("{function})"), 1031),
        (function.to_owned(), 2003),
    ] {
        let text = format!("{definition}\n{uses}");
        assert_eq!(codes(&text), [code], "{text}");
    }
    let text = "(:wat::core::defn f [] -> :wat::core::i64 1)\n(:wat::core::def :u::a (f))\n";
    assert_eq!(codes(text), [2104]);
    // Other names are unknown, and other expressions are told each.
    let text = format!("({function})\n{uses}:wat::core::def :u::c 1\n(:u::d)\n1 2\n");
    assert_eq!(codes(&text), [2003, 3201, 2003, 2003]);
}

#[test]
fn nothing_inside_a_form_of_the_language_in_other_letters_is_told() {
    for code in [
        "(:wat::core::Let [a 1] a)",
        "(:wat::core::LET [a 1] a)",
        "(:wat::core::Match 1 (n n))",
    ] {
        assert_eq!(codes(&body(code)), [3201], "{code}");
    }
    let text = "(:wat::core::defn :u::f [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil\n\
         (:wat::core::let [got (:wat::kernel::recv rx)]\n\
         (:wat::core::macth got ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))";
    assert_eq!(codes(text), [3201]);
}
