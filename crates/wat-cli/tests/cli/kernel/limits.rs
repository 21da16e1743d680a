//! Programs that get no more descriptors from the system.

use std::os::unix::process::CommandExt;

use super::{Dir, main_of, raw};

/// Everything that makes more than one descriptor: an expression of the type nil for each.
const VERBS: [(&str, &str); 11] = [
    ("pipe", "(:my::drop-pipe (:wat::kernel::pipe))"),
    (
        "fork-with-forms",
        "(:wat::kernel::drop (:wat::kernel::fork-with-forms FORMS))",
    ),
    (
        "spawn-process",
        "(:wat::kernel::drop (:my::typed (:wat::kernel::spawn-process FORMS)))",
    ),
    (
        "fork-program-ast",
        "(:wat::kernel::drop (:my::typed (:wat::kernel::fork-program-ast FORMS)))",
    ),
    (
        "fork-program",
        "(:wat::kernel::drop (:my::typed (:wat::kernel::fork-program \"\" :wat::core::None)))",
    ),
    (
        "spawn-program",
        "(:my::drop-started (:wat::kernel::spawn-program SOURCE :wat::core::None))",
    ),
    (
        "spawn-program-ast",
        "(:my::drop-started (:wat::kernel::spawn-program-ast FORMS :wat::core::None))",
    ),
    (
        "run-processes",
        "(:my::drop-all (:wat::kernel::run-processes (:wat::core::range 0 2) :my::same 2))",
    ),
    (
        "run-processes-results",
        "(:wat::core::let [_ (:wat::kernel::run-processes-results (:wat::core::range 0 2) :my::same 2)] :wat::core::nil)",
    ),
    (
        "run-sandboxed-ast",
        "(:wat::core::let [_ (:wat::kernel::run-sandboxed-ast FORMS (:wat::core::Vector :wat::core::String) :wat::core::None)] :wat::core::nil)",
    ),
    (
        "run-hermetic-ast",
        "(:wat::core::let [_ (:wat::kernel::run-hermetic-ast FORMS (:wat::core::Vector :wat::core::String))] :wat::core::nil)",
    ),
];

const HELP: &str = "
(:wat::core::defn :my::same [n <- :wat::core::i64] -> :wat::core::i64 n)
(:wat::core::defn :my::typed [p <- :wat::kernel::Process<wat::core::nil,wat::core::nil>] -> :wat::kernel::Process<wat::core::nil,wat::core::nil> p)
(:wat::core::defn :my::drop-pipe [ends <- :(wat::io::IOWriter,wat::io::IOReader)] -> :wat::core::nil :wat::core::nil)
(:wat::core::defn :my::drop-all [ns <- :wat::core::Vector<wat::core::i64>] -> :wat::core::nil :wat::core::nil)
(:wat::core::defn :my::drop-started [r <- :wat::core::Result<wat::kernel::Process<wat::core::nil,wat::core::nil>,wat::kernel::StartupError>] -> :wat::core::nil :wat::core::nil)
(:wat::core::defn :my::names-its-call? [message <- :wat::core::String] -> :wat::core::bool
  (:wat::core::or (:wat::core::string::contains? message \"WAT8515 spawn-failed: pipe2: Too many open files (os error 24)\")
    (:wat::core::string::contains? message \"WAT8515 spawn-failed: eventfd: Too many open files (os error 24)\")))
(:wat::core::defn :my::told [name <- :wat::core::String work <- :wat::core::Fn(wat::core::i64)->wat::core::nil] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread
      (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil (work 0)))) -> :wat::core::nil
    ((:wat::core::Ok _) (:wat::kernel::println (:wat::core::Vector :wat::core::String name \"goes\")))
    ((:wat::core::Err chain) (:wat::kernel::println (:wat::core::Vector :wat::core::String name
      (:wat::core::if (:my::names-its-call? (:wat::core::string::join \" \" (:wat::core::map chain :wat::kernel::ThreadDiedError/message))) -> :wat::core::String \"refused\"
        (:wat::core::string::join \" \" (:wat::core::map chain :wat::kernel::ThreadDiedError/message))))))))
(:wat::core::defn :my::all [] -> :wat::core::nil (:wat::core::do VERBS))
(:wat::core::defn :my::exhaust [held <- :wat::core::Vector<(wat::io::IOWriter,wat::io::IOReader)> n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil
    (:wat::core::do (:my::all) (:wat::kernel::println (:wat::core::length held)))
    (:my::exhaust (:wat::core::conj held (:wat::kernel::pipe)) (:wat::core::- n 1))))
";

/// The program that holds so many pipes and then tries everything.
fn program(pipes: usize) -> String {
    let verbs: Vec<String> = VERBS
        .iter()
        .map(|(name, body)| {
            format!("(:my::told \"{name}\" (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil {body}))")
        })
        .collect();
    let forms =
        "(:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil))";
    let source = "\"(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\"";
    HELP.replace("VERBS", &verbs.join("\n"))
        .replace("FORMS", forms)
        .replace("SOURCE", source)
        + &main_of(&format!(
            "(:my::exhaust (:wat::core::Vector :(wat::io::IOWriter,wat::io::IOReader)) {pipes})"
        ))
}

/// What a program says that may have 64 descriptors.
fn limited(pipes: usize) -> (Option<i32>, String, String) {
    let dir = Dir::with(&[("main.wat", &program(pipes))]);
    let mut command = raw(&dir, &["--in-process"]);
    // SAFETY: setrlimit is async-signal-safe; the structure is valid for the call.
    unsafe {
        command.pre_exec(|| {
            let room = libc::rlimit {
                rlim_cur: 64,
                rlim_max: 64,
            };
            match libc::setrlimit(libc::RLIMIT_NOFILE, &raw const room) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_program_without_room_for_descriptors_is_refused_whatever_it_makes() {
    // The most pipes that a program can hold.
    let most = (1..32).rev().find(|pipes| limited(*pipes).0 == Some(0));
    let most = most.expect("some pipes can be held");
    let (_, told, complaints) = limited(most);
    let expected: String = VERBS
        .iter()
        .map(|(name, _)| format!("[\"{name}\" \"refused\"]\n"))
        .collect();
    assert_eq!(told, format!("{expected}{most}\n"), "{complaints}");
    // With room for all of it everything goes.
    let (status, told, complaints) = limited(1);
    let expected: String = VERBS
        .iter()
        .map(|(name, _)| format!("[\"{name}\" \"goes\"]\n"))
        .collect();
    assert_eq!(
        (status, told),
        (Some(0), format!("{expected}1\n")),
        "{complaints}"
    );
}
