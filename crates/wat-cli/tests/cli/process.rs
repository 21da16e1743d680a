//! Programs that start programs: forked children, processes, sandboxes, signals.
#![allow(unsafe_code)]

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::support::{Dir, Ran, command, main_of, wat};

/// Runs a program that may use the raw verbs.
fn raw(text: &str) -> Ran {
    let dir = Dir::with(&[("main.wat", text)]);
    wat(
        &dir,
        &[
            "--set",
            "concurrency.allow-raw-spawn=true",
            "run",
            "main.wat",
        ],
    )
}

/// Ends of channels over pipes, at a type.
const ENDS: &str = "(:wat::core::defn :my::tx [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::String> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r))
";

fn prints(text: &str, expected: &str) {
    let ran = raw(&format!("{ENDS}{text}"));
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, expected),
        "{text}\n{}",
        ran.stderr
    );
}

/// A program that says what the deaths of a process are whose `main` has this body.
fn deaths(body: &str) -> String {
    main_of(&format!(
        "(:wat::core::match (:wat::kernel::Process/drain-and-join (:wat::kernel::spawn-process (:wat::core::forms
           (:wat::core::defn :user::main [] -> :wat::core::nil {body})))) -> :wat::core::nil
           ((:wat::core::Ok _) (:wat::kernel::println \"well\"))
           ((:wat::core::Err chain) (:wat::kernel::println (:wat::core::map chain :wat::kernel::ProcessDiedError/message))))"
    ))
}

#[test]
fn a_death_of_a_process_is_told_by_its_join() {
    prints(&deaths(":wat::core::nil"), "\"well\"\n");
    prints(
        &deaths("(:wat::kernel::assertion-failed! \"bad\" :wat::core::None :wat::core::None)"),
        "[\"bad\"]\n",
    );
    let ran = raw(&deaths(
        "(:wat::kernel::println (:wat::core::i64::/'2 1 0))",
    ));
    assert!(ran.stdout.contains("WAT8402"), "{ran:?}");
    let ran = raw(&deaths("(:user::missing)"));
    assert!(ran.stdout.starts_with("[\"startup: "), "{ran:?}");
    assert!(ran.stdout.contains("WAT"), "{ran:?}");
}

#[test]
fn a_child_that_complains_much_does_not_keep_its_parent_waiting() {
    // 4 MiB to standard error, then one frame; the parent reads standard output alone.
    prints(
        &main_of(
            "(:wat::core::let
               [p (:wat::kernel::spawn-process (:wat::core::forms
                    (:wat::core::defn :user::main [] -> :wat::core::nil
                      (:wat::core::do
                        (:wat::kernel::eprintln (:wat::core::string::repeat \"x\" 4194304))
                        (:wat::kernel::println 7)))))
                line (:wat::io::IOReader/read-line (:wat::kernel::Process/stdout p))]
               (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil
                 ((:wat::core::Ok _) (:wat::core::do (:wat::kernel::println line)
                   (:wat::kernel::println (:wat::core::map (:wat::kernel::drain-lines (:wat::kernel::Process/stderr p)) :wat::core::string::length))))
                 ((:wat::core::Err _) (:wat::kernel::println \"failed\"))))",
        ),
        "\"7\"\n[4194306]\n",
    );
}

#[test]
fn frames_around_the_limit_are_delivered_or_refused() {
    let send = |length: usize| {
        format!(
            "(:wat::core::match (:wat::kernel::send tx (:wat::core::string::repeat \"x\" {length})) -> :wat::core::nil
               ((:wat::core::Ok _) (:wat::kernel::println \"sent\"))
               ((:wat::core::Err chain) (:wat::kernel::println (:wat::core::map chain (:wat::core::fn [e <- :wat::kernel::ThreadDiedError] -> :wat::core::bool (:wat::core::string::contains? (:wat::kernel::ThreadDiedError/message e) \"WAT8509 \"))))))"
        )
    };
    prints(
        &main_of(&format!(
            "(:wat::core::let [[w r] (:wat::kernel::pipe)
                tx (:my::tx w)]
               (:wat::core::do {} {} (:wat::kernel::println (:wat::core::Option/some? (:wat::io::IOReader/read-line r)))))",
            send(16_777_214),
            send(60_000)
        )),
        "[true]\n\"sent\"\ntrue\n",
    );
}

#[test]
fn a_pipe_that_is_read_by_lines_and_by_frames_loses_nothing() {
    prints(
        &main_of(
            "(:wat::core::let [[w r] (:wat::kernel::pipe)
                rx (:my::rx r)
                _ (:wat::io::IOWriter/print w \"1\\nline\\n2\\n3\\n\")]
               (:wat::core::do
                 (:wat::kernel::println (:wat::kernel::try-recv rx))
                 (:wat::kernel::println (:wat::io::IOReader/read-line r))
                 (:wat::kernel::println (:wat::kernel::drain rx))
                 (:wat::io::IOWriter/close w)
                 (:wat::kernel::println (:wat::kernel::drain rx))
                 (:wat::kernel::println (:wat::kernel::Receiver/closed? rx))))",
        ),
        "#wat-edn.result/ok 1\n\"line\"\n[2 3]\n[]\ntrue\n",
    );
}

#[test]
fn a_stop_signal_ends_the_waits_of_a_program() {
    let text = main_of(
        "(:wat::core::do
           (:wat::kernel::println \"ready\")
           (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
             ((:wat::core::Ok _) (:wat::kernel::println \"slept\"))
             ((:wat::core::Err _) (:wat::kernel::println (:wat::kernel::stopped?)))))",
    );
    let dir = Dir::with(&[("main.wat", &text)]);
    let mut child = command(&dir)
        .args(["run", "main.wat"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "\"ready\"");
    // SAFETY: plain numbers; the child is not reaped yet.
    unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
    assert_eq!(lines.next().expect("a line").expect("text"), "true");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_sandbox_has_the_files_of_its_scope_alone() {
    let inner = "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::io::read-file \\\"data.txt\\\")))";
    let text = main_of(&format!(
        "(:wat::core::do
           (:wat::kernel::println (:wat::kernel::RunResult/stdout (:wat::kernel::run-sandboxed \"{inner}\" (:wat::core::Vector :wat::core::String) (:wat::core::Some \"in\"))))
           (:wat::kernel::println (:wat::core::Option/some? (:wat::kernel::RunResult/failure (:wat::kernel::run-sandboxed \"{inner}\" (:wat::core::Vector :wat::core::String) (:wat::core::Some \"out\"))))))"
    ));
    let dir = Dir::with(&[
        ("main.wat", &text),
        ("in/data.txt", "x"),
        ("out/other.txt", "y"),
    ]);
    let ran = wat(&dir, &["run", "main.wat"]);
    assert_eq!(ran.stdout, "[\"\\\"x\\\"\"]\ntrue\n", "{}", ran.stderr);
}

#[test]
fn an_exhausted_stack_is_told_where_the_call_stands_on_any_side_of_a_boundary() {
    let deep = "(:wat::core::defn :my::deep [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ 1 (:my::deep n)))";
    let inner = format!(
        "{deep} (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:my::deep 1)))"
    );
    let sandbox = |name: &str| {
        format!(
            "(:wat::kernel::println (:wat::kernel::RunResult/failure (:wat::kernel::{name} (:wat::core::forms {inner}) (:wat::core::Vector :wat::core::String) :wat::core::None)))"
        )
    };
    let main = main_of(&format!(
        "(:wat::core::do
           (:wat::core::match (:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread
               (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
                 (:wat::core::let [_ (:my::deep 1)] :wat::core::nil)))) -> :wat::core::nil
             ((:wat::core::Ok _) :wat::core::nil)
             ((:wat::core::Err chain) (:wat::kernel::println chain)))
           (:wat::kernel::println (:wat::kernel::run-processes-results [1] :my::deep))
           {}
           {}
           (:wat::kernel::println (:my::deep 1)))",
        sandbox("run-sandboxed-ast"),
        sandbox("run-sandboxed-hermetic-ast"),
    ));
    let dir = Dir::with(&[("main.wat", &format!("{deep}\n{main}"))]);
    let ran = wat(
        &dir,
        &[
            "--set",
            "concurrency.allow-raw-spawn=true",
            "--set",
            "run.stack-limit=1000000",
            "run",
            "main.wat",
        ],
    );
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    let col = deep.find("(:my::deep n)").expect("the call") + 1;
    let told: Vec<&str> = ran.stdout.lines().chain(ran.stderr.lines()).collect();
    let files = ["main.wat", "main.wat", "-#forms", "-#forms", "main.wat"];
    assert_eq!(told.len(), files.len(), "{told:?}");
    for (told, file) in told.iter().zip(files) {
        let message = "{:message \"WAT8202 stack-exhausted: ";
        let at = format!(
            ":location #wat.kernel/Location {{:file \"{file}\" :line 1 :col {col}}} :frames [#wat.kernel/Frame {{:file \"{file}\" :line 1 :symbol \":my::deep\"}}"
        );
        assert!(told.contains(message) && told.contains(&at), "{told}\n{at}");
    }
}

#[test]
fn a_program_given_as_text_is_called_entry() {
    let main = r#"(:wat::core::defn :my::told [text <- :wat::core::String] -> :wat::core::nil
  (:wat::kernel::println (:wat::kernel::RunResult/failure (:wat::test::run text (:wat::core::Vector :wat::core::String)))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:my::told "(")
  (:my::told "(:wat::load-file! \"nope.wat\")")
  (:my::told "(:wat::core::defn :user::main [] -> :wat::core::nil\n (:wat::test::fail \"x\"))"))"#;
    let dir = Dir::with(&[("main.wat", main)]);
    let ran = wat(&dir, &["run", "main.wat"]);
    let told: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(told.len(), 3, "{}{}", ran.stdout, ran.stderr);
    for (told, place) in told.iter().zip([
        "\"startup: <entry>:1:1: error[WAT1030]",
        "\"startup: <entry>:1:19: error[WAT5002]",
        ":location #wat.kernel/Location {:file \"<entry>\" :line 2 :col 2}",
    ]) {
        assert!(told.contains(place), "{told}\n{place}");
    }
}

#[test]
fn what_does_not_start_is_a_failure_that_has_the_codes() {
    let scopes = r#"(:wat::core::defn :my::told [scope <- :wat::core::String] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::Option/map
    (:wat::kernel::RunResult/failure (:wat::test::run-in-scope
      "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)" (:wat::core::Vector :wat::core::String) scope))
    :wat::kernel::Failure/message)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::for-each ["in" "none" "main.wat" "main.wat/in" "" "a\u0000b"] :my::told))"#;
    let dir = Dir::with(&[("main.wat", scopes), ("in/data.txt", "x")]);
    let ran = wat(&dir, &["run", "main.wat"]);
    let refused = |scope: &str, reason: &str| {
        format!("\"startup: WAT8415 io-failed: the scope `{scope}` cannot be used: {reason}\"\n")
    };
    let expected = [
        "nil\n".to_owned(),
        refused("none", "no such file or directory"),
        refused("main.wat", "it is not a directory"),
        refused("main.wat/in", "a part of the path is not a directory"),
        refused("", "no such file or directory"),
    ];
    let told = ran.stdout.strip_prefix(&*expected.concat());
    let last = told.unwrap_or_else(|| panic!("{}{}", ran.stdout, ran.stderr));
    assert!(
        last.starts_with("\"startup: WAT8415 io-failed: the scope `a"),
        "{last}"
    );

    let main = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)";
    let twice = "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::do (:my::no) (:my::none) (:my::no-one)))";
    for (program, codes) in [
        ("", "WAT2001"),
        (
            "(:wat::core::defn :user::main [n <- :wat::core::i64] -> :wat::core::nil :wat::core::nil)",
            "WAT2002",
        ),
        (
            "(:wat::core::defn :user::main [] -> :wat::core::i64 1)",
            "WAT2002",
        ),
        ("(:wat::core::def :user::main 5)", "WAT2001 WAT2002"),
        (&*format!("(:wat::load-file! \"no.wat\") {main}"), "WAT5002"),
        (
            &*format!("(:wat::core::def :my::x (:wat::core::i64::/ 1 0)) {main}"),
            "WAT8402",
        ),
        (twice, "(2 more errors: WAT3201)"),
    ] {
        let text = program.replace('"', "\\\"");
        let text = main_of(&format!(
            "(:wat::core::for-each [(:wat::test::run \"{text}\" [])
               (:wat::test::run-ast (:wat::core::forms {program}) [])
               (:wat::test::run-hermetic-ast (:wat::core::forms {program}) [])]
             (:wat::core::fn [it <- :wat::kernel::RunResult] -> :wat::core::nil
               (:wat::kernel::println (:wat::core::Option/map (:wat::kernel::RunResult/failure it) :wat::kernel::Failure/message))))"
        ));
        let dir = Dir::with(&[("main.wat", &text)]);
        let ran = wat(&dir, &["run", "main.wat"]);
        let told: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!(told.len(), 3, "{program}: {}{}", ran.stdout, ran.stderr);
        for told in told {
            let has_code = codes.starts_with('(') && told.contains(codes)
                || codes.split(' ').any(|code| told.contains(code));
            assert!(
                told.starts_with("\"startup: ") && has_code,
                "{program}: {told}"
            );
        }
    }
}

#[test]
fn a_sandbox_whose_scope_cannot_be_used_is_an_error_of_its_caller() {
    for scope in ["none", "main.wat"] {
        let text = main_of(&format!(
            "(:wat::kernel::println (:wat::kernel::run-sandboxed \"\" [] (:wat::core::Some \"{scope}\")))"
        ));
        let dir = Dir::with(&[("main.wat", &text)]);
        let ran = wat(&dir, &["run", "main.wat"]);
        let told = format!("WAT8415 io-failed: the scope `{scope}` cannot be used: ");
        assert!(
            ran.status == 1 && ran.stderr.contains(&told),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_handle_that_nobody_has_claimed_is_one() {
    for (handles, told) in [("1", "1 handle of"), ("1 2", "2 handles of")] {
        let text = main_of(&format!(
            "(:wat::kernel::HandlePool::finish (:wat::kernel::HandlePool::new \"p\" [{handles}]))"
        ));
        let ran = raw(&text);
        let told = format!("nobody has claimed {told} the pool `p`");
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    }
}
