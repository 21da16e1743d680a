//! What is wrong with loads (chapter 08 §4), and where loaded sources are told to come from.

use wat_syntax::{Code, NodeId, Severity};

use crate::db::{Db, FileKind, LoadFailure, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::forms::forms;
use crate::items::written_declarations;
use crate::loads::{LoadRef, LoadSource, load_results, resolve_path};
use crate::problem::{Place, Problem};
use crate::program::{canonical_path, cycle_chain, is_shared, load_graph, render_chain};
use crate::verify::{Refusal, verdict};

/// Is this a source that the program loads, as opposed to its entry? The inputs of a session are entries.
pub(crate) fn is_loaded(db: &dyn Db, root: SourceFile, file: SourceFile) -> bool {
    file != root
        && file.kind(db) != FileKind::Library
        && !(root.kind(db) == FileKind::Session
            && load_graph(db, root).loaders.get(&file) == Some(&root))
}

/// What is wrong with the loads of a source in a program, and with the inline sources that it contributes.
pub(crate) fn load_problems(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    if file.kind(db) == FileKind::Session {
        return;
    }
    let graph = load_graph(db, root);
    let mut number = 0;
    for placed in &forms(db, file).placed {
        for load in &written_declarations(db, placed.form).loads {
            let index = number;
            number += 1;
            let problem = match &load_results(db, file)[index as usize] {
                Err(failure) => missing(db, file, load, failure),
                Ok(target) => match graph.cycles.get(&(file, index)) {
                    Some(&target) => cycle(db, root, file, target, load),
                    None => match verdict(db, file, index) {
                        Ok(()) => {
                            if graph.loaders.get(target) == Some(&file)
                                && target.kind(db) == FileKind::Inline
                            {
                                let inner =
                                    crate::diagnostics::program_diagnostics(db, root, *target);
                                found.extend(inner.iter().cloned());
                            }
                            continue;
                        }
                        Err(Refusal::Unread) => {
                            if !graph.has(root, *target) {
                                crate::diagnostics::reader_problems(db, root, *target, found);
                            }
                            continue;
                        }
                        Err(refusal) => refused(db, file, load, &refusal),
                    },
                },
            };
            found.push(absolute(db, root, placed.form, placed.start(), &problem));
        }
    }
}

/// WAT5002, WAT5004, WAT5017.
fn missing<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    load: &LoadRef,
    failure: &LoadFailure,
) -> Problem<'db> {
    let path = match &load.spec.source {
        LoadSource::File(path) => {
            resolve_path(&crate::loads::enclosing_file(db, file).path(db), path)
        }
        LoadSource::Inline => String::new(),
    };
    let at = Place::node(NodeId(load.node));
    match failure {
        LoadFailure::NotFound => {
            Problem::new(5002, at, format!("the file `{path}` does not exist"))
                .label("no such file")
                .help("the path is relative to the directory of this file")
        }
        LoadFailure::OutsideRoot(root) => Problem::new(
            5004,
            at,
            format!("the file `{path}` lies outside `{root}`, which loads may not leave"),
        )
        .label("leads out of the root"),
        LoadFailure::Unreadable(reason) => Problem::new(
            5017,
            at,
            format!("the file `{path}` cannot be read: {reason}"),
        )
        .label("not readable"),
        LoadFailure::NotUtf8 => Problem::new(5017, at, format!("the file `{path}` is not UTF-8"))
            .label("not a text")
            .help("save the file in UTF-8"),
    }
}

/// WAT5003.
fn cycle<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    file: SourceFile,
    target: SourceFile,
    load: &LoadRef,
) -> Problem<'db> {
    let chain = cycle_chain(db, root, file, target);
    let chain = render_chain(db, &chain);
    Problem::new(
        5003,
        Place::node(NodeId(load.node)),
        format!("sources load each other in a cycle: {chain}"),
    )
    .label("this load closes the cycle")
    .help("move what both need into a third file")
}

/// WAT5008, WAT5011 to WAT5014.
fn refused<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    load: &LoadRef,
    refusal: &Refusal,
) -> Problem<'db> {
    let what = match &load.spec.source {
        LoadSource::File(path) => format!(
            "`{}`",
            resolve_path(&crate::loads::enclosing_file(db, file).path(db), path)
        ),
        LoadSource::Inline => "this source".to_owned(),
    };
    let payload = |at: u32| {
        let node = load.payloads.get(at as usize).copied();
        Place::node(NodeId(node.unwrap_or(load.node)))
    };
    let other = |code: u16, noun: &str, value: &str| {
        Problem::new(
            code,
            payload(0),
            format!("the {noun} of {what} is another one: the source is not the one that was meant"),
        )
        .label(format!("not the {noun} of the source"))
        .help(format!(
            "the {noun} of the source as it is now is `{value}`; write it only if you trust the source"
        ))
    };
    match refusal {
        Refusal::Payload(at, failure) => Problem::new(
            5008,
            payload(*at),
            match failure {
                LoadFailure::NotFound => "the payload file does not exist".to_owned(),
                LoadFailure::OutsideRoot(root) => {
                    format!("the payload file lies outside `{root}`, which loads may not leave")
                }
                LoadFailure::Unreadable(reason) => {
                    format!("the payload file cannot be read: {reason}")
                }
                LoadFailure::NotUtf8 => "the payload file is not UTF-8".to_owned(),
            },
        )
        .label("not readable")
        .help("the path is relative to the directory of this file"),
        Refusal::Encoding(at, expected) => {
            Problem::new(5013, payload(*at), format!("the payload is not {expected}"))
                .label("wrong alphabet or length")
        }
        Refusal::Digest(found) => other(5011, "SHA-256 digest", found),
        Refusal::Address(found) => other(5012, "content address", found),
        Refusal::Signature | Refusal::Unread => Problem::new(
            5014,
            payload(0),
            format!("the signature is not one of this key over {what}"),
        )
        .label("does not verify")
        .help("sign the source again, or restore the source that was signed"),
    }
}

/// WAT5007: a reader's error in a loaded source.
pub(crate) fn does_not_read(mut diagnostic: Diagnostic) -> Diagnostic {
    if diagnostic.severity == Severity::Error {
        let code = diagnostic.code;
        let name = crate::codes::code_info(code).map_or("", |info| info.name);
        diagnostic
            .notes
            .push(format!("the reader's diagnostic is {code} {name}"));
        diagnostic.message = format!("the loaded source does not read: {}", diagnostic.message);
        diagnostic.code = Code(5007);
    }
    diagnostic
}

/// Says through which loads a source came into the program.
pub(crate) fn note_origin(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut [Diagnostic],
) {
    if found.is_empty() || file.kind(db) == FileKind::Inline || !is_loaded(db, root, file) {
        return;
    }
    let chain = load_graph(db, root).chain(file);
    let mut notes = vec![format!("loaded through {}", render_chain(db, &chain))];
    if is_shared(db, file) {
        notes.push(format!(
            "in the program rooted at `{}`",
            canonical_path(db, root)
        ));
    }
    for diagnostic in found.iter_mut().filter(|found| found.span.file == file) {
        diagnostic.notes.extend(notes.iter().cloned());
    }
}
