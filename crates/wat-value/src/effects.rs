//! Which natives touch the world: output, channels, threads, processes, files. None of them may run while the values of
//! a program are evaluated.

/// Natives of the kernel that only make or take apart values, or end the thread that calls them.
const HARMLESS: [&str; 8] = [
    ":wat::kernel::assertion-failed!",
    ":wat::kernel::raise!",
    ":wat::kernel::extract-panics",
    ":wat::kernel::drain-lines",
    ":wat::kernel::ThreadDiedError/message",
    ":wat::kernel::ThreadDiedError/to-failure",
    ":wat::kernel::ProcessDiedError/message",
    ":wat::kernel::ProcessDiedError/to-failure",
];

/// Does the native of this path have an effect that only a started program may have?
pub fn has_effect(path: &str) -> bool {
    if path.starts_with(":wat::kernel::") {
        return !HARMLESS.contains(&path);
    }
    // Streams in memory are values; files are not.
    let file = |name: &str| {
        ["file", "TempFile", "TempDir", "list-dir"]
            .iter()
            .any(|word| name.contains(word))
    };
    path.strip_prefix(":wat::io::").is_some_and(file)
        || path.strip_prefix(":wat::eval-").is_some_and(file)
}

#[cfg(test)]
mod tests {
    use super::has_effect;

    #[test]
    fn output_and_files_are_effects_and_panics_are_none() {
        for path in [
            ":wat::kernel::println",
            ":wat::kernel::send",
            ":wat::kernel::spawn-thread",
            ":wat::io::read-file",
            ":wat::io::IOWriter/open-file",
            ":wat::io::TempDir/new",
            ":wat::eval-file!",
        ] {
            assert!(has_effect(path), "{path}");
        }
        for path in [
            ":wat::kernel::assertion-failed!",
            ":wat::kernel::raise!",
            ":wat::io::IOWriter/new",
            ":wat::core::i64::+",
            ":wat::time::now",
            ":wat::config::dim-count",
        ] {
            assert!(!has_effect(path), "{path}");
        }
    }
}
