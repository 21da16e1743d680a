//! Where inputs are remembered between sessions.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::History;

/// Inputs kept.
pub(crate) const LIMIT: usize = 10_000;

/// The history file, made readable by its owner alone; `None` if there is none to be had.
pub(crate) fn file(choice: &History) -> Option<PathBuf> {
    let path = match choice {
        History::None => return None,
        History::File(path) => path.clone(),
        History::Default => state_directory()?.join("wat").join("history"),
    };
    prepare(&path).ok()?;
    Some(path)
}

fn state_directory() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("state")))
}

fn prepare(path: &Path) -> io::Result<()> {
    if let Some(directory) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(directory)?;
    }
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.permissions().mode() & 0o777 != 0o600 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
