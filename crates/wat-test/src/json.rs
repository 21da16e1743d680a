//! Records as JSON maps, and what they are in EDN.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value};
use wat_edn::{Edn, Layout, write_ordered};

/// Keys whose texts are keywords in EDN.
const WORDS: [&str; 6] = ["status", "kind", "name", "isolation", "severity", "tags"];
/// Keys whose texts are EDN.
const VALUES: [&str; 3] = ["actual-value", "expected-value", "diagnostics"];
/// Keys of the maps in a list of differences, which hold EDN too.
const SIDES: [&str; 2] = ["actual", "expected"];

/// Keys of maps whose own keys are texts.
const OWN_NAMES: [&str; 2] = ["labels", "counterexample"];

/// A map without the entries that say nothing.
pub(crate) fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
    let entries = entries.map(|(key, value)| (key.to_owned(), value));
    Value::Object(entries.collect::<Map<String, Value>>())
}

/// A record as one line of EDN.
pub(crate) fn edn_line(kind: &str, record: &Value) -> String {
    let mut line = write_ordered(
        &Edn::tagged(format!("wat.test/{kind}"), edn("", record)),
        Layout::Compact,
    );
    line.push('\n');
    line
}

fn text(key: &str, value: &str) -> Edn {
    // A tag may be any text.
    let is_word = || {
        let mut bytes = value.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.*+!?/".contains(&byte))
    };
    let reads = match key {
        "tags" => is_word(),
        _ => !value.contains(char::is_whitespace) && !value.is_empty(),
    };
    if WORDS.contains(&key) && reads {
        // A name is written as programs write it.
        return Edn::Symbol(format!(":{}", value.trim_start_matches(':')).into());
    }
    match VALUES.contains(&key).then(|| wat_edn::read(value)) {
        Some(Ok(read)) => read,
        _ => Edn::str(value),
    }
}

fn edn(key: &str, value: &Value) -> Edn {
    match value {
        Value::Null => Edn::Nil,
        Value::Bool(value) => Edn::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(int) => Edn::Int(int),
            None => Edn::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(value) => text(key, value),
        Value::Array(items) if key == "diff" => Edn::Vector(items.iter().map(difference).collect()),
        Value::Array(items) => Edn::Vector(items.iter().map(|item| edn(key, item)).collect()),
        // What tests name themselves are texts.
        Value::Object(entries) if OWN_NAMES.contains(&key) => Edn::Map(
            entries
                .iter()
                .map(|(key, value)| (Edn::str(key.as_str()), edn("", value)))
                .collect(),
        ),
        Value::Object(entries) => Edn::Map(
            entries
                .iter()
                .map(|(key, value)| (Edn::keyword(format!(":{key}")), edn(key, value)))
                .collect(),
        ),
    }
}

/// `{:path […] :actual … :expected …}`: everything in it is EDN.
fn difference(item: &Value) -> Edn {
    let read = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        wat_edn::read(text).unwrap_or_else(|_| Edn::str(text))
    };
    let path = item["path"]
        .as_array()
        .into_iter()
        .flatten()
        .map(read)
        .collect();
    let mut entries = vec![(Edn::keyword(":path"), Edn::Vector(path))];
    for side in SIDES {
        if let Some(value) = item.get(side) {
            entries.push((Edn::keyword(format!(":{side}")), read(value)));
        }
    }
    Edn::Map(entries)
}

/// The differing paths of two values in EDN; nothing if they are scalars.
pub(crate) fn diff(actual: &str, expected: &str) -> Value {
    let (Ok(actual), Ok(expected)) = (wat_edn::read(actual), wat_edn::read(expected)) else {
        return Value::Null;
    };
    let is_long = |text: &Edn| matches!(text, Edn::Str(text) if text.contains('\n'));
    if (actual.is_scalar() || expected.is_scalar()) && !(is_long(&actual) || is_long(&expected)) {
        return Value::Null;
    }
    let mut found = Vec::new();
    let mut work = vec![(None, Some(&actual), Some(&expected))];
    while let Some((path, a, b)) = work.pop() {
        let both = a.zip(b).filter(|(a, b)| tag(a) == tag(b));
        let inner = both.and_then(|(a, b)| parts(a).zip(parts(b)));
        if let Some((ours, theirs)) = inner {
            let inner = paired(ours, theirs).into_iter().rev();
            work.extend(inner.map(|(key, a, b)| {
                let step = Step {
                    key,
                    up: path.clone(),
                };
                (Some(Rc::new(step)), a, b)
            }));
        } else if a != b {
            found.push(map([
                ("path", keys(path.as_deref()).into()),
                ("actual", side(a)),
                ("expected", side(b)),
            ]));
        }
    }
    Value::Array(found)
}

/// A step on the way to a part; steps share what is above them.
struct Step {
    key: Key,
    up: Option<Rc<Step>>,
}

impl Drop for Step {
    fn drop(&mut self) {
        let mut up = self.up.take();
        while let Some(mut step) = up.and_then(Rc::into_inner) {
            up = step.up.take();
        }
    }
}

/// What leads to a part of a collection.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    At(usize),
    /// As EDN text.
    Of(Rc<str>),
}

impl Key {
    fn of(value: &Edn) -> Key {
        Key::Of(wat_edn::write(value).into())
    }
}

fn keys(mut step: Option<&Step>) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(Step { key, up }) = step {
        found.push(match key {
            Key::At(index) => index.to_string(),
            Key::Of(text) => text.to_string(),
        });
        step = up.as_deref();
    }
    found.reverse();
    found
}

fn side(value: Option<&Edn>) -> Value {
    value.map_or(Value::Null, |value| wat_edn::write(value).into())
}

fn tag(value: &Edn) -> Option<&str> {
    match value {
        Edn::Tagged(tag, _) => Some(tag),
        _ => None,
    }
}

/// The parts of a collection with what leads to them.
fn parts(value: &Edn) -> Option<Vec<(Key, &Edn)>> {
    Some(match value {
        Edn::Vector(items) | Edn::List(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (Key::At(at), item))
            .collect(),
        Edn::Map(entries) => entries
            .iter()
            .map(|(key, value)| (Key::of(key), value))
            .collect(),
        // What one side alone holds is told by itself.
        Edn::Set(items) => items.iter().map(|item| (Key::of(item), item)).collect(),
        Edn::Tagged(_, body) => return parts(body),
        _ => return None,
    })
}

type Pair<'e> = (Key, Option<&'e Edn>, Option<&'e Edn>);

/// The parts that belong together, in the order of the first, and then those that the second alone has.
fn paired<'e>(ours: Vec<(Key, &'e Edn)>, theirs: Vec<(Key, &'e Edn)>) -> Vec<Pair<'e>> {
    let mut pairs: Vec<Pair<'e>> = ours
        .into_iter()
        .map(|(key, value)| (key, Some(value), None))
        .collect();
    let known: HashMap<Key, usize> = (0..)
        .zip(&pairs)
        .map(|(at, (key, ..))| (key.clone(), at))
        .collect();
    for (key, value) in theirs {
        match known.get(&key) {
            Some(&at) => pairs[at].2 = Some(value),
            None => pairs.push((key, None, Some(value))),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_their_paths() {
        let found = diff("[{:a 1 :b [2 3]} 4]", "[{:a 1 :b [2 5]} 4 6]");
        assert_eq!(
            found.to_string(),
            r#"[{"path":["0",":b","1"],"actual":"3","expected":"5"},{"path":["2"],"expected":"6"}]"#
        );
        assert_eq!(
            diff("#a/B {:x 1}", "#a/C {:x 1}").to_string(),
            r##"[{"path":[],"actual":"#a/B {:x 1}","expected":"#a/C {:x 1}"}]"##
        );
        assert!(diff("1", "2").is_null());
        assert!(diff("\"a\"", "\"b\"").is_null());
        assert_eq!(
            diff("#{1 2}", "#{2 3}").to_string(),
            r#"[{"path":["1"],"actual":"1"},{"path":["3"],"expected":"3"}]"#
        );
        assert_eq!(
            diff(r#""a\nb""#, r#""a""#).to_string(),
            r#"[{"path":[],"actual":"\"a\\nb\"","expected":"\"a\""}]"#
        );
    }

    #[test]
    fn wide_and_deep_values_are_compared_part_by_part() {
        let wide = |from: usize| {
            let numbers: Vec<String> = (from..from + 100_000).map(|n| n.to_string()).collect();
            format!("[{}]", numbers.join(" "))
        };
        let found = diff(&wide(0), &wide(1));
        assert_eq!(found.as_array().map(Vec::len), Some(100_000));
        let deep = |end: &str| format!("{}{end}{}", "[0 ".repeat(500), "]".repeat(500));
        let found = diff(&deep("1"), &deep("2"));
        assert_eq!(found[0]["path"].as_array().map(Vec::len), Some(500));
        assert_eq!(
            (&found[0]["actual"], &found[1]),
            (&"1".into(), &Value::Null)
        );
    }

    #[test]
    fn words_and_values_are_edn() {
        let record = map([
            ("status", "failed".into()),
            (
                "failure",
                map([("actual-value", "[1 2]".into()), ("actual", "x y".into())]),
            ),
        ]);
        assert_eq!(
            edn_line("TestFinished", &record),
            "#wat.test/TestFinished {:status :failed :failure {:actual-value [1 2] :actual \"x y\"}}\n"
        );
    }
}
