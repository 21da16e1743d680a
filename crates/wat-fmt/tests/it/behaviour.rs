//! Refusal, edits, ranges, new lines, and cost.

use expect_test::{Expect, expect};
use wat_syntax::{SourceText, TextRange, TextSize, apply_edits};

use crate::check::check;

fn formats(text: &str, expected: Expect) {
    expected.assert_eq(&check(text));
}

#[test]
fn text_with_reader_errors_is_refused() {
    let broken = [
        "(a",
        "a)",
        "(a]",
        "'",
        "(a ')",
        "\"open",
        "(:demo::V<a, b>)",
        "(:demo::V<:a>)",
        "(:demo::V<a)",
        "1N",
        "+1",
        "#x",
        "\\a",
        "\"\\q\"",
        "λ",
        "x\u{a0}y",
        ":",
        "99999999999999999999",
        "1e999",
        "; \u{202e}",
        "@x",
    ];
    for text in broken {
        let refused = wat_fmt::format(&SourceText::from(text)).expect_err(text);
        assert!(!refused.errors.is_empty(), "{text}");
        assert!(
            wat_fmt::format_edits(&SourceText::from(text)).is_err(),
            "{text}"
        );
    }
    assert!(wat_fmt::format(&SourceText::from_bytes(b"(a \xff)".to_vec())).is_err());
    let deep = format!("{}{}", "(".repeat(1025), ")".repeat(1025));
    assert!(wat_fmt::format(&SourceText::from(&*deep)).is_err());
}

#[test]
fn warnings_do_not_block() {
    formats(
        "(a .5 007)",
        expect![[r#"
        (a .5 007)
    "#]],
    );
}

#[test]
fn nesting_at_the_limit_is_formatted() {
    for (open, close) in [
        ("(:f ", ")"),
        ("[", "]"),
        ("'", ""),
        ("(:wat::core::do ", ")"),
        ("{", "}"),
    ] {
        let text = format!("{}x{}", open.repeat(1024), close.repeat(1024));
        check(&text);
    }
}

#[test]
fn shebang_and_marks_go_where_they_belong() {
    formats(
        "\u{feff}#!/usr/bin/env wat  \n\n\n\n(a)\n",
        expect![[r#"
        #!/usr/bin/env wat


        (a)
    "#]],
    );
    assert_eq!(check("\u{feff}"), "");
    assert_eq!(check(" ,\n\t"), "");
}

#[test]
fn comments_before_operands_move_before_the_prefix() {
    formats(
        "(:f ' ; why\n  x)",
        expect![[r#"
        (:f
          ; why
          'x)
    "#]],
    );
}

#[test]
fn trailing_comments_of_closers_move_below() {
    formats(
        "(:f (:g (:h x ; one\n) ; two\n) ; three\n y)",
        expect![[r#"
        (:f
          (:g (:h x))  ; one
          ; two
          ; three
          y)
    "#]],
    );
    formats(
        "(:f x ; one\n) ; two\n(:g)",
        expect![[r#"
        (:f x)  ; one

        ; two

        (:g)
    "#]],
    );
}

#[test]
fn comments_split_headers_groups_and_pairs() {
    formats(
        "(:wat::core::def ; a\n :x ; b\n 1)",
        expect![[r#"
        (:wat::core::def  ; a
          :x  ; b
          1)
    "#]],
    );
    formats(
        "(:wat::core::let [a ; a\n 1 b ;; b\n\n 2] a)",
        expect![[r#"
        (:wat::core::let
          [a  ; a
             1
           b  ;; b
             2]
          a)
    "#]],
    );
    formats(
        "(:wat::core::fn [] -> ; c\n :t x)",
        expect![[r#"
        (:wat::core::fn
          []
          ->  ; c
          :t
          x)
    "#]],
    );
}

#[test]
fn operations_of_a_service_stay_on_their_lines() {
    formats(
        "(:wat::service::defservice :s :user [Move [from <- :t to <- :t] -> :t Stop [] -> :t])",
        expect![[r#"
            (:wat::service::defservice :s
              :user [Move [from <- :t to <- :t] -> :t
                     Stop [] -> :t])
        "#]],
    );
}

#[test]
fn annotations_hold_on_to_the_next_form() {
    formats(
        "(:wat::test::ignore \"x\")\n\n\n(:wat::test::deftest :t () x)",
        expect![[r#"
        (:wat::test::ignore "x")
        (:wat::test::deftest :t ()
          x)
    "#]],
    );
}

#[test]
fn the_limit_counts_the_closers() {
    for (extra, flat) in [(0, true), (1, false)] {
        let name = "x".repeat(120 - "(:f (:g ))".len() + extra);
        let text = check(&format!("(:f (:g {name}))"));
        assert_eq!(text.lines().count() == 1, flat, "{text}");
    }
}

/// The edits as `what was there → what comes`.
fn edits(text: &str) -> Vec<String> {
    let edits = wat_fmt::format_edits(&SourceText::from(text)).expect("formats");
    let shown = edits
        .iter()
        .map(|edit| format!("{:?} → {:?}", &text[edit.range], edit.insert));
    shown.collect()
}

#[test]
fn edits_are_the_blanks_that_change() {
    let text = "(:wat::core::do\n  (a)\n  (b   c)\n  (d))\n\n\n\n\n(e , f)";
    assert_eq!(
        edits(text),
        [
            "\"   \" → \" \"",
            "\"\\n\\n\\n\\n\\n\" → \"\\n\\n\\n\"",
            "\" , \" → \" \"",
            "\"\" → \"\\n\"",
        ]
    );
    assert_eq!(edits("(a)\n"), [""; 0]);
    assert_eq!(edits("(a) ; c  \n"), ["\" \" → \"  \"", "\"  \" → \"\""]);
}

#[test]
fn where_tokens_move_the_edit_spans_what_is_between_them() {
    let text = "(:f  x (:wat::core::quote y)  z)\n";
    assert_eq!(
        edits(text),
        [
            "\"  \" → \" \"",
            "\"(:wat::core::quote y)\" → \"'y\"",
            "\"  \" → \" \"",
        ]
    );
}

fn range(text: &str) -> Option<String> {
    let from = text.find('«').expect("a start");
    let to = text.find('»').expect("an end") - '«'.len_utf8();
    let text = text.replace(['«', '»'], "");
    let range = TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32));
    let edits = wat_fmt::format_range(&SourceText::from(&*text), range).ok()?;
    Some(apply_edits(&text, &edits))
}

#[test]
fn a_range_formats_the_items_it_touches() {
    let some = range(";; about\n(a   b)  «(c   d)\n(e»   f)\n\n(g   h)").expect("edits");
    assert_eq!(some, ";; about\n(a   b)  (c d)\n\n(e f)\n\n(g   h)");
    let above = range("(z  z)\n  ; one  \n(a «»  b)").expect("edits");
    assert_eq!(above, "(z  z)\n  ; one\n(a b)");
    assert_eq!(range("(a «»  b)\n(c").as_deref(), Some("(a b)\n(c"));
    assert_eq!(range("(a   b)\n(c «»]"), None);
    assert_eq!(
        range("(a)\n\n\n«»\n\n(b)").as_deref(),
        Some("(a)\n\n\n\n\n(b)")
    );
}

#[test]
fn nothing_follows_a_comment_that_moved_to_the_end_of_a_range() {
    assert_eq!(range("(a« ; c»\n) (b)").as_deref(), Some("(a)  ; c\n(b)"));
    assert_eq!(
        range("(a« ; c»\n) \t\n(b)").as_deref(),
        Some("(a)  ; c\n(b)")
    );
    assert_eq!(range("(a« ; c»\n)").as_deref(), Some("(a)  ; c"));
    let two = range("(a« ; c»\n) ; d\n;; about b\n(b)");
    assert_eq!(two.as_deref(), Some("(a)  ; c\n\n; d\n\n;; about b\n(b)"));
    assert_eq!(range("(b) '«» ; c\na").as_deref(), Some("(b)\n; c\n'a"));
}

/// The items that are not formatted, and what they become alone.
fn items(text: &str) -> Vec<(String, String)> {
    let found = wat_fmt::unformatted(&SourceText::from(text));
    let shown =
        |it: &wat_fmt::Unformatted| (text[it.range].to_owned(), apply_edits(text, &it.edits));
    found.iter().map(shown).collect()
}

#[test]
fn items_that_are_not_formatted_are_formatted_one_by_one() {
    let owned = |(item, text): (&str, &str)| (item.to_owned(), text.to_owned());
    let text = "(a)\n(b   c)\n\n\n\n\n( d )\n";
    assert_eq!(
        items(text),
        [
            ("(b   c)", "(a)\n(b c)\n\n\n\n\n( d )\n"),
            ("( d )", "(a)\n(b   c)\n\n\n\n\n(d)\n"),
        ]
        .map(owned)
    );
    // A comment that moves stays apart from its neighbours.
    assert_eq!(
        items("(b) '; c\na (d)"),
        [("'; c\na", "(b)\n; c\n'a (d)")].map(owned)
    );
    // Errors elsewhere do not matter, and a form keeps the layout that its comment asks for.
    assert_eq!(
        items("(a  b))\n(c\n(d  e)\n"),
        [
            ("(a  b)", "(a b))\n(c\n(d  e)\n"),
            ("(d  e)", "(a  b))\n(c\n(d e)\n"),
        ]
        .map(owned)
    );
    assert_eq!(items(";; rune:layout(verbatim) — a table\n(a  b)\n"), []);
    assert_eq!(items("'"), []);
    let comments = wat_fmt::unformatted(&SourceText::from(";; a  \n\n(b)\n"));
    assert!(comments.iter().all(|it| it.is_comment) && comments.len() == 1);
}

fn column(text: &str) -> Option<u32> {
    let offset = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    wat_fmt::indent_at(&SourceText::from(&*text), TextSize::new(offset as u32))
}

#[test]
fn new_lines_start_where_an_element_would() {
    let cases = [
        ("(a)\n|", 0),
        ("|(a)", 0),
        ("(:f\n|)", 2),
        ("(:f a\n|\n b)", 2),
        ("  (:f a\n|)", 4),
        ("(\n|)", 1),
        ("[1\n|]", 1),
        ("#{1\n|}", 2),
        ("(:wat::core::let\n  [a\n|]", 5),
        ("(:wat::core::let\n  [a 1\n|]", 3),
        ("(:wat::core::let [a 1]\n|)", 2),
        ("{\"a\"\n|}", 3),
        ("(:f x :port\n|)", 8),
        ("(:wat::core::match x ((Some v)\n|))", 23),
        ("(:wat::core::defn :f\n  [x <- :t\n|]", 3),
        ("(:wat::core::defn :f [] -> :t\n|", 2),
        ("(:f (:g x\n|", 6),
        ("(:f (:g x)\n|\n\n(:h)", 2),
        ("'(a\n|)", 3),
        ("((a) b\n|)", 1),
    ];
    for (text, expected) in cases {
        assert_eq!(column(text), Some(expected), "{text}");
    }
    assert_eq!(column("(a \"x\n|y\")"), None);
}

#[test]
fn steps_grow_with_the_text_only() {
    let call = "(:demo::handle connection (:demo::request \"GET\" 17) :timeout 8080 :retries 3)\n";
    let texts: [&dyn Fn(usize) -> String; 9] = [
        &|size| format!("[{}]", "1 ".repeat(size)),
        &|size| format!("(:f {})", ":key value ".repeat(size)),
        &|size| format!("(:wat::core::do {})", "; c\n x ".repeat(size)),
        &|size| format!("({}x)", "' ; c\n".repeat(500) + &"x ; c\n".repeat(size)),
        &|size| format!("{}x{}", "(:f a ".repeat(500), " (:g b) )".repeat(500)).repeat(size / 100),
        &|size| format!("{}x{}", "(:f a ".repeat(size / 10), ")".repeat(size / 10)),
        &|size| format!("[{}]", "[:a] x <- :t ".repeat(size)),
        &|size| format!("(:wat::core::do {})", call.repeat(size)),
        &|size| {
            format!(
                "(:wat::service::defservice :s :user [{}])",
                "A [] -> :t ".repeat(size)
            )
        },
    ];
    for text in texts {
        let steps = |size| {
            let text = SourceText::from(&*text(size));
            wat_fmt::count_steps(&text).expect("formats") as f64
        };
        let growth = steps(10_000) / steps(1_000);
        assert!(
            growth < 12.0,
            "ten times the text takes {growth} times the steps"
        );
    }
}

#[test]
fn an_output_that_grows_past_its_source_keeps_little_room() {
    let form = format!("{}x{}\n", "(:demo::f a ".repeat(1_000), ")".repeat(1_000));
    let text = wat_fmt::format(&SourceText::new(form.repeat(10))).expect("formats");
    assert!(
        text.capacity() < text.len() + text.len() / 8,
        "{} bytes for {}",
        text.capacity(),
        text.len()
    );
}

#[test]
fn a_symbol_that_a_keyword_would_swallow_stays_on_another_line() {
    for text in [
        "(:f (:a::Map\n<KV>) :x)",
        "(:f :a,<b>)",
        "(:f :a/b\n\n<c>)",
        "[:a\n<b> c]",
        "{:a\n<b>}",
        "(:wat::core::defn :my::f\n<b> [] -> :c 1)",
        "(:wat::core::let [x :a\n<b>] x)",
        "(:wat::core::match x (:a\n<b> 1))",
        "'(:a\n<b>)",
        "(:f :key :a\n<b>)",
    ] {
        check(text);
    }
    let text = "(:f :a <- :b -> :c <)\n";
    assert_eq!(check(text), text);
}
