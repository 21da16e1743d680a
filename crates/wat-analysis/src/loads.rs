//! Load forms: what they say, and which sources and payloads they lead to.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, Ast, NodeId, TextRange};

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, FileKind, FileSet, LoadFailure, SourceFile};
use crate::forms::{forms, read_form};
use crate::items::{Declarations, written_declarations};
use crate::legacy::by_interface;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

/// What a load form says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct LoadSpec {
    pub(crate) source: LoadSource,
    pub(crate) check: Option<Check>,
}

/// Where the text comes from.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum LoadSource {
    /// A file, by the path as it is written.
    File(Box<str>),
    /// The form itself.
    Inline,
    /// Nothing: the form is a hermetic test, or a maker of such tests, whose prelude loads, and stands for a program of
    /// its own ([`FileKind::Hermetic`]).
    Program,
}

impl LoadSource {
    /// The kind of the source that stands in the file itself.
    pub(crate) fn inner(&self) -> Option<FileKind> {
        match self {
            LoadSource::File(_) => None,
            LoadSource::Inline => Some(FileKind::Inline),
            LoadSource::Program => Some(FileKind::Hermetic),
        }
    }
}

/// What is verified before the source is used.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum Check {
    /// The SHA-256 digest of the bytes.
    Sha256(Payload),
    /// The content address of the unit.
    Address(Payload),
    /// A signature over the unit, and the key.
    Signature(Payload, Payload),
}

/// Is this one of the keywords that say how something is verified?
pub(crate) fn is_word(path: &str) -> bool {
    path.strip_prefix(":wat::verify::").is_some_and(|leaf| {
        matches!(
            leaf,
            "digest-sha256" | "address-blake3" | "signed-ed25519" | "string" | "file-path"
        )
    })
}

/// A digest, signature or key.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum Payload {
    /// As it is written.
    Text(Box<str>),
    /// The contents of the file of this path, as it is written.
    File(Box<str>),
}

/// A load form and its nodes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct LoadRef {
    pub(crate) spec: LoadSpec,
    /// The text of an inline source.
    pub(crate) text: Option<Box<str>>,
    /// The node of the path or text.
    pub(crate) node: u32,
    /// The nodes of the payloads' texts.
    pub(crate) payloads: Vec<u32>,
}

/// The load forms: whether the first argument is a text, and what is verified.
const VERBS: [(&str, bool, Verb); 6] = [
    (":wat::load-file!", false, Verb::Plain),
    (":wat::load-string!", true, Verb::Plain),
    (":wat::digest-load!", false, Verb::Digest),
    (":wat::digest-load-string!", true, Verb::Digest),
    (":wat::signed-load!", false, Verb::Signed),
    (":wat::signed-load-string!", true, Verb::Signed),
];

#[derive(Clone, Copy, PartialEq)]
enum Verb {
    Plain,
    Digest,
    Signed,
}

/// Is this the head of a load form?
pub(crate) fn is_load(head: &str) -> bool {
    VERBS.iter().any(|(name, ..)| *name == head)
}

/// Is the first argument of the load form of this head a path?
pub(crate) fn loads_file(head: &str) -> bool {
    VERBS
        .iter()
        .any(|(name, inline, _)| *name == head && !inline)
}

/// A form of the file that stands for a program of its own.
pub(crate) fn program(root: NodeId) -> LoadRef {
    LoadRef {
        spec: LoadSpec {
            source: LoadSource::Program,
            check: None,
        },
        text: None,
        node: root.0,
        payloads: Vec::new(),
    }
}

/// Says that a payload is the contents of the file of a path.
pub(crate) const FILE_PATH: &str = ":wat::verify::file-path";

/// Is this a former spelling of the head of a load form?
pub(crate) fn is_retired_load(head: &str) -> bool {
    crate::legacy::retired(head).is_some_and(|retired| is_load(&retired.now))
}

/// Reads a load form in top-level position, or in the prelude of a test, of the form as it is written.
pub(crate) fn read_load<'db>(ast: &Ast, node: NodeId, head: &str, found: &mut Declarations<'db>) {
    let Some(&(_, inline, verb)) = VERBS.iter().find(|(name, ..)| *name == head) else {
        return;
    };
    let reader = Reader { ast, head, verb };
    match reader.read(node, inline) {
        Ok((mut load, text)) => {
            load.text = text;
            found.loads.push(load);
        }
        Err(problem) => {
            found.broken_load = true;
            if !ast.is_poisoned(node) {
                found.problems.push(*problem);
            }
        }
    }
}

/// WAT5006, for a load form that stands inside another form.
pub(crate) fn misplaced<'db>(node: NodeId) -> Problem<'db> {
    Problem::new(
        5006,
        Place::node(node),
        "a load form stands directly at the top level of a file",
    )
    .label("not inside another form")
    .help("move it to the top of the file")
}

struct Reader<'a> {
    ast: &'a Ast,
    head: &'a str,
    verb: Verb,
}

type Read<'db, T> = Result<T, Box<Problem<'db>>>;

impl Reader<'_> {
    fn read<'db>(&self, node: NodeId, inline: bool) -> Read<'db, (LoadRef, Option<Box<str>>)> {
        let mut arguments = self.ast.children(node).skip(1);
        if let Some(first) = arguments.clone().next()
            && let Some(keyword) = self.ast.as_keyword(first)
            && let Some(name) = by_interface(self.head, keyword)
        {
            return Err(self.told_by_keyword(node, first, &name));
        }
        let first = self.literal(
            node,
            arguments.next(),
            match inline {
                true => "the source text",
                false => "the path of the file",
            },
        )?;
        let text: Box<str> = self.ast.as_str(first).unwrap_or_default().into();
        let mut payloads = Vec::new();
        let check = match self.verb {
            Verb::Plain => None,
            verb => {
                let address = self.algorithm(node, arguments.next(), verb)?;
                let mut payload =
                    |reader: &Self| reader.payload(node, &mut arguments, &mut payloads);
                Some(match verb {
                    Verb::Signed => Check::Signature(payload(self)?, payload(self)?),
                    _ if address => Check::Address(payload(self)?),
                    _ => Check::Sha256(payload(self)?),
                })
            }
        };
        if let Some(surplus) = arguments.next() {
            return Err(self.malformed(surplus, "this argument is one too many"));
        }
        let source = match inline {
            true => LoadSource::Inline,
            false => LoadSource::File(text.clone()),
        };
        let load = LoadRef {
            spec: LoadSpec { source, check },
            text: None,
            node: first.0,
            payloads,
        };
        Ok((load, inline.then_some(text)))
    }

    /// WAT2190: a keyword says what the first argument is.
    fn told_by_keyword<'db>(&self, form: NodeId, keyword: NodeId, name: &str) -> Box<Problem<'db>> {
        let edit = |at, node, insert: &str| ProblemEdit {
            at,
            place: Place::written(node),
            insert: insert.to_owned(),
        };
        let mut edits = vec![edit(EditAt::DeleteThrough(keyword.0), keyword, "")];
        if let Some(head) = self.ast.children(form).next().filter(|_| name != self.head) {
            edits.push(edit(EditAt::Replace, head, name));
        }
        let written = self.ast.as_keyword(keyword).unwrap_or_default();
        Box::new(
            Problem::new(
                2190,
                Place::written(keyword),
                format!("`{written}` is retired: the name of the form says what it loads"),
            )
            .label("retired spelling")
            .fix(
                format!("write `({name} …)`"),
                Applicability::MachineApplicable,
                edits,
            ),
        )
    }

    fn malformed<'db>(&self, at: NodeId, label: impl Into<String>) -> Box<Problem<'db>> {
        let grammar = match self.verb {
            Verb::Plain => "one literal string",
            Verb::Digest => "a literal string, an algorithm, and a payload",
            Verb::Signed => "a literal string, an algorithm, and the payloads of signature and key",
        };
        Box::new(
            Problem::new(
                5001,
                Place::written(at),
                format!("`{}` takes {grammar}", self.head),
            )
            .label(label)
            .help("write literals: what a program loads is known without running anything"),
        )
    }

    fn literal<'db>(&self, form: NodeId, node: Option<NodeId>, what: &str) -> Read<'db, NodeId> {
        match node {
            Some(node) if self.ast.as_str(node).is_some() => Ok(node),
            Some(node) => Err(self.malformed(node, format!("{what} must be a literal string"))),
            None => Err(self.malformed(form, format!("{what} is missing"))),
        }
    }

    /// Is it the content address (as opposed to SHA-256 or Ed25519)?
    fn algorithm<'db>(&self, form: NodeId, node: Option<NodeId>, verb: Verb) -> Read<'db, bool> {
        let Some(node) = node else {
            return Err(self.malformed(form, "the algorithm is missing"));
        };
        let Some(name) = self.ast.as_keyword(node) else {
            return Err(self.malformed(node, "the algorithm must be a keyword"));
        };
        let known: &[&str] = match verb {
            Verb::Signed => &[":wat::verify::signed-ed25519"],
            _ => &[
                ":wat::verify::digest-sha256",
                ":wat::verify::address-blake3",
            ],
        };
        if known.contains(&name) {
            return Ok(name == ":wat::verify::address-blake3");
        }
        let list = known.iter().map(|name| format!("`{name}`"));
        let list = list.collect::<Vec<_>>().join(" or ");
        let mut problem = Problem::new(
            5010,
            Place::written(node),
            format!("`{name}` is no algorithm that `{}` knows", self.head),
        )
        .label("not an algorithm of this form")
        .help(format!("the algorithm is {list}"));
        if let [only] = known {
            problem = problem.replace(Applicability::MaybeIncorrect, Place::written(node), only);
        }
        Err(Box::new(problem))
    }

    fn payload<'db>(
        &self,
        form: NodeId,
        arguments: &mut impl Iterator<Item = NodeId>,
        nodes: &mut Vec<u32>,
    ) -> Read<'db, Payload> {
        let Some(interface) = arguments.next() else {
            return Err(self.malformed(form, "a payload is missing"));
        };
        let Some(name) = self.ast.as_keyword(interface) else {
            return Err(self.malformed(interface, "a payload begins with a keyword"));
        };
        let file = match name {
            ":wat::verify::string" => false,
            FILE_PATH => true,
            _ => {
                let reserved = matches!(name, ":wat::verify::http-path" | ":wat::verify::s3-path");
                return Err(Box::new(
                    Problem::new(
                        5009,
                        Place::written(interface),
                        match reserved {
                            true => format!(
                                "`{name}` is reserved: payloads come from the program or from files"
                            ),
                            false => format!("`{name}` says nothing of where the payload is"),
                        },
                    )
                    .label("not a way to give a payload")
                    .help("write `:wat::verify::string \"…\"` or `:wat::verify::file-path \"…\"`"),
                ));
            }
        };
        let node = self.literal(form, arguments.next(), "the payload")?;
        nodes.push(node.0);
        let text = self.ast.as_str(node).unwrap_or_default().into();
        Ok(match file {
            true => Payload::File(text),
            false => Payload::Text(text),
        })
    }
}

/// The file that a path names, seen from the file `from`: `.` and `..` are resolved, an absolute path stays.
pub(crate) fn resolve_path(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/') || from.starts_with('/');
    if !path.starts_with('/') {
        parts.extend(from.split('/').filter(|part| !part.is_empty()));
        parts.pop();
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// The nearest file that contains a source: itself, unless it is inline or a hermetic program.
pub(crate) fn enclosing_file(db: &dyn Db, file: SourceFile) -> SourceFile {
    let mut file = file;
    while let Some((host, _)) = file.host(db) {
        file = host;
    }
    file
}

/// The path that a source asks for.
fn asked(db: &dyn Db, file: SourceFile, path: &str) -> String {
    if file.kind(db) == FileKind::Session {
        return path.to_owned();
    }
    resolve_path(&enclosing_file(db, file).path(db), path)
}

/// A load that leads to a source, or why it does not.
pub(crate) type Target = Result<SourceFile, LoadFailure>;

/// What a load comes to.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Loaded {
    pub(crate) target: Target,
    /// Does the load, or the project, say how the target is verified?
    pub(crate) is_checked: bool,
    /// Does the target stand in the source itself?
    pub(crate) is_inner: bool,
    /// Is the target a hermetic program, and no part of this one?
    pub(crate) is_program: bool,
}

/// Where the loads of a source lead, in order.
#[salsa::tracked(returns(ref))]
pub(crate) fn load_results(db: &dyn Db, file: SourceFile) -> Arc<Vec<Loaded>> {
    let mut slots = 0..;
    let found = file_loads(db, file)
        .iter()
        .map(|load| {
            let target = match &load.source {
                LoadSource::Inline | LoadSource::Program => {
                    let slot = slots.next().unwrap_or(u32::MAX);
                    let inline = FileSet::get(db).inline(db).get(&(file, slot));
                    inline.copied().ok_or(LoadFailure::NotFound)
                }
                LoadSource::File(path) => look_up(db, &asked(db, file, path)),
            };
            Loaded {
                target,
                is_checked: load.source != LoadSource::Program
                    && (load.check.is_some() || crate::verify::is_required(db)),
                is_inner: load.source.inner().is_some(),
                is_program: load.source == LoadSource::Program,
            }
        })
        .collect();
    Arc::new(found)
}

#[salsa::tracked(returns(ref))]
fn closed_loads(db: &dyn Db) -> OfClosed<Vec<Loaded>> {
    of_closed(db, load_results)
}

/// The same of all files.
pub(crate) fn all_loads(db: &dyn Db) -> OfFiles<'_, Vec<Loaded>> {
    OfFiles::new(db, closed_loads(db), load_results)
}

fn look_up(db: &dyn Db, path: &str) -> Target {
    let set = FileSet::get(db);
    let named = match set.found(db).get(path) {
        Some(Ok(canonical)) => canonical,
        Some(Err(failure)) => return Err(failure.clone()),
        None => path,
    };
    set.files(db)
        .get(named)
        .copied()
        .ok_or(LoadFailure::NotFound)
}

/// The text of a payload of a source, or why there is none.
pub(crate) fn payload_text(
    db: &dyn Db,
    file: SourceFile,
    payload: &Payload,
) -> Result<Arc<str>, LoadFailure> {
    match payload {
        Payload::Text(text) => Ok(text.as_ref().into()),
        Payload::File(path) => {
            let payloads = FileSet::get(db).payloads(db);
            let found = payloads.get(asked(db, file, path).as_str());
            found.cloned().unwrap_or(Err(LoadFailure::NotFound))
        }
    }
}

/// What the loads of a source say, in order.
#[salsa::tracked(returns(ref))]
pub(crate) fn file_loads(db: &dyn Db, file: SourceFile) -> Vec<LoadSpec> {
    crate::forms::form_list(db, file)
        .iter()
        .flat_map(|&form| &written_declarations(db, form).loads)
        .map(|load| load.spec.clone())
        .collect()
}

/// The kinds and texts of the sources that stand in a source itself, in order.
pub(crate) fn inline_texts(db: &dyn Db, file: SourceFile) -> Vec<(FileKind, Box<str>)> {
    let mut texts = Vec::new();
    for &form in crate::forms::form_list(db, file) {
        for load in &written_declarations(db, form).loads {
            if let Some(kind) = load.spec.source.inner() {
                let whole = || form.content(db).text.text().into();
                texts.push((kind, load.text.clone().unwrap_or_else(whole)));
            }
        }
    }
    texts
}

/// The hermetic programs that stand in a source.
pub(crate) fn programs(loads: &[Loaded]) -> impl Iterator<Item = SourceFile> {
    let programs = loads.iter().filter(|found| found.is_program);
    programs.filter_map(|found| found.target.as_ref().ok().copied())
}

/// The target of a load form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadTarget {
    /// The path, resolved against the file that loads; of an inline source, a name of its own.
    pub path: Arc<str>,
    /// The source, if the host has given it.
    pub file: Option<SourceFile>,
    /// Has the host said that there is no such file?
    pub refused: bool,
    /// Where the path or text is written.
    pub span: TextRange,
}

/// What a source loads. A host gives the files of targets that have none, or says why not with
/// [`crate::RootDatabase::set_found`], and asks again.
pub fn load_targets(db: &dyn Db, file: SourceFile) -> Vec<LoadTarget> {
    let mut results = load_results(db, file).iter();
    let mut targets = Vec::new();
    for placed in &forms(db, file).placed {
        for load in &written_declarations(db, placed.form).loads {
            let found = results.next().and_then(|found| found.target.clone().ok());
            let path: Arc<str> = match &load.spec.source {
                LoadSource::File(path) => asked(db, file, path).into(),
                LoadSource::Inline => match found {
                    Some(inline) => inline.path(db),
                    None => continue,
                },
                LoadSource::Program => {
                    let inner = found.map(|program| load_targets(db, program));
                    targets.extend(inner.into_iter().flatten().map(|target| LoadTarget {
                        span: target.span + placed.start(),
                        ..target
                    }));
                    continue;
                }
            };
            let spans = &read_form(db, placed.form).spans;
            targets.push(LoadTarget {
                refused: matches!(FileSet::get(db).found(db).get(&path), Some(Err(_))),
                file: found,
                path,
                span: spans.range(NodeId(load.node)) + placed.start(),
            });
        }
    }
    targets
}

/// The sources that a source loads, and the paths of those that the host has not given. In the order of the load forms,
/// without positions: their text is not looked at.
pub fn load_sources(db: &dyn Db, file: SourceFile) -> (Vec<SourceFile>, Vec<Arc<str>>) {
    let (mut sources, mut missing) = (Vec::new(), Vec::new());
    for (load, found) in file_loads(db, file)
        .iter()
        .zip(load_results(db, file).iter())
    {
        match (&load.source, &found.target) {
            (LoadSource::Program, Ok(program)) => {
                let (inner, lacking) = load_sources(db, *program);
                sources.extend(inner);
                missing.extend(lacking);
            }
            (_, Ok(source)) => sources.push(*source),
            (LoadSource::File(path), Err(_)) => missing.push(asked(db, file, path).into()),
            (LoadSource::Inline | LoadSource::Program, Err(_)) => {}
        }
    }
    (sources, missing)
}

/// What a source asks for, without positions.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Wants {
    /// The sources that it loads and that are there.
    sources: Vec<SourceFile>,
    /// The paths of sources that the host has neither given nor refused.
    files: Vec<Arc<str>>,
    /// The paths of payloads that the host has neither given nor refused.
    payloads: Vec<Arc<str>>,
}

/// What a host has to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct MissingLoads {
    /// Paths of sources.
    pub files: Vec<Arc<str>>,
    /// Paths of files that hold digests, signatures or keys.
    pub payloads: Vec<Arc<str>>,
}

/// What `file` asks for, directly or through other sources, and the host has neither given nor refused. In the order of
/// the load forms, each once.
#[salsa::tracked(returns(ref))]
pub fn missing_loads(db: &dyn Db, file: SourceFile) -> MissingLoads {
    let mut missing = MissingLoads::default();
    let mut seen_paths = FxHashSet::default();
    let mut seen = FxHashSet::from_iter([file]);
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        let wants = load_wants(db, file);
        open.extend(wants.sources.iter().filter(|&&next| seen.insert(next)));
        for path in &wants.files {
            if seen_paths.insert(path) {
                missing.files.push(path.clone());
            }
        }
        for path in &wants.payloads {
            if !missing.payloads.contains(path) {
                missing.payloads.push(path.clone());
            }
        }
    }
    missing
}

/// What a source asks for: an edit of its definitions changes nothing of it.
#[salsa::tracked(returns(ref))]
fn load_wants(db: &dyn Db, file: SourceFile) -> Wants {
    let refused = |path: &str| matches!(FileSet::get(db).found(db).get(path), Some(Err(_)));
    let mut wants = Wants {
        sources: Vec::new(),
        files: Vec::new(),
        payloads: payload_targets(db, file),
    };
    for (load, found) in file_loads(db, file)
        .iter()
        .zip(load_results(db, file).iter())
    {
        match (&found.target, &load.source) {
            (Ok(source), _) => wants.sources.push(*source),
            (Err(_), LoadSource::File(path)) => {
                let path: Arc<str> = asked(db, file, path).into();
                if !refused(&path) {
                    wants.files.push(path);
                }
            }
            (Err(_), LoadSource::Inline | LoadSource::Program) => {}
        }
    }
    wants
}

/// The paths of the payload files that a source asks for and that the host has neither given nor refused.
pub fn payload_targets(db: &dyn Db, file: SourceFile) -> Vec<Arc<str>> {
    let known = FileSet::get(db).payloads(db);
    let mut paths = payload_paths(db, file);
    paths.retain(|path| !known.contains_key(path));
    paths
}

/// The paths of the payload files that a source asks for.
pub fn payload_paths(db: &dyn Db, file: SourceFile) -> Vec<Arc<str>> {
    let mut wanted = Vec::new();
    for program in programs(load_results(db, file)) {
        wanted.extend(payload_paths(db, program));
    }
    for load in file_loads(db, file) {
        let payloads: [Option<&Payload>; 2] = match &load.check {
            None => continue,
            Some(Check::Sha256(payload) | Check::Address(payload)) => [Some(payload), None],
            Some(Check::Signature(signature, key)) => [Some(signature), Some(key)],
        };
        for payload in payloads.into_iter().flatten() {
            if let Payload::File(path) = payload {
                let path: Arc<str> = asked(db, file, path).into();
                if !wanted.contains(&path) {
                    wanted.push(path);
                }
            }
        }
    }
    wanted
}
