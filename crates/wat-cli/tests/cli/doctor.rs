//! `wat doctor`.

use super::support::{Dir, command, wat};

#[test]
fn the_doctor_finds_what_the_kernel_needs() {
    let dir = Dir::new();
    let ran = wat(&dir, &["doctor"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    for name in [
        "version",
        "select-backend",
        "fork",
        "close-fds",
        "nofile",
        "cpus",
        "fork-wait",
        "pipe-round-trip",
        "mixed-select",
        "capacity",
        "lifeline-loss",
    ] {
        let line = ran.stdout.lines().find(|line| line[6..].starts_with(name));
        assert!(
            line.is_some_and(|line| line.starts_with("ok ")),
            "{name}: {}",
            ran.stdout
        );
    }
}

#[test]
fn machines_get_the_findings_under_the_keys_of_the_reference() {
    let dir = Dir::new();
    let ran = wat(&dir, &["doctor", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let kernel = record["kernel"].as_object().expect("an object");
    let mut keys: Vec<&str> = kernel.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let wanted = [
        "close-fds",
        "cpus",
        "eventfd",
        "fork",
        "io-uring-features",
        "max-frame-bytes",
        "memlock",
        "nofile-hard",
        "nofile-soft",
        "pidfd",
        "select-backend",
        "select-reason",
        "self-test",
        "timerfd",
    ];
    assert_eq!(keys, wanted);
    assert_eq!(kernel["max-frame-bytes"], 16_777_216);
    assert_eq!(kernel["self-test"]["lifeline-loss"], "ok");
    let ran = wat(&dir, &["doctor", "--format", "edn"]);
    assert!(ran.stdout.contains(":self-test {"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains(":max-frame-bytes 16777216"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_backend_that_was_forced_is_named_with_its_reason() {
    let dir = Dir::new();
    let output = command(&dir)
        .env("WAT_SELECT_BACKEND", "poll")
        .arg("doctor")
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("poll, because of WAT_SELECT_BACKEND=poll"),
        "{text}"
    );
}
