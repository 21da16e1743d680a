//! Runes (chapter 10 §7.3): what they cover, what they suppress, what is wrong with them.

use wat_analysis::{Code, RootDatabase, file_diagnostics, file_lints};

use crate::support::database;

fn file(text: &str) -> (RootDatabase, wat_analysis::SourceFile) {
    let db = database(&[("main.wat", text)]);
    let file = db.file("main.wat").expect("the file is there");
    (db, file)
}

/// What is told, and what is suppressed and by which rune, each as `CODE line`.
fn judged(text: &str) -> (Vec<String>, Vec<String>) {
    let (db, file) = file(text);
    let line = |start: wat_analysis::TextSize| text[..usize::from(start)].matches('\n').count() + 1;
    let (mut told, mut suppressed) = (Vec::new(), Vec::new());
    let diagnostics = file_diagnostics(&db, file);
    assert!(diagnostics.iter().all(|it| it.suppressed.is_none()));
    let lints = file_lints(&db, file);
    for it in diagnostics.iter().chain(lints.iter()) {
        let shown = format!("{} {}", it.code, line(it.span.range.start()));
        match &it.suppressed {
            Some(rune) => suppressed.push(format!("{shown} {}", rune.target)),
            None if matches!(it.code.0, 7042 | 7305 | 7901..=7904) || it.code.0 < 7000 => {
                told.push(shown);
            }
            None => {}
        }
    }
    told.sort();
    (told, suppressed)
}

const TWICE: &str = "(:wat::core::def :a::one {:k 1 :k 2})\n";

const ARM: &str = "(:wat::core::defn :a::f [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::match n -> :wat::core::i64
    (_ 1)
    (2 3)))
";

fn suppressed(text: &str) -> Vec<String> {
    let (told, suppressed) = judged(text);
    assert_eq!(told, [""; 0], "{text}");
    suppressed
}

fn told(text: &str) -> Vec<String> {
    judged(text).0
}

#[test]
fn a_rune_covers_the_form_below_it() {
    let rune = ";; rune:allow(WAT7042) — the second one is meant";
    assert_eq!(
        suppressed(&format!("{rune}\n{TWICE}")),
        ["WAT7042 2 allow(WAT7042)"]
    );
    // Comments may stand between, and blank lines.
    let text = format!("{rune}\n\n;; a comment\n{TWICE}");
    assert_eq!(suppressed(&text), ["WAT7042 4 allow(WAT7042)"]);
    // The form after that is not covered.
    let text = format!("{rune}\n{TWICE}{}", TWICE.replace("one", "two"));
    assert_eq!(told(&text), ["WAT7042 3"]);
}

#[test]
fn annotations_may_stand_between() {
    let text = ";; rune:allow(WAT7042) — the second one is meant
(:wat::test::ignore \"slow\")
(:wat::test::deftest :a::t () (:wat::test::assert-eq {:k 1 :k 2} {:k 2}))
";
    assert_eq!(suppressed(text), ["WAT7042 3 allow(WAT7042)"]);
}

#[test]
fn a_rune_covers_what_begins_on_its_line() {
    let rune = ";; rune:allow(WAT7042) — the second one is meant";
    let text = format!("{} {rune}\n", TWICE.trim_end());
    assert_eq!(suppressed(&text), ["WAT7042 1 allow(WAT7042)"]);
    // At the end of the first line it covers what follows inside.
    let text = format!(
        "(:wat::core::defn :a::f [] -> :wat::core::HashMap<wat::core::Keyword,wat::core::i64> {rune}\n  {{:k 1 :k 2}})\n"
    );
    let text = text.replace("wat::core::Keyword", "wat::core::keyword");
    assert_eq!(suppressed(&text), ["WAT7042 2 allow(WAT7042)"]);
    // At the end of its last line it covers what begins there only.
    let text = format!("(:wat::core::def :a::one\n  {{:k 1\n   :k 2}}) {rune}\n");
    assert_eq!(told(&text), ["WAT7042 2", "WAT7904 3"]);
}

#[test]
fn a_rune_of_a_form_inside_covers_that_form() {
    let text = "(:wat::core::defn :a::f [] -> :wat::core::i64
  (:wat::core::let [a {:k 1 :k 2}
                    ;; rune:allow(WAT7042) — the second one is meant
                    b {:k 1 :k 2}]
    (:wat::core::if (:wat::core::= a b) 1 2)))
";
    // The name and the value that begin on the line below.
    assert_eq!(told(text), ["WAT7042 2"]);
    let text = text.replace("b {:k 1", "b\n {:k 1");
    assert_eq!(told(&text), ["WAT7042 2", "WAT7042 5", "WAT7904 3"]);
    let text = "(:wat::core::defn :a::f [] -> :wat::core::bool
  (:wat::core::=
    {:k 1 :k 2}
    ;; rune:allow(WAT7042) -- the second one is meant
    {:k 1 :k 2}))
";
    let (told, suppressed) = judged(text);
    assert_eq!(told, ["WAT7042 3"]);
    assert_eq!(suppressed, ["WAT7042 5 allow(WAT7042)"]);
}

#[test]
fn families_suppress_all_their_rules_and_codes_exactly_those() {
    let rune = |target: &str| format!(";; rune:{target} — later versions need the arm\n{ARM}");
    assert_eq!(
        suppressed(&rune("unused(interop)")),
        ["WAT7305 5 unused(interop)"]
    );
    assert_eq!(
        suppressed(&rune("allow(WAT7042,WAT7305)")),
        ["WAT7305 5 allow(WAT7042,WAT7305)"]
    );
    assert_eq!(told(&rune("allow(WAT7042)")), ["WAT7305 5", "WAT7904 1"]);
    assert_eq!(told(&rune("names(interop)")), ["WAT7305 5", "WAT7904 1"]);
}

#[test]
fn errors_are_never_suppressed() {
    let text = ";; rune:allow(WAT3001) — it cannot be helped today
(:wat::core::defn :a::f [] -> :wat::core::i64 \"text\" \"result\")
";
    // Where there are errors, lints are withheld: whether a rune is needed is not known.
    assert_eq!(told(text), ["WAT3003 2"]);
}

#[test]
fn a_justification_is_mandatory_and_may_go_on_below() {
    for short in ["", " — ok", " --", " — because"] {
        let text = format!(";; rune:allow(WAT7042){short}\n{TWICE}");
        assert_eq!(told(&text), ["WAT7042 2", "WAT7903 1"], "{short}");
    }
    let text = format!(";; rune:allow(WAT7042) — the\n;; second one is meant\n{TWICE}");
    let (db, file) = file(&text);
    let lints = file_lints(&db, file);
    let rune = lints.iter().find_map(|it| it.suppressed.as_ref());
    let rune = rune.expect("the rune suppresses a finding");
    assert_eq!(rune.justification, "the second one is meant");
    assert_eq!(
        &text[rune.range],
        ";; rune:allow(WAT7042) — the\n;; second one is meant"
    );
}

#[test]
fn what_starts_like_a_rune_is_told() {
    for malformed in [
        ";; rune:allow WAT7042 — the second one is meant",
        ";;rune:allow(WAT7042) — the second one is meant",
        ";; rune: allow(WAT7042) — the second one is meant",
        ";; rune:allow() — the second one is meant",
        ";; rune:allow(WAT7042) the second one is meant",
        ";; rune:allow(WAT7042) - the second one is meant",
        ";; rune:(WAT7042) — the second one is meant",
    ] {
        let text = format!("{malformed}\n{TWICE}");
        let told = told(&text);
        assert!(told.contains(&"WAT7042 2".to_owned()), "{malformed}");
        let codes = ["WAT7901 1", "WAT7902 1"];
        assert!(
            codes.iter().any(|code| told.iter().any(|it| it == code)),
            "{malformed}"
        );
    }
    for unknown in [
        "names(because)",
        "style(interop)",
        "allow(WAT9999)",
        "allow(unused)",
    ] {
        let text = format!(";; rune:{unknown} — the second one is meant\n{TWICE}");
        assert_eq!(told(&text), ["WAT7042 2", "WAT7902 1"], "{unknown}");
    }
    // Prose about runes is none, nor is a text.
    let text =
        ";; Every rune: a comment\n;; see rune:allow\n(:wat::core::def :a::x \";; rune:q\")\n";
    assert_eq!(told(text), [""; 0]);
}

#[test]
fn a_rune_that_suppresses_nothing_can_be_removed() {
    let text = "(:wat::core::def :a::one 1)\n\n  ;; rune:allow(WAT7042) — the second\n  ;; one is meant\n(:wat::core::def :a::two 2)\n";
    let (db, file) = file(text);
    let lints = file_lints(&db, file);
    let unused = lints.iter().find(|it| it.code == Code(7904));
    let unused = unused.expect("the rune is told");
    let edit = &unused.fixes[0].edits[0];
    let mut fixed = text.to_owned();
    fixed.replace_range(
        usize::from(edit.range.start())..usize::from(edit.range.end()),
        &edit.insert,
    );
    assert_eq!(
        fixed,
        "(:wat::core::def :a::one 1)\n\n(:wat::core::def :a::two 2)\n"
    );
}

#[test]
fn runes_stand_anywhere_without_a_panic() {
    let rune = ";; rune:allow(WAT7042) — the second one is meant";
    for text in [
        rune.to_owned(),
        format!("{rune}\n)"),
        format!("({rune}"),
        format!("({rune}\n"),
        format!("'{rune}\n{TWICE}"),
        format!("\"a\nb\" {rune}\n{TWICE}"),
        format!("{rune}\n'"),
        format!("{rune}\n(:wat::test::ignore \"x\")"),
        ";; rune:".to_owned(),
        ";; rune:)".to_owned(),
        ";; rune:allow(é) — ü".to_owned(),
    ] {
        judged(&text);
    }
}
