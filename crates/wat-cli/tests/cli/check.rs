//! `wat check`.

use serde_json::Value;

use super::support::{Dir, json_lines, main_of, wat};

const GOOD: &str = "(:wat::core::defn :my::one [] -> :wat::core::i64 \"One.\" 1)\n";
const BAD: &str = "(:wat::core::defn :my::two [] -> :wat::core::i64 \"two\")\n";

#[test]
fn a_good_file_is_silent() {
    let dir = Dir::with(&[("a.wat", GOOD)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "", "")
    );
}

#[test]
fn an_error_is_shown_with_its_source_and_is_1() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    for part in [
        "error[WAT",
        "a.wat:1:",
        "│ (:wat::core::defn :my::two",
        "1 error\n",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn colour_comes_on_request() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "--color", "always", "a.wat"]);
    assert!(ran.stderr.contains("\u{1b}["), "{}", ran.stderr);
}

#[test]
fn short_is_one_line_per_finding() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["check", "--format=short", "a.wat"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("a.wat:1:"), "{}", ran.stdout);
    assert!(ran.stdout.contains(": error[WAT"), "{}", ran.stdout);
}

#[test]
fn json_is_one_record_per_finding_and_a_summary() {
    let dir = Dir::with(&[("a.wat", GOOD), ("b.wat", BAD)]);
    let ran = wat(&dir, &["--format", "json", "check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    let records = json_lines(&ran.stdout);
    assert_eq!(records.len(), 2, "{}", ran.stdout);
    let keys: Vec<&str> = records[0]
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let fields = "kind code name severity message file span labels notes help fixes expansion tags suppressed data";
    assert_eq!(keys, fields.split(' ').collect::<Vec<_>>());
    assert_eq!(records[0]["file"], "b.wat");
    assert_eq!(records[0]["span"]["start"]["line"], 1);
    assert_eq!(records[1]["kind"], "summary");
    assert_eq!(
        (records[1]["errors"].as_u64(), records[1]["files"].as_u64()),
        (Some(1), Some(2))
    );
}

#[test]
fn directories_are_walked_without_the_hidden_ones() {
    let dir = Dir::with(&[
        ("b/x.wat", BAD),
        (
            "a/y.wat",
            "(:wat::core::defn :my::three [] -> :wat::core::i64 \"3\")\n",
        ),
        (".hidden/z.wat", BAD),
        ("target/z.wat", BAD),
        ("a/no.txt", BAD),
    ]);
    let ran = wat(&dir, &["check", "--format", "short", "."]);
    let files: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(files, ["a/y.wat", "b/x.wat"]);
}

#[test]
fn loaded_files_are_read_from_disk() {
    let load = "(:wat::load-file! \"lib/one.wat\")\n";
    let good = format!("{load}{}", main_of("(:wat::kernel::println (:my::one))"));
    let dir = Dir::with(&[("main.wat", &good), ("lib/one.wat", GOOD)]);
    let ran = wat(&dir, &["check", "main.wat"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);

    let dir = Dir::with(&[("main.wat", &good)]);
    let ran = wat(&dir, &["check", "--format", "short", "main.wat"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("WAT5002"), "{}", ran.stdout);
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let many: String = (0..120)
        .map(|i| format!("(:wat::core::defn :my::f{i} [] -> :wat::core::i64 \"x\")\n"))
        .collect();
    let dir = Dir::with(&[("a.wat", &many)]);
    let ran = wat(&dir, &["check", "a.wat"]);
    assert!(
        ran.stderr.contains("… and 20 more\n120 errors\n"),
        "{}",
        &ran.stderr[ran.stderr.len().saturating_sub(200)..]
    );
    let ran = wat(&dir, &["check", "--max-diagnostics", "2", "a.wat"]);
    assert_eq!(ran.stderr.matches("error[WAT").count(), 2);
}

#[test]
fn warnings_fail_only_on_request() {
    let dir = Dir::with(&[(
        "a.wat",
        "(:wat::core::defn :my::f [] -> :wat::core::i64 1)\t\n#!x\n",
    )]);
    let ran = wat(&dir, &["--format", "json", "check", "a.wat"]);
    let all = json_lines(&ran.stdout);
    let summary = all.last().expect("there is a summary");
    let strict = wat(&dir, &["check", "--fail-on", "note", "a.wat"]);
    let any = ["errors", "warnings", "notes"]
        .iter()
        .any(|key| summary[key] != 0);
    assert_eq!(strict.status, i32::from(any));
}

#[test]
fn the_old_spelling_is_accepted() {
    let dir = Dir::with(&[("a.wat", BAD)]);
    let ran = wat(&dir, &["--check", "a.wat", "--check-output", "json"]);
    assert_eq!(ran.status, 1);
    assert_eq!(json_lines(&ran.stdout).len(), 2);
}

const MIXED: &str = "(:wat::core::def :demo::a +5)\n(:wat::core::def :demo::b 007)\n";

#[test]
fn edn_has_one_tagged_value_per_finding() {
    let dir = Dir::with(&[("a.wat", MIXED)]);
    let ran = wat(&dir, &["check", "--format", "edn", "a.wat"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!((ran.status, lines.len()), (1, 3));
    assert!(
        lines[0].starts_with("#wat.diag/PlusSign {:code \"WAT1022\" :severity :error :message ")
    );
    assert!(lines[0].contains(
        " :file \"a.wat\" :line 1 :col 27 :end-line 1 :end-col 28 :offset 26 :end-offset 27 "
    ));
    assert!(lines[1].starts_with("#wat.diag/LeadingZero {:code \"WAT1902\" :severity :warning "));
    assert!(
        lines[2].starts_with("#wat.diag/Summary {:errors 1 :warnings 1 "),
        "{}",
        lines[2]
    );
}

#[test]
fn sarif_is_one_document_with_rules_regions_and_fixes() {
    let dir = Dir::with(&[("a b.wat", MIXED)]);
    let ran = wat(&dir, &["check", "--format", "sarif", "a b.wat"]);
    let document: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "WAT1022");
    assert_eq!(run["tool"]["driver"]["rules"][0]["name"], "PlusSign");
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"WAT1022".into(), &"error".into())
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.wat");
    assert_eq!(place["region"]["startColumn"], 27);
    assert_eq!(place["region"]["endColumn"], 28);
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["deletedRegion"]["startLine"], 1);
    assert_eq!(run["results"][1]["ruleIndex"], 1);
}

#[test]
fn github_gets_workflow_commands() {
    let dir = Dir::with(&[("a,b.wat", MIXED)]);
    let ran = wat(&dir, &["check", "--format", "github", "a,b.wat"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with(
        "::error file=a%2Cb.wat,line=1,endLine=1,col=27,endColumn=28,title=WAT1022 plus-sign::"
    ));
    assert!(lines[1].starts_with("::warning file="));
}

#[test]
fn warnings_are_raised_and_silenced_by_the_run_and_by_the_project() {
    let zero = "(:wat::core::def :demo::b 007)\n";
    let dir = Dir::with(&[("a.wat", zero), ("tests/a.wat", zero)]);
    let status = |args: &[&str]| wat(&dir, args).status;
    assert_eq!(status(&["check", "a.wat"]), 0);
    assert_eq!(status(&["check", "--deny", "WAT1902", "a.wat"]), 1);
    assert_eq!(status(&["check", "--deny", "leading-zero", "a.wat"]), 1);
    assert_eq!(
        wat(&dir, &["check", "--allow", "WAT1902", "a.wat"]).stderr,
        ""
    );
    assert_eq!(status(&["check", "--deny", "WAT0000", "a.wat"]), 64);
    let settings = "[lint]\nlevels = { \"leading-zero\" = \"off\" }\npaths = { \"tests/**\" = { \"WAT1902\" = \"deny\" } }\n";
    std::fs::write(dir.path().join("wat.toml"), settings).expect("it can be written");
    assert_eq!(wat(&dir, &["check", "a.wat"]).stderr, "");
    assert_eq!(status(&["check", "tests"]), 1);
    assert_eq!(status(&["check", "--allow", "WAT1902", "tests"]), 0);
    assert_eq!(status(&["check", "--no-project", "tests"]), 0);
}

#[test]
fn settings_of_the_project_hold_for_checks() {
    let dir = Dir::with(&[
        ("wat.toml", "[check]\ndeny-warnings = true\n"),
        ("a.wat", "(:wat::core::def :demo::b 007)\n"),
    ]);
    assert_eq!(wat(&dir, &["check"]).status, 1);
    assert_eq!(
        wat(&dir, &["--set", "check.deny-warnings=false", "check"]).status,
        0
    );
    let bad = "[check]\ndeny-warnings = \"yes\"\n";
    std::fs::write(dir.path().join("wat.toml"), bad).expect("it can be written");
    let ran = wat(&dir, &["check"]);
    assert_eq!(ran.status, 78);
    assert!(ran.stderr.contains("error[WAT5802]"), "{}", ran.stderr);
}

#[test]
fn a_tool_of_another_version_is_refused() {
    let dir = Dir::with(&[("wat.toml", "[project]\nwat = \">=99\"\n"), ("a.wat", "")]);
    let ran = wat(&dir, &["check"]);
    assert_eq!(ran.status, 78);
    assert!(ran.stderr.contains("error[WAT5805]"), "{}", ran.stderr);
}

/// The titles of all fixes that a run offers.
fn titles(stdout: &str) -> Vec<String> {
    let all = json_lines(stdout).into_iter();
    let fixes = all.flat_map(|record| record["fixes"].as_array().cloned().unwrap_or_default());
    fixes
        .map(|fix| fix["title"].as_str().expect("a title").to_owned())
        .collect()
}

#[test]
fn a_guess_that_does_not_hold_is_no_fix_and_the_help_stays() {
    let right = "(:wat::core::defn :my::be [] -> :wat::core::i64 1)\n(:wat::core::defn :my::a [] -> :wat::core::i64 (:my::b))\n";
    let wrong = right.replace("be []", "be [x <- :wat::core::i64]");
    for format in ["json", "sarif", "edn"] {
        let dir = Dir::with(&[("right.wat", right), ("wrong.wat", &wrong)]);
        let told = |file: &str| wat(&dir, &["check", "--format", format, file]).stdout;
        let mends = "replace by `:my::be`";
        assert!(told("right.wat").contains(mends), "{}", told("right.wat"));
        assert!(!told("wrong.wat").contains(mends), "{}", told("wrong.wat"));
        assert!(
            told("wrong.wat").contains(":my::be"),
            "{}",
            told("wrong.wat")
        );
    }
}

#[test]
fn guesses_beyond_the_first_hundred_are_not_tried_and_not_offered() {
    let dir = Dir::with(&[]);
    let call =
        |at: usize| format!("(:wat::core::defn :its::f{at} [] -> :wat::core::i64 (:my::b))\n");
    let calls: String = (0..130).map(call).collect();
    let both =
        ["a", "c"].map(|name| format!("(:wat::core::defn :my::{name} [] -> :wat::core::i64 1)\n"));
    let text = calls + &both.concat();
    dir.write("a.wat", &text);
    let ran = wat(
        &dir,
        &["check", "--lints", "none", "--format", "json", "a.wat"],
    );
    assert_eq!(json_lines(&ran.stdout).len(), 131);
    assert_eq!(titles(&ran.stdout).len(), 100);
}

#[test]
fn a_member_inherits_the_settings_of_its_workspace() {
    let dir = Dir::with(&[
        (
            "wat.toml",
            "[check]\ndeny-warnings = true\nmax-diagnostics = 1\n[workspace]\nmembers = [\"a\", \"b\"]\n",
        ),
        ("a/wat.toml", ""),
        ("a/x.wat", "(:wat::core::def :my::f 007)\n"),
        ("b/wat.toml", "[check]\ndeny-warnings = false\n"),
        ("b/x.wat", "(:wat::core::def :my::g 007)\n"),
        ("c/wat.toml", ""),
        ("c/x.wat", "(:wat::core::def :my::h 007)\n"),
    ]);
    let status = |arguments: &[&str]| wat(&dir, arguments).status;
    assert_eq!(status(&["check"]), 1);
    assert_eq!(status(&["check", "a/x.wat"]), 1);
    assert_eq!(status(&["check", "a"]), 1);
    assert_eq!(status(&["-C", "a", "check"]), 1);
    assert_eq!(status(&["--project", "a", "check", "a/x.wat"]), 1);
    assert_eq!(status(&["-C", "b", "check"]), 0);
    assert_eq!(status(&["check", "b/x.wat"]), 0);
    assert_eq!(status(&["-C", "c", "check"]), 0);
    assert_eq!(
        status(&["--set", "check.deny-warnings=false", "-C", "a", "check"]),
        0
    );
}

#[test]
fn what_is_wrong_with_a_workspace_is_told_at_its_file() {
    let dir = Dir::with(&[
        (
            "wat.toml",
            "[check]\ndeny-warning = true\n[workspace]\nmembers = [\"a\"]\n",
        ),
        ("a/wat.toml", "[check]\ndeny-warnigs = true\n"),
        ("a/x.wat", GOOD),
    ]);
    let ran = wat(&dir, &["check", "a"]);
    assert_eq!(ran.status, 0);
    for place in ["─[ wat.toml:2:1 ]", "─[ a/wat.toml:2:1 ]"] {
        assert_eq!(ran.stderr.matches(place).count(), 1, "{}", ran.stderr);
    }
    dir.write(
        "wat.toml",
        "[check]\ndeny-warnings = 1\n[workspace]\nmembers = [\"a\"]\n",
    );
    let ran = wat(&dir, &["check", "a"]);
    assert_eq!(ran.status, 78);
    assert!(ran.stderr.contains("─[ wat.toml:2:17 ]"), "{}", ran.stderr);
}

#[test]
fn lints_are_told_as_asked() {
    let first = "(:wat::core::defn :demo::small? [n <- :wat::core::i64] -> :wat::core::bool
  \"Whether it has one digit.\"
  (:wat::core::< n 10))
(:wat::core::defn :demo::all [xs <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::bool>
  \"Which are small.\"
  (:wat::core::map :demo::small? xs))
(:wat::core::def :demo::twice {:a 1 :a 2})
(:wat::core::def :demo::b 007)
";
    let dir = Dir::with(&[("a.wat", first)]);
    let told = |arguments: &[&str]| {
        let all = [&["check", "--format", "short"], arguments, &["a.wat"]].concat();
        let ran = wat(&dir, &all);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let codes = ran.stdout.lines().map(|line| {
            let (severity, code) = line.split_once("[WAT").expect("a code");
            let severity = severity.rsplit(' ').next().unwrap_or_default();
            format!("{severity} {}", &code[..4])
        });
        codes.collect::<Vec<_>>().join(", ")
    };
    let default = "warning 7042, warning 1902";
    assert_eq!(told(&[]), default);
    assert_eq!(told(&["--lints", "default"]), default);
    assert_eq!(told(&["--lints=none"]), "warning 1902");
    let all = "note 7041, warning 7042, warning 1902";
    assert_eq!(told(&["--lints", "all"]), all);
    assert_eq!(
        told(&["--lints", "all", "--warn", "WAT7041"]),
        "warning 7041, warning 7042, warning 1902"
    );
    assert_eq!(told(&["--lints", "all", "--allow", "WAT7041"]), default);
    assert_eq!(wat(&dir, &["check", "--lints", "some", "a.wat"]).status, 64);
}

const LOOSE: &str = "(:wat::core::def   :demo::one 1)

;; about two  
(:wat::core::def :demo::two 2)\n";

/// The short lines of a check of `a.wat`, without its message.
fn styled(dir: &Dir, args: &[&str]) -> (i32, Vec<String>) {
    let ran = wat(dir, &[args, &["--format", "short"]].concat());
    let short = |line: &str| line.rsplit_once(": ").map_or(line, |it| it.0).to_owned();
    (ran.status, ran.stdout.lines().map(short).collect())
}

#[test]
fn style_tells_what_is_not_formatted() {
    let dir = Dir::with(&[("a.wat", LOOSE)]);
    let told = |severity: &str| {
        ["a.wat:1:1: ", "a.wat:3:1: "].map(|place| format!("{place}{severity}[WAT7802]"))
    };
    assert_eq!(styled(&dir, &["check"]), (0, vec![]));
    assert_eq!(styled(&dir, &["check", "--lints", "all"]).1, [""; 0]);
    let warnings = (0, told("warning").to_vec());
    assert_eq!(styled(&dir, &["check", "--style"]), warnings);
    assert_eq!(
        styled(&dir, &["check", "--style", "--lints", "none"]),
        warnings
    );
    // Levels are above it, and turn the rule on without it.
    let denied = (1, told("error").to_vec());
    assert_eq!(
        styled(&dir, &["check", "--style", "--deny", "layout"]),
        denied
    );
    assert_eq!(styled(&dir, &["check", "--deny", "WAT7802"]), denied);
    assert_eq!(styled(&dir, &["lint", "--deny", "WAT7802"]), denied);
    assert_eq!(
        styled(&dir, &["check", "--style", "--allow", "WAT7802"]),
        (0, vec![])
    );
    // It is for `wat fmt` to mend, which is content then.
    let ran = wat(&dir, &["check", "--style"]);
    assert!(ran.stderr.ends_with("\n2 warnings\n"), "{}", ran.stderr);
    assert_eq!(wat(&dir, &["fmt"]).status, 0);
    assert_eq!(styled(&dir, &["check", "--style"]), (0, vec![]));
}

#[test]
fn the_fix_of_a_style_is_the_formatted_item() {
    let dir = Dir::with(&[(
        "a.wat",
        "(:wat::core::def  :demo::a\n  1)  (:wat::core::def\n",
    )]);
    let ran = wat(&dir, &["check", "--style", "--format", "json"]);
    let records = json_lines(&ran.stdout);
    let styles = records.iter().filter(|it| it["code"] == "WAT7802");
    let styles: Vec<_> = styles.collect();
    // The form that is not closed is left out.
    assert_eq!(styles.len(), 1, "{}", ran.stdout);
    let fix = &styles[0]["fixes"][0];
    assert_eq!(fix["applicability"], "machine-applicable");
    assert_eq!(fix["edits"].as_array().map(Vec::len), Some(1));
    assert_eq!(fix["edits"][0]["text"], "(:wat::core::def :demo::a 1)");
    assert_eq!(fix["edits"][0]["span"], styles[0]["span"]);
}

#[test]
fn files_that_are_not_formatted_have_no_style() {
    let project = "[project]\nname = \"p\"\nsource = [\".\"]\n[fmt]\nexclude = [\"b.wat\"]\n";
    let dir = Dir::with(&[("wat.toml", project), ("a.wat", LOOSE), ("b.wat", "(a  b)")]);
    let (_, told) = styled(&dir, &["check", "--style"]);
    let styles = told.iter().filter(|line| line.contains("WAT7802"));
    assert_eq!(styles.filter(|line| line.starts_with("b.wat")).count(), 0);
}

/// A file that two programs load is looked at in that of the configured entry, whatever the paths of the two.
#[test]
fn the_entry_of_the_project_is_looked_at_before_other_roots() {
    let main = "(:wat::load-file! \"../lib.wat\")\n(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:lib::f 1)))\n";
    let helped = format!("{main}(:wat::core::defn :app::h [] -> :wat::core::i64 1)\n");
    let lib = "(:wat::core::defn :lib::f [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ x (:app::h)))\n";
    for (entry, status) in [("a/tool.wat", 0), ("z/main.wat", 1)] {
        let settings = format!(
            "[project]\nname = \"calc\"\nversion = \"0.1.0\"\nentry = \"wat/{entry}\"\nsource = [\"wat\"]\n"
        );
        let dir = Dir::with(&[
            ("wat.toml", &settings),
            ("wat/lib.wat", lib),
            ("wat/a/tool.wat", &helped),
            ("wat/z/main.wat", main),
        ]);
        for words in [&["check"][..], &["--format", "json", "check"]] {
            let ran = wat(&dir, words);
            assert_eq!(ran.status, status, "{entry}: {}{}", ran.stdout, ran.stderr);
        }
        assert_eq!(wat(&dir, &["-C", "wat/a", "check"]).status, status);
    }
}

/// A file that is named is looked at in the program of the entry that loads it, and the others are not told about.
#[test]
fn a_named_file_is_looked_at_in_the_program_of_the_entry() {
    let main = "(:wat::load-file! \"lib.wat\")\n(:wat::core::defn :app::h [] -> :wat::core::i64 1)\n(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:lib::f 1)))\n(:wat::core::defn :app::bad [] -> :wat::core::i64 \"a\")\n";
    let lib = "(:wat::core::defn :lib::f [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ x (:app::h)))\n";
    let dir = Dir::with(&[
        (
            "wat.toml",
            "[project]\nname = \"calc\"\nversion = \"0.1.0\"\nentry = \"wat/main.wat\"\n",
        ),
        ("wat/main.wat", main),
        ("wat/lib.wat", lib),
        ("wat/other.wat", lib),
    ]);
    for (words, status) in [
        (&["check", "wat/lib.wat"][..], 0),
        (&["--format", "json", "check", "wat/lib.wat"][..], 0),
        (&["-C", "wat", "check", "lib.wat"][..], 0),
        (&["check", "wat/main.wat"][..], 1),
        (&["--no-project", "check", "wat/lib.wat"][..], 1),
    ] {
        let ran = wat(&dir, words);
        assert_eq!(
            ran.status, status,
            "{words:?}: {}{}",
            ran.stdout, ran.stderr
        );
    }
}

#[test]
fn findings_about_the_project_file_are_in_the_formats_for_tools() {
    let main = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\n";
    let head = "[project]\nname = \"calc\"\nversion = \"0.1.0\"\nentry = \"main.wat\"\n";
    let dir = Dir::with(&[
        ("wat.toml", &format!("{head}typo = 1\n")),
        ("main.wat", main),
    ]);
    for format in ["json", "edn", "sarif", "short", "github"] {
        let ran = wat(&dir, &["--format", format, "check"]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("5801"), "{format}: {}", ran.stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
    let ran = wat(&dir, &["--format", "json", "check"]);
    assert!(
        ran.stdout.contains("\"file\":\"wat.toml\""),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("\"warnings\":1"), "{}", ran.stdout);
    let ran = wat(&dir, &["check"]);
    assert!(ran.stderr.contains("WAT5801"), "{}", ran.stderr);
    // A bad one is told the same way.
    let bad = format!("{head}[concurrency]\nallow-raw-spawn = \"x\"\n");
    let dir = Dir::with(&[("wat.toml", &bad), ("main.wat", main)]);
    let ran = wat(&dir, &["--format", "json", "check"]);
    assert_eq!(ran.status, 78);
    assert!(
        ran.stdout.contains("WAT5802") && ran.stdout.contains("\"errors\":1"),
        "{}",
        ran.stdout
    );
}
