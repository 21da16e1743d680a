//! Definitions and loads that nothing needs: WAT7302, WAT7303, WAT7306.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, NodeId};

use crate::db::{Db, FileKind, SourceFile};
use crate::diagnostics::{Diagnostic, absolute};
use crate::forms::{Form, ast, forms};
use crate::items::written_declarations;
use crate::loads::{LoadSource, load_results};
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::program::{lacks_loads, load_graph, programs_with};
use crate::verify::verdict;

use super::super::own_lints;
use super::graph::unreached;
use super::idle::idle_files;
use super::mentions::{ENTRY, loads_of_forms, only_loads};

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    let loads = loads_of(db, file);
    duplicate_loads(db, root, &loads, found);
    let programs = programs_with(db, file);
    // What is missing may use anything.
    if programs.iter().any(|&program| lacks_loads(db, program)) {
        return;
    }
    let is_started = |&program: &SourceFile| lookup(db, program, ENTRY).is_some();
    let is_started = programs.iter().any(is_started);
    // The names of a file without an entry and tests are there for others.
    if !is_started && !has_tests(db, file) {
        return;
    }
    definitions(db, root, file, (&programs, is_started), found);
    idle_loads(db, root, file, (&programs, &loads), found);
}

fn has_tests(db: &dyn Db, file: SourceFile) -> bool {
    let mut forms = crate::forms::form_list(db, file).iter();
    forms.any(|&form| {
        let mut texts = ast(db, form).texts();
        texts.any(|text| text.starts_with(":wat::test::"))
    })
}

/// WAT7302. In a file of tests, what is documented is there for others.
fn definitions(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    (programs, is_started): (&[SourceFile], bool),
    found: &mut Vec<Diagnostic>,
) {
    let unreached = programs
        .iter()
        .map(|&program| unreached(db, program, !is_started));
    let unreached: Vec<_> = unreached.collect();
    let wrong = &own_lints(db, root, file).wrong;
    for (placed, at) in forms(db, file).placed.iter().zip(0..) {
        let mut programs = unreached.iter();
        if !programs.all(|it| it.contains(&placed.form)) || wrong.binary_search(&at).is_ok() {
            continue;
        }
        let items = &written_declarations(db, placed.form).items;
        let ast = ast(db, placed.form);
        for item in items.iter().filter(|item| !item.kind(db).is_member()) {
            let name = item.name(db).text(db);
            let place = Place::written(item.name_node_in(db, ast));
            let problem = Problem::new(7302, place, format!("nothing reaches `{name}`"))
                .label("never used")
                .help("delete it, or keep what others use with `;; rune:unused(public-api) — why`");
            found.push(absolute(db, root, placed.form, placed.start(), &problem));
        }
    }
}

/// A load form of a file.
struct Load<'db> {
    form: Form<'db>,
    start: wat_syntax::TextSize,
    /// The path as it is written.
    path: &'db str,
    target: SourceFile,
    is_plain: bool,
}

/// The load forms of a file that load a file.
fn loads_of<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Load<'db>> {
    let results = load_results(db, file);
    let mut found = Vec::new();
    let mut index = 0;
    let placed = forms(db, file).placed.iter().zip(loads_of_forms(db, file));
    for (placed, _) in placed.filter(|(_, loads)| *loads > 0) {
        let head = ast(db, placed.form);
        for load in &written_declarations(db, placed.form).loads {
            let at = index;
            index += 1;
            let is_form = !head.is_empty() && {
                let head = head
                    .children(head.root())
                    .next()
                    .and_then(|it| head.as_keyword(it));
                head.is_some_and(crate::loads::is_load)
            };
            let LoadSource::File(path) = &load.spec.source else {
                continue;
            };
            let target = results.get(at).and_then(|it| it.target.as_ref().ok());
            let Some(&target) = target.filter(|_| is_form && verdict(db, file, at as u32).is_ok())
            else {
                continue;
            };
            if matches!(target.kind(db), FileKind::Disk | FileKind::Open) {
                found.push(Load {
                    form: placed.form,
                    start: placed.start(),
                    path,
                    target,
                    is_plain: load.spec.check.is_none(),
                });
            }
        }
    }
    found
}

fn without_load<'db>(problem: Problem<'db>, how: Applicability) -> Problem<'db> {
    let root = NodeId(0);
    let edit = ProblemEdit {
        at: EditAt::DeleteThrough(root.0),
        place: Place::node(root),
        insert: String::new(),
    };
    problem.fix("delete the load form", how, vec![edit])
}

/// WAT7306.
fn duplicate_loads(db: &dyn Db, root: SourceFile, loads: &[Load<'_>], found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<SourceFile, &Load<'_>> = FxHashMap::default();
    for load in loads {
        let Some(earlier) = first.get(&load.target) else {
            first.insert(load.target, load);
            continue;
        };
        let message = format!("`{}` is loaded already", load.path);
        let problem = Problem::new(7306, Place::node(NodeId(0)), message)
            .label("loads nothing")
            .also(Place::elsewhere(earlier.form, NodeId(0)), "loaded here")
            .help("a file is loaded once, by the first load form that names it");
        // What is verified is verified.
        let how = match load.is_plain {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let problem = without_load(problem, how);
        found.push(absolute(db, root, load.form, load.start, &problem));
    }
}

/// WAT7303. A file that only loads others is there for those who load it.
fn idle_loads(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    (programs, loads): (&[SourceFile], &[Load<'_>]),
    found: &mut Vec<Diagnostic>,
) {
    if loads.is_empty() || only_loads(db, root, file) {
        return;
    }
    let idle = programs.iter().map(|&program| idle_files(db, program));
    let idle: Vec<&FxHashSet<SourceFile>> = idle.collect();
    let mut told = FxHashSet::default();
    for load in loads {
        let is_idle = idle.iter().all(|idle| idle.contains(&load.target));
        // Files that load each other are told of.
        let is_circle = || {
            load_graph(db, root)
                .cycles
                .values()
                .any(|&it| it == load.target)
        };
        if !is_idle || is_circle() || !told.insert(load.target) {
            continue;
        }
        let message = format!("nothing of `{}` is used", load.path);
        let problem = Problem::new(7303, Place::node(NodeId(0)), message)
            .label("loaded in vain")
            .help("delete the load form, or keep it with `;; rune:unused(interop) — why`");
        let problem = without_load(problem, Applicability::MachineApplicable);
        found.push(absolute(db, root, load.form, load.start, &problem));
    }
}
