//! `wat new` and `wat init`: the files of a project.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use wat_driver::{is_project_name, reason};

use crate::args::{InitOptions, Kind, NewOptions, Vcs};
use crate::{exit, output};

/// Makes a directory with a project in it.
pub(crate) fn new(options: &NewOptions) -> i32 {
    let directory = Path::new(&options.name);
    let taken = fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if taken || directory.is_file() {
        output::complain(&format!("`{}` is there already", options.name));
        return exit::CANNOT_CREATE;
    }
    let name = directory.file_name().unwrap_or_default();
    create(
        directory,
        &name.to_string_lossy(),
        options.kind,
        options.vcs,
    )
}

/// Makes a project of the working directory; what is there stays.
pub(crate) fn init(options: &InitOptions) -> i32 {
    let here = std::env::current_dir().unwrap_or_default();
    let own = here.file_name().unwrap_or_default().to_string_lossy();
    let name = options.name.as_deref().unwrap_or(&own);
    create(Path::new("."), name, options.kind, options.vcs)
}

fn create(directory: &Path, name: &str, kind: Kind, vcs: Vcs) -> i32 {
    if !is_project_name(name) {
        output::complain(&format!(
            "`{name}` is no name of a project: lower-case letters, digits and `-`, a letter first"
        ));
        return exit::USAGE;
    }
    for (path, text) in files(name, kind) {
        if let Err(error) = write(&directory.join(path), &text) {
            output::complain(&format!("cannot create `{path}`: {}", reason(&error)));
            return exit::CANNOT_CREATE;
        }
    }
    if vcs == Vcs::Git && !directory.join(".git").exists() {
        let made = Command::new("git")
            .args(["init", "-q"])
            .current_dir(directory)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            output::report(
                "note: there is no git here; the project is not under version control\n",
            );
        }
    }
    output::report(&format!("created the project `{name}`\n"));
    exit::SUCCESS
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// The files of a project, formatted and without findings.
fn files(name: &str, kind: Kind) -> Vec<(&'static str, String)> {
    let entry = match kind {
        Kind::App => "entry     = \"wat/main.wat\"\n",
        Kind::Lib => "",
    };
    let settings = format!(
        "[project]\nname      = \"{name}\"\nversion   = \"0.1.0\"\nwat       = \">=0.1\"\nnamespace = \":{name}::\"\n{entry}source    = [\"wat\"]\n"
    );
    let greeting = format!(
        "(:wat::core::defn :{name}::greeting\n  [name <- :wat::core::String]\n  -> :wat::core::String\n  \"The words that greet somebody.\"\n  (:wat::core::format \"hello, {{name}}\" :name name))\n"
    );
    let test = format!(
        "(:wat::load-file! \"../wat/greeting.wat\")\n\n(:wat::test::deftest :{name}::greets-by-name ()\n  (:wat::test::assert-eq (:{name}::greeting \"world\") \"hello, world\"))\n"
    );
    let mut files = vec![
        ("wat.toml", settings),
        (".gitignore", "/.wat/\n/target/\n".to_owned()),
        ("wat/greeting.wat", greeting),
        ("wat-tests/greeting.wat", test),
    ];
    if kind == Kind::App {
        let main = format!(
            "(:wat::load-file! \"greeting.wat\")\n\n(:wat::core::defn :user::main [] -> :wat::core::nil\n  \"Greets the world.\"\n  (:wat::kernel::println (:{name}::greeting \"world\")))\n"
        );
        files.push(("wat/main.wat", main));
    }
    files
}
