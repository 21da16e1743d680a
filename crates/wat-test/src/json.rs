//! Records as JSON maps, and what they are in EDN.

use serde_json::{Map, Value};
use wat_edn::{Edn, Layout, write_ordered};

/// Keys whose texts are keywords in EDN.
const WORDS: [&str; 6] = ["status", "kind", "name", "isolation", "severity", "tags"];
/// Keys whose texts are EDN.
const VALUES: [&str; 3] = ["actual-value", "expected-value", "diagnostics"];
/// Keys of the maps in a list of differences, which hold EDN too.
const SIDES: [&str; 2] = ["actual", "expected"];

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
    if WORDS.contains(&key) && !value.contains(char::is_whitespace) && !value.is_empty() {
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
    let mut work = vec![(Vec::new(), Some(actual), Some(expected))];
    while let Some((path, a, b)) = work.pop() {
        if a == b {
            continue;
        }
        match (parts(a.as_ref()), parts(b.as_ref())) {
            (Some(ours), Some(theirs)) => {
                let mut inner = paired(ours, theirs);
                inner.reverse();
                work.extend(inner.into_iter().map(|(key, a, b)| {
                    let mut path: Vec<String> = path.clone();
                    path.push(key);
                    (path, a, b)
                }));
            }
            _ => found.push(map([
                ("path", path.into()),
                ("actual", side(a)),
                ("expected", side(b)),
            ])),
        }
    }
    Value::Array(found)
}

fn side(value: Option<Edn>) -> Value {
    value.map_or(Value::Null, |value| wat_edn::write(&value).into())
}

/// The parts of a collection with their keys, as EDN.
fn parts(value: Option<&Edn>) -> Option<Vec<(String, Edn)>> {
    Some(match value? {
        Edn::Vector(items) | Edn::List(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(at, item)| (at.to_string(), item.clone()))
                .collect()
        }
        Edn::Map(entries) => {
            let entries = entries.iter();
            entries
                .map(|(key, value)| (wat_edn::write(key), value.clone()))
                .collect()
        }
        // What one side alone holds is told by itself.
        Edn::Set(items) => {
            let items = items.iter();
            items
                .map(|item| (wat_edn::write(item), item.clone()))
                .collect()
        }
        Edn::Tagged(_, body) => return parts(Some(&**body)),
        _ => return None,
    })
}

type Pair = (String, Option<Edn>, Option<Edn>);

fn paired(ours: Vec<(String, Edn)>, theirs: Vec<(String, Edn)>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = ours
        .into_iter()
        .map(|(key, value)| (key, Some(value), None))
        .collect();
    for (key, value) in theirs {
        match pairs.iter_mut().find(|(known, ..)| *known == key) {
            Some(pair) => pair.2 = Some(value),
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
