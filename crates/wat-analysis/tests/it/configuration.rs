//! Setters at the head of the entry file.

use wat_analysis::{Applicability, Config, FileKind, SourceText, config, file_diagnostics};

use crate::support::{all, database, spans};

fn configured(text: &str) -> Config {
    let db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    assert_eq!(all(&db), Vec::<String>::new(), "{text}");
    config(&db, main)
}

/// The text after the first machine-applicable fix of its first diagnostic, which must leave no error.
fn fixed(text: &str) -> String {
    let mut db = database(&[("main.wat", text)]);
    let main = db.file("main.wat").expect("it was given");
    let found = file_diagnostics(&db, main);
    let mut fixes = found.iter().flat_map(|found| &found.fixes);
    let fix = fixes.find(|fix| fix.applicability == Applicability::MachineApplicable);
    let mut edits = fix.expect("there is a fix").edits.clone();
    edits.sort_by_key(|edit| edit.range.start());
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
    }
    db.set_file("main.wat", SourceText::new(out.as_str()), FileKind::Disk);
    assert_eq!(all(&db), Vec::<String>::new(), "{out}");
    out
}

#[test]
fn the_head_of_the_entry_configures_the_program() {
    assert_eq!(configured(""), Config::default());
    let set = configured(
        "; a remark\n(:wat::config::set-dim-count! 1024)\n(:wat::config::set-global-seed! 0)\n\
         (:wat::config::set-capacity-mode! :panic)\n(:wat::config::set-redef! true)\n\
         (:wat::config::set-eval-redef! false)\n(:wat::config::set-presence-sigma! :my::sigma)\n\
         (:wat::config::set-coincident-sigma! (:wat::core::fn [d <- :wat::core::i64] -> :wat::core::i64 1))\n\
         (:wat::core::defn :my::sigma [d <- :wat::core::i64] -> :wat::core::i64 d)",
    );
    assert_eq!(
        (
            set.dim_count,
            set.global_seed,
            set.capacity_panics,
            set.redef
        ),
        (1024, 0, true, true)
    );
}

#[test]
fn each_mistake_has_its_code_and_place() {
    for (text, found) in [
        ("(:wat::config::set-dim-count! 0)", "WAT2701 1:31-1:32"),
        (
            "(:wat::config::set-dim-count! 67108865)",
            "WAT2701 1:31-1:39",
        ),
        ("(:wat::config::set-dim-count! 1.0)", "WAT2701 1:31-1:34"),
        ("(:wat::config::set-global-seed! -1)", "WAT2701 1:33-1:35"),
        ("(:wat::config::set-redef! :true)", "WAT2701 1:27-1:32"),
        ("(:wat::config::set-redef!)", "WAT2701 1:1-1:27"),
        (
            "(:wat::config::set-eval-redef! true false)",
            "WAT2701 1:37-1:42",
        ),
        (
            "(:wat::config::set-capacity-mode! :warn)",
            "WAT2701 1:35-1:40",
        ),
        ("(:wat::config::set-dim-router! :my::r)", "WAT2702 1:2-1:31"),
        ("(:wat::config::set-noise-floor! 1.0)", "WAT2702 1:2-1:32"),
        ("(:wat::config::set-zork! 1)", "WAT2007 1:2-1:25"),
        (
            "(:wat::config::set-presence-sigma! ())",
            "WAT3706 1:36-1:38",
        ),
        (
            "(:wat::config::set-presence-sigma! (:wat::core::fn [d <- :wat::core::f64] -> :wat::core::f64 d))",
            "WAT3706 1:36-1:96",
        ),
        (
            "(:wat::config::set-redef! true)\n(:wat::config::set-redef! true)",
            "WAT2006 2:1-2:32",
        ),
        (
            "(:wat::core::def :my::x 1)\n(:wat::config::set-redef! true)",
            "WAT2005 2:1-2:32",
        ),
        (
            "(:wat::core::do (:wat::config::set-redef! true) (:wat::core::def :my::x 1))",
            "WAT2005 1:17-1:48",
        ),
        (
            "(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::config::set-redef! true))",
            "WAT2005 1:48-1:79",
        ),
    ] {
        assert_eq!(spans(text), [found], "{text}");
    }
}

#[test]
fn a_misspelled_setting_is_judged_as_the_one_that_is_meant() {
    for (text, found) in [
        (
            "(:wat::config::set-redeff! 1)",
            &["WAT2007 1:2-1:27", "WAT2701 1:28-1:29"][..],
        ),
        (
            "(:wat::core::def :my::x 1)\n(:wat::config::set-dims! :x)",
            &["WAT2005 2:1-2:29", "WAT2190 2:2-2:25", "WAT2701 2:26-2:28"],
        ),
        (
            "(:wat::config::set-redef! true)\n(:wat::config::set-redeff! true)",
            &["WAT2006 2:1-2:33", "WAT2007 2:2-2:27"],
        ),
    ] {
        assert_eq!(spans(text), found, "{text}");
    }
}

#[test]
fn a_loaded_source_has_no_setters_at_any_depth() {
    let db = database(&[
        ("main.wat", "(:wat::load-file! \"lib.wat\")"),
        (
            "lib.wat",
            "(:wat::config::set-redef! true)\n(:wat::core::def :l::x 1)\n(:wat::config::set-zork! true)\n\
             (:wat::core::defn :l::f [] -> :wat::core::nil (:wat::config::set-redef! true))",
        ),
    ]);
    let codes: Vec<String> = all(&db)
        .iter()
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(codes, ["WAT5005"; 3]);
}

#[test]
fn a_late_setter_moves_to_the_head() {
    assert_eq!(
        fixed(
            "(:wat::core::def :my::x 1)\n(:wat::config::set-redef! true)\n(:wat::core::def :my::y 2)\n"
        ),
        "(:wat::config::set-redef! true)\n(:wat::core::def :my::x 1)\n(:wat::core::def :my::y 2)\n"
    );
    assert_eq!(
        fixed(
            "; head\n(:wat::config::set-global-seed! 1)\n(:wat::core::def :my::x 1) (:wat::config::set-redef! true)"
        ),
        "; head\n(:wat::config::set-global-seed! 1)\n(:wat::config::set-redef! true)\n(:wat::core::def :my::x 1) "
    );
    assert_eq!(
        fixed("(:wat::core::do (:wat::config::set-redef! true) (:wat::core::def :my::x 1))"),
        "(:wat::config::set-redef! true)\n(:wat::core::do  (:wat::core::def :my::x 1))"
    );
}

#[test]
fn other_fixes_leave_no_error() {
    assert_eq!(
        fixed("(:wat::config::set-redef! true)\n(:wat::config::set-redef! false)\n"),
        "(:wat::config::set-redef! true)\n"
    );
    assert_eq!(
        fixed("(:wat::config::set-global-sede! 1)"),
        "(:wat::config::set-global-seed! 1)"
    );
    assert_eq!(
        fixed("(:wat::config::set-capacity-mode! :abort)"),
        "(:wat::config::set-capacity-mode! :panic)"
    );
    assert_eq!(
        fixed("(:wat::config::set-dims! 16)"),
        "(:wat::config::set-dim-count! 16)"
    );
}
