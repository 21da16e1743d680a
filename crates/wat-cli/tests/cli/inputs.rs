//! What people hand to commands that is no program: nothing, no text, no file.

use std::process::Command;

use serde_json::Value;

use super::support::{Dir, Ran, main_of, wat};

const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0((\xff\xc3 \"\x80 [)\n\x90\x90";

fn write(dir: &Dir, name: &str, bytes: &[u8]) {
    std::fs::write(dir.path().join(name), bytes).expect("the file can be written");
}

fn on_stderr(ran: &Ran, status: i32, text: &str) {
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (status, ""),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr, text);
}

#[test]
fn a_directory_without_wat_files_is_told() {
    let dir = Dir::with(&[("docs/a.md", "")]);
    let note = "note: there are no wat files in `docs`\n";
    on_stderr(&wat(&dir, &["check", "docs"]), 0, note);
    on_stderr(&wat(&dir, &["lint", "docs"]), 0, note);
    on_stderr(
        &wat(&dir, &["fix", "docs"]),
        0,
        &format!("{note}fixed 0 findings in 0 files\n"),
    );
    on_stderr(
        &wat(&dir, &["check"]),
        0,
        "note: there are no wat files in `.`\n",
    );
    on_stderr(&wat(&dir, &["check", "--quiet", "docs"]), 0, "");
    on_stderr(
        &wat(&dir, &["expand", "docs"]),
        66,
        "error: `docs` is a directory: `wat expand` takes one file\n",
    );
}

#[test]
fn a_file_that_is_no_text_is_one_finding() {
    let dir = Dir::new();
    write(&dir, "a.wat", ELF);
    for (command, status) in [("check", 1), ("run", 3)] {
        let ran = wat(&dir, &[command, "--format=short", "a.wat"]);
        assert_eq!(ran.status, status);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(
            told,
            "a.wat:1:13: error[WAT1001]: the file holds binary data, not wat\n"
        );
    }
    on_stderr(
        &wat(&dir, &["expand", "a.wat"]),
        65,
        "a.wat:1:13: error[WAT1001]: the file holds binary data, not wat\n",
    );
    let ran = wat(&dir, &["fmt", "a.wat"]);
    assert_eq!(ran.status, 65);
    assert_eq!(ran.stderr.matches("error[WAT1001]").count(), 1);
    // It is left as it is.
    let kept = std::fs::read(dir.path().join("a.wat")).expect("it is there");
    assert_eq!(kept, ELF);
}

#[test]
fn a_pipe_that_nobody_writes_to_is_not_waited_for() {
    let dir = Dir::new();
    let made = Command::new("mkfifo")
        .arg(dir.path().join("p.wat"))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    for command in ["check", "lint", "fix", "expand", "run"] {
        on_stderr(
            &wat(&dir, &[command, "p.wat"]),
            66,
            "error: cannot read `p.wat`: it is a pipe that nobody writes to\n",
        );
    }
    // In a directory pipes are no files.
    dir.write("ok.wat", "(:wat::core::def :a::b 1)\n");
    on_stderr(&wat(&dir, &["check", "."]), 0, "");
}

#[test]
fn what_is_not_there_is_told_once() {
    let dir = Dir::new();
    std::os::unix::fs::symlink("nowhere", dir.path().join("link.wat")).expect("a link");
    for (name, command, why) in [
        ("none.wat", "check", "no such file or directory"),
        ("link.wat", "check", "it is a link to what is not there"),
        ("none.wat", "fix", "no such file or directory"),
    ] {
        on_stderr(
            &wat(&dir, &[command, name]),
            66,
            &format!("error: cannot read `{name}`: {why}\n"),
        );
    }
    // It does not keep the rest from being looked at.
    dir.write("a.wat", "(:wat::core::def :a::b (:a::c))\n");
    let ran = wat(&dir, &["check", "--format", "short"]);
    assert_eq!(ran.status, 66);
    assert_eq!(
        ran.stderr,
        "error: cannot read `./link.wat`: it is a link to what is not there\n"
    );
    assert!(
        ran.stdout.starts_with("a.wat:1:25: error[WAT3201]"),
        "{}",
        ran.stdout
    );
}

#[test]
fn odd_texts_are_programs() {
    let dir = Dir::with(&[
        (
            "bom.wat",
            &format!("\u{feff}{}", main_of("(:wat::kernel::println 1)")),
        ),
        ("empty.wat", ""),
        (
            "long.wat",
            &main_of(&format!(
                "(:wat::kernel::println (:wat::core::string::length \"{}\"))",
                "x".repeat(1 << 20)
            )),
        ),
    ]);
    let ran = wat(&dir, &["run", "bom.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "1\n"));
    let ran = wat(&dir, &["run", "long.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "1048576\n"));
    on_stderr(&wat(&dir, &["check", "empty.wat"]), 0, "");
    assert_eq!(wat(&dir, &["run", "empty.wat"]).status, 4);
}

#[test]
fn sigma_functions_are_applied_when_the_program_starts() {
    let program = |body: &str| {
        format!(
            "(:wat::config::set-dim-count! 100)\n(:wat::config::set-coincident-sigma! (:wat::core::fn [d <- :wat::core::i64] -> :wat::core::i64 {body}))\n{}",
            main_of("(:wat::kernel::println 1)")
        )
    };
    let dir = Dir::new();
    for (body, status, told) in [
        ("(:wat::core::/ 7 d)", 0, ""),
        ("(:wat::core::- 0 d)", 0, ""),
        (
            "(:wat::core::/ 7 (:wat::core::- d 100))",
            3,
            "error[WAT8710]: the function of `:wat::config::set-coincident-sigma!` failed: division by zero",
        ),
        (
            "(:wat::core::do (:wat::kernel::println d) d)",
            3,
            "error[WAT8710]: the function of `:wat::config::set-coincident-sigma!` failed: `:wat::kernel::println` has an effect",
        ),
    ] {
        dir.write("a.wat", &program(body));
        let ran = wat(&dir, &["run", "a.wat"]);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert_eq!(ran.stdout, if status == 0 { "1\n" } else { "" });
        assert!(ran.stderr.starts_with(told), "{}", ran.stderr);
    }
}

#[test]
fn a_place_without_a_form_is_told() {
    let dir = Dir::with(&[("a.wat", "(:wat::core::def :a::b 1)\n")]);
    on_stderr(
        &wat(&dir, &["expand", "a.wat:9"]),
        1,
        "error: there is no form at `a.wat:9`\n",
    );
}

#[test]
fn codes_that_are_cut_short_or_too_long_are_completed() {
    let dir = Dir::new();
    for code in ["WAT300", "wat300", "30011"] {
        let ran = wat(&dir, &["explain", code]);
        assert_eq!(ran.status, 64);
        assert!(
            ran.stderr.contains("did you mean `WAT3001 type-mismatch`?"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(wat(&dir, &["explain", "wat3001"]).status, 0);
    assert_eq!(wat(&dir, &["explain", "3001"]).status, 0);
}

#[test]
fn a_failure_tells_what_led_to_it_and_what_was_compared() {
    let worker = "(:wat::core::defn :my::worker [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil\n  (:wat::test::assert-eq 1 2))\n";
    let main = main_of(
        "(:wat::core::let [t (:wat::kernel::spawn-thread :my::worker)] (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::Thread/drain-and-join t) \"the worker\"))",
    );
    let dir = Dir::with(&[
        ("wat.toml", "[concurrency]\nallow-raw-spawn = true\n"),
        ("a.wat", &format!("{worker}{main}")),
        ("b.wat", &main_of("(:wat::test::assert-eq 1 2)")),
    ]);
    let notes = |name: &str| {
        let ran = wat(&dir, &["run", "--format=json", name]);
        let record: Value = serde_json::from_str(&ran.stderr).expect("one record");
        record["notes"].as_array().expect("notes").clone()
    };
    assert_eq!(
        notes("a.wat")[0],
        "because of `Panic`: assert-eq failed (a.wat:2:3)"
    );
    assert_eq!(notes("b.wat")[0], "actual 1, expected 2");
}
