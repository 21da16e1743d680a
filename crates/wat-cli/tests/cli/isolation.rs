//! `wat test`: what a test may have, where it runs, and what is told of one that takes long.

use serde_json::Value;

use super::support::{Dir, Ran, command, json_lines, wat as run};

fn records(ran: &Ran) -> Vec<Value> {
    json_lines(&ran.stdout)
}

fn finished<'r>(records: &'r [Value], name: &str) -> &'r Value {
    let mut found = records.iter().filter(|it| it["event"] == "test-finished");
    found.find(|it| it["name"] == name).expect("it ran")
}

#[test]
fn tests_that_changed_since_a_revision_are_selected() {
    let lib = "(:wat::core::defn :l::f [] -> :wat::core::i64 1)
(:wat::core::defn :l::g [] -> :wat::core::i64 1)\n";
    let tests = "(:wat::load-file! \"lib.wat\")
(:wat::test::deftest :t::f () (:wat::test::assert-eq (:l::f) 1))
(:wat::test::deftest :t::g () (:wat::test::assert-eq (:l::g) 1))\n";
    let dir = Dir::with(&[("src/lib.wat", lib), ("src/t.wat", tests)]);
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        let git = git
            .current_dir(dir.path())
            .args(["-c", "user.name=n", "-c", "user.email=e"]);
        let done = git.args(args).output().expect("git is there");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    let path = std::env::var_os("PATH").expect("a path");
    let list = |revision: &str| {
        let mut command = command(&dir);
        let option = format!("--affected={revision}");
        let output = command
            .env("PATH", &path)
            .args(["test", "--list", &option, "src"])
            .output();
        let output = output.expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.code(),
            told.lines().map(str::to_owned).collect::<Vec<_>>(),
        )
    };
    assert_eq!(list("HEAD"), (Some(5), Vec::new()));
    // A comment concerns nobody, a new test itself, a changed function those that reach it.
    let moved = lib.replace(
        "(:wat::core::defn :l::g [] -> :wat::core::i64 1)",
        "(:wat::core::defn :l::g [] -> :wat::core::i64 2)",
    );
    dir.write("src/lib.wat", &format!(";; moved\n{moved}"));
    assert_eq!(list("HEAD"), (Some(0), vec!["src/t.wat#:t::g".to_owned()]));
    git(&["commit", "-q", "-a", "-m", "two"]);
    dir.write(
        "src/t.wat",
        &format!("{tests}(:wat::test::deftest :t::h () (:wat::test::assert-eq 1 1))\n"),
    );
    assert_eq!(list("HEAD"), (Some(0), vec!["src/t.wat#:t::h".to_owned()]));
    let both = ["src/t.wat#:t::g", "src/t.wat#:t::h"].map(str::to_owned);
    assert_eq!(list("HEAD~1"), (Some(0), both.to_vec()));
    assert_eq!(list("no-such-branch").0, Some(64));
    assert_eq!(list("--output=x").0, Some(64));
}

/// A text that doubles until nothing holds it, and one that is small.
const HUNGRY: &str = r#"
(:wat::core::defn :t::double [s <- :wat::core::String n <- :wat::core::i64] -> :wat::core::String
  (:wat::core::if (:wat::core::= n 0) s (:t::double (:wat::core::string::concat s s) (:wat::core::- n 1))))
(:wat::test::deftest :t::hungry ()
  (:wat::test::assert-true (:wat::core::string::starts-with? (:t::double "0123456789" 26) "0")))
(:wat::test::deftest :t::modest ()
  (:wat::test::assert-true (:wat::core::string::starts-with? (:t::double "0123456789" 16) "0")))
"#;

#[test]
fn a_test_that_asks_for_more_memory_than_it_may_have_is_told_as_such() {
    let dir = Dir::with(&[("t.wat", HUNGRY)]);
    let limit = ["--set", "test.memory-limit=64 MiB"];
    let ran = run(
        &dir,
        &[&["test", "--format", "json"], &limit[..], &["t.wat"]].concat(),
    );
    let records = records(&ran);
    let hungry = finished(&records, ":t::hungry");
    assert_eq!(
        (ran.status, &hungry["status"], &hungry["failure"]["code"]),
        (1, &"crashed".into(), &"WAT8910".into()),
        "{hungry}"
    );
    assert_eq!(finished(&records, ":t::modest")["status"], "passed");
    let wrong = [
        ("memory-limit = \"much\"", "size from 1 MiB"),
        ("memory-limit = \"100\"", "size from 1 MiB"),
        ("memory-limit = \"104857600\"", "`KiB`, `MiB` and `GiB`"),
        ("memory-limit = \"1023 KiB\"", "size from 1 MiB"),
        ("time-limit = \"0s\"", "above 0 and up to 24 hours"),
        ("prop-time-limit = \"1441m\"", "above 0 and up to 24 hours"),
        ("time-limit = 5", "above 0 and up to 24 hours"),
        ("jobs = \"2\"", "is a number from 0"),
        ("isolation = \"none\"", "no such word"),
    ];
    for (setting, reason) in wrong {
        dir.write(
            "wat.toml",
            &format!("[project]\nname = \"p\"\n[test]\n{setting}\n"),
        );
        let ran = run(&dir, &["test", "t.wat"]);
        assert!(
            ran.status == 78
                && ran.stderr.contains("WAT5903")
                && ran.stderr.contains("wat.toml:4:")
                && ran.stderr.contains(reason),
            "{setting}: {}",
            ran.stderr
        );
    }
    let ran = run(
        &dir,
        &[
            "test",
            "--no-project",
            "--set",
            "test.memory-limit=100",
            "t.wat",
        ],
    );
    assert!(
        ran.status == 64 && ran.stderr.contains("size from 1 MiB"),
        "{}",
        ran.stderr
    );
    let little = [
        "--no-project",
        "--set",
        "test.memory-limit=1 MiB",
        "-f",
        "modest",
    ];
    let ran = run(&dir, &[&["test"], &little[..], &["t.wat"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn a_clean_environment_is_the_same_for_everybody() {
    let text = r#"
(:wat::core::defn :t::is [name <- :wat::core::String value <- :wat::core::Option<wat::core::String>] -> :wat::core::nil
  (:wat::test::assert-eq (:wat::runtime::env name) value))
(:wat::test::deftest :t::environment ()
  (:t::is "SECRET" :wat::core::None)
  (:t::is "LC_ALL" :wat::core::None)
  (:t::is "HOME" (:wat::core::Some "/home/of/nobody"))
  (:t::is "TZ" (:wat::core::Some "UTC"))
  (:t::is "LANG" (:wat::core::Some "C.UTF-8"))
  (:t::is "WAT_TEST" (:wat::core::Some "1")))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let status = |args: &[&str]| {
        let mut command = command(&dir);
        command.env("SECRET", "1").env("HOME", "/home/of/nobody");
        let output = command.args(args).output().expect("it runs");
        output.status.code()
    };
    assert_eq!(status(&["test", "--clean-env", "t.wat"]), Some(0));
    assert_eq!(status(&["test", "t.wat"]), Some(1));
}

#[test]
fn people_are_told_of_a_test_that_takes_long() {
    let text = r#"
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::test::time-limit "1200ms")
(:wat::test::deftest :t::hangs () (:t::spin))
(:wat::test::deftest :t::passes () (:wat::test::assert-eq 1 1))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let ran = run(&dir, &["test", "--format", "pretty", "t.wat"]);
    let slow: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|it| it.contains("  slow"))
        .collect();
    assert!(
        slow.len() == 1 && slow[0].contains(":t::hangs"),
        "{}",
        ran.stdout
    );
    let ran = run(&dir, &["test", "--format", "plain", "t.wat"]);
    assert!(!ran.stdout.contains("  slow"), "{}", ran.stdout);
}

#[test]
fn tests_can_be_called_in_the_process_of_the_runner() {
    let text = r#"
(:wat::core::defn :t::count [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::= n 0) 0 (:t::count (:wat::core::- n 1))))
(:wat::test::deftest :t::passes () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :t::fails () (:wat::kernel::println "seen") (:wat::test::assert-eq 1 2))
(:wat::test::should-panic "boom")
(:wat::test::deftest :t::promised () (:wat::test::fail "boom"))
(:wat::test::deftest :t::named ()
  (:wat::test::assert-eq (:wat::runtime::env "WAT_TEST_NAME") (:wat::core::Some ":t::named")))
(:wat::test::time-limit "1ms")
(:wat::test::deftest :t::late () (:wat::test::assert-eq (:t::count 3000000) 0))
(:wat::test::defprop :t::holds [n <- :wat::core::i64] (:wat::test::assert-eq n n))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let args = ["test", "--format", "json", "--no-persist", "--seed", "5"];
    let inside = run(
        &dir,
        &[&args[..], &["--isolation", "thread", "t.wat"]].concat(),
    );
    let apart = run(&dir, &[&args[..], &["-j", "1", "t.wat"]].concat());
    let told = |ran: &Ran| -> Vec<String> {
        let records = records(ran);
        let all = records.iter().filter(|it| it["event"] == "test-finished");
        let line = |it: &Value| {
            let failure = &it["failure"];
            format!(
                "{} {} {} {} {}",
                it["name"], it["status"], failure["code"], failure["location"], it["stdout"]
            )
        };
        all.map(line).collect()
    };
    assert_eq!(told(&inside), told(&apart));
    assert_eq!((inside.status, apart.status), (1, 1));
    let inside = records(&inside);
    assert_eq!(inside[0]["isolation"], "thread");
    assert_eq!(finished(&inside, ":t::late")["status"], "timed-out");
    assert_eq!(finished(&inside, ":t::fails")["stdout"][0], "\"seen\"");
    assert_eq!(records(&apart)[0]["isolation"], "process");
}

#[test]
fn tests_of_a_file_with_errors_run_where_they_reach_none() {
    let text = r#"
(:wat::core::def :t::broken (:wat::core::i64::+ 1 "two"))
(:wat::core::def :t::behind (:wat::core::i64::+ :t::broken 1))
(:wat::core::def :t::fine (:wat::core::i64::+ 1 2))
(:wat::core::defn :t::wrong [] -> :wat::core::i64 "three")
(:wat::core::defn :t::over [] -> :wat::core::i64 (:t::wrong))
(:wat::test::deftest :t::whole () (:wat::test::assert-eq :t::fine 3))
(:wat::test::deftest :t::reaches () (:wat::test::assert-eq (:t::over) 3))
(:wat::test::deftest :t::reads () (:wat::test::assert-eq :t::behind 3))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let told = |args: &[&str]| {
        let ran = run(
            &dir,
            &[&["test", "--format", "json", "--no-shuffle"], args].concat(),
        );
        let records = records(&ran);
        let all = ["whole", "reaches", "reads"].map(|name| {
            let record = finished(&records, &format!(":t::{name}"));
            record["status"].as_str().expect("a word").to_owned()
        });
        let invalid = records.iter().filter(|it| it["event"] == "file-invalid");
        (ran.status, invalid.count(), all)
    };
    let [passed, invalid] = ["passed", "invalid"].map(str::to_owned);
    let all = [invalid.clone(), invalid.clone(), invalid.clone()];
    assert_eq!(told(&["t.wat"]), (1, 1, all));
    let all = [passed, invalid.clone(), invalid];
    assert_eq!(told(&["--partial", "t.wat"]), (1, 1, all));
}

#[test]
fn a_test_with_errors_of_its_own_is_not_run() {
    let text = r#"
(:wat::test::deftest :t::whole () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :x::body () (:wat::test::assert-eq 1 "x"))
(:wat::test::deftest :x::prelude ((:wat::core::defn :x::h [] -> :wat::core::i64 "x")) (:wat::test::assert-eq 1 1))
(:wat::test::deftest-hermetic :x::hermetic () (:wat::test::assert-eq 1 "x"))
(:wat::test::deftest-hermetic :x::hermetic-prelude ((:wat::core::defn :x::k [] -> :wat::core::i64 "x")) (:wat::test::assert-eq 1 1))
(:wat::test::deftest-hermetic :x::leak () (:wat::test::assert-eq (:x::h) 1))
(:wat::test::deftest-hermetic :t::hermetic ((:wat::core::defn :x::k [] -> :wat::core::i64 1)) (:wat::test::assert-eq (:x::k) 1))
(:wat::test::time-limit "soon")
(:wat::test::deftest :x::limit () (:wat::test::assert-eq 1 1))
(:wat::test::tag "a")
(:wat::test::deftest :t::tagged () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :x::shape (:wat::test::assert-eq 1 1) (:wat::test::assert-eq 1 1))
(:wat::core::struct :x::S (a :x::Nowhere))
(:wat::test::deftest :x::type () (:wat::core::let [f (:wat::core::fn [x <- :x::S] -> :wat::core::i64 1)] (:wat::test::assert-eq 1 1)))
(:wat::test::make-deftest-hermetic :made ((:wat::core::defn :x::m [] -> :wat::core::i64 "x")))
(:made :x::made () (:wat::test::assert-eq 1 1))
(:wat::test::defprop :x::property [x <- :wat::core::i64] (:wat::test::assert-eq x "x"))
(:wat::test::defprop :t::property [x <- :wat::core::i64] (:wat::test::assert-eq x x))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let ran = run(&dir, &["test", "--format", "json", "--partial", "t.wat"]);
    let records = records(&ran);
    let finished = records.iter().filter(|it| it["event"] == "test-finished");
    let mut count = 0;
    for record in finished {
        let is_whole = record["name"]
            .as_str()
            .is_some_and(|name| name.starts_with(":t::"));
        let wanted = if is_whole { "passed" } else { "invalid" };
        assert_eq!(record["status"], wanted, "{record}");
        count += 1;
    }
    assert_eq!(count, 14);
}

#[test]
fn in_the_process_of_the_runner_a_test_answers_for_what_it_leaves_alone() {
    let text = r#"
(:wat::core::defn :t::square [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n n))
(:wat::test::deftest :t::first () (:wat::test::assert-eq 1 1))
(:wat::test::deftest :t::threads ()
  (:wat::test::assert-eq (:wat::kernel::run-threads [1 2 3] :t::square) [1 4 9]))
(:wat::test::deftest :t::processes ()
  (:wat::test::assert-eq (:wat::kernel::run-processes [1 2 3] :t::square) [1 4 9]))
(:wat::test::deftest-hermetic :t::hermetic () (:wat::kernel::println 8))
(:wat::core::defn :t::spin [] -> :wat::core::nil (:t::spin))
(:wat::core::defn :t::hold [ends <- :(wat::io::IOWriter,wat::io::IOReader)] -> :wat::core::nil
  (:wat::core::do (:t::spin) (:wat::io::IOWriter/close (:wat::core::first ends))))
(:wat::test::deftest :t::leaks ()
  (:wat::core::let
    [ends (:wat::kernel::pipe)
     thread
       (:wat::kernel::spawn-thread
         (:wat::core::fn
           [_in <- :wat::kernel::Receiver<wat::core::i64>
            _out <- :wat::kernel::Sender<wat::core::i64>]
           -> :wat::core::nil
           (:t::hold ends)))]
    (:wat::kernel::drop thread)))
(:wat::test::deftest :t::last ()
  (:wat::test::assert-eq (:wat::kernel::run-threads [1 2 3] :t::square) [1 4 9]))
"#;
    let dir = Dir::with(&[("t.wat", text)]);
    let args = [
        "test",
        "--format",
        "json",
        "--isolation",
        "thread",
        "--no-shuffle",
    ];
    let raw = ["--set", "concurrency.allow-raw-spawn=true", "t.wat"];
    let ran = run(&dir, &[&args[..], &raw].concat());
    let records = records(&ran);
    let all = records.iter().filter(|it| it["event"] == "test-finished");
    for record in all {
        assert_eq!(record["status"], "passed", "{record}");
        let leaves = record["name"] == ":t::leaks";
        assert_eq!(record.get("leaks").is_some(), leaves, "{record}");
    }
    assert_eq!(finished(&records, ":t::leaks")["leaks"]["descriptors"], 2);
}
