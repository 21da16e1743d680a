//! `wat fmt` killed at random moments: every file is the old one or the new one, whole.
//!
//! `WAT_FMT_KILLS` says at how many moments; 200 for a release, fewer in every run of the tests.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::support::{Dir, command, wat};

const FILES: usize = 60;
const QUICK: usize = 25;

fn old(number: usize) -> String {
    let form = format!("(:wat::core::def :my::n{number}   {number})\n(:wat::core::do (a) (b))\n");
    form.repeat(1 + number % 7 * 40)
}

fn new(number: usize) -> String {
    let old = wat_syntax::SourceText::new(old(number));
    wat_fmt::format(&old).expect("it reads")
}

fn name(number: usize) -> String {
    format!("d{}/f{number}.wat", number % 5)
}

fn mode(number: usize) -> u32 {
    [0o644, 0o600, 0o755, 0o444, 0o640][number % 5]
}

/// Everything in the tree: links with what they name, files with their content.
fn tree(root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(root).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_symlink() {
            let target = fs::read_link(&path).expect("a link");
            found.insert(name, target.to_string_lossy().into_owned().into_bytes());
        } else if path.is_dir() {
            tree(&path, found);
        } else {
            found.insert(name, fs::read(&path).expect("readable"));
        }
    }
}

fn temporaries(dir: &Dir) -> Vec<String> {
    let mut found = BTreeMap::new();
    tree(dir.path(), &mut found);
    found
        .into_keys()
        .filter(|name| name.contains("/.wat-fmt-"))
        .collect()
}

/// Waits until the process ends or the moment has come; true if it has ended.
fn ended_before(child: &mut Child, moment: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < moment {
        if child.try_wait().expect("a child").is_some() {
            return true;
        }
        std::hint::spin_loop();
    }
    false
}

struct Site {
    dir: Dir,
    olds: Vec<String>,
    news: Vec<String>,
}

impl Site {
    fn new() -> Site {
        let site = Site {
            dir: Dir::new(),
            olds: (0..FILES).map(old).collect(),
            news: (0..FILES).map(new).collect(),
        };
        for number in 0..FILES {
            let path = site.dir.path().join(name(number));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        }
        symlink("f1.wat", site.dir.path().join("d1/link")).expect("a link");
        site
    }

    /// All files old again.
    fn reset(&self) {
        for (number, text) in self.olds.iter().enumerate() {
            let path = self.dir.path().join(name(number));
            if path.exists() {
                fs::remove_file(&path).expect("removable");
            }
            fs::write(&path, text).expect("writable");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode(number))).expect("a mode");
        }
    }

    /// How many files are new; every other one is old, and the modes, owners and links are what they were.
    fn changed(&self) -> usize {
        let owner = fs::metadata(self.dir.path()).expect("a directory");
        let mut changed = 0;
        for (number, (old, new)) in self.olds.iter().zip(&self.news).enumerate() {
            let path = self.dir.path().join(name(number));
            let text = fs::read_to_string(&path).expect("the file is there");
            assert!(
                text == *old || text == *new,
                "{} is neither",
                path.display()
            );
            changed += usize::from(text == *new);
            let data = fs::metadata(&path).expect("there");
            assert_eq!(data.permissions().mode() & 0o7777, mode(number));
            assert_eq!((data.uid(), data.gid()), (owner.uid(), owner.gid()));
        }
        let link = self.dir.path().join("d1/link");
        assert_eq!(fs::read_link(link).expect("a link"), Path::new("f1.wat"));
        changed
    }
}

#[test]
fn a_killed_run_leaves_every_file_whole() {
    let kills = std::env::var("WAT_FMT_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(QUICK);
    let site = Site::new();
    let start = Instant::now();
    site.reset();
    assert_eq!(wat(&site.dir, &["fmt", ".", "d1/link"]).status, 0);
    let whole = start.elapsed();
    assert_eq!(site.changed(), FILES);
    let (mut between, mut leftovers) = (0, 0);
    // A sequence without pattern; the moments spread over a whole run and a little more.
    let mut state = 0x9e37_79b9_u64;
    for _ in 0..kills {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let moment = whole.mul_f64((state >> 40) as f64 / (1u64 << 24) as f64);
        site.reset();
        let left = temporaries(&site.dir).len();
        let mut child = command(&site.dir)
            .args(["fmt", ".", "d1/link"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        ended_before(&mut child, moment);
        let _ = child.kill();
        child.wait().expect("it ends");
        let changed = site.changed();
        between += usize::from(0 < changed && changed < FILES);
        let now = temporaries(&site.dir).len();
        assert!(now <= left + 1, "{now} temporary files after {left}");
        leftovers += now.saturating_sub(left);
    }
    assert!(between > 0, "no run was killed halfway");
    // The next run completes the work and takes the litter away.
    assert_eq!(wat(&site.dir, &["fmt", ".", "d1/link"]).status, 0);
    assert_eq!(site.changed(), FILES);
    assert_eq!(temporaries(&site.dir), [""; 0]);
    super::super::reference::show(&format!(
        "wat fmt killed {kills} times: {between} halfway, {leftovers} temporary files left and swept\n"
    ));
}

#[test]
fn a_temporary_file_of_a_killed_run_is_swept_and_one_in_use_is_not() {
    let dir = Dir::with(&[
        ("a.wat", "(a   b)\n"),
        (".wat-fmt-1.tmp", "half"),
        (".wat-fmt-2.tmp", "half"),
        (".wat-fmt-x.tmp", "mine"),
        (".wat-fmt-.tmp", "mine"),
    ]);
    let held = fs::File::open(dir.path().join(".wat-fmt-2.tmp")).expect("there");
    held.lock().expect("a lock");
    let there = |name: &str| dir.path().join(name).exists();
    assert_eq!(wat(&dir, &["fmt", "--check", "a.wat"]).status, 1);
    assert!(there(".wat-fmt-1.tmp"), "--check writes nothing");
    assert_eq!(wat(&dir, &["fmt", "a.wat"]).status, 0);
    assert!(!there(".wat-fmt-1.tmp") && there(".wat-fmt-2.tmp"));
    assert!(there(".wat-fmt-x.tmp") && there(".wat-fmt-.tmp"));
    drop(held);
    assert_eq!(wat(&dir, &["fmt", "."]).status, 0);
    assert!(!there(".wat-fmt-2.tmp"));
}
