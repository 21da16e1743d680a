//! Programs of several files.

use std::fs;
use std::os::unix::fs::symlink;

use super::support::{Dir, fed, main_of, wat};

fn show(name: &str) -> String {
    main_of(&format!("(:wat::kernel::println {name})"))
}

#[test]
fn paths_are_relative_to_the_file_that_loads() {
    let main = format!("(:wat::load-file! \"lib/a.wat\")\n{}", show("(:a::f 40)"));
    let dir = Dir::with(&[
        ("app/main.wat", &main),
        (
            "app/lib/a.wat",
            "(:wat::load-file! \"b.wat\")\n(:wat::core::defn :a::f [n <- :wat::core::i64] -> :wat::core::i64 (:b::f (:wat::core::i64::+ n 1)))",
        ),
        (
            "app/lib/b.wat",
            "(:wat::load-file! \"../lib/./b2.wat\")\n(:wat::core::defn :b::f [n <- :wat::core::i64] -> :wat::core::i64 (:b2::inc n))",
        ),
        (
            "app/lib/b2.wat",
            "(:wat::core::defn :b2::inc [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ n 1))",
        ),
    ]);
    let absolute = dir.path().join("app/main.wat");
    let absolute = absolute.to_str().expect("UTF-8");
    for words in [
        &["run", "app/main.wat"][..],
        &["run", "./app/../app/main.wat"],
        &["-C", "app/lib", "run", "../main.wat"],
        &["run", "--scope", "app", "app/main.wat"],
        &["run", absolute],
    ] {
        let ran = wat(&dir, words);
        assert_eq!(
            (ran.status, &*ran.stdout),
            (0, "42\n"),
            "{words:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn standard_input_loads_from_the_root_or_the_working_directory() {
    let main = format!("(:wat::load-file! \"a.wat\")\n{}", show(":a::x"));
    let dir = Dir::with(&[
        ("a.wat", "(:wat::core::def :a::x 1)"),
        ("sub/a.wat", "(:wat::core::def :a::x 2)"),
    ]);
    assert_eq!(fed(&dir, &["run", "-"], &main).stdout, "1\n");
    assert_eq!(
        fed(&dir, &["run", "--scope", "sub", "-"], &main).stdout,
        "2\n"
    );
}

#[test]
fn a_scope_is_not_left_by_dots_links_or_absolute_paths() {
    let dir = Dir::with(&[
        ("app/main.wat", ""),
        ("secret.wat", "(:wat::core::def :s::x 1)"),
    ]);
    symlink(
        dir.path().join("secret.wat"),
        dir.path().join("app/link.wat"),
    )
    .expect("a link");
    let absolute = dir.path().join("secret.wat");
    for path in [
        "../secret.wat",
        "link.wat",
        absolute.to_str().expect("UTF-8"),
        "../none.wat",
    ] {
        let text = format!("(:wat::load-file! \"{path}\")\n{}", show(":s::x"));
        fs::write(dir.path().join("app/main.wat"), text).expect("a file");
        let ran = wat(
            &dir,
            &["--format", "short", "run", "--scope", "app", "app/main.wat"],
        );
        assert_eq!(ran.status, 3, "{path}");
        assert!(ran.stdout.contains("WAT5004"), "{path}: {}", ran.stdout);
        assert_eq!(ran.stdout.lines().count(), 1, "{path}: {}", ran.stdout);
    }
}

#[test]
fn a_link_is_the_file_that_it_leads_to() {
    let main = format!(
        "(:wat::load-file! \"a.wat\")\n(:wat::load-file! \"link.wat\")\n{}",
        show(":a::x")
    );
    let dir = Dir::with(&[("main.wat", &main), ("a.wat", "(:wat::core::def :a::x 1)")]);
    symlink("a.wat", dir.path().join("link.wat")).expect("a link");
    assert_eq!(wat(&dir, &["run", "main.wat"]).stdout, "1\n");
    // A link to the entry is the entry: loading it is a cycle.
    fs::remove_file(dir.path().join("link.wat")).expect("the link");
    symlink("main.wat", dir.path().join("link.wat")).expect("a link");
    let ran = wat(&dir, &["--format", "short", "run", "link.wat"]);
    assert!(
        ran.stdout.contains("main.wat:2:19: error[WAT5003]"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_no_readable_text_is_told_at_the_load() {
    let dir = Dir::with(&[("main.wat", ""), ("lib/x.wat", "")]);
    fs::write(dir.path().join("latin.wat"), b"; \xe9").expect("a file");
    for (path, code) in [
        ("lib", "WAT5017"),
        ("latin.wat", "WAT5017"),
        ("none.wat", "WAT5002"),
        ("/dev/zero", "WAT5017"),
    ] {
        let text = format!("(:wat::load-file! \"{path}\")\n{}", show(":a::x"));
        fs::write(dir.path().join("main.wat"), text).expect("a file");
        let ran = wat(&dir, &["--format", "short", "run", "main.wat"]);
        assert_eq!(ran.status, 3, "{path}");
        assert!(
            ran.stdout
                .contains(&format!("main.wat:1:19: error[{code}]")),
            "{path}: {}",
            ran.stdout
        );
        assert_eq!(ran.stdout.lines().count(), 1, "{path}: {}", ran.stdout);
    }
}

#[test]
fn payloads_are_read_from_files() {
    let main = format!(
        "(:wat::digest-load! \"lib/two.wat\" :wat::verify::address-blake3 :wat::verify::file-path \"lib/two.b3\")\n{}",
        show(":lib::two")
    );
    let dir = Dir::with(&[
        ("main.wat", &main),
        ("lib/two.wat", "(:wat::core::def :lib::two 2) ; two\n"),
        (
            "lib/two.b3",
            "b3:33e97d21fea62f3b033223db48ba7e32ecaaaaff63cd3808ea4a910799e702f4\n",
        ),
    ]);
    let ran = wat(&dir, &["run", "main.wat"]);
    assert_eq!((ran.status, &*ran.stdout), (0, "2\n"), "{}", ran.stderr);
}

#[test]
fn an_input_of_a_session_can_load() {
    let dir = Dir::with(&[("a.wat", "(:wat::core::def :a::x 41)")]);
    let ran = fed(
        &dir,
        &["repl"],
        "(:wat::load-file! \"a.wat\")\n(:wat::core::i64::+ :a::x 1)\n",
    );
    assert!(ran.stdout.contains("42"), "{} {}", ran.stdout, ran.stderr);
}

#[test]
fn a_project_says_how_loaded_files_are_verified() {
    const SIGNATURE: &str =
        "qGL12GklFuqcHSCO5GSqFJNUV79jJ9anc30/C7TX+34XnfmgE23MUwA/1cgm5pK7i6VVIAKkpUpdQzuguHI7Ag==";
    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let keyring = |key: &str| {
        format!("#wat/Keyring {{:v 1 :keys [{{:name \"ann\" :key \"{key}\" :role :dev}}]}}")
    };
    let signed = format!(
        "(:wat::signed-load! \"two.wat\" :wat::verify::signed-ed25519 :wat::verify::string \"{SIGNATURE}\" :wat::verify::string \"{KEY}\")\n{}",
        show(":lib::two")
    );
    let plain = format!("(:wat::load-file! \"two.wat\")\n{}", show(":lib::two"));
    let dir = Dir::with(&[
        ("two.wat", "(:wat::core::def :lib::two 2)"),
        ("signed.wat", &signed),
        ("plain.wat", &plain),
        ("keys/trusted.edn", &keyring(KEY)),
    ]);
    let settings = |text: &str| {
        fs::write(dir.path().join("wat.toml"), text).expect("the project file is written");
    };
    let told = |file: &str, code: &str| {
        let ran = wat(&dir, &["run", file]);
        assert_eq!(ran.status, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains(code), "{file}: {}", ran.stderr);
    };
    settings("[load]\nrequire = \"digest\"\n");
    told("plain.wat", "WAT5016");
    settings("[load]\nrequire = \"signature\"\nkeyring = \"keys/trusted.edn\"\n");
    told("plain.wat", "WAT5016");
    assert_eq!(wat(&dir, &["run", "signed.wat"]).stdout, "2\n");
    fs::write(dir.path().join("keys/trusted.edn"), keyring(OTHER)).expect("the keyring is written");
    told("signed.wat", "WAT5015");
    // A keyring that cannot be read makes the project file a bad one.
    settings("[load]\nkeyring = \"keys/none.edn\"\n");
    let ran = wat(&dir, &["run", "plain.wat"]);
    assert_eq!(ran.status, 78, "{}", ran.stderr);
    assert!(ran.stderr.contains("WAT5802"), "{}", ran.stderr);
}
