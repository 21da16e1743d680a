//! Restricted visibility: whitelists, identities, references, and what the refusal tells.

use wat_analysis::{Applicability, FileKind, Options, RootDatabase, Session, SourceText};

use crate::support::{all, database, spans};

const SECRET: &str = "(:wat::core::defn-restricted :my::k::secret :restricted-to [:my::k:: :my::audit::run] [x <- :wat::core::i64] -> :wat::core::i64 x)\n(:wat::core::defn :my::audit::run [] -> :wat::core::i64 (:my::k::secret 2))\n";

fn after_secret(text: &str, expected: &[&str]) {
    assert_eq!(spans(&format!("{SECRET}{text}")), expected, "{text}");
}

fn code_lines(text: &str, expected: &[&str]) {
    assert_eq!(spans(text), expected, "{text}");
}

fn messages(text: &str) -> Vec<String> {
    all(&database(&[("main.wat", text)]))
}

#[test]
fn a_namespace_entry_admits_names_below_it_only() {
    after_secret(
        "(:wat::core::defn :my::k::f [] -> :wat::core::i64 (:my::k::secret 1))",
        &[],
    );
    after_secret(
        "(:wat::core::defn :my::k::sub::T/f [] -> :wat::core::i64 (:my::k::secret 1))",
        &[],
    );
    after_secret(
        "(:wat::core::defn :my::kx::f [] -> :wat::core::i64 (:my::k::secret 1))",
        &["WAT3301 3:53-3:67"],
    );
    after_secret(
        "(:wat::core::defn :my::k [] -> :wat::core::i64 (:my::k::secret 1))",
        &["WAT3301 3:49-3:63"],
    );
    after_secret(
        "(:wat::core::defn :my::audit::runs [] -> :wat::core::i64 (:my::k::secret 1))",
        &["WAT3301 3:59-3:73"],
    );
}

#[test]
fn a_member_entry_admits_the_members_of_a_type() {
    let text = |caller: &str| {
        format!(
            "(:wat::core::struct :my::V (x :wat::core::i64))\n(:wat::core::def-restricted :my::pin :restricted-to [:my::V/] 4)\n(:wat::core::defn {caller} [] -> :wat::core::i64 :my::pin)"
        )
    };
    code_lines(&text(":my::V/check"), &[]);
    code_lines(&text(":my::V::check"), &["WAT3301 3:55-3:63"]);
}

#[test]
fn every_reference_is_judged() {
    for body in [
        "(:my::k::secret 1)",
        "(:wat::core::foldl [1] 0 (:wat::core::fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (:my::k::secret b)))",
        "(:wat::core::length (:wat::core::map [1] :my::k::secret))",
        "(:wat::core::let [f :my::k::secret] (f 1))",
        "(:my::k::secret :x 1)",
    ] {
        let text = format!("{SECRET}(:wat::core::defn :user::f [] -> :wat::core::i64 {body})");
        let found = spans(&text);
        assert!(
            found.len() == 1 && found[0].starts_with("WAT3301"),
            "{body}: {found:?}"
        );
    }
    after_secret(
        "(:wat::core::define-dispatch :user::d ((:wat::core::i64) :my::k::secret))",
        &["WAT3301 3:58-3:72"],
    );
    after_secret(
        "(:wat::runtime::define-alias :user::d :my::k::secret)",
        &["WAT3301 3:39-3:53"],
    );
}

#[test]
fn data_strings_and_types_are_no_references() {
    let text = "(:wat::core::struct-restricted :my::V [] ([] a <- :wat::core::i64) ())\n(:wat::core::defn :user::f [v <- :my::V] -> :my::V v)\n(:wat::core::defn :user::g [v <- :my::V] -> :wat::core::bool (:wat::core::= v v))\n(:wat::core::defn :user::s [] -> :wat::core::String \":my::V/a\")";
    code_lines(text, &[]);
}

#[test]
fn a_definition_may_refer_to_itself() {
    code_lines(
        "(:wat::core::defn-restricted :my::down :restricted-to [] [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::if (:wat::core::= n 0) 0 (:my::down (:wat::core::- n 1))))",
        &[],
    );
}

#[test]
fn an_admitted_alias_has_the_whitelist_of_its_target() {
    after_secret(
        "(:wat::runtime::define-alias :my::k::again :my::k::secret)\n(:wat::core::defn :user::f [] -> :wat::core::i64 (:my::k::again 1))\n(:wat::core::defn :my::audit::run2 [] -> :wat::core::i64 1)",
        &["WAT3301 4:51-4:64"],
    );
}

#[test]
fn a_second_name_that_may_not_stand_for_its_target_is_told_where_it_is_declared() {
    let call = |head: &str| {
        format!(
            "(:wat::core::defn :user::f [] -> :wat::core::i64 ({head}))\n(:wat::core::defn :user::g [] -> :wat::core::Vector<wat::core::i64> (:wat::core::Vector :wat::core::i64 ({head})))"
        )
    };
    let alias = "(:wat::runtime::define-alias :user::a :my::k::secret)\n";
    after_secret(
        &format!("{alias}{}", call(":user::a 1")),
        &["WAT3301 3:39-3:53"],
    );
    let again = "(:wat::runtime::define-alias :user::b :user::a)\n(:wat::kwargs::auto-kwargs :user::b :as :user::kw)\n";
    after_secret(
        &format!("{alias}{again}{}", call(":user::kw :x 1")),
        &["WAT3301 3:39-3:53"],
    );
    let variant = "(:wat::kwargs::auto-kwargs :my::k::secret :as :user::kw)\n";
    after_secret(
        &format!("{variant}{}", call(":user::kw :x 1")),
        &["WAT3301 3:28-3:42"],
    );
}

#[test]
fn a_variant_of_a_variant_refers_to_what_both_stand_for() {
    let admitted = "(:wat::kwargs::auto-kwargs :my::k::secret :as :my::k::kw)\n";
    after_secret(
        &format!(
            "{admitted}(:wat::kwargs::define-with-kwargs :user::kw :my::k::kw [:y])\n(:wat::core::defn :user::f [] -> :wat::core::i64 (:user::kw :y 1))"
        ),
        &["WAT3301 4:45-4:55"],
    );
    after_secret(
        &format!("{admitted}(:wat::core::defn :user::f [] -> :wat::core::i64 (:my::k::kw :x 1))"),
        &["WAT3301 4:51-4:61"],
    );
}

#[test]
fn an_admitted_dispatch_is_public() {
    after_secret(
        "(:wat::core::define-dispatch :my::k::d ((:wat::core::i64) :my::k::secret))\n(:wat::core::defn :user::f [] -> :wat::core::i64 (:my::k::d 1))",
        &[],
    );
}

const VAULT: &str = "(:wat::core::struct-restricted :my::Vault [:my::admin::] ([:my::admin::] secret <- :wat::core::i64) (label <- :wat::core::String))\n(:wat::core::defn :my::admin::mint [] -> :my::Vault (:my::Vault :secret 7 :label \"v\"))\n";

#[test]
fn restricted_structs_guard_constructor_and_fields() {
    let user = |body: &str| {
        let text = format!(
            "{VAULT}(:wat::core::defn :user::f [v <- :my::Vault] -> :wat::core::i64\n{body})"
        );
        spans(&text)
    };
    let int = |body: &str| format!("(:wat::core::let [x {body}] 1)");
    assert_eq!(
        user(&int("(:my::Vault/new 1 \"a\")")),
        ["WAT3302 4:22-4:36"]
    );
    assert_eq!(
        user(&int("(:my::Vault :secret 1 :label \"a\")")),
        ["WAT3302 4:22-4:32"]
    );
    assert_eq!(user(&int("(:my::Vault/secret v)")), ["WAT3303 4:22-4:39"]);
    assert_eq!(
        user(&int(
            "(:wat::core::length (:wat::core::map [v] :my::Vault/secret))"
        )),
        ["WAT3303 4:62-4:79"]
    );
    assert_eq!(
        user("(:wat::core::let [{label secret} v] 1)"),
        ["WAT3303 4:26-4:32"]
    );
    assert_eq!(
        user("(:wat::core::match v ({secret} 1))"),
        ["WAT3303 4:24-4:30"]
    );
    assert_eq!(user("(:wat::core::let [{label} v] 1)"), [] as [&str; 0]);
    assert_eq!(user(&int("(:my::Vault/label v)")), [] as [&str; 0]);
}

#[test]
fn restricted_enums_guard_making_and_matching() {
    let text = "(:wat::core::enum-restricted :my::S [:my::s::] :Open (Shut (why :wat::core::String)))\n(:wat::core::defn :my::s::open [] -> :my::S :my::S::Open)\n(:wat::core::defn :user::a [] -> :my::S :my::S::Open)\n(:wat::core::defn :user::b [] -> :my::S (:my::S::Shut \"x\"))\n(:wat::core::defn :user::c [s <- :my::S] -> :wat::core::i64 (:wat::core::match s (:my::S::Open 1) (_ 2)))\n(:wat::core::defn :user::d [s <- :my::S] -> :wat::core::bool (:wat::core::= s s))";
    code_lines(
        text,
        &[
            "WAT3302 3:41-3:53",
            "WAT3302 4:42-4:54",
            "WAT3303 5:83-5:95",
        ],
    );
}

#[test]
fn malformed_lists_are_one_report_and_refuse_nobody() {
    for (text, at) in [
        (
            "(:wat::core::def-restricted :my::a :restricted-to [x] 1)",
            "WAT2110 1:52-1:53",
        ),
        ("(:wat::core::def-restricted :my::a 1)", "WAT2110 1:36-1:37"),
        (
            "(:wat::core::def-restricted :my::a :restricted-to 1)",
            "WAT2110 1:51-1:52",
        ),
    ] {
        let text = format!("{text}\n(:wat::core::defn :user::f [] -> :wat::core::i64 :my::a)");
        code_lines(&text, &[at]);
    }
    code_lines(
        "(:wat::core::defn-restricted :my::a [x <- :wat::core::i64] -> :wat::core::i64 x)\n(:wat::core::defn :user::f [] -> :wat::core::i64 (:my::a 1))",
        &["WAT2110 1:37-1:59"],
    );
    code_lines(
        "(:wat::core::enum-restricted :my::E :A)\n(:wat::core::defn :user::f [] -> :wat::core::i64 1)",
        &["WAT2110 1:37-1:39"],
    );
    code_lines(
        "(:wat::core::struct-restricted :my::S [] ([1] a <- :wat::core::i64) ())",
        &["WAT2110 1:44-1:45"],
    );
    code_lines(
        "(:wat::core::struct-restricted :my::S [] (a <- :wat::core::i64) ())",
        &["WAT2109 1:43-1:44"],
    );
    code_lines(
        "(:wat::core::struct-restricted :my::S [] ([] a <- :wat::core::i64))",
        &["WAT2109 1:1-1:68"],
    );
}

#[test]
fn an_entry_may_admit_what_could_not_be_defined() {
    let told = |entry: &str, cause: &str| {
        let declared =
            format!("(:wat::core::def-restricted :my::k::pin :restricted-to [{entry}] 1)\n");
        let found = spans(&format!("{declared}{cause}"));
        let dead = found.iter().filter(|line| line.starts_with("WAT3305"));
        (dead.count(), found.len())
    };
    let slip = "(:wat::core::dfn :svc::f [] -> :wat::core::i64 1)";
    let failed = "(:wat::core::defmacro :my::two [name <- :wat::WatAST] -> :wat::WatAST (:wat::core::macro-error \"no\"))\n(:my::two :svc)";
    let misplaced = "(:wat::core::defn :my::g [] -> :wat::core::nil (:wat::core::if true (:wat::core::def :svc::f 1) :wat::core::nil))";
    let absent = "(:wat::load-file! \"absent.wat\")";
    for (entries, cause) in [
        (":svc:: :svc::f", slip),
        (":svc:: :svc::f :svc::T/", failed),
        (":svc:: :svc::f", misplaced),
        (":svc:: :other::f", absent),
    ] {
        assert_eq!(told(entries, cause), (0, 1), "{cause}");
    }
    for cause in [slip, failed, misplaced] {
        assert_eq!(told(":other:: :svcs::", cause), (2, 3), "{cause}");
    }
}

#[test]
fn an_entry_that_admits_nothing_is_a_warning() {
    let text = |entry: &str| {
        format!(
            "(:wat::core::def-restricted :my::k::pin :restricted-to [{entry}] 1)\n(:wat::core::struct :my::k::V (x :wat::core::i64))"
        )
    };
    for entry in [
        ":my::k::",
        ":my::",
        ":my::k::V",
        ":my::k::V/",
        ":my::k::V/x",
        ":wat::",
        ":repl::",
    ] {
        code_lines(&text(entry), &[]);
    }
    for entry in [
        ":my::kk::",
        ":my::k",
        ":my::k::W/",
        ":my::k::nobody",
        ":my::k::V::",
    ] {
        let end = 57 + entry.len();
        code_lines(&text(entry), &[&format!("WAT3305 1:57-1:{end}")]);
    }
    let found = messages(&text(":my::k"));
    assert!(
        found[0].ends_with("| fix replace by `:my::k::` MachineApplicable 56..62 \":my::k::\""),
        "{found:?}"
    );
}

#[test]
fn the_help_of_a_dead_entry_is_what_its_fix_writes() {
    for (entry, near) in [(":my::kk::", ":my::k::"), (":my::k::W/", ":my::k::V/")] {
        let text = format!(
            "(:wat::core::def-restricted :my::k::pin :restricted-to [{entry}] 1)\n(:wat::core::struct :my::k::V (x :wat::core::i64))"
        );
        let (_db, found) = crate::fixes::diagnose(&text);
        let told = &found[0];
        assert_eq!(
            told.help,
            Some(format!("did you mean `{near}`?")),
            "{entry}"
        );
        assert_eq!(&*told.fixes[0].edits[0].insert, near, "{entry}");
    }
}

#[test]
fn the_refusal_names_both_sides_the_list_and_a_way() {
    let text = format!(
        "{SECRET}(:wat::core::defn :my::k::helper [] -> :wat::core::i64 (:my::k::secret 3))\n(:wat::core::defn :my::k::other [] -> :wat::core::i64 3)\n(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:my::k::secret 3)))"
    );
    let db = database(&[("main.wat", &text)]);
    let file = db.file("main.wat").expect("was added");
    let found = wat_analysis::file_diagnostics(&db, file);
    assert_eq!(found.len(), 1);
    let found = &found[0];
    assert_eq!(
        found.message,
        "`:my::k::secret` is restricted; `:user::main` is not admitted"
    );
    assert_eq!(found.label, "referred to from `:user::main`");
    assert_eq!(found.labels.len(), 1);
    assert_eq!(
        found.labels[0].message,
        "admits only `:my::k::` (namespace) and `:my::audit::run`"
    );
    assert_eq!(
        &text[found.labels[0].span.range],
        "[:my::k:: :my::audit::run]"
    );
    assert_eq!(
        found.help.as_deref(),
        Some(
            "`:my::k::helper` is admitted and calls it; `:my::audit::run` is admitted and calls it"
        )
    );
    assert_eq!(found.fixes.len(), 1);
    assert_eq!(found.fixes[0].title, "admit `:user::main`");
    assert_eq!(found.fixes[0].applicability, Applicability::MaybeIncorrect);
    let edit = &found.fixes[0].edits[0];
    let mut fixed = text.clone();
    fixed.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.insert);
    assert!(fixed.contains("[:my::k:: :my::audit::run :user::main]"));
    assert_eq!(spans(&fixed), [] as [&str; 0]);
}

#[test]
fn a_refusal_does_not_poison() {
    after_secret(
        "(:wat::core::defn :user::f [] -> :wat::core::String (:my::k::secret 1))",
        &["WAT3003 3:53-3:71", "WAT3301 3:54-3:68"],
    );
}

#[test]
fn suggestions_never_show_who_is_not_admitted() {
    let text = |caller: &str| {
        format!(
            "(:wat::core::defn-restricted :my::k::secret :restricted-to [:my::k::] [] -> :wat::core::i64 1)\n(:wat::core::defn {caller} [] -> :wat::core::i64 (:my::k::secrt))"
        )
    };
    let refused = messages(&text(":user::f"));
    assert!(!refused[0].contains("secret`"), "{refused:?}");
    let admitted = messages(&text(":my::k::f"));
    assert!(
        admitted[0].contains("fix replace by `:my::k::secret` MachineApplicable"),
        "{admitted:?}"
    );
}

#[test]
fn a_conversation_is_admitted_as_repl_or_user() {
    let mut db = RootDatabase::new();
    let mut session = Session::new(&mut db);
    let ok = |session: &mut Session, db: &mut RootDatabase, text: &str| {
        let submission = session.submit(db, text);
        submission
            .diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code, d.message))
            .collect::<Vec<_>>()
    };
    let def = |name: &str, list: &str| {
        format!("(:wat::core::def-restricted {name} :restricted-to [{list}] 1)")
    };
    assert!(ok(&mut session, &mut db, &def(":my::a", ":repl::")).is_empty());
    assert!(ok(&mut session, &mut db, "(:wat::core::+ :my::a 1)").is_empty());
    ok(&mut session, &mut db, &def(":my::b", ":user::"));
    assert!(ok(&mut session, &mut db, "(:wat::core::+ :my::b 1)").is_empty());
    ok(&mut session, &mut db, &def(":my::c", ":my::"));
    assert_eq!(
        ok(&mut session, &mut db, "(:wat::core::+ :my::c 1)"),
        ["WAT3301 `:my::c` is restricted; `:repl::` is not admitted"]
    );
    assert_eq!(
        ok(
            &mut session,
            &mut db,
            "(:wat::core::defn :user::f [] -> :wat::core::i64 :my::a)"
        ),
        ["WAT3301 `:my::a` is restricted; `:user::f` is not admitted"]
    );
}

#[test]
fn second_names_stand_for_callables() {
    code_lines(
        "(:wat::runtime::define-alias :my::flip :wat::core::reverse)\n(:wat::runtime::define-alias :my::turn :my::flip)\n(:wat::core::defn :user::f [v <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64> (:my::turn v))\n(:wat::runtime::define-alias :my::size :wat::core::length)\n(:wat::core::defn :user::g [v <- :wat::core::Vector<wat::core::i64>] -> :wat::core::i64 (:my::size v))",
        &[],
    );
    for (target, at) in [
        (":wat::core::if", "WAT2112 1:38-1:52"),
        (":my::nothing", "WAT2112 1:38-1:50"),
        (":my::a", "WAT2112 1:38-1:44"),
        (":my::value", "WAT2112 1:38-1:48"),
        (":my::T", "WAT2112 1:38-1:44"),
    ] {
        code_lines(
            &format!(
                "(:wat::runtime::define-alias :my::a  {target})\n(:wat::core::def :my::value 1)\n(:wat::core::struct :my::T (x :wat::core::i64))"
            ),
            &[at],
        );
    }
    code_lines(
        "(:wat::runtime::define-alias :my::a :my::b)\n(:wat::core::defn :my::f [] -> :wat::core::i64 (:my::a 1 2))",
        &["WAT2112 1:37-1:43"],
    );
}

#[test]
fn the_raw_setting_is_kept() {
    let mut db = RootDatabase::new();
    db.set_options(Options {
        allow_raw_spawn: true,
        ..Options::default()
    });
    db.set_file("main.wat", SourceText::new(SECRET), FileKind::Disk);
    assert_eq!(all(&db), [] as [&str; 0]);
}

#[test]
fn a_retired_raw_verb_is_one_error_and_its_fix_is_sure_where_the_new_name_is_admitted() {
    let text = "(:wat::core::defn :my::w [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil :wat::core::nil)
(:wat::core::defn :my::f [] -> :wat::core::nil (:wat::kernel::drop (:wat::kernel::spawn :my::w)))";
    for (raw, how) in [
        (false, Applicability::MaybeIncorrect),
        (true, Applicability::MachineApplicable),
    ] {
        let mut db = RootDatabase::new();
        db.set_options(Options {
            allow_raw_spawn: raw,
            ..Options::default()
        });
        let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
        let found = wat_analysis::file_diagnostics(&db, file);
        let codes: Vec<u16> = found.iter().map(|told| told.code.0).collect();
        assert_eq!(codes, [4014], "{found:#?}");
        let hows: Vec<Applicability> = found[0].fixes.iter().map(|fix| fix.applicability).collect();
        assert_eq!(hows, [how]);
        let says = format!("{:?}", found[0]).contains(":wat::kernel::run-threads");
        assert_eq!(says, !raw);
    }
}

#[test]
fn a_macro_writes_with_its_own_identity() {
    let call = |template: &str, body: &str| {
        spans(&format!(
            "{SECRET}(:wat::core::defmacro :my::k::call [x <- :wat::WatAST] -> :wat::WatAST {template})\n(:wat::core::defn :user::f [] -> :wat::core::nil (:wat::kernel::println {body}))"
        ))
    };
    let nothing: [&str; 0] = [];
    assert_eq!(call("`(:my::k::secret ~x)", "(:my::k::call 3)"), nothing);
    assert_eq!(
        call("`(:wat::core::+ ~x 1)", "(:my::k::call (:my::k::secret 3))"),
        ["WAT3301 4:88-4:102"]
    );
    let foreign = format!(
        "{SECRET}(:wat::core::defmacro :other::call [x <- :wat::WatAST] -> :wat::WatAST `(:my::k::secret ~x))\n(:wat::core::defn :my::k::f [] -> :wat::core::i64 (:other::call 3))"
    );
    let found = messages(&foreign);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("WAT3301 Error main.wat 4:52-4:64 `:my::k::secret` is restricted; `:other::call` is not admitted"),
        "{found:?}"
    );
    assert!(found[0].contains("written here"), "{found:?}");
}

#[test]
fn a_macro_that_defines_the_name_it_is_given_lends_that_name_alone() {
    let define = |given: &str| {
        spans(&format!(
            "{SECRET}(:wat::core::defmacro :my::thing [n <- :wat::WatAST e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defn ~n [] -> :wat::core::i64 ~e))\n(:my::thing {given} (:my::k::secret 1))"
        ))
    };
    assert_eq!(define(":my::k::made"), [] as [&str; 0]);
    assert_eq!(define(":user::made"), ["WAT3301 4:26-4:40"]);
    let fixed = format!(
        "{SECRET}(:wat::core::defmacro :my::thing [e <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defn :my::k::made [] -> :wat::core::i64 ~e))\n(:my::thing (:my::k::secret 1))"
    );
    assert_eq!(spans(&fixed), ["WAT3301 4:14-4:28"]);
}

#[test]
fn a_whitelist_without_its_tag_is_one_mistake() {
    code_lines(
        "(:wat::core::defn-restricted :my::f [:my::] [x <- :wat::core::i64] -> :wat::core::i64 x)",
        &["WAT2110 1:37-1:44"],
    );
    code_lines(
        "(:wat::core::defn-restricted :my::f [] [] -> :wat::core::i64 1)",
        &["WAT2110 1:37-1:39"],
    );
    code_lines(
        "(:wat::core::def-restricted :my::x [:my::] 4)",
        &["WAT2110 1:36-1:43"],
    );
}
