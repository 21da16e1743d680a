//! `wat fmt`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

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
