//! Examples in docstrings and in Markdown.

use std::fs;
use std::path::Path;

use super::{records, report};
use crate::cli::support::{Dir, wat as run};

#[test]
fn examples_of_docstrings_and_markdown_are_tests() {
    let file = r#"(:wat::core::defn :calc::double [x <- :wat::core::i64] -> :wat::core::i64
  "Twice the argument.

   ```wat
   (:calc::double 21)            ;=> 42
   (:calc::double \"two\")         ;!! WAT3001
   (:wat::kernel::println \"x\")  ;out> \"x\"
   ```

   ```wat doctest
   (:wat::core::def :calc::n 3)
   (:calc::double :calc::n)
   ;=> 7
   ```"
  (:wat::core::i64::* x 2))
"#;
    let text = "```wat doctest\n(:wat::core::/ 1 0) ;!! \"division\"\n```\n```wat doctest\n;=> 1\n```\n```wat doctest ignore\n(x)\n```\n";
    let dir = Dir::with(&[("calc.wat", file), ("doc/a.md", text)]);
    let (status, records) = records(&dir, &["calc.wat", "doc/a.md"]);
    assert_eq!(status, 1);
    assert_eq!(
        report(&records),
        [
            ":calc::double/doc1 passed",
            ":calc::double/doc2 failed WAT8911",
            "L1 passed",
            "L4 failed WAT2914",
            "L7 ignored",
        ]
    );
    let failed = records
        .iter()
        .find(|it| it["name"] == ":calc::double/doc2" && it["failure"].is_object());
    let failure = &failed.expect("it has failed")["failure"];
    assert_eq!(
        (
            &failure["location"]["line"],
            &failure["actual"],
            &failure["expected"]
        ),
        (&13.into(), &"6".into(), &"7".into())
    );
    let below = run(&dir, &["test", "--list", "--kind", "doc", "doc"]);
    assert_eq!(below.stdout.lines().count(), 3, "{}", below.stdout);
}

#[test]
fn examples_are_told_of_at_their_comments() {
    let file = r#"(:wat::core::defn :calc::double [x <- :wat::core::i64] -> :wat::core::i64
  "Twice the argument.

   ```wat
   (:calc::double 1)   ;=> 2 ; the answer
   (:calc::double 21)  ;=> 43
   ```
   ```wat
   (:calc::double 1)   ;=> 2 3
   ```
   ```wat foo
   (:calc::double 1)
   ```"
  (:wat::core::i64::* x 2))
"#;
    let text = "```wat
(f
```
```wat bogus
```
```wat doctest
:wat::core::nil
```
";
    let dir = Dir::with(&[("calc.wat", file), ("a.md", text)]);
    let (status, records) = records(&dir, &["calc.wat", "a.md"]);
    assert_eq!(status, 1);
    let places = |code: &str| {
        let failures = records.iter().map(|it| &it["failure"]);
        let found = failures.filter(|it| it["code"] == code);
        let found = found.map(|it| {
            let at = &it["location"];
            format!(
                "{}:{}:{}-{}",
                at["file"], at["line"], at["col"], at["end-col"]
            )
        });
        found.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        places("WAT8911"),
        [r#""calc.wat":6:24-30"#.to_owned()].into()
    );
    assert_eq!(
        places("WAT2914"),
        [r#""calc.wat":9:24-31"#.to_owned()].into()
    );
    let unknown = [r#""a.md":4:8-13"#, r#""calc.wat":11:11-14"#].map(str::to_owned);
    assert_eq!(places("WAT2913"), unknown.into());
    let told = run(&dir, &["test", "a.md"]).stderr;
    assert!(
        told.contains("warning[WAT1030]") && told.contains("a.md:2:1"),
        "{told}"
    );
}

#[test]
fn examples_of_a_file_with_errors_are_invalid() {
    let file = r#"(:wat::core::defn :calc::double [x <- :wat::core::i64] -> :wat::core::i64
  "Twice the argument.
   ```wat
   (:calc::double 21)            ;=> 42
   ```
   ```wat
   (:calc::double \"two\")         ;!! WAT3201
   ```"
  (:wat::core::i64::* x (:calc::nowhere)))
"#;
    let dir = Dir::with(&[
        ("calc.wat", file),
        ("good.wat", "(:wat::core::def :g::x 1)"),
    ]);
    let (status, records) = records(&dir, &[]);
    assert_eq!(status, 1);
    assert_eq!(
        report(&records),
        [":calc::double/doc1 invalid", ":calc::double/doc2 invalid"]
    );
    let invalid = records.iter().filter(|it| it["event"] == "file-invalid");
    let codes: Vec<_> = invalid.map(|it| it["diagnostics"].to_string()).collect();
    assert!(
        codes.len() == 1 && codes[0].matches("\"code\":\"WAT3201\"").count() == 1,
        "{codes:?}"
    );
}

#[test]
fn an_example_in_markdown_is_run_again_by_its_id() {
    let text = "```wat doctest\n1 ;=> 1\n```\n\n```wat doctest\n1 ;=> 2\n```\n";
    let dir = Dir::with(&[("md/a.md", text), ("md/b#L1.md", text)]);
    let told = run(&dir, &["test", "md/a.md"]).stdout;
    assert!(told.contains("rerun: wat test 'md/a.md#L5'"), "{told}");
    let names = |target: &str| {
        let (status, records) = records(&dir, &[target]);
        (status, report(&records))
    };
    assert_eq!(
        names("md/a.md#L5"),
        (1, vec!["L5 failed WAT8911".to_owned()])
    );
    assert_eq!(names("md/a.md#L1"), (0, vec!["L1 passed".to_owned()]));
    assert_eq!(names("md/b#L1.md#L1"), (0, vec!["L1 passed".to_owned()]));
    assert_eq!(run(&dir, &["test", "md/a.md#L2"]).status, 5);
}

#[test]
fn the_first_failing_expectation_of_an_example_is_told() {
    let text = "```wat doctest\n1 ;=> 2\n(x) ;!! WAT2101\n```\n\n```wat doctest\n(x) ;!! WAT2101\n1 ;=> 2\n```\n";
    let dir = Dir::with(&[("a.md", text)]);
    let (_, records) = records(&dir, &["--no-shuffle", "a.md"]);
    let finished = records.iter().filter(|it| it["event"] == "test-finished");
    let lines: Vec<_> = finished
        .map(|it| it["failure"]["location"]["line"].as_u64())
        .collect();
    assert_eq!(lines, [Some(2), Some(7)]);
}

/// What the docstrings of the library show, but for these, holds.
#[test]
fn examples_of_the_library_hold() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wat");
    let mut work = vec![library];
    let (mut text, mut count) = (String::new(), 0);
    while let Some(next) = work.pop() {
        for entry in fs::read_dir(next).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                work.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).expect("text");
            for block in wat_driver::docstring_examples(&source) {
                count += 1;
                let steps = block.steps.iter().map(|step| {
                    let wants = step.wants.iter().map(|(_, want)| match want {
                        wat_driver::DocWant::Equals(it) => format!(";=> {it}\n"),
                        wat_driver::DocWant::Evaluates => ";=> _\n".to_owned(),
                        wat_driver::DocWant::Prints(it) => format!(";out> {it}\n"),
                        wat_driver::DocWant::Fails(it) => format!(";!! {it:?}\n"),
                        wat_driver::DocWant::Rejected(code) => format!(";!! WAT{code}\n"),
                    });
                    format!("{}\n{}", step.form, wants.collect::<String>())
                });
                let steps: String = steps.collect();
                text.push_str(&format!("{}\n```wat doctest\n{steps}```\n", block.name));
            }
        }
    }
    assert!(count > 300, "only {count} examples");
    let dir = Dir::with(&[("library.md", &text)]);
    let (_, records) = records(&dir, &["library.md"]);
    let lines: Vec<&str> = text.lines().collect();
    let failed = records
        .iter()
        .filter(|it| it["event"] == "test-finished" && it["status"] != "passed");
    let failed: Vec<String> = failed
        .map(|it| {
            let line = it["name"]
                .as_str()
                .and_then(|name| name[1..].parse::<usize>().ok());
            let name = line
                .and_then(|line| lines.get(line.checked_sub(2)?))
                .unwrap_or(&"");
            format!(
                "{name}: {} {}",
                it["failure"]["message"], it["failure"]["actual"]
            )
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {count}:\n{}",
        failed.len(),
        failed.join("\n")
    );
}
