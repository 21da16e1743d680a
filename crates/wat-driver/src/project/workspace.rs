//! Workspaces: the project above a project that names it as a member, and whose settings hold there too.

use std::path::Path;

use super::values::{Kind, Value};
use super::{BadProject, FILES, Glob, Project, Settings, Told, open, values};

/// What the settings of a project start from, and the workspace that they come from: the nearest project above that
/// names the directory `root` as a member. Of a project that does not, nothing is asked, not even that its file is sound.
pub(super) fn inherited(root: &Path) -> Result<(Settings, Option<Project>), BadProject> {
    for above in root.ancestors().skip(1) {
        let Ok(inner) = root.strip_prefix(above) else {
            continue;
        };
        let inner = inner.to_string_lossy();
        let names_it = FILES
            .iter()
            .any(|name| names_member(&above.join(name), &inner));
        if names_it && let Some(workspace) = Project::in_directory(above)? {
            let settings = workspace.settings.for_member(&workspace.root, &inner);
            return Ok((settings, Some(workspace)));
        }
    }
    Ok((Settings::default(), None))
}

/// True if a project file names a directory as a member.
fn names_member(file: &Path, inner: &str) -> bool {
    let Ok(source) = open(file) else {
        return false;
    };
    let values = values::of(file, &mut Told::new(&source));
    let members = entry(&values, "workspace").and_then(|table| entry(table, "members"));
    let Some(Kind::List(members)) = members.map(|members| &members.kind) else {
        return false;
    };
    members.iter().any(|member| match &member.kind {
        Kind::String(glob) => Glob::new(glob).is_ok_and(|glob| glob.matches(inner)),
        _ => false,
    })
}

fn entry<'a>(table: &'a Value, key: &str) -> Option<&'a Value> {
    let Kind::Table(entries) = &table.kind else {
        return None;
    };
    let found = entries.iter().find(|entry| entry.key == key)?;
    Some(&found.value)
}
