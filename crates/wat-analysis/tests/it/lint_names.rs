//! Lints of names: WAT71xx.

use wat_analysis::{Applicability, FileKind, RootDatabase, SourceText, file_lints};

/// The lints of a text: code, the text that each stands at, and the text after its fix, if that is always right.
pub fn linted(text: &str) -> Vec<(String, String, Option<String>)> {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let found = file_lints(&db, file);
    let fixed = |diagnostic: &wat_analysis::Diagnostic| {
        let mut fixes = diagnostic.fixes.iter();
        let fix = fixes.find(|fix| fix.applicability == Applicability::MachineApplicable)?;
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
        let mut text = text.to_owned();
        for edit in edits {
            text.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
        }
        Some(text)
    };
    let spanned = |diagnostic: &wat_analysis::Diagnostic| {
        let range = std::ops::Range::<usize>::from(diagnostic.span.range);
        (
            diagnostic.code.to_string(),
            text[range].to_owned(),
            fixed(diagnostic),
        )
    };
    found.iter().map(spanned).collect()
}

/// Applies the fixes of a code, one after the other, until there is none.
pub fn repaired(text: &str, code: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..20 {
        let found = linted(&text).into_iter();
        let fixed = found.filter(|(found, ..)| found == code);
        let Some(fixed) = fixed.filter_map(|(.., fixed)| fixed).next() else {
            break;
        };
        text = fixed;
    }
    text
}

/// The names rules' findings: code and the text that each stands at.
fn found(text: &str) -> Vec<String> {
    let found = linted(text).into_iter();
    found
        .filter(|(code, ..)| code.starts_with("WAT71"))
        .map(|(code, at, _)| format!("{code} {at}"))
        .collect()
}

#[test]
fn functions_values_and_locals_are_named_in_kebab_case() {
    let text = "(:wat::core::defn :demo::countWords [userId <- :wat::core::i64 N <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::let [max_size 1 _unused 2] (:wat::core::i64::+ userId max_size N)))
(:wat::core::def :demo::MAX 1)
(:wat::core::def :demo::Point/a->b 1)
(:wat::core::defmacro :demo::makeIt [x <- :wat::WatAST] -> :wat::WatAST x)
(:wat::core::defmacro :demo::Difference [x <- :wat::WatAST] -> :wat::WatAST x)
(:wat::core::defn :demo::set! [] -> :wat::core::nil :wat::core::nil)";
    assert_eq!(
        found(text),
        [
            "WAT7103 countWords",
            "WAT7103 userId",
            "WAT7103 max_size",
            "WAT7103 MAX",
            "WAT7103 makeIt",
        ]
    );
}

#[test]
fn types_and_variants_are_named_in_pascal_case() {
    let text = "(:wat::core::enum :demo::traffic-light :Red :green (:Off_now (x :wat::core::i64)))
(:wat::core::struct :demo::point (x_y :wat::core::i64))
(:wat::core::newtype :demo::HTTPPort :wat::core::i64)
(:wat::core::typealias :demo::big_row<T> :wat::core::Vector<T>)";
    assert_eq!(
        found(text),
        [
            "WAT7104 traffic-light",
            "WAT7104 :green",
            "WAT7104 :Off_now",
            "WAT7104 point",
            "WAT7104 big_row",
        ]
    );
}

#[test]
fn questions_end_in_a_question_mark_and_nothing_else_does() {
    let text = "(:wat::core::typealias :demo::Answer :wat::core::bool)
(:wat::core::defn :demo::is-small [n <- :wat::core::i64] -> :wat::core::bool (:wat::core::< n 10))
(:wat::core::defn :demo::Box/has-any<T> [n <- :T] -> :demo::Answer true)
(:wat::core::defn :demo::size? [n <- :wat::core::i64] -> :wat::core::i64 n)
(:wat::core::defn :demo::small? [n <- :wat::core::i64] -> :demo::Answer (:wat::core::< n 10))
(:wat::core::defn :demo::issue [n <- :wat::core::i64] -> :wat::core::bool (:wat::core::< n 10))
(:wat::core::defn :demo::is-what [n <- :wat::core::i64] -> :wat::core::i64 n)
(:wat::core::defn :demo::same?<T> [x <- :T] -> :T x)";
    assert_eq!(
        found(text),
        ["WAT7105 is-small", "WAT7105 has-any", "WAT7105 size?"]
    );
}

#[test]
fn an_alias_is_not_called_like_another_type_of_the_library() {
    let text = "(:wat::core::typealias :calc::Vector :wat::core::HashMap<wat::core::String,wat::core::f64>)
(:wat::core::typealias :calc::Sender :wat::kernel::Sender<wat::core::i64>)
(:wat::core::typealias :calc::Bytes :wat::core::Bytes)
(:wat::core::typealias :calc::Stream :wat::stream::Stream<wat::core::i64>)
(:wat::core::struct :other::Vector (x :wat::core::i64))";
    assert_eq!(found(text), ["WAT7106 Vector"]);
}

#[test]
fn a_local_that_hides_another_one_is_told() {
    let text = "(:wat::core::defn :demo::f [x <- :wat::core::Option<wat::core::i64> _y <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::let [a 1
                    a (:wat::core::i64::+ a 1)
                    _y 2
                    g (:wat::core::fn [a <- :wat::core::i64] -> :wat::core::i64 a)
                    b (:wat::core::let [c 1] c)
                    c 3]
    (:wat::core::match x
      ((:wat::core::Some x) (:wat::core::i64::+ x (g (:wat::core::i64::+ a b c))))
      (:wat::core::None 0))))";
    assert_eq!(found(text), ["WAT7108 a", "WAT7108 a", "WAT7108 x"]);
}

#[test]
fn what_a_macro_binds_twice_or_a_file_binds_around_a_function_is_not_hidden() {
    let text = "(:wat::core::defmacro :demo::bind [x <- :wat::WatAST v <- :wat::WatAST body <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::let [~x ~v] ((:wat::core::fn [~x <- :wat::core::i64] -> :wat::core::i64 ~body) ~x)))
(:wat::core::defn :demo::f [] -> :wat::core::i64 (:demo::bind y 1 (:wat::core::i64::+ y 1)))
(:wat::core::let [z 1]
  (:wat::core::defn :demo::g [z <- :wat::core::i64] -> :wat::core::i64 z))";
    assert_eq!(found(text), [""; 0]);
}

#[test]
fn what_a_macro_makes_is_not_judged_by_its_names() {
    let text = "(:wat::core::defmacro :demo::twice [x <- :wat::WatAST] -> :wat::WatAST
  `(:wat::core::let [x ~x y_y x] (:wat::core::i64::+ x y_y)))
(:wat::core::defn :demo::f [x <- :wat::core::i64] -> :wat::core::i64 (:demo::twice (:demo::twice x)))";
    assert_eq!(found(text), [""; 0]);
}

const ALIASES: &str =
    "(:wat::core::typealias :demo::Ages :wat::core::HashMap<wat::core::String,wat::core::i64>)
(:wat::core::typealias :demo::Rows<T> :wat::core::Vector<wat::core::Option<T>>)
(:wat::core::typealias :demo::List<T> :wat::core::Vector<T>)
(:wat::core::typealias :demo::Age :wat::core::i64)
";

#[test]
fn a_type_that_an_alias_names_is_written_by_it() {
    let text = |types: [&str; 4]| {
        let [a, b, c, d] = types;
        format!("{ALIASES}(:wat::core::defn :demo::f<T> [a <- {a} b <- {b} c <- {c}] -> {d} d)")
    };
    let long = text([
        ":wat::core::HashMap<wat::core::String,wat::core::i64>",
        ":wat::core::Vector<wat::core::Option<(T,wat::core::HashMap<wat::core::String,wat::core::i64>)>>",
        ":wat::core::Vector<wat::core::HashMap<wat::core::String,wat::core::i64>>",
        ":wat::core::Vector<wat::core::i64>",
    ])
    .replace(" d)", " (:wat::core::Vector :wat::core::i64 (:wat::core::length a)))");
    assert_eq!(
        found(&long),
        [
            "WAT7101 :wat::core::HashMap<wat::core::String,wat::core::i64>",
            "WAT7101 :wat::core::Vector<wat::core::Option<(T,wat::core::HashMap<wat::core::String,wat::core::i64>)>>",
            "WAT7101 wat::core::HashMap<wat::core::String,wat::core::i64>",
        ]
    );
    let short = text([
        ":demo::Ages",
        ":demo::Rows<(T,demo::Ages)>",
        ":wat::core::Vector<demo::Ages>",
        ":wat::core::Vector<wat::core::i64>",
    ])
    .replace(
        " d)",
        " (:wat::core::Vector :wat::core::i64 (:wat::core::length a)))",
    );
    assert_eq!(repaired(&long, "WAT7101"), short);
    assert_eq!(found(&short), [""; 0]);
}

#[test]
fn a_tuple_in_a_type_is_written_by_its_alias() {
    let text = "(:wat::core::typealias :demo::Entry :(wat::core::String,wat::core::i64))
(:wat::core::newtype :demo::Bag :wat::core::Fn(wat::core::Vector<(wat::core::String,wat::core::i64)>)->wat::core::i64)";
    let better = repaired(text, "WAT7101");
    assert!(
        better.ends_with(":wat::core::Fn(wat::core::Vector<demo::Entry>)->wat::core::i64)"),
        "{better}"
    );
}

#[test]
fn a_type_that_a_macro_is_called_with_is_not_replaced_unasked() {
    let text = "(:wat::core::typealias :demo::Ints :wat::core::Vector<wat::core::i64>)
(:wat::core::defmacro :demo::made [t <- :wat::WatAST] -> :wat::WatAST `(:wat::core::Vector ~t))
(:wat::core::defn :demo::f [] -> :wat::core::i64
  (:wat::core::length (:demo::made :wat::core::Vector<wat::core::i64>)))";
    assert_eq!(found(text), ["WAT7101 :wat::core::Vector<wat::core::i64>"]);
    assert_eq!(repaired(text, "WAT7101"), text);
}

#[test]
fn a_program_inside_of_a_test_does_not_see_the_aliases_of_its_file() {
    let text = "(:wat::core::typealias :demo::Ints :wat::core::Vector<wat::core::i64>)
(:wat::test::deftest-hermetic :demo::t
  ((:wat::core::typealias :demo::Flags :wat::core::Vector<wat::core::bool>)
   (:wat::core::defn :demo::sizeOf [x <- :wat::core::Vector<wat::core::i64>] -> :wat::core::i64 (:wat::core::length x)))
  (:wat::test::assert-eq 1 (:demo::sizeOf [1])))
(:wat::core::defn :demo::f [x <- :wat::core::Vector<wat::core::bool>] -> :wat::core::i64 (:wat::core::length x))";
    assert_eq!(found(text), ["WAT7103 :demo::sizeOf"]);
}

#[test]
fn what_is_quoted_is_no_type() {
    let text =
        "(:wat::core::typealias :demo::Ages :wat::core::HashMap<wat::core::String,wat::core::i64>)
(:wat::core::defn :demo::f [] -> :wat::WatAST
  (:wat::core::quote (x <- :wat::core::HashMap<wat::core::String,wat::core::i64>)))";
    assert_eq!(found(text), [""; 0]);
}

#[test]
fn a_type_that_the_library_names_is_written_by_it() {
    let long = "(:wat::core::defn :demo::f<T>
  [a <- :wat::core::Result<wat::core::Option<T>,wat::kernel::ThreadPanics>
   b <- :(wat::core::Vector<wat::core::u8>,wat::core::Vector<wat::core::i64>)
   c <- :wat::kernel::Process<wat::core::i64,wat::core::i64>
   d <- :(wat::core::Vector<wat::core::i64>,wat::core::Vector<wat::core::Vector<wat::core::i64>>)]
  -> :wat::core::nil
  :wat::core::nil)";
    assert_eq!(
        found(long),
        [
            "WAT7102 :wat::core::Result<wat::core::Option<T>,wat::kernel::ThreadPanics>",
            "WAT7102 wat::core::Vector<wat::core::u8>",
        ]
    );
    let short = repaired(long, "WAT7102");
    assert!(
        short.contains("[a <- :wat::kernel::CommResult<T>\n"),
        "{short}"
    );
    assert!(short.contains("b <- :(wat::core::Bytes,wat::core::Vector<wat::core::i64>)\n"));
    assert_eq!(found(&short), [""; 0]);
}

#[test]
fn what_is_deprecated_is_replaced() {
    let text = "(:wat::core::defn :demo::old [] -> :wat::core::i64 \"One.\n\n  @deprecated 0.2 :demo::new\" 1)
(:wat::core::defn :demo::older [] -> :wat::core::i64 \"One.\n\n  @deprecated\" (:demo::old))
(:wat::core::defn :demo::new [] -> :wat::core::i64 \"One.\" 1)
(:wat::core::struct :demo::Old (x :wat::core::i64) \"Old.\n@deprecated 0.1 :demo::New\")
(:wat::core::struct :demo::New (x :wat::core::i64) \"New.\")
(:wat::core::defmacro :demo::same [x <- :wat::WatAST] -> :wat::WatAST \"Same.\n@deprecated\" x)
(:wat::core::defn :demo::f [o <- :wat::core::Vector<demo::Old>] -> :wat::core::i64 \"One.\"
  (:wat::core::let [g :demo::old] (:demo::same (:wat::core::i64::+ (g) (:demo::old) (:demo::older)))))";
    let deprecated = |text: &str| {
        let found = linted(text).into_iter();
        let found = found.filter(|(code, ..)| code == "WAT7002");
        found.map(|(_, at, _)| at).collect::<Vec<_>>()
    };
    assert_eq!(
        deprecated(text),
        [
            "demo::Old",
            ":demo::old",
            ":demo::same",
            ":demo::old",
            ":demo::older"
        ]
    );
    let better = repaired(text, "WAT7002");
    assert!(
        better.contains("(:wat::core::i64::+ (g) (:demo::new) (:demo::older))"),
        "{better}"
    );
    assert_eq!(
        deprecated(&better),
        ["demo::Old", ":demo::same", ":demo::older"]
    );
}
