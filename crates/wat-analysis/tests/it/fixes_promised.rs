//! The tables of codes in chapters 01 to 03 say which diagnostics come with a fix, and how sure it is. Each promise is
//! kept by a program: an example of the reference, a page of `wat explain`, or one of those below.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use wat_analysis::{Applicability, Diagnostic, Options, entry_diagnostics, file_diagnostics};

use crate::fixes_mutated::texts;
use crate::support::database;

/// The chapters whose tables are read, with what their rows call a fix that a tool may apply unattended.
const CHAPTERS: [(&str, &[&str]); 3] = [
    ("01-reader.md", &["M"]),
    ("02-forms.md", &["(machine)"]),
    ("03-types.md", &["M"]),
];

const MAKER: &str = "(:wat::core::defmacro :my::maker [] -> :wat::WatAST \
    `(:wat::core::defmacro :my::made [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~x 1)))\n";

/// Programs for the codes that no example shows.
const PROGRAMS: [&str; 25] = [
    // 1003, 1018, 1021, 1027, 1904
    "(:wat::core::def :my::a\u{a0}1)",
    "(:wat::core::def :my::a (:wat::core::Vector :wat::core::HashMap<wat::core::i64,wat::core::i64,>))",
    "(:wat::core::def :my::a 0X1F)",
    "(:wat::core::def :my::a 1) ; \u{202e}",
    "(:wat::core::def :my::a \"\u{1b}\")",
    // 2001, 2002, 2004
    "(:wat::core::def :my::a 1)",
    "(:wat::core::defn :user::main [] -> :wat::core::i64 3)",
    "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::do (:wat::core::def :my::a 1) 2))",
    // 2120, 2121
    "(:wat::core::use! :rust::lru::LruCashe)",
    "(:wat::core::defn :my::f [] -> :wat::core::nil (:rust::lru::LruCache::new 3))",
    // 2201, 2306
    "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::let (a 1 b 2) (:wat::core::+ a b)))",
    "(:wat::core::struct :my::S (length :wat::core::i64))\n\
     (:wat::core::defn :my::f [s <- :my::S] -> :wat::core::i64 (:wat::core::let [{lenght} s] 1))",
    // 2210
    "(:wat::core::defn :my::f [o <- :wat::core::Option<wat::core::i64>] -> :wat::core::i64 (:wat::core::Option/try o))",
    // 2507
    "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::string::length :text \"x\"))",
    // 3004, 3005, 3208
    "(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::None))",
    "(:wat::core::def :my::a [])",
    "(:wat::core::enum :my::E (A) (B))\n(:wat::core::defn :my::f [] -> :my::E (:my::E 1))",
    "(:wat::core::struct :my::S (a :wat::core::i64))\n(:wat::core::newtype :my::N :wat::core::i64)\n\
     (:wat::core::defn :my::f [] -> :my::N (:my::N 1))",
    // 3209
    "(:wat::core::enum :my::Color :Red)\n\
     (:wat::core::defn :my::f [] -> :wat::core::nil (:wat::kernel::println :my::Color::Rd))",
    // 3305
    "(:wat::core::defn-restricted :my::f [:my::k] [] -> :wat::core::i64 1)\n\
     (:wat::core::defn :my::k::g [] -> :wat::core::i64 (:my::f))",
    "(:wat::core::defn-restricted :my::f :restricted-to [:my::k] [] -> :wat::core::i64 1)\n\
     (:wat::core::defn :my::k::g [] -> :wat::core::i64 (:my::f))",
    // 3507
    "(:wat::core::defn :my::f [r <- :wat::core::Result<wat::core::i64,wat::core::String>] -> :wat::core::i64 r 1)",
    // 7412
    "(:wat::core::defn :my::log [level <- :wat::core::keyword & more <- :wat::core::Vector<wat::core::keyword>] -> :wat::core::i64 1)\n\
     (:wat::core::defn :my::f [] -> :wat::core::i64 (:my::log :level :info))",
    // 2405, 2411
    "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ ~@x 1))\n\
     (:wat::core::defn :my::f [] -> :wat::core::i64 (:my::m 3))",
    "(:wat::core::defmacro :my::m [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ tmp ~x))\n\
     (:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::let [tmp 1] (:my::m 5)))",
];

/// The strongest promise of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Promise {
    /// Some fix.
    Fix,
    /// One that may be applied unattended.
    Machine,
}

/// The promises of the tables, by code.
fn promises() -> BTreeMap<u16, Promise> {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let mut found = BTreeMap::new();
    for (chapter, machine) in CHAPTERS {
        let text = fs::read_to_string(reference.join(chapter)).expect("the chapter is there");
        let mut column = None;
        for line in text.lines() {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            if cells[0] == "Code" {
                column = cells.iter().position(|cell| *cell == "Fix");
            } else if !line.starts_with('|') {
                column = None;
            }
            let code = cells[0].strip_prefix("WAT").and_then(|code| code.get(..4));
            let (Some(column), Some(Ok(code))) = (column, code.map(str::parse)) else {
                continue;
            };
            let cell = cells.get(column).copied().unwrap_or_default();
            let is_machine = |word: &str| machine.contains(&word);
            let mut words = cell.split([' ', '/', ':', ',', ';']);
            if words.any(is_machine) {
                found.insert(code, Promise::Machine);
            } else if !matches!(cell, "–" | "—" | "") {
                found.insert(code, Promise::Fix);
            }
        }
    }
    found
}

/// The programs of this list.
pub fn programs() -> Vec<String> {
    let late = format!(
        "(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::made 1))\n{MAKER}(:my::maker)\n"
    );
    let own = PROGRAMS.into_iter().map(str::to_owned);
    own.chain([late]).collect()
}

/// What is said of a text, as the entry of a program too, under a host that provides a type.
fn all(text: &str) -> Vec<Diagnostic> {
    let mut db = database(&[("main.wat", text)]);
    db.set_options(Options {
        host_types: Arc::from([Arc::from(":rust::lru::LruCache")]),
        ..Options::default()
    });
    let file = db.file("main.wat").expect("was just added");
    let entry = entry_diagnostics(&db, file);
    file_diagnostics(&db, file)
        .iter()
        .chain(entry.iter())
        .cloned()
        .collect()
}

/// What the fixes of the programs are, by code.
fn kept() -> BTreeMap<u16, Promise> {
    let mut kept = BTreeMap::new();
    for text in texts() {
        for diagnostic in all(&text) {
            for fix in &diagnostic.fixes {
                let promise = match fix.applicability {
                    Applicability::MachineApplicable => Promise::Machine,
                    _ => Promise::Fix,
                };
                let entry = kept.entry(diagnostic.code.0).or_insert(promise);
                *entry = promise.max(*entry);
            }
        }
    }
    kept
}

#[test]
fn every_promised_fix_is_offered() {
    let promises = promises();
    assert!(
        promises.len() > 80,
        "the tables are read: {}",
        promises.len()
    );
    let kept = kept();
    let broken: Vec<String> = promises
        .iter()
        .filter(|(code, _)| **code < 4000 || **code > 7000)
        .filter(|(code, promise)| kept.get(code) < Some(promise))
        .map(|(code, promise)| {
            format!("WAT{code}: promised {promise:?}, kept {:?}", kept.get(code))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What the fixes of a code are in a text, and how sure.
fn sureness(text: &str, code: u16) -> Vec<Applicability> {
    let found = all(text);
    let told = found.iter().filter(|told| told.code.0 == code);
    told.flat_map(|told| told.fixes.iter().map(|fix| fix.applicability))
        .collect()
}

#[test]
fn fixes_in_broken_surroundings_are_guesses() {
    use Applicability::{MachineApplicable, MaybeIncorrect};
    let light = "(:wat::core::enum :my::Lights :Red)\n";
    for (text, code, how) in [
        (
            "(:wat::core::defn :my::f [] -> :wat::core::nil ())".to_owned(),
            1906,
            MachineApplicable,
        ),
        (
            "(:wat::core::defn :my::f [] () :wat::core::i64 1)".to_owned(),
            1906,
            MaybeIncorrect,
        ),
        (
            "(:wat::core::defn :my::f [] :wat::core::i64 1)".to_owned(),
            2105,
            MachineApplicable,
        ),
        (
            "(:wat::core::defn :my::f [] :my::f :wat::core::i64 1)".to_owned(),
            2105,
            MaybeIncorrect,
        ),
        (
            "(:wat::core::def :my::a {\"k 1})\n(:wat::core::def :my::a {\"k\" 1})\n".to_owned(),
            2101,
            MaybeIncorrect,
        ),
        (
            "(:wat::core::def :my::a 1)\n(:wat::core::def :my::a 1)\n".to_owned(),
            2101,
            MachineApplicable,
        ),
        (
            "(:wat::core::def :my::a (:wat::core::Vector 1 2))".to_owned(),
            3013,
            MachineApplicable,
        ),
        (
            "(:wat::core::def :my::a (:wat::core::Vector 1 +2))".to_owned(),
            3013,
            MaybeIncorrect,
        ),
        (
            format!("{light}(:wat::core::defn :my::f [l <- :my::Light] -> :my::Lights l)"),
            3203,
            MachineApplicable,
        ),
        (
            format!(
                "{light}(:wat::core::defn :my::f [l <- :my::Light] -> :wat::core::i64 \
                 (:wat::core::match l (:my::Light::Red 1)))"
            ),
            3203,
            MaybeIncorrect,
        ),
    ] {
        assert_eq!(sureness(&text, code).first(), Some(&how), "{text}");
    }
}

#[test]
fn annotations_that_no_test_follows_are_told_each_for_itself() {
    let text = "(:wat::test::ignore \"a\")\n(:wat::test::ignore \"b\")\n";
    let codes: Vec<u16> = all(text).iter().map(|told| told.code.0).collect();
    assert_eq!(codes, [2905, 2905, 2001]);
}
