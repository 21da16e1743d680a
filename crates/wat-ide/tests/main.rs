//! Each feature on a short program; `$0` marks the offset.

#[path = "it/formatted.rs"]
mod formatted;
#[path = "it/keyword_calls.rs"]
mod keyword_calls;

use expect_test::{Expect, expect};
use wat_analysis::{FileKind, RootDatabase, SourceFile, SourceText, TextRange, TextSize};
use wat_ide::{
    ActionKind, Position, builtin_document, code_actions, complete, complete_name, diagnostics,
    document_symbols, goto_definition, hover, missing_loads,
};

const CALC: &str =
    "(:wat::core::defn :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64
  \"Adds two numbers.\"
  (:wat::core::i64::+ a b))
";

/// A database with `/p/main.wat`, and the marked offset.
fn program(marked: &str) -> (RootDatabase, SourceFile, TextSize) {
    let offset = marked.find("$0").unwrap_or(0);
    let mut db = RootDatabase::new();
    let text = SourceText::new(marked.replace("$0", ""));
    let file = db.set_file("/p/main.wat", text, FileKind::Open);
    (db, file, TextSize::new(offset as u32))
}

fn slice(db: &RootDatabase, file: SourceFile, range: TextRange) -> String {
    file.text(db).text()[range].to_owned()
}

fn check_hover(marked: &str, expected: &Expect) {
    let (db, file, offset) = program(marked);
    let shown = match hover(&db, file, offset) {
        Some(hover) => format!("{}\n{}", slice(&db, file, hover.range), hover.markdown()),
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn hover_on_a_call_shows_the_definition() {
    check_hover(
        &format!("{CALC}(:wat::core::defn :m::f [] -> :wat::core::i64 (:calc::$0add 1 2))"),
        &expect![[r#"
            :calc::add
            ```wat
            :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64
            ```

            *function, `main.wat:1`*

            ---

            Adds two numbers.
        "#]],
    );
}

#[test]
fn hover_on_a_local_shows_its_type() {
    check_hover(
        "(:wat::core::defn :m::f [size <- :wat::core::i64] -> :wat::core::i64 si$0ze)",
        &expect![[r#"
            size
            ```wat
            size <- :wat::core::i64
            ```

            *local*
        "#]],
    );
}

#[test]
fn hover_on_a_literal_shows_the_type_of_the_expression() {
    check_hover(
        "(:wat::core::defn :m::f [] -> :wat::core::i64 4$02)",
        &expect![[r#"
            42
            ```wat
            :wat::core::i64
            ```
        "#]],
    );
}

#[test]
fn hover_between_forms_is_nothing() {
    check_hover(&format!("{CALC}\n$0\n{CALC}"), &expect![["nothing\n"]]);
}

fn check_definition(marked: &str, expected: &Expect) {
    let (db, file, offset) = program(marked);
    let shown = match goto_definition(&db, file, offset) {
        Some(found) => {
            let target = &found.targets[0];
            format!(
                "{} -> {} {}\n",
                slice(&db, file, found.origin),
                target.file.path(&db),
                slice(&db, target.file, target.focus)
            )
        }
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_call_leads_to_the_definition() {
    check_definition(
        &format!("{CALC}(:wat::core::defn :m::f [] -> :wat::core::i64 (:calc::$0add 1 2))"),
        &expect![[":calc::add -> /p/main.wat :calc::add\n"]],
    );
}

#[test]
fn a_local_leads_to_its_binder() {
    check_definition(
        "(:wat::core::defn :m::f [size <- :wat::core::i64] -> :wat::core::i64 si$0ze)",
        &expect![["size -> /p/main.wat size\n"]],
    );
}

#[test]
fn a_special_form_leads_into_the_library() {
    let (db, file, offset) = program("(:wat::core::de$0fn :m::f [] -> :wat::core::i64 1)");
    let found = goto_definition(&db, file, offset).expect("a definition");
    let target = &found.targets[0];
    let uri = target.file.path(&db);
    assert!(uri.starts_with("wat-builtin:/"), "{uri}");
    let text = builtin_document(&db, &uri).expect("the document");
    assert_eq!(&text.text()[target.focus], ":wat::core::defn");
}

#[test]
fn a_component_of_a_type_keyword_is_a_target_of_its_own() {
    check_definition(
        "(:wat::core::typealias :my::Id :wat::core::i64)\n(:wat::core::typealias :my::Ids :wat::core::Vector<my::I$0d>)",
        &expect![["my::Id -> /p/main.wat :my::Id\n"]],
    );
}

#[test]
fn a_load_string_leads_to_the_file() {
    let (mut db, file, _) = program("(:wat::load-file! \"calc.wat\")");
    assert_eq!(missing_loads(&db, file).files, ["/p/calc.wat".into()]);
    let calc = db.set_file("/p/calc.wat", SourceText::new(CALC), FileKind::Disk);
    assert!(missing_loads(&db, file).files.is_empty());
    let found = goto_definition(&db, file, TextSize::new(22)).expect("the file");
    assert_eq!(found.targets[0].file, calc);
}

const SPACED: &str =
    "(:wat::core::typealias :my::T :wat::core::HashMap<wat::core::String, wat::core::i64>)\n";

#[test]
fn every_fix_at_the_range_is_an_action_and_the_only_safe_one_is_preferred() {
    let (db, file, _) = program(SPACED);
    let found = diagnostics(&db, file);
    assert_eq!(
        found.iter().map(|found| found.code.0).collect::<Vec<_>>(),
        [1010]
    );
    let at = |offset: usize| TextRange::empty(TextSize::new(offset as u32));
    let actions = code_actions(&db, file, at(SPACED.find(", ").expect("the blank") + 1));
    let kinds: Vec<_> = actions
        .iter()
        .map(|action| (action.kind, action.preferred))
        .collect();
    assert_eq!(
        kinds,
        [(ActionKind::QuickFix, true), (ActionKind::FixAll, false)]
    );
    assert_eq!(actions[0].edits, actions[1].edits);
    let elsewhere = code_actions(&db, file, at(0));
    assert_eq!(elsewhere.len(), 1);
}

#[test]
fn a_fix_that_may_be_wrong_is_an_action_only_if_it_holds() {
    let offered = |parameters: &str| {
        let text = format!(
            "(:wat::core::defn :my::be [{parameters}] -> :wat::core::i64 1)\n(:wat::core::defn :my::a [] -> :wat::core::i64 (:my::b))\n"
        );
        let (db, file, _) = program(&text);
        let at = text.find(":my::b)").expect("the call");
        let range = TextRange::empty(TextSize::new(at as u32));
        let actions = code_actions(&db, file, range);
        let unknown = diagnostics(&db, file);
        let unknown = unknown.iter().find(|found| found.code.0 == 3201);
        assert_eq!(unknown.expect("it is told").fixes.len(), 2);
        actions.into_iter().map(|action| action.title).collect()
    };
    let (this, other) = ("replace by `:my::a`", "replace by `:my::be`");
    let titles: Vec<String> = offered("");
    assert_eq!(titles, [this, other]);
    assert_eq!(offered("_x <- :wat::core::i64"), [this]);
}

#[test]
fn symbols_are_the_definitions_in_order() {
    let (db, file, _) = program(&format!("{CALC}{SPACED}"));
    let symbols = document_symbols(&db, file);
    let shown: Vec<_> = symbols
        .iter()
        .map(|symbol| slice(&db, file, symbol.focus))
        .collect();
    assert_eq!(shown, [":calc::add", ":my::T"]);
    assert!(
        symbols
            .iter()
            .all(|symbol| symbol.full.contains_range(symbol.focus))
    );
}

fn first_candidate(typed: &str, position: Position) -> Option<String> {
    let (db, file, _) = program(CALC);
    let found = complete_name(&db, file, typed, position);
    found.first().map(|candidate| candidate.insert.clone())
}

#[test]
fn names_complete_by_segments_and_by_short_name() {
    let first = |typed| first_candidate(typed, Position::Head);
    assert_eq!(first("pln").as_deref(), Some(":wat::kernel::println"));
    assert_eq!(
        first(":wat::k::pr").as_deref(),
        Some(":wat::kernel::println")
    );
    assert_eq!(first("defn").as_deref(), Some(":wat::core::defn"));
    assert_eq!(first(":calc::a").as_deref(), Some(":calc::add"));
    assert_eq!(first("zzzz"), None);
    assert_eq!(
        first_candidate("i6", Position::TypeArgument).as_deref(),
        Some("wat::core::i64")
    );
}

#[test]
fn completion_replaces_the_whole_token() {
    let (db, file, offset) = program(&format!("{CALC}(:calc::a$0d"));
    let found = complete(&db, file, offset).expect("candidates");
    assert_eq!(slice(&db, file, found.range), ":calc::ad");
    assert_eq!(&*found.candidates[0].name, ":calc::add");
}

const VAULT: &str = "(:wat::core::defn-restricted :k::open :restricted-to [:k::] [] -> :wat::core::i64 1)\n(:wat::core::defn :k::use [] -> :wat::core::i64 (:k::open))\n";

#[test]
fn hover_shows_what_type_parameters_must_be() {
    check_hover(
        "(:wat::core::defn :m::same<T> [a <- :T b <- :T] -> :wat::core::bool (:wat::core::= a b))\n(:wat::core::defn :m::f [] -> :wat::core::bool (:m::sa$0me 1 2))",
        &expect![[r#"
            :m::same
            ```wat
            :m::same ∀T: Eq. [a <- :T b <- :T] -> :wat::core::bool
            ```

            *function, `main.wat:1`*
        "#]],
    );
}

#[test]
fn hover_says_who_is_admitted() {
    let refused = format!("{VAULT}(:wat::core::defn :m::f [] -> :wat::core::i64 (:k::op$0en))");
    check_hover(
        &refused,
        &expect![[r#"
            :k::open
            ```wat
            :k::open [] -> :wat::core::i64
            ```

            *function, `main.wat:1`; restricted: admits only `:k::` (namespace); `:m::f` is not admitted*
        "#]],
    );
    let (db, file, offset) = program(&refused.replace(":m::f", ":k::f"));
    let facts = hover(&db, file, offset).expect("a hover").facts;
    assert!(facts.ends_with("`:k::f` is admitted"), "{facts}");
}

#[test]
fn completion_omits_what_the_position_may_not_name() {
    let names = |text: &str| {
        let (db, file, offset) = program(&format!("{VAULT}{text}"));
        let found = complete(&db, file, offset).expect("candidates");
        let names = found.candidates.into_iter().map(|found| found.name);
        names
            .filter(|name| name.starts_with(":k::"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("(:wat::core::defn :m::f [] -> :wat::core::i64 (:k::$0))"),
        [":k::use".into()]
    );
    assert_eq!(
        names("(:wat::core::defn :k::f [] -> :wat::core::i64 (:k::$0))").len(),
        3
    );
}
