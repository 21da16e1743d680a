//! Every rule of chapter 11 with a text that shows it. A rule without an example here fails the test.

use std::collections::BTreeSet;

use crate::check::check;
use crate::reference::reference;

/// Rule, text, formatted text.
type Example = (&'static str, &'static str, &'static str);

const EXAMPLES: &[Example] = &[
    (
        "F1",
        "(:wat::core::do\n\t(a)\n\t\t(b))",
        "(:wat::core::do\n  (a)\n  (b))\n",
    ),
    (
        "F2",
        "(:wat::core::do (a\n)\n)",
        "(:wat::core::do\n  (a))\n",
    ),
    ("F3", "(a)", "(a)\n"),
    ("F3", " \n,\t", ""),
    ("F4", "(a)   \n; c  \n", "(a)\n\n; c\n"),
    (
        "F5",
        "(a)\r\n(:b \"x\r\ny\")\r",
        "(a)\n\n(:b\n  \"x\r\ny\")\n",
    ),
    ("F7", "( :a   b ' c  [ d ] )", "(:a b 'c [d])\n"),
    (
        "F8",
        "\u{feff}#!/usr/bin/env wat\n(a, b,,c)",
        "#!/usr/bin/env wat\n(a b c)\n",
    ),
    (
        "F9",
        "(:a 0x_FF 1_000 1E9 -0.0 \"\\u{41}\\n  \" B)",
        "(:a 0x_FF 1_000 1E9 -0.0 \"\\u{41}\\n  \" B)\n",
    ),
    (
        "F11",
        "(:wat::core::quote (:wat::core::unquote-splicing x))",
        "'~@x\n",
    ),
    (
        "F11",
        "(:wat::core::quote x y)",
        "(:wat::core::quote x y)\n",
    ),
    (
        "F11",
        "(:wat::core::quasiquote ; c\n x)",
        "(:wat::core::quasiquote  ; c\n  x)\n",
    ),
    (
        "F12",
        "(:a `;; c\n (:wat::core::do x))",
        "(:a\n  ;; c\n  `(:wat::core::do\n     x))\n",
    ),
    (
        "F21",
        "(:a (:wat::core::do x))",
        "(:a\n  (:wat::core::do\n    x))\n",
    ),
    ("F21", "(:a \"x\ny\")", "(:a\n  \"x\ny\")\n"),
    (
        "F21",
        "(:a [x <- :t y <- :t])",
        "(:a\n  [x <- :t\n   y <- :t])\n",
    ),
    ("F22", "(:a b ; c\n d)", "(:a\n  b  ; c\n  d)\n"),
    ("F22", "(f b ; c\n d)", "(f\n  b  ; c\n  d)\n"),
    ("F23", "((a) b ; c\n d)", "((a)\n b  ; c\n d)\n"),
    ("F23", "(1 b ; c\n d)", "(1\n b  ; c\n d)\n"),
    ("F24", "[a ; c\n b]", "[a  ; c\n b]\n"),
    ("F24", "#{a ; c\n b}", "#{a  ; c\n  b}\n"),
    ("F24", "{a ; c\n b c}", "{a  ; c\n b\n c}\n"),
    ("F25", "{:a 1 ; c\n :b 2}", "{:a 1  ; c\n :b 2}\n"),
    (
        "F25",
        "{:a (:wat::core::do x) :b 2}",
        "{:a\n   (:wat::core::do\n     x)\n :b 2}\n",
    ),
    (
        "F26",
        "(:a ; c\n x -> :t & y)",
        "(:a  ; c\n  x\n  -> :t\n  & y)\n",
    ),
    (
        "F27",
        "(:a ; c\n [[:n] x <- :t & y <- :u])",
        "(:a  ; c\n  [[:n] x <- :t\n   & y <- :u])\n",
    ),
    ("F27", "(:a [x <- :t])", "(:a [x <- :t])\n"),
    (
        "F28",
        "(:a x :p 1 :q 2 ; c\n :r 3)",
        "(:a\n  x\n  :p 1\n  :q 2  ; c\n  :r 3)\n",
    ),
    (
        "F28",
        "(:a x :p::q 1 ; c\n y)",
        "(:a\n  x\n  :p::q\n  1  ; c\n  y)\n",
    ),
    (
        "F28",
        "(:a :p/q 1 :r<t> 2 :s 3 ; c\n)\n",
        "(:a :p/q 1 :r<t> 2 :s 3)  ; c\n",
    ),
    (
        "F29",
        "(:wat::core::let x y)",
        "(:wat::core::let\n  x\n  y)\n",
    ),
    (
        "F29",
        "(:wat::core::defn [x <- :t] x)",
        "(:wat::core::defn\n  [x <- :t]\n  x)\n",
    ),
    ("F29", "(:wat::core::match)", "(:wat::core::match)\n"),
    (
        "F30",
        "(:wat::core::defn :f [] -> :t 1)",
        "(:wat::core::defn :f [] -> :t\n  1)\n",
    ),
    (
        "F30",
        "(:wat::core::defn :f [; c\n] -> :t 1)",
        "(:wat::core::defn :f\n  [; c\n   ]\n  -> :t\n  1)\n",
    ),
    (
        "F30",
        "(:wat::test::defprop :p \"Doc.\" [x <- :t] -> :b x)",
        "(:wat::test::defprop :p\n  \"Doc.\"\n  [x <- :t]\n  -> :b\n  x)\n",
    ),
    (
        "F30",
        "(:wat::core::defn-restricted :f :restricted-to [:a] [] -> :t 1)",
        "(:wat::core::defn-restricted :f :restricted-to [:a] [] -> :t\n  1)\n",
    ),
    (
        "F31",
        "(:wat::core::fn [] -> :t 1)",
        "(:wat::core::fn [] -> :t\n  1)\n",
    ),
    (
        "F31",
        "(:wat::core::fn [x <- :t] -> :t x)",
        "(:wat::core::fn\n  [x <- :t]\n  -> :t\n  x)\n",
    ),
    (
        "F32",
        "(:wat::core::define (:f (x :t) & r -> :t) x)",
        "(:wat::core::define\n  (:f\n    (x :t)\n    & r\n    -> :t)\n  x)\n",
    ),
    (
        "F32",
        "(:wat::core::defmacro (:f -> :t) x)",
        "(:wat::core::defmacro\n  (:f -> :t)\n  x)\n",
    ),
    (
        "F33",
        "(:wat::core::def :a\n 1)",
        "(:wat::core::def :a 1)\n",
    ),
    (
        "F33",
        "(:wat::core::def :a ; c\n \"Doc.\" 1)",
        "(:wat::core::def :a  ; c\n  \"Doc.\"\n  1)\n",
    ),
    (
        "F34",
        "(:wat::core::let [a 1 b 2] c)",
        "(:wat::core::let\n  [a 1\n   b 2]\n  c)\n",
    ),
    (
        "F34",
        "(:wat::core::let [] 1)",
        "(:wat::core::let\n  []\n  1)\n",
    ),
    (
        "F35",
        "(:wat::core::unless a b c)",
        "(:wat::core::unless\n  a\n  b\n  c)\n",
    ),
    (
        "F35",
        "(:wat::core::if a -> :t b c)",
        "(:wat::core::if\n  a\n  -> :t\n  b\n  c)\n",
    ),
    (
        "F36",
        "(:wat::core::match x ((Some v) ; c\n v))",
        "(:wat::core::match\n  x\n  ((Some v)  ; c\n    v))\n",
    ),
    (
        "F36",
        "(:wat::core::cond (a b) (:else c))",
        "(:wat::core::cond\n  (a b)\n  (:else c))\n",
    ),
    (
        "F37",
        "(:wat::core::Option/try x)",
        "(:wat::core::Option/try\n  x)\n",
    ),
    (
        "F37",
        "(:wat::core::Result/expect -> :t x \"y\")",
        "(:wat::core::Result/expect\n  -> :t\n  x\n  \"y\")\n",
    ),
    ("F38", "(:wat::core::do x)", "(:wat::core::do\n  x)\n"),
    (
        "F39",
        "(:wat::core::Vector :t)",
        "(:wat::core::Vector :t)\n",
    ),
    (
        "F39",
        "(:wat::core::HashSet :t 1)",
        "(:wat::core::HashSet :t\n  1)\n",
    ),
    (
        "F39",
        "(:wat::core::HashMap :(k,v) a 1 b 2)",
        "(:wat::core::HashMap :(k,v)\n  a 1\n  b 2)\n",
    ),
    (
        "F40",
        "(:wat::holon::Bundle [1])",
        "(:wat::holon::Bundle\n  [1])\n",
    ),
    (
        "F41",
        "(:wat::core::enum :e :A (B x))",
        "(:wat::core::enum :e\n  :A\n  (B x))\n",
    ),
    (
        "F42",
        "(:wat::test::deftest :t () x)",
        "(:wat::test::deftest :t ()\n  x)\n",
    ),
    (
        "F42",
        "(:wat::test::deftest :t \"Doc.\" () x)",
        "(:wat::test::deftest :t\n  \"Doc.\"\n  ()\n  x)\n",
    ),
    (
        "F43",
        "(:wat::service::defservice :s :state\n :t :user [A [] -> :t B [x <- :t y <- :t] -> :t])",
        "(:wat::service::defservice :s\n  :state :t\n  :user [A [] -> :t\n         B [x <- :t y <- :t] -> :t])\n",
    ),
    (
        "F43",
        "(:wat::service::defservice :s :timers [A 1 B 2] :init [])",
        "(:wat::service::defservice :s\n  :timers [A 1\n           B 2]\n  :init [])\n",
    ),
    ("F50", ";;;   odd\t \n;x", ";;;   odd\n;x\n"),
    ("F51", "(:a b;c\n d) ; e", "(:a\n  b  ;c\n  d)  ; e\n"),
    ("F52", "(:a\n; b\n\n; c\nd)", "(:a\n  ; b\n\n  ; c\n  d)\n"),
    ("F53", "[ ; a\n; b\nc]", "[; a\n ; b\n c]\n"),
    ("F54", "(:a (:b c ; d\n))", "(:a (:b c))  ; d\n"),
    ("F55", "(:a b\n; c\n)", "(:a\n  b\n  ; c\n  )\n"),
    ("F55", "(:a (; c\n))", "(:a\n  (; c\n   ))\n"),
    (
        "F56",
        "(:a b ; c\n d ; e\n f)",
        "(:a\n  b  ; c\n  d  ; e\n  f)\n",
    ),
    (
        "F57",
        "(:a\n;; rune:layout(verbatim) — why\n    (b   c\n d))",
        "(:a\n  ;; rune:layout(verbatim) — why\n  (b   c\n d))\n",
    ),
    (
        "F57",
        ";; rune:layout(verbatim)\n(:a   b)",
        ";; rune:layout(verbatim)\n(:a b)\n",
    ),
    ("F60", "; a\n; b\n(:c)", "; a\n; b\n(:c)\n"),
    (
        "F61",
        "(:a 1)\n(:a 2)\n(:b)\n\n\n\n(:c)",
        "(:a 1)\n(:a 2)\n\n(:b)\n\n\n(:c)\n",
    ),
    ("F61", "(:a) (:a) (:b) (:b)", "(:a)\n(:a)\n\n(:b)\n(:b)\n"),
    ("F61", "(:a)\n\n(:a)", "(:a)\n\n(:a)\n"),
    ("F62", "(:a)\n; b\n(:c)", "(:a)\n\n; b\n(:c)\n"),
    ("F62", "; b\n\n(:c)", "; b\n\n(:c)\n"),
    (
        "F63",
        "(:wat::test::serial)\n\n\n(:a)",
        "(:wat::test::serial)\n(:a)\n",
    ),
    (
        "F64",
        "(:wat::core::do\n\n  a\n\n\n  b\n  c\n\n)",
        "(:wat::core::do\n  a\n\n  b\n  c)\n",
    ),
    (
        "F64",
        "(:wat::core::let\n\n [a\n\n 1\n\n b 2]\n\n c)",
        "(:wat::core::let\n  [a 1\n\n   b 2]\n\n  c)\n",
    ),
    ("F65", "\n\n(:a)\n\n\n", "(:a)\n"),
];

/// Rules about widths, whose examples are made.
const WIDTHS: [&str; 3] = ["F6", "F10", "F20"];

#[test]
fn examples_of_the_rules() {
    for (rule, text, expected) in EXAMPLES {
        let found = check(text);
        assert_eq!(found, *expected, "{rule}: {text:?}");
    }
}

#[test]
fn the_limit_is_120_characters() {
    // F6: characters, not bytes; trailing comments do not count. F20: closers count.
    for (filler, comment) in [
        ("x", ""),
        ("ü", ""),
        ("𝄞", "  ; a comment beyond the limit"),
    ] {
        for (width, lines) in [(120, 1), (121, 2)] {
            let text = filler.repeat(width - "(:f \"\")".len());
            let found = check(&format!("(:f \"{text}\"){comment}"));
            assert_eq!(found.lines().count(), lines, "{found}");
            assert!(comment.is_empty() || found.ends_with("limit\n"), "{found}");
        }
    }
    // An element that starts its own line is tested there.
    let inner = format!("(:g {})", "x".repeat(112));
    let found = check(&format!("(:f {inner})"));
    assert_eq!(found, format!("(:f\n  {inner})\n"));
}

#[test]
fn atoms_never_break() {
    let long = format!(":a::{}", "x".repeat(200));
    let found = check(&format!("(:f 1 {long} 2)"));
    assert_eq!(found, format!("(:f\n  1\n  {long}\n  2)\n"));
}

#[test]
fn every_rule_of_the_chapter_has_an_example() {
    let chapter = std::fs::read_to_string(reference().join("11-format.md")).expect("the chapter");
    let mut rules = BTreeSet::new();
    for mark in ["- **F", "### F"] {
        for (at, _) in chapter.match_indices(mark) {
            let digits = chapter[at + mark.len()..].bytes();
            let number: String = digits
                .take_while(u8::is_ascii_digit)
                .map(char::from)
                .collect();
            rules.insert(format!("F{number}"));
        }
    }
    assert!(rules.len() > 40, "{rules:?}");
    let shown = |rule: &String| {
        WIDTHS.contains(&&**rule) || EXAMPLES.iter().any(|(known, ..)| known == rule)
    };
    let missing: Vec<_> = rules.iter().filter(|rule| !shown(rule)).collect();
    assert!(missing.is_empty(), "rules without an example: {missing:?}");
}
