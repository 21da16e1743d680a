//! What is suggested may be used where it is suggested.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wat_analysis::{
    Applicability, FileKind, RootDatabase, SourceText, TextRange, file_diagnostics, keep_what_holds,
};

use crate::fixes::{codes, diagnose, every_machine_fix_is_safe, fixed};

/// The fixes of a program: how sure each is, and what it writes. `c.` stands for the namespace of the core library.
fn fixes(text: &str) -> Vec<(Applicability, String)> {
    let text = text.replace("c.", ":wat::core::");
    let (_db, found) = diagnose(&text);
    let fixes = found.iter().flat_map(|it| &it.fixes);
    let written = fixes.map(|fix| {
        let edits: String = fix.edits.iter().map(|edit| &*edit.insert).collect();
        (fix.applicability, edits.replace(":wat::core::", "c."))
    });
    written.collect()
}

const VAULT: &str = "(c.struct-restricted :my::V [:my::a::] ([:my::a::] secret <- c.i64) (label <- c.String))\n(c.enum-restricted :my::E [:my::a::] :Red :Green)\n(c.defn :my::a::red [] -> :my::E :my::E::Red)\n";

#[test]
fn fields_and_variants_are_suggested_to_who_is_admitted() {
    for (code, good) in [
        ("[v <- :my::V] -> c.i64 (c.let [{secre} v] secre)", "secret"),
        (
            "[v <- :my::E] -> c.i64 (c.match v (:my::E::Rde 1) (_ 2))",
            ":my::E::Red",
        ),
    ] {
        let refused = format!("{VAULT}(c.defn :user::f {code})");
        assert_eq!(fixes(&refused), [], "{code}");
        let text = refused.replace("c.", ":wat::core::");
        let (_db, found) = diagnose(&text);
        let shown = format!("{:?} {:?}", found[0].notes, found[0].help);
        assert!(
            !shown.contains("secret") && !shown.contains("Red"),
            "{shown}"
        );
        let admitted = format!("{VAULT}(c.defn :my::a::f {code})");
        let found = fixes(&admitted);
        assert!(found[0].1.starts_with(good), "{found:?}");
    }
}

#[test]
fn a_type_that_is_used_gets_no_parameter_unattended() {
    for (text, how) in [
        ("(c.struct :u::P (x :T))", Applicability::MachineApplicable),
        (
            "(c.struct :u::P (x :T))\n(c.defn :u::f [p <- :u::P] -> c.i64 1)",
            Applicability::MaybeIncorrect,
        ),
        (
            "(c.struct :u::P (x :T) (next c.Option<u::P>))",
            Applicability::MaybeIncorrect,
        ),
        (
            "(c.enum :u::P (V (x :T)))\n(c.defn :u::f [] -> c.nil (c.let [p (:u::P::V 1)] c.nil))",
            Applicability::MachineApplicable,
        ),
    ] {
        assert_eq!(fixes(text)[0].0, how, "{text}");
        every_machine_fix_is_safe(&text.replace("c.", ":wat::core::"));
    }
}

#[test]
fn what_cannot_be_called_as_it_stands_is_a_guess_at_a_head() {
    for (code, how) in [
        ("(:u::limti 1)", Applicability::MaybeIncorrect),
        ("(:u::Col::Redd 1)", Applicability::MaybeIncorrect),
        ("(c.matchh 2 3)", Applicability::MaybeIncorrect),
        ("(c.lett [x 1] x)", Applicability::MaybeIncorrect),
        ("(c.Someone 1)", Applicability::MaybeIncorrect),
        ("(:u::advanse 1)", Applicability::MachineApplicable),
        ("(:u::mappre 1)", Applicability::MachineApplicable),
    ] {
        let text = format!(
            "(c.def :u::limit 5)\n(c.def :u::mapper :u::advance)\n(c.enum :u::Col :Red :Green)\n(c.defn :u::advance [x <- c.i64] -> c.i64 x)\n(c.defn :u::f [] -> c.nil (c.let [r {code}] c.nil))"
        );
        if let Some(first) = fixes(&text).first() {
            assert_eq!(first.0, how, "{code}");
        } else {
            assert_eq!(code, "(c.Someone 1)");
        }
        every_machine_fix_is_safe(&text.replace("c.", ":wat::core::"));
    }
}

/// The events of the database while the guesses about so many misspelled names are tried, and how many are left.
fn tried(names: usize) -> (u64, usize) {
    let functions = (0..names).map(|at| {
        format!("(:wat::core::defn :u::f{at} [value{at} <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ 1 valeu{at}))\n")
    });
    let text: String = functions.collect();
    let events = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&events);
    let mut db = RootDatabase::with_events(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let mut found = file_diagnostics(&db, file).to_vec();
    for fix in found.iter_mut().flat_map(|it| &mut it.fixes) {
        fix.applicability = Applicability::MaybeIncorrect;
    }
    let before = events.load(Ordering::Relaxed);
    keep_what_holds(&mut db, &[file], &mut found);
    let left = found.iter().map(|it| it.fixes.len()).sum();
    (events.load(Ordering::Relaxed) - before, left)
}

#[test]
fn many_guesses_are_tried_together() {
    let ((few, kept), (many, all)) = (tried(20), tried(80));
    assert_eq!((kept, all), (20, 80));
    assert!(
        many <= 5 * few + 2_000,
        "{few} events for 20 guesses, {many} for 80"
    );
}

#[test]
fn a_wrong_guess_among_right_ones_is_found() {
    let right = (0..20).map(|at| {
        format!(
            "(:wat::core::defn :u::f{at} [value <- :wat::core::i64] -> :wat::core::i64 valeu)\n"
        )
    });
    let wrong =
        "(:wat::core::defn :u::wrong [value <- :wat::core::String] -> :wat::core::i64 valeu)\n";
    let text: String = right
        .clone()
        .take(7)
        .chain([wrong.to_owned()])
        .chain(right.skip(7))
        .collect();
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let mut found = file_diagnostics(&db, file).to_vec();
    for fix in found.iter_mut().flat_map(|it| &mut it.fixes) {
        fix.applicability = Applicability::MaybeIncorrect;
    }
    keep_what_holds(&mut db, &[file], &mut found);
    let kept: Vec<usize> = found.iter().map(|it| it.fixes.len()).collect();
    assert_eq!(kept.iter().sum::<usize>(), 20);
    assert_eq!(kept[7], 0, "{kept:?}");
}

#[test]
fn an_error_that_one_guess_brings_is_new_where_another_one_takes_its_like_away() {
    let function = |name: &str, ty: &str, body: &str| {
        format!(
            "(:wat::core::defn :u::{name} [value <- :wat::core::{ty}] -> :wat::core::i64 {body})\n"
        )
    };
    let right: String = (0..9)
        .map(|at| function(&format!("f{at}"), "i64", "valeu"))
        .collect();
    let wrong = function("wrong", "String", "valeu");
    let alike = function("alike", "String", "value");
    let text = format!("{wrong}{right}{alike}");
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let mut found = file_diagnostics(&db, file).to_vec();
    for fix in found.iter_mut().flat_map(|it| &mut it.fixes) {
        fix.applicability = Applicability::MaybeIncorrect;
    }
    // A fix that mends the last function, too, which has none of its own.
    found[10].fixes.clear();
    let at = u32::try_from(text.rfind("String").expect("it is there")).expect("it is short");
    let fix = found[9].fixes.first_mut().expect("a guess");
    let mut more = fix.edits[0].clone();
    (more.range, more.insert) = (TextRange::at(at.into(), 6.into()), "i64".into());
    fix.edits.push(more);
    keep_what_holds(&mut db, &[file], &mut found);
    let kept: Vec<usize> = found.iter().map(|it| it.fixes.len()).collect();
    assert_eq!(kept, [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
}

#[test]
fn a_name_for_an_unknown_head_is_judged_by_the_keywords_of_the_call() {
    let connect = "(c.defn :my::connect [host <- c.String port <- c.i64] -> c.nil c.nil)\n";
    for (call, how) in [
        (
            ":host \"h\" :port 1",
            Some(Applicability::MachineApplicable),
        ),
        (":hots \"h\" :port 1", Some(Applicability::MaybeIncorrect)),
        (":host \"h\" :port 1.5", Some(Applicability::MaybeIncorrect)),
        (":hots \"h\" :port 1.5", None),
    ] {
        let text = format!("{connect}(c.defn :my::g [] -> c.nil (:my::conect {call}))\n");
        let written = how.map(|how| (how, ":my::connect".to_owned()));
        assert_eq!(fixes(&text), Vec::from_iter(written), "{call}");
    }
}

#[test]
fn guesses_about_one_form_are_tried_one_after_the_other() {
    let right = (0..9).map(|at| {
        format!(
            "(:wat::core::defn :u::f{at} [value <- :wat::core::i64] -> :wat::core::i64 valeu)\n"
        )
    });
    let right: String = right.collect();
    let two = "(:wat::core::defn :u::g [value <- :wat::core::String other <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ valeu othre))\n";
    let text = format!("{right}{two}");
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let mut found = file_diagnostics(&db, file).to_vec();
    for fix in found.iter_mut().flat_map(|it| &mut it.fixes) {
        fix.applicability = Applicability::MaybeIncorrect;
    }
    // What the first guess of the last function uncovers, the second one takes away.
    let at = u32::try_from(text.rfind("String").expect("it is there")).expect("it is short");
    let fix = found[10].fixes.first_mut().expect("a guess");
    let mut more = fix.edits[0].clone();
    (more.range, more.insert) = (TextRange::at(at.into(), 6.into()), "i64".into());
    fix.edits.push(more);
    keep_what_holds(&mut db, &[file], &mut found);
    let kept: Vec<usize> = found.iter().map(|it| it.fixes.len()).collect();
    assert_eq!(kept, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1]);
}

#[test]
fn definitions_of_one_name_are_not_mended_together_to_be_equal() {
    let wrong = "(:wat::core::defmacro :my::inc [x <- :wat::WatASTx] -> :wat::WatAST `(:wat::core::i64::+ ~x 1))\n";
    let right = "(:wat::core::defmacro :my::inc [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::i64::+ 1 ~x))\n";
    let text = format!("{}{right}", wrong.repeat(9));
    let mut db = RootDatabase::new();
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let mut found = file_diagnostics(&db, file).to_vec();
    found.retain(|it| it.code.0 == 2401);
    assert!(found.len() == 9 && found.iter().all(|it| it.fixes.len() == 1));
    // Each by itself differs from the others then.
    keep_what_holds(&mut db, &[file], &mut found);
    assert!(found.iter().all(|it| it.fixes.is_empty()), "{found:#?}");
}

#[test]
fn a_function_where_its_result_is_wanted_is_called_by_the_fix() {
    let called = |text: &str, code: u16, expected: &str| {
        assert_eq!(fixed(text, code), expected);
        assert_eq!(codes(expected), [] as [u16; 0], "{expected}");
    };
    called(
        "(:wat::core::def :my::x (:wat::core::* 2.0 :wat::std::math::pi :wat::std::math::e))",
        3403,
        "(:wat::core::def :my::x (:wat::core::* 2.0 (:wat::std::math::pi) (:wat::std::math::e)))",
    );
    called(
        "(:wat::core::def :my::x (:wat::std::math::sin :wat::std::math::pi))",
        3001,
        "(:wat::core::def :my::x (:wat::std::math::sin (:wat::std::math::pi)))",
    );
    called(
        "(:wat::core::defn :my::f [make <- :wat::core::Fn()->wat::core::i64] -> :wat::core::i64 make)",
        3003,
        "(:wat::core::defn :my::f [make <- :wat::core::Fn()->wat::core::i64] -> :wat::core::i64 (make))",
    );
    // The result of another type helps nobody.
    let text = "(:wat::core::def :my::x (:wat::core::string::length :wat::std::math::pi))";
    let (_db, found) = diagnose(text);
    assert!(found[0].fixes.is_empty(), "{found:#?}");
}

#[test]
fn brackets_that_uncover_errors_do_not_hold_because_others_remove_some() {
    let right = |n| {
        format!(
            "(:wat::core::def :my::v{n} (:wat::core::HashMap :wat::core::i64 :wat::core::Vector<wat::core::i64))\n"
        )
    };
    let wrong = "(:wat::core::defn:my::g<T K> [x <- :T] -> :T x)\n";
    let text = (0..9).map(right).collect::<String>() + wrong;
    let (mut db, mut found) = diagnose(&text);
    let files = db.project_files();
    keep_what_holds(&mut db, &files, &mut found);
    let of_brackets = found.iter().filter(|it| it.code.0 == 1012);
    let offered: Vec<bool> = of_brackets.map(|it| !it.fixes.is_empty()).collect();
    let mut expected = vec![true; 9];
    expected.push(false);
    assert_eq!(offered, expected);
}

#[test]
fn a_target_whose_variant_is_called_already_is_a_guess() {
    let text = "(c.defn :my::connect [host <- c.String] -> c.nil c.nil)\n(:wat::kwargs::auto-kwargs :my::connect-)\n";
    assert_eq!(
        fixes(text),
        [(Applicability::MachineApplicable, ":my::connect".into())]
    );
    let called = format!("{text}(c.defn :my::f [] -> c.nil (:my::with-connect \"h\"))");
    assert_eq!(
        fixes(&called),
        [(Applicability::MaybeIncorrect, ":my::connect".into())]
    );
}

#[test]
fn the_entry_gets_no_type_parameter() {
    let text = |name: &str| format!("(c.defn {name} [] -> :T)");
    assert_eq!(fixes(&text(":my::f"))[0].1, ":my::f<T>");
    assert_eq!(fixes(&text(":user::main")), []);
}

#[test]
fn what_is_misshapen_is_replaced_by_nothing() {
    let text = |params: &str| {
        format!(
            "(:wat::core::defn :my::old [{params}] -> :wat::core::i64 \"One.\\n\\n@deprecated use `:my::new`\" 1)\n(:wat::core::defn :my::new [] -> :wat::core::i64 \"One.\" 1)\n(:wat::core::defn :my::f [] -> :wat::core::i64 \"Calls it.\" (:my::old))\n"
        )
    };
    let replaced = |params: &str| {
        let mut db = RootDatabase::new();
        let file = db.set_file("a.wat", SourceText::new(text(params)), FileKind::Disk);
        let found = wat_analysis::file_lints(&db, file);
        let found = found.iter().find(|it| it.code.0 == 7002);
        found.expect("it is deprecated").fixes.len()
    };
    assert_eq!(replaced(""), 1);
    assert_eq!(replaced("(:my::pair 1)"), 0);
}

#[test]
fn a_namespace_that_gives_mentions_a_meaning_is_a_guess() {
    let how = |rest: &str| {
        let fixes = fixes(&format!("(c.enum :C :Red :Green)\n{rest}"));
        fixes.first().map(|(how, _)| *how)
    };
    let (sure, guess) = (
        Some(Applicability::MachineApplicable),
        Some(Applicability::MaybeIncorrect),
    );
    assert_eq!(how(""), sure);
    assert_eq!(how("(c.def :my::k :user::Cat)"), sure);
    assert_eq!(how("(c.def :my::k :my::user::C)"), sure);
    for mention in [":user::C", ":user::C::Red", ":c.Vector<user::C>"] {
        let used = format!("(c.def :my::k '({mention}))").replace(":c.", ":wat::core::");
        assert_eq!(how(&used), guess, "{mention}");
    }
}

/// How sure the fixes of a code are.
fn certainty(text: &str, code: u16) -> Vec<Applicability> {
    let (_db, found) = diagnose(text);
    let found = found.iter().filter(|it| it.code.0 == code);
    found
        .flat_map(|it| &it.fixes)
        .map(|fix| fix.applicability)
        .collect()
}

#[test]
fn an_escaped_quote_is_a_guess_where_a_quote_is_missing() {
    use Applicability::{MachineApplicable, MaybeIncorrect};
    let escaped = r#"(:wat::core::def :u::a \")"#;
    assert_eq!(certainty(escaped, 1007), [MachineApplicable]);
    let open = format!("{escaped}\n(:wat::core::def :u::b \"b)\n");
    assert_eq!(certainty(&open, 1007), [MaybeIncorrect]);
    // Of another character nothing speaks against the string.
    let open = "(:wat::core::def :u::a \\a)\n(:wat::core::def :u::b \"b)\n";
    assert_eq!(certainty(open, 1007), [MachineApplicable]);
}

#[test]
fn what_ends_an_open_form_is_removed_by_a_person() {
    use Applicability::{MachineApplicable, MaybeIncorrect};
    let note = "(:wat::test::ignore \"b\")\n#{1 2}\n";
    assert_eq!(certainty(note, 2905), [MachineApplicable]);
    let open =
        format!("(:wat::core::defn :u::f [] -> :wat::core::i64 (:wat::core::i64::+ 1 2)\n{note}");
    assert_eq!(certainty(&open, 2905), [MaybeIncorrect]);
    // Behind the next form everything is read as it is written.
    let behind = open.replace("(:wat::test", "(:wat::core::def :u::a 1)\n(:wat::test");
    assert_eq!(certainty(&behind, 2905), [MachineApplicable]);
}

#[test]
fn a_sure_fix_that_uncovers_more_than_it_mends_is_not_offered() {
    let text = |body: &str| {
        format!(
            "(:wat::core::defn :u::f [codes <- :wat::core::Vector<wat::core::String>] -> :wat::core::bool {body})\n"
        )
    };
    let once = "(:wat::core::string::empty? code)";
    let both = format!("(:wat::core::and {once} {once})");
    for (text, expected) in [
        (text("(:wat::core::empty? code)"), 1),
        // An error silences another one where it stands.
        (text(once), 1),
        (text(&both), 0),
        // Those in another form have nothing to do with it.
        (text(once) + &text(&both).replace(":u::f", ":u::g"), 1),
    ] {
        let mut db = RootDatabase::new();
        let file = db.set_file("main.wat", SourceText::new(&*text), FileKind::Disk);
        let mut found = file_diagnostics(&db, file).to_vec();
        found.retain(|it| it.code.0 == 3202);
        let fixes =
            |found: &[wat_analysis::Diagnostic]| found.iter().flat_map(|it| &it.fixes).count();
        let sure = found.iter().flat_map(|it| &it.fixes);
        assert!(
            sure.clone()
                .all(|fix| fix.applicability == Applicability::MachineApplicable),
            "{text}"
        );
        keep_what_holds(&mut db, &[file], &mut found);
        assert_eq!(fixes(&found), expected, "{text}");
        assert_eq!(file.text(&db).text(), text);
    }
}
