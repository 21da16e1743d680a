//! What is wrong with loads (chapter 08 §4), and where loaded sources are told to come from.

use wat_syntax::{Applicability, Code, NodeId, Severity};

use crate::db::{Db, FileKind, LoadFailure, Require, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::forms::forms;
use crate::items::written_declarations;
use crate::loads::{LoadRef, LoadSource, file_loads, load_results, resolve_path};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::program::{canonical_path, cycle_chain, is_shared, load_graph, render_chain};
use crate::verify::{Refusal, verdict};

/// Is this a source that the program loads, as opposed to its entry? The inputs of a session are entries.
pub(crate) fn is_loaded(db: &dyn Db, root: SourceFile, file: SourceFile) -> bool {
    file != root
        && file.kind(db) != FileKind::Library
        && !(root.kind(db) == FileKind::Session
            && load_graph(db, root).loaders.get(&file) == Some(&root))
}

/// What is wrong with the loads of a source in a program, with the inline sources that it contributes, and with the
/// hermetic programs that stand in it.
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
            if load.spec.source == LoadSource::Program {
                if let Ok(program) = load_results(db, file)[index as usize].target {
                    let inner = crate::diagnostics::program_diagnostics(db, program, program);
                    found.extend(inner.iter().cloned());
                }
                continue;
            }
            let problem = match &load_results(db, file)[index as usize].target {
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
        LoadSource::Inline | LoadSource::Program => String::new(),
    };
    let at = Place::written(NodeId(load.node));
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
        Place::written(NodeId(load.node)),
        format!("sources load each other in a cycle: {chain}"),
    )
    .label("this load closes the cycle")
    .help("move what both need into a third file")
}

/// WAT5008, WAT5011 to WAT5016.
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
        LoadSource::Inline | LoadSource::Program => "this source".to_owned(),
    };
    let payload = |at: u32| {
        let node = load.payloads.get(at as usize).copied();
        Place::written(NodeId(node.unwrap_or(load.node)))
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
        Refusal::Untrusted => Problem::new(
            5015,
            payload(1),
            format!("the signature over {what} is valid, but the keyring does not hold its key"),
        )
        .label("not a trusted key")
        .help("add the key to the keyring once you know whose it is"),
        Refusal::Unverified(require) => unverified(db, file, load, *require, &what),
        Refusal::Signature | Refusal::Unread => Problem::new(
            5014,
            payload(0),
            format!("the signature is not one of this key over {what}"),
        )
        .label("does not verify")
        .help("sign the source again, or restore the source that was signed"),
    }
}

/// WAT5016. Where a digest is enough, the fix writes that of the source as it is now.
fn unverified<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    load: &LoadRef,
    require: Require,
    what: &str,
) -> Problem<'db> {
    let at = Place::written(NodeId(load.node));
    let wanted = match require {
        Require::Signature => "a signature with a trusted key",
        _ => "a digest, an address or a signature",
    };
    let problem = Problem::new(
        5016,
        at,
        format!("the project requires {wanted} of loaded files, and {what} is loaded without"),
    )
    .label("not verified enough");
    let digest = load_results(db, file)
        .iter()
        .zip(file_loads(db, file))
        .find(|(_, spec)| **spec == load.spec)
        .and_then(|(found, _)| found.target.as_ref().ok())
        .map(|target| wat_verify::sha256(&target.text(db).to_bytes()));
    match (require, digest, load.spec.check.is_none()) {
        (Require::Digest, Some(digest), true) => {
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            let edits = vec![
                // The path follows the head.
                ProblemEdit {
                    at: EditAt::Replace,
                    place: Place::written(NodeId(load.node.saturating_sub(1))),
                    insert: ":wat::digest-load!".into(),
                },
                ProblemEdit {
                    at: EditAt::After,
                    place: at,
                    insert: format!(
                        " :wat::verify::digest-sha256 :wat::verify::string \"{digest}\""
                    ),
                },
            ];
            problem
                .help("write `:wat::digest-load!` with the digest, if you trust the source")
                .fix(
                    "load it with its present digest",
                    Applicability::MaybeIncorrect,
                    edits,
                )
        }
        (Require::Signature, ..) => problem.help(
            "load it with `:wat::signed-load!`, and name the trusted keys with `[load] keyring`",
        ),
        _ => problem.help("load it with `:wat::digest-load!` or `:wat::signed-load!`"),
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
