//! Which tests a change concerns: those whose contents differ from what they were (§9.7.2).

use wat_analysis::RootDatabase;
use wat_driver::{Contents, Place, program_address};

use crate::find::{Found, TestCase};

/// What a test stands for: its code and all that it reaches, its annotations, the errors of its file, as one digest. Equal digests mean
/// that nothing changed for the test; none that this cannot be told, so it counts as changed.
pub fn content(
    db: &RootDatabase,
    contents: &mut Contents,
    found: &Found,
    case: &TestCase,
) -> Option<String> {
    let test = &case.test;
    let code = match &case.example {
        // The program of an example of the library's, or of a text, is the binary's own.
        Some(example) if example.base.is_empty() => format!("{:?}", example.block),
        Some(example) => format!("{} {:?}", program_address(db, case.file), example.block),
        None => contents.of(db, case.file, &test.name)?,
    };
    let invalid = found.invalid.iter().find(|file| file.path == case.path);
    let errors = invalid.iter().flat_map(|file| &file.errors);
    let errors: Vec<String> = errors
        .map(|it| {
            let range = it.place.as_ref().map(Place::range);
            format!("{:?} {} {range:?}", it.code, it.message)
        })
        .collect();
    let all = format!(
        "{code} {:?} {:?} {:?} {errors:?}",
        test.ignore, test.should_panic, test.time_limit
    );
    Some(blake3::hash(all.as_bytes()).to_hex().to_string())
}
