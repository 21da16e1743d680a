//! `wat fmt`.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use expect_test::expect;

use super::support::{Dir, fed, wat};

const UGLY: &str = "(:wat::core::def :my::one   1)\n(:wat::core::do (a) (b))\n";
const NICE: &str = "(:wat::core::def :my::one 1)\n\n(:wat::core::do\n  (a)\n  (b))\n";
const BROKEN: &str = "(:my::f [1 2)\n";

fn read(dir: &Dir, name: &str) -> String {
    fs::read_to_string(dir.path().join(name)).expect("the file is there")
}

#[test]
fn files_and_directories_are_formatted_in_place() {
    let files = [
        ("a.wat", UGLY),
        ("b/c.wat", UGLY),
        ("b/d.txt", UGLY),
        (".hidden/e.wat", UGLY),
        ("f.txt", UGLY),
    ];
    let dir = Dir::with(&files);
    let ran = wat(&dir, &["fmt", "a.wat", "b", "f.txt"]);
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, "", ""));
    let now = files.map(|(name, _)| read(&dir, name));
    assert_eq!(now, [NICE, NICE, UGLY, UGLY, NICE]);
    assert_eq!(wat(&dir, &["fmt", "--check", "a.wat", "b"]).status, 0);
    assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 4);
}

#[test]
fn without_paths_the_directory_is_formatted() {
    let dir = Dir::with(&[("a.wat", UGLY), ("b/c.wat", UGLY)]);
    assert_eq!(wat(&dir, &["fmt"]).status, 0);
    assert_eq!([read(&dir, "a.wat"), read(&dir, "b/c.wat")], [NICE, NICE]);
}

#[test]
fn modes_and_links_stay_and_formatted_files_are_not_written() {
    let dir = Dir::with(&[("a.wat", UGLY), ("b.wat", NICE)]);
    let a = dir.path().join("a.wat");
    fs::set_permissions(&a, fs::Permissions::from_mode(0o741)).expect("mode");
    // Only root may give files away.
    let owner = match chown(&a, Some(4711), Some(4712)) {
        Ok(()) => Some((4711, 4712)),
        Err(_) => None,
    };
    symlink("a.wat", dir.path().join("link.wat")).expect("link");
    let before = fs::metadata(dir.path().join("b.wat"))
        .and_then(|file| file.modified())
        .expect("time");
    assert_eq!(wat(&dir, &["fmt", "link.wat", "b.wat"]).status, 0);
    assert_eq!(read(&dir, "a.wat"), NICE);
    assert!(dir.path().join("link.wat").is_symlink());
    assert_eq!(
        fs::metadata(&a).expect("there").permissions().mode() & 0o7777,
        0o741
    );
    let now = fs::metadata(&a).expect("there");
    assert!(owner.is_none_or(|owner| owner == (now.uid(), now.gid())));
    let after = fs::metadata(dir.path().join("b.wat"))
        .and_then(|file| file.modified())
        .expect("time");
    assert_eq!(before, after);
}

#[test]
fn check_names_the_files_and_writes_nothing() {
    let dir = Dir::with(&[("a.wat", UGLY), ("b.wat", NICE), ("c.wat", UGLY)]);
    let ran = wat(&dir, &["fmt", "--check"]);
    assert_eq!(
        (ran.status, &*ran.stdout, &*ran.stderr),
        (1, "a.wat\nc.wat\n", "")
    );
    assert_eq!(read(&dir, "a.wat"), UGLY);
}

#[test]
fn diff_shows_what_would_change() {
    let dir = Dir::with(&[(
        "a.wat",
        "(x)\n\n(y)\n\n(z)\n\n(:wat::core::do\n  (a)\n  (b   c))\n\n(w)\n",
    )]);
    let ran = wat(&dir, &["fmt", "--diff", "a.wat"]);
    assert_eq!(ran.status, 1);
    expect![[r#"
        --- a/a.wat
        +++ b/a.wat
        @@ -6,6 +6,6 @@
         
         (:wat::core::do
           (a)
        -  (b   c))
        +  (b c))
         
         (w)
    "#]]
    .assert_eq(&ran.stdout);
    let ran = fed(
        &dir,
        &["fmt", "--diff", "--stdin", "--stdin-path", "x.wat"],
        UGLY,
    );
    expect![[r#"
        --- a/x.wat
        +++ b/x.wat
        @@ -1,2 +1,5 @@
        -(:wat::core::def :my::one   1)
        -(:wat::core::do (a) (b))
        +(:wat::core::def :my::one 1)
        +
        +(:wat::core::do
        +  (a)
        +  (b))
    "#]]
    .assert_eq(&ran.stdout);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let dir = Dir::new();
    let ran = fed(&dir, &["fmt", "--stdin"], UGLY);
    assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, NICE, ""));
    let ran = fed(
        &dir,
        &["fmt", "--stdin", "--check", "--stdin-path", "x.wat"],
        UGLY,
    );
    assert_eq!((ran.status, &*ran.stdout), (1, "x.wat\n"));
    assert_eq!(fed(&dir, &["fmt", "--stdin", "--check"], NICE).status, 0);
}

#[test]
fn a_file_with_a_reader_error_is_65_and_stays() {
    let dir = Dir::with(&[("a.wat", BROKEN), ("b.wat", UGLY)]);
    let ran = wat(&dir, &["fmt", "a.wat", "b.wat"]);
    assert_eq!((ran.status, &*ran.stdout), (65, ""));
    assert!(ran.stderr.starts_with("error[WAT103"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .ends_with("wat fmt: a.wat: not formatted (1 syntax errors)\n"),
        "{}",
        ran.stderr
    );
    assert_eq!([read(&dir, "a.wat"), read(&dir, "b.wat")], [BROKEN, NICE]);
    let ran = fed(&dir, &["fmt", "--stdin"], BROKEN);
    assert_eq!((ran.status, &*ran.stdout), (65, ""));
    assert_eq!(wat(&dir, &["fmt", "--check"]).status, 65);
}

#[test]
fn a_missing_file_is_66_and_the_others_are_formatted() {
    let dir = Dir::with(&[("b.wat", UGLY), ("c.wat", BROKEN)]);
    let ran = wat(&dir, &["fmt", "a.wat", "b.wat", "c.wat"]);
    assert_eq!(ran.status, 66);
    assert!(
        ran.stderr
            .starts_with("wat fmt: a.wat: no such file or directory\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(read(&dir, "b.wat"), NICE);
}

#[test]
fn contradictions_are_64() {
    let dir = Dir::new();
    for args in [
        &["fmt", "--check", "--diff"][..],
        &["fmt", "--stdin", "a.wat"],
        &["fmt", "--stdin-path", "a.wat"],
    ] {
        assert_eq!(wat(&dir, args).status, 64, "{args:?}");
    }
}

#[test]
fn without_paths_the_roots_of_the_project_are_formatted() {
    let dir = Dir::with(&[
        (
            "p/wat.toml",
            "[fmt]\nexclude = [\"wat/gen/**\", \"wat/*.skip.wat\"]\n",
        ),
        ("p/wat/a.wat", UGLY),
        ("p/wat/b.skip.wat", UGLY),
        ("p/wat/gen/c.wat", UGLY),
        ("p/wat-tests/d.wat", UGLY),
        ("p/other/e.wat", UGLY),
        ("f.wat", UGLY),
    ]);
    let ran = wat(&dir, &["-C", "p/wat-tests", "fmt", "--check"]);
    let full = |name: &str| format!("{}\n", dir.path().join(name).display());
    assert_eq!(ran.stdout, full("p/wat/a.wat") + "d.wat\n");
    let ran = wat(&dir, &["fmt", "--project", "p", "--check"]);
    assert_eq!(ran.stdout, "p/wat/a.wat\np/wat-tests/d.wat\n");
    let ran = wat(&dir, &["-C", "p", "fmt"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    let now = |name: &str| read(&dir, name) == NICE;
    assert!(now("p/wat/a.wat") && now("p/wat-tests/d.wat"));
    assert!(!now("p/wat/b.skip.wat") && !now("p/wat/gen/c.wat") && !now("p/other/e.wat"));
    // A directory is walked with the excludes of its project, a file named explicitly is formatted.
    assert_eq!(wat(&dir, &["fmt", "p"]).status, 0);
    assert!(now("p/other/e.wat") && !now("p/wat/gen/c.wat"));
    assert_eq!(wat(&dir, &["fmt", "p/wat/gen/c.wat"]).status, 0);
    assert!(now("p/wat/gen/c.wat") && !now("p/wat/b.skip.wat"));
    assert_eq!(wat(&dir, &["fmt", "--no-project", "p"]).status, 0);
    assert!(now("p/wat/b.skip.wat"));
}

#[test]
fn standard_input_under_an_excluded_name_stays() {
    let dir = Dir::with(&[("wat.toml", "fmt = { exclude = [\"gen\"] }\n")]);
    let args = ["fmt", "--stdin", "--stdin-path", "gen/a.wat"];
    let ran = fed(&dir, &args, UGLY);
    assert_eq!((ran.status, &*ran.stdout), (0, UGLY));
    let ran = fed(&dir, &[&args[..], &["--check"]].concat(), UGLY);
    assert_eq!((ran.status, &*ran.stdout), (0, ""));
    let ran = fed(&dir, &["fmt", "--stdin", "--stdin-path", "a.wat"], UGLY);
    assert_eq!((ran.status, &*ran.stdout), (0, NICE));
}

#[test]
fn a_bad_project_file_is_78() {
    let bad = "[fmt]\nexclude = \"x\"\n";
    let dir = Dir::with(&[
        ("wat.toml", bad),
        ("wat/a.wat", UGLY),
        ("b/wat.toml", "[fmt]\nexclud = []\n"),
        ("b/wat/c.wat", UGLY),
        ("d/wat/e.wat", UGLY),
    ]);
    let ran = wat(&dir, &["fmt"]);
    assert_eq!((ran.status, &*ran.stdout), (78, ""));
    expect![[r#"
        error[WAT5802]: `fmt.exclude` is a list of strings, not a string
           ╭─[ wat.toml:2:11 ]
           │
         2 │ exclude = "x"
           │           ─┬─
           │            ╰─── this is a string
           ╰── wat explain WAT5802

    "#]]
    .assert_eq(&ran.stderr);
    assert_eq!(read(&dir, "wat/a.wat"), UGLY);
    let ran = wat(&dir, &["fmt", "--format", "short", "b", "d", "wat/a.wat"]);
    assert_eq!(ran.status, 78);
    expect![[r#"
        b/wat.toml:2:1: warning[WAT5801]: `fmt.exclud` is no setting
        wat.toml:2:11: error[WAT5802]: `fmt.exclude` is a list of strings, not a string
    "#]]
    .assert_eq(&ran.stderr);
    let now = ["b/wat/c.wat", "d/wat/e.wat", "wat/a.wat"].map(|name| read(&dir, name));
    assert_eq!(now, [NICE, UGLY, NICE]);
    assert_eq!(wat(&dir, &["fmt", "--no-project"]).status, 0);
}

#[test]
fn what_a_newcomer_tries_is_answered() {
    let dir = Dir::with(&[("empty/readme.txt", "hello"), ("a.wat", UGLY)]);
    let ran = wat(&dir, &["fmt", "empty"]);
    assert_eq!((ran.status, &*ran.stdout), (0, ""));
    assert_eq!(ran.stderr, "wat fmt: empty: there are no wat files here\n");
    assert_eq!(wat(&dir, &["-q", "fmt", "empty"]).stderr, "");
    let ran = fed(&dir, &["fmt", "-"], UGLY);
    assert_eq!((ran.status, &*ran.stdout), (0, NICE));
    let ran = wat(&dir, &["fmt", "-", "a.wat"]);
    assert_eq!(ran.status, 64);
    let ran = wat(&dir, &["fmt", "/dev/null"]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (66, "wat fmt: /dev/null: not a regular file\n")
    );
    symlink("nowhere", dir.path().join("dangling.wat")).expect("a link");
    assert_eq!(wat(&dir, &["fmt", "dangling.wat"]).status, 66);
    let ran = wat(&dir, &["fmt", "--chek"]);
    assert_eq!(ran.status, 64);
    assert!(ran.stderr.contains("--check"), "{}", ran.stderr);
    let ran = wat(&dir, &["fmt", "a.wat", "./a.wat", "."]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert_eq!(read(&dir, "a.wat"), NICE);
}

#[test]
fn links_in_directories_are_passed_over() {
    let dir = Dir::with(&[("a/x.wat", UGLY), ("b/c/y.wat", UGLY)]);
    symlink("../../b/c/y.wat", dir.path().join("a/link.wat")).expect("a link");
    symlink("../b", dir.path().join("a/b")).expect("a link");
    assert_eq!(wat(&dir, &["fmt", "a"]).status, 0);
    assert_eq!(
        [read(&dir, "a/x.wat"), read(&dir, "b/c/y.wat")],
        [NICE, UGLY]
    );
}

#[test]
fn the_findings_of_the_reader_come_in_every_format() {
    let dir = Dir::with(&[("a.wat", BROKEN)]);
    let ran = wat(&dir, &["fmt", "--format", "json", "a.wat"]);
    assert!(
        ran.stderr
            .starts_with("{\"kind\":\"diagnostic\",\"code\":\"WAT103"),
        "{}",
        ran.stderr
    );
    let ran = wat(&dir, &["fmt", "--format", "short", "a.wat"]);
    assert!(ran.stderr.starts_with("a.wat:1:"), "{}", ran.stderr);
}
