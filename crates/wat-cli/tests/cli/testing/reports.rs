//! What is told of tests, in each format.

use std::fs;

use super::{NASTY, records};
use crate::cli::support::{Dir, Ran, command, json_lines, wat as run};

#[test]
fn reports_go_to_files_in_their_formats() {
    let dir = Dir::with(&[("t.wat", NASTY)]);
    let ran = run(
        &dir,
        &[
            "test",
            "-f",
            "t::fails",
            "--format",
            "junit=r.xml",
            "--format=edn=r.edn",
            "--seed",
            "5",
            "t.wat",
        ],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("actual 1, expected 2"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("rerun: wat test 't.wat#:t::fails' --seed 0x5"),
        "{}",
        ran.stdout
    );
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a report");
    let junit = read("r.xml");
    assert!(
        junit.contains("<failure type=\"AssertionFailed\" message=\"assert-eq failed\">"),
        "{junit}"
    );
    assert!(junit.contains("classname=\"t\""), "{junit}");
    let edn = read("r.edn");
    assert!(
        edn.contains(
            "#wat.test/TestFinished {:id \"t.wat#:t::fails\" :name :t::fails :status :failed"
        ),
        "{edn}"
    );
    assert!(edn.contains(":actual-value 1 :expected-value 2"), "{edn}");
    let github = run(
        &dir,
        &["test", "-f", "t::fails", "--format", "github", "t.wat"],
    );
    assert!(
        github
            .stdout
            .starts_with("::error file=t.wat,line=12,col=35,"),
        "{}",
        github.stdout
    );
}

#[test]
fn the_help_names_the_formats_of_reports() {
    let dir = Dir::with(&[]);
    let help = run(&dir, &["test", "--help"]).stdout;
    let formats = help.split("--format").nth(1).expect("the option");
    let formats = formats.split("--set").next().unwrap_or_default();
    assert!(
        formats.contains("junit") && formats.contains("plain") && !formats.contains("sarif"),
        "{formats}"
    );
    let other = run(&dir, &["check", "--help"]).stdout;
    assert!(other.contains("sarif"), "{other}");
}

#[test]
fn differences_are_shown_where_they_are() {
    let text = "(:wat::test::deftest :t::lines ()
  (:wat::test::assert-eq \"one\\ntwo\\nthree\" \"one\\n2\\nthree\"))
(:wat::test::deftest :t::sets () (:wat::test::assert-eq #{1 2} #{2 3}))
(:wat::test::deftest :t::inner () (:wat::test::assert-eq [(:wat::core::Tuple 1 \"a\\nb\")] [(:wat::core::Tuple 1 \"a\\nc\")]))";
    let dir = Dir::with(&[("t.wat", text)]);
    let told = run(&dir, &["test", "--no-shuffle", "t.wat"]).stdout;
    for part in [
        "  --- expected\n  +++ actual\n   one\n  -2\n  +two\n   three\n",
        "  at [1]: actual 1, expected nothing\n  at [3]: actual nothing, expected 3\n",
        "  at [0 1]:\n  --- expected\n  +++ actual\n   a\n  -c\n  +b\n",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn what_a_macro_does_happens_where_it_is_called() {
    let text = "(:wat::core::defmacro :m::five [x <- :wat::WatAST] -> :wat::WatAST
  `(:wat::test::assert-eq ~x 5))
(:wat::test::deftest :m::own () (:m::five 4))
(:wat::test::deftest :m::panics ()
  (:wat::core::do (:wat::test::assert-panics \"zz\" (:wat::test::fail \"b\")) :wat::core::nil))
(:wat::test::deftest :m::plain () (:wat::test::assert-eq 1 2))";
    let dir = Dir::with(&[("t.wat", text)]);
    let (_, records) = records(&dir, &["--no-shuffle", "t.wat"]);
    let places = records.iter().filter(|it| it["event"] == "test-finished");
    let places: Vec<String> = places
        .map(|it| {
            let at = &it["failure"]["location"];
            format!("{}:{}-{}", at["line"], at["col"], at["end-col"])
        })
        .collect();
    assert_eq!(places, ["3:33-45", "5:19-74", "6:35-62"]);
}

#[test]
fn output_is_shown_when_it_is_written() {
    let text = "(:wat::test::deftest :t::a () (:wat::kernel::println 1))
(:wat::test::deftest :t::b () (:wat::kernel::eprintln 2) (:wat::test::fail \"b\"))";
    let dir = Dir::with(&[("t.wat", text)]);
    let ran = run(
        &dir,
        &["test", "--no-capture", "--no-shuffle", "-j", "4", "t.wat"],
    );
    let at = |part: &str| {
        ran.stdout
            .find(part)
            .unwrap_or_else(|| panic!("{}", ran.stdout))
    };
    assert!(at("\n1\n") < at("pass  t.wat  :t::a"));
    assert!(at("\n2\n") < at("FAIL  t.wat  :t::b"));
    assert!(!ran.stdout.contains("stderr:"), "{}", ran.stdout);
}

#[test]
fn a_comparison_of_much_is_a_failure_like_others() {
    let dir = Dir::with(&[(
        "t.wat",
        "(:wat::test::deftest :t::wide () (:wat::test::assert-eq (:wat::core::range 0 60000) (:wat::core::range 1 60001)))
(:wat::test::deftest :t::long () (:wat::test::assert-eq (:wat::core::string::repeat \"a\" 2000000) \"b\"))\n",
    )]);
    let ran = run(
        &dir,
        &["test", "--no-shuffle", "--time-limit", "60s", "t.wat"],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let tells = |text: &str| assert!(ran.stdout.contains(text), "{text}: {:.4000}", ran.stdout);
    tells("FAIL  t.wat  :t::wide");
    tells("FAIL  t.wat  :t::long");
    tells("at [0]: actual 0, expected 1");
    tells("… and 59950 more differences");
    tells("… (2000002 characters)");
}

#[test]
fn reports_have_labels_what_hermetic_programs_write_and_kept_directories() {
    let text = r#"
(:wat::test::defprop :p::halves [x <- :wat::core::i64]
  (:wat::test::label (:wat::core::if (:wat::core::< x 0) "below zero" "others"))
  (:wat::test::assert-true true))
(:wat::test::defprop :p::fails [name <- :wat::core::i64]
  (:wat::test::label "all")
  (:wat::test::assert-true (:wat::core::< name 0)))
(:wat::test::deftest-hermetic :h::writes ()
  (:wat::kernel::println 1) (:wat::kernel::eprintln 2) (:wat::test::assert-eq 1 2))
(:wat::test::deftest-hermetic :h::passes () (:wat::kernel::println 3))
(:wat::test::deftest :k::asks () (:wat::kernel::println (:wat::test::tmp-dir)) (:wat::test::fail "x"))
(:wat::test::deftest :k::passes () (:wat::test::assert-ne (:wat::test::tmp-dir) ""))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let tmp = dir.path().join("tmp");
    let ran = command(&dir)
        .env("TMPDIR", &tmp)
        .args([
            "test",
            "--no-persist",
            "--keep-tmp",
            "--retries",
            "1",
            "--show-output",
        ])
        .args(["--no-shuffle", "-j", "1", "--format", "json=r.json"])
        .args(["--format", "edn=r.edn", "--format", "junit=r.xml", "t.wat"])
        .output();
    let ran: Ran = ran.expect("it runs").into();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a report");
    let json = json_lines(&read("r.json"));
    let of = |name: &str| {
        let mut found = json.iter().filter(|it| it["event"] == "test-finished");
        found.find(|it| it["name"] == name).expect("it ran").clone()
    };
    let halves = of(":p::halves");
    let counts = ["below zero", "others"].map(|label| halves["labels"][label].as_u64());
    let [Some(below), Some(others)] = counts else {
        panic!("{halves}")
    };
    assert_eq!((&halves["cases"], below + others), (&100.into(), 100));
    let line = format!("        labels: {below} % below zero, {others} % others of 100 cases\n");
    assert!(ran.stdout.contains(&line), "{}", ran.stdout);
    let junit = read("r.xml");
    let line =
        format!("<property name=\"label:below zero\" value=\"{below} of 100 ({below} %)\"/>");
    assert!(junit.contains(&line), "{junit}");
    let edn = read("r.edn");
    let line = format!(":cases 100 :labels {{\"below zero\" {below} \"others\" {others}}}");
    assert!(edn.contains(&line), "{edn}");
    // What a program names itself is no word of the record's.
    assert!(
        edn.contains(":counterexample {\"name\" \"0\"} :labels {\"all\" "),
        "{edn}"
    );
    let writes = of(":h::writes");
    assert_eq!(
        (&writes["stdout"][0], &writes["stderr"][0]),
        (&"1".into(), &"2".into())
    );
    assert_eq!(of(":h::passes")["stdout"][0], "3");
    assert!(
        ran.stdout
            .contains("\noutput: :h::passes\n  stdout:\n    3\n"),
        "{}",
        ran.stdout
    );
    // The directory of the last attempt is told, and no attempt finds what another left.
    let kept = of(":k::asks")["tmp-dir"]
        .as_str()
        .expect("a directory")
        .to_owned();
    assert!(
        ran.stdout.contains(&format!("  kept: {kept}\n")),
        "{}",
        ran.stdout
    );
    assert!(
        junit.contains(&format!("kept: {kept}</failure>")),
        "{junit}"
    );
    let left = fs::read_dir(&tmp).expect("it is there").flatten();
    let left: Vec<_> = left.map(|it| it.path()).collect();
    assert!(left.len() == 2 && left.contains(&kept.into()), "{left:?}");
}

#[test]
fn frames_of_the_library_are_the_calls_that_led_there() {
    let text = "(:wat::core::defn :t::inner [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::test::assert-eq n 2))
(:wat::test::deftest :t::a ()
  (:t::inner 1))
(:wat::test::deftest :t::m ()
  (:wat::core::map (:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64
    (:wat::core::i64::/ x 0)) [1])
  (:wat::test::assert-true true))
(:wat::test::deftest-hermetic :t::h
  ((:wat::core::defn :t::inside [] -> :wat::core::nil
     (:wat::test::assert-eq 1 2)))
  (:t::inside))";
    let dir = Dir::with(&[("t.wat", text)]);
    let (_, records) = records(&dir, &["--no-shuffle"]);
    let finished = records.iter().filter(|it| it["event"] == "test-finished");
    let frames: Vec<String> = finished
        .flat_map(|it| {
            it["failure"]["frames"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .map(|it| {
            format!(
                "{} {}:{}:{}",
                it["symbol"], it["file"], it["line"], it["col"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        frames,
        [
            ":wat::test::assert-eq t.wat:2:3",
            ":t::inner t.wat:2:3",
            ":t::a#0 t.wat:4:3",
            ":t::m#0#0 t.wat:7:5",
            ":t::m#0 t.wat:6:3",
            ":wat::test::assert-eq t.wat:11:6",
            ":t::inside t.wat:11:6",
        ]
    );
}

#[test]
fn the_command_that_runs_a_test_again_does_so_where_one_is() {
    let text = "(:wat::test::ignore \"later\")
(:wat::test::tag \"é\\\"x\")
(:wat::test::tag \"slow\")
(:wat::test::deftest :t::it's () (:wat::test::fail \"no\"))";
    let dir = Dir::with(&[
        ("wat.toml", ""),
        ("wat-tests/sub/t.wat", text),
        ("wat-tests/lib/l.wat", ""),
    ]);
    for (place, target) in [
        ("", "wat-tests/sub/t.wat"),
        ("wat-tests", "sub/t.wat"),
        ("wat-tests/lib", "../../wat-tests/sub/t.wat"),
    ] {
        let here = dir.path().join(place);
        let again = |args: &str| {
            let line = format!("{} test --format plain {args}", env!("CARGO_BIN_EXE_wat"));
            let mut shell = std::process::Command::new("sh");
            let ran = shell.arg("-c").arg(&line).current_dir(&here).output();
            let ran = ran.expect("a shell");
            assert_eq!(ran.status.code(), Some(1), "{line}");
            String::from_utf8_lossy(&ran.stdout).into_owned()
        };
        let told = again("--seed 5 --include-ignored");
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("  rerun: wat test "));
        let line = line.expect("the command");
        assert!(line.starts_with(&format!("'{target}#:t::it'")), "{line}");
        let told = again(line);
        assert!(told.contains("1 failed"), "{told}");
    }
    let ran = run(&dir, &["test", "--list", "--format", "edn", "wat-tests"]);
    assert!(
        ran.stdout.contains(":tags [\"é\\\"x\" :slow]"),
        "{}",
        ran.stdout
    );
}
