//! Project files: found, read, diagnosed.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::{Expect, expect};
use wat_analysis::RootDatabase;
use wat_driver::{
    BadProject, Glob, Levels, Paths, Project, ProjectChoice, Report, Settings, load_each,
    short_line,
};
use wat_load::FsLoader;
use wat_syntax::{Code, Severity};

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

/// The settings of the member `a` of a workspace.
fn member(workspace: &str, own: &str) -> (Dir, Project) {
    let workspace = format!("{workspace}\n[workspace]\nmembers = [\"a\"]\n");
    let dir = Dir::with(&[
        ("keys.edn", "#wat/Keyring {:v 1 :keys []}"),
        ("wat.toml", &workspace),
        ("a/wat.toml", own),
    ]);
    let project = dir.find("a").expect("sound").expect("there");
    (dir, project)
}

#[test]
fn a_member_inherits_what_its_own_file_does_not_say() {
    let said = "[load]\nrequire = \"digest\"\nkeyring = \"keys.edn\"\nscope = \".\"\n\
        [run]\nstack-limit = \"1 MiB\"\n\
        [concurrency]\nallow-raw-spawn = true\n\
        [check]\ndeny-warnings = true\nmax-diagnostics = 7\n\
        [test]\njobs = 3\nretries = 2\ndeny-leaks = true\ntime-limit = \"1s\"\n\
        prop-time-limit = \"2s\"\nmemory-limit = \"1 GiB\"\nisolation = \"thread\"\n";
    let facts = |project: &Project| {
        let Settings {
            load,
            run,
            check,
            test,
            ..
        } = &project.settings;
        format!(
            "{:?} {} | {:?} {:?} {:?} {:?} | {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            load.require,
            load.keys.is_some(),
            run.stack_limit,
            project.settings.allow_raw_spawn,
            check.deny_warnings,
            check.max_diagnostics,
            test.jobs,
            test.retries,
            test.deny_leaks,
            test.time_limit,
            test.prop_time_limit,
            test.memory_limit,
            test.in_thread,
        )
    };
    let (dir, heir) = member(said, "");
    expect![[r#"Digest true | Some(1048576) Some(true) Some(true) Some(7) | Some(3) Some(2) Some(true) Some(1s) Some(2s) Some(1073741824) Some(true)"#]]
        .assert_eq(&facts(&heir));
    let root = fs::canonicalize(&dir.0).expect("a directory");
    assert_eq!(heir.root, root.join("a"));
    assert_eq!(
        fs::canonicalize(heir.scope(&heir.settings)).ok(),
        Some(root)
    );
    let own = "[load]\nrequire = \"none\"\nkeyring = \"../keys.edn\"\nscope = \".\"\n\
        [run]\nstack-limit = \"2 MiB\"\n\
        [concurrency]\nallow-raw-spawn = false\n\
        [check]\ndeny-warnings = false\nmax-diagnostics = 8\n\
        [test]\njobs = 4\nretries = 5\ndeny-leaks = false\ntime-limit = \"3s\"\n\
        prop-time-limit = \"4s\"\nmemory-limit = \"2 GiB\"\nisolation = \"process\"\n";
    let (_dir, nearest) = member(said, own);
    expect!["Nothing true | Some(2097152) Some(false) Some(false) Some(8) | Some(4) Some(5) Some(false) Some(3s) Some(4s) Some(2147483648) Some(false)"]
        .assert_eq(&facts(&nearest));
    let scope = nearest.scope(&nearest.settings);
    assert_eq!(fs::canonicalize(scope).ok().as_ref(), Some(&nearest.root));
}

#[test]
fn globs_of_a_workspace_stay_relative_to_its_file() {
    let said = "[fmt]\nexclude = [\"a/old/**\"]\n[test]\nexclude = [\"*/slow\"]\n\
        [lint.paths]\n\"a/gen/**\" = { unused = \"off\" }\n\"gen/**\" = { unused = \"deny\" }\n";
    let (_dir, heir) = member(said, "[lint.paths]\n\"gen/b/**\" = { unused = \"note\" }\n");
    let at = |path: &str| heir.root.join(path);
    assert!(heir.excludes_from_fmt(&at("old/x.wat")));
    assert!(!heir.excludes_from_fmt(&at("a/old/x.wat")));
    let slow = &heir.settings.test.exclude[0].value;
    assert!(slow.covers("slow/x.wat") && !slow.covers("wat/slow/x.wat"));
    let matching = |path: &str| {
        let paths = heir.settings.lint.paths.iter();
        let found = paths.filter(|(glob, _)| glob.covers(path));
        found
            .map(|(_, levels)| levels[0].1.word())
            .collect::<Vec<_>>()
    };
    assert_eq!(matching("gen/x.wat"), ["off"]);
    assert_eq!(matching("gen/b/x.wat"), ["off", "note"]);
    let (_dir, nearest) = member(said, "[fmt]\nexclude = [\"new\"]\n");
    assert!(!nearest.excludes_from_fmt(&nearest.root.join("old/x.wat")));
    assert!(nearest.excludes_from_fmt(&nearest.root.join("new/x.wat")));
}

#[test]
fn each_level_is_a_setting_that_is_inherited() {
    let said = "[lint.levels]\nunused = \"off\"\nWAT7103 = \"deny\"\n";
    let (_dir, heir) = member(
        said,
        "[lint.levels]\nWAT7103 = \"warn\"\nunused = \"note\"\n",
    );
    let levels = Levels {
        project: heir.settings.lint.levels.clone(),
        ..Levels::default()
    };
    let severity = |code| levels.severity(Code(code), Severity::Warning, "x.wat");
    assert_eq!(severity(7103), Some(Severity::Warning));
    assert_eq!(severity(7301), Some(Severity::Info));
    let (_dir, heir) = member(said, "[lint.levels]\nWAT7103 = \"warn\"\n");
    assert_eq!(heir.settings.lint.levels.len(), 3);
}

#[test]
fn where_a_project_has_its_files_is_not_inherited() {
    let said = "[project]\nname = \"w\"\nentry = \"m.wat\"\nsource = [\"src\"]\nexclude = [\"a/**\"]\n\
        [test]\npaths = [\"t\"]\n[lint]\nrule-dirs = [\"r\"]\n";
    let (dir, heir) = member(said, "");
    let Settings {
        project,
        test,
        lint,
        ..
    } = &heir.settings;
    assert!(project.entry.is_none() && project.source.is_default() && project.exclude.is_empty());
    assert!(test.paths.is_default() && lint.rule_dirs.is_default());
    drop(dir);
}

#[test]
fn only_members_inherit_and_only_they_see_what_is_wrong_with_the_workspace() {
    let workspace = "[concurrency]\nallow-raw-spawn = true\n[load]\nscop = \".\"\n[workspace]\nmembers = [\"c/*\"]\n";
    let edn = "{:concurrency {:allow-raw-spawn true} :workspace {:members [\"e\"]}}";
    let bad = "[check]\ndeny-warnings = 1\n[workspace]\nmembers = [\"m\"]\n";
    let dir = Dir::with(&[
        ("wat.toml", workspace),
        ("other/wat.toml", ""),
        ("c/in/wat.toml", ""),
        ("c/in/deep/wat.toml", ""),
        ("x/wat.edn", edn),
        ("x/e/wat.edn", "{}"),
        ("bad/wat.toml", bad),
        ("bad/m/wat.toml", ""),
        ("bad/n/wat.toml", ""),
    ]);
    let allows = |from: &str| {
        let project = dir.find(from).expect("sound").expect("there");
        project.settings.allow_raw_spawn
    };
    assert_eq!(allows("other"), None);
    assert_eq!(allows("c/in/file.wat"), Some(true));
    assert_eq!(allows("c/in/deep"), None);
    assert_eq!(allows("x/e"), Some(true));
    assert_eq!(allows("bad/n"), None);
    let member = dir.find("c/in").expect("sound").expect("there");
    assert!(member.warnings.is_empty());
    let workspace = member.workspace.expect("a workspace");
    assert!(lines(&workspace.warnings, &dir.0).contains("wat.toml:4:1: warning[WAT5801]"));
    let wrong = dir.find("bad/m").expect_err("a bad workspace");
    expect![[r#"
        bad/wat.toml:2:17: error[WAT5802]: `check.deny-warnings` is `true` or `false`, not an integer
    "#]]
    .assert_eq(&lines(&wrong.reports, &fs::canonicalize(&dir.0).expect("there")));
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
fn keys_inside_settings_and_commands_are_judged_too() {
    told(
        "wat.toml",
        "[lsp]\ninlay-hints = { type = true, parameters = 1 }\n[commands]\ndeploy = \":calc::deploy\"\nbad = 7\nworse = \"calc deploy\"\n",
        expect![[r#"
            bad
            wat.toml:2:17: warning[WAT5801]: `lsp.inlay-hints.type` is no setting
              did you mean `lsp.inlay-hints.types`?
            wat.toml:2:43: error[WAT5802]: `lsp.inlay-hints.parameters` is `true` or `false`, not an integer
            wat.toml:5:7: error[WAT5802]: `commands.bad` is a string, not an integer
            wat.toml:6:9: error[WAT5802]: `commands.worse` is the path of a function such as `:calc::deploy::main`, not `calc deploy`
        "#]],
    );
    told(
        "wat.edn",
        "{:fmt {:exclude []}\n :lsp {:inlay-hints {:types true :types false :short-name true}}\n :fmt {} 7 8}",
        expect![[r#"
            bad
            wat.edn:2:34: error[WAT5802]: the key `:types` stands twice in one map
            wat.edn:3:2: error[WAT5802]: the key `:fmt` stands twice in one map
            wat.edn:3:10: error[WAT5802]: a key of a project file is a keyword such as `:entry`
        "#]],
    );
}

#[test]
fn thresholds_coverage_and_extensions_are_judged() {
    told(
        "wat.toml",
        "[lint.thresholds]\n\"complectens/body-lenght\" = [1, 2]\n\"complectens/binding-count\" = [10]\n\
         \"perspicere/type-depth\" = 3\n\"complectens/body-length\" = [50, 30]\n\
         [coverage]\nmin = { lines = 90, branch = 80.5, function = 101 }\nallow-drop = \"much\"\n\
         formats = [\"edn\", \"pdf\"]\ngroups = [{ name = \"core\", patern = \"x\" }, 3]\n\
         [extensions]\nlru = { path = \"../wat-lru\", version = \"1\" }\nold = \"../old\"\n",
        expect![[r#"
            bad
            wat.toml:2:1: warning[WAT5801]: `lint.thresholds.complectens/body-lenght` is no setting
              did you mean `lint.thresholds.complectens/body-length`?
            wat.toml:3:31: error[WAT5802]: `lint.thresholds.complectens/binding-count` is a number from 0, not a list
            wat.toml:5:29: error[WAT5802]: `lint.thresholds.complectens/body-length` is a list of two numbers from 0, the smaller one first
            wat.toml:7:9: warning[WAT5801]: `coverage.min.lines` is no setting
              did you mean `coverage.min.line`?
            wat.toml:7:47: error[WAT5903]: `coverage.min.function` is a number from 0 to 100, not `101`
            wat.toml:8:14: error[WAT5903]: `coverage.allow-drop` is a number from 0 to 100, not a string
            wat.toml:9:19: error[WAT5903]: `coverage.formats[]` is `"summary"` or `"edn"` or `"json"` or `"lcov"` or `"cobertura"` or `"html"`, not `"pdf"`
            wat.toml:10:28: warning[WAT5801]: `coverage.groups[].patern` is no setting
              did you mean `coverage.groups[].pattern`?
            wat.toml:10:44: error[WAT5903]: `coverage.groups[]` is a table, not an integer
            wat.toml:12:30: warning[WAT5801]: `extensions.lru.version` is no setting
            wat.toml:13:7: error[WAT5802]: `extensions.old` is a table, not a string
        "#]],
    );
    told(
        "wat.edn",
        "{:lint {:thresholds {:perspicere/type-depth -1}} :coverage {:min {:line 90.5 :file-line 120.0}}\n \
         :extensions {:lru {:paths \"../wat-lru\"}}}",
        expect![[r#"
            bad
            wat.edn:1:45: error[WAT5802]: `lint.thresholds.perspicere/type-depth` is a number from 0, not `-1`
            wat.edn:1:89: error[WAT5903]: `coverage.min.file-line` is a number from 0 to 100, not `120`
            wat.edn:2:21: warning[WAT5801]: `extensions.lru.paths` is no setting
              did you mean `extensions.lru.path`?
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
