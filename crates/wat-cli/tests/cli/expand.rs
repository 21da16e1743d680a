//! `wat expand`.

use super::support::{Dir, fed, wat};

const PROGRAM: &str =
    "(:wat::core::defmacro :my::inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::+ ~x 1))
(:wat::core::defmacro :my::inc2 [x <- :wat::WatAST] -> :wat::WatAST `(:my::inc (:my::inc ~x)))
(:wat::core::defn :my::f [n <- :wat::core::i64] -> :wat::core::i64 (:my::inc2 (:wat::core::* n 2)))
";

#[test]
fn a_file_is_expanded_with_marks_at_the_borders_of_macros() {
    let dir = Dir::with(&[("a.wat", PROGRAM)]);
    let ran = wat(&dir, &["expand", "a.wat"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let expanded = "  ;; from a.wat:1:69
  (:wat::core::+
    ;; from a.wat:1:69
    (:wat::core::+
      ;; from a.wat:3:79
      (:wat::core::* n 2)
      1)
    1))
";
    assert!(ran.stdout.ends_with(expanded), "{}", ran.stdout);
}

#[test]
fn a_position_names_a_form_and_once_is_one_step() {
    let dir = Dir::with(&[("a.wat", PROGRAM)]);
    let ran = wat(&dir, &["expand", "--once", "a.wat:3:72"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.stdout.starts_with(";; from a.wat:2:70\n(:my::inc\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("(:wat::core::+"), "{}", ran.stdout);
    let line = wat(&dir, &["expand", "a.wat:3"]);
    assert!(
        line.stdout.starts_with("(:wat::core::defn :my::f\n"),
        "{}",
        line.stdout
    );
}

#[test]
fn types_stand_before_what_has_them() {
    let dir = Dir::with(&[("a.wat", PROGRAM)]);
    let ran = wat(&dir, &["expand", "--types", "a.wat:3"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let expanded = "  ;; from a.wat:1:69
  ;; -> :wat::core::i64
  (:wat::core::+
    ;; from a.wat:1:69
    ;; -> :wat::core::i64
    (:wat::core::+
      ;; from a.wat:3:79
      ;; -> :wat::core::i64
      (:wat::core::* n 2)
      1)
    1))
";
    assert!(ran.stdout.ends_with(expanded), "{}", ran.stdout);
    let inner = wat(&dir, &["expand", "--types", "a.wat:3:79"]);
    assert_eq!(inner.stdout, ";; -> :wat::core::i64\n(:wat::core::* n 2)\n");
    let once = wat(&dir, &["expand", "--types", "--once", "a.wat"]);
    assert_eq!(once.status, 64);
}

#[test]
fn names_of_a_hermetic_program_are_shown_as_they_are_written() {
    let dir = Dir::with(&[(
        "t.wat",
        "(:wat::test::deftest-hermetic :t::a
  ((:wat::core::defn :t::f [x <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64> [x]))
  (:wat::test::assert-eq (:t::f 1) [1]))",
    )]);
    for options in [&["expand", "t.wat"][..], &["expand", "--types", "t.wat"]] {
        let ran = wat(&dir, options);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.contains("(:wat::core::defn :t::f\n"),
            "{}",
            ran.stdout
        );
        assert!(!ran.stdout.contains("hermetic_"), "{}", ran.stdout);
    }
}

#[test]
fn a_thread_is_shown_as_the_calls_that_it_stands_for() {
    let dir = Dir::new();
    let text = "(:wat::core::-> 1 (:wat::core::+ 2) (:wat::core::* 3))";
    let ran = wat(&dir, &["expand", "-e", text]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "(:wat::core::* (:wat::core::+ 1 2) 3)\n")
    );
}

#[test]
fn when_and_unless_are_shown_as_the_if_that_they_stand_for() {
    let dir = Dir::new();
    let expanded = |text: &str| {
        let ran = wat(&dir, &["expand", "-e", text]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        ran.stdout
    };
    assert_eq!(
        expanded("(:wat::core::when true (:a::f) (:wat::core::unless false (:a::g)))"),
        "(:wat::core::if
  true
  (:wat::core::do
    (:a::f)
    (:wat::core::if
      false
      :wat::core::nil
      (:wat::core::do
        (:a::g))))
  :wat::core::nil)
"
    );
    assert_eq!(
        expanded("(:wat::core::when true)"),
        "(:wat::core::when\n  true)\n"
    );
}

#[test]
fn a_form_of_the_command_line() {
    let dir = Dir::new();
    let ran = wat(&dir, &["expand", "-e", "(:wat::core::+ 1 2)"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "(:wat::core::+ 1 2)\n")
    );
    let text = "(:wat::core::defmacro :m::m [] -> :wat::WatAST (:wat::core::macro-error \"not today\")) (:m::m)";
    let ran = wat(&dir, &["expand", "-e", text]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr, "-e:1:88: error[WAT2412]: not today\n");
    let unread = wat(&dir, &["expand", "-e", "(:a"]);
    assert_eq!(unread.status, 65);
    assert!(
        unread.stderr.starts_with("-e:1:1: error[WAT1030]: "),
        "{}",
        unread.stderr
    );
    assert_eq!(wat(&dir, &["expand"]).status, 64);
    // `-` is standard input.
    let text =
        "(:wat::core::defmacro :m::m [] -> :wat::WatAST `2)\n(:wat::core::def :m::a (:m::m))\n";
    let whole = fed(&dir, &["expand", "-"], text);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    assert!(
        whole.stdout.contains("(:wat::core::def"),
        "{}",
        whole.stdout
    );
    let second = fed(&dir, &["expand", "-:2"], text);
    let expansion = "(:wat::core::def :m::a 2)\n";
    assert_eq!((second.status, second.stdout.as_str()), (0, expansion));
    assert_eq!(fed(&dir, &["expand", "-:2:24"], text).stdout, "2\n");
    assert_eq!(fed(&dir, &["expand", "-:2", "a.wat"], text).status, 64);
    assert_eq!(wat(&dir, &["expand", "-e", "-1"]).stdout, "-1\n");
    assert_eq!(wat(&dir, &["expand", "missing.wat"]).status, 66);
}

/// The lines of an expansion that are no comments, as one text without layout.
fn bare(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(";;"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

#[test]
fn types_stand_in_the_same_expansion() {
    let program = format!(
        "{PROGRAM}(:wat::core::defn :my::g [n <- :wat::core::i64 b <- :wat::core::bool] -> :wat::core::i64
  (:wat::core::when b (:wat::kernel::println n) (:wat::kernel::println \"x\"))
  (:wat::core::unless (:wat::core::->> n (:wat::core::< 2)) (:wat::kernel::println n))
  (:wat::core::-> n (:wat::core::- 7) (:wat::core::-> (:my::f) :my::f :my::inc) (:wat::core::->> (:wat::core::+ 1))))
(:wat::core::-> 1 (:wat::core::+ 2))
"
    );
    let dir = Dir::with(&[("a.wat", &program)]);
    let plain = wat(&dir, &["expand", "a.wat"]);
    let typed = wat(&dir, &["expand", "--types", "a.wat"]);
    assert_eq!(bare(&typed.stdout), bare(&plain.stdout));
    assert_eq!((plain.status, typed.status), (0, 0));
    let text = "(:wat::core::def :my::t `(:wat::core::-> 1 ~(:wat::core::-> 2 (:wat::core::+ 3))))";
    let template = wat(&dir, &["expand", "--types", "-e", text]).stdout;
    let unquoted = "(:wat::core::-> 1 (:wat::core::unquote (:wat::core::+ 2 3)))";
    assert!(bare(&template).contains(unquoted), "{template}");
    let text = "(:wat::core::def :my::q (:wat::core::quote (:wat::core::when 2 3)))";
    let quoted = wat(&dir, &["expand", "--types", "-e", text]).stdout;
    assert!(bare(&quoted).contains("(:wat::core::when 2 3)"), "{quoted}");
    let text = "(:wat::core::-> 1 (:wat::core::+ 2) :my::nothing)";
    let broken = wat(&dir, &["expand", "--types", "-e", text]);
    assert!(bare(&broken.stdout).starts_with("(:my::nothing (:wat::core::+ 1 2))"));
    let text = "(:wat::core::-> 1 (:wat::core::+ 2) (:wat::core::i64::to-string))";
    let ran = wat(&dir, &["expand", "--types", "-e", text]);
    let expanded = ";; -> :wat::core::String
(:wat::core::i64::to-string
  ;; -> :wat::core::i64
  (:wat::core::+ 1 2))
";
    assert_eq!((ran.status, ran.stdout.as_str()), (0, expanded));
}
