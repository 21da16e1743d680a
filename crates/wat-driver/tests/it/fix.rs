//! Fixes keep their promise: a machine-applicable fix removes its finding and adds no error.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use wat_analysis::{
    Applicability, Diagnostic, DiagnosticFix, FileKind, RootDatabase, Severity, SourceFile,
    SourceText, file_diagnostics,
};
use wat_driver::{Fixed, fix_files, machine_fix};

/// The wat blocks of the reference and of the pages about codes.
fn examples() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for directory in ["docs/reference", "crates/wat-analysis/explain"] {
        let entries = fs::read_dir(root.join(directory)).expect("the documents are there");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("readable").path())
            .collect();
        paths.sort();
        for path in paths {
            let text = fs::read_to_string(path).expect("documents are UTF-8");
            found.extend(blocks(&text));
        }
    }
    found
}

fn blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```wat") {
            let block = lines.by_ref().take_while(|line| !line.starts_with("```"));
            found.push(block.flat_map(|line| [line, "\n"]).collect());
        }
    }
    found
}

fn open(text: &str) -> (RootDatabase, SourceFile) {
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    (db, file)
}

fn count(found: &[Diagnostic], wanted: impl Fn(&Diagnostic) -> bool) -> usize {
    found.iter().filter(|found| wanted(found)).count()
}

/// The errors by what they say.
fn errors(found: &[Diagnostic]) -> BTreeMap<String, usize> {
    let mut errors = BTreeMap::new();
    for diagnostic in found.iter().filter(|it| it.severity == Severity::Error) {
        let key = format!("{}: {}", diagnostic.code, diagnostic.message);
        *errors.entry(key).or_default() += 1;
    }
    errors
}

/// What is wrong with the machine fixes of a text.
fn broken_promises(text: &str) -> Vec<String> {
    let (db, file) = open(text);
    let before = file_diagnostics(&db, file);
    let mut broken = Vec::new();
    for diagnostic in before.iter() {
        for fix in &diagnostic.fixes {
            if fix.applicability != Applicability::MachineApplicable {
                continue;
            }
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
            let edits: Vec<_> = edits
                .iter()
                .map(|edit| wat_syntax::TextEdit::replace(edit.range, edit.insert.clone()))
                .collect();
            let fixed = wat_syntax::apply_edits(text, &edits);
            let (after_db, after_file) = open(&fixed);
            let after = file_diagnostics(&after_db, after_file);
            let same =
                |it: &Diagnostic| it.code == diagnostic.code && it.message == diagnostic.message;
            let head = format!(
                "{} ({}), fix `{}`",
                diagnostic.code, diagnostic.message, fix.title
            );
            if count(&after, same) >= count(&before, same) {
                broken.push(format!(
                    "{head}: the finding stays\n--- before\n{text}--- after\n{fixed}"
                ));
            }
            let is_error = |it: &Diagnostic| it.severity == Severity::Error;
            let is_reader = |it: &Diagnostic| is_error(it) && it.code.0 < 2000;
            // An error silences what depends on it: its repair may uncover another, that of a broken token or of a name
            // that was unknown several.
            let readable = count(&after, is_reader) < count(&before, is_reader);
            let unread = count(&after, is_reader) > count(&before, is_reader);
            let known = readable || matches!(diagnostic.code.0, 3201..=3203 | 2304 | 2306);
            if unread || !known && count(&after, is_error) > count(&before, is_error) {
                let known = errors(&before);
                for (message, number) in errors(&after) {
                    if number > known.get(&message).copied().unwrap_or(0) {
                        broken.push(format!(
                            "{head}: adds {message}\n--- before\n{text}--- after\n{fixed}"
                        ));
                    }
                }
            }
        }
    }
    broken
}

/// What is wrong with `wat fix` of a whole text: it ends, does nothing the second time, refuses no fix of its own and
/// adds no error.
fn unsound_whole(text: &str) -> Option<String> {
    let (outcome, after) = fixed(text, machine_fix);
    if after == text && outcome.defects.is_empty() {
        return None;
    }
    let (again, same) = fixed(&after, machine_fix);
    let wrong = match (&outcome.defects[..], outcome.converged) {
        ([(fix, error), ..], _) => format!("the fix `{}` of {} adds {error}", fix.title, fix.code),
        (_, false) => "it does not end".to_owned(),
        _ if same != after || !again.applied.is_empty() => "it is not idempotent".to_owned(),
        _ => return None,
    };
    Some(format!("{wrong}\n--- before\n{text}--- after\n{after}"))
}

/// A generator of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// The text with a slip: a character or word missing, doubled or exchanged.
fn mutated(text: &str, numbers: &mut Numbers) -> String {
    let words: Vec<(usize, &str)> = text
        .split_inclusive([' ', '\n', '(', ')', '[', ']', '<', '>', ',', ':'])
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len();
            Some((start, word))
        })
        .collect();
    if words.is_empty() {
        return text.to_owned();
    }
    let (start, word) = words[numbers.below(words.len())];
    let (other_start, other) = words[numbers.below(words.len())];
    let end = start + word.len();
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let middle = boundary(start + numbers.below(word.len()));
    match numbers.below(7) {
        0 => format!("{}{}", &text[..start], &text[end..]),
        1 => format!("{}{word}{}", &text[..start], &text[start..]),
        2 => {
            let next = text[middle..]
                .chars()
                .next()
                .map_or(middle, |ch| middle + ch.len_utf8());
            format!("{}{}", &text[..middle], &text[next..])
        }
        3 => format!("{} {}", &text[..middle], &text[middle..]),
        4 => {
            let sign = [
                "+", "(", ")", "]", "<", ">", ":", "'", "~", ",", "\"", "->", "1",
            ];
            format!(
                "{}{}{}",
                &text[..middle],
                sign[numbers.below(sign.len())],
                &text[middle..]
            )
        }
        5 => format!("{}{other}{}", &text[..start], &text[end..]),
        _ => {
            let other_end = other_start + other.len();
            format!("{}{word}{}", &text[..other_start], &text[other_end..])
        }
    }
}

#[test]
fn machine_fixes_of_the_examples_keep_their_promise() {
    let broken: Vec<String> = examples()
        .iter()
        .flat_map(|text| broken_promises(text).into_iter().chain(unsound_whole(text)))
        .collect();
    assert!(
        broken.is_empty(),
        "{}\n\n{}",
        broken.len(),
        broken.join("\n\n")
    );
}

#[test]
fn machine_fixes_of_programs_with_slips_keep_their_promise() {
    let rounds = std::env::var("FIX_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let mut numbers = Numbers(20);
    let mut broken = Vec::new();
    for text in examples().iter().filter(|text| text.len() < 1500) {
        for _ in 0..rounds {
            let text = mutated(text, &mut numbers);
            broken.extend(broken_promises(&text));
            broken.extend(unsound_whole(&text));
        }
    }
    assert!(
        broken.is_empty(),
        "{}\n\n{}",
        broken.len(),
        broken.join("\n\n")
    );
}

fn fixed(text: &str, chosen: impl Fn(&Diagnostic) -> Option<DiagnosticFix>) -> (Fixed, String) {
    let (mut db, file) = open(text);
    let fixed = fix_files(&mut db, &[file], &|_, diagnostic| chosen(diagnostic));
    (fixed, file.text(&db).text().to_owned())
}

#[test]
fn fixes_are_applied_until_none_is_left() {
    let text = "(:wat::core::def :demo::a +5)\n\n(:wat::core::typealias :demo::T :wat::core::HashMap<wat::core::String, :wat::core::i64>)\n";
    let (outcome, after) = fixed(text, machine_fix);
    assert_eq!(
        after,
        "(:wat::core::def :demo::a 5)\n\n(:wat::core::typealias :demo::T :wat::core::HashMap<wat::core::String,wat::core::i64>)\n"
    );
    assert!(outcome.converged && outcome.defects.is_empty());
    assert!(
        outcome
            .applied
            .iter()
            .any(|it| it.code.0 == 1022 && it.start == (1, 27))
    );
    let (again, same) = fixed(&after, machine_fix);
    assert_eq!((again.applied, same), (Vec::new(), after));
}

#[test]
fn nothing_that_was_not_chosen_is_applied() {
    let text = "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 007)\n";
    let (outcome, after) = fixed(text, |it| machine_fix(it).filter(|_| it.code.0 == 1902));
    assert_eq!(
        after,
        "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 7)\n"
    );
    assert_eq!(outcome.applied.len(), 1);
}

#[test]
fn a_fix_that_introduces_an_error_is_taken_back_and_told() {
    let text = "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 007)\n";
    let (outcome, after) = fixed(text, |it| {
        let mut fix = machine_fix(it)?;
        if it.code.0 == 1022 {
            fix.edits[0].insert = "(".into();
        }
        Some(fix)
    });
    assert_eq!(
        after,
        "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 7)\n"
    );
    assert_eq!(outcome.defects.len(), 1);
    assert!(outcome.converged);
}

#[test]
fn what_is_fixed_beside_a_bad_fix_is_fixed_at_once() {
    let text: String = (0..12)
        .map(|at| format!("(:wat::core::def :demo::a{at} +5)\n"))
        .collect();
    let (outcome, after) = fixed(&text, |it| {
        let mut fix = machine_fix(it)?;
        if it.span.range.start() > 200.into() && it.span.range.start() < 230.into() {
            fix.edits[0].insert = "(".into();
        }
        Some(fix)
    });
    assert_eq!(outcome.defects.len(), 1, "{after}");
    assert_eq!(after.matches('+').count(), 1, "{after}");
    assert!(outcome.converged);
}

#[test]
fn a_fix_that_reaches_into_another_file_is_left_out_and_told() {
    let mut db = RootDatabase::new();
    let library = "(:wat::core::def :five 5)\n";
    let program =
        "(:wat::load-file! \"lib.wat\")\n(:wat::core::def :demo::six (:wat::core::+ :five 1))\n";
    let library = db.set_file("lib.wat", SourceText::new(library), FileKind::Disk);
    let program = db.set_file("main.wat", SourceText::new(program), FileKind::Disk);
    let chosen = |_: &RootDatabase, found: &Diagnostic| machine_fix(found);
    let alone = fix_files(&mut db, &[library], &chosen);
    assert!(alone.applied.is_empty() && alone.converged, "{alone:?}");
    assert_eq!(&*alone.outside[0].1, "main.wat");
    let both = fix_files(&mut db, &[library, program], &chosen);
    assert_eq!((both.applied.len(), both.outside.len()), (1, 0), "{both:?}");
    assert!(
        program
            .text(&db)
            .text()
            .contains("(:wat::core::+ :user::five 1)")
    );
    assert!(file_diagnostics(&db, program).is_empty());
}

#[test]
fn fixes_that_undo_each_other_end() {
    let text = "(:wat::core::def :demo::a 007)\n";
    let (outcome, _) = fixed(text, |it| {
        let mut fix = machine_fix(it)?;
        fix.edits[0].insert = if it.message.contains("007") {
            "008"
        } else {
            "007"
        }
        .into();
        Some(fix)
    });
    assert!(!outcome.converged);
}
