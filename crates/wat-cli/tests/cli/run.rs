//! `wat run`.

use std::io::Read;
use std::process::Stdio;

use super::support::{Dir, command, fed, main_of, wat};

fn run(text: &str) -> super::support::Ran {
    wat(&Dir::with(&[("main.wat", text)]), &["run", "main.wat"])
}

#[test]
fn hello() {
    let ran = run(&main_of("(:wat::kernel::println \"hello\")"));
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "\"hello\"\n", "")
    );
}

#[test]
fn a_file_is_a_command_and_standard_input_a_file() {
    let hello = main_of("(:wat::kernel::println 1)");
    let dir = Dir::with(&[("main.wat", &hello)]);
    assert_eq!(wat(&dir, &["main.wat", "--not", "ours"]).stdout, "1\n");
    assert_eq!(fed(&dir, &["run", "-"], &hello).stdout, "1\n");
    assert_eq!(fed(&dir, &[], &hello).stdout, "1\n");
}

#[test]
fn values_are_evaluated_before_the_entry() {
    let text = "(:wat::core::def :my::a 41)\n\
                (:wat::core::def :my::b (:wat::core::i64::+ :my::a 1))\n";
    let ran = run(&format!(
        "{text}{}",
        main_of("(:wat::kernel::println :my::b)")
    ));
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "42\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_error_in_the_program_is_3_and_nothing_runs() {
    let text = main_of("(:wat::core::do (:wat::kernel::println 1) (:my::missing))");
    let ran = run(&text);
    assert_eq!((ran.status, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("error[WAT"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("ProcessPanics"), "{}", ran.stderr);
}

#[test]
fn a_missing_or_wrong_entry_is_4() {
    let ran = run("(:wat::core::defn :my::main [] -> :wat::core::nil (:wat::kernel::println 1))\n");
    assert_eq!(ran.status, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("WAT2001"), "{}", ran.stderr);
    let ran = run("(:wat::core::defn :user::main [] -> :wat::core::i64 1)\n");
    assert_eq!(ran.status, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("WAT2002"), "{}", ran.stderr);
}

#[test]
fn a_run_time_error_is_1_with_a_record() {
    let ran = run(&main_of(
        "(:wat::core::do (:wat::kernel::println 1) (:wat::kernel::println (:wat::core::i64::/ 1 (:wat::core::string::length \"\"))))",
    ));
    assert_eq!((ran.status, ran.stdout.as_str()), (1, "1\n"));
    let start =
        "#wat.kernel/ProcessPanics [#wat.kernel.ProcessDiedError/RuntimeError [\"main.wat:2:";
    assert!(ran.stderr.starts_with(start), "{}", ran.stderr);
    assert!(ran.stderr.contains("division by zero"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1);
}

#[test]
fn a_panic_is_2_with_a_record() {
    let ran = run(&main_of(
        "(:wat::kernel::assertion-failed! \"boom\" :wat::core::None :wat::core::None)",
    ));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    let start = "#wat.kernel/ProcessPanics [#wat.kernel.ProcessDiedError/Panic [\"boom\" \
                 #wat.kernel/Failure {:message \"boom\" :location #wat.kernel/Location \
                 {:file \"main.wat\" :line 2 :col 3}";
    assert!(ran.stderr.starts_with(start), "{}", ran.stderr);
}

#[test]
fn a_failed_result_expect_carries_its_error() {
    let ran = run(&main_of(
        "(:wat::core::Result/expect -> :wat::core::nil (:wat::core::Err [1 2]) \"bad\")",
    ));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    for part in ["{:message \"bad\"", ":actual \"[1 2]\""] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn the_text_format_shows_where_it_failed() {
    let text =
        main_of("(:wat::kernel::assertion-failed! \"boom\" :wat::core::None :wat::core::None)");
    let dir = Dir::with(&[("main.wat", &text)]);
    let ran = wat(&dir, &["--format", "text", "run", "main.wat"]);
    for part in [
        "boom",
        "main.wat:2:3",
        "│   (:wat::kernel::assertion-failed!",
        ":user::main",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn a_closed_standard_output_ends_the_program_silently() {
    let text = "(:wat::core::defn :my::shout [n <- :wat::core::i64] -> :wat::core::nil\n  \
                (:wat::core::do (:wat::kernel::println n) (:my::shout (:wat::core::i64::+ n 1))))\n";
    let dir = Dir::with(&[("main.wat", &format!("{text}{}", main_of("(:my::shout 0)")))]);
    let mut child = command(&dir)
        .args(["run", "main.wat"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut first = [0; 2];
    child
        .stdout
        .take()
        .expect("stdout is piped")
        .read_exact(&mut first)
        .expect("it prints");
    assert_eq!(&first, b"0\n");
    let status = child.wait().expect("it ends");
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .expect("stderr is piped")
        .read_to_string(&mut stderr)
        .expect("UTF-8");
    assert_eq!((status.code(), stderr.as_str()), (Some(141), ""));
}

#[test]
fn a_program_sees_the_arguments_after_its_file_alone() {
    let dir = Dir::with(&[(
        "a.wat",
        &main_of("(:wat::kernel::println (:wat::core::drop (:wat::runtime::argv) 1))"),
    )]);
    let ran = wat(&dir, &["run", "--deny-warnings", "a.wat", "x y", "-2"]);
    assert_eq!(ran.stdout, "[\"a.wat\" \"x y\" \"-2\"]\n");
    assert_eq!(ran.status, 0);
}

#[test]
fn a_directory_is_the_entry_of_its_project() {
    let files = [
        (
            "wat.toml",
            "[project]\nname = \"demo\"\nentry = \"src/start.wat\"\n",
        ),
        (
            "src/start.wat",
            &main_of("(:wat::kernel::println (:wat::core::nth (:wat::runtime::argv) 1))"),
        ),
    ];
    let dir = Dir::with(&files);
    let path = "\"src/start.wat\"\n";
    assert_eq!(wat(&dir, &["run"]).stdout, path);
    assert_eq!(wat(&dir, &["run", "."]).stdout, path);
    let bare = wat(&Dir::new(), &["run"]);
    assert_eq!(
        (bare.status, bare.stdout.as_str()),
        (66, ""),
        "{}",
        bare.stderr
    );
}

#[test]
fn dump_code_shows_what_was_called_behind_the_output() {
    let text = format!(
        "(:wat::core::defn :my::twice [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n 2))\n\
         (:wat::core::defn :my::never [n <- :wat::core::i64] -> :wat::core::i64 n)\n{}",
        main_of("(:wat::kernel::println (:my::twice 21))")
    );
    let dir = Dir::with(&[("main.wat", &text)]);
    let ran = wat(&dir, &["run", "--dump-code", "main.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "42\n"));
    assert!(ran.stderr.contains(":my::twice frame="), "{}", ran.stderr);
    assert!(ran.stderr.contains("MulIK"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(":my::never"), "{}", ran.stderr);
}

#[test]
fn the_first_phase_with_an_error_is_the_last_one() {
    let main = main_of("(:wat::kernel::println (:my::missing))");
    let wrong = "(:wat::core::defn :u::f [] -> :wat::core::i64 \"a\")\n";
    for (text, code, others) in [
        (
            "(:wat::load-file! \"nope.wat\")\n".to_owned(),
            "WAT5002",
            ["WAT2001", "WAT3003"],
        ),
        (
            format!("(:wat::load-file! \"nope.wat\")\n{wrong}"),
            "WAT5002",
            ["WAT2001", "WAT3003"],
        ),
        (
            format!("{wrong}(:wat::core::defn :u::g [] -> :wat::core::i64 (:u::f)"),
            "WAT1030",
            ["WAT3003", "WAT2001"],
        ),
        (
            format!(
                "(:wat::core::defmacro :u::mk [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defn :user::main [] -> :wat::core::nil ~x))\n(:u::mk)\n{wrong}"
            ),
            "WAT2402",
            ["WAT2001", "WAT3003"],
        ),
        (format!("{wrong}{main}"), "WAT3003", ["WAT2001", "WAT24"]),
    ] {
        let ran = run(&text);
        assert_eq!(ran.status, 3, "{text}\n{}", ran.stderr);
        assert!(ran.stderr.contains(code), "{text}\n{}", ran.stderr);
        for other in others {
            assert!(!ran.stderr.contains(other), "{text}\n{}", ran.stderr);
        }
    }
}

#[test]
fn a_failing_initialiser_says_the_status_that_the_process_ends_with() {
    let main = main_of("(:wat::kernel::println 1)");
    let ran = run(&format!(
        "(:wat::core::def :u::x (:wat::core::i64::/ 1 0))\n{main}"
    ));
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("exit code 3"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("exit code 1"), "{}", ran.stderr);
}

#[test]
fn another_function_can_be_started() {
    let text = "(:wat::core::defn :my::main [] -> :wat::core::nil (:wat::kernel::println \"mine\"))
(:wat::core::defn :my::other [] -> :wat::core::i64 1)
";
    let dir = Dir::with(&[("main.wat", text)]);
    for name in [":my::main", "my::main"] {
        let ran = wat(&dir, &["run", "--entry", name, "main.wat"]);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
            (0, "\"mine\"\n", "")
        );
    }
    for (name, told) in [
        (
            ":my::other",
            "error[WAT2002]: `:my::other` must have the signature `[] -> :wat::core::nil`",
        ),
        (
            ":my::none",
            "error[WAT2001]: the program has no `:my::none`",
        ),
    ] {
        let ran = wat(
            &dir,
            &["run", "--format", "short", "--entry", name, "main.wat"],
        );
        assert_eq!(ran.status, 4);
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
    assert_eq!(wat(&dir, &["run", "main.wat"]).status, 4);
}

#[test]
fn what_a_program_took_is_told_when_it_has_ended() {
    let body = "(:wat::test::assert-eq
    (:wat::kernel::run-processes [1 2] (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 n)) [1 2])";
    let dir = Dir::with(&[("main.wat", &main_of(body))]);
    let ran = wat(&dir, &["run", "--time", "main.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let parts: Vec<&str> = ran.stderr.trim_end().split("   ").collect();
    assert_eq!(parts.len(), 5, "{}", ran.stderr);
    assert!(
        parts[0].starts_with("wall ") && parts[3].starts_with("peak memory "),
        "{}",
        ran.stderr
    );
    assert_eq!(parts[4], "processes 3");
    let ran = wat(&dir, &["run", "--time", "nowhere.wat"]);
    assert_eq!(ran.status, 66);
}

#[test]
fn frames_of_the_library_are_shown_where_more_is_asked_for() {
    let dir = Dir::with(&[("main.wat", &main_of("(:wat::test::assert-eq 1 2)"))]);
    let told = |args: &[&str]| {
        let ran = wat(
            &dir,
            &[&["run", "--format", "text"], args, &["main.wat"]].concat(),
        );
        ran.stderr
            .contains("in `:wat::test::assert-eq` (wat-builtin:/test/assert.wat:")
    };
    assert!(!told(&[]));
    assert!(told(&["-v"]));
}

#[test]
fn functions_that_call_each_other_for_ever_are_folded_in_the_trace() {
    let text = "(:wat::core::defn :t::even [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ 1 (:t::odd n)))
(:wat::core::defn :t::odd [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ 1 (:t::even n)))\n";
    let text = text.to_owned() + &main_of("(:wat::kernel::println (:t::even 1))");
    let dir = Dir::with(&[
        ("main.wat", &*text),
        ("wat.toml", "[run]\nstack-limit = \"1MiB\"\n"),
    ]);
    let ran = wat(&dir, &["run", "--format", "text", "main.wat"]);
    let notes = ran.stderr.lines().filter(|line| line.contains("`:t::"));
    assert_eq!(notes.count(), 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("… these 2 frames, repeats ") && ran.stderr.contains("`:user::main`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_failure_with_one_value_shows_it() {
    for (body, shown) in [
        (
            "(:wat::core::Result/expect (:wat::core::Err \"the cause\") \"said\")",
            "actual \"the cause\"",
        ),
        (
            "(:wat::kernel::assertion-failed! \"said\" (:wat::core::Some \"found\") :wat::core::None)",
            "actual found",
        ),
        (
            "(:wat::kernel::assertion-failed! \"said\" :wat::core::None (:wat::core::Some \"wanted\"))",
            "expected wanted",
        ),
        ("(:wat::test::assert-eq 1 2)", "actual 1, expected 2"),
    ] {
        let dir = Dir::with(&[("main.wat", &main_of(body))]);
        let ran = wat(&dir, &["run", "--format", "text", "main.wat"]);
        assert!(ran.stderr.contains(shown), "{body}\n{}", ran.stderr);
    }
}

/// A helper of the library is a part of the function that calls it.
#[test]
fn helpers_of_the_library_have_no_frames() {
    let each = "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::Option/expect :wat::core::None \"gone\"))";
    let text = main_of(&format!(
        "(:wat::core::run! (:wat::core::map [1] {each}) :wat::kernel::println)"
    ));
    let dir = Dir::with(&[("main.wat", &text)]);
    for args in [
        &["run", "main.wat"][..],
        &["run", "-v", "--format", "text", "main.wat"],
    ] {
        let ran = wat(&dir, args);
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.contains("gone"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("__internal"), "{}", ran.stderr);
    }
}

/// Notes that are off stay off, and the levels of the project hold for what is run.
#[test]
fn findings_of_a_run_have_the_levels_of_the_project() {
    let order =
        "(:wat::core::map (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x) [1 2])";
    let twice = "(:wat::core::length #{1 1})";
    let dir = Dir::with(&[
        (
            "order.wat",
            &main_of(&format!("(:wat::kernel::println {order})")),
        ),
        (
            "twice.wat",
            &main_of(&format!("(:wat::kernel::println {twice})")),
        ),
    ]);
    let ran = wat(&dir, &["run", "order.wat"]);
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, "[1 2]\n", ""));
    let ran = wat(&dir, &["run", "twice.wat"]);
    assert!(ran.stderr.contains("WAT7042"), "{}", ran.stderr);
    for (level, status, told) in [("off", 0, false), ("deny", 3, true), ("warn", 0, true)] {
        let settings = format!("[lint.levels]\nWAT7042 = \"{level}\"\n");
        std::fs::write(dir.path().join("wat.toml"), settings).expect("it can be written");
        let ran = wat(&dir, &["run", "twice.wat"]);
        assert_eq!(ran.status, status, "{level}: {}", ran.stderr);
        assert_eq!(
            ran.stderr.contains("WAT7042"),
            told,
            "{level}: {}",
            ran.stderr
        );
    }
}
