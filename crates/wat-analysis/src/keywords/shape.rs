//! The shape of a call decides how its arguments are read (chapter 02 §10.2 and §10.5).
//!
//! An argument is seen as its key, if it is one: a keyword token of one segment. Nothing else of it matters here, no
//! type and no name that is defined somewhere, so the same call is read in the same way wherever it stands.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use crate::suggest::{Scan, Words};

use super::KeywordForm;

/// How the arguments of a call are read. Numbers are places of arguments, and numbers of parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CallShape {
    /// Each argument is the next parameter.
    Positional,
    /// After the leads: the parameter and the place of the value of each pair, in source order.
    Keywords(Vec<(usize, usize)>),
    /// A keyword call with mistakes.
    Broken {
        faults: Vec<Fault>,
        /// Parameter and value where both are known.
        given: Vec<(usize, usize)>,
        /// Values whose parameter is not known.
        loose: Vec<usize>,
    },
}

/// One mistake of a keyword call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// WAT2501: parameters that are not given.
    Missing(Vec<usize>),
    /// WAT2502: a key that names no parameter, and the parameters that may be meant, nearest first.
    Unknown { key: usize, near: Vec<usize> },
    /// WAT2503: a parameter that is given twice; the two keys.
    Duplicate { first: usize, second: usize },
    /// WAT2504: the argument that breaks the shape, and the keys (argument, parameter) that would mend it.
    Mixed {
        at: usize,
        labels: Option<Vec<(usize, usize)>>,
    },
    /// WAT2505: the last key has no value.
    NoValue { key: usize },
    /// WAT2506: called by position, and the keys that would mend it.
    KeywordOnly { labels: Option<Vec<(usize, usize)>> },
}

/// Are all key places keys, and does every key have a value?
pub(crate) fn is_keyed(args: &[Option<&str>]) -> bool {
    args.len().is_multiple_of(2) && args.iter().step_by(2).all(Option::is_some)
}

/// Decides how a call is read: `args` has the key of each argument that is one.
pub(crate) fn call_shape(form: &KeywordForm, args: &[Option<&str>]) -> CallShape {
    let keys = &Keys::new(form);
    let (fixed, lead) = (form.params.len(), form.lead);
    if args.len() < lead {
        return CallShape::Positional;
    }
    let tail = &args[lead..];
    let keyed = is_keyed(tail);
    if keyed && let Some(pairs) = complete(form, tail) {
        return CallShape::Keywords(pairs);
    }
    if form.keyword_only {
        return match tail.iter().step_by(2).all(Option::is_some) {
            true => read(keys, tail, None),
            false => positional_only(keys, tail),
        };
    }
    let rest = form.rest.is_some();
    if args.len() == fixed || (rest && args.len() > fixed) {
        return CallShape::Positional;
    }
    let by_count = !rest && keyed && tail.len() == 2 * (fixed - lead);
    if by_count {
        // A value that spells a name is a value.
        read(keys, tail, Some(0))
    } else if tail.iter().any(|arg| keys.is_meant(*arg)) {
        read(keys, tail, None)
    } else {
        CallShape::Positional
    }
}

/// The errors of a call that is positional by its count, but does not fit and has keys at all key places: the keyword
/// reading explains it better. `None` if some key place holds something else. With a rest parameter almost every count
/// is positional, so that one key which names a parameter is enough among others that may be misspelled.
pub(crate) fn forgotten_keyword(form: &KeywordForm, args: &[Option<&str>]) -> Option<CallShape> {
    let places = || args[form.lead..].iter().step_by(2);
    let named = |arg: &Option<&str>| arg.is_some_and(|key| form.param(key).is_some());
    let is_meant = match form.rest {
        None => args.len() > form.lead && places().all(named),
        Some(_) => args.len() > form.lead && places().all(Option::is_some) && places().any(named),
    };
    is_meant.then(|| read(&Keys::new(form), &args[form.lead..], Some(0)))
}

/// The pairs of a keyword call without mistakes.
fn complete(form: &KeywordForm, tail: &[Option<&str>]) -> Option<Vec<(usize, usize)>> {
    let mut pairs: Vec<(usize, usize)> = Vec::with_capacity(tail.len() / 2);
    for (at, key) in tail.iter().enumerate().step_by(2) {
        let param = form.param((*key)?)?;
        if pairs.iter().any(|(other, _)| *other == param) {
            return None;
        }
        pairs.push((param, form.lead + at + 1));
    }
    let all =
        (form.lead..form.params.len()).all(|param| pairs.iter().any(|(other, _)| *other == param));
    (all && !pairs.is_empty()).then_some(pairs)
}

/// The reading of a keyword call that has some mistake; its pairs begin at `first`, or at the first key that is meant.
fn read(keys: &Keys<'_>, tail: &[Option<&str>], first: Option<usize>) -> CallShape {
    let lead = keys.form.lead;
    let meant = || tail.iter().position(|arg| keys.is_meant(*arg));
    let first = first.or_else(meant).unwrap_or(0);
    let written = tail[first..].iter().step_by(2).copied().flatten();
    let mut reading = Reading {
        form: keys.form,
        keys,
        written: written.collect(),
        faults: Vec::new(),
        given: Vec::new(),
        loose: (lead..lead + first).collect(),
        guessed: Vec::new(),
    };
    let mut mixed = (first > 0).then_some(lead);
    let mut at = first;
    while at < tail.len() {
        let Some(key) = tail[at] else {
            mixed = mixed.or(Some(lead + at));
            reading.loose.extend(lead + at..lead + tail.len());
            break;
        };
        let value = (at + 1 < tail.len()).then_some(lead + at + 1);
        reading.pair(key, lead + at, value);
        at += 2;
    }
    match mixed {
        Some(at) => reading.faults.insert(
            0,
            Fault::Mixed {
                at,
                labels: labels(keys, tail),
            },
        ),
        None => reading.missing(),
    }
    // Keys are no values, unless they stand where one does.
    let is_value = |at: usize| at > lead + first && !(at - lead - first).is_multiple_of(2);
    reading
        .loose
        .retain(|&at| is_value(at) || !keys.is_meant(tail[at - lead]));
    CallShape::Broken {
        faults: reading.faults,
        given: reading
            .given
            .into_iter()
            .map(|(param, _, value)| (param, value))
            .collect(),
        loose: reading.loose,
    }
}

/// What has been read of a keyword call with mistakes.
struct Reading<'a> {
    form: &'a KeywordForm,
    keys: &'a Keys<'a>,
    /// The keys that are written.
    written: FxHashSet<&'a str>,
    faults: Vec<Fault>,
    /// Parameter, key, value.
    given: Vec<(usize, usize, usize)>,
    loose: Vec<usize>,
    /// Parameters that some mistaken key probably means.
    guessed: Vec<usize>,
}

impl Reading<'_> {
    fn pair(&mut self, key: &str, at: usize, value: Option<usize>) {
        let param = self.form.param(key);
        let Some(value) = value else {
            self.faults.push(Fault::NoValue { key: at });
            let meant = param.or_else(|| self.near(key).first().copied());
            self.guessed.extend(meant);
            return;
        };
        match param {
            Some(param) => match self.given.iter().find(|(other, ..)| *other == param) {
                Some(&(_, first, _)) => {
                    self.faults.push(Fault::Duplicate { first, second: at });
                    self.loose.push(value);
                }
                None => self.given.push((param, at, value)),
            },
            None => {
                let near = self.near(key);
                self.guessed.extend(near.first());
                self.faults.push(Fault::Unknown { key: at, near });
                self.loose.push(value);
            }
        }
    }

    /// The parameters that a mistaken key may mean: neither one that is written nor one that another mistaken key means.
    fn near(&self, key: &str) -> Vec<usize> {
        let mut near = self.keys.near(key, 3, |name| !self.written.contains(name));
        near.retain(|param| !self.guessed.contains(param));
        near
    }

    fn missing(&mut self) {
        let missing: Vec<usize> = (self.form.lead..self.form.params.len())
            .filter(|param| {
                !self.guessed.contains(param)
                    && !self.given.iter().any(|(other, ..)| other == param)
            })
            .collect();
        if !missing.is_empty() {
            self.faults.push(Fault::Missing(missing));
        }
    }
}

fn positional_only(keys: &Keys<'_>, tail: &[Option<&str>]) -> CallShape {
    let lead = keys.form.lead;
    let values = (0..tail.len()).filter(|&at| !keys.is_meant(tail[at]));
    CallShape::Broken {
        faults: vec![Fault::KeywordOnly {
            labels: labels(keys, tail),
        }],
        given: Vec::new(),
        loose: values.map(|at| lead + at).collect(),
    }
}

/// The keys that make a keyword call of a mixed one: each argument without a key is the parameter of its place. `None`
/// unless every parameter is then given exactly once.
fn labels(keys: &Keys<'_>, tail: &[Option<&str>]) -> Option<Vec<(usize, usize)>> {
    let form = keys.form;
    let mut units: Vec<(Option<usize>, usize)> = Vec::new();
    let mut at = 0;
    while at < tail.len() {
        let param = tail[at]
            .filter(|_| at + 1 < tail.len())
            .and_then(|key| form.param(key));
        if param.is_none() && keys.is_meant(tail[at]) {
            return None;
        }
        units.push((param, form.lead + at));
        at += if param.is_some() { 2 } else { 1 };
    }
    let mut taken: Vec<usize> = units.iter().filter_map(|(param, _)| *param).collect();
    let mut labels = Vec::new();
    for (place, (param, arg)) in units.iter().enumerate() {
        if param.is_none() {
            labels.push((*arg, form.lead + place));
            taken.push(form.lead + place);
        }
    }
    taken.sort_unstable();
    let count = form.params.len() + usize::from(form.rest.is_some());
    let once = taken.windows(2).all(|pair| pair[0] < pair[1]);
    let all = (form.lead..form.params.len()).all(|param| taken.contains(&param));
    (once && all && taken.iter().all(|param| *param < count)).then_some(labels)
}

/// A name as suggestions compare it: kebab-case. Capitals in a row are one word.
fn normalised(name: &str) -> String {
    let mut out = String::new();
    let mut before = None;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_uppercase() {
            let is_inside = before.is_some_and(|c: char| c.is_ascii_uppercase())
                && !chars.peek().is_some_and(char::is_ascii_lowercase);
            if before.is_some() && !is_inside && !out.ends_with('-') {
                out.push('-');
            }
        }
        out.push(match c {
            '_' => '-',
            c => c.to_ascii_lowercase(),
        });
        before = Some(c);
    }
    out
}

/// The keys of a callable, as misspelled ones are looked for among them.
struct Keys<'a> {
    form: &'a KeywordForm,
    /// Made when the first mistake is found.
    index: OnceCell<Words>,
}

impl<'a> Keys<'a> {
    fn new(form: &'a KeywordForm) -> Self {
        let index = OnceCell::new();
        Self { form, index }
    }

    /// Is this a key that names a parameter, or nearly?
    fn is_meant(&self, arg: Option<&str>) -> bool {
        arg.is_some_and(|key| {
            self.form.param(key).is_some() || !self.near(key, 1, |_| true).is_empty()
        })
    }

    /// The parameters within the suggestion distance of a key, nearest first, at most `count`.
    fn near(&self, key: &str, count: usize, open: impl Fn(&str) -> bool) -> Vec<usize> {
        let index = self.index.get_or_init(|| {
            let names: Vec<String> = self.form.keys().map(|(_, name)| normalised(name)).collect();
            Words::new(names.iter().map(String::as_str))
        });
        let param = |number: u32| self.form.lead + number as usize;
        let key = normalised(key);
        let letters = key.chars().count();
        // The limit is a third of the longer one, and a name of that distance is at most half as long again as the key.
        let farthest = (letters / 2).max(1);
        let mut found = index.near(
            &key,
            farthest,
            count,
            &mut Scan::default(),
            |distance, number| {
                let name = self.form.key(param(number));
                let length = normalised(name).chars().count().max(letters);
                distance <= (length / 3).max(1) && open(name)
            },
        );
        found.truncate(count);
        found.into_iter().map(|(_, number)| param(number)).collect()
    }
}
