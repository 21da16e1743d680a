//! Recovery: rules R10–R24.

use crate::support::{codes, errors, fixed, marks, printed, spans};

#[test]
fn r10_the_culprit_is_the_string_that_swallows_forms() {
    // The first string lacks its quote; every later quote is flipped.
    let text = "(a \"one)\n\n(b \"two\")\n\n(c \"three\")\n";
    assert_eq!(marks(text), ["1024 \"\\\"one)\""]);
    assert_eq!(fixed(text), "(a \"one\")\n\n(b \"two\")\n\n(c \"three\")\n");
    assert_eq!(
        printed(text),
        ["(a \"one)\")", "(b \"two\")", "(c \"three\")"]
    );
    // A middle one does.
    let text = "(a \"one\")\n(b \"two)\n(c \"three\")\n(d \"four\")\n";
    assert_eq!(marks(text), ["1024 \"\\\"two)\""]);
    // The last one does.
    let text = "(a \"one\")\n(b \"two)\n";
    assert_eq!(marks(text), ["1024 \"\\\"two)\""]);
    // On a tie the earliest candidate is blamed.
    let text = "(a \"one\n(x)\n\")\n(b \"two)\n(c)\n";
    assert_eq!(marks(text)[0], "1024 \"\\\"one\"");
    assert_eq!(marks("\""), ["1024 \"\\\"\""]);
    assert_eq!(fixed("\"abc"), "\"abc\"");
}

#[test]
fn a_string_is_closed_before_the_brackets_that_its_text_does_not_open() {
    assert_eq!(fixed("(f \"a (b)))\n"), "(f \"a (b)\"))\n");
    assert_eq!(fixed("(f \"a (b))\n(g)"), "(f \"a (b)\")\n(g)");
    // Which quote is wrong is not known here.
    assert_eq!(fixed("(f a\") (g))\n(h)"), "(f a\") (g))\n(h)");
    assert_eq!(
        fixed("(f [\"(a [b] c)]) ,\n(g)"),
        "(f [\"(a [b] c)\"]) ,\n(g)"
    );
}

#[test]
fn r11_swallowed_closers_are_not_reported_again() {
    assert_eq!(codes("(f (g \"x))"), [1024]);
    assert_eq!(codes("(f [\"x])\n(g)"), [1024]);
    assert_eq!(codes("(f (g \"x)"), [1030, 1024]);
    assert_eq!(codes("(f (g \"x"), [1030, 1024]);
    assert_eq!(fixed("(f (g \"x))\n"), "(f (g \"x\"))\n");
}

#[test]
fn r20_r21_strict_forms_may_hold_boundaries() {
    assert_eq!(codes("(f\n(g)\n(h))\n(i)"), [0u16; 0]);
    assert_eq!(printed("(f\n(g)\n(h))\n(i)"), ["(f (g) (h))", "(i)"]);
}

#[test]
fn r22_indentation_repair() {
    for (text, after) in [
        ("(f [a\n    b\n   c]\n  d)\n", "(f [a\n    b\n   c]\n  d)\n"),
        ("(f\n  [a\n   b\n  c)\n", "(f\n  [a\n   b]\n  c)\n"),
        ("(f\n  (g x\n  (h y))\n", "(f\n  (g x)\n  (h y))\n"),
        ("(f\n  (g [x\n  (h y))\n", "(f\n  (g [x])\n  (h y))\n"),
        ("(f\n  (g x\n\n(h y)\n", "(f\n  (g x))\n\n(h y)\n"),
        ("(f ; c\n  (g x ; d\n  y)\n", "(f ; c\n  (g x) ; d\n  y)\n"),
        ("(f\n", "(f)\n"),
        ("(", "()"),
        ("(f 1 2 ; c", "(f 1 2) ; c"),
        ("#{a\n(b)", "#{a}\n(b)"),
        ("'(f\n(b)", "'(f)\n(b)"),
    ] {
        assert_eq!(fixed(text), after, "{text:?}: {:?}", marks(text));
        assert_eq!(codes(after), [0u16; 0]);
    }
}

#[test]
fn r22_columns_count_characters() {
    let text = "(f \"ééé\" [a\n         b\n         c)\n";
    // `[` stands in column 10, `b` too.
    assert_eq!(fixed(text), "(f \"ééé\" [a]\n         b\n         c)\n");
}

#[test]
fn r22_stack_repair() {
    for (text, marked, after) in [
        ("(f [a)", vec!["1030 \"[\""], "(f [a])"),
        ("(f [a) b)", vec!["1032 \")\""], "(f [a] b)"),
        ("(f]", vec!["1032 \"]\""], "(f)"),
        ("[x}", vec!["1032 \"}\""], "[x]"),
        ("#{x)", vec!["1032 \")\""], "#{x}"),
        ("(f ] x)", vec!["1031 \"]\""], "(f  x)"),
        ("(f))", vec!["1031 \")\""], "(f)"),
        (")", vec!["1031 \")\""], ""),
        ("]}", vec!["1031 \"]\"", "1031 \"}\""], ""),
        ("(f [g (h i])", vec!["1030 \"(\""], "(f [g (h i)])"),
        ("(f {a [b )", vec!["1030 \"{\""], "(f {a [b]} )"),
    ] {
        assert_eq!(marks(text), marked, "{text:?}");
        assert_eq!(fixed(text), after, "{text:?}");
    }
}

#[test]
fn r23_missing_closers_at_one_place_are_one_diagnostic() {
    let text = "(f (g [h\n\n(i)";
    assert_eq!(spans(text), ["WAT1030 1:1-1:2"]);
    assert_eq!(fixed(text), "(f (g [h]))\n\n(i)");
    assert_eq!(errors("(f]")[0].labels.len(), 1);
}

#[test]
fn r24_reading_goes_on_after_the_repaired_form() {
    assert_eq!(printed("(a [b) (c)\n(d)"), ["(a [b])", "(c)", "(d)"]);
    assert_eq!(printed("(a\n(b)\n(c"), ["(a)", "(b)", "(c)"]);
}

#[test]
fn well_formed_neighbours_of_a_broken_form_are_untouched() {
    let text = "(a 1)\n(b [x 2)\n(c 3)\n(d (e 4)\n(f 5)\n";
    assert_eq!(
        printed(text),
        ["(a 1)", "(b [x 2])", "(c 3)", "(d (e 4))", "(f 5)"]
    );
    assert_eq!(codes(text), [1030, 1030]);
}
