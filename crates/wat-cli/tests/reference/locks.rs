//! What the sources of the running parts may not contain (05 Z4, P14 to P16): locks that a child could meet after a
//! fork, and calls that execute another image.

use std::fs;
use std::path::Path;

use super::root;

/// The crates whose code runs in programs and their children.
const RUNTIME: [&str; 3] = ["wat-kernel", "wat-runtime", "wat-value"];
const LOCKS: [&str; 6] = [
    "Mutex",
    "RwLock",
    "Condvar",
    "Barrier",
    "static mut",
    "parking_lot",
];
const CALLS: [&str; 10] = [
    "Command::new",
    "std::process::Command",
    "process::Command",
    "current_exe",
    "posix_spawn",
    "libc::exec",
    "libc::system",
    "execve",
    "execvp",
    "fexecve",
];

/// The code of a crate, without comments: path and lines.
fn sources(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).expect("the directory can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            found.push((path.display().to_string(), code.join("\n")));
        }
    }
}

#[test]
fn the_runtime_has_no_locks_and_executes_nothing() {
    let mut found = Vec::new();
    for name in RUNTIME {
        sources(&root().join("crates").join(name).join("src"), &mut found);
    }
    assert!(found.len() > 50);
    let mut wrong = Vec::new();
    for (path, code) in &found {
        for word in LOCKS.iter().chain(&CALLS) {
            if code.contains(word) {
                wrong.push(format!("`{word}` stands in {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_hermetic_sandbox_is_written_in_wat() {
    let natives = wat_runtime::native_names();
    assert!(!natives.contains(&":wat::kernel::run-sandboxed-hermetic-ast"));
    let text = fs::read_to_string(root().join("wat/kernel/bracket.wat")).expect("the library");
    let definition = ":wat::core::defn :wat::kernel::run-sandboxed-hermetic-ast";
    assert!(text.contains(definition));
    // It is made of smaller functions of the same file.
    for verb in [":wat::kernel::fork-with-forms", ":wat::kernel::wait-child"] {
        assert!(text.contains(verb), "{verb}");
    }
}
