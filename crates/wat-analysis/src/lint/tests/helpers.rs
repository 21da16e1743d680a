//! WAT7503, WAT7505: the functions of a file of tests that are no tests.

use rustc_hash::FxHashMap;
use wat_syntax::NodeId;

use crate::items::{Item, Name};
use crate::problem::{Place, Problem};

use super::TestFile;
use super::handwritten::is_alike;
use super::summary::{Context, Mention, summary};

pub(super) fn check(file: &mut TestFile<'_, '_>) {
    let helpers = file.helpers();
    let places = helpers.iter().enumerate();
    let places = places.map(|(at, helper)| (helper.name(file.db), at));
    let places: FxHashMap<Name<'_>, usize> = places.collect();
    forward_references(file, &helpers, &places);
    untested(file, &helpers, &places);
}

/// WAT7503. A circle of helpers has one too: the rune `complectens(circular-helpers)` says that it is meant.
fn forward_references<'db>(
    file: &mut TestFile<'_, 'db>,
    helpers: &[Item<'db>],
    places: &FxHashMap<Name<'db>, usize>,
) {
    let db = file.db;
    for (at, &helper) in helpers.iter().enumerate() {
        let mut told = Vec::new();
        for mention in code(&summary(db, helper).written) {
            let below = places.get(&mention.name).filter(|&&place| place > at);
            let Some(&below) = below.filter(|below| !told.contains(*below)) else {
                continue;
            };
            told.push(below);
            let other = helpers[below];
            let name = mention.name.text(db);
            let problem = Problem::new(
                7503,
                Place::node(NodeId(mention.node)),
                format!("the helper `{name}` is defined below this one"),
            )
            .label("not defined yet")
            .also(
                Place::elsewhere(other.form(db), other.name_node(db)),
                "defined here",
            )
            .help("define what is needed above what needs it");
            file.tell(helper.form(db), &problem);
        }
    }
}

/// WAT7505. A test of its own is one that is named after the helper, or that mentions it where it does not say what is
/// expected.
fn untested<'db>(
    file: &mut TestFile<'_, 'db>,
    helpers: &[Item<'db>],
    places: &FxHashMap<Name<'db>, usize>,
) {
    let db = file.db;
    let mut is_tested = vec![false; helpers.len()];
    for (_, test) in &file.tests {
        for mention in code(&summary(db, *test).written) {
            if let Some(&at) = places.get(&mention.name)
                && mention.context != Context::Expected
            {
                is_tested[at] = true;
            }
        }
    }
    let names: Vec<String> = file
        .tests
        .iter()
        .map(|(test, _)| words(&test.name))
        .collect();
    for (&helper, is_tested) in helpers.iter().zip(is_tested) {
        let name = helper.name(db).text(db);
        let own = words(name);
        let is_named = || names.iter().any(|test| test.contains(&own));
        if is_tested || is_named() || is_alike(file, helper) {
            continue;
        }
        let problem = Problem::new(
            7505,
            Place::node(helper.name_node(db)),
            format!("the helper `{name}` has no test of its own"),
        )
        .label("if it is wrong, the tests that rely on it prove nothing")
        .help("test it directly, above what uses it");
        file.tell(helper.form(db), &problem);
    }
}

/// What is said in code, not in data.
fn code<'a, 'db>(mentions: &'a [Mention<'db>]) -> impl Iterator<Item = &'a Mention<'db>> {
    mentions.iter().filter(|it| it.context != Context::Data)
}

/// The words of the last part of a name, between dashes: a test is named after a function whose words are among its own.
fn words(name: &str) -> String {
    let last = name.rsplit([':', '/']).next().unwrap_or(name);
    format!("-{}-", last.trim_end_matches(['?', '!']))
}
