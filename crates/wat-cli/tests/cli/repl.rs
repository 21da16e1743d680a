//! `wat repl` without a terminal.

use super::support::{Dir, fed, wat};

#[test]
fn a_pipe_gets_values_and_nothing_else() {
    let ran = fed(&Dir::new(), &["repl"], "(:wat::core::i64::+ 1 2)\n\"a\"\n");
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "3\n\"a\"\n", "")
    );
}

#[test]
fn forms_of_the_command_line_are_evaluated_in_order() {
    let dir = Dir::new();
    let ran = wat(
        &dir,
        &[
            "repl",
            "-e",
            "(:wat::core::i64::+ 1 2)",
            "-e",
            "(:wat::core::Some \"x\")",
        ],
    );
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "3\n\"x\"\n", "")
    );
    let ran = wat(&dir, &["repl", "-e", "(:wat::core::+ 1 2)"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "3\n"));
}

#[test]
fn a_file_that_is_loaded_replaces_what_inputs_have_defined() {
    let dir = Dir::with(&[(
        "a.wat",
        "(:wat::core::defn :my::f [] -> :wat::core::String \"f\")\n(:wat::core::let [s \"y\"] (:wat::core::def :my::y s))\n",
    )]);
    let ran = fed(
        &dir,
        &["repl", "--keep-going"],
        "(:wat::core::defn :my::f [] -> :wat::core::i64 1)\n\
         (:wat::core::defn :my::g [] -> :wat::core::i64 (:wat::core::i64::+ 1 (:my::f)))\n\
         (:wat::core::def :my::x (:my::f))\n\
         (:wat::core::def :my::y 2)\n\
         [:my::x :my::y (:my::g)]\n\
         :load a.wat\n\
         [:my::x :my::y]\n\
         (:my::g)\n",
    );
    assert_eq!(ran.stdout, "[1 2 2]\n[\"f\" \"y\"]\n");
    assert!(
        ran.stderr.starts_with("error[WAT8805]: `:my::g` is stale"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unknown_name_is_rejected_with_a_suggestion() {
    let dir = Dir::new();
    let ran = wat(&dir, &["repl", "-e", "(:nope 1)"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("repl:1:1:"), "{}", ran.stderr);
    let ran = wat(&dir, &["repl", "-e", "(:wat::kernel::printn 1)"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains(":wat::kernel::println"),
        "{}",
        ran.stderr
    );
}

#[test]
fn definitions_last_and_are_silent() {
    let ran = fed(
        &Dir::new(),
        &["repl"],
        "(:wat::core::defn :my::sq [x <- :wat::core::i64] -> :wat::core::i64\n  \
         (:wat::core::i64::* x x))\n(:my::sq 12) (:my::sq 2)\n",
    );
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "144\n4\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn failures_end_a_pipe_with_their_status() {
    let dir = Dir::new();
    let panic = "(:wat::kernel::assertion-failed! \"boom\" :wat::core::None :wat::core::None)";
    let input = format!("1\n{panic}\n2\n");
    let ran = fed(&dir, &["repl"], &input);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, "1\n"));
    assert!(ran.stderr.contains("boom"), "{}", ran.stderr);
    let ran = fed(&dir, &["repl", "--keep-going"], &input);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, "1\n2\n"));
    let ran = fed(&dir, &["repl"], "(:wat::core::i64::/ 1 0)");
    assert_eq!(ran.status, 1);
}

#[test]
fn input_that_ends_inside_a_form_is_told_so() {
    let ran = fed(&Dir::new(), &["repl"], "1\n(:wat::core::i64::+ 1\n");
    assert_eq!((ran.status, ran.stdout.as_str()), (1, "1\n"));
    assert!(ran.stderr.contains("WAT1030"), "{}", ran.stderr);
}

#[test]
fn loaded_files_are_known() {
    let dir = Dir::with(&[
        (
            "lib.wat",
            "(:wat::core::def :my::base 40)\n(:wat::core::defn :my::f [] -> :wat::core::i64 (:wat::core::i64::+ :my::base 2))\n",
        ),
        (
            "bad.wat",
            "(:wat::core::defn :my::g [] -> :wat::core::i64 \"g\")\n",
        ),
    ]);
    let ran = wat(&dir, &["repl", "--load", "lib.wat", "-e", "(:my::f)"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "42\n"),
        "{}",
        ran.stderr
    );
    let ran = wat(&dir, &["repl", "lib.wat", "-e", ":my::base"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, "40\n"),
        "{}",
        ran.stderr
    );
    let ran = wat(&dir, &["repl", "bad.wat", "-e", "1"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (3, ""));
}

#[test]
fn commands_answer_in_a_pipe_too() {
    let dir = Dir::new();
    let ran = fed(&dir, &["repl"], ":type (:wat::core::i64::+ 1 2)\n");
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (0, ":wat::core::i64\n"),
        "{}",
        ran.stderr
    );
    let ran = fed(&dir, &["repl"], ":hepl\n");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("WAT2951") && ran.stderr.contains("`:help`"),
        "{}",
        ran.stderr
    );
}

/// A call with five arguments of one type: a note about calls by position.
const POSITIONAL: &str = "(:wat::core::defn :m::g [a <- :wat::core::i64 b <- :wat::core::i64 c <- :wat::core::i64 d <- :wat::core::i64 e <- :wat::core::i64] -> :wat::core::i64 a)\n(:m::g 1 2 3 4 5)\n";

#[test]
fn a_session_keeps_to_its_project() {
    let dir = Dir::new();
    let told = fed(&dir, &["repl"], POSITIONAL);
    assert!(told.stderr.contains("note[WAT7408]"), "{}", told.stderr);
    dir.write("wat.toml", "[lint]\nlevels = { \"WAT7408\" = \"off\" }\n");
    let silent = fed(&dir, &["repl"], POSITIONAL);
    assert_eq!((&*silent.stdout, &*silent.stderr), ("1\n", ""));
    dir.write("wat.toml", "[lint]\nlevels = { \"idiom\" = \"deny\" }\n");
    let denied = fed(&dir, &["repl"], POSITIONAL);
    assert!(
        denied.stderr.contains("error[WAT7408]"),
        "{}",
        denied.stderr
    );
    assert_eq!(denied.stdout, "1\n");
}

#[test]
fn loads_of_a_session_stay_inside_its_project() {
    let dir = Dir::new();
    dir.write("wat.toml", "[load]\nscope = \"inside\"\n");
    dir.write("inside/a.wat", "(:wat::core::def :a::one 1)\n");
    dir.write("lib.wat", "(:wat::core::def :lib::two 2)\n");
    let inside = fed(
        &dir,
        &["repl"],
        "(:wat::load-file! \"inside/a.wat\")\n:a::one\n",
    );
    assert_eq!((&*inside.stdout, &*inside.stderr), ("1\n", ""));
    let outside = fed(&dir, &["repl"], "(:wat::load-file! \"lib.wat\")\n");
    assert!(outside.stderr.contains("WAT5004"), "{}", outside.stderr);
}

#[test]
fn a_broken_project_file_ends_a_session_before_it_begins() {
    let dir = Dir::new();
    dir.write("wat.toml", "[concurrency]\nallow-raw-spawn = 7\n");
    let broken = fed(&dir, &["repl"], "1\n");
    assert_eq!((broken.status, &*broken.stdout), (78, ""));
    assert!(broken.stderr.contains("wat.toml:2:19"), "{}", broken.stderr);
    let other = fed(&dir, &["--no-project", "repl"], "1\n");
    assert_eq!((other.status, &*other.stdout), (0, "1\n"));
}
