//! Project files: found, read, diagnosed.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use wat_analysis::RootDatabase;
use wat_driver::{BadProject, Glob, Paths, Project, ProjectChoice, Report, load_each, short_line};
use wat_load::FsLoader;

/// A directory that goes away with its value.
struct Dir(PathBuf);

impl Dir {
    fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wat-project-{}-{number}", std::process::id());
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        for (name, text) in files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        }
        Dir(dir)
    }

    fn find(&self, from: &str) -> Result<Option<Project>, BadProject> {
        Project::find(&ProjectChoice::Nearest, &self.0.join(from))
    }

    fn roots(&self) -> (Vec<String>, String) {
        let project = self.find("").expect("a sound file").expect("a project");
        let (roots, missing) = project.roots();
        let below = |path: PathBuf| {
            let path = path.strip_prefix(&project.root).expect("inside").to_owned();
            path.to_string_lossy().into_owned()
        };
        let full = |path: PathBuf| fs::canonicalize(path).expect("exists");
        (
            roots.into_iter().map(full).map(below).collect(),
            lines(&missing, &self.0),
        )
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lines(reports: &[Report], dir: &Path) -> String {
    let mut out = String::new();
    for report in reports {
        short_line(report, &mut out);
        if let Some(help) = &report.help {
            out.push_str(&format!("  {help}\n"));
        }
    }
    let here = std::env::current_dir().expect("a directory");
    let shown = dir.strip_prefix(&here).unwrap_or(dir);
    out.replace(&format!("{}/", shown.display()), "")
        .replace(&format!("{}", shown.display()), "DIR")
}

/// What is told about a project file.
fn told(name: &str, text: &str, expected: Expect) {
    told_beside(&[], name, text, expected);
}

/// What is told about a project file beside other files.
fn told_beside(others: &[(&str, &str)], name: &str, text: &str, expected: Expect) {
    let files: Vec<_> = others.iter().copied().chain([(name, text)]).collect();
    let dir = Dir::with(&files);
    let told = match dir.find("") {
        Ok(project) => format!(
            "sound\n{}",
            lines(&project.expect("a project").warnings, &dir.0)
        ),
        Err(bad) => format!("bad\n{}", lines(&bad.reports, &dir.0)),
    };
    expected.assert_eq(&told);
}

const WHOLE: &str = include_str!("../../../../docs/reference/10-tooling.md");

/// The project file of the reference.
fn example() -> &'static str {
    let from = WHOLE.find("```toml\n[project]").expect("the example") + "```toml\n".len();
    let end = WHOLE[from..].find("```").expect("its end");
    &WHOLE[from..from + end]
}

#[test]
fn the_example_of_the_reference_is_sound() {
    let keyring = ("keys/trusted.edn", "#wat/Keyring {:v 1 :keys []}");
    told_beside(
        &[keyring],
        "wat.toml",
        example(),
        expect![[r#"
        sound
    "#]],
    );
    let dir = Dir::with(&[keyring, ("wat.toml", example())]);
    let project = dir.find("").expect("sound").expect("there");
    let settings = &project.settings;
    assert_eq!(settings.project.source.value(), ["wat"]);
    assert!(!settings.project.source.is_default());
    assert_eq!(settings.lint.rule_dirs.value(), ["wat-lints"]);
    assert_eq!(settings.check.max_diagnostics, Some(100));
    assert_eq!(settings.check.deny_warnings, Some(false));
    let entry = settings.project.entry.as_ref().expect("an entry");
    assert_eq!(entry.value, "wat/main.wat");
    assert_eq!(
        &example()[usize::from(entry.range.start())..usize::from(entry.range.end())],
        "\"wat/main.wat\""
    );
}

#[test]
fn an_empty_file_is_a_project_with_defaults() {
    let dir = Dir::with(&[("wat.toml", "")]);
    let project = dir.find("").expect("sound").expect("there");
    assert_eq!(project.settings.project.source, Paths::Default(&["wat"]));
    assert!(project.settings.fmt.exclude.is_empty());
}

#[test]
fn the_nearest_project_above_counts() {
    let dir = Dir::with(&[
        ("wat.toml", ""),
        ("a/b/c.wat", ""),
        ("d/wat.edn", "{:fmt {:exclude [\"x/**\"]}}"),
        ("d/e/f.wat", ""),
    ]);
    let file = |from: &str| {
        let project = dir.find(from).expect("sound").expect("there");
        let root = fs::canonicalize(&dir.0).expect("a directory");
        project.file.strip_prefix(root).expect("inside").to_owned()
    };
    assert_eq!(file("a/b/c.wat"), Path::new("wat.toml"));
    assert_eq!(file("a/b"), Path::new("wat.toml"));
    assert_eq!(file("a/not-there.wat"), Path::new("wat.toml"));
    assert_eq!(file("d/e/f.wat"), Path::new("d/wat.edn"));
    let at = |path: &str| Project::find(&ProjectChoice::At(dir.0.join(path)), Path::new("/"));
    assert!(at("d").is_ok_and(|project| project.is_some()));
    assert!(at("d/wat.edn").is_ok_and(|project| project.is_some()));
    expect![[r#"
        error[WAT5803]: there is no project file in `a`
          name a directory with a `wat.toml`, or the file itself
    "#]]
    .assert_eq(&lines(&at("a").expect_err("none").reports, &dir.0));
    let none = Project::find(&ProjectChoice::None, &dir.0);
    assert!(none.is_ok_and(|project| project.is_none()));
}

#[test]
fn two_project_files_are_one_too_many() {
    let dir = Dir::with(&[("wat.toml", ""), ("wat.edn", "{}")]);
    let bad = dir.find("").expect_err("two files");
    expect![[r#"
        error[WAT5804]: `wat.toml` and `wat.edn` are both there, and one project has one file
          delete one of them
    "#]]
    .assert_eq(&lines(&bad.reports, &dir.0));
}

#[test]
fn unknown_keys_are_warnings_with_the_nearest_key() {
    told(
        "wat.toml",
        "[fmt]\nexclud = []\nwidth = 80\n[fmtt]\nx = 1\n[commands]\nanything = \":a\"\n",
        expect![[r#"
            sound
            wat.toml:2:1: warning[WAT5801]: `fmt.exclud` is no setting
              did you mean `fmt.exclude`?
            wat.toml:3:1: warning[WAT5801]: `fmt.width` is no setting
            wat.toml:4:2: warning[WAT5801]: `fmtt` is no setting
              did you mean `fmt`?
        "#]],
    );
    told(
        "wat.edn",
        "{:fmt {:exclud []}\n :tests {}}",
        expect![[r#"
            sound
            wat.edn:1:8: warning[WAT5801]: `fmt.exclud` is no setting
              did you mean `fmt.exclude`?
            wat.edn:2:2: warning[WAT5801]: `tests` is no setting
              did you mean `test`?
        "#]],
    );
}

#[test]
fn wrong_types_and_values_are_told_where_they_stand() {
    told(
        "wat.toml",
        "fmt = 1\n[project]\nentry = true\nsource = [\"wat\", 7]\nexclude = [\"[a\", \"/x\", \"../y\"]\n\
         [check]\ndeny-warnings = \"no\"\nmax-diagnostics = -1\n[repl]\nedit-mode = \"vim\"\n[lsp]\nlint-on = 1979-05-27\n",
        expect![[r#"
            bad
            wat.toml:1:7: error[WAT5802]: `fmt` is a table, not an integer
            wat.toml:3:9: error[WAT5802]: `project.entry` is a string, not a boolean
            wat.toml:4:18: error[WAT5802]: `project.source[]` is a string, not an integer
            wat.toml:5:12: error[WAT5802]: the glob `[a` of `project.exclude` has a `[` without `]`
              globs are paths with `*`, `?`, `[a-z]` and `**`
            wat.toml:5:18: error[WAT5802]: the glob `/x` of `project.exclude` is absolute, and paths are relative to the project
              globs are paths with `*`, `?`, `[a-z]` and `**`
            wat.toml:5:24: error[WAT5802]: the glob `../y` of `project.exclude` leaves the project
              globs are paths with `*`, `?`, `[a-z]` and `**`
            wat.toml:7:17: error[WAT5802]: `check.deny-warnings` is `true` or `false`, not a string
            wat.toml:8:19: error[WAT5802]: `check.max-diagnostics` is a number from 0, not `-1`
            wat.toml:10:13: error[WAT5802]: `repl.edit-mode` is `"emacs"` or `"vi"`, not `"vim"`
            wat.toml:12:11: error[WAT5802]: `lsp.lint-on` is a string, not a date
        "#]],
    );
}

#[test]
fn text_that_is_no_notation_is_one_finding() {
    told(
        "wat.toml",
        "[fmt\nexclude = \n",
        expect![[r#"
            bad
            wat.toml:1:5: error[WAT5802]: the file is not TOML: unclosed table, expected `]`
        "#]],
    );
    told(
        "wat.edn",
        "{:fmt {:exclude [}",
        expect![[r#"
        bad
        wat.edn:1:1: error[WAT5802]: the file is not EDN: this bracket is never closed
          judging by the layout, `}` is missing
    "#]],
    );
    told(
        "wat.edn",
        "{} {}",
        expect![[r#"
        bad
        wat.edn:1:4: error[WAT5802]: the file holds one map, and this stands behind it
    "#]],
    );
    told(
        "wat.edn",
        "[1]",
        expect![[r#"
        bad
        wat.edn:1:1: error[WAT5802]: the project file is a table of settings, not a list
    "#]],
    );
    told(
        "wat.edn",
        "{:fmt}",
        expect![[r#"
        bad
        wat.edn:1:1: error[WAT5802]: the project file is a table of settings, not a map with a key without value
    "#]],
    );
    told(
        "wat.edn",
        "",
        expect![[r#"
        sound
    "#]],
    );
}

#[test]
fn roots_are_what_the_file_names_and_the_defaults_that_exist() {
    let bare = [("wat.toml", ""), ("src/a.wat", "")];
    assert_eq!(
        Dir::with(&bare).roots(),
        (vec![String::new()], String::new())
    );
    let usual = [
        (
            "wat.toml",
            "[project]\nentries = [\"bin/*.wat\", \"wat/x/*.wat\"]\n",
        ),
        ("wat/a.wat", ""),
        ("wat/x/b.wat", ""),
        ("wat-tests/a.wat", ""),
        ("bin/c.wat", ""),
        ("bin/d/e.wat", ""),
        ("other/f.wat", ""),
    ];
    let roots = ["wat", "wat-tests", "bin/c.wat"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(Dir::with(&usual).roots(), (roots, String::new()));
    let named = [
        (
            "wat.toml",
            "[project]\nsource = [\"./src\", \"gone\"]\nentry = \"app.wat\"\n[test]\npaths = [\"src/tests\"]\n",
        ),
        ("src/tests/a.wat", ""),
        ("app.wat", ""),
        ("wat/ignored.wat", ""),
    ];
    let (roots, missing) = Dir::with(&named).roots();
    assert_eq!(roots, ["src", "app.wat"]);
    expect![[r#"
        wat.toml:2:20: error[WAT5806]: `project.source` names `gone`, and there is no such file or directory
    "#]]
    .assert_eq(&missing);
}

#[test]
fn globs_match_paths() {
    let cases = [
        ("wat/*.wat", "wat/a.wat", true),
        ("wat/*.wat", "wat/b/a.wat", false),
        ("wat/**/*.wat", "wat/a.wat", true),
        ("wat/**/*.wat", "wat/b/c/a.wat", true),
        ("**/gen", "gen", true),
        ("**", "a/b", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false),
        ("[]]x", "]x", true),
        ("*a*b", "xaxxab", true),
        ("*a*b", "xaxxa", false),
        ("./a//b/", "a/b", true),
        ("a", "a/b", false),
        ("ö*", "öl", true),
        ("A", "a", false),
    ];
    for (glob, path, expected) in cases {
        let parsed = Glob::new(glob).expect(glob);
        assert_eq!(parsed.matches(path), expected, "{glob} on {path}");
    }
    let covers = |glob: &str, path: &str| Glob::new(glob).expect(glob).covers(path);
    assert!(covers("a", "a/b/c"));
    assert!(covers("a/*", "a/b/c"));
    assert!(!covers("b", "a/b"));
    let hard = Glob::new(&"*a".repeat(200)).expect("a glob");
    assert!(!hard.matches(&"a".repeat(199)));
    assert!(
        Glob::new(&"**/".repeat(200))
            .expect("a glob")
            .matches(&"a/".repeat(200))
    );
}

#[test]
fn the_size_of_sources_is_told_before_they_are_analysed_also_of_loaded_ones() {
    let root = "(:wat::load-file! \"lib.wat\")\n";
    let library = "(:wat::core::def :lib::a 1)\n(:wat::core::def :lib::b 2)\n";
    let dir = Dir::with(&[("main.wat", root), ("lib.wat", library)]);
    let sizes = RefCell::new(Vec::new());
    let mut db = RootDatabase::new();
    let found = load_each(&mut db, &FsLoader, &[dir.0.join("main.wat")], &|bytes| {
        sizes.borrow_mut().push(bytes);
    });
    assert!(found.iter().all(Result::is_ok));
    let mut sizes = sizes.into_inner();
    sizes.retain(|bytes| *bytes > 0);
    assert_eq!(sizes, [root.len(), library.len()]);
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[\\[\\]{}\"=:.,# \nfmtexcludproj0-9*]{0,60}") {
        for name in ["wat.toml", "wat.edn"] {
            let dir = Dir::with(&[(name, &text)]);
            let reports = match dir.find("") {
                Ok(project) => project.expect("there").warnings,
                Err(bad) => bad.reports,
            };
            lines(&reports, &dir.0);
        }
    }
}
