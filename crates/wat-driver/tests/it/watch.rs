//! Directories that are watched: what comes and goes is told as soon as it has happened.

use std::fs;
use std::path::{Path, PathBuf};

use wat_driver::{Changes, Watch};

/// A directory of a test, empty.
fn directory(name: &str) -> PathBuf {
    let path =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a directory");
    path
}

fn changed<const N: usize>(paths: [PathBuf; N]) -> Changes {
    Changes {
        paths: paths.into_iter().collect(),
        is_partial: false,
    }
}

#[test]
fn a_directory_alone_tells_what_comes_into_it() {
    let root = directory("shallow");
    let mut watch = Watch::new().expect("a watch");
    assert!(watch.add_directory(&root).expect("it is watched"));
    assert!(!watch.add_directory(&root).expect("it is watched"));
    fs::create_dir(root.join("in")).expect("a directory");
    fs::write(root.join("in/a"), "a").expect("a file");
    fs::write(root.join("b"), "b").expect("a file");
    let told = watch.changes().expect("changes");
    assert_eq!(told, changed([root.join("in"), root.join("b")]));
    // What can be read again is told, and what is read is not.
    fs::read(root.join("b")).expect("a file");
    assert!(watch.changes().expect("changes").is_empty());
    fs::remove_dir_all(root.join("in")).expect("it is there");
    assert!(watch.changes().expect("changes").is_partial);
    fs::remove_dir_all(&root).expect("it is there");
}

#[test]
fn a_directory_that_goes_is_told_and_can_be_watched_again() {
    let root = directory("going");
    let inner = root.join("in");
    let mut watch = Watch::new().expect("a watch");
    for goes in [
        (|root: &Path| fs::remove_dir(root.join("in"))) as fn(&Path) -> std::io::Result<()>,
        |root| fs::rename(root.join("in"), root.join("out")),
    ] {
        fs::create_dir(&inner).expect("a directory");
        assert!(watch.add_directory(&inner).expect("it is watched"));
        goes(&root).expect("it goes");
        assert!(watch.changes().expect("changes").is_partial);
        assert!(watch.add_directory(&inner).is_err());
    }
    fs::create_dir(&inner).expect("a directory");
    assert!(watch.add_directory(&inner).expect("it is watched"));
    fs::write(inner.join("a"), "a").expect("a file");
    fs::write(root.join("out/a"), "a").expect("a file");
    assert_eq!(
        watch.changes().expect("changes"),
        changed([inner.join("a")])
    );
    fs::remove_dir_all(&root).expect("it is there");
}
